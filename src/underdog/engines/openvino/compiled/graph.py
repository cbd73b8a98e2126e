"""The decoder as an OpenVINO graph over paged attention.

The input is one flat list of the tokens of all sequences: prompts being read and rows being sampled
share every matrix product. `past_lens` and `subsequence_begins` assign tokens to sequences,
`block_indices` lists each sequence's cache blocks (see `cache_blocks`). Logits come out only for
the token positions listed in `logit_rows`, with three numbers per tile of the vocabulary, which
make exact sampling cheap (see `decoding.sampling`). RMS normalisation, rotary embedding and packed
matrices are written in the patterns that the CPU plugin fuses.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from underdog.engines.openvino.compiled.packing import Array
from underdog.engines.openvino.compiled.runtime import op, ov, paged_attention
from underdog.engines.openvino.compiled.weights import TILE, Weights
from underdog.models.architecture import Layer, Rope

Node = Any

_NO_LOGIT = np.float32(-1e30)


def build_decoder(weights: Weights, num_tokens: int) -> Any:
    """The whole model as a graph, ready to compile.

    Args:
        weights: A converted model.
        num_tokens: Size of the vocabulary in tokens, without padding.
    """
    graph = _Graph(weights)
    outputs = graph.outputs(graph.logits(graph.decoder(), num_tokens))
    for name, node in outputs.items():
        _output(node).set_names({name})
    for parameter in graph.parameters:
        parameter.output(0).set_names({parameter.friendly_name})
    results = [op.result(node) for node in outputs.values()]
    return ov.Model(results, graph.parameters, "decoder")


def build_states(weights: Weights, num_layers: int) -> Any:
    """A graph of the first layers, whose output is the residual stream at `logit_rows`."""
    graph = _Graph(weights)
    hidden = op.gather(graph.decoder(num_layers), graph.logit_rows, graph.whole(0))
    _output(hidden).set_names({"hidden"})
    for parameter in graph.parameters:
        parameter.output(0).set_names({parameter.friendly_name})
    return ov.Model([op.result(hidden)], graph.parameters, "states")


def constant(array: Array | np.generic) -> Node:
    """A constant node that shares the array's memory."""
    return op.constant(np.asarray(array), shared_memory=True)


