"""One row per arm: accuracy with its interval, cost, and counts of missing or ungraded answers.

To compare arms see `verdict`; for the gain of a better choosing rule see `diagnosis`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from underdog.core import Usage
from underdog.errors import DataError
from underdog.measure.clustering import clusters_of, share_of
from underdog.measure.intervals import Estimate
from underdog.measure.price import per_right_answer
from underdog.measure.results import ArmResult, ItemResult


@dataclass(frozen=True, slots=True)
class ArmSummary:
    """Accuracy, counts and costs of an arm.

    Attributes:
        name: Short name for tables.
        model: Model name.
        form: Form asked for.
        strategy: Strategy spec.
        n: Number of problems.
        num_right: Answers graded right.
        num_wrong: Answers graded wrong.
        num_no_answer: Problems without an answer.
        num_undecided: Problems whose grading failed; the accuracy counts them as not right.
        accuracy: Share right, with its exact interval, over as many problems as they are worth
            where they come in clusters.
        usage: Sum over all problems.
        tokens_per_right: Generated plus verifier tokens per right answer.
        flops_per_right: FLOPs per right answer.
        seconds_per_right: Wall-clock seconds per right answer; samples side by side share them.
        usd_per_right: Money per right answer, in US dollars.
        num_solutions: Samples drawn, over all problems.
        oracle_bound: Whether answers were chosen with gold.
        replayed: Whether the arm was computed from stored rollouts.
        clusters: Number of clusters of the problems; 0 when problems are independent.
        num_failed: Problems of which nothing could be decided because a verifier failed; they are
            among the undecided.
        failure: The reason of the first of them; empty without one.
        read_again: Stored replies that were read anew for these results.
    """

    name: str
    model: str
    form: str
    strategy: str
    n: int
    num_right: int
    num_wrong: int
    num_no_answer: int
    num_undecided: int
    accuracy: Estimate
    usage: Usage
    tokens_per_right: Estimate
    flops_per_right: Estimate
    seconds_per_right: Estimate
    usd_per_right: Estimate
    num_solutions: int = 0
    oracle_bound: bool = False
    replayed: bool = False
    clusters: int = 0
    num_failed: int = 0
    failure: str = ""
    read_again: int = 0

    @property
    def tokens_per_problem(self) -> float:
        """Generated plus verifier tokens per problem."""
        return (self.usage.generated_tokens + self.usage.verifier_tokens) / self.n

    @property
    def flops_per_problem(self) -> float:
        """FLOPs per problem."""
        return self.usage.flops / self.n

    @property
    def seconds_per_problem(self) -> float:
        """Wall-clock seconds per problem; samples side by side share the clock."""
        return self.usage.wall_s / self.n

    @property
    def latency_per_problem(self) -> float:
        """Seconds that one problem takes from its first request to its last reply, on average."""
        return self.usage.seconds / self.n

    @property
    def prompt_per_problem(self) -> float:
        """Prompt tokens per problem, cached or not."""
        return self.usage.prompt_tokens / self.n

    @property
    def cached_per_problem(self) -> float:
        """Prompt tokens per problem that the engine had in a cache when it sampled."""
        return self.usage.cached_prompt_tokens / self.n


def summarize(arm: ArmResult, *, level: float = 0.95) -> ArmSummary:
    """Summarise an arm.

    Args:
        arm: Graded results.
        level: Confidence level of all intervals.

    Raises:
        DataError: The arm has no items.
    """
    if not arm.items:
        raise DataError(f"{arm.name} has no graded problems; run it before summarising it")
    counts = [item.status for item in arm.items]
    groups = clusters_of([item.group for item in arm.items])
    failures = [item.failure for item in arm.items if item.failure]
    return ArmSummary(
        name=arm.name,
        model=arm.model,
        form=arm.form,
        strategy=arm.strategy,
        n=len(arm.items),
        num_right=arm.num_right,
        num_wrong=counts.count("wrong"),
        num_no_answer=counts.count("no_answer"),
        num_undecided=counts.count("undecided"),
        accuracy=accuracy(arm.items, level=level),
        usage=arm.usage,
        tokens_per_right=per_right_answer(arm, "tokens", level=level),
        flops_per_right=per_right_answer(arm, "flops", level=level),
        seconds_per_right=per_right_answer(arm, "seconds", level=level),
        usd_per_right=per_right_answer(arm, "usd", level=level),
        num_solutions=sum(item.num_solutions for item in arm.items),
        oracle_bound=arm.oracle_bound,
        replayed=arm.replayed,
        clusters=0 if groups is None else len(set(groups)),
        num_failed=len(failures),
        failure=failures[0] if failures else "",
        read_again=sum(item.read_again for item in arm.items),
    )


def accuracy(items: Sequence[ItemResult], *, level: float = 0.95) -> Estimate:
    """Share right with its interval; see `clustering`. Raises `UsageError` without items."""
    groups = clusters_of([item.group for item in items])
    return share_of([float(item.right) for item in items], groups, level)
