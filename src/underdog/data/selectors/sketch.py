"""Sketch de-duplication: keep few examples of every structure, constants and names aside.

FLAME (arXiv 2301.13779) replaces references, numbers and strings of a formula by placeholders and
keeps one per sketch. Programs and formulas are treated the same way here; in text, placeholders
replace quoted strings, numbers (in words, too) and capitalised words inside a sentence. Streams;
memory is a digest, an id and a count per distinct sketch. No model calls.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from underdog.core.example import Example
from underdog.data.dataset.example_text import part_of
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.generators.knobs import whole

_CONSTANTS = re.compile(
    r"""(?P<string>"[^"\n]*"|(?<!\w)'[^'\n]*')
    |(?P<cell>\$?\b[A-Z]{1,3}\$?\d+\b)
    |(?P<number>(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?)
    |(?P<name>(?<=[a-z,;]\s)[A-Z][a-z]+\b)""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")


def sketch(text: str) -> str:
    """The text with its constants replaced by placeholders for their kind.

    Example:
        >>> sketch('=IF(A2>10, "yes", B7)')
        '=if(<cell>><number>, <string>, <cell>)'
    """
    marked = _CONSTANTS.sub(lambda match: f"<{match.lastgroup}>", text)
    return _SPACE.sub(" ", marked).strip().casefold()


@selectors.register("sketch")
class Sketch:
    """Keep the first few examples of every structure.

    The score is the number of an example among those of its sketch, from 1.

    Args:
        each: Most examples kept per sketch.
        part: `all` of the example, its `prompt` or its `completion`.
    """

    name = "sketch"
    needs: tuple[Aid, ...] = ()
    streams = True

    def __init__(self, each: int = 1, part: str = "prompt") -> None:
        self._each = whole("each", each, 1, 1_000_000)
        self._part = part_of(part)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        first: dict[bytes, tuple[str, int]] = {}
        for example in examples:
            text = sketch(self._part(example))
            mark = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            rival, seen = first.get(mark, (example.id, 0))
            first[mark] = (rival, seen + 1)
            if seen < self._each:
                yield Choice(example, True, "among the first of its sketch", seen + 1.0)
            else:
                why = "its sketch was seen often enough"
                yield Choice(example, False, why, seen + 1.0, rival)
