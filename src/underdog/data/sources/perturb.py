"""The same problem with other numbers, and the answer that its program computes.

The model writes a program for the problem (told the answer, unless `hint=False`). If the program is
right, the numbers that question and program share are drawn anew in both, and the program is run
for the new answer. A variant is kept when its answer and all intermediate values keep their sign
and get no more decimals, and the answer is another one of a similar size. The words stay. Cost: n
calls per problem, whatever the number of variants.
"""

from dataclasses import dataclass, replace
from random import Random

from underdog.core import Form, Problem, Question, Usage
from underdog.data.sources import sources
from underdog.data.sources.hinted import with_hint
from underdog.data.sources.replies.attempts import ReadReply, graded, recorded, sampling
from underdog.data.sources.replies.variants import Variant, draw_variants, tried
from underdog.data.sources.replies.wording import squeezed
from underdog.data.sources.source import Ask, Desk, Exchange, Record, spelled
from underdog.forms import forms
from underdog.forms.program import program_in
from underdog.generators.knobs import whole
from underdog.seeds import derive


@sources.register("perturb")
@dataclass(frozen=True, slots=True)
class Perturb:
    """Variants of a problem with new numbers and the answer that its program gives.

    Args:
        n: Programs sampled per problem; the first right one is used.
        copies: Variants kept per problem.
        tries: Most draws of new numbers per problem.
        hint: Whether the model is told the answer.
        temperature: Sampling temperature.
    """

    n: int = 2
    copies: int = 3
    tries: int = 24
    hint: bool = True
    temperature: float = 0.7

    def __post_init__(self) -> None:
        whole("n", self.n, 1, 256)
        whole("copies", self.copies, 1, 64)
        whole("tries", self.tries, self.copies, 256)

    @property
    def name(self) -> str:
        """The source with its parameters."""
        return spelled("perturb", self)

    def make(self, seed: Problem, desk: Desk) -> Exchange:
        """Ask for programs and draw variants of the first right one."""
        if seed.gold is None:
            return [Record("no gold answer", question=seed.question.text)]
        form = forms.create("program")
        prompt = form.prompt(seed.question, desk.shots(form.name))
        if self.hint:
            prompt = with_hint(prompt, form, seed, desk)
        [replies] = yield [Ask(prompt, sampling(form, self.temperature), self.n)]
        attempts = [graded(form, seed, reply, desk) for reply in replies]
        attempts = [
            attempt.rejected("no reasoning", attempt.flaw) if attempt.flaw else attempt
            for attempt in attempts
        ]
        used = next((attempt for attempt in attempts if not attempt.reason), None)
        records = [_left(attempt, form, seed) for attempt in attempts if attempt is not used]
        return records if used is None else [*records, *self._variants(used, form, seed, desk)]

    def _variants(self, used: ReadReply, form: Form, seed: Problem, desk: Desk) -> list[Record]:
        """Records of the variants; the first has the cost of the program."""
        code = program_in(used.text) or ""
        rng = Random(derive("perturb", desk.seed, seed.id))  # noqa: S311 - data, not secrets
        drawn = draw_variants(seed.question.text, code, self.tries, rng)
        if not drawn:
            used = used.rejected("no free numbers", "no number is in both question and program")
            return [_left(used, form, seed)]
        kept = tried(code, drawn, desk.sandbox)[: self.copies]
        if not kept:
            used = used.rejected("not sensible", f"none of {len(drawn)} draws gives a sound answer")
            return [_left(used, form, seed)]
        records = [_made(one, place, used, form, seed) for place, one in enumerate(kept)]
        return [replace(records[0], usage=used.reply.usage), *records[1:]]


def _left(attempt: ReadReply, form: Form, seed: Problem) -> Record:
    """The record of a program without variants."""
    return recorded(attempt.rejected("not needed"), form, seed.question, seed.id)


def _made(variant: Variant, place: int, used: ReadReply, form: Form, seed: Problem) -> Record:
    question = Question(f"{seed.id}~perturb{place}", seed.question.task, variant.question)
    new = replace(used, text=f"```python\n{variant.code}\n```", answer=variant.answer)
    record = recorded(new, form, question, "perturbed")
    meta = {"source": "perturb", "seed": seed.id}
    problem = Problem(question, variant.answer, "train", meta)
    key = f"perturbed|{squeezed(variant.question)}"
    return replace(record, usage=Usage(), problem=problem, key=key)
