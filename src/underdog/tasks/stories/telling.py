"""Writing a worked story down: sentences, question, and the steps of its solution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from underdog.core.item import Step
from underdog.tasks.stories.formulas import NAME, number_text
from underdog.tasks.stories.nouns import number_form
from underdog.tasks.stories.parts import IT, Calc, Ending
from underdog.tasks.stories.working import Worked

Words = Mapping[str, str]
_NOUN_FORMS = ("", "-s", "-a", "-S")


@dataclass(frozen=True, slots=True)
class Wording:
    """Which wordings of a worked target are used: patterns of its sentences and its question."""

    tells: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Told:
    """A story in words.

    Attributes:
        sentences: What is said, in order.
        question: What is asked.
        steps: Its solution, givens included.
    """

    sentences: tuple[str, ...]
    question: str
    steps: tuple[Step, ...]


def tell(
    story: Sequence[Worked],
    wordings: Sequence[Wording],
    words: Words,
    symbols: Words | None = None,
) -> Told:
    """Write a story down.

    Args:
        story: A template's target and its continuations, worked out.
        wordings: The wordings of each.
        words: People and nouns by hole, shared by all parts.
        symbols: Letters that stand for given numbers of the template, by name.
    """
    sentences: list[str] = []
    steps: list[Step] = []
    taken: set[str] = set()
    reached: Words = {}
    name, question = "", ""
    for worked, wording in zip(story, wordings, strict=True):
        saying = _words_of(worked, {**words, **reached} if reached else words)
        said = {**saying, **symbols} if symbols and worked is story[0] else saying
        sentences += [pattern.format_map(said) for pattern in wording.tells]
        question = wording.question.format_map(said)
        name = _steps(worked, saying, steps, taken, name)
        reached = _reached(worked.target.asked.ending, saying)
    return Told(tuple(sentences), question, tuple(steps))


def _words_of(worked: Worked, words: Words) -> dict[str, str]:
    values = worked.values
    saying = dict(words)
    for name, value in values.items():
        saying[name] = number_text(value)
    for name, form in worked.target.part.forms:
        if name in values:
            saying[f"{name}-{form}"] = number_form(form, values[name])
    return saying


def _reached(ending: Ending | None, saying: Words) -> Words:
    if ending is None:
        return {}
    phrase = ending.phrase.format_map(saying)
    reached = {"the": phrase, "The": phrase[:1].upper() + phrase[1:]}
    if ending.noun:
        reached |= {f"thing{form}": saying[f"{ending.noun}{form}"] for form in _NOUN_FORMS}
    return reached


def _steps(worked: Worked, saying: Words, steps: list[Step], taken: set[str], before: str) -> str:
    """Append the steps of one part; returns the name of its last one."""
    target = worked.target
    renamed = {IT: before} if before else {}
    for written in target.solution:
        name = written if isinstance(written, str) else written.name
        if name in taken:
            renamed[name] = _free(name, taken)
            name = renamed[name]
        taken.add(name)
        if isinstance(written, str):
            text = saying[written]
            steps.append(Step(name, text, text))
        else:
            steps.append(_step(written, name, saying, renamed, target.part.decimals))
    return steps[-1].name


def _step(calc: Calc, name: str, saying: Words, renamed: Words, decimals: bool) -> Step:
    formula = calc.formula.source if decimals else calc.formula.code
    if renamed:
        formula = NAME.sub(lambda match: renamed.get(match[0], match[0]), formula)
    return Step(
        name,
        formula,
        saying[calc.name],
        calc.text.format_map(saying),
        calc.questions[0].format_map(saying),
    )


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
