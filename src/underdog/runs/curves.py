"""Accuracy against the number of samples, from stored rollouts, with honest error bars.

For each n, many random subsets of n solutions are drawn without replacement from every problem's
pool and the rule is applied to each; the first n solutions alone would be one draw without a
spread. maj@n and best-of-n are accuracies that a strategy reaches; pass@n (unbiased, arXiv
2107.03374) uses gold and is an oracle bound. The accuracy of maj@n is the mean over all subsets,
exact where that is feasible (`passk.maj_at_k`), and its spread that of the random ones. For any
other strategy, replay it with `replay_arm(resample=...)`.

Majority ties go to the answer drawn first and best-of-n ties to the solution drawn first, as in
the strategies.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.core import Decision, Problem, Question, Sample, Score, Solution, Steps
from underdog.errors import StoreError, UsageError
from underdog.measure.clustering import clusters_of, share_of
from underdog.measure.intervals import Estimate
from underdog.measure.passk import Vote, maj_at_k, pass_at_k
from underdog.runs.replay import PoolView, ReplayEngine
from underdog.runs.runner import group_of
from underdog.seeds import derive
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.run import solve

_MAJORITY = "majority"
COUNTS = (1, 2, 4, 8, 16, 32)
_LARGEST_POOL = 4096

_Flags: TypeAlias = NDArray[np.bool_]
_Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class GradedPool:
    """One problem's stored solutions, graded one by one.

    Attributes:
        problem_id: Question id.
        group: Cluster of the problem; empty when the task has none.
        keys: Vote key of each solution; `None` does not vote.
        right: Whether each solution's answer is right.
        scores: Score of each solution by verifier name; `None` where the verifier gave none.
        generated_tokens: Generated tokens of each solution.
    """

    problem_id: str
    group: str
    keys: tuple[str | None, ...]
    right: tuple[bool, ...]
    scores: Mapping[str, tuple[float | None, ...]]
    generated_tokens: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Accuracy and cost of one rule at one number of samples.

    Attributes:
        rule: `majority`, `best_of <verifier>` or `pass`.
        n: Samples per problem.
        accuracy: Mean over problems, with the interval of a share over problems.
        subset_sd: Standard deviation of the accuracy between random subsets of the same pools; 0
            for pass@n, which averages over all subsets exactly.
        generated_tokens: Expected generated tokens per problem.
        num_problems: Number of problems in the mean.
        oracle_bound: Whether the rule uses gold.
    """

    rule: str
    n: int
    accuracy: Estimate
    subset_sd: float
    generated_tokens: float
    num_problems: int
    oracle_bound: bool = False


async def graded_pools(
    bench: Bench, problems: Sequence[Problem], verifiers: Sequence[str] = ()
) -> list[GradedPool]:
    """Pools of the bench's store, one per problem, in the bench's form, graded.

    Args:
        bench: The bench; only its engines' `info` is used.
        problems: Problems whose pools are read.
        verifiers: Names of the bench's verifiers whose scores are read, or computed where they
            need no model.

    Raises:
        UsageError: A verifier scores solutions relative to each other, so that its scores of a
            subset are not those of the pool.
        StoreError: A verifier needs a model and its scores are not stored.
    """
    for name in verifiers:
        if name in bench.verifiers and not bench.verifiers[name].pointwise:
            raise UsageError(
                f"{name} scores a set as a whole; replay best_of_n:verifier={name} instead"
            )
    engines = {role: ReplayEngine(engine.info) for role, engine in bench.engines.items()}
    offline = replace(bench, engines=engines, store=PoolView(bench.store))
    collect = _Collect(tuple(verifiers))
    pools: list[GradedPool] = []
    for problem in problems:
        outcome = await solve(collect, problem.question, offline)
        pools.append(_grade_pool(problem, outcome.solutions, bench, verifiers))
    return pools


def curves(
    pools: Sequence[GradedPool],
    *,
    seed: int,
    counts: Sequence[int] = COUNTS,
    subsets: int = 200,
) -> list[CurvePoint]:
    """Points of every rule at every count up to the size of the smallest pool.

    Args:
        pools: From `graded_pools`.
        seed: Root seed of the subsets.
        counts: Numbers of samples; those above the smallest pool are left out.
        subsets: Random subsets per problem and count.

    Raises:
        StoreError: No pool, or an empty one.
        UsageError: A count or `subsets` is below 1.
    """
    if subsets < 1 or min(counts, default=1) < 1:
        raise UsageError(f"counts={tuple(counts)}, subsets={subsets}; all must be 1 or more")
    smallest = min((len(pool) for pool in pools), default=0)
    if smallest == 0:
        empty = next((pool.problem_id for pool in pools if not len(pool)), None)
        what = "no problems" if empty is None else f"no stored solutions for problem {empty!r}"
        raise StoreError(f"curves: {what}; run an arm on this task first")
    kept = [n for n in counts if n <= smallest]
    orders = [_orders(pool, subsets, seed) for pool in pools]
    points: list[CurvePoint] = []
    for rule, choose in _rules(pools).items():
        for n in kept:
            hits = np.array(
                [choose(pool, order[:, :n]) for pool, order in zip(pools, orders, strict=True)]
            )
            means = hits.mean(axis=1).tolist()
            if rule == _MAJORITY:
                means = [_maj_at(pool, n, seed) for pool in pools]
            points.append(_point(rule, n, pools, means, float(hits.mean(axis=0).std())))
    return points + [_pass_point(n, pools) for n in kept]


