"""The child process that renders untrusted chat templates, one request per conversation.

The operating system limits its memory, and its time by an alarm; normally the parent process kills
it earlier.
"""

import datetime
import functools
import json
from typing import Any

from jinja2 import Environment, TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from underdog.child_process import limit_process, serve_lines

MAX_OUTPUT_CHARS = 4_000_000
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


def _to_json(value: Any, indent: int | None = None, ensure_ascii: bool = False) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=ensure_ascii)


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


def _render(job: dict[str, Any]) -> str:
    pieces: list[str] = []
    length = 0
    for piece in _compiled(job["source"]).generate(
        messages=job["messages"],
        bos_token=job["bos_token"],
        eos_token=job["eos_token"],
        add_generation_prompt=True,
    ):
        length += len(piece)
        if length > MAX_OUTPUT_CHARS:
            raise _TooLongError(f"it wrote more than {MAX_OUTPUT_CHARS} characters")
        pieces.append(piece)
    return "".join(pieces)


def _answer(job: dict[str, Any]) -> dict[str, str]:
    try:
        return {"text": _render(job)}
    except MemoryError:
        return {"error": "it used too much memory"}
    except Exception as error:  # noqa: BLE001 - a boundary: whatever an untrusted template raises
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def main() -> None:
    """Answer one JSON request per line until standard input closes."""
    limit_process(_MEMORY_BYTES, file_bytes=0)
    serve_lines(_answer)
