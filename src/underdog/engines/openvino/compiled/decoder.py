"""The compiled decoder and its key-value cache: one call reads prompts and extends rows together.

A row's logits are bitwise the same whatever else is in the batch: every product sees 2 to 64 rows,
and keys and values are kept at half precision, which does not depend on how a prompt was cut into
chunks. Where the processor multiplies no 8-bit integers, a lone row takes a kernel with other
rounding, so a spare one joins it; and rows beyond one block have their sums cut into pieces, so a
larger batch is computed in parts. Products of 64 rows are as fast per row as larger ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.engines.machine.instructions import emulated
from underdog.engines.openvino.compiled.cache_blocks import BLOCK_TOKENS
from underdog.engines.openvino.compiled.graph import build_decoder, build_states
from underdog.engines.openvino.compiled.packing import Array, Precision
from underdog.engines.openvino.compiled.runtime import ov
from underdog.engines.openvino.compiled.weights import Weights
from underdog.models.architecture import Rope

Floats = NDArray[np.float32]

_HINTS: dict[Precision, dict[str, Any]] = {
    "int8": {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f16"},
    "int4": {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f16"},
    "bf16": {"INFERENCE_PRECISION_HINT": "bf16", "KV_CACHE_PRECISION": "bf16"},
    "f16": {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f16"},
    "f32": {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"},
}
_WITHOUT_BF16 = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f16"}
_GROUPS = (128, 64, 32)
_MOST_TOKENS = 64


@dataclass(frozen=True, slots=True)
class TokenChunk:
    """Tokens to append to one sequence.

    Attributes:
        tokens: Tokens to read, in order.
        past: Number of the sequence's tokens that are in the KV cache already.
        blocks: Indices of the sequence's cache blocks, with room for the new tokens.
        logits_from: Logits are wanted for `tokens[logits_from:]`.
        temperature: Temperature for the cooled masses; above 0.
    """

    tokens: Sequence[int]
    past: int
    blocks: Sequence[int]
    logits_from: int
    temperature: float = 1.0

    @property
    def num_logits(self) -> int:
        """Number of tokens that logits are wanted for."""
        return len(self.tokens) - self.logits_from

    def part(self, start: int, end: int) -> "TokenChunk":
        """The chunk `tokens[start:end]`, to be appended after `tokens[:start]`."""
        tokens = self.tokens[start:end]
        logits_from = min(max(self.logits_from - start, 0), len(tokens))
        return TokenChunk(tokens, self.past + start, self.blocks, logits_from, self.temperature)


def fitting(left: int, room: int) -> int:
    """How many of a chunk's `left` tokens to read now, at most `room`; 0 when too few would fit.

    A part of a longer chunk never has a single token: attention uses another kernel, with other
    rounding, for a single token.
    """
    size = min(left, room)
    if left - size == 1:
        size -= 1
    return size if size > 1 or size == left else 0


@dataclass(frozen=True, slots=True)
class Logits:
    """Logits at the M requested positions, over V tokens in N tiles of the vocabulary.

    Attributes:
        values_MV: Logits.
        tile_max_MN: Highest logit per tile.
        tile_mass_MN: Sum of exp(logit - highest logit of the position) per tile.
        tile_mass_cooled_MN: The same sum with the logits divided by the position's temperature.
        cooling_M: One over the position's temperature.
    """

    values_MV: Floats
    tile_max_MN: Floats
    tile_mass_MN: Floats
    tile_mass_cooled_MN: Floats
    cooling_M: Floats

    def __len__(self) -> int:
        return len(self.values_MV)

    def copied(self, row: int) -> "Logits":
        """A copy of one position's logits, which the next call does not overwrite."""
        here = slice(row, row + 1)
        return Logits(
            self.values_MV[here].copy(),
            self.tile_max_MN[here].copy(),
            self.tile_mass_MN[here].copy(),
            self.tile_mass_cooled_MN[here].copy(),
            self.cooling_M[here].copy(),
        )


