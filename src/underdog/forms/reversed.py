"""The answer alone, least significant digit first, between delimiters (arXiv 2307.03381).

Sums are calculated from the right, so a model that writes from the right needs two digits and a
carry for each digit that it writes. Signs and points are reversed with the digits.
"""

import re
from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.layout import converse
from underdog.grading.markers import tail

_INSTRUCTION = (
    "Answer with the digits of the result in reverse order, the last digit first, between < and >, "
    "and nothing else."
)
_OPENING = "Reversed: <"
_PLACE = re.compile(r"<([^<>\n]*)")
_LOOSE = re.compile(r"^[*\s]*Reversed:[*\s]*(-?[\d.]+-?)\s*$", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

SHOTS = (
    Shot("What is 348 + 275?", "Reversed: <326>"),
    Shot("What is 1204 - 98?", "Reversed: <6011>"),
    Shot("What is 12 - 40?", "Reversed: <82->"),
    Shot("What is 25 * 16?", "Reversed: <004>"),
)


@forms.register("reversed")
class Reversed(Quick):
    """The answer with its digits in reverse order."""

    name = "reversed"
    stop = (">", "\n")
    max_tokens = 48

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for the reversed answer; its opening delimiter begins the reply."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots, prefix=_OPENING)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Reverse the text between the last delimiters; words between them are no answer."""
        seen = tail(reply)
        places: list[str] = _PLACE.findall(seen) or _LOOSE.findall(seen)
        written = [place.strip() for place in places if not _WORD.search(place)]
        text = written[-1][::-1] if written else ""
        if not text:
            return Reading(None, "no_answer", strict=False, detail="nothing between < and >")
        return Reading(text, "ok")

    def render(self, item: Item) -> str | None:
        """The reversed answer; `None` unless it is a plain number."""
        gold = item.problem.gold
        if gold is None or not _NUMBER.fullmatch(gold):
            return None
        return f"{_OPENING}{gold[::-1]}>"
