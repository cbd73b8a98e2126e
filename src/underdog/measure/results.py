"""Graded results of one arm: the plain rows that statistics, costs and reports are made from."""

from dataclasses import dataclass
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
        usage: What the strategy was charged.
        confidence: The strategy's own, in [0, 1].
        answer: What was answered.
        num_solutions: How many samples it drew.
        group: Cluster the problem belongs to (template, difficulty), when the task has one.
    """

    problem_id: str
    status: ItemStatus
    score: float
    usage: Usage
    confidence: float = 0.0
    answer: str | None = None
    num_solutions: int = 0
    group: str = ""

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
        form: Form asked for.
        strategy: Strategy spec.
        items: One row per problem, in the task's order.
        oracle_bound: Whether gold was used to choose (then it is a bound, not a strategy).
        replayed: Whether it was computed from stored rollouts; seconds are then the stored ones.
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
        """Sum over all items."""
        total = Usage()
        for item in self.items:
            total = total + item.usage
        return total
