"""The tasks of the study: which problems, what each model is told, what it may answer.

A prompting says how an untrained model is asked: the form, an instruction around the question,
worked examples, and a constraint on the reply. The trained model is asked the bare question in the
form `direct`. Test problems are drawn by a hash of their ids, never by how any model does on them.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from underdog.core import Checker, Choices, Constraint, JsonSchema, Problem, Shot, Task
from underdog.forms import forms
from underdog.generators import families
from underdog.generators.drawing import SHARES, generate
from underdog.grading import open_checker
from underdog.tasks import load_task

HERE = Path(__file__).parent
ENTITY_KINDS = ("person", "location", "group", "corporation", "product", "creative-work")


@dataclass(frozen=True)
class Prompting:
    """How a model is asked.

    Attributes:
        name: Name in tables.
        form: Form of the reply.
        instruction: Text around the question, with `{question}`; empty for the bare question.
        examples: Problems of the train split with their solutions, as turns.
        listed: Worked examples listed in the instruction, where it says `{examples}`.
        as_drawn: Whether the listed examples are as they come, not chosen for their answers.
        own_shots: Whether the form's own worked examples are shown.
        constrained: Whether the reply is constrained to what the task allows.
    """

    name: str
    form: str = "direct"
    instruction: str = ""
    examples: int = 0
    listed: int = 0
    as_drawn: bool = False
    own_shots: bool = False
    constrained: bool = False
    max_tokens: int | None = None


@dataclass(frozen=True)
class Contest:
    """One task of the study.

    Attributes:
        name: Name in tables.
        source: Spec of the task.
        sizes: Number of problems by split.
        promptings: Ways in which the untrained models are asked, tried on dev.
        family: Generator of training data and worked examples; empty where there is none.
        dev_share: Whether a tenth of the train split is the dev split.
        trained_tokens: Longest reply of the trained model, in tokens.
        looked_at: Test problems passed over, as outcomes on them were seen before training ended.
    """

    name: str
    source: str
    sizes: dict[str, int]
    promptings: tuple[Prompting, ...]
    family: str = ""
    dev_share: bool = False
    trained_tokens: int = 400
    looked_at: int = 0

    @cached_property
    def task(self) -> Task:
        """The task as the library reads it, with bare questions."""
        task = load_task(self.source)
        spec = getattr(task, "spec", None)
        if spec is not None:
            task.spec = spec.model_copy(update={"instruction": ""})
        return task

    @property
    def checker(self) -> Checker:
        """The task's checker; entities are graded without order."""
        if self.name == "entities":
            return open_checker("json_schema:unordered=true")
        return self.task.checker

    def all_of(self, split: str) -> Iterator[Problem]:
        """All problems of a split; `dev` is a tenth of `train` where the data has none."""
        if self.dev_share and split in ("train", "dev"):
            for problem in self._read("train"):
                if (digest(problem.id) % 10 == 0) == (split == "dev"):
                    yield replace(problem, split=split)
        else:
            yield from self._read(split)

    def _read(self, split: str) -> Iterator[Problem]:
        generated = not hasattr(self.task, "spec")
        limit = {"train": 4000, "dev": 400, "test": 1000}[split] if generated else None
        reworded = {"entities": as_entities, "products": as_question}.get(self.name)
        for problem in self.task.problems(split, limit):
            yield reworded(problem) if reworded else problem

    def chosen(self, split: str, number: int | None = None) -> list[Problem]:
        """The problems that are asked: by hash of the id, as many of each label where labelled."""
        everything = list(self.all_of(split))
        wanted = number or self.sizes[split]
        everything.sort(key=lambda problem: digest(problem.id))
        if self.name != "intents":
            past = self.looked_at if split == "test" else 0
            return everything[past : past + wanted]
        labels = sorted({str(problem.gold) for problem in everything})
        each = max(1, round(wanted / len(labels)))
        return [
            problem
            for label in labels
            for problem in [one for one in everything if one.gold == label][:each]
        ]

    def constraint(self) -> Constraint | None:
        """What a reply may be."""
        if self.name == "intents":
            labels = {str(problem.gold) for problem in self.all_of("train")}
            return Choices(tuple(sorted(labels)))
        if self.name == "entities":
            kinds = {"type": "array", "items": {"type": "string"}, "minItems": 1}
            return JsonSchema.of(
                {
                    "type": "object",
                    "properties": dict.fromkeys(ENTITY_KINDS, kinds),
                    "additionalProperties": False,
                }
            )
        return None


