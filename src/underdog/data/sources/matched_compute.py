"""Many samples of a weak model against few of a strong one, at equal compute.

Smaller, Weaker, Yet Better (arXiv 2408.16737): for the FLOPs of n samples of the strong model the
weak one gives n · P_strong / P_weak; right solutions of both are kept, and `sampling_report`
compares them by coverage, diversity and false positives. As in the paper a token's cost is taken
from the architecture, not from the text; the FLOPs actually spent are reported beside it. Only the
final answer is checked, so that false positives can be counted. Cost: n strong calls and weak calls
of equal FLOPs per problem.
"""

from dataclasses import dataclass, replace

from underdog.core import EngineInfo, Problem
from underdog.data.sources import sources
from underdog.data.sources.replies.attempts import graded, recorded, sampling
from underdog.data.sources.source import Ask, Desk, Exchange, Record, spelled
from underdog.errors import UnknownNameError, UsageError
from underdog.forms import forms
from underdog.generators.knobs import whole


@sources.register("matched")
@dataclass(frozen=True, slots=True)
class MatchedCompute:
    """Right solutions of a weak and a strong model, sampled at equal FLOPs.

    Args:
        form: Form of the solutions.
        n: Samples of the strong model per problem.
        ratio: Weak samples per strong sample; 0 takes it from the models' architectures.
        temperature: Sampling temperature.
        max_tokens: Most tokens per sample; 0 takes the form's limit.
        weak: Role of the weak model.
        strong: Role of the strong model.
    """

    form: str = "cot"
    n: int = 1
    ratio: float = 0.0
    temperature: float = 0.7
    max_tokens: int = 0
    weak: str = "weak"
    strong: str = "strong"

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 1024)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("matched", self)

    def counts(self, desk: Desk) -> dict[str, int]:
        """Samples per problem by role."""
        for role in (self.weak, self.strong):
            if role not in desk.infos:
                raise UnknownNameError("engine role", role, desk.infos)
        ratio = self.ratio or compute_ratio(desk.infos[self.weak], desk.infos[self.strong])
        return {self.weak: max(1, int(self.n * ratio + 1e-9)), self.strong: self.n}

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Sample both models and keep right solutions."""
        if seed.gold is None:
            return [Record("no gold answer", question=seed.question.text)]
        form = forms.create(self.form)
        prompt = form.prompt(seed.question, desk.shots(form.name))
        params = sampling(form, self.temperature, self.max_tokens)
        asked = [Ask(prompt, params, n, role) for role, n in self.counts(desk).items()]
        records: list[Record] = []
        for ask, replies in zip(asked, (yield asked), strict=True):
            for reply in replies:
                attempt = graded(form, seed, reply, desk, strict=False)
                record = recorded(attempt, form, seed.question, f"{ask.engine}|{seed.id}")
                tags = {**record.tags, "right": not attempt.reason, "way": attempt.way}
                records.append(replace(record, tags=tags))
        return records


def compute_ratio(weak: EngineInfo, strong: EngineInfo) -> float:
    """FLOPs per token of a strong model divided by those of a weak one.

    Raises:
        UsageError: A model's architecture is not known.
    """
    if weak.shape is None or strong.shape is None:
        unknown = weak.model if weak.shape is None else strong.model
        raise UsageError(
            f"the architecture of {unknown!r} is not known, so compute cannot be matched; give "
            "ratio=, the weak samples for one strong"
        )
    return strong.shape.num_active_params / weak.shape.num_active_params
