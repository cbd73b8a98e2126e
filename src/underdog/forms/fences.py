r"""Code fences in a reply, and replies that begin anew although their opening was given.

An engine that continues writes on after the opening. A chat endpoint may do so, or begin its whole
reply again: with a fence of its own, the opening repeated, or the bare answer.
"""

import re
from dataclasses import dataclass

from underdog.grading.markers import tail

_FENCE = re.compile(r"(```+|~~~+)(?:[ \t]*([\w.+#-]{0,20})[ \t]*(?:\{[^\n]*\})?[ \t]*\n|[ \t]*\Z)")
_OPENED = re.compile(rf"(?<![^\s:]){_FENCE.pattern}")
_OPENING_FENCE = re.compile(r"\s*```\w*\n")
_DEFINED = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_CODE = re.compile(
    r"^(?:[ \t]+\S|(?:async )?def \w|class \w|import \w|from [\w.]+ import\b|@\w|return\b|#"
    r"|(?:for|while|if|with|try|raise)\b.*:\s*$|[A-Za-z_][\w.\[\], ]*\s(?:[-+*/]|//)?=\s)",
    re.MULTILINE,
)
_PROSE = re.compile(r"^(?![A-Z]\w* =)[A-Z][a-z']*[,:]? [a-z].*$|^\*\*.*$", re.MULTILINE)
_PYTHON = ("python", "py", "python3")
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class FencedBlock:
    """A fenced block of a reply: the word after its opening fence, in lower case, and its text."""

    tag: str
    text: str


def fenced_blocks(reply: str) -> list[FencedBlock]:
    r"""The fenced blocks of a reply, in order; the last one may lack its closing fence.

    Example:
        >>> [block.text for block in fenced_blocks("So:\n```py\nx = 1\n```\nand\n~~~\ny = 2")]
        ['x = 1', 'y = 2']
    """
    blocks: list[FencedBlock] = []
    at = 0
    while opened := _OPENED.search(reply, at):
        end = reply.find(opened[1], opened.end())
        end = len(reply) if end < 0 else end
        blocks.append(FencedBlock((opened[2] or "").lower(), reply[opened.end() : end].rstrip()))
        at = end + len(opened[1])
    return blocks


def programs(reply: str) -> list[str]:
    """The fenced blocks of a reply without its thoughts, those marked as Python before others."""
    blocks = [block for block in fenced_blocks(tail(reply)) if block.text.strip()]
    marked = [block.text for block in blocks if block.tag in _PYTHON]
    return marked + [block.text for block in blocks if block.tag not in _PYTHON]


def fenced_lines(reply: str) -> str:
    """The last fenced block of a reply that has an equals sign, else the reply; no thoughts."""
    seen = tail(reply)
    blocks = [block.text for block in fenced_blocks(seen) if "=" in block.text]
    return blocks[-1] if blocks else seen


def continued_code(opening: str, said: str) -> str:
    """The whole reply of an opening that begins a fence, for what a chat endpoint said after it.

    Args:
        opening: A code fence, and perhaps the head of a function after it.
        said: What the endpoint said, without its thoughts.
    """
    fence = _OPENING_FENCE.match(opening)
    head, given = (opening[: fence.end()], opening[fence.end() :]) if fence else ("", opening)
    first = _FENCE.search(said)
    before = said[: first.start()] if first else said
    names = _DEFINED.findall(given)
    inside = bool(names and before.strip()) and before.lstrip("\n")[:1] in (" ", "\t")
    defines = bool(names) and re.search(rf"^[ \t]*(?:async )?def {names[-1]}\b", said, re.MULTILINE)
    if not inside:
        if first and (first[2] or not _CODE.search(before)):
            return said
        if not _CODE.search(before):
            return said
        if defines or not names:
            return _unfenced(head, said)
    return opening + (_indented(said, len(before)) if names else said)


def _unfenced(head: str, said: str) -> str:
    """A program without an opening fence, given one where its code begins."""
    begin = _CODE.search(said)
    at = begin.start() if begin else 0
    before, code = said[:at], said[at:]
    if (closing := _FENCE.search(code)) is None and (after := _prose_after(code)) is not None:
        code = f"{code[:after].rstrip()}\n```\n{code[after:]}"
    elif closing is None:
        code = code.rstrip("\n")
    return f"{before}{head}{code}"


def _prose_after(code: str) -> int | None:
    found = _PROSE.search(code)
    return found.start() if found else None


def _indented(said: str, until: int) -> str:
    """A function's body whose indentation was stripped, indented again up to its fence."""
    body, rest = said[:until], said[until:]
    after = _prose_after(body)
    if after is not None:
        body, rest = body[:after], f"```\n{body[after:]}{rest}"
    body = body.lstrip("\n") if body.strip() else body
    lines = body.split("\n")
    if not body.strip() or body[:1] in (" ", "\t"):
        return body + rest
    depths = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    least = min(depths, default=0)
    if least == 0:
        lines = [_INDENT + line if line.strip() else line for line in lines]
    else:
        opens = lines[0].rstrip().endswith(":") and least > len(_INDENT)
        lines[0] = " " * (least - len(_INDENT) if opens else least) + lines[0]
    return "\n".join(lines) + rest
