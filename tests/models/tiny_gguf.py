"""Tiny random decoders as GGUF files, and what they compute, in plain NumPy."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

ALPHABET = " abcdefghijklmnopqrstuvwxyz.,?0123456789+=<>|_\n"
TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}<|assistant|>"
HIDDEN, HEADS, KV_HEADS, MLP, LAYERS = 64, 4, 2, 96, 2
HEAD = HIDDEN // HEADS
BASE, EPSILON = 10000.0, 1e-5


@dataclass(frozen=True)
class Tiny:
    """A model file and the weights it was written from, in half-split rotary order."""

    path: Path
    family: str
    weights: dict[str, np.ndarray]
    tokens: list[str]


def write_tiny(
    path: Path,
    family: str,
    *,
    tied: bool = True,
    seed: int = 0,
    odd: bool = False,
    context_tokens: int = 512,
    mlp: int = MLP,
) -> Tiny:
    """A model; `odd` adds a tensor in a format that no engine of ours reads."""
    from gguf import GGUFWriter

    tokens, merges = _vocabulary()
    weights = _weights(family, len(tokens), tied, mlp, np.random.default_rng(seed))
    writer = GGUFWriter(path, family)
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(mlp)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm" if family == "llama" else "qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 4] + [1] * (len(tokens) - 2))
    writer.add_token_merges(merges)
    writer.add_eos_token_id(0)
    writer.add_chat_template(TEMPLATE)
    for name, array in weights.items():
        heads = {"attn_q": HEADS, "attn_k": KV_HEADS}.get(name.split(".")[-2])
        writer.add_tensor(name, _interleaved(array, heads) if family == "llama" else array)
    if odd:
        writer.add_tensor("odd.weight", np.zeros((2, 32), np.int8))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return Tiny(path, family, weights, tokens)


def reference_logits(tiny: Tiny, tokens: list[int]) -> np.ndarray:
    """Logits of every position, computed the long way in float64."""
    weights = {name: array.astype(np.float64) for name, array in tiny.weights.items()}
    hidden = weights["token_embd.weight"][tokens]
    for layer in range(LAYERS):
        block = {
            name.removeprefix(f"blk.{layer}."): array
            for name, array in weights.items()
            if name.startswith(f"blk.{layer}.")
        }
        hidden = hidden + _attention(_norm(hidden, block["attn_norm.weight"]), block)
        inner = _norm(hidden, block["ffn_norm.weight"])
        gate, up = inner @ block["ffn_gate.weight"].T, inner @ block["ffn_up.weight"].T
        hidden = hidden + (gate / (1 + np.exp(-gate)) * up) @ block["ffn_down.weight"].T
    head = weights.get("output.weight", weights["token_embd.weight"])
    return _norm(hidden, weights["output_norm.weight"]) @ head.T


def _norm(hidden: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return hidden / np.sqrt((hidden**2).mean(-1, keepdims=True) + EPSILON) * weight


def _attention(hidden: np.ndarray, block: dict[str, np.ndarray]) -> np.ndarray:
    length = len(hidden)

    def heads(part: str) -> np.ndarray:
        rows = hidden @ block[f"attn_{part}.weight"].T + block.get(f"attn_{part}.bias", 0.0)
        return rows.reshape(length, -1, HEAD)

    query, key, value = _rotated(heads("q")), _rotated(heads("k")), heads("v")
    out = np.zeros((length, HEADS, HEAD))
    for head in range(HEADS):
        kept = head // (HEADS // KV_HEADS)
        scores = query[:, head] @ key[:, kept].T / np.sqrt(HEAD)
        scores[np.triu_indices(length, 1)] = -np.inf
        chances = np.exp(scores - scores.max(-1, keepdims=True))
        out[:, head] = chances / chances.sum(-1, keepdims=True) @ value[:, kept]
    return out.reshape(length, -1) @ block["attn_output.weight"].T


def _rotated(heads: np.ndarray) -> np.ndarray:
    angles = np.arange(len(heads))[:, None] * BASE ** (-np.arange(0, HEAD, 2) / HEAD)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    left, right = heads[..., : HEAD // 2], heads[..., HEAD // 2 :]
    return np.concatenate([left * cos - right * sin, right * cos + left * sin], -1)


def _interleaved(array: np.ndarray, heads: int | None) -> np.ndarray:
    """Rows of each head in the order first, middle, second, middle + 1, …"""
    if heads is None:
        return array
    order = [half * (HEAD // 2) + pair for pair in range(HEAD // 2) for half in (0, 1)]
    rows = np.concatenate([np.array(order) + head * HEAD for head in range(heads)])
    return np.ascontiguousarray(array[rows])


def _weights(
    family: str, num_tokens: int, tied: bool, mlp: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    def matrix(*shape: int) -> np.ndarray:
        return (random.normal(size=shape) * 0.2).astype(np.float32)

    def gain() -> np.ndarray:
        return (1 + random.normal(size=HIDDEN) * 0.1).astype(np.float32)

    weights = {"token_embd.weight": matrix(num_tokens, HIDDEN), "output_norm.weight": gain()}
    if not tied:
        weights["output.weight"] = matrix(num_tokens, HIDDEN)
    for at in (f"blk.{layer}." for layer in range(LAYERS)):
        weights[f"{at}attn_norm.weight"] = gain()
        weights[f"{at}ffn_norm.weight"] = gain()
        for part, width in (("q", HIDDEN), ("k", KV_HEADS * HEAD), ("v", KV_HEADS * HEAD)):
            weights[f"{at}attn_{part}.weight"] = matrix(width, HIDDEN)
            if family == "qwen2":
                weights[f"{at}attn_{part}.bias"] = matrix(width)
        weights[f"{at}attn_output.weight"] = matrix(HIDDEN, HIDDEN)
        weights[f"{at}ffn_gate.weight"] = matrix(mlp, HIDDEN)
        weights[f"{at}ffn_up.weight"] = matrix(mlp, HIDDEN)
        weights[f"{at}ffn_down.weight"] = matrix(HIDDEN, mlp)
    return weights


def _vocabulary() -> tuple[list[str], list[str]]:
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=310,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([ALPHABET, "what is the answer to this question"] * 3, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [" ".join(pair) for pair in model["merges"]]
    return tokens, merges
