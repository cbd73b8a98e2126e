"""Where a stage is computed: the device, and the processes of one run; nothing else knows ranks.

`torchrun --nproc-per-node 8 -m underdog train …` or `accelerate launch -m underdog train …` starts
the processes. All of them read the same hashed stream of batches, and of each step the process r of
N takes the batches r, r + N, …: a step, the places in the data and the checkpoints are those of one
process, so that a run may go on with another number of processes. Gradients are averaged by DDP, or
parameters, gradients and moments are split among the processes by FSDP2 (`shard`; arXiv
2304.11277). Process 0 alone writes. All processes see one file system.

Where the recipe leaves it open, matrix products are in bfloat16 on a CUDA device that has them, and
in float32 on a processor; everything else is in float32.
"""

import importlib
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from underdog.errors import MissingExtraError, TrainingError
from underdog.training.feeding.length_buckets import TokenBatch
from underdog.training.objectives import Objective
from underdog.training.objectives.causal import body_of

BatchLoss: TypeAlias = Callable[[TokenBatch, bool], Any]
"""Loss of a batch, a scalar tensor; the flag says that it is the step's last."""

_NAMES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_LOST = ("closed by peer", "reset by peer", "timed out", "socket closed", "nccl")


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes that train one model together, seen from one of them.

    Attributes:
        rank: Number of this process, from 0.
        world: Number of processes.
        device: Device of this process: `cpu` or `cuda:0`.
        shard: Whether parameters are split among the processes (FSDP2); else each holds all (DDP).
    """

    rank: int = 0
    world: int = 1
    device: str = "cpu"
    shard: bool = False

    @property
    def first(self) -> bool:
        """Whether this is process 0, which writes and reports."""
        return self.rank == 0

    @property
    def packs(self) -> bool:
        """Whether packed rows are read faster here than length buckets."""
        return self.device != "cpu"

    def spread(self, model: Any, objective: Objective, compute: str = "auto") -> BatchLoss:
        """The objective's loss on this device, with gradients averaged over the processes.

        The loss is multiplied by the number of processes, so that the average of the gradients is
        the sum over all batches of a step. With `shard` the model's parameters are replaced.
        """
        if self.world == 1:

            def alone(batch: TokenBatch, _: bool) -> Any:
                with self._precision(compute):
                    return objective.loss(model, batch)

            return alone
        module = _loss_module(model, objective)
        spread = self._sharded(module, model) if self.shard else self._copied(module)

        def together(batch: TokenBatch, last: bool) -> Any:
            waits = nullcontext() if last or self.shard else spread.no_sync()
            with waits, self._precision(compute):
                return spread(batch) * self.world

        return together

    def own(self, batches: Sequence[TokenBatch]) -> list[TokenBatch]:
        """This process's batches of a step, equally many in each process.

        A process that would have one less reads the shortest once more, without loss.
        """
        rounds = -(-len(batches) // self.world)
        mine = list(batches[self.rank :: self.world])
        if len(mine) < rounds:
            mine.append(_unweighted(min(batches, key=lambda batch: batch.num_padded)))
        return mine

    def mean(self, number: float) -> float:
        """The mean of a number over the processes."""
        return self.total(number) / self.world

    def total(self, number: float) -> float:
        """The sum of a number over the processes."""
        return self._reduced(number, "SUM")

    def largest(self, number: float) -> float:
        """The largest of a number over the processes; all of them wait for one another here."""
        return self._reduced(number, "MAX")

    def clip(self, parameters: Iterable[Any], most: float) -> float:
        """Scale the gradient of all parameters down to a norm; its norm before, over all shards."""
        from torch.nn.utils import clip_grad_norm_

        return float(whole_tensor(clip_grad_norm_(list(parameters), most)))

    @contextmanager
    def first_alone(self) -> Generator[None]:
        """A block that process 0 runs before the others do.

        Raises:
            TrainingError: In the others, when process 0 failed in it.
        """
        if not self.first:
            if self.largest(0.0):
                raise TrainingError("process 0 could not begin; its message says why")
            yield
            return
        failed = 1.0
        try:
            yield
            failed = 0.0
        finally:
            self.largest(failed)

    def _precision(self, compute: str) -> AbstractContextManager[Any]:
        """Matrix products in a stage's type of numbers."""
        import torch

        kind = self.device.partition(":")[0]
        if compute == "auto":
            fast = kind != "cpu" and torch.cuda.is_bf16_supported(including_emulation=False)
            compute = "bfloat16" if fast else "float32"
        return torch.autocast(kind, torch.bfloat16) if compute == "bfloat16" else nullcontext()

    def _copied(self, module: Any) -> Any:
        from torch.nn.parallel import DistributedDataParallel

        return DistributedDataParallel(module)

    def _sharded(self, module: Any, model: Any) -> Any:
        from torch.distributed.device_mesh import init_device_mesh

        fully_shard: Any = importlib.import_module("torch.distributed.fsdp").fully_shard
        mesh = init_device_mesh(self.device.partition(":")[0], (self.world,))
        for layer in body_of(model).layers:
            fully_shard(layer, mesh=mesh)
        return fully_shard(module, mesh=mesh)

    def _reduced(self, number: float, operation: str) -> float:
        if self.world == 1:
            return number
        import torch

        distributed: Any = importlib.import_module("torch.distributed")
        value = torch.tensor(number, dtype=torch.float64, device=self.device)
        distributed.all_reduce(value, getattr(distributed.ReduceOp, operation))
        return float(value)


