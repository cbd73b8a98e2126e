"""Counting answers: tallies over canonical keys, with a fixed rule for ties.

Ties go to the answer whose first solution was drawn earlier, so that the result depends on the
solutions alone and not on the order of a hash table.
"""

from collections.abc import Callable, Sequence

from underdog.core import Candidate, Decision, Solution

Weight = Callable[[Solution], float]


def one(solution: Solution) -> float:
    """The vote weight 1, whatever the solution."""
    return 1.0


def tally(solutions: Sequence[Solution], weight: Weight = one) -> tuple[Candidate, ...]:
    """Candidates: distinct answers with summed vote weights, largest first.

    Solutions without an answer do not vote. When no weight is positive, votes are counted instead.
    """
    voters = [solution for solution in solutions if solution.vote_key is not None]
    weights = [max(0.0, weight(solution)) for solution in voters]
    total = sum(weights)
    if total <= 0.0:
        weights, total = [1.0] * len(voters), float(len(voters))
    groups: dict[str, list[int]] = {}
    for place, solution in enumerate(voters):
        groups.setdefault(str(solution.vote_key), []).append(place)
    rows: list[tuple[float, int, Candidate]] = []
    for key, places in groups.items():
        mass = sum(weights[place] for place in places)
        best = max(places, key=lambda place: (weights[place], -place))
        answer = voters[best].answer or ""
        rows.append((mass, places[0], Candidate(key, answer, len(places), mass, mass / total)))
    rows.sort(key=lambda row: (-row[0], row[1]))
    return tuple(candidate for _, _, candidate in rows)


def decide(solutions: Sequence[Solution], reason: str, weight: Weight = one) -> Decision:
    """The decision for the heaviest answer, represented by its heaviest, earliest solution."""
    candidates = tally(solutions, weight)
    if not candidates:
        return Decision(answer=None, reason=reason)
    winner = candidates[0]
    group = [solution for solution in solutions if solution.vote_key == winner.vote_key]
    best = max(group, key=weight)  # the first of equals
    return Decision(
        answer=best.answer,
        solution=best,
        candidates=candidates,
        confidence=winner.share,
        reason=reason,
    )


def counts(solutions: Sequence[Solution]) -> list[int]:
    """Votes per distinct answer, largest first."""
    return sorted((candidate.votes for candidate in tally(solutions)), reverse=True)
