r"""How far the openvino engine's logits are from transformers in float32, per precision.

    python benchmarks/engine_logits.py model.gguf other.gguf --precisions f32,bf16,f16,int8,int4

The text is fixed, repeated where more tokens are wanted than it has, and is read in one go. The
reference takes the file's own weights, dequantised, so the figures are what the engine adds to the
file's own compression, and `f32` is the check that the two compute the same model. Differences are
of logits from which each position's mean was taken, since a shift of all logits changes nothing; KL
is of the next token's distribution, in nats.
"""

import argparse
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.engines.openvino.compiled.cache_blocks import blocks_for
from underdog.engines.openvino.compiled.decoder import Decoder, TokenChunk
from underdog.engines.openvino.compiled.packing import PRECISIONS, Precision
from underdog.engines.openvino.compiled.weights import converted
from underdog.models.loading import open_model
from underdog.models.open_model import OpenModel

Floats = NDArray[np.float32]

TEXT = """The ferry left the island at a quarter past six, with forty-two passengers and three
bicycles on board. At the second landing 17 people got off and 9 got on, so that 42 - 17 + 9 = 34
were left. Nobody had counted the dog.

def passengers(start, stops):
    on_board = start
    for off, on in stops:
        if off > on_board:
            raise ValueError(f"{off} people cannot leave a ferry with {on_board} on board")
        on_board += on - off
    return on_board

Question: A baker sells rolls in bags of 6. She has baked 250 rolls and keeps 10 for herself. How
many bags can she fill? Answer: She can sell 250 - 10 = 240 rolls. 240 / 6 = 40. She fills 40 bags.

Ein Schiff fährt um halb sieben ab. | step | time | people |
| --- | --- | --- |
| 1 | 06:15 | 42 |
| 2 | 06:50 | 34 |
"""
_TOKENS = 256
"""Tokens that the text has in any vocabulary, at least."""


@dataclass(frozen=True)
class Distance:
    """How far logits are from the reference, over all positions."""

    positions: int
    highest: float
    mean: float
    kl_mean: float
    kl_highest: float
    agreement: float


def main() -> None:
    """Print one table row per model and precision."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="+", type=Path, help="GGUF files or model folders")
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--tokens", type=int, default=256, help="most tokens of the text to read")
    options = parser.parse_args()
    print("| model | precision | positions | max | mean | KL mean | KL max | same first token |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in options.models:
        model = open_model(path, "", options.tokens)
        tokens = model.open_vocabulary().encode(_text(options.tokens))[: options.tokens]
        expected = centred(reference(path, tokens))
        for precision in options.precisions.split(","):
            found = centred(ours(model, precision, tokens)[:, : expected.shape[1]])
            far = distance(found, expected)
            numbers = (far.highest, far.mean, far.kl_mean, far.kl_highest)
            cells = [path.stem, precision, str(far.positions), *(f"{n:.2g}" for n in numbers)]
            print(f"| {' | '.join(cells)} | {far.agreement:.1%} |", flush=True)


def _text(num_tokens: int) -> str:
    """As much text as has so many tokens."""
    return TEXT * -(-num_tokens // _TOKENS)


def ours(model: OpenModel, precision: Precision, tokens: list[int]) -> Floats:
    """The engine's logits of every position."""
    weights = converted(model, precision)
    num_tokens = weights.vocabulary.num_tokens
    blocks = blocks_for(len(tokens))
    decoder = Decoder(
        weights, precision, num_tokens, num_blocks=blocks, context_tokens=len(tokens), threads=1
    )
    logits = decoder.forward([TokenChunk(tokens, 0, range(blocks), 0)])
    return logits.values_MV[:, :num_tokens].copy()


def reference(path: Path, tokens: list[int]) -> Floats:
    """The logits by transformers, in float32."""
    import torch
    import transformers

    library: Any = transformers
    given: dict[str, Any] = {"dtype": torch.float32, "local_files_only": True}
    folder = path
    if path.is_file():
        folder = path.parent
        given["quantization_config"] = library.GgufConfig(gguf_file=path.name, dequantize=True)
        given["gguf_file"] = path.name
    model = library.AutoModelForCausalLM.from_pretrained(folder, **given).eval()
    with torch.inference_mode():
        logits = model(torch.tensor([tokens])).logits[0].float().numpy()
    del model
    gc.collect()
    return logits


def centred(logits: Floats) -> Floats:
    """Logits less the mean of their position."""
    return logits - logits.mean(axis=1, keepdims=True)


def distance(found: Floats, expected: Floats) -> Distance:
    """How far `found` is from `expected`."""
    gap = np.abs(found - expected)
    divergences = np.array(list(kl(found, expected)))
    return Distance(
        len(found),
        float(gap.max()),
        float(gap.mean()),
        float(divergences.mean()),
        float(divergences.max()),
        float((found.argmax(1) == expected.argmax(1)).mean()),
    )


def kl(found: Floats, expected: Floats) -> Iterator[float]:
    """Divergence of the engine's distribution from the reference, per position, in nats."""
    for ours_V, theirs_V in zip(found.astype(np.float64), expected.astype(np.float64), strict=True):
        log_q, log_p = ours_V - _log_sum(ours_V), theirs_V - _log_sum(theirs_V)
        yield max(0.0, float((np.exp(log_p) * (log_p - log_q)).sum()))


def _log_sum(logits_V: NDArray[np.float64]) -> float:
    highest = logits_V.max()
    return float(highest + np.log(np.exp(logits_V - highest).sum()))


if __name__ == "__main__":
    main()
