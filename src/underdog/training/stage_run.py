"""The training loop of one stage: a generator of step reports, resumable after every step.

An optimiser step reads batches until it has its tokens, adds their losses, and divides by the loss
weight of the whole step, so that a token weighs the same in whichever batch it lies. Nothing random
is carried from step to step: the data's order and new parameters are hashed from the seed, so a
stage that was killed and goes on ends with the same weights.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from underdog.data.making.interleave import Exposure
from underdog.data.mixing.mixture import PoolPlace
from underdog.errors import TrainingError
from underdog.training.accelerated import ALONE, Processes, like, whole_tensor
from underdog.training.checkpoint import Checkpoint
from underdog.training.divergence import DivergenceWatch
from underdog.training.feeding.exposure_counts import ExposureCounts
from underdog.training.feeding.length_buckets import BatchPlace, BatchStream, TokenBatch
from underdog.training.objectives import Objective
from underdog.training.schedules import Schedule
from underdog.training.training_recipe import Stage

_BETAS = (0.9, 0.99)


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one optimiser step did.

    Attributes:
        step: Number of the step, from 1.
        loss: Mean loss per loss weight, in nats.
        gradient: Norm of the gradient before clipping.
        learning_rate: Learning rate of the step.
        progress: Share of the budget that is spent after it.
        tokens: Tokens fed so far, without padding.
        loss_tokens: Tokens that carried loss so far.
        padded_tokens: Tokens read so far, padding counted.
        cpu_seconds: Processor seconds of the stage so far, of all processes.
        seconds: Wall seconds of this step.
        pools: Tokens fed so far, by pool.
    """

    step: int
    loss: float
    gradient: float
    learning_rate: float
    progress: float
    tokens: int
    loss_tokens: int
    padded_tokens: int
    cpu_seconds: float
    seconds: float
    pools: Mapping[str, int] = field(default_factory=dict[str, int])


