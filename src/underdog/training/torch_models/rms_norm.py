"""RMS normalisation (arXiv 1910.07467) in few passes over memory, for training on a processor.

PyTorch has no fused kernel for it on a processor: as a chain of small operations it took a fifth
of a step of a model of a million parameters. Here its gradient is written out. Elsewhere PyTorch's
own is used.
"""

import importlib
from typing import Any

torch: Any = importlib.import_module("torch")
_Module: Any = torch.nn.Module


class FewPassNorm(_Module):
    """Divide by the root mean square of the last axis, and multiply by a weight.

    Args:
        weight: The weight, a parameter.
        epsilon: Added to the mean square.
    """

    def __init__(self, weight: Any, epsilon: float) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self.weight = weight
        self.epsilon = epsilon

    def forward(self, given: Any) -> Any:
        """The normalised values, of the same shape and type."""
        if given.device.type == "cpu" and given.dtype == torch.float32:
            return _Scaled.apply(given, self.weight, self.epsilon)
        shape = self.weight.shape
        return torch.nn.functional.rms_norm(given, shape, self.weight, self.epsilon)


class _Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, given: Any, weight: Any, epsilon: float) -> Any:
        size = torch.linalg.vector_norm(given, dim=-1, keepdim=True)
        factor = size.square_().div_(given.shape[-1]).add_(epsilon).rsqrt_()
        unit = given * factor
        ctx.save_for_backward(unit, weight, factor)
        return unit * weight

    @staticmethod
    def backward(ctx: Any, slope: Any) -> Any:
        unit, weight, factor = ctx.saved_tensors
        along = slope * unit
        of_weight = along.reshape(-1, unit.shape[-1]).sum(0)
        radial = (along @ weight).unsqueeze_(-1).div_(-unit.shape[-1])
        of_given = (slope * weight).addcmul_(unit, radial).mul_(factor)
        return of_given, of_weight, None


def with_few_passes(model: Any) -> None:
    """Replace a model's RMS normalisations; weights and their names stay.

    Args:
        model: A model of the transformers library.
    """
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            if type(module).__name__.endswith("RMSNorm"):
                setattr(parent, name, FewPassNorm(module.weight, module.variance_epsilon))
