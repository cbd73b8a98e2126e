"""Graded results of one arm: the plain rows behind statistics, costs and reports."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from underdog.core import Usage

ItemStatus: TypeAlias = Literal["right", "wrong", "no_answer", "undecided"]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One problem under one arm.

    Attributes:
        problem_id: Question id; arms are paired on it.
        status: `undecided` (grading failed) is reported apart and counts as not right.
        score: Grade in [0, 1].
        usage: Cost charged to the strategy.
        confidence: The strategy's own estimate that the answer is right, in [0, 1].
        answer: The chosen answer; `None` without one.
        num_solutions: Number of samples drawn.
        group: Cluster of the problem (template, difficulty); empty when the task has none.
        failure: Why nothing could be decided, such as a verifier that failed; empty without one.
        grader: Fingerprint of what decided, read and graded the answer; empty when unknown.
        read_again: Stored replies that were read anew for this result.
    """

    problem_id: str
    status: ItemStatus
    score: float
    usage: Usage
    confidence: float = 0.0
    answer: str | None = None
    num_solutions: int = 0
    group: str = ""
    failure: str = ""
    grader: str = field(default="", compare=False)
    read_again: int = field(default=0, compare=False)

    @property
    def right(self) -> bool:
        """Whether the answer was graded right."""
        return self.status == "right"


@dataclass(frozen=True, slots=True)
class ArmResult:
    """All items of one arm: a model, a form, a strategy, a budget.

    Attributes:
        name: Short name for tables, such as `0.5B cot majority@16`.
        model: Model name.
        form: Name of the form asked for.
        strategy: Strategy spec.
        items: One row per problem, in the task's order.
        oracle_bound: Whether answers were chosen with gold: the arm is then an oracle bound.
        replayed: Whether the arm was computed from stored rollouts; seconds are then the stored
            ones.
    """

    name: str
    model: str
    form: str
    strategy: str
    items: tuple[ItemResult, ...]
    oracle_bound: bool = False
    replayed: bool = False

    @property
    def num_right(self) -> int:
        """Problems graded right."""
        return sum(item.right for item in self.items)

    @property
    def usage(self) -> Usage:
        """Sum of the items' usages."""
        total = Usage()
        for item in self.items:
            total = total + item.usage
        return total
