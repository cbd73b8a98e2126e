"""Questions about passages of documents, with the sentence that proves the answer.

Meerkat (arXiv 2404.00376) and Dr. LLaMA (arXiv 2305.07804): the model reads a passage of the user's
own documents and writes a question, the quote that answers it and the answer. The quote must stand
in the passage word for word and contain the answer's words; the question must not give the answer
away; and, with `confirm=k`, the question is asked again with the passage, and one of k replies must
agree. Accepted questions are grounded, not necessarily worth knowing. The training item cites the
quote, then answers. `passages` makes the seeds. Cost: n calls per passage, and k per question.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from underdog.core import Form, Message, Problem, Prompt, Question, SamplingParams
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import (
    ReadReply,
    failure,
    read_attempt,
    recorded,
    solve_each,
)
from underdog.data.sources.replies.consensus import joined
from underdog.data.sources.replies.wording import squeezed, words
from underdog.data.sources.source import Ask, Desk, Exchange, Record, Reply, spelled
from underdog.errors import DataError
from underdog.files import read_bounded
from underdog.forms import forms
from underdog.generators.knobs import whole

_INSTRUCTION = (
    "Read the passage and write one question that it answers. Copy the sentence that answers it "
    "from the passage, word for word. Then give the answer in a few words."
)
_PASSAGE = (
    "The Orla lighthouse was built in 1874 on a reef three miles from the coast. Its keeper lived "
    "there alone for nine months of the year. Fog signals were given with a bell until 1922, when "
    "a steam horn replaced it."
)
_SHOT = (
    "Question: What replaced the bell that gave fog signals at the Orla lighthouse?\n"
    "Quote: Fog signals were given with a bell until 1922, when a steam horn replaced it.\n"
    "Answer: a steam horn"
)
_FIELDS = re.compile(
    r"Question:\s*(?P<question>.+?)\s*\nQuote:\s*(?P<quote>.+?)\s*\nAnswer:\s*(?P<answer>[^\n]+)",
    re.DOTALL | re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_POINTING = re.compile(r"\b(?:the|this) (?:passage|text|paragraph|quote|sentence)\b", re.IGNORECASE)
_FILLERS = frozenset(words("a an the of in on at to by and or is was were are it its from for"))
_LONGEST_ANSWER = 20
_MAX_DOCUMENT_BYTES = 1 << 28
_SHORTEST_QUOTE = 4


@sources.register("documents")
@dataclass(frozen=True, slots=True)
class Documents:
    """Questions about passages, each with its answer and the quote that proves it.

    Args:
        n: Questions asked for per passage.
        confirm: Times that each question is answered again from the passage; 0 skips that.
        temperature: Sampling temperature.
        max_tokens: Most tokens per sample.
    """

    n: int = 1
    confirm: int = 1
    temperature: float = 0.7
    max_tokens: int = 200

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 256)
        whole("confirm", self.confirm, 0, 64)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("documents", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for questions, then for their answers from the passage."""
        passage = seed.question.context
        if not passage:
            raise DataError(f"seed {seed.id!r} has no passage; make seeds with passages()")
        params = SamplingParams(self.temperature, 0.95, max_tokens=self.max_tokens, stop=("\n\n",))
        [replies] = yield [Ask(_prompt(passage), params, self.n)]
        read = [_read(reply, seed, place) for place, reply in enumerate(replies)]
        form = forms.create("cot")
        good = [one.question for one in read if not one.attempt.reason]
        again = yield from solve_each(form, good, self.confirm, self.temperature, shots=())
        return [_record(one, again.get(one.question.id, ()), form, desk) for one in read]


@dataclass(frozen=True, slots=True)
class _Quiz:
    question: Question
    quote: str
    attempt: ReadReply


def passages(documents: Iterable[Path | str], longest: int = 160) -> Iterator[Problem]:
    """Passages of documents as seed problems for `collect`, cut between sentences.

    Args:
        documents: Paths of text files, or texts themselves.
        longest: Most words per passage; a longer sentence is a passage by itself.

    Raises:
        DataError: A file cannot be read as UTF-8 text.
    """
    for place, document in enumerate(documents):
        name = document.name if isinstance(document, Path) else f"text-{place}"
        for number, passage in enumerate(_cut(_text(document), longest)):
            question = Question(f"{name}#{number}", "documents", "", context=passage)
            yield Problem(question, None, "train", {"document": name})


