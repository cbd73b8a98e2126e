"""A tiny byte-level transformer, trained from scratch to record loss trajectories.

It replaces the Pythia-70M of SmallToLarge (arXiv 2403.07384): the trajectories show which examples
are learnt alike and when, whatever the proxy can do. Needs torch (the `transformers` extra). Cost:
about 6 FLOPs per parameter, byte and epoch, and a third of that per checkpoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from underdog.core.example import Example
from underdog.data.selectors.trajectories import Trajectories
from underdog.errors import MissingExtraError
from underdog.seeds import derive

_END, _PAD = 256, 257
_SYMBOLS = 258


@dataclass(frozen=True, slots=True)
class Proxy:
    """Shape of a proxy and the settings of its training.

    Attributes:
        width: Dimensions of the residual stream.
        layers: Transformer blocks.
        heads: Attention heads; they divide `width`.
        length: Most bytes read of an example, counted from its end.
        epochs: Passes over the examples.
        checkpoints: Recordings of all losses per epoch.
        batch: Examples per training step.
        rate: Peak learning rate of AdamW, falling linearly to 0.
    """

    width: int = 64
    layers: int = 2
    heads: int = 4
    length: int = 256
    epochs: int = 3
    checkpoints: int = 1
    batch: int = 32
    rate: float = 2e-3

    def record(self, examples: Sequence[Example], seed: int = 0) -> Trajectories:
        """Train on the examples' completions and record each example's mean loss, in nats per byte.

        The first loss is the untrained proxy's. The same seed gives the same losses on the same
        machine and torch.

        Raises:
            MissingExtraError: torch is not installed.
        """
        torch = _torch()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive("proxy", seed) % (1 << 63))
            return _Training(torch, self, examples).run()


class _Training:
    def __init__(self, torch: ModuleType, proxy: Proxy, examples: Sequence[Example]) -> None:
        self._torch: Any = torch
        self._proxy = proxy
        self._ids = [example.id for example in examples]
        self._rows = [_encode(example, proxy.length) for example in examples]
        self._model = _model(torch, proxy)
        self._optimizer: Any = self._torch.optim.AdamW(self._model.parameters(), lr=proxy.rate)

    def run(self) -> Trajectories:
        proxy = self._proxy
        recorded = [self._losses()]
        steps_per_epoch = -(-len(self._rows) // proxy.batch)
        total, done = steps_per_epoch * proxy.epochs, 0
        marks = {
            steps_per_epoch * number // proxy.checkpoints
            for number in range(1, proxy.checkpoints * proxy.epochs + 1)
        }
        for _ in range(proxy.epochs):
            order: list[int] = self._torch.randperm(len(self._rows)).tolist()
            for start in range(0, len(order), proxy.batch):
                self._step(order[start : start + proxy.batch], 1 - done / total)
                done += 1
                if done in marks:
                    recorded.append(self._losses())
        columns = zip(*recorded, strict=True)
        return Trajectories.of(dict(zip(self._ids, map(list, columns), strict=True)))

    def _step(self, places: Sequence[int], factor: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self._proxy.rate * factor
        total, count = self._sums(places)
        self._optimizer.zero_grad()
        (total.sum() / count.sum().clamp(min=1)).backward()
        self._optimizer.step()

    def _losses(self) -> list[float]:
        found: list[float] = []
        self._model.eval()
        with self._torch.no_grad():
            for start in range(0, len(self._rows), 4 * self._proxy.batch):
                places = range(start, min(start + 4 * self._proxy.batch, len(self._rows)))
                total, count = self._sums(places)
                found += (total / count.clamp(min=1)).tolist()
        self._model.train()
        return found

    def _sums(self, places: Sequence[int]) -> tuple[Any, Any]:
        """Summed loss in nats and number of trained-on bytes, per example."""
        torch = self._torch
        rows = [self._rows[place] for place in places]
        longest = max(len(row.bytes) for row in rows)
        padded = [[*row.bytes, *[_PAD] * (longest - len(row.bytes))] for row in rows]
        told = [[*row.learnt, *[False] * (longest - len(row.bytes))] for row in rows]
        ids_BT, learnt_BT = torch.tensor(padded), torch.tensor(told)
        logits_BTV = self._forward(ids_BT[:, :-1])
        loss_BT = torch.nn.functional.cross_entropy(
            logits_BTV.transpose(1, 2), ids_BT[:, 1:], reduction="none"
        )
        weight_BT = learnt_BT[:, 1:].float()
        return (loss_BT * weight_BT).sum(1), weight_BT.sum(1)

    def _forward(self, ids_BT: Any) -> Any:
        torch, model = self._torch, self._model
        length = ids_BT.shape[1]
        seen_TD = model["bytes"](ids_BT) + model["places"](torch.arange(length))
        hidden_TT = torch.ones(length, length, dtype=torch.bool).triu(1)
        return model["head"](model["blocks"](seen_TD, mask=hidden_TT, is_causal=True))


@dataclass(frozen=True, slots=True)
class _ProxyRow:
    bytes: tuple[int, ...]
    learnt: tuple[bool, ...]


def _encode(example: Example, length: int) -> _ProxyRow:
    """An end mark, the prompt and the completion as bytes, cut to the last `length`."""
    asked = f"{example.prompt}\n".encode("utf-8", "replace")
    said = example.completion.encode("utf-8", "replace")
    ids = [_END, *asked, *said, _END]
    learnt = [*[False] * (1 + len(asked)), *[True] * (len(said) + 1)]
    return _ProxyRow(tuple(ids[-length:]), tuple(learnt[-length:]))


def _model(torch: Any, proxy: Proxy) -> Any:
    nn = torch.nn
    block = nn.TransformerEncoderLayer(
        proxy.width,
        proxy.heads,
        dim_feedforward=4 * proxy.width,
        dropout=0.0,
        activation="gelu",
        batch_first=True,
        norm_first=True,
    )
    return nn.ModuleDict(
        {
            "bytes": nn.Embedding(_SYMBOLS, proxy.width),
            "places": nn.Embedding(proxy.length, proxy.width),
            "blocks": nn.TransformerEncoder(block, proxy.layers, enable_nested_tensor=False),
            "head": nn.Sequential(nn.LayerNorm(proxy.width), nn.Linear(proxy.width, _SYMBOLS)),
        }
    )


def _torch() -> ModuleType:
    try:
        return import_module("torch")
    except ImportError as error:
        raise MissingExtraError("torch", "transformers") from error
