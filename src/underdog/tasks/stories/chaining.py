"""Chaining word problems: the answer of each is a number of the next (h1, arXiv 2510.07312).

The next problem gives that number as a letter, and a line before it says how far the letter is from
the answer so far, so that every problem keeps natural numbers.
"""

from collections.abc import Sequence
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import DataError
from underdog.tasks.stories.formulas import (
    NAME,
    Canon,
    Form,
    Unfit,
    canon_text,
    number_text,
)
from underdog.tasks.stories.working import canonical
from underdog.tasks.stories.writing import Story, Writer

LETTERS = "XYZW"
"""Letters for the numbers that hang on an earlier answer; so at most five problems."""

_ORDER = "Solve these problems in order. The answer is that of the last one."
_PATIENCE = 1_000


class _Chain:
    """Problems so far."""

    def __init__(self, first: Story) -> None:
        self.stories = [first]
        self.texts = [f"Problem 1: {first.text(first.told())}"]
        self.steps = list(_prefixed(first.told().steps, 1))
        self.form = canonical(first.worked)

    def add(self, story: Story, rng: Random) -> None:
        """Chain a problem to the last one; raises `Unfit` when none of its numbers will do."""
        place = len(self.stories) + 1
        letter = LETTERS[place - 2]
        name = _free_number(story, rng)
        answer, value = self.stories[-1].worked[-1].value, story.worked[0].values[name]
        distance = value - answer
        if not isinstance(distance, int) or distance == 0:
            raise Unfit
        sign, size = ("+", distance) if distance > 0 else ("-", -distance)
        told = story.told({name: letter})
        link = Step(
            f"p{place}_{name}",
            f"{self.steps[-1].name} {sign} {size}",
            number_text(value),
            f"{letter} is {number_text(answer)} {sign} {size} = {number_text(value)}.",
            f"What is {letter}?",
        )
        rest = [step for step in told.steps if step.name != name]
        self.steps += [link, *_prefixed(rest, place)]
        said = "plus" if sign == "+" else "minus"
        self.texts += [
            f"Let {letter} be the answer to Problem {place - 1} {said} {size}.",
            f"Problem {place}: {story.text(told)}",
        ]
        self.form = canonical(story.worked, {name: _shifted(self.form, distance)})
        self.stories.append(story)

    def draft(self) -> Draft:
        """All of it as one problem."""
        last, stories = self.stories[-1], self.stories
        num_steps = sum(story.num_steps for story in stories) + len(stories) - 1
        return Draft(
            text="\n".join([_ORDER, *self.texts]),
            answer=number_text(last.worked[-1].value),
            steps=tuple(self.steps),
            key=f"words:{canon_text(self.form)}",
            difficulty=num_steps,
            meta={
                "template": "+".join(story.plan.parts[0].part.name for story in stories),
                "situation": "+".join(story.plan.situation.name for story in stories),
                "steps": num_steps,
                "distractors": sum(len(story.extras) for story in stories),
                "chain": len(stories),
            },
        )


def chained(writer: Writer, count: int, rng: Random) -> Draft:
    """Write `count` problems in a row as one.

    Args:
        writer: Writes each of them.
        count: How many, from 2 to 5.
        rng: Source of every choice.

    Raises:
        DataError: The writer's problems can hardly ever be chained.
    """
    for _ in range(_PATIENCE):
        chain = _Chain(writer.story(rng))
        try:
            for _ in range(count - 1):
                chain.add(writer.story(rng), rng)
        except Unfit:
            continue
        return chain.draft()
    raise DataError(
        f"no {count} problems could be chained in {_PATIENCE} attempts; allow more situations"
    )


def _free_number(story: Story, rng: Random) -> str:
    """A given number that the chosen wordings say in digits, once, and not as a price."""
    said = " ".join(story.wordings[0].tells)
    free = [
        name
        for name in story.worked[0].target.given
        if said.count(f"{{{name}}}") == 1
        and f"{{{name}-" not in said
        and f"${{{name}}}" not in said
        and isinstance(story.worked[0].values[name], int)
    ]
    if not free:
        raise Unfit
    return free[int(rng.random() * len(free))]


def _prefixed(steps: Sequence[Step], place: int) -> list[Step]:
    """The steps with `p1_`, `p2_`, … before every name."""
    return [
        Step(
            f"p{place}_{step.name}",
            NAME.sub(rf"p{place}_\g<0>", step.formula),
            step.value,
            step.text,
            step.question,
        )
        for step in steps
    ]


def _shifted(form: Form, distance: int) -> Form:
    with_, without = (form,), ()
    if isinstance(form, Canon) and form.level == "+":
        with_, without = form.with_, form.without
    if distance > 0:
        return Canon("+", (*with_, str(distance)), without)
    return Canon("+", with_, (*without, str(-distance)))