ALONE = Processes()
"""One process on the processor."""


def is_first() -> bool:
    """Whether this process is the only one or number 0 of several."""
    return _started() is None or os.environ["RANK"] == "0"


@contextmanager
def joined(shard: bool = False) -> Generator[Processes]:
    """Meet the other processes of the run, if it was started as several, until the block ends.

    Args:
        shard: Whether to split parameters among them; `accelerate launch --use_fsdp` asks it too.

    Raises:
        TrainingError: Another process of the run is gone, or `shard` is asked of a single one.
        MissingExtraError: PyTorch is not installed.
    """
    try:
        import torch
        import torch.distributed as distributed
    except ImportError as error:
        raise MissingExtraError("torch", "train") from error
    world = _started()
    cuda = torch.cuda.is_available() and os.environ.get("ACCELERATE_USE_CPU") != "True"
    if world is None:
        if shard:
            raise TrainingError(
                "parameters can be split among several processes only; start them with: torchrun "
                "--nproc-per-node N -m underdog train …"
            )
        yield Processes(device="cuda:0" if cuda else "cpu")
        return
    place = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else "cpu"
    if cuda:
        torch.cuda.set_device(place)
    shard = shard or os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true"
    try:
        distributed.init_process_group("nccl" if cuda else "gloo")
        yield Processes(int(os.environ["RANK"]), world, place, shard)
    except RuntimeError as error:
        if not (isinstance(error, distributed.DistError) or _tells_of_loss(error)):
            raise
        raise TrainingError(
            "another process of this run is gone or out of reach; start the same command again: it "
            "goes on from the last checkpoint"
        ) from error
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


def whole_tensor(value: Any) -> Any:
    """A tensor, gathered from its shards if it is split; every process has to ask for it."""
    from torch.distributed.tensor import DTensor

    return value.full_tensor() if isinstance(value, DTensor) else value


def like(value: Any, parameter: Any) -> Any:
    """A whole tensor placed and split as a parameter is; numbers without shape stay where they are.

    Args:
        value: A tensor of the parameter's whole shape, or of none.
        parameter: The parameter.
    """
    from torch.distributed.tensor import DTensor, distribute_tensor

    if value.dim() == 0:
        return value
    if isinstance(parameter, DTensor):
        return distribute_tensor(
            value.to(parameter.device), parameter.device_mesh, parameter.placements
        )
    return value.to(parameter.device)


def unsharded(model: Any) -> Any:
    """The model with whole parameters; every process has to call it, and trains no more with it."""
    import torch

    made: dict[Any, Any] = {}
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if parameter not in made:
                whole = whole_tensor(parameter.detach())
                made[parameter] = torch.nn.Parameter(whole, parameter.requires_grad)
            setattr(module, name, made[parameter])
    return model


def _started() -> int | None:
    """Number of processes that a launcher started; `None` for one."""
    if any(name not in os.environ for name in _NAMES) or os.environ["WORLD_SIZE"] == "1":
        return None
    return int(os.environ["WORLD_SIZE"])


def _loss_module(model: Any, objective: Objective) -> Any:
    """A module whose forward pass is the loss, for wrappers that watch forward passes."""
    import torch

    class LossOf(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, batch: TokenBatch) -> Any:
            return objective.loss(self.model, batch)

    return LossOf()


def _unweighted(batch: TokenBatch) -> TokenBatch:
    items = tuple(replace(item, weights=(0.0,) * len(item.weights)) for item in batch.items)
    return replace(batch, items=items)


def _tells_of_loss(error: RuntimeError) -> bool:
    return any(word in str(error).lower() for word in _LOST)