def stands_in(quote: str, passage: str) -> bool:
    """Whether a quote is in a passage word for word; case, spaces and punctuation do not count.

    Example:
        >>> stands_in("a bell, until 1922", "signals were given with a bell until 1922.")
        True
    """
    return f" {squeezed(quote)} " in f" {squeezed(passage)} "


def _read(reply: Reply, seed: Problem, place: int) -> _Quiz:
    match = _FIELDS.search(reply.text)
    text, quote, answer = match.group("question", "quote", "answer") if match else ("", "", "")
    question = replace(seed.question, id=f"{seed.id}~{place}", text=text)
    quote = quote.strip(' "“”')
    grounded = f'The passage says: "{quote}"\nThe answer is {answer.strip().rstrip(".")}.'
    attempt = ReadReply(reply, grounded, answer.strip(), way=squeezed(text))
    fault = failure(reply) or (None if match else ("no question", reply.text.strip()[:80]))
    fault = fault or _fault(text, quote, answer, seed.question.context, reply)
    return _Quiz(question, quote, attempt.rejected(*fault) if fault else attempt)


def _fault(
    question: str, quote: str, answer: str, passage: str, reply: Reply
) -> tuple[str, str] | None:
    """Fault of a question, quote and answer of a passage: reason and detail, or `None`."""
    if reply.finish == "length":
        return "truncated", ""
    if not question.endswith("?"):
        return "no question", question[-60:]
    if _POINTING.search(question):
        return "needs the passage", question[:80]
    if len(words(quote)) < _SHORTEST_QUOTE or not stands_in(quote, passage):
        return "quote not found", quote[:80]
    told = set(words(answer)) - _FILLERS
    if not told or len(words(answer)) > _LONGEST_ANSWER:
        return "no answer", answer[:80]
    if not told <= set(words(quote)):
        return "answer not in quote", ", ".join(sorted(told - set(words(quote))))
    if told <= set(words(question)):
        return "answer in question", answer[:80]
    return None


def _record(one: _Quiz, answers: Sequence[Reply], form: Form, desk: Desk) -> Record:
    attempt = one.attempt
    if answers:
        said = [read_attempt(form, one.question, reply, desk).answer for reply in answers]
        if not any(_agree(answer, attempt.answer, one.question, desk) for answer in said):
            attempt = attempt.rejected("unconfirmed", f"asked again, it says {said[0]}")
    record = joined(recorded(attempt, form, one.question, "document"), answers)
    if attempt.reason:
        return replace(record, question=one.question.text, reply=attempt.reply.text)
    document = one.question.id.partition("#")[0]
    tags = {**record.tags, "quote": one.quote, "document": document}
    problem = Problem(one.question, attempt.answer, "train", {"quote": one.quote})
    return replace(record, problem=problem, tags=tags)


def _agree(left: str | None, right: str | None, question: Question, desk: Desk) -> bool:
    """Whether two answers are equal for the checker, or one has all main words of the other."""
    if left is None or right is None:
        return False
    if desk.checker.equal(left, right, question):
        return True
    first, second = set(words(left)) - _FILLERS, set(words(right)) - _FILLERS
    return bool(first and second) and (first <= second or second <= first)


def _prompt(passage: str) -> Prompt:
    turns = (
        Message("system", _INSTRUCTION),
        Message("user", _PASSAGE),
        Message("assistant", _SHOT),
        Message("user", passage),
    )
    return Prompt(turns, "Question:")


def _text(document: Path | str) -> str:
    if isinstance(document, str):
        return document
    try:
        return read_bounded(document, _MAX_DOCUMENT_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {document} as UTF-8 text: {error}") from error


def _cut(text: str, longest: int) -> Iterator[str]:
    passage: list[str] = []
    size = 0
    for sentence in _SENTENCE.split(" ".join(text.split())):
        length = len(words(sentence))
        if passage and size + length > longest:
            yield " ".join(passage)
            passage, size = [], 0
        passage.append(sentence)
        size += length
    if size:
        yield " ".join(passage)
