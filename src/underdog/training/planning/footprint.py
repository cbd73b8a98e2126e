"""FLOPs, memory and disk of training a model, counted from its shape without its weights.

FLOPs per token are the usual 6 N (Kaplan et al., arXiv 2001.08361: 2 N forward, 2 N back to the
inputs, 2 N back to the weights) with what is not computed left out: nothing goes back below the
first trained parameter, frozen weights have no gradient, and the head reads only tokens with loss.
Memory is an estimate, within about a quarter of what was measured.
"""

from dataclasses import dataclass
from typing import Any

_FLOAT = 4
_MOMENTS = 2
_KEPT_CHECKPOINTS = 3
_PROCESS_BYTES = 550_000_000
_HIDDEN_COPIES, _MLP_COPIES = 16, 6
_LOGIT_COPIES = 3


@dataclass(frozen=True, slots=True)
class Footprint:
    """What training a model takes.

    Attributes:
        num_params: Parameters of the model, an adapter's included.
        num_trained: Trained ones among them.
        forward: FLOPs of a token's products, forward, without the head.
        through: FLOPs back to the inputs, without the head.
        weights: FLOPs back to the weights, without the head.
        head: FLOPs of the head for a token with loss: forward, back, and to the weights if trained.
        attended: FLOPs per token and attended position, forward and back.
        activation_bytes: Bytes per token that are kept for the way back.
        vocabulary: Tokens that the head tells apart.
    """

    num_params: int
    num_trained: int
    forward: float
    through: float
    weights: float
    head: float
    attended: float
    activation_bytes: int
    vocabulary: int

    def flops(self, tokens: float, loss_share: float, item_tokens: float) -> float:
        """FLOPs of training on tokens.

        Args:
            tokens: Tokens fed, padding not counted.
            loss_share: Share of them that carry loss.
            item_tokens: Mean tokens of an item; a token attends to half of them on average.
        """
        products = self.forward + self.through + self.weights + self.head * loss_share
        return tokens * (products + self.attended * (item_tokens + 1) / 2)

    def memory_bytes(self, batch_tokens: int, loss_tokens: int) -> int:
        """Peak memory of the process, estimated.

        Args:
            batch_tokens: Most tokens that are read at once, padding counted.
            loss_tokens: Most tokens with loss that are read at once.
        """
        fixed = _FLOAT * (self.num_params + (1 + _MOMENTS) * self.num_trained)
        logits = _FLOAT * _LOGIT_COPIES * self.vocabulary * loss_tokens
        return _PROCESS_BYTES + fixed + self.activation_bytes * batch_tokens + logits

    @property
    def checkpoint_bytes(self) -> int:
        """Disk space of a checkpoint: trained parameters and the optimiser's state."""
        return _FLOAT * (1 + _MOMENTS) * self.num_trained

    @property
    def stage_bytes(self) -> int:
        """Disk space of a stage: its checkpoints, one more while it is written, and its result."""
        return _KEPT_CHECKPOINTS * self.checkpoint_bytes + _FLOAT * self.num_params


def footprint(model: Any) -> Footprint:
    """The footprint of a causal language model with its trainable parameters chosen.

    Args:
        model: A model of the transformers library, an adapter's wrapping included; without storage
            (on the `meta` device) is enough.
    """
    embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    forward = through = weights = 0.0
    reached = bool(embedding.requires_grad)
    for parameter in model.parameters():
        reached = reached or bool(parameter.requires_grad)
        if parameter.dim() != 2 or parameter is embedding or parameter is head:
            continue
        products = 2.0 * parameter.numel()
        forward += products
        through += products * reached
        weights += products * bool(parameter.requires_grad)
    config = model.config
    layers, back = config.num_hidden_layers, _layers_back(model)
    width = config.num_attention_heads * (
        getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    )
    kept = _HIDDEN_COPIES * config.hidden_size + _MLP_COPIES * config.intermediate_size
    return Footprint(
        num_params=sum(one.numel() for one in model.parameters()),
        num_trained=sum(one.numel() for one in model.parameters() if one.requires_grad),
        forward=forward,
        through=through,
        weights=weights,
        head=2.0 * head.numel() * (2 + bool(head.requires_grad)),
        attended=4.0 * width * (layers + 2 * back),
        activation_bytes=_FLOAT * back * kept,
        vocabulary=int(head.shape[0]),
    )


def _layers_back(model: Any) -> int:
    """Number of layers that the way back goes through: those from the first trained one on."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    layers = list(base.model.layers)
    if any(one.requires_grad for one in base.model.embed_tokens.parameters()):
        return len(layers)
    for number, layer in enumerate(layers):
        if any(one.requires_grad for one in layer.parameters()):
            return len(layers) - number
    return 0
