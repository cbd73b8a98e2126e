"""The shape of a model of the transformers library, for counting FLOPs."""

from typing import Any

from underdog.core import ModelShape


def torch_shape(model: Any) -> ModelShape:
    """Parameters, layers and attention of a causal language model."""
    embedding = model.get_input_embeddings().weight
    head = model.get_output_embeddings()
    tied = head is not None and head.weight is embedding
    config = model.config
    hidden = int(config.hidden_size)
    heads = int(getattr(config, "num_attention_heads", 0) or 0)
    width = heads * int(getattr(config, "head_dim", 0) or 0)
    kinds: list[str] = list(getattr(config, "layer_types", None) or ())
    windowed = kinds.count("sliding_attention")
    return ModelShape(
        num_params=sum(weight.numel() for weight in model.parameters()),
        num_embedding_params=0 if tied else embedding.numel(),
        num_layers=int(config.num_hidden_layers),
        hidden_size=hidden,
        attention_size=0 if width == hidden else width,
        window_tokens=int(config.sliding_window) if windowed else 0,
        num_windowed_layers=windowed,
    )