class _Graph:
    def __init__(self, weights: Weights) -> None:
        self._arrays = weights.arrays
        self._shared: dict[tuple[object, ...], Node] = {}
        self._minus = op.constant(np.full((1, 1, 1, 1), -1, np.float32))
        self._architecture = weights.architecture
        head = weights.architecture.head_size
        self.parameters: list[Node] = []
        self.embeds = self._input("embeds", [-1, weights.architecture.hidden_size], np.float32)
        self._turns: dict[Rope, tuple[Node, Node]] = {
            rope: (
                self._input(f"cos.{place}", [-1, 1, 1, head], np.float32),
                self._input(f"sin.{place}", [-1, 1, 1, head], np.float32),
            )
            for place, rope in enumerate(weights.architecture.ropes)
        }
        self.logit_rows = self._input("logit_rows", [-1], np.int32)
        self.inverse_temperature = self._input("inverse_temperature", [-1, 1, 1], np.float32)
        names = ("past_lens", "subsequence_begins", "block_indices", "block_indices_begins")
        self.layout = [self._input(name, [-1], np.int32) for name in names]
        self.longest = self._input("max_context_len", [], np.int32)

    def number(self, value: float | Sequence[int], kind: Any) -> Node:
        """A small constant, one node per distinct value and type.

        Otherwise nearly half of the nodes would be such constants, and compile time grows with the
        number of nodes.
        """
        key = (tuple(value) if isinstance(value, Sequence) else value, kind)
        if key not in self._shared:
            self._shared[key] = op.constant(np.asarray(value, kind))
        return self._shared[key]

    def whole(self, *numbers: int) -> Node:
        """A vector of 64-bit integers."""
        return self.number(numbers, np.int64)

    def axis(self, axis: int) -> Node:
        """A constant with the number of an axis to split along."""
        return self.number(axis, np.int64)

    def decoder(self, num_layers: int | None = None) -> Node:
        """Hidden states of all tokens after the last layer, or after the first `num_layers`."""
        hidden = self.embeds
        if self._architecture.embedding_scale != 1.0:
            scale = self.number(self._architecture.embedding_scale, np.float32)
            hidden = op.multiply(hidden, scale)
        for layer in range(num_layers or self._architecture.num_layers):
            attended = self._attention(hidden, layer)
            hidden = op.add(hidden, self._after(attended, f"{layer}.attention_post_norm"))
            hidden = op.add(hidden, self._after(self._mlp(hidden, layer), f"{layer}.mlp_post_norm"))
        return hidden

    def logits(self, hidden: Node, num_tokens: int) -> Node:
        """Logits at the requested positions; padding tokens get a logit that is never drawn."""
        rows = op.gather(hidden, self.logit_rows, self.whole(0))
        logits = self._linear(self._norm(rows, "norm"), "head")
        padded = self._arrays["head"].shape[0]
        if padded == num_tokens:
            return logits
        reach = np.zeros((1, padded), np.float32)
        reach[:, num_tokens:] = _NO_LOGIT
        return op.add(logits, op.constant(reach))

    def outputs(self, logits: Node) -> dict[str, Node]:
        """Logits, and the maximum and probability masses of each tile of the vocabulary."""
        tiles = op.reshape(logits, self.whole(0, -1, TILE), True)
        tile_max = op.reduce_max(tiles, self.whole(2), keep_dims=False)
        highest = op.unsqueeze(
            op.reduce_max(tile_max, self.whole(1), keep_dims=True), self.whole(2)
        )
        below = op.subtract(tiles, highest)
        cooled = op.multiply(below, self.inverse_temperature)
        return {
            "logits": logits,
            "tile_max": tile_max,
            "tile_mass": op.reduce_sum(op.exp(below), self.whole(2), keep_dims=False),
            "tile_mass_cooled": op.reduce_sum(op.exp(cooled), self.whole(2), keep_dims=False),
        }

    def _input(self, name: str, shape: Sequence[int], kind: Any) -> Node:
        node = op.parameter(list(shape), kind, name=name)
        self.parameters.append(node)
        return node

    def _cache(self, name: str) -> Node:
        shape = ov.PartialShape.dynamic(4)
        node = op.parameter(shape, ov.Type.dynamic, name=name)
        self.parameters.append(node)
        return node

    def _linear(self, value: Node, name: str) -> Node:
        product = op.matmul(value, self._matrix(name), False, True)
        bias = self._arrays.get(f"{name}.bias")
        return product if bias is None else op.add(product, constant(bias[None]))

    def _matrix(self, name: str) -> Node:
        """A stored matrix, unpacked (see `packing`)."""
        stored, scale = self._arrays[name], self._arrays.get(f"{name}.scale")
        if scale is not None and scale.ndim == 3:
            return self._grouped(name)
        if scale is not None:
            return op.multiply(op.convert(constant(stored), ov.Type.f32), constant(scale))
        if stored.dtype == np.uint16:
            bits = ov.Tensor(stored, ov.Shape(stored.shape), ov.Type.bf16)
            return op.convert(op.constant(bits, shared_memory=True), ov.Type.f32)
        if stored.dtype == np.float16:
            return op.convert(constant(stored), ov.Type.f32)
        return constant(stored)

    def _grouped(self, name: str) -> Node:
        """An 8-bit or 4-bit matrix, unpacked with one scale per group of a row's weights."""
        stored, scale = self._arrays[name], self._arrays[f"{name}.scale"]
        rows, groups, _ = scale.shape
        zero = self._arrays.get(f"{name}.zero")
        if zero is None:
            columns = stored.shape[1]
            levels = op.convert(constant(stored.reshape(rows, groups, -1)), ov.Type.f16)
        else:
            columns = 2 * stored.shape[1]
            levels = op.subtract(
                op.convert(_nibbles(stored, [rows, groups, columns // groups]), ov.Type.f16),
                op.convert(_nibbles(zero, [rows, groups, 1]), ov.Type.f16),
            )
        weights = op.multiply(levels, constant(scale))
        return op.convert(op.reshape(weights, self.whole(rows, columns), False), ov.Type.f32)

    def _after(self, value: Node, name: str) -> Node:
        """Output of attention or MLP, normalised where the model has a norm for it."""
        return self._norm(value, name) if self._architecture.post_norms else value

    def _norm(self, value: Node, name: str) -> Node:
        square = op.power(value, self.number(2.0, np.float32))
        mean = op.reduce_mean(square, self.whole(-1), keep_dims=True)
        epsilon = self.number(self._architecture.norm_epsilon, np.float32)
        inverse = op.divide(self.number(1.0, np.float32), op.sqrt(op.add(mean, epsilon)))
        return op.multiply(op.multiply(value, inverse), constant(self._arrays[name][None]))

    def _heads_norm(self, heads: Node, layer: int) -> Node:
        """Heads, each RMS-normalised separately; queries and keys have different gains."""
        shape = self._architecture
        counts = self.whole(shape.num_heads, shape.num_kv_heads)
        query, key = op.variadic_split(heads, self.axis(1), counts).outputs()
        normed = [self._norm(query, f"{layer}.query_norm"), self._norm(key, f"{layer}.key_norm")]
        return op.concat(normed, 1)

    def _rotated(self, heads: Node, rope: Rope) -> Node:
        half = self._architecture.head_size // 2
        cos, sin = self._turns[rope]
        parts = op.variadic_split(heads, self.axis(3), self.whole(half, half))
        minus = self._minus
        turned = op.concat([op.multiply(parts.output(1), minus), parts.output(0)], -1)
        return op.add(op.multiply(heads, cos), op.multiply(turned, sin))

    def _attention(self, hidden: Node, layer: int) -> Node:
        shape = self._architecture
        qkv = self._linear(self._norm(hidden, f"{layer}.attention_norm"), f"{layer}.qkv")
        widths = self.whole(shape.query_size + shape.kv_size, shape.kv_size)
        turning, value = op.variadic_split(qkv, self.axis(1), widths).outputs()
        heads = shape.num_heads + shape.num_kv_heads
        turned = op.reshape(turning, self.whole(0, heads, 1, shape.head_size), True)
        if shape.qk_norm:
            turned = self._heads_norm(turned, layer)
        rope = shape.layers[layer].rope
        if rope is not None:
            turned = self._rotated(turned, rope)
        parts = op.variadic_split(
            turned, self.axis(1), self.whole(shape.num_heads, shape.num_kv_heads)
        )
        query = op.reshape(parts.output(0), self.whole(0, shape.query_size), True)
        key = op.reshape(parts.output(1), self.whole(0, shape.kv_size), True)
        attended = self._paged_attention([query, key, value], layer)
        flat = op.reshape(attended, self.whole(-1, shape.query_size), True)
        return self._linear(flat, f"{layer}.out")

    def _mlp(self, hidden: Node, layer: int) -> Node:
        # Two products: the plugin computes the activation inside the first, and copies nothing.
        normed = self._norm(hidden, f"{layer}.mlp_norm")
        gate = self._activation(self._linear(normed, f"{layer}.gate"))
        up = self._linear(normed, f"{layer}.up")
        return self._linear(op.multiply(gate, up), f"{layer}.down")

    def _activation(self, gate: Node) -> Node:
        if self._architecture.activation == "gelu_tanh":
            return op.gelu(gate, "tanh")
        return op.swish(gate)

    def _paged_attention(self, query_key_value: list[Node], layer: int) -> Node:
        shape = self._architecture
        caches = [self._cache(f"key_cache.{layer}"), self._cache(f"value_cache.{layer}")]
        inputs = [*query_key_value, *caches, *self.layout, *self._fixed_inputs(shape.layers[layer])]
        node: Any = paged_attention([_output(value) for value in inputs])
        information: Any = node.get_rt_info()
        for name in ("num_k_heads", "num_v_heads"):
            information[name] = shape.num_kv_heads
        for name in ("k_head_size", "v_head_size"):
            information[name] = shape.head_size
        return node.output(0)

    def _fixed_inputs(self, layer: Layer) -> list[Node]:
        """Inputs 9 to 27 of paged attention: scale, window, longest context; the rest is unused."""
        none_i32, none_f32 = self.number((), np.int32), self.number((), np.float32)
        zero = self.number(0, np.int32)
        scale = self.number(self._architecture.attention_scale, np.float32)
        window_and_slopes = [self.number(layer.window, np.int32), none_f32]
        scores_and_rotation = [none_i32, none_i32, none_i32, none_f32]
        sparsity_and_sinks = [none_f32, zero, zero, none_f32]
        eviction_and_types = [zero, none_i32, none_i32, none_i32, none_i32]
        tree_mask = [self.number((), np.uint8), none_i32]
        return [
            scale,
            *window_and_slopes,
            self.longest,
            *scores_and_rotation,
            *sparsity_and_sinks,
            *eviction_and_types,
            *tree_mask,
        ]


def _nibbles(packed: Array, shape: Sequence[int]) -> Node:
    """Packed pairs of 4-bit numbers as a constant of a 4-bit type."""
    return op.constant(ov.Tensor(packed, ov.Shape(shape), ov.Type.u4), shared_memory=True)


def _output(value: Node) -> Node:
    return value if isinstance(value, ov.Output) else value.output(0)
