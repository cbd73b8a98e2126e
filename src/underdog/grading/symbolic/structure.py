r"""The shape of a mathematical answer: lists, tuples, intervals, sets, unions, matrices, atoms.

Not algebra: atoms are handed on. Rules of reading, all documented behaviour of the `math` checker:

* Several answers joined by `;`, `,`, "and" or "or" are an unordered list in which repeated members
  count; in a set `\{…\}` they do not. In brackets the order matters, and so does the kind of
  bracket.
* `x = 5` is 5: the name on the left (or right, of a number) is dropped when all members share one
  name, and kept when they differ, so that `x=1, y=2` is not `x=2, y=1`; of x, y (and z) alone it is
  the pair (or triple) of their values.
* An answer with `\pm` is two answers, one with `+` and one with `-`; `k \ge 2` is the interval
  `[2,\infty)`; intervals joined by "or" are their union, two half-lines joined by "and" what both
  hold.
"""

import re
from dataclasses import dataclass

_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())
_JOINT = re.compile(r'\s*"\s*,?\s*(?:and|or)\s*"\s*|\s*(?:,|\s)\s*(?:and|or)\s+')
_OR = re.compile(r'(?:"\s*|[\s,])or(?:\s*"|\s)')
_AND = re.compile(r'(?:"\s*|[\s,])and(?:\s*"|\s)')
BRACES = "braces"
"""Text of a set that was written in braces, whose members count once."""
_NAME = re.compile(
    r"""\s*((?:[A-Za-z]|\\(?!frac|sqrt|infty|pi(?![a-z]))[a-z]+\s?(?:[A-Z][ A-Z]*)?)
        (?:\s*_\s*(?:\{[^{}=]*\}|\w))?(?:\s*\(\s*[A-Za-z](?:\s*,\s*[A-Za-z])*\s*\))?)\s*=(?!=)\s*""",
    re.VERBOSE,
)
_TURNED = re.compile(r"\s*([-+\d][^=a-zA-Z]*)=\s*([a-zA-Z])\s*")
"""A number with its name behind it: `5 = x`."""
_PAIR_NAME = re.compile(r"\A\s*\(\s*[a-zA-Z](?:\s*,\s*[a-zA-Z])+\s*\)\s*=\s*(?=\()")
_COORDINATES = ({"x", "y"}, {"x", "y", "z"})
_MATRIX = re.compile(
    r"\\begin\s*\{([pbvB]?matrix|array)\}(?:\{[lcr|]+\})?(.*)\\end\s*\{\1\}", re.DOTALL
)
_RELATION = re.compile(r"(\\le(?![a-z])|\\ge(?![a-z])|<=?|>=?)")
_VARIABLE = re.compile(r"\s*[a-zA-Z](?:_\{?\w+\}?)?\s*")
_ABSOLUTE = re.compile(r"\s*(?:\\left)?\s*\|\s*[a-zA-Z]\s*\|\s*")
_UNIT_AFTER = re.compile(r'(?<=[\w})])\s*"[^"]*"\s*(?:\^\s*\{?[23]\}?)?$')
_ALL_REALS = (r"\mathbb{R}", r"\mathbb R", r"\R", '"all real numbers"', "all real numbers")
_BUT_ONE = re.compile(
    r"(?:\s*[a-zA-Z]\s*\\ne(?![a-zA-Z])|\\mathbb\{R\}\s*(?:\\setminus|\\backslash)(?=\s*\\\{))"
    r"\s*(?:\\\{)?\s*(-?[\d./]+|-?\\frac\{\d+\}\{\d+\})\s*(?:\\\})?\s*"
)
"""All real numbers but one."""
_MEMBERSHIP = re.compile(r"\s*[a-zA-Z]\s*\\in(?![a-z])\s*")


@dataclass(frozen=True, slots=True)
class Structure:
    """An answer's shape.

    Attributes:
        kind: `atom`, `set` (unordered), `union`, `matrix`, `name=`, or the two brackets of a tuple
            or interval.
        text: The atom's text, the name, or the matrix's number of columns.
        parts: Members, in order.
    """

    kind: str
    text: str = ""
    parts: tuple["Structure", ...] = ()


def shape(text: str) -> Structure:
    """The shape of a cleaned answer."""
    items = [item for item in split_top(_JOINT.sub(",", text), ",;") if item.strip()]
    if not items:
        return Structure("atom", text.strip())
    if len(items) > 1:
        text_only = [not re.search(r"[\d\\=]", item) and '"' in item for item in items]
        if all(text_only):
            return Structure("set", parts=tuple(Structure("atom", item.strip()) for item in items))
    return _joined(text, items) or _listed(items)


def _joined(text: str, items: list[str]) -> Structure | None:
    """Inequalities that are joined by words: the set of numbers that they describe."""
    found = [_inequality(_UNIT_AFTER.sub("", item.strip())) for item in items]
    intervals = [one for one in found if one is not None]
    if len(items) < 2 or len(intervals) < len(items):
        return None
    if _OR.search(text) and not _AND.search(text):
        return Structure("union", parts=tuple(intervals))
    low = [one for one in intervals if one.parts[1].text == r"\infty"]
    high = [one for one in intervals if one.parts[0].text == r"-\infty"]
    if _AND.search(text) and len(low) == len(high) == 1 and len(items) == 2:
        brackets = low[0].kind[0] + high[0].kind[1]
        return Structure(brackets, parts=(low[0].parts[0], high[0].parts[1]))
    return None


