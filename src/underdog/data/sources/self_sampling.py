"""Rejection sampling from the student itself: right solutions with different calculations.

STaR (arXiv 2203.14465) and rejection-sampling fine-tuning (arXiv 2308.01825): sample k solutions
per training problem, and keep one of the right solutions for each distinct calculation: other
equations in words, other syntax trees in programs. Cost: k calls per problem.
"""

from dataclasses import dataclass

from underdog.core import Problem
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import ReadReply, graded, recorded, sampling
from underdog.data.sources.source import MAIN, Ask, Desk, Exchange, Record, spelled
from underdog.forms import forms
from underdog.generators.knobs import whole


@sources.register("self")
@dataclass(frozen=True, slots=True)
class SelfSampling:
    """Right and distinct solutions among k samples of the model itself.

    Args:
        form: Form of the solutions.
        k: Samples per problem.
        keep: Most solutions kept per problem, so that easy problems do not fill the data.
        temperature: Sampling temperature.
        max_tokens: Most tokens per sample; 0 takes the form's limit.
        strict: Whether the answer must be in the place that the form asks for.
        sound: Whether a false equation in a right solution rejects it.
        engine: Role of the sampled engine.
    """

    form: str = "cot"
    k: int = 8
    keep: int = 4
    temperature: float = 0.8
    max_tokens: int = 0
    strict: bool = True
    sound: bool = True
    engine: str = MAIN

    def __post_init__(self) -> None:
        whole("k", self.k, 1, 1024)
        whole("keep", self.keep, 1, 1024)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("self", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Sample k solutions and keep right ones that differ."""
        if seed.gold is None:
            return [Record("no gold answer", question=seed.question.text)]
        form = forms.create(self.form)
        prompt = form.prompt(seed.question, desk.shots(form.name))
        params = sampling(form, self.temperature, self.max_tokens)
        [replies] = yield [Ask(prompt, params, self.k, self.engine)]
        attempts = [graded(form, seed, reply, desk, self.strict) for reply in replies]
        kept = self._chosen(attempts)
        return [recorded(attempt, form, seed.question, seed.id) for attempt in kept]

    def _chosen(self, attempts: list[ReadReply]) -> list[ReadReply]:
        """All attempts; those after the first `keep` distinct ways are rejected."""
        ways: set[str] = set()
        chosen: list[ReadReply] = []
        for attempt in attempts:
            if self.sound and attempt.flaw:
                attempt = attempt.rejected("unsound", attempt.flaw)
            if not attempt.reason:
                if attempt.way in ways:
                    attempt = attempt.rejected("duplicate")
                elif len(ways) == self.keep:
                    attempt = attempt.rejected("over the limit", f"{self.keep} ways are kept")
                else:
                    ways.add(attempt.way)
            chosen.append(attempt)
        return chosen
