"""The index of all test sets, built once, and looking up many texts in it at a time.

Building takes about 100 bytes of memory per word of the test sets. Looking up holds one batch of
texts in memory. No model calls.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from underdog.core import Task
from underdog.core.example import Example
from underdog.data.dataset.example_text import whole
from underdog.data.decontamination.benchmark import Benchmark, flatten
from underdog.data.decontamination.gapped import (
    SEED,
    SEED_COMMON,
    SEED_WORDS,
    Passages,
    candidates,
)
from underdog.data.decontamination.grams import GramTable, common_runs, covered, distinct, grams
from underdog.data.decontamination.repeats import Repeat
from underdog.data.decontamination.rules import RULES, Rule, Thresholds
from underdog.data.decontamination.short import ShortTable
from underdog.data.decontamination.word_streams import (
    WHOLE,
    Ints,
    Stream,
    TestWords,
    WordStreams,
    tokens,
)

_BATCH = 2_048
_TOLD, _TOLD_BY = 8, 50
"""Words of a run, and most kinds of items that may hold it before it is an instruction."""
_AROUND = 20
"""Words before the first and behind the last shared run that may belong to a copy with gaps."""


@dataclass(frozen=True, slots=True)
class _Finding:
    rule: Rule
    share: float
    place: int = -1
    """Index in the batch of the first shared token; −1 when the shared words are scattered."""
    length: int = 0


_Findings = dict[tuple[int, int], _Finding]


@dataclass(frozen=True)
class ContaminationIndex:
    """The texts of all test items, indexed for comparison with training texts.

    Attributes:
        names: Number of items of each test set.
        thresholds: Thresholds of the rules.
        items: Name of the test set and id of the item, by passage number.
        vocabulary: The words of all passages.
        ngrams: Runs of words of the passages.
        numbers: Runs of words of the passages, numbers masked.
        templates: Runs of content words of the passages.
        short: Passages too short for a run of words, or too short without what many share.
        seeds: Short runs of words of the passages, which find texts that hold one with gaps.
        passages: The words of all passages.
        path: File of the index; `None` when it was built in this process.
        opener: Opens `path` in another process; `None` without a file.
    """

    names: dict[str, int]
    thresholds: Thresholds
    items: tuple[tuple[str, str], ...] = field(repr=False)
    vocabulary: TestWords = field(repr=False)
    ngrams: GramTable = field(repr=False)
    numbers: GramTable = field(repr=False)
    templates: GramTable = field(repr=False)
    short: ShortTable = field(repr=False)
    seeds: GramTable = field(repr=False)
    passages: Passages = field(repr=False)
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
            thresholds: Thresholds of the rules; the defaults when `None`.

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
        weights = vocabulary.traits.weight
        tables = [
            GramTable.build(grams(stream, size, lettered, hashes), kind, limits.common)
            for stream, size, lettered in _views(seen, limits)
        ]
        told = grams(seen.words, _TOLD, 0, hashes)
        often = common_runs(told, kind, _TOLD_BY)
        own = seen.words.only(~covered(told, often, _TOLD, len(seen.words.ids)))
        return cls(
            names={one.name: len({each.item for each in one.passages}) for one in benchmarks},
            thresholds=limits,
            items=tuple((one.name, each.item) for one in benchmarks for each in one.passages),
            vocabulary=vocabulary,
            ngrams=tables[0],
            numbers=tables[1],
            templates=tables[2],
            short=ShortTable.build(own, limits.ngram, limits.whole_words, hashes, weights),
            seeds=GramTable.build(grams(own, SEED, SEED_WORDS, hashes), kind, SEED_COMMON),
            passages=Passages.of(own, weights, len(passages)),
        )

    @cached_property
    def sizes(self) -> Ints:
        """Number of different runs of content words in the table, by passage number from 0."""
        return self.templates.sizes(len(self.items))

    def sent(self) -> "Callable[[], ContaminationIndex]":
        """A picklable function that opens this index in another process, from its file if any."""
        if self.opener is not None and self.path is not None and self.path.exists():
            return partial(self.opener, self.path)
        return partial(_itself, self)

    def hits(self, text: str) -> list[Repeat]:
        """Test items that a text repeats, those of the strictest rule first."""
        return next(self.scan([text]))

    def scan(self, texts: Iterable[str], batch: int = _BATCH) -> Iterator[list[Repeat]]:
        """Hits of every text, in order.

        Args:
            texts: Texts, read `batch` at a time.
            batch: Number of texts looked up together.
        """
        rest = iter(texts)
        while some := list(islice(rest, batch)):
            yield from self._look_up(some)

    def repeats(self, texts: Iterable[str]) -> dict[int, Repeat]:
        """The strictest hit of each text with hits, by the text's number from 0."""
        return {number: hits[0] for number, hits in enumerate(self.scan(texts)) if hits}

    def screen(self, example: Example) -> str | None:
        """Reason not to train on an example: the test item it repeats; `None` without one."""
        found = self.hits(whole(example))
        return str(found[0]) if found else None

    def _look_up(self, texts: Sequence[str]) -> list[list[Repeat]]:
        streams = self.vocabulary.streams(texts)
        found: _Findings = {}
        for finding in (self._runs(streams), self._whole(streams), self._template(streams)):
            for pair, what in finding.items():
                if pair not in found or RULES.index(what.rule) < RULES.index(found[pair].rule):
                    found[pair] = what
        found |= self._gapped(streams, found)
        hits: list[dict[tuple[str, str], Repeat]] = [{} for _ in texts]
        ordered = sorted(found.items(), key=lambda pair: (RULES.index(pair[1].rule), pair[0]))
        for (text, passage), what in ordered:
            name, item = self.items[passage]
            excerpt = _excerpt(texts[text], int(streams.starts[text]), what)
            repeat = Repeat(name, item, what.rule, what.share, excerpt)
            hits[text].setdefault((name, item), repeat)
        return [list(each.values()) for each in hits]

    def _runs(self, streams: WordStreams) -> _Findings:
        """Hits of the rules `ngram` and `numbers`; a hit of `ngram` replaces one of `numbers`."""
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
            weight = self.vocabulary.traits.weight[stream.ids]
            at, passages = _heavy(at, passages, runs.first, weight, size)
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
        once = distinct(runs.hashes[at], pair)
        at, pair = at[once], pair[once]
        pairs, place, counts = np.unique(pair, return_inverse=True, return_counts=True)
        running = np.concatenate([[0], np.cumsum(self.vocabulary.traits.weight[stream.ids])])
        first = runs.first[at]
        weights = np.bincount(place, weights=running[first + size] - running[first])
        texts, passages = np.divmod(pairs, len(self.items))
        shares = counts / np.maximum(1, self.sizes[passages])
        least = limits.template_shingles * limits.template_share * size * WHOLE
        return {
            (int(texts[row]), int(passages[row])): _Finding("template", float(shares[row]))
            for row in np.flatnonzero(
                (shares >= limits.template_share) & (weights >= least)
            ).tolist()
        }

    def _gapped(self, streams: WordStreams, known: _Findings) -> _Findings:
        """Hits of the rule `gapped` among the pairs of text and passage that are not known."""
        words = streams.words
        runs = grams(words, SEED, SEED_WORDS, self.vocabulary.hashes)
        at, passages = self.seeds.find(runs.hashes)
        least = self.passages.least[passages]
        found: _Findings = {}
        for one in candidates(runs.text[at], passages, runs.first[at], least):
            pair = one.text, one.passage
            if pair in known or pair in found:
                continue
            begin, end = np.searchsorted(words.text, [one.text, one.text + 1]).tolist()
            begin, end = max(begin, one.first - _AROUND), min(end, one.last + SEED + _AROUND)
            share = self.passages.in_words(one.passage, words.ids[begin:end])
            if share:
                start, last = int(words.place[one.first]), int(words.place[one.last + SEED - 1])
                found[pair] = _Finding("gapped", share, start, last + 1 - start)
        return found


