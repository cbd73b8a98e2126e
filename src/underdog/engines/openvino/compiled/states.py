"""Hidden states of prompts, computed by a separate graph of the model's first layers.

The graph that ends at a layer is compiled at its first use, with a small KV cache of its own, and
holds its own packed copy of those layers' matrices; two graphs are kept. Prompts are read in
chunks, several short ones together.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from underdog.core import LayerStates, ModelShape, StatesRequest, Usage
from underdog.engines.charging import charge
from underdog.engines.openvino.compiled.cache_blocks import blocks_for
from underdog.engines.openvino.compiled.decoder import Decoder, Floats, TokenChunk
from underdog.engines.openvino.compiled.packing import Precision
from underdog.engines.openvino.compiled.weights import Weights
from underdog.errors import ContextError, EngineError, UsageError

_READ_TOKENS = 512
_TOGETHER = 16
_KEPT_GRAPHS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """A sequence and the positions whose hidden states are wanted.

    Attributes:
        tokens: Token ids of the sequence.
        positions: Wanted positions, counted from 0; none negative.
    """

    tokens: Sequence[int]
    positions: Sequence[int]


class StateReader:
    """Computes the hidden states of sequences.

    Args:
        weights: A converted model.
        precision: Storage format of its matrices.
        shape: Architecture, for counting FLOPs.
        context_tokens: Longest sequence, in tokens.
        threads: Threads for matrix products.
    """

    def __init__(
        self,
        weights: Weights,
        precision: Precision,
        shape: ModelShape,
        context_tokens: int,
        threads: int,
    ) -> None:
        self._weights = weights
        self._shape = shape
        self._precision: Precision = precision
        self._context_tokens = context_tokens
        self._threads = threads
        self._num_blocks = max(blocks_for(context_tokens), blocks_for(_READ_TOKENS) + _TOGETHER)
        self._decoders: OrderedDict[int, Decoder] = OrderedDict()
        self._gate = threading.Lock()

    def look(
        self, requests: Sequence[StatesRequest], tokens: Sequence[Sequence[int]]
    ) -> list[LayerStates]:
        """Hidden states of each request's prompt, given the prompts' tokens.

        Raises:
            ContextError: A prompt does not fit the context.
            EngineError: Memory ran out, or OpenVINO failed.
            UsageError: There is no such layer or position.
        """
        pairs = list(zip(requests, tokens, strict=True))
        layers = [self._layer(request.layer) for request in requests]
        looks = [Look(read, self._positions(request, len(read))) for request, read in pairs]
        found: dict[int, Floats] = {}
        for layer in dict.fromkeys(layers):
            places = [place for place, wanted in enumerate(layers) if wanted == layer]
            states = self.read([looks[place] for place in places], layer)
            found |= dict(zip(places, states, strict=True))
        return [
            LayerStates(found[place], len(read), self._usage(len(read), layers[place]))
            for place, read in enumerate(tokens)
        ]

    def read(self, looks: Sequence[Look], num_layers: int) -> list[Floats]:
        """Residual stream of each sequence after `num_layers` layers: (positions, hidden size).

        Raises:
            EngineError: Memory ran out, or OpenVINO failed; later calls may succeed.
        """
        with self._gate:
            try:
                return self._read(looks, num_layers)
            except MemoryError as error:
                self._decoders.clear()
                raise EngineError(
                    f"no memory for hidden states after {num_layers} layers of prompts of up to "
                    f"{self._context_tokens} tokens ({error}); open the engine with a smaller "
                    "context_tokens or fewer max_rows"
                ) from error
            except (AttributeError, RuntimeError) as error:
                self._decoders.pop(num_layers, None)
                raise EngineError(
                    f"OpenVINO failed to read hidden states after {num_layers} layers: "
                    f"{str(error).strip()[-200:]}"
                ) from error

    def _read(self, looks: Sequence[Look], num_layers: int) -> list[Floats]:
        if num_layers == 0:
            return [self._embedded(look) for look in looks]
        found: list[Floats] = []
        decoder = self._decoder(num_layers)
        for group in _groups(looks):
            read = _together(decoder, group) if len(group) > 1 else _alone(decoder, group[0])
            found.extend(read)
        return found

    def _layer(self, layer: int) -> int:
        most = self._weights.architecture.num_layers
        if not -most <= layer <= most:
            raise UsageError(f"layer={layer}: the model has layers 0 to {most}, or -1 to -{most}")
        return layer if layer >= 0 else most + 1 + layer

    def _positions(self, request: StatesRequest, length: int) -> list[int]:
        if length > self._context_tokens:
            raise ContextError(
                f"a prompt of {length} tokens does not fit the context of {self._context_tokens}; "
                "raise context_tokens"
            )
        wanted = range(length) if request.positions is None else request.positions
        beyond = [place for place in wanted if not -length <= place < length]
        if beyond or not length:
            raise UsageError(
                f"positions {beyond[:8]}: the prompt has {length} tokens, 0 to {length - 1}"
            )
        return [place % length for place in wanted]

    def _usage(self, num_tokens: int, num_layers: int) -> Usage:
        """Usage for the first `num_layers` layers; the head's parameters count as the layers'."""
        share = num_layers / self._shape.num_layers
        part = replace(
            self._shape,
            num_params=int(self._shape.num_active_params * share),
            num_embedding_params=0,
            num_layers=num_layers,
            num_windowed_layers=int(self._shape.num_windowed_layers * share),
        )
        return charge(prompt_tokens=num_tokens, generated_tokens=0, calls=0, shape=part)

    def _embedded(self, look: Look) -> Floats:
        tokens = np.array(look.tokens, np.int64)[list(look.positions)]
        embedded = self._weights.arrays["embedding"][tokens].astype(np.float32)
        return embedded * np.float32(self._weights.architecture.embedding_scale)

    def _decoder(self, num_layers: int) -> Decoder:
        if num_layers not in self._decoders:
            while len(self._decoders) >= _KEPT_GRAPHS:
                self._decoders.popitem(last=False)
            self._decoders[num_layers] = self._built(num_layers)
        self._decoders.move_to_end(num_layers)
        return self._decoders[num_layers]

    def _built(self, num_layers: int) -> Decoder:
        """A new compiled graph; the kept graphs are dropped first where memory is short."""
        try:
            return self._compiled(num_layers)
        except MemoryError:
            if not self._decoders:
                raise
            self._decoders.clear()
            return self._compiled(num_layers)

    def _compiled(self, num_layers: int) -> Decoder:
        return Decoder(
            self._weights,
            self._precision,
            0,
            num_blocks=self._num_blocks,
            context_tokens=self._context_tokens,
            threads=self._threads,
            num_layers=num_layers,
        )


def _groups(looks: Sequence[Look]) -> list[list[Look]]:
    """Lists of neighbouring sequences that fit one call of the decoder."""
    groups: list[list[Look]] = []
    room = 0
    for look in looks:
        if not groups or len(look.tokens) > room or len(groups[-1]) == _TOGETHER:
            groups.append([])
            room = _READ_TOKENS
        groups[-1].append(look)
        room -= len(look.tokens)
    return groups


def _together(decoder: Decoder, looks: Sequence[Look]) -> list[Floats]:
    """Hidden states of whole sequences, read in one call."""
    chunks: list[TokenChunk] = []
    taken = 0
    for look in looks:
        count = blocks_for(len(look.tokens))
        chunks.append(TokenChunk(look.tokens, 0, range(taken, taken + count), 0))
        taken += count
    ends = np.cumsum([len(look.tokens) for look in looks])[:-1]
    parts = np.split(decoder.states(chunks), ends)
    return [part[list(look.positions)] for part, look in zip(parts, looks, strict=True)]


def _alone(decoder: Decoder, look: Look) -> list[Floats]:
    """Hidden states of one long sequence, read in several calls."""
    blocks = range(blocks_for(len(look.tokens)))
    wanted = np.array(look.positions, np.int64)
    found: list[Floats] = []
    places: list[np.ndarray] = []
    for start in range(0, len(look.tokens), _READ_TOKENS):
        tokens = look.tokens[start : start + _READ_TOKENS]
        states = decoder.states([TokenChunk(tokens, start, blocks, 0)])
        inside = np.flatnonzero((wanted >= start) & (wanted < start + len(tokens)))
        found.append(states[wanted[inside] - start])
        places.append(inside)
    return [np.concatenate(found)[np.argsort(np.concatenate(places))]]
