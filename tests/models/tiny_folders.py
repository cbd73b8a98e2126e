"""Tiny random models of every supported family as folders, and what transformers says of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.engines.conftest import ALPHABET, TEMPLATE

VOCABULARY = 270
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "eos_token_id": 0,
    "bos_token_id": None,
    "pad_token_id": None,
    "tie_word_embeddings": False,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 1000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {"tie_word_embeddings": True}),
    "llama with biases": ("Llama", {"attention_bias": True, "mlp_bias": True}),
    "llama stretched as llama3": ("Llama", {"rope_parameters": LLAMA3}),
    "llama stretched linearly": ("Llama", {"rope_parameters": LINEAR}),
    "mistral": ("Mistral", {"head_dim": 32, "sliding_window": 24}),
    "mistral without a window": ("Mistral", {"head_dim": 32, "sliding_window": None}),
    "smollm3": ("SmolLM3", {"num_hidden_layers": 5, "tie_word_embeddings": True}),
    "qwen2": ("Qwen2", {}),
    "qwen2 with windows": (
        "Qwen2",
        {"use_sliding_window": True, "sliding_window": 20, "max_window_layers": 1},
    ),
    "qwen3": ("Qwen3", {"head_dim": 32}),
    "gemma3": (
        "Gemma3",
        {
            "num_hidden_layers": 7,
            "head_dim": 32,
            "sliding_window": 16,
            "query_pre_attn_scalar": 24,
            "tie_word_embeddings": True,
        },
    ),
}


@dataclass(frozen=True)
class TinyFolder:
    """A model folder and the model that it was written from."""

    path: Path
    model: Any

    def logits(self, tokens: list[int]) -> np.ndarray:
        """Logits of every position, by transformers in float32."""
        import torch

        with torch.inference_mode():
            return self.model(torch.tensor([tokens])).logits[0].numpy()


def write_folder(path: Path, name: str, **changes: Any) -> TinyFolder:
    """A random model of a family, with noise also where models begin with ones and zeros."""
    import torch
    import transformers

    kind, differences = FAMILIES[name]
    config_name = "Gemma3TextConfig" if kind == "Gemma3" else f"{kind}Config"
    sizes = {**SIZES, **differences, **changes}
    config = getattr(transformers, config_name)(**sizes, attn_implementation="eager")
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType]
    model = getattr(transformers, f"{kind}ForCausalLM")(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            spread = 0.1 if weight.ndim == 1 else 1.5 / weight.shape[-1] ** 0.5
            weight += torch.randn_like(weight) * spread
    model.save_pretrained(path)
    write_tokenizer(path)
    return TinyFolder(path, model)


def write_tokenizer(path: Path) -> None:
    """A byte-level tokenizer with a template of its own."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([ALPHABET, "what is the answer to this question"], trainer)
    path.mkdir(exist_ok=True)
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "chat_template.jinja").write_text(TEMPLATE)
