"""The least share of a task in the data at which a small model learns it, and the tasks it loses.

Huang et al., arXiv 2605.29548 (theorem 3): a model of width N keeps the N features of largest
utility, the product of a task's frequency and the feature's strength. A plan, not a measurement:
frequencies, width in features and strengths are assumptions, printed with the result. Check it by
training at the planned share and at half of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from underdog.errors import UnknownNameError, UsageError

LEARNED = 0.5
"""Share of a task's variance that must be explained for it to count as learned."""

ASSUMPTIONS = (
    "A model of width N keeps the N features of largest frequency x strength, whatever the task.",
    "A task has the stated number of features; feature j has strength j ** -decay (1/j at first).",
    f"A task is learned when more than {LEARNED:.0%} of its strength is kept.",
    "Raising one share lowers the others in proportion. Time and tokens are enough to converge.",
)
CHECKS = (
    "Train at the planned share and at half of it, 3 seeds each: only the first should learn it.",
    "Compare the lost tasks' held-out accuracy before and after.",
    "Read the exposures in the ledger: a short run fails for want of exposures, not of capacity.",
)


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task as frequency and feature strengths.

    Attributes:
        name: Name of the task.
        frequency: Share of the data.
        strengths: Strengths of the task's features, in the same unit for all tasks.
    """

    name: str
    frequency: float
    strengths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FrequencyPlan:
    """The planned share of a task, and its effect on the other tasks.

    Attributes:
        target: Name of the task to learn.
        width: Number of features that the model can keep.
        base: Present share of the target.
        needed: Smallest share at which the target is learned; `None` when no share is enough.
        learned_before: Tasks learned at the present shares, possibly the target.
        lost: Other tasks learned at the present shares but not at the needed share.
    """

    target: str
    width: int
    base: float
    needed: float | None
    learned_before: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def factor(self) -> float | None:
        """Needed share divided by the present share; `None` when no share is enough."""
        return None if self.needed is None else self.needed / self.base

    @property
    def already(self) -> bool:
        """Whether the target is learned at its present share."""
        return self.target in self.learned_before


def power_law(features: int, decay: float = 1.0) -> tuple[float, ...]:
    """Strengths of features: 1, 2 ** -decay, 3 ** -decay, …."""
    return tuple(rank**-decay for rank in range(1, features + 1))


def explained(tasks: Sequence[PlannedTask], width: int) -> dict[str, float]:
    """Share of each task's total strength in the features that a model of a width keeps.

    Example:
        >>> even = [PlannedTask(name, 0.5, (2.0, 1.0)) for name in "ab"]
        >>> explained(even, 2) == {"a": 2 / 3, "b": 2 / 3}
        True
    """
    ranked = sorted(
        (
            (task.frequency * strength, -place, task.name, strength)
            for place, task in enumerate(tasks)
            for strength in task.strengths
        ),
        reverse=True,
    )
    kept = dict.fromkeys((task.name for task in tasks), 0.0)
    for _, _, name, strength in ranked[:width]:
        kept[name] += strength
    return {task.name: kept[task.name] / sum(task.strengths) for task in tasks}


def learned(tasks: Sequence[PlannedTask], width: int) -> tuple[str, ...]:
    """Names of the tasks of whose strength more than half is kept."""
    return tuple(name for name, share in explained(tasks, width).items() if share > LEARNED)


def with_share(tasks: Sequence[PlannedTask], target: str, share: float) -> list[PlannedTask]:
    """The tasks with the target's share set and the others scaled to the same sum."""
    others = sum(task.frequency for task in tasks if task.name != target)
    total = sum(task.frequency for task in tasks)
    return [
        PlannedTask(
            task.name,
            share * total if task.name == target else task.frequency * (1 - share) * total / others,
            task.strengths,
        )
        for task in tasks
    ]


def plan_frequency(tasks: Sequence[PlannedTask], target: str, width: int) -> FrequencyPlan:
    """The smallest share at which a task is learned, and the other tasks lost at that share.

    Args:
        tasks: All tasks of the mixture; at least two.
        target: Name of the task to learn.
        width: Number of features that the model can keep; at a first guess, its residual width.

    Raises:
        UnknownNameError: No such task.
        UsageError: There is only one task, or the width is not positive.
    """
    names = [task.name for task in tasks]
    if target not in names:
        raise UnknownNameError("pool", target, names)
    if len(tasks) < 2 or width < 1:
        raise UsageError(
            f"planning needs at least 2 pools and a width of at least 1; got {len(tasks)} pools "
            f"and width {width}"
        )
    before = learned(tasks, width)
    needed = _smallest(tasks, target, width)
    after = before if needed is None else learned(with_share(tasks, target, needed), width)
    lost = tuple(name for name in before if name not in after and name != target)
    base = next(task.frequency for task in tasks if task.name == target)
    return FrequencyPlan(target, width, base, needed, before, lost)


def exposures(share: float, budget_tokens: float, tokens_per_item: float) -> float:
    """Items of a pool in a budget of tokens: share × budget / tokens per item."""
    return share * budget_tokens / tokens_per_item


def tasks_of(
    shares: Mapping[str, float], strengths: Mapping[str, tuple[float, ...]]
) -> list[PlannedTask]:
    """Tasks from the shares of a mixture and the strengths of their features, by name."""
    return [PlannedTask(name, share, strengths[name]) for name, share in shares.items()]


def _smallest(tasks: Sequence[PlannedTask], target: str, width: int) -> float | None:
    """The smallest sufficient share, by bisection: a larger share never unlearns a task."""
    low, high = 0.0, 1.0 - 1e-9
    if target not in learned(with_share(tasks, target, high), width):
        return None
    while high - low > 1e-9 + 1e-6 * high:
        middle = (low + high) / 2
        if target in learned(with_share(tasks, target, middle), width):
            high = middle
        else:
            low = middle
    return high
