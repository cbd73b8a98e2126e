"""The parts of a story: what a `.story` file says, parsed.

A template is a list of lines in order: numbers that are drawn, sentences that tell them, and steps
that work something out. It is a directed graph whose nodes are numbers and steps; any step that the
sentences determine without saying more can be what is asked for (a `Target`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.generators.stories.sheets.draws import Draw
from underdog.generators.stories.sheets.formulas import Formula

IT = "it"
"""In a continuation's formulas, the value that the story has reached."""


@dataclass(frozen=True, slots=True)
class Let:
    """A number that is drawn."""

    name: str
    how: Draw


@dataclass(frozen=True, slots=True)
class Tell:
    """A sentence in its wordings, all of which mention the same numbers."""

    wordings: tuple[str, ...]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """What a story has reached after a step, for a continuation to go on from.

    Attributes:
        kind: Kind of quantity, such as `money` or `things`.
        noun: The pick whose nouns are counted; empty for other kinds.
        phrase: Pattern of the noun phrase for it: `the {cake.s} that are left`.
    """

    kind: str
    noun: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Calc:
    """A step: a formula, the sentence that states it, the sub-question, and how it may go on.

    What is not `asked` is never a problem of its own: its question needs more context.
    """

    name: str
    formula: Formula
    text: str
    questions: tuple[str, ...]
    ending: Ending | None = None
    asked: bool = True


Line = Let | Tell | Calc


@dataclass(frozen=True, slots=True, eq=False)
class Extra:
    """A sentence that has numbers and does not matter."""

    pattern: str
    lets: tuple[Let, ...]
    people: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class StoryPart:
    """A template, or a continuation of one.

    Attributes:
        name: Unique within the library: `baking/trays`, `then/sell_each`.
        takes: Kind of quantity that a continuation goes on from; empty for a template.
        picks: Nouns to choose from, by name.
        lines: In order.
        decimals: Whether values in quarters are natural here.
        people: Letters of the people it speaks of.
        forms: Pairs of a number and the special form that sentences use, such as `th`.
    """

    name: str
    takes: str
    picks: Mapping[str, tuple[Mapping[str, str], ...]]
    lines: tuple[Line, ...]
    decimals: bool
    people: frozenset[str]
    forms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A part told up to one of its steps, which is asked for or gone on from.

    Attributes:
        part: The part.
        work: Numbers and steps to evaluate, in order; some are only there for their bounds.
        given: Numbers that the steps use, in order of use.
        steps: The steps that lead to the answer, in order; the last one is the answer.
        solution: Given numbers by name and steps in the order of writing the solution, every
            number before the first step that uses it.
        tells: The sentences that are needed.
    """

    part: StoryPart
    work: tuple[Let | Calc, ...]
    given: tuple[str, ...]
    steps: tuple[Calc, ...]
    solution: tuple[str | Calc, ...]
    tells: tuple[Tell, ...]

    @property
    def asked(self) -> Calc:
        """The last step."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Situation:
    """A setting, its templates and the irrelevant sentences that fit it.

    Attributes:
        name: The file's name.
        targets: Everything that can be asked, by template in order.
        extras: Irrelevant sentences.
    """

    name: str
    targets: tuple[Target, ...]
    extras: tuple[Extra, ...]
