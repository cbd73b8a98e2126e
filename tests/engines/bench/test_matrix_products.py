"""Which products a model is made of, and what such products reach."""

from pathlib import Path

import pytest

from underdog.core import ModelShape
from underdog.engines.bench.matrix_products import Product, products_of_file, products_of_shape
from underdog.engines.machine import instructions
from underdog.engines.machine.instructions import emulated
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
    kinds = [kind for kind in KINDS if kind != "bf16" or not emulated(kind)]
    assert [(one.kind, one.rows) for one in found] == [(k, n) for k in kinds for n in (1, 4)]
    assert all(one.flops_per_s > 1e4 for one in found)


@pytest.mark.parametrize(("flags", "kinds"), [("avx2 fma", set()), ("avx512_bf16", {"bf16"})])
def test_bfloat16_has_a_rate_where_the_processor_multiplies_it(
    flags: str, kinds: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.compiled.peak import ceilings

    path = tmp_path / "cpuinfo"
    path.write_text(f"flags : fpu {flags}\n")
    monkeypatch.setattr(instructions, "_FLAGS", path)
    instructions._flags.cache_clear()
    found = ceilings([Product(64, 128)], [1], 1, kinds=("f32", "bf16"), seconds=0.0)
    instructions._flags.cache_clear()
    assert {one.kind for one in found} == {"f32"} | kinds


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
