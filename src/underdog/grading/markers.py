r"""Where a reply says that its answer stands: after `####`, in `\boxed{}`, after "The answer is".

Not a checker: it finds places, checkers read them. The strict rule, for all checkers: the last
place in the reply that the checker can read wins, whichever marker opened it. `\boxed{}` ends at
its own closing brace; the others end with their line or, in prose, with their sentence. Only the
last 200,000 characters of a reply are looked at, and at most the last 64 places. What a model
thinks aloud between `<think>` and `</think>` is no part of its reply; a thought that was cut off
leaves nothing.
"""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from underdog.core import Extraction

MAX_REPLY_CHARS = 200_000
_MAX_PLACES = 64

_THOUGHT = re.compile(r"<(?:think(?:ing)?|thoughts?)>|<\|begin_of_thought\|>", re.IGNORECASE)
_THOUGHT_END = re.compile(r"</(?:think(?:ing)?|thoughts?)>|<\|end_of_thought\|>", re.IGNORECASE)
_HASHES = re.compile(r"#{4}[ \t]*([^\n]*)")
_PHRASE = re.compile(
    r"""\b(?:answers?|correct[ ](?:option|choice)|final[ ]result)
        (?:[ ]+(?:to|for|of)\b[^\n.:=]{0,60}?)?
        [ \t]{0,20}\*{0,2}[ \t]{0,20}(?:\bis\b|\bare\b|:|=)[ \t]*:?[ \t]*""",
    re.IGNORECASE | re.VERBOSE,
)
_NEXT_LINE = re.compile(r"\s*\n([^\n]*)")
_CORRECTED = re.compile(
    r"not\s+(?!only\b|just\b)[^.\n]{1,80}?,?\s+but\s+(?:rather\s+|instead\s+)?(?=\S)", re.IGNORECASE
)
_NEXT_QUESTION = re.compile(r"\n[ \t]*[#*]{0,6}[ \t]*(?:Question|Problem|Q)[ ]?\d{0,3}[ ]?:")
_BRACES = re.compile(r"(\\(?:boxed|fbox)\s*\{)|\\.|([{}])", re.DOTALL)
_SENTENCE_END = re.compile(r"(?:(?<=[a-z]{3})|(?<=[\d)\]}$%]))\.\s+(?=[A-Z])")
HEDGED = "≡either"
"""What a reader makes of a place that leaves open which of two answers is meant."""
_EMPHASIS = string.whitespace + "\u00a0*_`"


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """A stretch of a reply that a marker points at.

    Attributes:
        start: Offset of its first character, for order only.
        text: What stands there, without emphasis marks around it.
        closed: Whether the marker says where the answer ends too (a box, a `####` line), so that
            nothing but the answer is in it.
    """

    start: int
    text: str
    closed: bool = False


def tail(reply: str) -> str:
    """The part of a reply that is looked at: its end, without thoughts.

    Example:
        >>> tail("<think>The answer is 5. No.</think>6"), tail("<think>It is 5. Hmm")
        ('6', '')
    """
    text = reply[-MAX_REPLY_CHARS:]
    if "think" not in text and "thought" not in text:
        return text
    text = text[max((end.end() for end in _THOUGHT_END.finditer(text)), default=0) :]
    opened = _THOUGHT.search(text)
    return text[: opened.start()] if opened else text


def read_marked(reply: str, read: Callable[[MarkedPlace], str | None]) -> str | None:
    """Apply the strict rule: the last marked place in which `read` finds an answer.

    Places before a line that opens another question (`Question:`, `Q:`) go before those behind it.
    """
    text = tail(reply)
    places = sorted(_places(text), key=lambda place: -place.start)[:_MAX_PLACES]
    asked_on = _NEXT_QUESTION.search(text)
    if asked_on is not None:  # a model that went on to a question of its own
        places.sort(key=lambda place: place.start > asked_on.start())
    return next((found for place in places if (found := read(place))), None)


def read_reply(
    reply: str, strict: Callable[[MarkedPlace], str | None], flexible: Callable[[str], str | None]
) -> Extraction:
    """Both rules on a reply; one whose last marked place is `HEDGED` has no answer.

    Args:
        reply: The whole reply.
        strict: Reads a marked place.
        flexible: Reads the tail of the reply, asked where no place could be read.
    """
    found = read_marked(reply, strict)
    if found == HEDGED:
        return Extraction(None, None)
    return Extraction(found, found or flexible(tail(reply)))


def whole_place(place: MarkedPlace) -> str | None:
    """Read a place as it stands."""
    return place.text or None


def strip_emphasis(text: str) -> str:
    """Drop Markdown emphasis, back-ticks and white space around a text."""
    return text.strip(_EMPHASIS)


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence, without the full stop."""
    end = _SENTENCE_END.search(text)
    sentence = strip_emphasis(text[: end.start()] if end else text)
    return strip_emphasis(sentence[:-1]) if sentence.endswith((".", "!")) else sentence


def boxed(reply: str) -> list[MarkedPlace]:
    r"""Contents of the outermost `\boxed{}` in order; one that never closes is left out.

    Example:
        >>> [place.text for place in boxed(r"so \boxed{\frac{1}{2}}")]
        ['\\frac{1}{2}']
    """
    found: list[MarkedPlace] = []
    opened: list[int | None] = []
    for match in _BRACES.finditer(reply):
        if match[1]:
            opened.append(match.end())
        elif match[2] == "{":
            opened.append(None)
        elif match[2] == "}" and opened:
            start = opened.pop()
            if start is not None:
                found.append(MarkedPlace(start, reply[start : match.start()].strip(), closed=True))
    return _outermost(found)


def unboxed(text: str) -> str:
    r"""What is in the box, of a text that is one box and nothing else.

    Example:
        >>> unboxed(r"$\boxed{18}$."), unboxed(r"\boxed{1} or \boxed{2}")
        ('18', '\\boxed{1} or \\boxed{2}')
    """
    places = boxed(text)
    inside = len(places) == 1 and text.strip(" $.").startswith((r"\boxed", r"\fbox"))
    return places[0].text if inside and text.strip(" $.").endswith("}") else text


def _outermost(places: list[MarkedPlace]) -> list[MarkedPlace]:
    kept: list[MarkedPlace] = []
    for place in places:
        while kept and kept[-1].start > place.start:
            kept.pop()
        kept.append(place)
    return kept


def _places(reply: str) -> Iterator[MarkedPlace]:
    yield from boxed(reply)
    for match in _HASHES.finditer(reply):
        yield MarkedPlace(match.start(1), strip_emphasis(match[1]), closed=True)
    for match in list(_PHRASE.finditer(reply))[-_MAX_PLACES:]:
        yield MarkedPlace(match.start(), first_sentence(_behind(reply, match.end())))


def _behind(reply: str, start: int) -> str:
    """What stands behind a phrase, on its line or else the next; of `not A but B` only B."""
    end = reply.find("\n", start)
    line = strip_emphasis(reply[start:] if end < 0 else reply[start:end])
    if not line and (following := _NEXT_LINE.match(reply, start)):
        line = strip_emphasis(following[1])
    corrected = _CORRECTED.match(line)
    return line[corrected.end() :] if corrected else line