def _itself(index: ContaminationIndex) -> ContaminationIndex:
    return index


def _views(streams: WordStreams, limits: Thresholds) -> list[tuple[Stream, int, int]]:
    """Input of the three run tables: stream, words per run, least words with letters per run."""
    return [
        (streams.words, limits.ngram, limits.ngram_words),
        (streams.masked, limits.ngram, limits.numbers_words),
        (streams.content, limits.shingle, 0),
    ]


def _heavy(
    at: Ints, passages: Ints, first: Ints, weight: NDArray[np.int32], size: int
) -> tuple[Ints, Ints]:
    """Shared runs that weigh enough, together with those of the same passage next to them.

    A run of words always does. A run of characters is part of a longer shared one, or no evidence.

    Args:
        at: Numbers of the shared runs, ascending.
        passages: Number of each one's passage.
        first: Index of each run's first word, by number of the run.
        weight: Weight of each word.
        size: Words per run.
    """
    running = np.concatenate([[0], np.cumsum(weight, dtype=np.int64)])
    begin = first[at]
    if not len(at) or (running[begin + size] - running[begin]).min() == size * WHOLE:
        return at, passages
    order = np.lexsort((begin, passages))
    begin, passage = begin[order], passages[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (passage[1:] != passage[:-1]) | (begin[1:] != begin[:-1] + 1)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(order)) - 1
    weights = running[begin[ends] + size] - running[begin[starts]]
    enough = weights >= (size - 1) * WHOLE
    kept = np.sort(order[np.repeat(enough, ends + 1 - starts)])
    return at[kept], passages[kept]


def _kinds(masked: Stream, passages: int) -> Ints:
    """Kind of each passage, from 0; passages that differ only in numbers share a kind."""
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
