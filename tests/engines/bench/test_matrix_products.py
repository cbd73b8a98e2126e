"""Which products a model is made of, and what such products reach."""

import pytest

from underdog.core import ModelShape
from underdog.engines.bench.matrix_products import Product, products_of_file, products_of_shape
from underdog.models.gguf.header import GgufHeader, TensorPlace

LAYER = {
    "attn_q": (8, 8),
    "attn_k": (4, 8),
    "attn_v": (4, 8),
    "attn_output": (8, 8),
    "ffn_gate": (32, 8),
    "ffn_up": (32, 8),
    "ffn_down": (8, 32),
    "attn_norm": (8,),
}


def header(*, tied: bool) -> GgufHeader:
    shapes = {f"blk.{at}.{name}.weight": shape for at in range(3) for name, shape in LAYER.items()}
    shapes |= {"token_embd.weight": (100, 8), "blk.0.attn_q.bias": (8,)}
    shapes |= {} if tied else {"output.weight": (100, 8)}
    places = {name: TensorPlace(shape, 0, 0) for name, shape in shapes.items()}
    return GgufHeader({}, {}, tensors=places)


@pytest.mark.parametrize("tied", [True, False])
def test_products_with_one_input_are_one_and_an_embedding_counts_only_as_head(tied: bool) -> None:
    products = products_of_file(header(tied=tied))
    assert set(products) == {
        Product(8, 16, 3),
        Product(8, 8, 3),
        Product(8, 64, 3),
        Product(32, 8, 3),
        Product(8, 100, 1),
    }
    assert sum(one.flops for one in products) == 2 * (3 * (128 + 64 + 512 + 256) + 800)


def test_an_architecture_alone_gives_one_wide_product_a_layer() -> None:
    shape = ModelShape(num_params=1000, num_embedding_params=200, num_layers=4, hidden_size=10)
    assert products_of_shape(shape) == [Product(10, 20, 4)]
    assert products_of_shape(ModelShape(1000)) == []


@pytest.mark.parametrize("products", [[Product(64, 128, 2), Product(128, 64)], [Product(24, 40)]])
def test_every_kind_of_product_has_a_rate(products: list[Product]) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.compiled.peak import KINDS, ceilings

    found = ceilings(products, [1, 4], 1, seconds=0.0)
    assert [(one.kind, one.rows) for one in found] == [(k, n) for k in KINDS for n in (1, 4)]
    assert all(one.flops_per_s > 1e4 for one in found)


def test_no_product_has_no_rate() -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.compiled.peak import ceilings

    assert ceilings([], [1], 1) == []


def test_only_as_many_products_run_as_do_not_fit_a_cache() -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.compiled import peak

    large = [Product(4096, 4096, 100)]
    share = vars(peak)["_share"](large, "f32")
    assert vars(peak)["_fewer"](large[0], share) == Product(4096, 4096, 1)