_Choose: TypeAlias = Callable[[GradedPool, _Places], _Flags]


def _rules(pools: Sequence[GradedPool]) -> dict[str, _Choose]:
    rules: dict[str, _Choose] = {_MAJORITY: _majority}
    for verifier in pools[0].scores:
        rules[f"best_of {verifier}"] = _best_of(verifier)
    return rules


def _orders(pool: GradedPool, subsets: int, seed: int) -> _Places:
    """Random orders of a pool, shape (subsets, pool); their first n columns are subsets of n."""
    random = np.random.default_rng(derive("subsets", seed, pool.problem_id))
    return random.permuted(np.tile(np.arange(len(pool)), (subsets, 1)), axis=1)


def _majority(pool: GradedPool, drawn: _Places) -> _Flags:
    """Whether the plurality answer of each subset is right, shape (subsets,)."""
    distinct = dict.fromkeys(key for key in pool.keys if key is not None)
    names = {key: code for code, key in enumerate(distinct)}
    if not names:
        return np.zeros(len(drawn), dtype=bool)
    codes = np.array([-1 if key is None else names[key] for key in pool.keys])
    gave = codes[drawn][:, :, None] == np.arange(len(names))
    votes, first = gave.sum(axis=1), gave.argmax(axis=1)
    winner = (votes * (drawn.shape[1] + 1) - first).argmax(axis=1)
    rows = np.arange(len(drawn))
    right = np.array(pool.right)[drawn[rows, first[rows, winner]]]
    return right & (votes[rows, winner] > 0)


def _best_of(verifier: str) -> _Choose:
    def choose(pool: GradedPool, drawn: _Places) -> _Flags:
        """Whether each subset's best-scored solution with an answer is right, shape (subsets,)."""
        ranks = [
            -math.inf if key is None else (-1e308 if score is None else max(score, -1e308))
            for key, score in zip(pool.keys, pool.scores[verifier], strict=True)
        ]
        best = np.array(ranks)[drawn].argmax(axis=1)
        return np.array(pool.right)[drawn[np.arange(len(drawn)), best]]

    return choose


def _maj_at(pool: GradedPool, n: int, seed: int) -> float:
    votes = [Vote(key, right) for key, right in zip(pool.keys, pool.right, strict=True)]
    return maj_at_k(votes, n, seed=derive("majority", seed, pool.problem_id))


def _point(
    rule: str, n: int, pools: Sequence[GradedPool], means: Sequence[float], spread: float
) -> CurvePoint:
    """Point of a rule from each problem's mean over subsets."""
    accuracy = _estimate(pools, means)
    return CurvePoint(rule, n, accuracy, spread, _tokens(pools, n), len(pools))


def _pass_point(n: int, pools: Sequence[GradedPool]) -> CurvePoint:
    values = [pass_at_k(len(pool), sum(pool.right), n) for pool in pools]
    accuracy = _estimate(pools, values)
    return CurvePoint("pass", n, accuracy, 0.0, _tokens(pools, n), len(pools), oracle_bound=True)


def _estimate(pools: Sequence[GradedPool], values: Sequence[float]) -> Estimate:
    groups = clusters_of([pool.group for pool in pools])
    return share_of(values, groups)


def _tokens(pools: Sequence[GradedPool], n: int) -> float:
    means = [sum(pool.generated_tokens) / len(pool) for pool in pools]
    return n * sum(means) / len(means)


@dataclass(frozen=True, slots=True)
class _Collect:
    """A strategy that draws every stored solution and has it scored."""

    verifiers: tuple[str, ...]
    name: str = "collect"

    def solve(self, question: Question) -> Steps:
        solutions = yield Sample(_LARGEST_POOL)
        for verifier in self.verifiers:
            solutions = yield Score(verifier, solutions)
        return Decision(answer=None)


def _grade_pool(
    problem: Problem, solutions: Sequence[Solution], bench: Bench, verifiers: Sequence[str]
) -> GradedPool:
    answers = {one.answer for one in solutions if one.answer is not None}
    checker = bench.task.checker
    right = {answer for answer in answers if checker.grade(answer, problem).status == "right"}
    return GradedPool(
        problem_id=problem.id,
        group=group_of(problem),
        keys=tuple(one.vote_key for one in solutions),
        right=tuple(one.answer in right for one in solutions),
        scores={name: tuple(one.scores.get(name) for one in solutions) for name in verifiers},
        generated_tokens=tuple(one.usage.generated_tokens for one in solutions),
    )
