"""Solutions by a teacher that was told the answer (Teaching Small LMs to Reason, arXiv 2212.08410).

The gold answer follows the question in the teacher's prompt. Solutions that miss it, betray the
hint or only state the answer are rejected. The student's prompt is the bare question. The worked
examples contain the hint too, and their replies do not mention it. We depart from the paper in
rejecting solutions that state a false equation (`sound=False` keeps them). Cost: n calls per
problem.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Form, Message, Problem, Prompt
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import graded, recorded, sampling
from underdog.data.sources.replies.wording import leaked_hint, words
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.forms import forms
from underdog.generators.knobs import whole

_ANSWER = re.compile(r"####|\bthe (?:final )?answer\b", re.IGNORECASE)
_HINT = "\n\n(The solution must end with {gold}. Work it out from the numbers above.)"


@sources.register("hinted")
@dataclass(frozen=True, slots=True)
class Hinted:
    """Solutions by a teacher that is told the answer; only right and clean ones are kept.

    Args:
        form: Form of the solutions.
        n: Samples per problem.
        temperature: Sampling temperature.
        max_tokens: Most tokens per sample; 0 takes the form's limit.
        strict: Whether the answer must be in the place that the form asks for.
        sound: Whether a false equation in a right solution rejects it.
    """

    form: str = "cot"
    n: int = 1
    temperature: float = 0.7
    max_tokens: int = 0
    strict: bool = True
    sound: bool = True

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 1024)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("hinted", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for n solutions and keep the right ones."""
        if seed.gold is None:
            return [Record("no gold answer", question=seed.question.text)]
        form = forms.create(self.form)
        plain = form.prompt(seed.question, desk.shots(form.name))
        prompt = with_hint(plain, form, seed, desk)
        [replies] = yield [Ask(prompt, sampling(form, self.temperature, self.max_tokens), self.n)]
        return [self._judged(form, seed, reply, desk) for reply in replies]

    def _judged(self, form: Form, seed: Problem, reply: Reply, desk: Desk) -> Record:
        attempt = graded(form, seed, reply, desk, self.strict)
        if leak := leaked_hint(attempt.text, seed.question.text):
            attempt = attempt.rejected("leaked hint", leak)
        if form.name != "answer" and _only_states(attempt.text):
            attempt = attempt.rejected("no reasoning")
        if self.sound and attempt.flaw:
            attempt = attempt.rejected("unsound", attempt.flaw)
        return recorded(attempt, form, seed.question, seed.id)


def with_hint(prompt: Prompt, form: Form, seed: Problem, desk: Desk) -> Prompt:
    """The prompt with the answer put behind each question, worked examples included."""
    turns = list(prompt.messages)
    answers = _shot_answers(turns, form, seed, desk)
    for place, turn in enumerate(turns):
        last = place == len(turns) - 1
        gold = seed.gold if last else answers.get(place)
        if turn.role == "user" and gold is not None:
            turns[place] = replace(turn, content=turn.content + _HINT.format(gold=gold))
    return replace(prompt, messages=tuple(turns))


def _shot_answers(
    turns: Sequence[Message], form: Form, seed: Problem, desk: Desk
) -> dict[int, str]:
    """Answer of each worked example, by the index of its question in `turns`."""
    found: dict[int, str] = {}
    for place, turn in enumerate(turns[:-1]):
        reply = turns[place + 1]
        if turn.role == "user" and reply.role == "assistant":
            answer = form.read(reply.content, seed.question, desk.checker, desk.sandbox).answer
            if answer is not None:
                found[place] = answer
    return found


def _only_states(text: str) -> bool:
    """Whether a solution is nothing but the sentence with its answer."""
    return "=" not in text and "def " not in text and len(words(_ANSWER.split(text)[0])) < 3
