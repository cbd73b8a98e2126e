"""Harder versions of a problem, kept only if the student solves them sometimes.

Evol-Instruct (WizardLM, arXiv 2304.12244) with the finding of arXiv 2412.11231 that instructions
which are too hard make very small students worse: the student's own pass rate is the cap. One
operation per version, drawn at random; a version must grow by a little, not echo, and be solved:
the teacher's programs vote on its answer (at least half must agree) and the student must reach that
answer in a share of its samples between `easiest` and `hardest`. The answer rests on a vote, not on
a gold one; `share` in the tags says how clear it was. Cost: n calls per problem, then k + m per
version.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from underdog.core import JSONValue, Message, Problem, Prompt, Question, SamplingParams
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import (
    ReadReply,
    failure,
    read_attempt,
    recorded,
    sampling,
)
from underdog.data.sources.replies.consensus import consensus, passes
from underdog.data.sources.replies.wording import squeezed, words
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.data.sources.tinygsm import question_fault, sensible
from underdog.forms import forms
from underdog.generators.knobs import share, whole
from underdog.seeds import derive

_INSTRUCTION = (
    "You rewrite arithmetic word problems. Make the one change that you are asked for and add no "
    "more than 20 words. The new problem must be complete, possible and have one number as its "
    "answer. Reply with the new problem only, not with its solution."
)
OPERATIONS = {
    "step": "Add one more step of calculation before the answer is reached.",
    "condition": "Add one condition that changes the answer, such as a discount, a loss or a fee.",
    "distractor": "Add one sentence with a number that has nothing to do with the answer.",
    "compare": "Add a second person or thing and ask for the difference or the sum of both.",
    "reverse": "Tell the result and ask for one of the numbers that led to it.",
}
_SHOT_QUESTION = "A crate holds 24 jars. How many jars do 5 crates hold?"
_SHOTS = {
    "step": "A crate holds 24 jars. How many jars are in 5 crates after 16 jars are sold?",
    "condition": "A crate holds 24 jars. Three jars in each crate break. How many whole jars do 5 "
    "crates hold?",
    "distractor": "A crate holds 24 jars and weighs 9 kg. How many jars do 5 crates hold?",
    "compare": "A crate holds 24 jars and a box holds 10. How many more jars do 5 crates hold than "
    "5 boxes?",
    "reverse": "Some crates hold 24 jars each. Together they hold 120 jars. How many crates are "
    "there?",
}
_SOLVED = re.compile(r"\b(?:the answer is|answer:|solution:|def solution)", re.IGNORECASE)
_MOST_NEW_WORDS = 40


@sources.register("evolve")
@dataclass(frozen=True, slots=True)
class Evolve:
    """Harder versions of problems, capped by what the student can solve.

    Args:
        n: Versions asked for per problem.
        k: Programs of the teacher that vote on a version's answer.
        m: Samples of the student; 0 takes the teacher's own as the student's.
        hardest: Least share of the student's samples that must reach the answer.
        easiest: Largest such share; 1 also keeps versions that the student always solves.
        temperature: Sampling temperature.
        student: Role of the student; the main engine when no engine has the role.
    """

    n: int = 1
    k: int = 5
    m: int = 0
    hardest: float = 0.2
    easiest: float = 1.0
    temperature: float = 0.7
    student: str = "student"

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 256)
        whole("k", self.k, 2, 256)
        whole("m", self.m, 0, 256)
        share("hardest", self.hardest)
        share("easiest", self.easiest)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("evolve", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for versions, then for solutions of the well-formed ones."""
        operations = [_operation(seed, place, desk) for place in range(self.n)]
        params = SamplingParams(self.temperature, 0.95, max_tokens=256, stop=("\n\n",))
        asked = yield [Ask(_prompt(seed.question.text, one), params) for one in operations]
        records: list[Record] = []
        good: list[tuple[Question, str, Reply]] = []
        for place, (operation, replies) in enumerate(zip(operations, asked, strict=True)):
            [reply] = replies
            text = reply.text.strip()
            question = replace(seed.question, id=f"{seed.id}~evolve{place}", text=text)
            if fault := _fault(seed.question.text, text, reply):
                records.append(_refused(fault, question, operation, [reply]))
            else:
                good.append((question, operation, reply))
        if good:
            asks = [self._solving(question, desk) for question, _, _ in good]
            flat = yield [ask for batch in asks for ask in batch]
            size = len(asks[0])
            for place, (question, operation, reply) in enumerate(good):
                solutions = flat[place * size : (place + 1) * size]
                records.append(self._judged(question, operation, reply, solutions, desk))
        return records

    def _solving(self, question: Question, desk: Desk) -> list[Ask]:
        form = forms.create("program")
        prompt, params = form.prompt(question), sampling(form, self.temperature)
        asks = [Ask(prompt, params, self.k)]
        if self.m:
            asks.append(Ask(prompt, params, self.m, desk.role(self.student)))
        return asks

    def _judged(
        self,
        question: Question,
        operation: str,
        reply: Reply,
        solutions: Sequence[Sequence[Reply]],
        desk: Desk,
    ) -> Record:
        """The record of a version, judged by its solutions."""
        form = forms.create("program")
        vote = consensus(form, question, solutions[0], desk)
        spent = [reply, *(one for rows in solutions for one in rows)]
        best = vote.best
        if best is None or best.answer is None or vote.share < 0.5:
            return _refused(("no agreement", vote.told), question, operation, spent)
        if why := sensible(best.answer):
            return _refused(("not sensible", why), question, operation, spent)
        attempts = [read_attempt(form, question, one, desk) for one in solutions[-1]]
        rate = passes(best.answer, question, attempts, desk)
        if not self.hardest <= rate <= self.easiest:
            reason = "too hard" if rate < self.hardest else "too easy"
            return _refused((reason, f"pass rate {rate:.2f}"), question, operation, spent)
        tags = {"operation": operation, "share": vote.share, "pass_rate": rate}
        return _accepted(question, best, tags, spent)


