"""What a study expects, declared beforehand, and how it is judged: reproduced, not, or null.

A paired expectation compares two arms item by item with the exact McNemar test, corrected for all
comparisons of the study (Bonferroni), and asks for the same sign under every seed: items say how
sure the difference between these trained models is, seeds whether it is one of the recipe. Arms
that differ by more than 1% in what they were declared to be matched in are not judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from underdog.core import Usage
from underdog.errors import DataError
from underdog.measure.results import ArmResult, ItemResult
from underdog.measure.verdict import compare
from underdog.studies.study import NO_VERDICT, Expectation, Finished, Judgement, Results, Words

_MATCH = 0.01


@dataclass(frozen=True, slots=True)
class PairedExpectation:
    """One arm gets more of the same items right than another.

    Attributes:
        text: What is expected.
        better: Arm that is expected to be better.
        worse: The other.
        matched: Facts in which both must agree to 1%, such as `tokens`.
        primary: Whether the study's verdict hangs on it.
    """

    text: str
    better: str
    worse: str
    matched: tuple[str, ...] = ("tokens",)
    primary: bool = True
    comparisons: int = field(default=1, init=False)

    def judge(self, results: Results, comparisons: int) -> Judgement:
        """Compare the arms over all items of all seeds."""
        why = _incomplete(results, (self.better, self.worse)) or self._unmatched(results)
        if why:
            return Judgement(self.text, "no verdict", why, self.primary)
        left, right = (_arm(name, results.arm(name)) for name in (self.better, self.worse))
        verdict = compare(left, right, comparisons=comparisons)
        signs = [
            _share(one) - _share(other)
            for one, other in zip(results.arm(self.better), results.arm(self.worse), strict=True)
        ]
        words: Words = "null"
        if verdict.words == "better" and min(signs) > 0:
            words = "reproduced"
        elif verdict.words == "worse" and max(signs) < 0:
            words = "not reproduced"
        seeds = ", ".join(f"{sign:+.1%}".replace("-", "−") for sign in signs)
        return Judgement(self.text, words, f"{verdict.sentence()} By seed: {seeds}.", self.primary)

    def _unmatched(self, results: Results) -> str:
        """In what the arms differ although they should not; empty when they are matched."""
        for fact in self.matched:
            for one, other in zip(
                results.facts(self.better, fact), results.facts(self.worse, fact), strict=True
            ):
                if abs(one - other) > _MATCH * max(abs(one), abs(other)):
                    return (
                        f"the arms are not matched: {fact} is {one:,.6g} for {self.better} and "
                        f"{other:,.6g} for {self.worse}, more than 1% apart"
                    )
        return ""


@dataclass(frozen=True, slots=True)
class RangeExpectation:
    """Some numbers all lie in a range.

    Attributes:
        text: What is expected.
        numbers: The numbers by name, from the results; none when they cannot be told.
        low: Lower end of the range.
        high: Upper end.
        arms: Arms that must be finished.
        primary: Whether the study's verdict hangs on it.
    """

    text: str
    numbers: Callable[[Results], Mapping[str, float]]
    low: float
    high: float
    arms: tuple[str, ...]
    primary: bool = True
    comparisons: int = field(default=0, init=False)

    def judge(self, results: Results, comparisons: int) -> Judgement:
        """Look where the numbers lie: reproduced when all are in the range."""
        why = _incomplete(results, self.arms)
        if why:
            return Judgement(self.text, "no verdict", why, self.primary)
        found = self.numbers(results)
        listed = ", ".join(f"{name}: {value:.3g}" for name, value in found.items())
        if not found:
            return Judgement(self.text, "null", "no such number can be told", self.primary)
        inside = all(self.low <= value <= self.high for value in found.values())
        words: Words = "reproduced" if inside else "not reproduced"
        return Judgement(self.text, words, f"{listed}.", self.primary)


@dataclass(frozen=True, slots=True)
class StudyVerdict:
    """All judgements of a study, and what follows.

    Attributes:
        words: The verdict.
        reason: In a sentence.
        judgements: The judgements, in the order of the expectations.
    """

    words: Words
    reason: str
    judgements: tuple[Judgement, ...]


def judge_all(expectations: Sequence[Expectation], results: Results, setting: str) -> StudyVerdict:
    """Judge a study: reproduced when all primary expectations are.

    Args:
        expectations: What was expected.
        results: What was found.
        setting: Setting of the grid; `ci` and `tune` get no verdict.
    """
    comparisons = max(1, sum(one.comparisons for one in expectations))
    found = tuple(one.judge(results, comparisons) for one in expectations)
    if setting in NO_VERDICT:
        reason = f"the setting {setting!r} checks mechanics and gives no verdict"
        bare = tuple(Judgement(one.text, "no verdict", reason, one.primary) for one in expectations)
        return StudyVerdict("no verdict", reason, bare)
    primary = [one for one in found if one.primary]
    count = {word: sum(one.words == word for one in primary) for word in _ORDER}
    for word in _ORDER:
        if count[word]:
            return StudyVerdict(word, _reason(word, count[word], len(primary)), found)
    return StudyVerdict("no verdict", "nothing primary is expected", found)


_ORDER: tuple[Words, ...] = ("no verdict", "not reproduced", "null", "reproduced")


def _reason(words: Words, count: int, of: int) -> str:
    ends: Mapping[Words, str] = {
        "no verdict": "could not be judged",
        "not reproduced": "came out the other way",
        "null": "could not be shown",
        "reproduced": "came out as expected",
    }
    return f"{count} of {of} primary expectations {ends[words]}"


def _incomplete(results: Results, arms: Sequence[str]) -> str:
    """Which arm is not finished; empty when all are."""
    for name in arms:
        wanted = sum(cell.arm == name for cell in results.expected)
        if wanted == 0 or len(results.arm(name)) < wanted:
            return f"{name}: {len(results.arm(name))} of {wanted} cells are finished"
    return ""


def _share(one: Finished) -> float:
    marks = one.result.marks
    return marks.count("1") / len(marks) if marks else 0.0


def _arm(name: str, cells: Sequence[Finished]) -> ArmResult:
    items = tuple(chain.from_iterable(_items(one) for one in cells))
    if not items:
        raise DataError(f"arm {name!r} has no marks of items to compare")
    return ArmResult(name, name, "", "", items)


def _items(one: Finished) -> Sequence[ItemResult]:
    size, seed = one.result.group_size, one.cell.seed
    return [
        ItemResult(
            f"{seed}/{place}",
            "right" if mark == "1" else "wrong",
            float(mark == "1"),
            Usage(),
            group=f"{seed}/{place // size}" if size > 1 else "",
        )
        for place, mark in enumerate(one.result.marks)
    ]
