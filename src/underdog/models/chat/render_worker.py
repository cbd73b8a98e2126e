"""The child process that renders untrusted chat templates, one request per conversation.

The operating system limits its memory, and the processor time of each request: a second, whatever
else the machine does meanwhile. What a template sees is what transformers gives it: `tools` and
`documents` are None, and only special tokens that the model has are defined.

A template without a branch for system messages would drop them without a word, or refuse the
conversation. Whether one has such a branch is tried once; where it has none, a system message's
text is put before the next user message, with a blank line between.
"""

import datetime
import functools
import json
import signal
import sys
from typing import Any, TypeAlias

from jinja2 import Environment, TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from underdog.child_process import limit_process, serve_lines

Talk: TypeAlias = list[dict[str, str]]

MAX_OUTPUT_BYTES = 1 << 20
CPU_S = 1.0
_PROBE = "underdog-system-message"
_MEMORY_BYTES = 512 * 1024 * 1024


class _GenerationBlock(Extension):
    """Renders the body of `{% generation %}…{% endgeneration %}`, which marks trained text."""

    tags = {"generation"}  # noqa: RUF012 - declared so by Jinja

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _TooLongError(Exception):
    pass


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _strftime_now(layout: str) -> str:
    return datetime.datetime.now(datetime.UTC).strftime(layout)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: Any = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _environment() -> Environment:
    environment: Any = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationBlock, loopcontrols]
    )
    environment.globals.update(raise_exception=_raise_exception, strftime_now=_strftime_now)
    environment.filters["tojson"] = _to_json
    return environment


@functools.lru_cache(maxsize=8)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


def _written(source: str, tokens: dict[str, str], messages: Talk) -> str:
    pieces: list[str] = []
    size_bytes = 0
    for piece in _compiled(source).generate(
        messages=messages, tools=None, documents=None, add_generation_prompt=True, **tokens
    ):
        size_bytes += len(piece.encode("utf-8", "surrogatepass"))
        if size_bytes > MAX_OUTPUT_BYTES:
            raise _TooLongError(f"it wrote more than {MAX_OUTPUT_BYTES} bytes")
        pieces.append(piece)
    return "".join(pieces)


@functools.lru_cache(maxsize=8)
def _shows_system(source: str, tokens: tuple[tuple[str, str], ...]) -> bool:
    """Whether the text of a system message appears in what a template writes."""
    talk = [{"role": "system", "content": _PROBE}, {"role": "user", "content": "?"}]
    try:
        return _PROBE in _written(source, dict(tokens), talk)
    except Exception:  # noqa: BLE001 - a boundary: whatever an untrusted template raises
        return False


def _without_system(messages: Talk) -> Talk:
    """The conversation with each system message's text before that of the next user message."""
    talk: Talk = []
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "system":
            waiting.append(message["content"])
        elif message["role"] == "user" and waiting:
            talk.append({**message, "content": "\n\n".join([*waiting, message["content"]])})
            waiting = []
        else:
            talk.append(message)
    return [*talk, {"role": "user", "content": "\n\n".join(waiting)}] if waiting else talk


def _render(job: dict[str, Any]) -> str:
    source, messages = job["source"], job["messages"]
    tokens: dict[str, str] = job["tokens"]
    has_system = any(message["role"] == "system" for message in messages)
    if has_system and not _shows_system(source, tuple(sorted(tokens.items()))):
        messages = _without_system(messages)
    return _written(source, tokens, messages)


def _limit_time(seconds: float) -> None:
    """End the process after so much processor time; 0 takes the limit off. Not on Windows."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(job: dict[str, Any]) -> dict[str, str]:
    _limit_time(CPU_S)
    try:
        return {"text": _render(job)}
    except MemoryError:
        return {"error": "it used too much memory"}
    except Exception as error:  # noqa: BLE001 - a boundary: whatever an untrusted template raises
        return {"error": f"{type(error).__name__}: {error}"[:500]}
    finally:
        _limit_time(0.0)


def main() -> None:
    """Answer one JSON request per line until standard input closes."""
    limit_process(_MEMORY_BYTES, file_bytes=0)
    serve_lines(_answer, hello={})
