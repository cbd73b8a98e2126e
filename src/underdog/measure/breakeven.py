"""Break-even: the cost at which a small model's curve reaches a big model's accuracy.

The curve joins each arm to the next dearer one by a straight line over the logarithm of cost, the
line of the figure. Reading a crossing off a curve picks among arms after seeing their results: it
is a description, not a test; the verdict on the arm named beforehand is the test.
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
        low: Lower end of the accuracy's interval.
    """

    name: str
    cost: float
    accuracy: float
    low: float


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
    """Crossings of the small model's curve and the big model's accuracy.

    Attributes:
        target: The big model's accuracy.
        target_cost: The big model's cost per problem.
        point: Crossing of the accuracies; `None` when no arm reaches the target.
        sure: Crossing of the lower interval ends; `None` when no arm's lower end reaches it.
    """

    target: float
    target_cost: float
    point: Crossing | None
    sure: Crossing | None

    def sentence(self, small: str, big: str) -> str:
        """The finding in words; costs are shown as a share of the big model's."""
        if self.point is None:
            return f"No measured arm of {small} reaches {big} ({self.target:.1%})."
        where = "at" if self.point.measured else "just before"
        text = (
            f"{small} reaches {big} ({self.target:.1%}) {where} {self.point.arm}, "
            f"for {_share(self.point.cost, self.target_cost)} of its cost"
        )
        if self.sure is None:
            return f"{text}; no arm's whole interval lies above it."
        share = _share(self.sure.cost, self.target_cost)
        return f"{text}; its whole interval lies above it from {share} on."


def break_even(small: Sequence[CostPoint], target: float, target_cost: float) -> BreakEven:
    """Crossings of a target accuracy by a curve's points and by its lower interval ends.

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
    return BreakEven(
        target=target,
        target_cost=target_cost,
        point=_first_crossing(curve, [point.accuracy for point in curve], target),
        sure=_first_crossing(curve, [point.low for point in curve], target),
    )


def _first_crossing(
    curve: Sequence[CostPoint], heights: Sequence[float], target: float
) -> Crossing | None:
    for place, (point, height) in enumerate(zip(curve, heights, strict=True)):
        if height < target:
            continue
        if place == 0 or height == target:
            return Crossing(point.cost, point.name, point.cost, measured=True)
        before, lower = log(curve[place - 1].cost), heights[place - 1]
        along = (target - lower) / (height - lower)
        cost = exp(before + along * (log(point.cost) - before))
        return Crossing(cost, point.name, point.cost, measured=False)
    return None


def _share(cost: float, of: float) -> str:
    ratio = cost / of
    return f"{ratio:.0%}" if ratio < 1 else f"{ratio:.1f} times"