def _accepted(
    question: Question, best: ReadReply, tags: Mapping[str, JSONValue], spent: Sequence[Reply]
) -> Record:
    """The record of an accepted version, with the first program that gave its answer."""
    record = recorded(best, forms.create("program"), question, "evolved")
    meta = {"source": "evolve", "seed": question.id.partition("~")[0]}
    return replace(
        record,
        usage=sum((one.usage for one in spent[1:]), spent[0].usage),
        key=f"evolved|{squeezed(question.text)}",
        problem=Problem(question, best.answer, "train", meta),
        tags={**record.tags, **tags},
    )


def _refused(
    fault: tuple[str, str], question: Question, operation: str, spent: Sequence[Reply]
) -> Record:
    return Record(
        *fault,
        question=question.text,
        reply=spent[0].text,
        teacher=spent[0].engine,
        usage=sum((one.usage for one in spent[1:]), spent[0].usage),
        tags={"operation": operation},
    )


def _fault(original: str, text: str, reply: Reply) -> tuple[str, str] | None:
    """Fault of a text as a harder version: reason and detail; `None` without one."""
    if (wrong := failure(reply)) is not None:
        return wrong
    if reply.finish == "length":
        return "truncated", ""
    if squeezed(text) == squeezed(original):
        return "echo", ""
    if _SOLVED.search(text):
        return "solved in place", text[-60:]
    grown = len(words(text)) - len(words(original))
    if grown > _MOST_NEW_WORDS:
        return "bad length", f"{grown} words longer than the original"
    return question_fault(text, [_SHOT_QUESTION, *_SHOTS.values()], copied=0.5)


def _operation(seed: Problem, place: int, desk: Desk) -> str:
    names = list(OPERATIONS)
    return names[derive("evolve", desk.seed, seed.id, place) % len(names)]


def _prompt(question: str, operation: str) -> Prompt:
    change = OPERATIONS[operation]
    turns = (
        Message("system", _INSTRUCTION),
        Message("user", f"{_SHOT_QUESTION}\n\n{change}"),
        Message("assistant", _SHOTS[operation]),
        Message("user", f"{question}\n\n{change}"),
    )
    return Prompt(turns)
