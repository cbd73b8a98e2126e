"""The verdict between two arms: a winner is named only by a paired test on the same problems.

Both the test and the interval of the difference must agree before one arm is called better, and an
arm that used gold to choose is a bound and cannot win. Otherwise the verdict reads "no difference
shown", with the range of differences that the data allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from underdog.errors import DataError
from underdog.measure.bootstrap import clusters_of
from underdog.measure.intervals import Estimate
from underdog.measure.paired import holm, mcnemar, paired_difference, permutation_test
from underdog.measure.power import problems_needed
from underdog.measure.results import ArmResult, ItemResult
from underdog.seeds import derive

Words: TypeAlias = Literal["better", "worse", "no difference shown", "bound"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Paired comparison of a left arm with a right arm.

    Attributes:
        left: Name of the left arm.
        right: Name of the right arm.
        both: Problems that both got right.
        left_only: Problems that only the left arm got right.
        right_only: Problems that only the right arm got right.
        neither: Problems that neither got right.
        difference: Accuracy of left minus right, in [-1, 1], with its interval.
        p_value: P-value of the paired test, adjusted when several comparisons were made.
        test: Name of the paired test.
        words: `better` or `worse` (left against right), `no difference shown`, or `bound` when
            an arm used gold and no winner can be named.
        clusters: Number of clusters in test and interval; 0 when problems are independent.
        comparisons: Number of comparisons that the p-value is adjusted for.
    """

    left: str
    right: str
    both: int
    left_only: int
    right_only: int
    neither: int
    difference: Estimate
    p_value: float
    test: str
    words: Words
    clusters: int = 0
    comparisons: int = 1

    @property
    def n(self) -> int:
        """Number of problems compared."""
        return self.both + self.left_only + self.right_only + self.neither

    @property
    def left_accuracy(self) -> float:
        """Accuracy of the left arm."""
        return (self.both + self.left_only) / self.n

    @property
    def right_accuracy(self) -> float:
        """Accuracy of the right arm."""
        return (self.both + self.right_only) / self.n

    @property
    def winner(self) -> str | None:
        """Name of the better arm; `None` when no difference is shown."""
        return {"better": self.left, "worse": self.right}.get(self.words)

    def sentence(self) -> str:
        """The verdict in one or two sentences, with n, interval and p-value."""
        return f"{self.headline()} {self.evidence()}"

    def headline(self) -> str:
        """The verdict without its numbers."""
        match self.words:
            case "better":
                return f"{self.left} is better than {self.right}."
            case "worse":
                return f"{self.left} is worse than {self.right}."
            case "bound":
                return f"No winner: {self.left} or {self.right} chose with the gold answer."
            case _:
                return f"No difference shown between {self.left} and {self.right}."

    def evidence(self) -> str:
        """The numbers that the headline rests on."""
        ends = self.difference.interval
        text = (
            f"{self.left_accuracy:.1%} against {self.right_accuracy:.1%} on the same {self.n:,} "
            f"problems: {_points(self.difference.value)} points, "
            f"{ends.level:.0%} interval {_points(ends.low)} to {_points(ends.high)}; "
            f"{self.test}, {_p_text(self.p_value)}"
        )
        if self.comparisons > 1:
            text += f" after Holm's correction for {self.comparisons} comparisons"
        if self.clusters:
            text += f", {self.clusters} clusters"
        return f"{text}.{self._what_is_missing()}"

    def _what_is_missing(self) -> str:
        discordant = self.left_only + self.right_only
        if self.words != "no difference shown" or self.left_only == self.right_only:
            return ""
        if self.clusters or self.comparisons > 1:
            return ""
        needed = problems_needed(self.difference.value, discordant / self.n)
        if needed <= self.n:
            return ""
        return f" Showing a difference of this size would take about {needed:,} problems."


def compare(left: ArmResult, right: ArmResult, *, seed: int = 0, level: float = 0.95) -> Verdict:
    """Compare two arms that answered the same problems.

    Problems whose groups can serve as clusters (see `bootstrap.clusters_of`) are tested and
    resampled by cluster; otherwise the test is McNemar's exact one.

    Args:
        left: Arm that the verdict's words describe.
        right: Arm to compare with.
        seed: Root of the resampling seeds.
        level: Confidence level; a winner needs p <= 1 - level and an interval without 0.

    Raises:
        DataError: The arms are empty, repeat a problem, or did not answer the same problems.
    """
    pairs = paired_items(left, right)
    ours, theirs = ([float(pair[side].right) for pair in pairs] for side in (0, 1))
    groups = clusters_of([item.group for item, _ in pairs])
    counts = [(one.right, other.right) for one, other in pairs]
    left_only, right_only = counts.count((True, False)), counts.count((False, True))
    path = (seed, "compare", left.name, right.name)
    if groups is None:
        test, p_value = "exact McNemar test", mcnemar(left_only, right_only)
    else:
        test = "paired permutation test"
        differences = [one - other for one, other in zip(ours, theirs, strict=True)]
        p_value = permutation_test(differences, seed=derive(*path, "test"), groups=groups)
    difference = paired_difference(
        ours, theirs, seed=derive(*path, "interval"), groups=groups, level=level
    )
    return Verdict(
        left=left.name,
        right=right.name,
        both=counts.count((True, True)),
        left_only=left_only,
        right_only=right_only,
        neither=counts.count((False, False)),
        difference=difference,
        p_value=p_value,
        test=test,
        words=_words(difference, p_value, bound=left.oracle_bound or right.oracle_bound),
        clusters=0 if groups is None else len(set(groups)),
    )


def compare_all(
    lefts: Sequence[ArmResult], right: ArmResult, *, seed: int = 0, level: float = 0.95
) -> list[Verdict]:
    """Compare several arms with one, the p-values corrected for all of them by Holm's method."""
    verdicts = [compare(left, right, seed=seed, level=level) for left in lefts]
    corrected = holm([verdict.p_value for verdict in verdicts])
    return [
        replace(
            verdict,
            p_value=p_value,
            comparisons=len(verdicts),
            words=_words(verdict.difference, p_value, bound=verdict.words == "bound"),
        )
        for verdict, p_value in zip(verdicts, corrected, strict=True)
    ]


def paired_items(left: ArmResult, right: ArmResult) -> list[tuple[ItemResult, ItemResult]]:
    """Items of both arms side by side, in the left arm's order.

    Raises:
        DataError: The arms are empty, repeat a problem, or did not answer the same problems.
    """
    others = {item.problem_id: item for item in right.items}
    ours = {item.problem_id for item in left.items}
    for arm, ids in ((left, ours), (right, set(others))):
        if not arm.items or len(ids) != len(arm.items):
            raise DataError(
                f"{arm.name}: {len(arm.items)} items for {len(ids)} problems; "
                "an arm needs exactly one item per problem"
            )
    if ours != set(others):
        odd = sorted(ours ^ set(others))
        raise DataError(
            f"{left.name} and {right.name} differ in {len(odd)} problems (such as {odd[0]!r}); "
            "run both on the same problems"
        )
    return [(item, others[item.problem_id]) for item in left.items]


def _words(difference: Estimate, p_value: float, *, bound: bool) -> Words:
    if bound:
        return "bound"
    interval = difference.interval
    if p_value > 1.0 - interval.level + 1e-12 or 0.0 in interval:
        return "no difference shown"
    return "better" if difference.value > 0 else "worse"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def _p_text(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
