"""A simulated match, clearly an example: seeded arms, made-up models, problems and solutions."""

from dataclasses import replace
from random import Random

from underdog.core import Decision, Outcome, Problem, Question, Solution, Usage
from underdog.measure.diagnosis import diagnose
from underdog.measure.results import ArmResult, ItemResult
from underdog.reports.build import build_card
from underdog.reports.fight_card import CardFact, Corner, FightCard, PromptText
from underdog.seeds import derive

NAMES = ("Mina", "Jonas", "Aiko", "Tariq", "Lena", "Pavel", "Ines", "Omar")
THINGS = ("pencils", "apples", "stamps", "marbles", "tickets", "shells")
SMALL, BIG = "Example-135M", "Example-1.5B"


def make_problems(n: int) -> list[Problem]:
    problems: list[Problem] = []
    for place in range(n):
        random = Random(derive("problem", place))
        who, other = random.sample(NAMES, 2)
        thing = random.choice(THINGS)
        have, packs, size, given = (random.randint(2, 30) for _ in range(4))
        text = (
            f"{who} has {have} {thing} and buys {packs} packs of {size} more. "
            f"{who} then gives {given} to {other}. How many {thing} does {who} have now?"
        )
        gold = str(have + packs * size - given)
        problems.append(Problem(Question(f"ex-{place:03d}", "example", text), gold, "test"))
    return problems


def make_arm(
    problems: list[Problem],
    name: str,
    model: str,
    accuracy: float,
    samples: int,
    *,
    flops_per_token: float,
    oracle_bound: bool = False,
    flops: bool = True,
) -> ArmResult:
    items: list[ItemResult] = []
    for problem in problems:
        ease = Random(derive("ease", problem.id)).gauss(0, 1)
        luck = Random(derive("luck", model, problem.id)).gauss(0, 0.7)
        right = ease * 0.25 + luck * 0.25 < accuracy - 0.5
        tokens = samples * Random(derive("tokens", model, problem.id)).randint(70, 190)
        silent = not right and Random(derive("silent", name, problem.id)).random() < 0.12
        wrong = "no_answer" if silent else "wrong"
        answer = problem.gold if right else str(int(problem.gold or 0) + 7)
        items.append(
            ItemResult(
                problem_id=problem.id,
                status="right" if right else wrong,
                score=float(right),
                usage=Usage(
                    calls=samples,
                    prompt_tokens=180,
                    generated_tokens=tokens,
                    seconds=tokens / 220,
                    flops=(tokens + 180) * flops_per_token if flops else 0.0,
                ),
                answer=None if silent else answer,
                num_solutions=samples,
            )
        )
    strategy = name.split()[-1]
    return ArmResult(name, model, "cot", strategy, tuple(items), oracle_bound, replayed=samples > 1)


def make_outcomes(problems: list[Problem], arm: ArmResult) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for problem, item in zip(problems, arm.items, strict=True):
        solutions = tuple(
            Solution(
                index=index,
                engine="main",
                form="cot",
                text=_solution_text(problem, item.answer if index % 3 == 0 else "12"),
                answer=item.answer if index % 3 == 0 else "12",
                vote_key=item.answer if index % 3 == 0 else "12",
                status="ok" if item.answer is not None or index % 3 else "truncated",
                usage=Usage(generated_tokens=item.usage.generated_tokens // item.num_solutions),
            )
            for index in range(item.num_solutions)
        )
        decision = Decision(item.answer, solutions[0] if item.answer is not None else None)
        outcomes[problem.id] = Outcome(problem.id, arm.strategy, decision, solutions)
    return outcomes


def make_card(
    n: int = 200, *, flops: bool = True, title: str = "", headline: float = 0.55
) -> FightCard:
    problems = make_problems(n)
    small_flops, big_flops = 2 * 135e6, 2 * 1.54e9
    votes = ((16, headline), (1, 0.30), (2, 0.34), (4, 0.44), (8, 0.51), (32, 0.57))
    small = [
        make_arm(
            problems,
            f"{SMALL} majority@{k}" if k > 1 else f"{SMALL} one sample",
            SMALL,
            accuracy,
            k,
            flops_per_token=small_flops,
            flops=flops,
        )
        for k, accuracy in votes
    ]
    coverage = make_arm(
        problems,
        f"{SMALL} pass@16",
        SMALL,
        0.72,
        16,
        flops_per_token=small_flops,
        oracle_bound=True,
        flops=flops,
    )
    big = [
        make_arm(problems, f"{BIG} {rule}", BIG, share, k, flops_per_token=big_flops, flops=flops)
        for rule, share, k in (("greedy", 0.47, 1), ("majority@4", 0.56, 4))
    ]
    card = build_card(
        title or f"{SMALL} with majority voting against {BIG} (example)",
        [*small, coverage],
        big,
        problems=problems,
        small_outcomes=make_outcomes(problems, small[0]),
        big_outcomes=make_outcomes(problems, big[0]),
        task="example word problems, test split",
        small_corner=Corner(SMALL, "majority(n=16)", "cot", "2,400 tokens", "135M parameters, Q8"),
        big_corner=Corner(BIG, "greedy", "cot", "400 tokens", "1.54B parameters, Q8"),
        diagnosis=diagnose(small[1], small[0], coverage),
        notes=["All numbers on this card are simulated; it shows the layout only."],
    )
    return replace(
        card,
        prompts=(PromptText(f"{SMALL}, cot", "Solve the problem step by step.\n\n{question}"),),
        seeds=(CardFact("Root seed", "20260101"), CardFact("Subsets", "derived by name")),
        hashes=(
            CardFact(SMALL, "3f1c9a" * 10 + "beef"),
            CardFact("Problems", "77ab02" * 10 + "cafe"),
        ),
        machine=(CardFact("Processor", "2 cores, simulated"), CardFact("Memory", "8 GiB")),
        created="1 January 2026",
    )


def _solution_text(problem: Problem, answer: str | None) -> str:
    return (
        "Let me think step by step.\n"
        f"First I read the question: {problem.question.text}\n"
        "Then I multiply the packs by their size and add what was there before.\n"
        + (f"#### {answer}" if answer is not None else "So the total is the total of the total of")
    )
