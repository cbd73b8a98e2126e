"""The share at which a task is learned: read off measured accuracies, and planned from widths."""

from collections.abc import Mapping
from math import exp, log

from underdog.data.mixing.planner import plan_frequency, power_law, tasks_of
from underdog.studies.rare_task.rare_arms import FIXED, OVERNIGHT, SEEDS, SIZES, fixed_steps
from underdog.studies.rare_task.rare_world import WORDS
from underdog.studies.study import Results

LEARNED_ACCURACY = 0.75
"""Half of the way from guessing to always right, as the planner's half of a task's strength."""

TASK_FEATURES = 8
"""The planner's default for a task that nothing is known of."""


def observed_share(accuracies: Mapping[float, float]) -> float | None:
    """The share at which accuracy crosses 0.75, on a line over the logarithm of the share.

    Args:
        accuracies: Held-out accuracy by share of the task.

    Returns:
        The share above which every measured accuracy is at least 0.75; `None` when the crossing
        lies outside the measured shares.
    """
    shares = sorted(accuracies)
    above: float | None = None
    for share in reversed(shares):
        if accuracies[share] < LEARNED_ACCURACY:
            if above is None:
                return None
            low, high = accuracies[share], accuracies[above]
            part = (LEARNED_ACCURACY - low) / (high - low)
            return exp(log(share) + part * (log(above) - log(share)))
        above = share
    return None


def planned_share(width: int) -> float:
    """The planner's share for a width, told nothing but the number of words of the text.

    The text has a feature per word, the task the planner's default of eight; feature j has strength
    1 / j in both. Nothing here is fitted to a result.
    """
    strengths = {"text": power_law(WORDS), "rare": power_law(TASK_FEATURES)}
    plan = plan_frequency(tasks_of({"text": 0.99, "rare": 0.01}, strengths), "rare", width)
    return 1.0 if plan.needed is None else plan.needed


def threshold_arms() -> tuple[str, ...]:
    """Arms from which the observed shares are read."""
    return tuple(
        fixed_steps(width, n)
        for width, shares in FIXED.items()
        for n in shares
        if (width, n) not in OVERNIGHT
    )


def thresholds_by_seed(results: Results, width: int) -> list[float | None]:
    """Observed share of each seed; `None` where it lies outside the measured shares."""
    found: list[float | None] = []
    for seed in SEEDS:
        accuracies = {
            1 / n: float(one.result.facts["accuracy"])
            for n in FIXED[width]
            for one in results.arm(fixed_steps(width, n))
            if one.cell.seed == seed
        }
        found.append(observed_share(accuracies))
    return found


def observed(results: Results, width: int) -> float | None:
    """Geometric mean over the seeds with a threshold; `None` unless every seed has one."""
    found = [one for one in thresholds_by_seed(results, width) if one is not None]
    if len(found) < len(SEEDS):
        return None
    product = 1.0
    for one in found:
        product *= one
    return product ** (1 / len(found))


def planner_ratios(results: Results) -> Mapping[str, float]:
    """Planned over observed share by size; empty when that of a trained width cannot be told."""
    arms = {cell.arm for cell in results.expected}
    trained = [width for width in SIZES if fixed_steps(width, FIXED[width][0]) in arms]
    seen = {width: observed(results, width) for width in trained}
    if None in seen.values():
        return {}
    return {SIZES[width]: planned_share(width) / share for width, share in seen.items() if share}