def _listed(items: list[str]) -> Structure:
    items = [_TURNED.sub(r"\2=\1", _PAIR_NAME.sub("", item)) for item in items]
    named = [_NAME.match(item) for item in items]
    names = {match[1].replace(" ", "") for match in named if match}
    parts: list[Structure] = []
    for item, match in zip(items, named, strict=True):
        members = _members(item[match.end() :] if match else item)
        if match and len(names) > 1:
            members = [Structure("name=", match[1].replace(" ", ""), (part,)) for part in members]
        parts.extend(members)
    if {part.text for part in parts} in _COORDINATES and len(parts) == len(names):
        parts.sort(key=lambda part: part.text)
        return Structure("()", parts=tuple(value for part in parts for value in part.parts))
    return parts[0] if len(parts) == 1 else Structure("set", parts=tuple(parts))


def _members(item: str) -> list[Structure]:
    item = _UNIT_AFTER.sub("", item.strip())
    if (r"\pm" in item or r"\mp" in item) and not item.startswith(("(", "[", r"\{")):
        signs = (("+", "-"), ("-", "+"))
        return [_member(item.replace(r"\pm", up).replace(r"\mp", down)) for up, down in signs]
    made = _member(item)
    return list(made.parts) if made.kind == "set" and made.text != BRACES else [made]


def _member(item: str) -> Structure:
    item = item.strip()
    if match := _MEMBERSHIP.match(item):
        item = item[match.end() :]
    pieces = re.split(r"\\cup(?![a-z])", item)
    if len(pieces) > 1 and all(_balanced(piece) for piece in pieces):
        return Structure("union", parts=tuple(_member(piece) for piece in pieces))
    if match := _MATRIX.fullmatch(item):
        return _matrix(match[2])
    if item == r"\emptyset":
        return Structure("set", BRACES)
    if item in _ALL_REALS:
        return _interval("(", r"-\infty", r"\infty", ")")
    if left_out := _BUT_ONE.fullmatch(item):
        low, high = ("(", r"-\infty", left_out[1], ")"), ("(", left_out[1], r"\infty", ")")
        return Structure("union", parts=(_interval(*low), _interval(*high)))
    if interval := _inequality(item):
        return interval
    return _bracketed(item) or Structure("atom", item)


def _bracketed(item: str) -> Structure | None:
    if item.startswith(r"\{") and item.endswith(r"\}"):
        inner = item[2:-2]
        if not _balanced(inner) or "|" in inner or ":" in inner:
            return None
        parts = [part for piece in split_top(inner, ",") for part in _members(piece) if piece]
        return Structure("set", BRACES, tuple(parts))
    if len(item) < 2 or item[0] not in "([" or item[-1] not in ")]" or not _balanced(item[1:-1]):
        return None
    parts = split_top(item[1:-1], ",")
    if len(parts) == 1:
        return _member(parts[0]) if item[0] + item[-1] in ("()", "[]") else None
    return Structure(item[0] + item[-1], parts=tuple(_member(part) for part in parts))


def _matrix(body: str) -> Structure:
    rows = [row.split("&") for row in re.split(r"\\\\", body) if row.strip()]
    cells = tuple(_member(cell) for row in rows for cell in row)
    return Structure("matrix", str(len(rows[0]) if rows else 0), cells)


def _inequality(item: str) -> Structure | None:
    pieces = _RELATION.split(item)
    if len(pieces) == 3:
        left, sign, right = pieces
        if _ABSOLUTE.fullmatch(left) and re.fullmatch(r"\s*[\d.]+\s*", right) and _down(sign):
            minus = _interval("(", f"-{right.strip()}", right, ")")
            return minus if sign == "<" else Structure("[]", parts=minus.parts)
        if _VARIABLE.fullmatch(right) and not _VARIABLE.fullmatch(left):
            left, sign, right = right, _turned(sign), left
        if not _VARIABLE.fullmatch(left) or _VARIABLE.fullmatch(right):
            return None
        if _down(sign):
            return _interval("(", r"-\infty", right, _right_bracket(sign))
        return _interval(_left_bracket(sign), right, r"\infty", ")")
    if len(pieces) == 5 and _VARIABLE.fullmatch(pieces[2]):
        low, first, _, second, high = pieces
        if _down(first) != _down(second):
            return None
        if not _down(first):
            low, first, second, high = high, _turned(second), _turned(first), low
        return _interval(_left_bracket(first), low, high, _right_bracket(second))
    return None


def _interval(opening: str, low: str, high: str, closing: str) -> Structure:
    return Structure(opening + closing, parts=(_member(low), _member(high)))


def _down(sign: str) -> bool:
    return sign in (r"\le", "<", "<=")


def _turned(sign: str) -> str:
    return {r"\le": r"\ge", r"\ge": r"\le", "<": ">", ">": "<", "<=": ">=", ">=": "<="}[sign]


def _left_bracket(sign: str) -> str:
    return "(" if sign in "<>" else "["


def _right_bracket(sign: str) -> str:
    return ")" if sign in "<>" else "]"


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character in _OPEN) - (character in _CLOSE)
        if depth < 0:
            return False
    return depth == 0


def split_top(text: str, separators: str) -> list[str]:
    """Split at separators that stand outside all brackets."""
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character in separators and depth <= 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]
