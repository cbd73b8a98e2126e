"""The verdict between two arms: a winner is named only by a paired test on the same problems.

Test, interval and words come from one method (see `paired`), so that they cannot contradict each
other; an arm that used gold to choose is a bound and cannot win. Without a winner the verdict reads
"no difference shown", with the range of differences that the data allow. Several comparisons are
corrected together by Bonferroni's method, intervals and p-values alike (Holm's would find a little
more, and has no intervals that agree with it).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, log10
from typing import Literal, TypeAlias

from underdog.errors import DataError, UsageError
from underdog.measure.clustering import clusters_of, too_few_clusters
from underdog.measure.intervals import Estimate, check_level
from underdog.measure.paired import paired_difference
from underdog.measure.power import problems_needed
from underdog.measure.results import ArmResult, ItemResult

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
        difference: Accuracy of left minus right, in [-1, 1], with its interval; when several
            comparisons were made, the intervals of all of them hold together.
        p_value: P-value of the exact McNemar test, adjusted when several comparisons were made; at
            most 1 - level exactly when the interval leaves out 0.
        words: `better` or `worse` (left against right), `no difference shown`, or `bound` when
            an arm used gold and no winner can be named.
        clusters: Number of clusters in test and interval; 0 when problems are independent.
        worth: Number of independent problems that clustered ones are worth; 0 without clusters.
        few_groups: Number of groups of problems when they are too few to serve as clusters, and
            the problems were taken as independent; 0 otherwise.
        comparisons: Number of comparisons that interval and p-value are adjusted for.
    """

    left: str
    right: str
    both: int
    left_only: int
    right_only: int
    neither: int
    difference: Estimate
    p_value: float
    words: Words
    clusters: int = 0
    worth: float = 0.0
    few_groups: int = 0
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
            f"exact McNemar test, {_p_text(self.p_value, ends.level)}"
        )
        if self.comparisons > 1:
            text += f", both corrected for {self.comparisons} comparisons (Bonferroni)"
        if self.clusters:
            text += f", {self.clusters} clusters worth {self.worth:,.0f} independent problems"
        return f"{text}.{self._what_is_missing()}"

    def _what_is_missing(self) -> str:
        discordant = self.left_only + self.right_only
        if self.words != "no difference shown" or self.left_only == self.right_only:
            return ""
        if self.clusters:
            return ""
        level = 1.0 - (1.0 - self.difference.interval.level) / self.comparisons
        needed = problems_needed(self.difference.value, discordant / self.n, level=level)
        return f" Showing a difference of this size would take about {needed:,} problems."


def compare(
    left: ArmResult, right: ArmResult, *, level: float = 0.95, comparisons: int = 1
) -> Verdict:
    """Compare two arms that answered the same problems.

    Problems whose groups can serve as clusters (see `clustering.clusters_of`) count as as many as
    they are worth.

    Args:
        left: Arm that the verdict's words describe.
        right: Arm to compare with.
        level: Confidence level; a winner needs p <= 1 - level, and so an interval without 0.
        comparisons: Number of comparisons made in all, for which this one is corrected.

    Raises:
        DataError: The arms are empty, repeat a problem, or did not answer the same problems.
        UsageError: `level` is outside (0, 1), or `comparisons` below 1.
    """
    check_level(level)
    if comparisons < 1:
        raise UsageError(f"comparisons={comparisons}; give 1 or more")
    pairs = paired_items(left, right)
    names = [item.group for item, _ in pairs]
    groups = clusters_of(names)
    counts = Counter((one.right, other.right) for one, other in pairs)
    found = paired_difference(
        [float(one.right) for one, _ in pairs],
        [float(other.right) for _, other in pairs],
        groups=groups,
        level=1.0 - (1.0 - level) / comparisons,
    )
    difference = replace(found.difference, interval=replace(found.difference.interval, level=level))
    p_value = min(1.0, found.p_value * comparisons)
    return Verdict(
        left=left.name,
        right=right.name,
        both=counts[True, True],
        left_only=counts[True, False],
        right_only=counts[False, True],
        neither=counts[False, False],
        difference=difference,
        p_value=p_value,
        words=_words(difference, bound=left.oracle_bound or right.oracle_bound),
        clusters=0 if groups is None else len(set(groups)),
        worth=0.0 if groups is None else found.worth,
        few_groups=too_few_clusters(names),
        comparisons=comparisons,
    )


def compare_all(
    lefts: Sequence[ArmResult], right: ArmResult, *, level: float = 0.95
) -> list[Verdict]:
    """Compare several arms with one, intervals and p-values corrected for all of them."""
    return [compare(left, right, level=level, comparisons=len(lefts)) for left in lefts]


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


def _words(difference: Estimate, *, bound: bool) -> Words:
    if bound:
        return "bound"
    if 0.0 in difference.interval:
        return "no difference shown"
    return "better" if difference.value > 0 else "worse"


def _points(share: float) -> str:
    """Percentage points with a sign, to a digit that is not 0 unless the number is."""
    points = 0.0 if abs(share) < 1e-8 else 100.0 * share
    digits = ceil(-log10(abs(points))) if 0.0 < abs(points) < 0.05 else 1
    return f"{points:+.{digits}f}".replace("-", "−")


def _p_text(p_value: float, level: float) -> str:
    """The p-value to three digits, unless they would hide on which side of 1 - level it lies."""
    error = 1.0 - level
    if p_value < 0.001:
        return "p < 0.001"
    if (round(p_value, 3) <= error + 1e-12) != (p_value <= error):
        return f"p > {error:.3f}"
    return f"p = {p_value:.3f}"
