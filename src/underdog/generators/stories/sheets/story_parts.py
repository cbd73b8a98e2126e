"""The parsed parts of a `.story` file: templates, continuations, their lines and targets.

A template is a list of lines in order: numbers that are drawn, sentences that tell them, and steps
that calculate something. It is a directed graph whose nodes are numbers and steps. A problem can
ask for any step whose sentences tell no number that the step does not need (a `Target`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.generators.stories.sheets.draws import Draw
from underdog.generators.stories.sheets.formulas import Formula

IT = "it"
"""Name of the result that a continuation starts from, in the continuation's formulas."""


@dataclass(frozen=True, slots=True)
class Let:
    """A drawn number: its name, and the way in which it is drawn."""

    name: str
    how: Draw


@dataclass(frozen=True, slots=True)
class Tell:
    """A sentence in several wordings, which all mention the same numbers."""

    wordings: tuple[str, ...]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """The result of a step as the start of a continuation.

    Attributes:
        kind: Kind of quantity, such as `money` or `things`.
        noun: Name of the pick whose nouns are counted; empty for other kinds.
        phrase: Pattern of the noun phrase for the result: `the {cake.s} that are left`.
    """

    kind: str
    noun: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Calc:
    """A step: a formula, the sentence that states it, and the sub-question in several wordings.

    Attributes:
        name: Name of the result, for later formulas.
        formula: The calculation.
        text: Pattern of the sentence that states the calculation.
        questions: Patterns of the sub-question.
        ending: The result as the start of a continuation; `None` where a story cannot go on.
        asked: Whether a problem may ask for the step; its question may need more context.
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
    """An irrelevant sentence with numbers."""

    pattern: str
    lets: tuple[Let, ...]
    people: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class StoryPart:
    """A template, or a continuation of one.

    Attributes:
        name: Unique within the library: `baking/trays`, `then/sell_each`.
        takes: Kind of quantity that a continuation starts from; empty for a template.
        picks: Choices of nouns by name, each as its forms by hole.
        lines: Numbers, sentences and steps, in order.
        decimals: Whether values in quarters are natural here.
        people: Letters of the people in the part.
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
    """A part told up to one of its steps, the answer or the start of a continuation.

    Attributes:
        part: The template or continuation.
        work: Numbers and steps to evaluate, in order; some only bound other numbers.
        given: Numbers that the steps use, in order of use.
        steps: The steps that lead to the answer, in order; the last one is the answer.
        solution: Given numbers by name and steps in the order of writing the solution, every
            number before the first step that uses it.
        tells: The sentences that the problem needs.
    """

    part: StoryPart
    work: tuple[Let | Calc, ...]
    given: tuple[str, ...]
    steps: tuple[Calc, ...]
    solution: tuple[str | Calc, ...]
    tells: tuple[Tell, ...]

    @property
    def asked(self) -> Calc:
        """The last step, whose value is the answer."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Situation:
    """A setting, its templates and the irrelevant sentences that fit it.

    Attributes:
        name: Name of the file without its ending.
        targets: The targets of all templates, in order.
        extras: Irrelevant sentences that fit all templates.
    """

    name: str
    targets: tuple[Target, ...]
    extras: tuple[Extra, ...]
