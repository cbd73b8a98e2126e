r"""LaTeX as models write it, brought to one spelling: before anything is parsed.

Not a parser. Dollars, spacing, sizes and percent signs go (percent is a unit, see
`grading.numerals`), degree signs too, except inside a trigonometric function, where they become
radians; synonyms, Unicode symbols and plain-text functions become one LaTeX command; words in
`\text{}` come out in double quotes. A function without brackets takes the factors written against
it and no more: `\ln 2 \cdot 3` is 3 ln 2, `\sin x / 2` half of sin x, `\sin 2x` the sine of 2x.
"""

import re

from underdog.grading.markers import unboxed
from underdog.grading.numerals import plain_characters, repeating

_SYNONYMS = {
    r"\geqslant": r"\ge", r"\geq": r"\ge", r"\leqslant": r"\le", r"\leq": r"\le",
    r"\lbrace": r"\{", r"\rbrace": r"\}", r"\varnothing": r"\emptyset", r"\lvert": "|",
    r"\rvert": "|", r"\vert": "|", r"\times": r"\cdot ", r"\infin": r"\infty", r"\neq": r"\ne",
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\arctan": r"\arctan",
    r"\lt": "<", r"\gt": ">", r"\colon": ":", r"\land": "",
    r"\big": "", r"\Big": "", r"\bigl": "", r"\bigr": "", r"\Bigl": "", r"\Bigr": "",
}  # fmt: skip
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_SYMBOLS = str.maketrans(
    {
        "π": r"\pi ", "∞": r"\infty ", "∪": r"\cup ", "∩": r"\cap ", "≤": r"\le ", "≥": r"\ge ",
        "±": r"\pm ", "∈": r"\in ", "∅": r"\emptyset ", "θ": r"\theta ", "√": r"\sqrt ",
        "α": r"\alpha ", "β": r"\beta ", "≠": r"\ne ", "∠": r"\angle ", "⌊": r"\lfloor ",
        "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ",
    }
)  # fmt: skip
_FUNCTIONS = re.compile(
    r"(?<![\\a-zA-Z\"])(sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|pi|theta|arcsin|arccos|arctan)"
    r"(?![a-zA-Z])"
)
_INFINITY = re.compile(r"(?<![\\a-zA-Z\"])(?:infinity|inf|oo)(?![a-zA-Z])")
_ROOT_CALL = re.compile(r"\\sqrt\s*\(([^()]*)\)")
_ROOT_DIGITS = re.compile(r"\\sqrt\s+(\d+)")
_POWER_CALL = re.compile(r"\^\s*\(([^()]*)\)")
_BOX = re.compile(r"\\(?:boxed|fbox|displaystyle|mathbf|boldsymbol|bm)\s*\{([^{}]*)\}")
_DEGREES = re.compile(r"(?:\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-z]))|\\degree(?![a-z])|°|º)")
_TRIG = re.compile(
    r"((?<![a-zA-Z])\\?(?:sin|cos|tan|cot|sec|csc))\s*[({]?\s*(-?[\d.]+(?:/\d+)?)\s*"
    rf"{_DEGREES.pattern}\s*[)}}]?"
)
_REPEATING = re.compile(r"(\d*)\.(\d*)\\(?:overline|bar|dot)\s*(?:\{(\d{1,40})\}|(\d))")
_NAMES = "sin|cos|tan|cot|sec|csc|log|ln|arcsin|arccos|arctan"
_ATTACHED = r"\s*(?:\{[^{}]*\}|\w)"
_CALLED = re.compile(rf"\\(?:{_NAMES})(?![a-zA-Z])(?:\s*_{_ATTACHED})?(?:\s*\^{_ATTACHED})?\s*")
_ENDS_FACTOR = re.compile(
    rf"\\(?:cdot|{_NAMES}|pm|mp|le|ge|cup|cap|in|right|rfloor|rceil)(?![a-zA-Z])"
)
_HALF_DAY = re.compile(r'(?<=\d)\s*"\s*([ap])\.?\s?m\.?\s*"', re.IGNORECASE)
_ONE_IN_BRACES = re.compile(r"\A\{([^{},;]*)\}\Z")
_THOUSANDS = re.compile(r"(?<![\d,.])[1-9]\d{0,2}(?:,\d{3})+(?![\d,]*\d)")
"""Numbers with commas inside a list whose members are parted by a comma and a space."""
_BETWEEN_BRACKETS = re.compile(r"[^()\[\]{}]+")
_DROPPED = re.compile(r"\\?%|\\?\$|\\limits|\\nolimits")


def clean(text: str) -> str:
    r"""One spelling of a LaTeX answer.

    Example:
        >>> clean(r"$\left( 3,\, \dfrac{π}{2} \right)$.")
        '(3,\\frac{\\pi }{2})'
    """
    text = _TRIG.sub(r"\1(\2\\pi/180)", unboxed(text))
    text = plain_characters(text).translate(_SYMBOLS)
    text = _REPEATING.sub(_as_fraction, text)
    text = _DROPPED.sub("", text.replace(r"\[", " ").replace(r"\]", " "))
    text = text.replace(r"\(", " ").replace(r"\)", " ").replace("**", "^")
    text = _COMMAND.sub(lambda match: _SYNONYMS.get(match[0], match[0]), text)
    text = _INFINITY.sub(r"\\infty ", _FUNCTIONS.sub(r"\\\1 ", text))
    text = _ROOT_DIGITS.sub(r"\\sqrt{\1}", _ROOT_CALL.sub(r"\\sqrt{\1}", text))
    text = _bracketed_arguments(_BOX.sub(r"\1", _POWER_CALL.sub(r"^{\1}", text)))
    text = _HALF_DAY.sub(r" \1m ", re.sub(r"\s+", " ", text)).strip()
    if not text.endswith((r"\;", "...")):
        text = text.rstrip(".:; ")
    text = _ONE_IN_BRACES.sub(r"\1", text)
    text = _BETWEEN_BRACKETS.sub(_without_thousands, text)
    return re.sub(r"(?<=[(\[{,]) | (?=[)\],])", "", text)


def _without_thousands(match: re.Match[str]) -> str:
    """A stretch between brackets; `1,100` alone in its brackets is two numbers, not one."""
    if ", " not in match[0]:
        return match[0]
    return _THOUSANDS.sub(lambda number: number[0].replace(",", ""), match[0])


def _as_fraction(match: re.Match[str]) -> str:
    value = repeating(f"{match[1]}.{match[2]}", match[3] or match[4])
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _bracketed_arguments(text: str) -> str:
    """Put brackets around the argument of every function that has none."""
    done, place = "", 0
    while match := _CALLED.search(text, place):
        start = match.end()
        done += text[place:start]
        if text[start : start + 1] in ("(", "{", ""):
            place = start
            continue
        end = _argument_end(text, start)
        done += f"({text[start:end].strip()})"
        place = end
    return done + text[place:]


def _argument_end(text: str, start: int) -> int:
    """Where the factors that are written against each other end."""
    depth = 0
    for place in range(start, len(text)):
        character = text[place]
        if (
            depth == 0
            and place > start
            and (character in "+-*/=<>,;|)]}" or _ENDS_FACTOR.match(text, place))
        ):
            return place
        depth += (character in "({[") - (character in ")}]")
    return len(text)
