"""The fight card as plain data: everything that a report of a match between two models shows.

It holds text and numbers only, so that one card can be drawn as a page (`html`), as plain text
(`plain_text`), or read back by a program. `build` makes one from graded results.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from underdog.measure.breakeven import BreakEven
from underdog.measure.diagnosis import Diagnosis
from underdog.measure.results import ItemStatus
from underdog.measure.summary import ArmSummary
from underdog.measure.verdict import Verdict

CostAxis: TypeAlias = Literal["flops", "tokens"]
RowOutcome: TypeAlias = Literal["both", "small-only", "big-only", "neither"]


@dataclass(frozen=True, slots=True)
class Corner:
    """Model, strategy and form of one side's headline arm.

    Attributes:
        model: Name for headings, such as `SmolLM2-135M`.
        strategy: Strategy of the headline arm.
        form: Form of the headline arm.
        budget: Budget of the headline arm in words; empty without a cap.
        detail: Model size, precision and engine in one line.
    """

    model: str
    strategy: str
    form: str
    budget: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a match: its corner and all arms of its model.

    Attributes:
        corner: Model, strategy and form for headings.
        arms: All arms, the headline arm first; at least one.
    """

    corner: Corner
    arms: tuple[ArmSummary, ...]

    @property
    def headline(self) -> ArmSummary:
        """The arm that the verdict compares."""
        return self.arms[0]

    def by_cost(self) -> list[ArmSummary]:
        """Arms in the order of tables: cheapest first, oracle bounds last."""
        return sorted(self.arms, key=lambda arm: (arm.oracle_bound, arm.tokens_per_problem))


@dataclass(frozen=True, slots=True)
class ShownSolution:
    """One solution as shown on the card.

    Attributes:
        text: The reply, cut when very long.
        answer: Answer read from the reply; `None` without one.
        chosen: Whether the solution represents the side's answer.
        note: Reason for a missing answer; empty otherwise.
        tokens: Generated tokens.
    """

    text: str
    answer: str | None
    chosen: bool
    note: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class SideAnswer:
    """One side's answer to one problem.

    Attributes:
        status: Grade of the answer.
        answer: The answer; `None` without one.
        tokens: Generated plus verifier tokens.
        num_solutions: Samples drawn.
        attempts: The solutions shown, the chosen one first.
    """

    status: ItemStatus
    answer: str | None
    tokens: int
    num_solutions: int = 0
    attempts: tuple[ShownSolution, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the answer was graded right."""
        return self.status == "right"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem with both sides' answers."""

    problem_id: str
    question: str
    gold: str | None
    small: SideAnswer
    big: SideAnswer

    @property
    def outcome(self) -> RowOutcome:
        """Sides that answered the problem right: one, both or neither."""
        if self.small.right:
            return "both" if self.big.right else "small-only"
        return "big-only" if self.big.right else "neither"


@dataclass(frozen=True, slots=True)
class CardFact:
    """A labelled value: a seed, a hash, a line about the machine."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PromptText:
    """A labelled prompt, as text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class FightCard:
    """A match between a small model and a big one.

    Attributes:
        title: Heading, such as `SmolLM2-135M against Qwen2.5-0.5B`.
        task: Task name and split.
        n: Number of problems that both sides answered.
        small: The small model's side.
        big: The big model's side.
        verdict: Paired verdict on the headline arms, the small side left.
        cost_axis: Quantity on the figure's horizontal axis.
        break_even: Crossings of the small model's curve and the big model's accuracy; `None`
            without a usable curve.
        diagnosis: Coverage against selection of the small model, when it was computed.
        rows: Problems, in the task's order.
        prompts: Prompts of both sides.
        seeds: Seeds that reproduce the run.
        hashes: Hashes of models, data and prompts.
        machine: Facts about the machine of the run.
        notes: Caveats about the numbers.
        created: Time of the card's making, in words; shown as given.
    """

    title: str
    task: str
    n: int
    small: Side
    big: Side
    verdict: Verdict
    cost_axis: CostAxis = "flops"
    break_even: BreakEven | None = None
    diagnosis: Diagnosis | None = None
    rows: tuple[ProblemRow, ...] = ()
    prompts: tuple[PromptText, ...] = ()
    seeds: tuple[CardFact, ...] = ()
    hashes: tuple[CardFact, ...] = ()
    machine: tuple[CardFact, ...] = ()
    notes: tuple[str, ...] = ()
    created: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Names of the sides: their models, or their strategies when one model plays itself."""
        small, big = self.small.corner, self.big.corner
        if small.model != big.model:
            return small.model, big.model
        return f"{small.model} {small.strategy}", f"{big.model} {big.strategy}"

    def cost_of(self, arm: ArmSummary) -> float:
        """An arm's cost per problem on the card's axis."""
        return arm.flops_per_problem if self.cost_axis == "flops" else arm.tokens_per_problem
