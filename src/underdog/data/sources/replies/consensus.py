"""What several samples say about a question whose answer nobody gave: the majority and its share.

Agreement of a model with itself is evidence, not proof: a consensus can be wrong, and data that
rests on one says so in its tags (`share`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Form, Question
from underdog.data.sources.replies.attempts import ReadReply, read_attempt
from underdog.data.sources.source import Desk, Record, Reply


@dataclass(frozen=True, slots=True)
class Consensus:
    """How samples voted.

    Attributes:
        attempts: The samples as read.
        best: First usable attempt that gave the majority answer.
        votes: How many gave it.
    """

    attempts: tuple[ReadReply, ...]
    best: ReadReply | None
    votes: int

    @property
    def share(self) -> float:
        """Share of all samples that gave the majority answer, unusable ones counted against it."""
        return self.votes / len(self.attempts) if self.attempts else 0.0

    @property
    def told(self) -> str:
        """The vote in words."""
        answer = self.best.answer if self.best is not None else None
        return f"{self.votes} of {len(self.attempts)} programs give {answer}"

    def agrees(self, answer: str, question: Question, desk: Desk) -> bool:
        """Whether at least half of the samples gave this answer."""
        if self.best is None or self.best.answer is None or self.share < 0.5:
            return False
        return desk.checker.equal(answer, self.best.answer, question)


def consensus(form: Form, question: Question, replies: Sequence[Reply], desk: Desk) -> Consensus:
    """Read samples and count their answers."""
    attempts = tuple(read_attempt(form, question, reply, desk) for reply in replies)
    keys = [_vote(attempt, question, desk) for attempt in attempts]
    counts = Counter(key for key in keys if key is not None)
    if not counts:
        return Consensus(attempts, None, 0)
    [(winner, votes)] = counts.most_common(1)
    return Consensus(attempts, attempts[keys.index(winner)], votes)


def passes(answer: str, question: Question, attempts: Sequence[ReadReply], desk: Desk) -> float:
    """Share of attempts that give an answer."""
    right = sum(
        attempt.answer is not None and desk.checker.equal(attempt.answer, answer, question)
        for attempt in attempts
    )
    return right / len(attempts) if attempts else 0.0


def joined(record: Record, replies: Sequence[Reply]) -> Record:
    """The record charged with further replies that were asked for to check it."""
    return replace(record, usage=sum((reply.usage for reply in replies), record.usage))


def _vote(attempt: ReadReply, question: Question, desk: Desk) -> str | None:
    if attempt.reason or attempt.answer is None:
        return None
    return desk.checker.vote_key(attempt.answer, question)
