"""The micro-benchmark of plans: the steps to a goal in the only order that works.

After the tasks of PlaSma (arXiv 2305.19472).

A goal comes with lettered steps in random order and with conditions on what must come before what,
which leave exactly one order. In a *changed* plan something is missing, so a step is replaced by
another that has its own place. The answer is the letters in order. `meta` has the steps and the
conditions, for wrong-step negatives and for checking a plan step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import ordered, share, whole
from underdog.generators.logic.goals import Goal, goals

_LETTERS = "ABCDEFGHIJ"
_ASKED = (
    "In which order must the steps be done? Give the letters, parted by spaces.",
    "Write the letters of the steps in the order that meets all conditions, parted by spaces.",
    "Only one order meets all conditions. Give it as letters parted by spaces.",
)
_BEFORE = (
    "{early} comes before {late}.",
    "{late} is possible only after {early}.",
    "{early} must be done before {late}.",
    "Do {late} later than {early}.",
)
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A goal's steps in order; in a changed plan also the missing thing and the dropped step."""

    goal: Goal
    steps: tuple[str, ...]
    missing: str = ""
    dropped: str = ""


@families.register("plans")
class Plans:
    """The order of the steps to an everyday goal.

    Args:
        steps: Most steps, up to 7.
        min_steps: Fewest steps.
        changed: Share of plans in which something is missing and a step must be replaced.
        extra: Most conditions beyond those that are needed.
    """

    name = "plans"
    version = 2
    checker = "exact:ignore_case=true"
    forms = ("answer", "cot", "program")

    def __init__(
        self, steps: int = 6, min_steps: int = 3, changed: float = 0.4, extra: int = 2
    ) -> None:
        self._most = whole("steps", steps, 3, 6)
        self._fewest = whole("min_steps", min_steps, 3, 6)
        ordered("min_steps", self._fewest, "steps", self._most)
        self._changed = share("changed", changed)
        self._extra = whole("extra", extra, 0, 6)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one plan."""
        plan = self._plan(rng)
        listing = [*plan.steps, plan.dropped] if plan.dropped else [*plan.steps]
        rng.shuffle(listing)
        letters = dict(zip(listing, _LETTERS, strict=False))
        pairs = self._pairs(rng, len(plan.steps))
        conditions = [_condition(rng, plan, letters, pair) for pair in pairs]
        trace = Trace()
        _order(trace, plan, letters, pairs)
        lines = [f"Goal: {plan.goal.name}.", "Steps:"]
        lines += [f"{letters[step]}: {step}" for step in listing]
        if plan.missing:
            lines.append(f"There is no {plan.missing}, so one step is impossible and is left out.")
        asked = rng.choice(_ASKED)
        return Draft(
            text="\n".join([*lines, "Conditions: " + " ".join(conditions), asked]),
            answer=" ".join(letters[step] for step in plan.steps),
            steps=trace.steps,
            key=_key(plan, letters, pairs),
            difficulty=len(plan.steps) + bool(plan.missing),
            meta={
                "goal": plan.goal.name,
                "plan": [*plan.steps],
                "before": [[early, late] for early, late in pairs],
                "missing": plan.missing,
            },
        )

    def _plan(self, rng: Random) -> _Plan:
        goal = rng.choice(goals())
        count = rng.randint(self._fewest, min(self._most, len(goal.steps)))
        kept = sorted(rng.sample(range(len(goal.steps)), count))
        steps = [goal.steps[place] for place in kept]
        if rng.random() >= self._changed or goal.replaced not in kept:
            return _Plan(goal, tuple(steps))
        place = kept.index(goal.replaced)
        dropped = steps[place]
        steps[place] = goal.instead
        return _Plan(goal, tuple(steps), goal.missing, dropped)

    def _pairs(self, rng: Random, count: int) -> list[Pair]:
        """Pairs of step indices (earlier, later): all neighbours, and some pairs that follow."""
        pairs = [(place, place + 1) for place in range(count - 1)]
        further = [(early, late) for early in range(count) for late in range(early + 2, count)]
        pairs += rng.sample(further, min(len(further), rng.randint(0, self._extra)))
        rng.shuffle(pairs)
        return pairs


def _condition(rng: Random, plan: _Plan, letters: dict[str, str], pair: Pair) -> str:
    early, late = (letters[plan.steps[place]] for place in pair)
    return rng.choice(_BEFORE).format(early=early, late=late)


def _order(trace: Trace, plan: _Plan, letters: dict[str, str], pairs: Sequence[Pair]) -> None:
    """Add the steps of a topological sort: each time the one step that waits for no other."""
    named = [letters[step] for step in plan.steps]
    before = [(named[early], named[late]) for early, late in pairs]
    left = sorted(named)
    text = f"The steps to do are {', '.join(left)}."
    if plan.missing:
        lost = letters[plan.dropped]
        text = f"Without the {plan.missing}, step {lost} ({plan.dropped}) is impossible. {text}"
    trace.add("steps", str(left), str(left), text)
    trace.add("before", str(before), str(before), "")
    done: list[str] = []
    for place, letter in enumerate(named, 1):
        gone = f"[{', '.join(done)}]"
        formula = (
            f"[s for s in steps if s not in {gone} and not any("
            f"late == s and early not in {gone} for early, late in before)][0]"
        )
        step = plan.steps[place - 1]
        text = f"Nothing that is left must come before {letter}: {step}."
        if place == len(named):
            text = f"Last comes {letter}: {step}."
        done.append(f"step_{place}")
        trace.add(done[-1], formula, letter, text)
    answer = " ".join(named)
    trace.add("order", f"' '.join([{', '.join(done)}])", answer, f"The order is {answer}.")


def _key(plan: _Plan, letters: dict[str, str], pairs: Sequence[Pair]) -> str:
    """Canonical key, from letters and steps; the order and wording of conditions do not matter."""
    named = " ".join(f"{letters[step]}={step}" for step in plan.steps)
    known = " ".join(sorted(f"{early}<{late}" for early, late in pairs))
    return f"plans:{plan.goal.name}:{plan.missing}:{named}:{known}"
