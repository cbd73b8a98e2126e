"""Plays a strategy by hand: feeds it solutions, records what it asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from underdog.core import Action, Decision, Question, Sample, Score, Solution, Strategy

QUESTION = Question("q1", "t", "What is 1 + 1?")


def solution(index: int, answer: str | None, form: str = "cot", **scores: float) -> Solution:
    status = "ok" if answer is not None else "no_answer"
    return Solution(
        index, "main", form, f"text {index}", answer, answer, status=status, scores=scores
    )


@dataclass
class Play:
    decision: Decision
    actions: list[Action] = field(default_factory=list)
    drawn: int = 0


def play(
    strategy: Strategy,
    answers: Sequence[str | None],
    scorer: Callable[[Solution], float | None] = lambda one: None,
    engines: dict[str, Sequence[str | None]] | None = None,
) -> Play:
    """Answer each action from the list of answers; when it runs out, the budget is spent."""
    actions: list[Action] = []
    cursor = dict.fromkeys(["main", *(engines or {})], 0)
    pools = {"main": answers, **(engines or {})}
    steps = strategy.solve(QUESTION)
    try:
        action = next(steps)
        while True:
            actions.append(action)
            if isinstance(action, Sample):
                pool, at = pools[action.engine], cursor[action.engine]
                got = pool[at : at + action.n]
                cursor[action.engine] += len(got)
                reply = tuple(
                    solution(at + place, answer, action.form or "cot")
                    for place, answer in enumerate(got)
                )
            else:
                reply = tuple(_scored(one, action, scorer) for one in action.solutions)
            action = steps.send(reply)
    except StopIteration as stop:
        return Play(stop.value, actions, cursor["main"])


def _scored(one: Solution, action: Score, scorer: Callable[[Solution], float | None]) -> Solution:
    score = scorer(one)
    return one if score is None else one.with_score(action.verifier, score)