@dataclass(frozen=True)
class Asked:
    """A contest under one prompting, as a task that a bench takes."""

    contest: Contest
    prompting: Prompting

    name: str = ""
    splits: tuple[str, ...] = tuple(SHARES)

    @property
    def forms(self) -> tuple[str, ...]:
        """The prompting's form."""
        return (self.prompting.form,)

    @property
    def checker(self) -> Checker:
        """The contest's checker."""
        return self._checker

    @cached_property
    def _checker(self) -> Checker:
        return self.contest.checker

    def shots(self, form: str) -> Sequence[Shot] | None:
        """Worked examples of the train split, the form's own, or none."""
        if self.prompting.own_shots:
            return None
        return self._shown

    @cached_property
    def _shown(self) -> list[Shot]:
        """Of the train split; where a generator wrote it, worked by the generator itself."""
        number, form = self.prompting.examples, forms.create(self.prompting.form)
        if not number:
            return []
        if not self.contest.family:
            shown = spread(self.contest.chosen("train", 400), number)
            return [Shot(self._worded(one), str(one.gold)) for one in shown]
        items = generate(families.create(self.contest.family), "train", 0)
        worked = ((item, form.render(item)) for item in items)
        shots = (Shot(item.problem.question.text, text) for item, text in worked if text)
        return list(islice(shots, number))

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """The chosen problems, worded as the prompting says."""
        for problem in self.contest.chosen(split, limit):
            asked = replace(problem.question, text=self._worded(problem))
            yield replace(problem, question=asked)

    @cached_property
    def _instruction(self) -> str:
        text = self.prompting.instruction
        if "{labels}" in text:
            constraint = self.contest.constraint()
            assert isinstance(constraint, Choices)
            text = text.replace("{labels}", ", ".join(constraint.options))
        if "{examples}" in text:
            shown = self.contest.chosen("train", 400)[: self.prompting.listed]
            if not self.prompting.as_drawn:
                shown = spread(self.contest.chosen("train", 400), self.prompting.listed)
            text = text.replace(
                "{examples}", "\n".join(f"{one.question.text} -> {one.gold}" for one in shown)
            )
        return text

    def _worded(self, problem: Problem) -> str:
        text = problem.question.text
        return self._instruction.replace("{question}", text) if self._instruction else text


def spread(problems: Sequence[Problem], number: int) -> list[Problem]:
    """One example of each answer where there are as few; else at most a quarter empty ones."""
    if number >= len({one.gold for one in problems}):
        return list({one.gold: one for one in problems}.values())
    full = [one for one in problems if one.gold != "{}"]
    empty = [one for one in problems if one.gold == "{}"]
    most = full[: number - min(len(empty), number // 4)]
    return sorted([*most, *empty[: number - len(most)]], key=lambda one: digest(one.id))


def as_entities(problem: Problem) -> Problem:
    """Pairs of kind and text as an object of lists, the shape that is asked for."""
    found: dict[str, list[str]] = {}
    for kind, text in json.loads(problem.gold or "[]"):
        found.setdefault(kind, []).append(text)
    ordered = {kind: found[kind] for kind in ENTITY_KINDS if kind in found}
    return replace(problem, gold=json.dumps(ordered, ensure_ascii=False))


def as_question(problem: Problem) -> Problem:
    """`12 * 34 =` as a question."""
    text = f"What is {problem.question.text.removesuffix('=').strip()}?"
    return replace(problem, question=replace(problem.question, text=text))


def contests() -> dict[str, Contest]:
    """The contests of `contests.toml`, by name."""
    told = tomllib.loads((HERE / "contests.toml").read_text())
    return {name: _contest(name, table) for name, table in told.items()}


def _contest(name: str, table: dict) -> Contest:
    ways = tuple(Prompting(way, **given) for way, given in table.pop("promptings").items())
    source = table.pop("source")
    if source.endswith(".toml"):
        source = str(HERE / source)
    return Contest(name, source, table.pop("sizes"), ways, **table)


def rows(problems: Iterable[Problem]) -> Iterator[str]:
    """Training rows, in an order that hangs on nothing but the ids' hashes."""
    for problem in sorted(problems, key=lambda one: digest(one.id)):
        row = {"id": problem.id, "question": problem.question.text, "answer": problem.gold}
        yield json.dumps(row, ensure_ascii=False) + "\n"


def digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
