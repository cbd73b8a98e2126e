"""A quick look at a program's words, which shows most programs to be in Monty's subset.

Parsing and checking a tree costs half of what Monty needs for a short program. A program of
calculations, loops, lists and text needs neither: its words and signs show that nothing in it could
take it out of the subset. The look errs to one side only: what it does not know is left to the
tree.
"""

import builtins
import keyword
import re
from itertools import chain
from typing import Final

from underdog.sandbox._subset import subset_names as names

_TEXT_MARK: Final = "$"  # no sign of Python, so that it cannot be confused with the program's own
_PLAIN_KEYWORDS: Final = frozenset(
    "False None True and break continue def elif else for if in not or pass return while".split()  # noqa: SIM905
)
_RISKY_WORDS: Final = (
    (frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"case", "match", "file", "flush"})
    - (names.BUILTINS - names.EARLY - {"dict", "format", "isinstance"})
    - _PLAIN_KEYWORDS
)
_WORD: Final = re.compile(r"[a-zA-Z_]\w*")
# Texts are taken from left to right. A quote that opens none of these forms stays, and is risky.
_COMMENT_OR_TRIPLE: Final = r"""\#[^\n]*|\"{3}[^"\\]*\"{3}"""
_SHORT: Final = r"""|"(?!"")[^"\\\n]*"|'(?!'')[^'\\\n]*'"""
_WITH_ESCAPES: Final = r"""|"(?!"")(?:[^"\\\n]|\\[nt'"\\])*"|'(?!'')(?:[^'\\\n]|\\[nt'"\\])*'"""
_FIELD: Final = re.compile(r"\{([A-Za-z]\w*)")
_FILL: Final = (
    r"\{[A-Za-z]\w*(?::[\w.,<>^+]*[dfFeEgGxXobn%])?\}"  # a type: Monty formats lists, too
)
_FILLED: Final = (
    rf"""|\b[fF]"(?!"")(?:[^{{}}"\\\n]|\\n|{_FILL})*"|\b[fF]'(?!'')(?:[^{{}}'\\\n]|\\n|{_FILL})*'"""
)
_TEXT: Final = re.compile(_COMMENT_OR_TRIPLE + _SHORT)
_ANY_TEXT: Final = re.compile(_COMMENT_OR_TRIPLE + _FILLED + _WITH_ESCAPES)
_MEMBERS: Final = "|".join(sorted(names.MATH))
_IMPORT: Final = re.compile(
    rf"^ *(?:import math|from math import (?:{_MEMBERS})(?:, (?:{_MEMBERS}))*) *$", re.MULTILINE
)
_ATTRIBUTES: Final = "|".join(sorted((names.METHODS - {"format", "join"}) | names.MATH))
_RISKY_SIGNS: Final = (*"{;@\\\"'`\t\r\f", "->", "__")
_BLOCK_COLON: Final = re.compile(r":(?= *\$?(?:\n|\Z))")
_RISKY_DOT: Final = re.compile(rf"\.(?!\d|(?:{_ATTRIBUTES})\b)")
_PREFIXED_TEXT: Final = re.compile(r"\$(?<=\w\$)")
_IMAGINARY: Final = re.compile(r"[jJ](?<=\d[jJ])")
_PLAIN_DEF: Final = re.compile(r"def [a-zA-Z]\w*\([\w, =.]*\):")
_RESULT: Final = re.compile(r"\) -> (?:int|float|str|bool|list|dict|tuple|None):")
_BLOCK_AT_THE_TOP: Final = re.compile(r"^(?:if|for|while|return)\b", re.MULTILINE)
_LOOP: Final = re.compile(r"^ *for\b[^\n]*$", re.MULTILINE)
_READERS: Final = "(?:sum|max|min|list|sorted|tuple)"
_COMPREHENSION: Final = re.compile(
    rf"(?:\[|\b{_READERS}\()(?:[^()\[\]{{}}\n]|\([^()\[\]{{}}\n]*\))*? for\b"
)
_OWN_READER: Final = re.compile(rf"\b{_READERS}\b(?!\()|\bdef {_READERS}\b")


def is_plain(program: str) -> bool:
    """Whether a program is certainly in Monty's subset; False says nothing."""
    if "import" in program:
        program = _IMPORT.sub("", program)
    if "->" in program:
        program = _RESULT.sub("):", program)
    if "{" in program or "\\" in program:
        fields = (_FIELD.findall(text) for text in _ANY_TEXT.findall(program) if text[0] in "fF")
        if not _RISKY_WORDS.isdisjoint(chain.from_iterable(fields)):
            return False
        bare = _ANY_TEXT.sub(_TEXT_MARK, program)
    else:
        bare = _TEXT.sub(_TEXT_MARK, program)
    if not bare.isascii():
        return False
    words = _WORD.findall(bare)
    if not _RISKY_WORDS.isdisjoint(words) or _has_risky_sign(bare):
        return False
    if "def" in words and words.count("def") != len(_PLAIN_DEF.findall(bare)):
        return False
    if "return" in words and _BLOCK_AT_THE_TOP.search(bare):
        return False
    return "for" not in words or _plain_loops(bare, words.count("for"))


def _has_risky_sign(bare: str) -> bool:
    """Whether a sign is left, outside texts and comments, that could mean something risky."""
    for sign in _RISKY_SIGNS:
        if sign in bare:
            return True
    if bare.count(":") != bare.count(":\n") and bare.count(":") != len(_BLOCK_COLON.findall(bare)):
        return True
    return (
        ("." in bare and _RISKY_DOT.search(bare) is not None)
        or (_TEXT_MARK in bare and _PREFIXED_TEXT.search(bare) is not None)
        or _IMAGINARY.search(bare) is not None
    )


def _plain_loops(bare: str, count: int) -> bool:
    """Whether each `for` is a statement, a list's, or inside what reads it at once."""
    loops = _LOOP.findall(bare)
    for line in loops:
        whole = line.count("(") == line.count(")") and line.count("[") == line.count("]")
        if not whole or line.rstrip(" $")[-1:] != ":":
            return False
    inside = _COMPREHENSION.findall(bare)
    return len(loops) + len(inside) == count and not (inside and _OWN_READER.search(bare))
