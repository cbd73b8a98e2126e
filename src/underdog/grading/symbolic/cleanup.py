r"""LaTeX as models write it, brought to one spelling: before anything is parsed.

Not a parser. Dollars, spacing, sizes, degree and percent signs go (percent is a unit, see
`grading.numerals`); synonyms, Unicode symbols and plain-text functions become one LaTeX command;
words in `\text{}` come out in double quotes.
"""

import re

from underdog.grading.markers import boxed
from underdog.grading.numerals import plain_characters

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
_DROPPED = re.compile(r"\\?%|\\?\$|\\limits|\\nolimits")


def clean(text: str) -> str:
    r"""One spelling of a LaTeX answer.

    Example:
        >>> clean(r"$\left( 3,\, \dfrac{π}{2} \right)$.")
        '(3,\\frac{\\pi }{2})'
    """
    text = plain_characters(_unboxed(text)).translate(_SYMBOLS)
    text = _DROPPED.sub("", text.replace(r"\[", " ").replace(r"\]", " "))
    text = text.replace(r"\(", " ").replace(r"\)", " ").replace("**", "^")
    text = _COMMAND.sub(lambda match: _SYNONYMS.get(match[0], match[0]), text)
    text = _INFINITY.sub(r"\\infty ", _FUNCTIONS.sub(r"\\\1 ", text))
    text = _ROOT_DIGITS.sub(r"\\sqrt{\1}", _ROOT_CALL.sub(r"\\sqrt{\1}", text))
    text = _BOX.sub(r"\1", _POWER_CALL.sub(r"^{\1}", text))
    text = re.sub(r"\s+", " ", text).strip()
    text = text.rstrip(".:; ") if not text.endswith(r"\;") else text
    return re.sub(r"(?<=[(\[{,]) | (?=[)\],])", "", text)


def _unboxed(text: str) -> str:
    places = boxed(text)
    inside = len(places) == 1 and text.strip(" $.").startswith((r"\boxed", r"\fbox"))
    return places[0].text if inside and text.strip(" $.").endswith("}") else text
