"""Exact de-duplication: keep the first of every set of equal examples.

Equal means the same text after Unicode normalisation (NFKC), with case folded and white space
collapsed. Streams; memory is a digest and an id per distinct example. No model calls.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from underdog.core.example import Example
from underdog.data.dataset.example_text import part_of
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.selector import Aid, Aids, Choice


@selectors.register("exact")
class Exact:
    """Keep the first of equal examples.

    Args:
        part: `all` of the example, its `prompt` or its `completion`.
    """

    name = "exact"
    needs: tuple[Aid, ...] = ()
    streams = True

    def __init__(self, part: str = "all") -> None:
        self._part = part_of(part)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        first: dict[bytes, str] = {}
        for example in examples:
            text = " ".join(unicodedata.normalize("NFKC", self._part(example)).split()).casefold()
            mark = blake2b(text.encode(), digest_size=16).digest()
            if mark in first:
                yield Choice(example, False, "repeats another example", rival=first[mark])
            else:
                first[mark] = example.id
                yield Choice(example, True, "first of its kind")
