"""Break-even: the cost at which a small model's curve reaches a big model's accuracy.

The curve joins each arm to the next dearer one by a straight line over the logarithm of cost, the
line of the figure. Reading a crossing off a curve picks among arms after seeing their results: it
is a description, not a test. It is therefore read only after the verdict that the arm named
beforehand is better, and says nothing of its own about which arm is better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from underdog.errors import UsageError


@dataclass(frozen=True, slots=True)
class CostPoint:
    """One arm on the curve.

    Attributes:
        name: Name of the arm.
        cost: Cost per problem, above 0, in any unit.
        accuracy: Share right.
    """

    name: str
    cost: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """The point where a curve first reaches a target accuracy.

    Attributes:
        cost: Interpolated cost, in the unit of the points.
        arm: Name of the cheapest measured arm at or above the target, at or after that cost.
        arm_cost: Cost per problem of that arm.
        measured: Whether the crossing is that arm itself rather than a point between two arms.
    """

    cost: float
    arm: str
    arm_cost: float
    measured: bool


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Crossing of the small model's curve and the big model's accuracy.

    Attributes:
        target: The big model's accuracy.
        target_cost: The big model's cost per problem.
        point: The crossing; `None` when no arm reaches the target.
    """

    target: float
    target_cost: float
    point: Crossing | None

    def sentence(self, small: str, big: str) -> str:
        """The crossing in words; costs are shown as a share of the big model's."""
        if self.point is None:
            return f"No measured arm of {small} reaches {big} ({self.target:.1%})."
        where = "at" if self.point.measured else "just before"
        return (
            f"The curve of {small} meets {big} ({self.target:.1%}) {where} {self.point.arm}, "
            f"for {_share(self.point.cost, self.target_cost)} of its cost: read off the figure, "
            "not tested."
        )


def break_even(small: Sequence[CostPoint], target: float, target_cost: float) -> BreakEven:
    """Crossing of a target accuracy by a curve.

    Args:
        small: Arms of the small model in any order, oracle bounds left out.
        target: The big model's accuracy.
        target_cost: The big model's cost per problem, in the unit of the points.

    Raises:
        UsageError: A cost is not above 0.
    """
    for point in small:
        if not point.cost > 0.0:
            raise UsageError(f"{point.name} costs {point.cost}; a cost must be above 0")
    curve = sorted(small, key=lambda point: (point.cost, -point.accuracy))
    return BreakEven(target, target_cost, _first_crossing(curve, target))


def _first_crossing(curve: Sequence[CostPoint], target: float) -> Crossing | None:
    for place, point in enumerate(curve):
        if point.accuracy < target:
            continue
        if place == 0 or point.accuracy == target:
            return Crossing(point.cost, point.name, point.cost, measured=True)
        before, lower = log(curve[place - 1].cost), curve[place - 1].accuracy
        along = (target - lower) / (point.accuracy - lower)
        cost = exp(before + along * (log(point.cost) - before))
        return Crossing(cost, point.name, point.cost, measured=False)
    return None


def _share(cost: float, of: float) -> str:
    ratio = cost / of
    return f"{ratio:.0%}" if ratio < 1 else f"{ratio:.1f} times"
