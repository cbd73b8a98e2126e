"""Majority vote of several samples on a question without a gold answer.

Agreement of a model with itself is evidence, not proof: a majority can be wrong. The tag `share` of
training items records it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from underdog.core import Form, Question
from underdog.data.sources.replies.attempts import ReadReply, read_attempt
from underdog.data.sources.source import Desk, Record, Reply


@dataclass(frozen=True, slots=True)
class Consensus:
    """Result of a vote.

    Attributes:
        attempts: The samples as read.
        best: First usable attempt with the majority answer; `None` without votes.
        votes: Number of votes for the majority answer.
    """

    attempts: tuple[ReadReply, ...]
    best: ReadReply | None
    votes: int

    @property
    def share(self) -> float:
        """Votes for the majority answer as a share of all samples, unusable ones included."""
        return self.votes / len(self.attempts) if self.attempts else 0.0

    @property
    def told(self) -> str:
        """The vote in words."""
        answer = self.best.answer if self.best is not None else None
        return f"{self.votes} of {len(self.attempts)} programs give {answer}"

    def agrees(self, answer: str, question: Question, desk: Desk) -> bool:
        """Whether `answer` is the majority answer, with at least half of all samples."""
        if self.best is None or self.best.answer is None or self.share < 0.5:
            return False
        return desk.checker.equal(answer, self.best.answer, question)


def consensus(form: Form, question: Question, replies: Sequence[Reply], desk: Desk) -> Consensus:
    """Read samples and take the vote of their answers."""
    attempts = tuple(read_attempt(form, question, reply, desk) for reply in replies)
    keys = [_vote(attempt, question, desk) for attempt in attempts]
    counts = Counter(key for key in keys if key is not None)
    if not counts:
        return Consensus(attempts, None, 0)
    [(winner, votes)] = counts.most_common(1)
    return Consensus(attempts, attempts[keys.index(winner)], votes)


def passes(answer: str, question: Question, attempts: Sequence[ReadReply], desk: Desk) -> float:
    """Share of attempts whose answer equals `answer`; 0 without attempts."""
    right = sum(
        attempt.answer is not None and desk.checker.equal(attempt.answer, answer, question)
        for attempt in attempts
    )
    return right / len(attempts) if attempts else 0.0


def joined(record: Record, replies: Sequence[Reply]) -> Record:
    """The record with the cost of further replies, which checked it, added."""
    return replace(record, usage=sum((reply.usage for reply in replies), record.usage))


def _vote(attempt: ReadReply, question: Question, desk: Desk) -> str | None:
    if attempt.reason or attempt.answer is None:
        return None
    return desk.checker.vote_key(attempt.answer, question)
