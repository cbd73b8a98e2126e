"""What transformers, llama.cpp and our engine make of the same tokens and texts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from underdog.engines.llama_cpp.server_process import LlamaProcess
from underdog.engines.openvino.compiled.decoder import Decoder, TokenChunk
from underdog.engines.openvino.compiled.weights import converted
from underdog.models.loading import open_model
from underdog.training.torch_models.torch_model import open_torch_model


def by_transformers(path: Path, tokens: list[int]) -> np.ndarray:
    """Log-probabilities behind every token, by transformers in float32."""
    import torch

    model = open_torch_model(path).model.eval()
    with torch.inference_mode():
        return log_softmax(model(torch.tensor([tokens])).logits[0].numpy())


def by_openvino(path: Path, tokens: list[int]) -> np.ndarray:
    """Log-probabilities behind every token, by our engine in float32."""
    weights = converted(open_model(path, "", 512), "f32")
    size = weights.vocabulary.num_tokens
    decoder = Decoder(weights, "f32", size, num_blocks=16, context_tokens=512, threads=1)
    logits = decoder.forward([TokenChunk(tokens, 0, list(range(8)), 0)])
    return log_softmax(logits.values_MV[:, :size].copy())


def by_llama_cpp(path: Path, tokens: list[int], places: Sequence[int]) -> np.ndarray:
    """Log-probabilities behind the tokens at some places, by llama.cpp."""

    async def ask() -> np.ndarray:
        process = LlamaProcess(path, 1, 512, 1)
        try:
            return np.stack([await _behind(process, tokens[: place + 1]) for place in places])
        finally:
            await process.aclose()

    return asyncio.run(ask())


async def _behind(process: LlamaProcess, tokens: list[int]) -> np.ndarray:
    body = {"prompt": tokens, "n_predict": 1, "n_probs": 1 << 17, "samplers": []}
    forced = {"logit_bias": [["a", 1000]], "post_sampling_probs": False}  # what is told is unbiased
    answer = await process.complete("", body | forced)
    rows = answer["completion_probabilities"][0]["top_logprobs"]
    found = np.full(1 + max(row["id"] for row in rows), -np.inf)
    for row in rows:
        found[row["id"]] = row["logprob"]
    return found


def tokens_by_llama_cpp(path: Path, texts: Sequence[str]) -> list[list[int]]:
    """Tokens of texts, by llama.cpp."""

    async def ask() -> list[list[int]]:
        process = LlamaProcess(path, 1, 64, 1)
        try:
            return [await process.tokenize(text, special=False) for text in texts]
        finally:
            await process.aclose()

    return asyncio.run(ask())


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
