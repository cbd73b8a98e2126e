"""New problems with their programs, in the style of seed problems (TinyGSM, arXiv 2312.09241).

The model sees two seed questions and writes another one with a Python function that solves it. The
function is run, and its result is the answer. As in the paper there is no gold answer. Checks: the
program runs and calculates, its result is a sensible number, the question states numbers and is not
copied from the seeds or examples, and the program's numbers come from the question. `agree=k` asks
for k more programs for the new question and keeps it only when most of them give the same answer,
which the paper does not do. Cost: n calls per seed, and k per new problem.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from underdog.core import Message, Problem, Prompt, Question, SamplingParams
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import (
    ReadReply,
    failure,
    read_attempt,
    recorded,
    solve_each,
)
from underdog.data.sources.replies.consensus import consensus, joined
from underdog.data.sources.replies.model_programs import literals
from underdog.data.sources.replies.question_numbers import question_numbers
from underdog.data.sources.replies.wording import copied_share, squeezed, words
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.forms import forms
from underdog.forms.program import SHOTS, program_in
from underdog.generators.knobs import whole
from underdog.grading.numerals import read_number
from underdog.seeds import derive

_INSTRUCTION = (
    "You write arithmetic word problems for school children. Each problem is new, tells a small "
    "story, states every number that is needed in digits, and asks for one number. Below it you "
    "write a Python function solution() that computes and returns the answer, one line per step."
)
_PLAIN = "Write a new problem of the same kind with other people, things and numbers."
_DISTRACTED = f"{_PLAIN} Let one sentence state a number that is not needed for the answer."
_OPENING = "Problem:"
_CODE = re.compile(r"```(?:python|py)?[ \t]*\n")
_IMPLIED = frozenset(
    map(Fraction, (0, 1, 2, 3, 4, 5, 7, 10, 12, 24, 30, 52, 60, 100, 365, 1000, "0.5", "0.01"))
)
"""Numbers that a program may use although no question states them: halves, weeks, dozens."""

_LARGEST = 10**9
_MIN_WORDS = 12
_MAX_WORDS = 160


@sources.register("tinygsm")
@dataclass(frozen=True, slots=True)
class TinyGSM:
    """New word problems with a program each, whose result is the answer.

    Args:
        n: New problems asked for per seed.
        agree: Further programs per new problem, most of which must agree; 0 is no check.
        distracted: Share of seeds for which the new problem shall state a needless number.
        temperature: Sampling temperature.
        max_tokens: Most tokens per sample.
        copied: Largest share of a question's six-word runs that the seeds or examples may have.
    """

    n: int = 1
    agree: int = 0
    distracted: float = 0.33
    temperature: float = 0.9
    max_tokens: int = 320
    copied: float = 0.3

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 1024)
        whole("agree", self.agree, 0, 64)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("tinygsm", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for n new problems in the style of the seed, then for further programs."""
        styles = _styles(seed, desk)
        params = SamplingParams(
            temperature=self.temperature, top_p=0.95, max_tokens=self.max_tokens, stop=("\n```\n",)
        )
        prompt = _prompt(styles, self._is_distracted(seed, desk))
        [replies] = yield [Ask(prompt, params, self.n)]
        shown = [*styles, *(shot.question for shot in SHOTS)]
        news = [self._read(reply, seed, shown, place, desk) for place, reply in enumerate(replies)]
        form = forms.create("program")
        good = [new.question for new in news if not new.attempt.reason]
        others = yield from solve_each(form, good, self.agree, self.temperature)
        return [_record(new, others.get(new.question.id, ()), desk) for new in news]

    def _is_distracted(self, seed: Problem, desk: Desk) -> bool:
        return derive("distracted", desk.seed, seed.id) / 2**64 < self.distracted

    def _read(
        self, reply: Reply, seed: Problem, shown: Sequence[str], place: int, desk: Desk
    ) -> "_New":
        """A new problem and its program."""
        text, code = _split(reply.text)
        question = Question(f"{seed.id}~tinygsm{place}", seed.question.task, text)
        return _New(question, self._attempt(reply, question, code, shown, desk))

    def _attempt(
        self, reply: Reply, question: Question, code: str, shown: Sequence[str], desk: Desk
    ) -> ReadReply:
        """The program, read and run, rejected for a fault of the program or the question."""
        unread = ReadReply(reply, reply.text)
        if wrong := failure(reply):
            return unread.rejected(*wrong)
        if reply.finish == "length" and not code.rstrip().endswith("```"):
            return unread.rejected("truncated")
        if fault := question_fault(question.text, shown, self.copied):
            return unread.rejected(*fault)
        if not code:
            return unread.rejected("no answer", "no program below the problem")
        program = replace(reply, text=f"```python\n{code}", finish="stop", prefix="")
        attempt = read_attempt(forms.create("program"), question, program, desk)
        fault = _program_fault(question.text, attempt)
        return attempt.rejected(*fault) if fault else attempt


