"""Open an engine from one string, as the command line and configuration files name it."""

import importlib.util
import inspect
import logging
import re
from pathlib import Path
from typing import Any

from underdog.core import Engine
from underdog.engines import engines
from underdog.engines.choosing import (
    EngineChoice,
    LocalEngine,
    by_rates,
    choose_engine,
    choose_for_one,
)
from underdog.engines.openai.redaction import public_address
from underdog.errors import EngineError, UnderdogError, UnknownNameError, UsageError
from underdog.models.pulled import resolve_model
from underdog.registry import parse_spec

_LOG = logging.getLogger(__name__)

_LOCAL_FILES = ("llama_cpp", "openvino")
"""Engines whose model may be named as in `underdog models list`."""

_PARAMETERS = re.compile(r"\w+=")
_FURTHER = re.compile(r",(?=[a-z]\w*=)")


def open_engine(spec: str, *, rows: int = 0, **options: Any) -> Engine:
    """Open an engine.

    Args:
        spec: A model's name (`smollm2-135m`), a GGUF file or a safetensors folder, run by the
            fastest engine that supports it (see `choosing`); or an engine and its model:
            `llama_cpp:model.gguf`, `openvino:model.gguf`, `openvino:folder`, `transformers:folder`,
            `openai:http://host:port/v1#model`, `scripted:replies.json`. Parameters
            may follow the model, `openvino:model.gguf,lora=adapter`, or the model may be a named
            parameter too, `llama_cpp:model=model.gguf,slots=8`.
        rows: Samples that will be drawn side by side, 0 when not known; for a single one the
            faster engine for that is measured once on this machine (see `bench.lone_row`), unless
            the spec names an engine.
        options: Further parameters of the engine, such as `slots=8` or `threads=1`.

    Raises:
        UnknownNameError: No such engine, model or parameter.
        ConfigError: A parameter's value is of the wrong kind.
        ModelFileError: The model file is missing, corrupt, or not pulled yet.

    Example:
        >>> open_engine("scripted:reply=42").info.engine
        'scripted'
    """
    kind, model, parameters = _parse(spec)
    if not kind:
        return _open_local(resolve_model(model), parameters | options, rows)
    if kind in _LOCAL_FILES and model:
        model = str(resolve_model(model))
    return _open(spec, kind, ({"model": model} if model else {}) | parameters | options)


def _open_local(path: Path, options: dict[str, Any], rows: int) -> Engine:
    """The fastest engine for a model, or llama.cpp when only it has all of the options."""
    given = {"model": str(path), **options}
    fast = inspect.signature(engines.get("openvino")).parameters
    slow = inspect.signature(engines.get("llama_cpp")).parameters
    asked_for_llama = not options.keys() <= fast.keys() and options.keys() <= slow.keys()
    engine = "llama_cpp" if asked_for_llama else choose_engine(path).engine
    either = options.keys() <= fast.keys() & slow.keys() and not path.is_dir()
    if engine == "openvino" and either and rows == 1:
        engine = _for_one(path, given).engine
    if engine != "openvino":
        return _open(str(path), engine, given)
    try:
        return _open(str(path), "openvino", given)
    except EngineError as error:
        for_llama = not path.is_dir() and options.keys() <= slow.keys()
        if not for_llama or not importlib.util.find_spec("xllamacpp"):
            raise
        _LOG.warning("llama_cpp runs %s, because openvino failed: %s", path.name, error)
        return _open(str(path), "llama_cpp", given)


def _for_one(path: Path, given: dict[str, Any]) -> EngineChoice:
    """The faster engine for one row at a time, measured now when it was not yet."""
    from underdog.engines.bench.lone_row import measured
    from underdog.engines.machine.processor import default_threads

    asked = str(given.get("threads", 0))
    threads = int(asked) if asked.isdecimal() and int(asked) else default_threads()
    choice = choose_for_one(path, threads)
    if choice is None:

        def opened(engine: LocalEngine) -> Engine:
            room = "max_rows" if engine == "openvino" else "slots"
            return _open(str(path), engine, given | {"threads": threads, room: 1})

        _LOG.info("measuring which engine is faster for one row of %s", path.name)
        try:
            rates = measured(path, threads, opened)
        except UnderdogError as error:
            return EngineChoice("openvino", f"the engines could not be compared: {error}")
        choice = by_rates(rates)
    _LOG.info("%s runs %s: %s", choice.engine, path.name, choice.reason)
    return choice


def _open(spec: str, kind: str, given: dict[str, Any]) -> Engine:
    spec = public_address(spec)  # which messages show
    accepted = inspect.signature(engines.get(kind)).parameters
    needed = [name for name, one in accepted.items() if one.default is inspect.Parameter.empty]
    missing = next((name for name in needed if name not in given), None)
    if missing and given.keys() <= accepted.keys():  # an unknown name may be `missing` misspelt
        raise UsageError(f"engine spec {spec!r} lacks {missing}; write {kind}:{missing.upper()}")
    return engines.build(spec, kind, given)


def _parse(spec: str) -> tuple[str, str, dict[str, Any]]:
    """Engine name (empty when the spec names only a model), model and parameters of a spec."""
    spec = spec.strip()
    kind, colon, rest = spec.partition(":")
    if kind in engines.names():
        if _PARAMETERS.match(rest):
            parameters: dict[str, Any] = dict(parse_spec(spec)[1])
            return kind, str(parameters.pop("model", "")), parameters
        return kind, *_split(rest)
    if colon and kind.isidentifier() and len(kind) > 1 and not Path(spec).exists():
        raise UnknownNameError("engine", kind, engines.names())
    return "", *_split(spec)


def _split(text: str) -> tuple[str, dict[str, Any]]:
    """Model and parameters of `model,key=value,…`; commas in a file's name are kept."""
    begin = _FURTHER.search(text)
    if begin is None or Path(text).exists():
        return text, {}
    return text[: begin.start()], dict(parse_spec(f"engine:{text[begin.end() :]}")[1])
