"""Rewordings of a problem that keep its answer (Dr. LLaMA, arXiv 2305.07804; MetaMath, 2309.12284).

A rewording must keep every number, be worded differently, and be confirmed: the model solves it,
and only solutions that reach the original's gold answer become training items. A rewording that
is never solved is rejected, since its answer may have changed. Cost: n calls
per problem and k per rewording that passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Form, Message, Problem, Prompt, Question, SamplingParams
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import failure, graded, recorded, solve_each
from underdog.data.sources.replies.question_numbers import question_numbers
from underdog.data.sources.replies.wording import copied_share, squeezed
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.forms import forms
from underdog.generators.knobs import whole

_INSTRUCTION = (
    "Reword the problem that you are given. Keep its numbers, its facts and what it asks exactly "
    "as they are; change the wording and the order of the sentences. Reply with the problem only."
)
_SHOTS = (
    (
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "Each of the 12 trays that come out of a bakery's oven carries 8 rolls. Customers buy 70 "
        "of the rolls before noon, and after noon half of what remained. What number of rolls "
        "does the bakery still have?",
    ),
    (
        "Nadia earns $15 an hour and works 6 hours a day. She works 5 days and then spends a third "
        "of her pay on rent. How much money does she keep?",
        "For 5 days Nadia has worked 6 hours daily at $15 per hour. A third of what she was paid "
        "goes to her landlord. What is left of it in dollars?",
    ),
)
_ECHO = 0.7
_LABELS = ("Problem:", "Question:", "Reworded problem:", "Rewording:", "Reworded:")


@sources.register("paraphrase")
@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Rewordings with the original's answer, confirmed by solving them.

    Args:
        form: Form of the solutions.
        n: Rewordings asked for per problem.
        k: Solutions sampled per rewording.
        temperature: Sampling temperature.
        solver: Role of the engine that solves; the main engine when no engine has the role.
    """

    form: str = "cot"
    n: int = 1
    k: int = 2
    temperature: float = 0.7
    solver: str = "solver"

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 256)
        whole("k", self.k, 1, 256)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("paraphrase", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for rewordings, then for solutions of the well-formed ones."""
        if seed.gold is None:
            return [Record("no gold answer", question=seed.question.text)]
        params = SamplingParams(self.temperature, 0.95, max_tokens=256, stop=("\n\n",))
        [replies] = yield [Ask(_prompt(seed.question.text), params, self.n)]
        good: list[tuple[Question, Reply]] = []
        records: list[Record] = []
        for place, reply in enumerate(replies):
            text = _cleaned(reply.text)
            if fault := rewording_fault(seed.question.text, text, reply):
                records.append(_refused(fault, text, reply))
            else:
                named = replace(seed.question, id=f"{seed.id}~paraphrase{place}", text=text)
                good.append((named, reply))
        form = forms.create(self.form)
        solved = yield from solve_each(
            form,
            [question for question, _ in good],
            self.k,
            self.temperature,
            shots=desk.shots(form.name),
            engine=desk.role(self.solver),
        )
        for question, reply in good:
            records += _confirmed(form, seed, question, reply, solved[question.id], desk)
        return records


def rewording_fault(original: str, text: str, reply: Reply) -> tuple[str, str] | None:
    """Fault of a text as a rewording: reason and detail; `None` without one."""
    if (wrong := failure(reply)) is not None:
        return wrong
    if reply.finish == "length":
        return "truncated", ""
    if "?" in original and "?" not in text:
        return "no question", text[-60:]
    was = {number.value for number in question_numbers(original)}
    now = {number.value for number in question_numbers(text)}
    if was != now:
        changed = sorted(was ^ now)
        return "changed numbers", ", ".join(f"{float(value):g}" for value in changed[:6])
    share = copied_share(text, original, n=4)
    if share > _ECHO or squeezed(text) == squeezed(original):
        return "echo", f"{share:.0%} of its four-word runs are the original's"
    return None


def _confirmed(
    form: Form,
    seed: Problem,
    question: Question,
    reply: Reply,
    solutions: Sequence[Reply],
    desk: Desk,
) -> list[Record]:
    """One record per solution of a rewording; the first has the cost of the rewording added."""
    reworded = replace(seed, question=question, split="train")
    attempts = [graded(form, reworded, one, desk) for one in solutions]
    if all(attempt.reason for attempt in attempts):
        reached = ", ".join(str(attempt.answer) for attempt in attempts)
        detail = f"solutions reach {reached}, not {seed.gold}"
        usage = sum((one.usage for one in solutions), reply.usage)
        return [replace(_refused(("unconfirmed", detail), question.text, reply), usage=usage)]
    records = [recorded(attempt, form, question, squeezed(question.text)) for attempt in attempts]
    charged = replace(records[0], usage=records[0].usage + reply.usage)
    first = next(place for place, attempt in enumerate(attempts) if not attempt.reason)
    records[0] = charged
    records[first] = replace(records[first], problem=reworded)
    return records


def _refused(fault: tuple[str, str], text: str, reply: Reply) -> Record:
    return Record(*fault, question=text, reply=reply.text, teacher=reply.engine, usage=reply.usage)


def _prompt(question: str) -> Prompt:
    turns = [Message("system", _INSTRUCTION)]
    for original, reworded in _SHOTS:
        turns += [Message("user", original), Message("assistant", reworded)]
    return Prompt((*turns, Message("user", question)))


def _cleaned(text: str) -> str:
    text = text.strip().strip('"').strip()
    for label in _LABELS:
        if text.lower().startswith(label.lower()):
            text = text[len(label) :].strip()
    return text
