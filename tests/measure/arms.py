"""Arms made from short strings: `+` right, `-` wrong, `.` no answer, `?` undecided."""

from underdog.core import Usage
from underdog.measure.results import ArmResult, ItemResult, ItemStatus

STATUS: dict[str, ItemStatus] = {"+": "right", "-": "wrong", ".": "no_answer", "?": "undecided"}


def make_arm(
    marks: str,
    name: str = "arm",
    *,
    usage: Usage = Usage(calls=1, generated_tokens=10, flops=1e9, seconds=0.5),
    groups: list[str] | None = None,
    oracle_bound: bool = False,
    prefix: str = "p",
) -> ArmResult:
    return ArmResult(
        name=name,
        model="tiny",
        form="cot",
        strategy="greedy",
        items=tuple(
            ItemResult(
                problem_id=f"{prefix}{place}",
                status=STATUS[mark],
                score=float(mark == "+"),
                usage=usage,
                num_solutions=1,
                group="" if groups is None else groups[place],
            )
            for place, mark in enumerate(marks)
        ),
        oracle_bound=oracle_bound,
    )
