"""A log-linear byte model, trained in numpy to record loss trajectories without any extra.

The next byte is predicted from the bytes before it, the last 1, 2, 3, … of them each looked up in a
hashed table of weights (softmax regression, AdaGrad). It memorises contexts and cannot calculate,
so an example is learnt as early as others support it. Cheap: a few thousand examples take seconds.
`proxy` is its transformer counterpart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from underdog.core.example import Example
from underdog.data.dataset.shingles import windows
from underdog.data.selectors.scipy_module import scipy_module
from underdog.data.selectors.trajectories import Trajectories
from underdog.seeds import derive

_END = 256
_SYMBOLS = 257
_CHUNK = 4_096

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NgramProxy:
    """Shape of a byte model and the settings of its training.

    Attributes:
        orders: Bytes of context of each table of weights.
        buckets: Rows of weights, shared by all contexts through hashing.
        epochs: Passes over the examples, each followed by a recording of all losses.
        batch: Examples per training step.
        rate: Learning rate of AdaGrad.
    """

    orders: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12, 16, 24)
    buckets: int = 1 << 14
    epochs: int = 3
    batch: int = 32
    rate: float = 0.1

    def record(self, examples: Sequence[Example], seed: int = 0) -> Trajectories:
        """Train on the examples' completions and record each example's mean loss, in nats per byte.

        The first loss is the untrained model's.
        """
        data = _Positions.of(examples, self)
        model = _HashedModel(self)
        recorded = [model.losses(data)]
        rng = np.random.default_rng(derive("ngram proxy", seed))
        for _ in range(self.epochs):
            order = rng.permutation(len(examples))
            for start in range(0, len(order), self.batch):
                model.step(data, order[start : start + self.batch])
            recorded.append(model.losses(data))
        columns = [losses.tolist() for losses in recorded]
        ids = [example.id for example in examples]
        return Trajectories.of(dict(zip(ids, map(list, zip(*columns, strict=True)), strict=True)))


@dataclass(frozen=True, slots=True)
class _Positions:
    """Trained-on bytes: rows of their contexts, their values, and each example's first byte."""

    rows_PK: Ints
    target_P: Ints
    starts: Ints

    @classmethod
    def of(cls, examples: Sequence[Example], proxy: NgramProxy) -> "_Positions":
        rows: list[Ints] = []
        targets: list[Ints] = []
        for example in examples:
            asked = f"{example.prompt}\n".encode("utf-8", "replace")
            said = example.completion.encode("utf-8", "replace")
            lead = [_END] * max(proxy.orders)
            ids = np.array([*lead, *asked, *said, _END], dtype=np.int64)
            first = len(lead) + len(asked)
            rows.append(_contexts(ids, first, proxy))
            targets.append(ids[first:])
        lengths = np.array([len(row) for row in targets], dtype=np.int64)
        none = [np.empty((0, len(proxy.orders)), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        return cls(
            np.concatenate(rows or none[0]),
            np.concatenate(targets or none[1]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        )


def _contexts(ids: Ints, first: int, proxy: NgramProxy) -> Ints:
    """Number of the row of weights of each order, for every byte from `first` on."""
    mixed = (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93)
    columns: list[Ints] = []
    for order in proxy.orders:
        hashes = windows(mixed, order)[first - order : len(ids) - order] + np.uint64(order)
        spread = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        columns.append(((spread >> np.uint64(32)) % np.uint64(proxy.buckets)).astype(np.int64))
    return np.stack(columns, axis=1)


class _HashedModel:
    def __init__(self, proxy: NgramProxy) -> None:
        self._rate = proxy.rate
        self._weights_BV = np.zeros((proxy.buckets, _SYMBOLS), dtype=np.float32)
        self._squares_BV = np.full((proxy.buckets, _SYMBOLS), 1e-6, dtype=np.float32)

    def step(self, data: _Positions, places: Ints) -> None:
        """One AdaGrad step on the mean loss of some examples' bytes."""
        chosen: list[int] = places.tolist()
        spans = [np.arange(int(data.starts[one]), int(data.starts[one + 1])) for one in chosen]
        at: Ints = np.concatenate(spans)
        rows_PK, target_P = data.rows_PK[at], data.target_P[at]
        error_PV = np.exp(self._log_softmax(rows_PK))
        error_PV[np.arange(len(at)), target_P] -= 1
        used, inverse = np.unique(rows_PK, return_inverse=True)
        owner = np.repeat(np.arange(len(at)), rows_PK.shape[1])
        ones = np.ones(len(owner), dtype=np.float32)
        csr_matrix = scipy_module("sparse").csr_matrix
        spread = csr_matrix((ones, (inverse.ravel(), owner)), shape=(len(used), len(at)))
        slope_UV: Floats = (spread @ error_PV) / np.float32(max(1, len(at)))
        self._squares_BV[used] += slope_UV**2
        self._weights_BV[used] -= self._rate * slope_UV / np.sqrt(self._squares_BV[used])

    def losses(self, data: _Positions) -> Floats:
        """Mean loss of every example, in nats per byte."""
        loss_P = np.empty(len(data.target_P), dtype=np.float32)
        for start in range(0, len(loss_P), _CHUNK):
            part = slice(start, start + _CHUNK)
            log_PV = self._log_softmax(data.rows_PK[part])
            loss_P[part] = -log_PV[np.arange(len(log_PV)), data.target_P[part]]
        sums = np.add.reduceat(loss_P, data.starts[:-1]) if len(loss_P) else loss_P
        return sums / np.maximum(1, np.diff(data.starts)).astype(np.float32)

    def _log_softmax(self, rows_PK: Ints) -> Floats:
        logits_PV = np.zeros((len(rows_PK), _SYMBOLS), dtype=np.float32)
        for column in rows_PK.T:
            logits_PV += self._weights_BV[column]
        logits_PV -= logits_PV.max(axis=1, keepdims=True, initial=0)
        return logits_PV - np.log(np.exp(logits_PV).sum(axis=1, keepdims=True))