class Decoder:
    """A compiled model with room for `num_blocks` blocks of keys and values.

    Args:
        weights: A converted model.
        precision: Storage format of its matrices.
        num_tokens: Size of the vocabulary, in tokens.
        num_blocks: Blocks that callers may use, 0 to `num_blocks - 1`.
        context_tokens: Longest sequence, in tokens.
        threads: Threads for matrix products.
        num_layers: Number of first layers to run without the head, for `states`; 0 for the whole
            model.
    """

    def __init__(
        self,
        weights: Weights,
        precision: Precision,
        num_tokens: int,
        *,
        num_blocks: int,
        context_tokens: int,
        threads: int,
        num_layers: int = 0,
    ) -> None:
        core: Any = ov.Core()
        options = {
            **_hints(core, precision),
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _group_size(weights)
            if precision in ("int8", "int4")
            else 0,
        }
        graph = (
            build_states(weights, num_layers) if num_layers else build_decoder(weights, num_tokens)
        )
        compiled: Any = core.compile_model(graph, "CPU", options)
        self._request: Any = compiled.create_infer_request()
        self._embedding = weights.arrays["embedding"]
        self._caches: list[Array] = []
        self._spare = num_blocks
        self._allocate(compiled, num_blocks + 1)
        shape = weights.architecture
        self._turns = [_rotary_table(rope, shape.head_size, context_tokens) for rope in shape.ropes]
        self._inputs: dict[str, Any] = {}
        self._unpacked: Weights | None = weights

    def forward(self, chunks: Sequence[TokenChunk]) -> Logits:
        """Append every chunk to its sequence; return logits at the requested positions, in order.

        The arrays are valid until the next call.
        """
        names = ("logits", "tile_max", "tile_mass", "tile_mass_cooled")
        values, tile_max, mass, cooled = self._outputs(chunks, names)
        return Logits(values, tile_max, mass, cooled, _cooling(chunks))

    def states(self, chunks: Sequence[TokenChunk]) -> Floats:
        """Append every chunk as `forward` does; return the residual stream (M, hidden size)."""
        return self._outputs(chunks, ("hidden",))[0].copy()

    def _outputs(self, chunks: Sequence[TokenChunk], names: Sequence[str]) -> list[Floats]:
        """Append every chunk; return the named outputs at the requested positions, in order."""
        parts: list[list[Floats]] = []
        for part in _parts(chunks):
            if parts:  # the next call overwrites these arrays
                parts[-1] = [array.copy() for array in parts[-1]]
            self._infer(part)
            count = sum(chunk.num_logits for chunk in part)
            parts.append([self._request.get_tensor(name).data[:count] for name in names])
        if len(parts) == 1:
            return parts[0]
        return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]

    def _infer(self, chunks: Sequence[TokenChunk]) -> None:
        if sum(len(chunk.tokens) for chunk in chunks) == 1:
            chunks = [*chunks, TokenChunk((0,), 0, (self._spare,), 1)]
        # The request reads the arrays in place: they must outlive the call.
        self._inputs = self._arranged(chunks)
        for name, array in self._inputs.items():
            self._request.set_tensor(name, ov.Tensor(array, shared_memory=bool(array.ndim)))
        self._request.infer()
        if self._unpacked is not None:  # the plugin has packed its own copy of every matrix by now
            self._unpacked.unload()
            self._unpacked = None

    def copy_block(self, source: int, target: int) -> None:
        """Duplicate a block's keys and values."""
        for cache in self._caches:
            cache[target] = cache[source]

    def _allocate(self, compiled: Any, num_blocks: int) -> None:
        for port in compiled.inputs:
            name = port.get_any_name()
            if "_cache." not in name:
                continue
            shape = [num_blocks, *(extent.get_length() for extent in list(port.partial_shape)[1:])]
            try:
                tensor = ov.Tensor(port.get_element_type(), ov.Shape(shape))
            except RuntimeError as error:
                raise MemoryError(f"no memory for {num_blocks} blocks of keys or values") from error
            self._request.set_tensor(name, tensor)
            self._caches.append(tensor.data)

    def _arranged(self, chunks: Sequence[TokenChunk]) -> dict[str, Array]:
        lengths = np.array([len(chunk.tokens) for chunk in chunks])
        past = np.array([chunk.past for chunk in chunks])
        begins = _begins(lengths)
        tokens = np.fromiter((token for chunk in chunks for token in chunk.tokens), np.int64)
        positions = np.arange(len(tokens)) - np.repeat(begins[:-1] - past, lengths)
        wanted: list[NDArray[np.int64]] = [
            np.arange(begin + chunk.logits_from, begin + len(chunk.tokens))
            for begin, chunk in zip(begins, chunks, strict=False)
        ]
        rows, cooling = np.concatenate(wanted), _cooling(chunks)
        if len(rows) == 1:
            rows, cooling = rows.repeat(2), cooling.repeat(2)
        used = [-(-(chunk.past + len(chunk.tokens)) // BLOCK_TOKENS) for chunk in chunks]
        blocks = [
            block
            for chunk, count in zip(chunks, used, strict=True)
            for block in chunk.blocks[:count]
        ]
        return {
            "embeds": self._embedding[tokens].astype(np.float32),
            **self._turned(positions),
            "logit_rows": rows.astype(np.int32),
            "inverse_temperature": cooling[:, None, None],
            "past_lens": past.astype(np.int32),
            "subsequence_begins": begins.astype(np.int32),
            "block_indices": np.array(blocks, np.int32),
            "block_indices_begins": _begins(np.array(used)).astype(np.int32),
            "max_context_len": np.array((past + lengths).max(), np.int32),
        }

    def _turned(self, positions: NDArray[np.int64]) -> dict[str, Array]:
        """Cosines and sines of each position, as graph inputs, per kind of rotary embedding."""
        return {
            f"{name}.{place}": table[positions]
            for place, tables in enumerate(self._turns)
            for name, table in zip(("cos", "sin"), tables, strict=True)
        }


def _hints(core: Any, precision: Precision) -> dict[str, Any]:
    """Plugin options for the types of computation and KV cache; bfloat16 where it is in hardware.

    The plugin also names bfloat16 where it would emulate it, so the processor is asked too.
    """
    capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bf16" and (emulated("bf16") or not capable):
        return _WITHOUT_BF16
    return _HINTS[precision]


def _parts(chunks: Sequence[TokenChunk]) -> Iterator[list[TokenChunk]]:
    """The chunks in lists that fit one call of the graph, long ones cut into parts."""
    part: list[TokenChunk] = []
    room = _MOST_TOKENS
    for chunk in chunks:
        start = 0
        while start < len(chunk.tokens):
            size = fitting(len(chunk.tokens) - start, room)
            if size:
                part.append(chunk.part(start, start + size))
                start, room = start + size, room - size
            else:
                yield part
                part, room = [], _MOST_TOKENS
    yield part


def _cooling(chunks: Sequence[TokenChunk]) -> Floats:
    """One over the temperature of every position that logits are wanted for."""
    inverse = np.array([1.0 / chunk.temperature for chunk in chunks], np.float32)
    return inverse.repeat([chunk.num_logits for chunk in chunks])


def _begins(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _group_size(weights: Weights) -> int:
    """Activations per quantisation group: the largest size that divides all weight groups.

    0 when there is no such size.
    """
    widths = {_sharing(weights.arrays, name) for name in weights.arrays if name.endswith(".scale")}
    return next((size for size in _GROUPS if not any(width % size for width in widths)), 0)


def _sharing(arrays: Mapping[str, Array], scale: str) -> int:
    """Number of a row's weights that share a scale."""
    stored = arrays[scale.removesuffix(".scale")]
    width = stored.shape[1] * (2 if stored.dtype == np.uint8 else 1)
    return width // arrays[scale].shape[1]


def _rotary_table(rope: Rope, head_size: int, context_tokens: int) -> tuple[Floats, Floats]:
    frequencies = rope.base ** (-np.arange(0, head_size, 2) / head_size)
    if rope.divisors:
        frequencies = frequencies / np.array(rope.divisors)
    angles = np.arange(context_tokens)[:, None] * frequencies
    angles = np.concatenate([angles, angles], axis=1)[:, None, None]
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
