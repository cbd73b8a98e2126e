"""How matrices are stored: nothing is lost but what the precision cannot hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.engines.openvino.compiled.packing import PRECISIONS, Array, bfloat16_bits, packed

SEEDS = st.integers(0, 1000)


def unpacked(arrays: dict[str, Array]) -> np.ndarray:
    """A packed matrix as numbers, by the definition of its precision."""
    stored = arrays["m"]
    if "m.zero" in arrays:
        scale = arrays["m.scale"].astype(np.float32)
        levels = nibbles(stored).reshape(*scale.shape[:2], -1)
        zero = nibbles(arrays["m.zero"])[: scale.size].reshape(scale.shape)
        return ((levels - zero) * scale).reshape(len(stored), -1)
    if stored.dtype == np.uint16:
        return (stored.astype(np.uint32) << 16).view(np.float32)
    if "m.scale" not in arrays:
        return stored.astype(np.float32)
    scale = arrays["m.scale"].astype(np.float32).reshape(len(stored), -1, 1)
    groups = stored.astype(np.float32).reshape(len(stored), scale.shape[1], -1)
    return (groups * scale).reshape(stored.shape)


def nibbles(packed_pairs: Array) -> np.ndarray:
    flat = packed_pairs.ravel()
    return np.stack([flat & 15, flat >> 4], axis=1).ravel().astype(np.float32)


@given(SEEDS, st.sampled_from(PRECISIONS), st.sampled_from([32, 64, 96, 192]), st.integers(1, 5))
def test_unpacked_weights_are_within_half_a_level(
    seed: int, precision: str, width: int, rows: int
) -> None:
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, width)).astype(np.float32)
    matrix[0, : width // 2] = 0.0
    arrays = dict(packed("m", matrix, precision))  # pyright: ignore[reportArgumentType]
    span = np.ptp(matrix)
    allowed = {"int8": span / 200, "int4": span / 24, "bf16": span / 250, "f16": span / 2000}
    assert np.abs(unpacked(arrays) - matrix).max() <= allowed.get(precision, 0.0)


@given(SEEDS, st.sampled_from([32, 64, 96, 100]), st.floats(-3, 3))
def test_8_bits_are_as_fine_as_their_own_group_allows(seed: int, width: int, size: float) -> None:
    matrix = np.random.default_rng(seed).normal(size=(3, width)).astype(np.float32)
    matrix[:, 0] *= 10.0**size
    group = 64 if width == 64 else 32 if width % 32 == 0 else width
    arrays = dict(packed("m", matrix, "int8"))
    assert arrays["m.scale"].size == matrix.size // group
    wrong = np.abs(unpacked(arrays) - matrix).reshape(3, -1, group)
    half_a_level = np.abs(matrix).reshape(3, -1, group).max(axis=2, keepdims=True) / 254
    assert (wrong <= 1.1 * half_a_level).all()


@given(st.integers(1, 7))
def test_rows_that_do_not_divide_into_groups_stay_at_8_bits(width: int) -> None:
    arrays = dict(packed("m", np.ones((2, width), np.float32), "int4"))
    assert arrays["m"].dtype == np.int8


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_matrix_of_zeros_stays_one(precision: str) -> None:
    arrays = dict(packed("m", np.zeros((3, 64), np.float32), precision))  # pyright: ignore[reportArgumentType]
    assert (unpacked(arrays) == 0.0).all()


@given(st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=8))
def test_bfloat16_rounds_as_torch_does(values: list[float]) -> None:
    torch = pytest.importorskip("torch")
    array = np.array(values, np.float32)
    expected = torch.from_numpy(array).to(torch.bfloat16).float().numpy()
    found = (bfloat16_bits(array).astype(np.uint32) << 16).view(np.float32)
    assert (found == expected).all()
