"""Builds a fight card from graded results: verdict, break-even point, problem rows and notes.

The first arm of each side is the one that the verdict is about; name it before the match (on a dev
split), since picking the best of several on the test problems would flatter the small model. The
other arms draw the curve.
"""

from collections.abc import Mapping, Sequence

from underdog.core import Outcome, Problem, Solution
from underdog.errors import DataError
from underdog.measure.breakeven import BreakEven, CostPoint, break_even
from underdog.measure.diagnosis import Diagnosis
from underdog.measure.results import ArmResult, ItemResult
from underdog.measure.summary import ArmSummary, summarize
from underdog.measure.verdict import Verdict, Words, compare, paired_items
from underdog.reports.fight_card import (
    Corner,
    CostAxis,
    FightCard,
    ProblemRow,
    ShownSolution,
    Side,
    SideAnswer,
)

MAX_TEXT_CHARS = 6000
FEW_PROBLEMS = 100


def build_card(
    title: str,
    small: Sequence[ArmResult],
    big: Sequence[ArmResult],
    *,
    problems: Sequence[Problem] = (),
    small_outcomes: Mapping[str, Outcome] | None = None,
    big_outcomes: Mapping[str, Outcome] | None = None,
    task: str = "",
    small_corner: Corner | None = None,
    big_corner: Corner | None = None,
    diagnosis: Diagnosis | None = None,
    notes: Sequence[str] = (),
    max_attempts: int = 3,
) -> FightCard:
    """Make a fight card, without the facts of its run (prompts, seeds, hashes, machine).

    Args:
        title: Heading.
        small: Arms of the small model; the first is the headline arm, named beforehand.
        big: Arms of the big model, likewise.
        problems: For questions and gold answers; without them no problem rows are shown.
        small_outcomes: Outcomes of the first small arm by problem id, for the solutions' text.
        big_outcomes: The same for the first big arm.
        task: Task name and split; taken from the problems when empty.
        small_corner: Model, strategy and form of the small side; taken from its first arm when
            `None`.
        big_corner: The same for the big side.
        diagnosis: Coverage against selection of the small model.
        notes: Further notes, shown before those that follow from the numbers.
        max_attempts: Solutions shown per side and problem, the chosen one first.

    Raises:
        DataError: A side has no arm, or the first arms did not answer the same problems.
    """
    if not small or not big:
        raise DataError(
            "a fight card needs at least one arm per side with finished problems; the same "
            "challenge again goes on"
        )
    small_side = _side(small, small_corner)
    big_side = _side(big, big_corner)
    arms = (*small_side.arms, *big_side.arms)
    axis: CostAxis = "flops" if all(arm.usage.flops > 0 for arm in arms) else "tokens"
    verdict = compare(small[0], big[0])
    rows = _rows(small[0], big[0], problems, small_outcomes or {}, big_outcomes or {}, max_attempts)
    return FightCard(
        title=title,
        task=task or (problems[0].question.task if problems else ""),
        n=verdict.n,
        small=small_side,
        big=big_side,
        verdict=verdict,
        cost_axis=axis,
        break_even=_break_even(small_side, big_side, axis, verdict.words),
        diagnosis=diagnosis,
        rows=rows,
        notes=(*notes, *_notes(small_side, big_side, verdict, axis, rows)),
    )


def _side(arms: Sequence[ArmResult], corner: Corner | None) -> Side:
    first = arms[0]
    return Side(
        corner=corner or Corner(first.model, first.strategy, first.form),
        arms=tuple(summarize(arm) for arm in arms),
    )


def _cost(arm: ArmSummary, axis: CostAxis) -> float:
    return arm.flops_per_problem if axis == "flops" else arm.tokens_per_problem


def _break_even(small: Side, big: Side, axis: CostAxis, words: Words) -> BreakEven | None:
    """The crossing of a small model that was found better; picked among arms, it tests nothing."""
    target_cost = _cost(big.headline, axis)
    if words != "better" or big.headline.num_right == 0:
        return None
    if target_cost <= 0 or _cost(small.headline, axis) <= 0:
        return None
    curve = [
        CostPoint(arm.name, _cost(arm, axis), arm.accuracy.value)
        for arm in small.arms
        if not arm.oracle_bound and _cost(arm, axis) > 0
    ]
    return break_even(curve, big.headline.accuracy.value, target_cost)


def _rows(
    small: ArmResult,
    big: ArmResult,
    problems: Sequence[Problem],
    small_outcomes: Mapping[str, Outcome],
    big_outcomes: Mapping[str, Outcome],
    max_attempts: int,
) -> tuple[ProblemRow, ...]:
    by_id = {problem.id: problem for problem in problems}
    rows: list[ProblemRow] = []
    for ours, theirs in paired_items(small, big):
        problem = by_id.get(ours.problem_id)
        if problem is not None:
            rows.append(
                ProblemRow(
                    problem_id=ours.problem_id,
                    question=_question_text(problem),
                    gold=problem.gold,
                    small=_answer(ours, small_outcomes.get(ours.problem_id), max_attempts),
                    big=_answer(theirs, big_outcomes.get(theirs.problem_id), max_attempts),
                )
            )
    return tuple(rows)