class StageRun:
    """One stage being trained.

    Args:
        stage: Its settings.
        model: The model, whose trainable parameters are trained.
        batches: Its data.
        objective: What is learned.
        schedule: The learning rate's course.
        resume: A checkpoint to go on from.
        processes: Where it is computed: the device, and the processes that share the work.

    Attributes:
        exposures: What was fed so far.
        roll_backs: How often the stage went back to a checkpoint so far.

    Raises:
        TrainingError: The model has no trainable parameter, or the checkpoint is another model's.
    """

    def __init__(
        self,
        stage: Stage,
        model: Any,
        batches: BatchStream,
        objective: Objective,
        schedule: Schedule,
        resume: Checkpoint | None = None,
        processes: Processes = ALONE,
    ) -> None:
        self._stage = stage
        self._batches = batches
        self._processes = processes
        self._loss = processes.spread(model, objective, stage.compute)
        self._schedule = schedule
        self._trained = {
            name: parameter
            for name, parameter in model.named_parameters()
            if parameter.requires_grad
        }
        if not self._trained:
            raise TrainingError("the model has no trainable parameter")
        self._optimizer = self._make_optimizer()
        self._place = self._reached = BatchPlace()
        self._steps = self._tokens = self._loss_tokens = self._padded = 0
        self._cpu = 0.0
        self.roll_backs = 0
        self.exposures = ExposureCounts()
        self._watch = DivergenceWatch()
        if resume is not None:
            self._restore(resume)

    @property
    def done(self) -> bool:
        """Whether the budget is spent."""
        return self.progress >= 1

    @property
    def left_out(self) -> int:
        """Items left out so far because they are too long or have no reply to learn."""
        return self._place.left_out_before

    def steps(self) -> Iterator[StepReport]:
        """Train until the budget is spent, one report a step.

        Raises:
            Divergence: The loss is no number or leaps; parameters are as before the step.
        """
        stream = self._batches.stream(self._place, lambda: min(1.0, self.progress))
        while not self.done:
            yield self._step(stream)

    @property
    def step(self) -> int:
        """Optimiser steps done."""
        return self._steps

    @property
    def tokens(self) -> int:
        """Tokens fed so far."""
        return self._tokens

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, 1 and more when it is used up."""
        return self._stage.budget.progress(self._tokens, self._steps, self._cpu)

    @property
    def calm(self) -> bool:
        """Whether the last losses give no reason to doubt the weights."""
        return not self._watch.leaps

    @property
    def trained(self) -> Mapping[str, Any]:
        """The trained parameters by name."""
        return {name: one.detach() for name, one in self._trained.items()}

    def put(self, tensors: Mapping[str, Any]) -> None:
        """Replace the trained parameters."""
        import torch

        with torch.no_grad():
            for name, parameter in self._trained.items():
                parameter.copy_(like(tensors[name], parameter))

    def roll_back(self, kept: Checkpoint) -> None:
        """Go back to a checkpoint, and past the data read since; iterate `steps` anew after it."""
        behind, count = self._reached, self.roll_backs + 1
        self._restore(kept)
        self._place, self.roll_backs = behind, count

    def checkpoint(self) -> Checkpoint:
        """The state after the last step, the same in every process; each of them has to ask."""
        moments = {
            f"{name}/{key}": _kept(value)
            for name, parameter in self._trained.items()
            for key, value in self._optimizer.state[parameter].items()
        }
        tensors = {name: _kept(one) for name, one in self._trained.items()}
        state = {
            "tokens": self._tokens,
            "loss_tokens": self._loss_tokens,
            "padded_tokens": self._padded,
            "cpu_seconds": self._cpu,
            "exposures": self.exposures.plain,
            "losses": list(self._watch.losses),
            "leaps": self._watch.leaps,
            "roll_backs": self.roll_backs,
            "place": asdict(self._place),
            "packed": self._batches.packed,
        }
        return Checkpoint(self._steps, tensors, moments, state)

    def _make_optimizer(self) -> Any:
        import torch

        matrices = [one for one in self._trained.values() if one.dim() > 1]
        others = [one for one in self._trained.values() if one.dim() <= 1]
        groups = [
            {"params": matrices, "weight_decay": self._stage.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        kept = [group for group in groups if group["params"]]
        # one kernel per parameter: a sixth of the time of the default, which is a tenth of a step
        return torch.optim.AdamW(kept, lr=self._stage.learning_rate, betas=_BETAS, fused=True)

    def _step(self, stream: Iterator[tuple[TokenBatch, BatchPlace]]) -> StepReport:
        cpu, wall = time.process_time(), time.monotonic()
        batches, place = self._gather(stream)
        total = self._processes.mean(self._backward(batches))
        norm = self._processes.clip(self._trained.values(), self._stage.clip)
        self._watch.check(self._steps + 1, total, norm)
        rate = self._stage.learning_rate * self._schedule.factor(self._middle(batches))
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        spent = self._processes.total(time.process_time() - cpu)
        self._count(batches, place, spent)
        return self._report(total, norm, rate, time.monotonic() - wall)

    def _backward(self, batches: list[TokenBatch]) -> float:
        """Add up the gradients of this process's batches of a step; their loss."""
        weight = sum(batch.loss_weight for batch in batches)
        mine = self._processes.own(batches)
        self._optimizer.zero_grad(set_to_none=True)
        total: Any = 0.0
        for number, batch in enumerate(mine):
            loss = self._loss(batch, number + 1 == len(mine)) / weight
            loss.backward()
            total = total + loss.detach()
        return float(total)

    def _middle(self, batches: list[TokenBatch]) -> float:
        """Share of the budget that is spent in the middle of a step."""
        tokens = sum(batch.num_tokens for batch in batches) / 2
        return self._stage.budget.progress(self._tokens + tokens, self._steps + 0.5, self._cpu)

    def _gather(
        self, stream: Iterator[tuple[TokenBatch, BatchPlace]]
    ) -> tuple[list[TokenBatch], BatchPlace]:
        """The batches of one step, and the place behind them."""
        batches: list[TokenBatch] = []
        place = self._place
        while sum(batch.num_padded for batch in batches) < self._stage.step_tokens:
            batch, place = next(stream)
            batches.append(batch)
        self._reached = place
        return batches, place

    def _count(self, batches: list[TokenBatch], place: BatchPlace, cpu: float) -> None:
        self._place = place
        self._steps += 1
        self._cpu += cpu
        self._tokens += sum(batch.num_tokens for batch in batches)
        self._loss_tokens += sum(batch.num_loss_tokens for batch in batches)
        self._padded += sum(batch.num_padded for batch in batches)
        self.exposures.add(chain.from_iterable(batch.items for batch in batches))

    def _report(self, loss: float, norm: float, rate: float, seconds: float) -> StepReport:
        return StepReport(
            self._steps,
            loss,
            norm,
            rate,
            self.progress,
            self._tokens,
            self._loss_tokens,
            self._padded,
            self._cpu,
            seconds,
            self.exposures.pools,
        )

    def _restore(self, kept: Checkpoint) -> None:
        shapes = {name: tuple(one.shape) for name, one in self._trained.items()}
        if {name: tuple(one.shape) for name, one in kept.tensors.items()} != shapes:
            raise TrainingError(
                "the checkpoint holds other parameters than this stage trains; it is another "
                "recipe's, give another folder"
            )
        if bool(kept.state.get("packed")) != self._batches.packed:
            raise TrainingError(
                "the checkpoint was written with rows of the other kind, packed or in buckets, "
                "which the device decides where the recipe does not; go on with the kind of device "
                "on which it was begun, or give another folder and say rows in the recipe"
            )
        self.put(kept.tensors)
        for name, parameter in self._trained.items():
            prefix = f"{name}/"
            self._optimizer.state[parameter] = {
                key.removeprefix(prefix): like(value, parameter)
                for key, value in kept.moments.items()
                if key.startswith(prefix)
            }
        state = kept.state
        self._steps, self._tokens = kept.step, int(state["tokens"])
        self._loss_tokens, self._padded = int(state["loss_tokens"]), int(state["padded_tokens"])
        self._cpu = float(state["cpu_seconds"])
        self.exposures = ExposureCounts.of(state["exposures"])
        self._watch = DivergenceWatch(state["losses"], state["leaps"])
        self.roll_backs = int(state["roll_backs"])
        self._place = _read_place(state["place"])


def _kept(value: Any) -> Any:
    """A copy of a tensor, whole, in this machine's memory."""
    return whole_tensor(value.detach()).to("cpu", copy=True)


def _read_place(given: Mapping[str, Any]) -> BatchPlace:
    places = tuple(
        PoolPlace(Exposure(**one["exposure"]), one["next"], one["copies"], one.get("owed", 0.0))
        for one in given["places"]
    )
    numbers = {name: given[name] for name in ("buffer", "taken", "left_out_before", "progress")}
    return BatchPlace(places, **numbers)
