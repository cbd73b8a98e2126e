"""One cell: a model from scratch learns sums from a few samples, in many passes, and is tested."""

from typing import TYPE_CHECKING, cast

from underdog.data.mixing.mixture import Mixture
from underdog.data.mixing.pools import FinitePool
from underdog.seeds import derive
from underdog.studies.study import Cell, CellResult
from underdog.studies.teaching_arithmetic.sum_samples import (
    SampleBlock,
    SumSamples,
    Written,
    answered,
    asked,
)
from underdog.training.feeding.encoding import Encoder
from underdog.training.feeding.length_buckets import LengthBuckets
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.scratch.greedy_replies import greedy_replies
from underdog.training.scratch.start import make_scratch
from underdog.training.scratch.vocabularies import character_vocabulary
from underdog.training.stage_run import StageRun, StepReport
from underdog.training.training_recipe import Stage, StageBudget

if TYPE_CHECKING:
    from underdog.training.torch_models.torch_model import TorchModel

_LONGEST = 64
_BATCH_TOKENS = 1024


def run_sum_cell(cell: Cell) -> CellResult:
    """Train and test the model of a cell.

    Knobs: `size` (of `training.scratch`), `form`, `samples`, `balanced` (0 or 1), `tokens`, `rate`.
    """
    import torch

    torch.set_num_threads(1)
    form = cast("Written", cell.knobs["form"])
    sums = SumSamples(cell.seed)
    pairs = sums.train(int(cell.knobs["samples"]), balanced=bool(cell.knobs["balanced"]))
    made = make_scratch(str(cell.knobs["size"]), character_vocabulary(), derive("model", cell.seed))
    report = _train(cell, made, SampleBlock(pairs, form))
    replies = _replies(made, [asked(pair) for pair in sums.test()])
    right = [
        answered(reply, form) == str(sum(pair))
        for reply, pair in zip(replies, sums.test(), strict=True)
    ]
    return CellResult(
        {
            "parameters": sum(one.numel() for one in made.model.parameters()),
            "samples": len(pairs),
            "steps": report.step,
            "tokens": report.tokens,
            "loss_tokens": report.loss_tokens,
            "passes": report.tokens / _tokens_of(made, SampleBlock(pairs, form)),
            "loss": report.loss,
            "accuracy": sum(right) / len(right),
        },
        "".join("1" if one else "0" for one in right),
    )


def _train(cell: Cell, made: "TorchModel", samples: SampleBlock) -> StepReport:
    stage = Stage(
        mixture="sums",
        budget=StageBudget(tokens=int(cell.knobs["tokens"])),
        trainable="full",
        schedule="cosine:warmup=0.05,floor=0.0",
        learning_rate=float(cell.knobs["rate"]),
        step_tokens=_BATCH_TOKENS - _LONGEST,
        batch_tokens=_BATCH_TOKENS,
    )
    encoder = _encoder(made)
    pool = FinitePool("sums", samples, derive("order", cell.seed), encoder.count)
    batches = LengthBuckets(
        Mixture([pool], [1.0]), encoder, _BATCH_TOKENS, derive("batches", cell.seed)
    )
    run = StageRun(
        stage, made.model, batches, objectives.create("causal"), schedules.create(stage.schedule)
    )
    *_, last = run.steps()
    return last


def _encoder(made: "TorchModel") -> Encoder:
    return Encoder(made.opened.open_vocabulary(), made.opened.template, _LONGEST)


def _tokens_of(made: "TorchModel", samples: SampleBlock) -> int:
    """Tokens of one pass over the samples."""
    return sum(_encoder(made).count(samples.read(0)))


def _replies(made: "TorchModel", prompts: list[str]) -> list[str]:
    from underdog.core import Message, Prompt

    vocabulary, template = made.opened.open_vocabulary(), made.opened.template
    tokens = [
        vocabulary.encode(template.render(Prompt((Message("user", prompt),)))) for prompt in prompts
    ]
    found = greedy_replies(made.model, tokens, vocabulary.ends, _LONGEST)
    pieces = vocabulary.token_bytes
    return [
        b"".join(pieces[token] for token in reply).decode("utf-8", "replace") for reply in found
    ]