@dataclass(frozen=True, slots=True)
class _New:
    question: Question
    attempt: ReadReply


def _record(new: _New, others: Sequence[Reply], desk: Desk) -> Record:
    form = forms.create("program")
    attempt, question = new.attempt, new.question
    if others and attempt.answer is not None:
        found = consensus(form, question, others, desk)
        if not found.agrees(attempt.answer, question, desk):
            attempt = attempt.rejected("no agreement", found.told)
    record = joined(recorded(attempt, form, question, "new problem"), others)
    record = replace(record, key=f"new problem|{squeezed(question.text)}")
    if attempt.reason:
        return record
    meta = {"source": "tinygsm", "seed": question.id.partition("~")[0]}
    return replace(record, problem=Problem(question, attempt.answer, "train", meta))


def question_fault(text: str, shown: Sequence[str], copied: float) -> tuple[str, str] | None:
    """Fault of a text as a new question: reason and detail; `None` without one."""
    size = len(words(text))
    if not _MIN_WORDS <= size <= _MAX_WORDS:
        return "bad length", f"{size} words, not {_MIN_WORDS} to {_MAX_WORDS}"
    if "?" not in text:
        return "no question", text.strip()[-60:]
    if len(question_numbers(text)) < 2:
        return "no numbers", "fewer than two numbers in digits"
    share = max((copied_share(text, one) for one in shown), default=0.0)
    if share > copied:
        return "copied", f"{share:.0%} of its six-word runs stand in one that it was shown"
    return None


def sensible(answer: str, whole_number: bool | None = None) -> str | None:
    """Reason why a computed answer is implausible for a word problem; `None` without one."""
    value = read_number(answer)
    if value is None:
        return f"{answer[:40]!r} is no number"
    if not 0 <= value <= _LARGEST:
        return f"{answer[:40]} is not from 0 to {_LARGEST}"
    if (value * 100).denominator != 1:
        return f"{answer[:40]} has more than two decimals"
    if whole_number and value.denominator != 1:
        return f"{answer[:40]} is not whole"
    return None


def _program_fault(text: str, attempt: ReadReply) -> tuple[str, str] | None:
    if attempt.answer is None:
        return None
    if attempt.flaw:
        return "no reasoning", attempt.flaw
    if why := sensible(attempt.answer):
        return "not sensible", why
    stated = {number.value for number in question_numbers(text)}
    stated |= {value / 100 for value in stated}
    used = [one.value for one in literals(program_in(attempt.text) or "")]
    strange = [value for value in used if value not in stated | _IMPLIED]
    if strange:
        return "numbers from nowhere", ", ".join(f"{float(value):g}" for value in strange[:4])
    if len(stated.intersection(used)) < 2:
        return "numbers unused", "the program uses fewer than two of the question's numbers"
    return None


def _styles(seed: Problem, desk: Desk) -> list[str]:
    """The seed's question and the question of another seed, drawn from the peers."""
    others = [peer for peer in desk.peers if peer.id != seed.id]
    rng = Random(derive("peer", desk.seed, seed.id))  # noqa: S311 - data, not secrets
    return [one.question.text for one in [seed, *rng.sample(others, min(1, len(others)))]]


def _prompt(styles: Sequence[str], distracted: bool) -> Prompt:
    turns = [Message("system", _INSTRUCTION)]
    for shot, other in zip(SHOTS[:2], SHOTS[2:], strict=True):
        turns.append(Message("user", f"{_shown([other.question])}{_PLAIN}"))
        turns.append(Message("assistant", f"{_OPENING} {shot.question}\n{shot.reply}"))
    turns.append(Message("user", _shown(styles) + (_DISTRACTED if distracted else _PLAIN)))
    return Prompt(tuple(turns), _OPENING)


def _shown(questions: Sequence[str]) -> str:
    return "".join(f"{text.strip()}\n\n" for text in questions)


def _split(reply: str) -> tuple[str, str]:
    """Question and code of a reply; either may be empty."""
    text = reply.removeprefix(_OPENING)
    match = _CODE.search(text)
    if match is None:
        return text.strip(), ""
    return text[: match.start()].strip(), text[match.end() :]
