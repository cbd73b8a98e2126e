"""Which part of a text each listed token is, so that a trace belongs to exactly its text.

Tokens are joined by their bytes: one character may be split over several tokens, and a label may
stand for bytes that are no text. Servers may list more tokens than the text shows (the end of the
turn, a stop string), and may strip white space at the text's ends.
"""

import codecs
from collections.abc import Sequence

from underdog.engines.openai.wire import SampledToken

Span = tuple[int, int]
_PIECES = str.maketrans({"\u0120": " ", "\u010a": "\n", "\u0109": "\t", "\u2581": " "})
"""Marks that tokenizers write for a space, a line end and a tab."""


def spans(tokens: Sequence[SampledToken], text: str) -> list[Span] | None:
    """Start and end of each token in `text`, in characters; `None` when the tokens are not its.

    Tokens beyond the end of the text have a start at or after its length.

    Example:
        >>> fox = "\U0001f98a".encode()
        >>> parts = (fox[:2], fox[2:], b" ok")
        >>> spans([SampledToken("", part, -1.0, ()) for part in parts], "\U0001f98a ok")
        [(0, 1), (0, 1), (1, 4)]
    """
    return (
        _joined([token.data for token in tokens], text)
        or _joined([_written(token.label) for token in tokens], text)
        or _joined([_written(token.label.translate(_PIECES)) for token in tokens], text)
        or _around_partial([token.label for token in tokens], text)
    )


def between(
    tokens: Sequence[SampledToken], places: Sequence[Span], start: int, end: int
) -> tuple[SampledToken, ...]:
    """The tokens that have a part of themselves between two places of the text."""
    return tuple(
        token
        for token, (begin, until) in zip(tokens, places, strict=True)
        if begin < end and (until > start or begin == until > start)
    )


def _joined(pieces: Sequence[bytes | None], text: str) -> list[Span] | None:
    """Spans by the bytes of all tokens; `None` when some are unknown or they are another text."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    places: list[Span] = []
    parts: list[str] = []
    at = 0
    for piece in pieces:
        if piece is None:
            return None
        part = decoder.decode(piece)
        parts.append(part)
        until = at + len(part)
        places.append((at, until + bool(decoder.getstate()[0])))
        at = until
    whole = "".join(parts) + decoder.decode(b"", final=True)
    return _fitted(places, whole, text)


def _fitted(places: list[Span], whole: str, text: str) -> list[Span] | None:
    if whole.startswith(text):
        return places
    shift = len(whole) - len(whole.lstrip())
    if text and whole[shift:].startswith(text):
        return [(max(0, begin - shift), max(0, until - shift)) for begin, until in places]
    return None


def _around_partial(labels: Sequence[str], text: str) -> list[Span] | None:
    """Spans where some labels show a part of a character as U+FFFD.

    A run of n such tokens is from 1 to n characters long; the next label says where it ends.
    """
    places: list[Span] = []
    at, run = 0, 0
    for label in labels:
        if "\ufffd" in label:
            run += 1
            continue
        if at >= len(text) and not run:
            places.append((at, at + len(label)))
            at += len(label)
            continue
        width = next((w for w in range(run + 1) if run and w and text.startswith(label, at + w)), 0)
        if (run and not width) or not text.startswith(label, at + width):
            rest = len(text) - at
            if not (run and 0 < rest <= run):
                return None
            width = rest
        places += [(at, at + width)] * run + [(at + width, at + width + len(label))]
        at, run = at + width + len(label), 0
    if run:
        places += [(at, max(at, len(text)))] * run
        at = len(text) if len(text) - at <= run else at
    return places if at >= len(text) else None


def _written(label: str) -> bytes | None:
    return None if "\ufffd" in label else label.encode("utf-8", "replace")
