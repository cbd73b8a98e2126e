"""The index of all test sets, built once, and looking texts up in it, many at a time.

Building takes about 100 bytes per word of the test sets. Looking up holds one batch of texts and
nothing else, so any number of texts is one pass. No model calls.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

import numpy as np

from underdog.core import Task
from underdog.core.example import Example
from underdog.data.dataset.example_text import whole
from underdog.data.decontamination.benchmark import Benchmark, flatten
from underdog.data.decontamination.grams import GramTable, distinct_pairs, grams
from underdog.data.decontamination.repeats import Repeat
from underdog.data.decontamination.rules import RULES, Rule, Thresholds
from underdog.data.decontamination.short import ShortTable
from underdog.data.decontamination.word_streams import Ints, Stream, TestWords, WordStreams, tokens

_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class _Finding:
    rule: Rule
    share: float
    place: int = -1
    """Token of the batch where the same words begin; −1 when they do not stand together."""
    length: int = 0


_Findings = dict[tuple[int, int], _Finding]


@dataclass(frozen=True)
class ContaminationIndex:
    """All test items, ready to be compared with training texts.

    Attributes:
        names: Of the test sets, with the number of their items.
        thresholds: When a rule speaks.
        items: Test set and item of every passage.
        vocabulary: The words of all passages.
        ngrams: Their runs of words.
        numbers: Their runs of words, numbers masked.
        templates: Their runs of content words.
        short: Those too short for a run.
        path: The file that it was read from.
        opener: Opens that file; what other processes are sent, with the path.
    """

    names: dict[str, int]
    thresholds: Thresholds
    items: tuple[tuple[str, str], ...] = field(repr=False)
    vocabulary: TestWords = field(repr=False)
    ngrams: GramTable = field(repr=False)
    numbers: GramTable = field(repr=False)
    templates: GramTable = field(repr=False)
    short: ShortTable = field(repr=False)
    path: Path | None = None
    opener: "Callable[[Path], ContaminationIndex] | None" = field(default=None, repr=False)

    @classmethod
    def build(
        cls, sets: Iterable[Task | Benchmark], thresholds: Thresholds | None = None
    ) -> "ContaminationIndex":
        """Index test sets.

        Args:
            sets: Tasks (all splits but `train` and `prompt` are protected) and benchmarks, such
                as `local_benchmarks()` and `benchmark_file(path)` give.
            thresholds: When a rule speaks.

        Example:
            >>> from underdog.data.decontamination.benchmark import Passage
            >>> text = "Ada reads 12 pages of an old sea story each night before she goes to sleep."
            >>> index = ContaminationIndex.build([Benchmark("mine", (Passage("1", text),))])
            >>> [hit.rule for hit in index.hits(text.upper())]
            ['ngram']
        """
        limits = thresholds or Thresholds()
        benchmarks = list(flatten(sets))
        passages = [passage for one in benchmarks for passage in one.passages]
        vocabulary = TestWords.of(passage.text for passage in passages)
        seen = vocabulary.streams([passage.text for passage in passages])
        kind, hashes = _kinds(seen.masked, len(passages)), vocabulary.hashes
        tables = [
            GramTable.build(grams(stream, size, lettered, hashes), kind, limits.common)
            for stream, size, lettered in _views(seen, limits)
        ]
        return cls(
            names={one.name: len({each.item for each in one.passages}) for one in benchmarks},
            thresholds=limits,
            items=tuple((one.name, each.item) for one in benchmarks for each in one.passages),
            vocabulary=vocabulary,
            ngrams=tables[0],
            numbers=tables[1],
            templates=tables[2],
            short=ShortTable.build(seen.words, limits.ngram, limits.whole_words, hashes),
        )

    @cached_property
    def sizes(self) -> Ints:
        """How many different runs of content words of each passage are in the table."""
        return self.templates.sizes(len(self.items))

    def sent(self) -> "Callable[[], ContaminationIndex]":
        """What another process calls to have this index: its file's opener, or all of it."""
        if self.opener is not None and self.path is not None and self.path.exists():
            return partial(self.opener, self.path)
        return partial(_itself, self)

    def hits(self, text: str) -> list[Repeat]:
        """Test items that a text repeats, the strictest rule first."""
        return next(self.scan([text]))

    def scan(self, texts: Iterable[str], batch: int = _BATCH) -> Iterator[list[Repeat]]:
        """Hits of every text, in order.

        Args:
            texts: Read `batch` at a time.
            batch: Texts that are looked up together.
        """
        rest = iter(texts)
        while some := list(islice(rest, batch)):
            yield from self._look_up(some)

    def repeats(self, texts: Iterable[str]) -> dict[int, Repeat]:
        """The strictest hit of each text that has one, by the text's number from 0."""
        return {number: hits[0] for number, hits in enumerate(self.scan(texts)) if hits}

    def screen(self, example: Example) -> str | None:
        """Why an example must not be trained on, or `None`."""
        found = self.hits(whole(example))
        return str(found[0]) if found else None

    def _look_up(self, texts: Sequence[str]) -> list[list[Repeat]]:
        streams = self.vocabulary.streams(texts)
        found: _Findings = {}
        for finding in (self._runs(streams), self._whole(streams), self._template(streams)):
            for pair, what in finding.items():
                if pair not in found or RULES.index(what.rule) < RULES.index(found[pair].rule):
                    found[pair] = what
        hits: list[dict[tuple[str, str], Repeat]] = [{} for _ in texts]
        ordered = sorted(found.items(), key=lambda pair: (RULES.index(pair[1].rule), pair[0]))
        for (text, passage), what in ordered:
            name, item = self.items[passage]
            excerpt = _excerpt(texts[text], int(streams.starts[text]), what)
            repeat = Repeat(name, item, what.rule, what.share, excerpt)
            hits[text].setdefault((name, item), repeat)
        return [list(each.values()) for each in hits]

    def _runs(self, streams: WordStreams) -> _Findings:
        """The `ngram` and `numbers` rules; the stricter overwrites the other."""
        found: _Findings = {}
        views = _views(streams, self.thresholds)
        looks: tuple[tuple[Rule, GramTable, int], ...] = (
            ("numbers", self.numbers, 1),
            ("ngram", self.ngrams, 0),
        )
        for rule, table, view in looks:
            stream, size, lettered = views[view]
            runs = grams(stream, size, lettered, self.vocabulary.hashes)
            at, passages = table.find(runs.hashes)
            for place, passage in zip(at[::-1].tolist(), passages[::-1].tolist(), strict=True):
                first = int(runs.first[place])
                start, end = int(stream.place[first]), int(stream.place[first + size - 1])
                found[int(runs.text[place]), passage] = _Finding(rule, 1.0, start, end + 1 - start)
        return found

    def _whole(self, streams: WordStreams) -> _Findings:
        found: _Findings = {}
        words = streams.words
        for first, passage, length in self.short.find(words, self.vocabulary.hashes):
            start, end = int(words.place[first]), int(words.place[first + length - 1])
            pair = int(words.text[first]), passage
            found.setdefault(pair, _Finding("whole", 1.0, start, end + 1 - start))
        return found

    def _template(self, streams: WordStreams) -> _Findings:
        limits = self.thresholds
        stream, size, lettered = _views(streams, limits)[2]
        runs = grams(stream, size, lettered, self.vocabulary.hashes)
        at, passages = self.templates.find(runs.hashes)
        large = self.sizes[passages] >= limits.template_shingles
        at, passages = at[large], passages[large]
        pair = runs.text[at] * len(self.items) + passages
        pairs, counts = np.unique(distinct_pairs(runs.hashes[at], pair)[1], return_counts=True)
        texts, passages = np.divmod(pairs, len(self.items))
        shares = counts / np.maximum(1, self.sizes[passages])
        return {
            (int(texts[row]), int(passages[row])): _Finding("template", float(shares[row]))
            for row in np.flatnonzero(shares >= limits.template_share).tolist()
        }


def _itself(index: ContaminationIndex) -> ContaminationIndex:
    return index


def _views(streams: WordStreams, limits: Thresholds) -> list[tuple[Stream, int, int]]:
    """What the run tables look at: stream, words in a run, words with letters in it."""
    return [
        (streams.words, limits.ngram, limits.ngram_words),
        (streams.masked, limits.ngram, limits.numbers_words),
        (streams.content, limits.shingle, 0),
    ]


def _kinds(masked: Stream, passages: int) -> Ints:
    """A number per passage, the same for passages that differ in nothing but numbers."""
    starts = np.searchsorted(masked.text, np.arange(passages + 1))
    known: dict[bytes, int] = {}
    kinds = [
        known.setdefault(masked.ids[starts[row] : starts[row + 1]].tobytes(), len(known))
        for row in range(passages)
    ]
    return np.array(kinds, dtype=np.int64)


def _excerpt(text: str, first_token: int, what: _Finding) -> str:
    if what.place < 0:
        return ""
    found = tokens(text)
    start = what.place - first_token
    return " ".join(found[start : start + what.length])