def _question_text(problem: Problem) -> str:
    question = problem.question
    options = [
        f"{chr(ord('A') + place)}. {choice}" for place, choice in enumerate(question.choices)
    ]
    return "\n".join(part for part in (question.context, question.text, *options) if part)


def _answer(item: ItemResult, outcome: Outcome | None, max_attempts: int) -> SideAnswer:
    return SideAnswer(
        status=item.status,
        answer=item.answer,
        tokens=item.usage.generated_tokens + item.usage.verifier_tokens,
        num_solutions=item.num_solutions,
        attempts=() if outcome is None else _attempts(outcome, max_attempts),
    )


def _attempts(outcome: Outcome, max_attempts: int) -> tuple[ShownSolution, ...]:
    """The chosen solution, then those with other answers, then the rest, in sampling order."""
    chosen = outcome.decision.solution
    key = None if chosen is None else chosen.vote_key
    others = [solution for solution in outcome.solutions if solution != chosen]
    others.sort(key=lambda solution: solution.vote_key == key)
    shown = [*(() if chosen is None else (chosen,)), *others][:max_attempts]
    return tuple(_attempt(solution, chosen=solution is chosen) for solution in shown)


def _attempt(solution: Solution, *, chosen: bool) -> ShownSolution:
    text = solution.text
    if len(text) > MAX_TEXT_CHARS:
        text = f"{text[:MAX_TEXT_CHARS]}\n[… {len(text) - MAX_TEXT_CHARS:,} more characters]"
    return ShownSolution(
        text=text,
        answer=solution.answer,
        chosen=chosen,
        note="" if solution.status == "ok" else solution.status.replace("_", " "),
        tokens=solution.usage.generated_tokens,
    )


def _notes(
    small: Side, big: Side, verdict: Verdict, axis: CostAxis, rows: Sequence[ProblemRow]
) -> tuple[str, ...]:
    """Notes that follow from the numbers: small n, estimated FLOPs, oracle bounds."""
    arms = (*small.arms, *big.arms)
    n = small.headline.n
    notes: list[str] = []
    if len(arms) > 2:
        notes.append(
            "The verdict is about the two arms in the corners, named before the match. The other "
            "arms draw the curve and are not tested: the best of them on these problems looks "
            "better than it is, and a crossing read off the curve is a description."
        )
    if n < FEW_PROBLEMS:
        notes.append(f"Only {n} problems: the intervals are wide, and only large gaps can show.")
    notes.extend(_cluster_notes(verdict))
    if axis == "flops":
        notes.append(
            "FLOPs are computed from the architectures, not measured. An arm reads each prompt "
            "once per problem, in full, whatever was cached."
        )
    else:
        notes.append(
            "Compute is counted in tokens, since the FLOPs of at least one arm are not known. "
            "A token of the big model costs more than one of the small model."
        )
    notes.append(
        "Seconds are those of the wall clock while samples were drawn; samples side by side share "
        "them. Latency is what one problem waits from its first request to its last reply."
    )
    notes.append("Tokens are each model's own; tokenizers differ, so compare FLOPs across models.")
    notes.extend(_arm_notes(arms))
    if any(
        len(side.attempts) < side.num_solutions for row in rows for side in (row.small, row.big)
    ):
        notes.append("Not every solution is shown; all of them are in the run's store.")
    return tuple(notes)


def _cluster_notes(verdict: Verdict) -> list[str]:
    if verdict.few_groups:
        return [
            f"Problems come in {verdict.few_groups} groups, too few to tell how alike the "
            "problems of a group are. Intervals and test take every problem as independent: right "
            "for levels of difficulty, too narrow for templates or passages."
        ]
    if not verdict.clusters:
        return []
    return [
        f"Problems come in {verdict.clusters} clusters; for the verdict, {verdict.n:,} problems "
        f"are worth {verdict.worth:,.0f} independent ones. Intervals and test count them so."
    ]


def _arm_notes(arms: Sequence[ArmSummary]) -> list[str]:
    notes: list[str] = []
    if any(arm.oracle_bound for arm in arms):
        notes.append(
            "Arms marked as oracle bounds choose with the gold answer: nobody can run them."
        )
    if any(arm.replayed for arm in arms):
        notes.append(
            "Replayed arms are computed from stored samples; their seconds are the stored ones."
        )
    for arm in arms:
        if arm.num_failed:
            notes.append(
                f"{arm.name}: the verifier failed on {arm.num_failed:,} of {arm.n:,} problems "
                f"({arm.failure}). They are undecided and count as not right; run the same command "
                "again to try them again."
            )
    if ungraded := sum(arm.num_undecided - arm.num_failed for arm in arms):
        notes.append(f"{ungraded:,} answers could not be graded; they count as not right.")
    return notes
