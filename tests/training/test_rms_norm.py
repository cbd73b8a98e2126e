"""RMS normalisation in few passes is that of the transformers library, its gradients too."""

import pytest

from underdog.training.torch_models.torch_model import open_torch_model

torch = pytest.importorskip("torch")

from underdog.training.torch_models.rms_norm import FewPassNorm  # noqa: E402


@pytest.mark.parametrize("shape", [(8,), (3, 16), (2, 5, 96)])
def test_values_and_gradients_are_those_of_the_definition(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    given = torch.randn(shape, dtype=torch.float32, requires_grad=True)
    weight = torch.nn.Parameter(torch.randn(shape[-1]))
    slope = torch.randn(shape)
    found = FewPassNorm(weight, 1e-5)(given)
    wanted = given / (given.square().mean(-1, keepdim=True) + 1e-5).sqrt() * weight
    assert torch.allclose(found, wanted, atol=1e-6)
    mine = torch.autograd.grad(found, (given, weight), slope)
    theirs = torch.autograd.grad(wanted, (given, weight), slope)
    assert all(torch.allclose(*pair, atol=1e-5) for pair in zip(mine, theirs, strict=True))


def test_gradients_are_those_of_small_differences() -> None:
    torch.manual_seed(1)
    given, weight = (torch.randn(shape, dtype=torch.float64) for shape in ((4, 6), (6,)))
    parts = (given.requires_grad_(), weight.requires_grad_())
    from underdog.training.torch_models.rms_norm import _Scaled

    assert torch.autograd.gradcheck(lambda x, w: _Scaled.apply(x, w, 1e-3), parts)


def test_other_types_are_left_to_pytorch() -> None:
    given = torch.randn(3, 16, dtype=torch.bfloat16)
    norm = FewPassNorm(torch.ones(16, dtype=torch.bfloat16), 1e-5)
    wanted = torch.nn.functional.rms_norm(given, (16,), None, 1e-5)
    assert torch.equal(norm(given), wanted)


def test_every_norm_of_a_model_is_replaced_and_keeps_its_name(tiny) -> None:
    model = open_torch_model(tiny).model
    norms = {name for name, one in model.named_modules() if type(one).__name__.endswith("RMSNorm")}
    assert not norms
    assert sum(isinstance(one, FewPassNorm) for one in model.modules()) == 5
    assert {"model.norm.weight", "model.layers.1.post_attention_layernorm.weight"} <= set(
        model.state_dict()
    )
