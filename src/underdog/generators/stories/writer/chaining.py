"""Chaining word problems: the answer of each is a number of the next (h1, arXiv 2510.07312).

The next problem has a letter for that number, and the line before it gives the difference of the
letter and the last answer, so that every problem keeps natural numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import DataError
from underdog.generators.stories.sheets.formulas import NAME, Canon, Form, Unfit, canon_text
from underdog.generators.stories.sheets.story_parts import Target
from underdog.generators.stories.writer.programs import places_of
from underdog.generators.stories.writer.story_writer import Story, Writer
from underdog.generators.stories.writer.telling import StorySketch, tell

LETTERS = "XYZW"
"""Letters for the numbers told by an earlier answer; so at most five problems."""

_ORDER = "Solve these problems in order. The answer is that of the last one."
_PATIENCE = 1_000


@dataclass(frozen=True, slots=True)
class Link:
    """A number of a problem, told as the previous problem's answer plus or minus a distance.

    Attributes:
        letter: Letter that stands for the number.
        name: Name of the number.
        value: Value of the number.
        distance: The value minus the previous problem's answer; never 0.
    """

    letter: str
    name: str
    value: int
    distance: int


@dataclass(frozen=True, slots=True)
class StoryChain:
    """Problems in a row, in numbers.

    Attributes:
        sketches: The problems in numbers, in order.
        links: A link for each problem after the first.
    """

    sketches: tuple[StorySketch, ...]
    links: tuple[Link, ...]

    @property
    def key(self) -> str:
        """The canonical key of the last answer, with all calculations that lead to it."""
        form: Form = ""
        for place, sketch in enumerate(self.sketches):
            link = self.links[place - 1] if place else None
            form = sketch.canonical({link.name: _shifted(form, link.distance)} if link else None)
        return f"words:{canon_text(form)}"


def draw_chain(writer: Writer, count: int, rng: Random) -> tuple[str, StoryChain]:
    """Draw `count` problems in a row.

    Args:
        writer: Writer that draws each problem.
        count: Number of problems, from 2 to 5.
        rng: Source of every choice.

    Returns:
        The canonical key, and the chain.

    Raises:
        DataError: No chain was found, since too few problems of the writer can be linked.
    """
    for _ in range(_PATIENCE):
        sketches = [writer.sketch(rng)[1]]
        links: list[Link] = []
        try:
            while len(sketches) < count:
                sketch = writer.sketch(rng)[1]
                links.append(_link(sketches[-1], sketch, LETTERS[len(links)], rng))
                sketches.append(sketch)
        except Unfit:
            continue
        chain = StoryChain(tuple(sketches), tuple(links))
        return chain.key, chain
    raise DataError(
        f"no {count} problems could be chained in {_PATIENCE} attempts; allow more situations"
    )


def write_chain(writer: Writer, rng: Random, key: str, chain: StoryChain) -> Draft:
    """Draft of a chain as one problem, with the steps of all its problems."""
    texts, steps = [_ORDER], list[Step]()
    stories: list[Story] = []
    for place, sketch in enumerate(chain.sketches, start=1):
        link = chain.links[place - 2] if place > 1 else None
        story = writer.story(rng, sketch)
        stories.append(story)
        told = tell(sketch, story.voices, story.people, _symbols(sketch, link))
        texts.append(f"Problem {place}: {story.text(told)}")
        if link is not None:
            said = "plus" if link.distance > 0 else "minus"
            texts.insert(
                -1,
                f"Let {link.letter} be the answer to Problem {place - 1} {said} "
                f"{abs(link.distance)}.",
            )
            steps.append(_linking(link, place, steps[-1]))
        name = link.name if link else ""
        steps += _prefixed([step for step in told.steps if step.name != name], place)
    num_steps = sum(one.plan.num_steps for one in chain.sketches) + len(chain.links)
    return Draft(
        text="\n".join(texts),
        answer=steps[-1].value,
        steps=tuple(steps),
        key=key,
        difficulty=num_steps,
        meta={
            "template": "+".join(one.plan.parts[0].part.name for one in chain.sketches),
            "situation": "+".join(one.plan.situation.name for one in chain.sketches),
            "steps": num_steps,
            "distractors": sum(len(story.extras) for story in stories),
            "chain": len(stories),
        },
    )


def _link(before: StorySketch, sketch: StorySketch, letter: str, rng: Random) -> Link:
    """Link a random number of a problem to the previous answer; raises `Unfit` if none can be."""
    target, values = sketch.plan.parts[0], sketch.values[0]
    free = _free_numbers(target)
    if not free:
        raise Unfit
    name = free[int(rng.random() * len(free))]
    value, distance = values[places_of(target)[name]], 0
    answer = before.answer
    if isinstance(value, int) and isinstance(answer, int):
        distance = value - answer
    if not isinstance(value, int) or not distance:
        raise Unfit
    return Link(letter, name, value, distance)


@cache
def _free_numbers(target: Target) -> tuple[str, ...]:
    """Given numbers that every wording has exactly once, in digits and not as a price."""

    def in_digits(name: str, text: str) -> bool:
        return (
            text.count(f"{{{name}}}") == 1
            and f"{{{name}-" not in text
            and f"${{{name}}}" not in text
        )

    def is_free(name: str) -> bool:
        tells = [tell for tell in target.tells if name in tell.numbers]
        return len(tells) == 1 and all(in_digits(name, text) for text in tells[0].wordings)

    return tuple(name for name in target.given if is_free(name))


def _symbols(sketch: StorySketch, link: Link | None) -> Mapping[int, str] | None:
    if link is None:
        return None
    return {places_of(sketch.plan.parts[0])[link.name]: link.letter}


def _linking(link: Link, place: int, before: Step) -> Step:
    """The step that calculates a linked number from the previous answer."""
    sign, size, value = "+" if link.distance > 0 else "-", abs(link.distance), str(link.value)
    return Step(
        f"p{place}_{link.name}",
        f"{before.name} {sign} {size}",
        value,
        f"{link.letter} is {before.value} {sign} {size} = {value}.",
        f"What is {link.letter}?",
    )


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
