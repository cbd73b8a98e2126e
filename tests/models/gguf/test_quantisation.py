"""Block formats against the official package, on any bytes."""

import sys

import numpy as np
import pytest

from underdog.errors import MissingExtraError
from underdog.models.gguf.block_sizes import BLOCKS
from underdog.models.gguf.formats import FORMATS, PACKAGE_FORMATS
from underdog.models.gguf.quantisation import dequantised

gguf = pytest.importorskip("gguf")

NAMED = {"ids": lambda kind: BLOCKS[kind].name}


@pytest.mark.parametrize("kind", BLOCKS, **NAMED)
def test_a_block_is_as_large_as_the_official_package_says(kind: int) -> None:
    official = gguf.GGMLQuantizationType(kind)
    assert official.name == BLOCKS[kind].name
    assert gguf.GGML_QUANT_SIZES[official] == (BLOCKS[kind].num_weights, BLOCKS[kind].size_bytes)


def test_every_format_that_the_official_package_reads_is_read() -> None:
    theirs = {"F32", "F16", *(kind.name for kind in gguf.quants._type_traits)}
    assert {block.name for block in FORMATS.values()} == theirs


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", FORMATS, **NAMED)
def test_every_format_is_read_as_the_official_package_reads_it(kind: int, seed: int) -> None:
    layout = FORMATS[kind]
    official = gguf.GGMLQuantizationType(kind)
    data = np.random.default_rng((kind, seed)).integers(0, 256, 512 * layout.size_bytes, np.uint8)
    with np.errstate(all="ignore"):
        theirs = gguf.quants.dequantize(data.reshape(-1, layout.size_bytes), official)
    ours = dequantised(data, kind)
    assert ours.dtype == np.float32
    theirs = np.asarray(theirs, np.float32).reshape(-1)
    np.testing.assert_array_equal(ours, theirs)
    same = ours.view(np.uint32) == theirs.view(np.uint32)
    assert (same | np.isnan(ours) | (ours == 0)).all()


def test_every_scale_byte_of_the_small_float_formats_is_read() -> None:
    for kind, size in ((39, 17), (40, 36)):
        blocks = np.random.default_rng(kind).integers(0, 256, (256, size), np.uint8)
        blocks[:, : 4 if size == 36 else 1] = np.arange(256, dtype=np.uint8)[:, None]
        with np.errstate(all="ignore"):
            theirs = gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType(kind))
        np.testing.assert_array_equal(dequantised(blocks.reshape(-1), kind), theirs.reshape(-1))


def test_more_blocks_than_are_read_at_once_are_all_read() -> None:
    data = np.arange(40_000, dtype=np.float16)
    np.testing.assert_array_equal(dequantised(data.view(np.uint8), 1), data.astype(np.float32))


@pytest.mark.parametrize("kind", PACKAGE_FORMATS, **NAMED)
def test_a_format_built_on_tables_names_the_package_it_needs(
    kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(MissingExtraError, match=rf"{FORMATS[kind].name}.*underdog\[gguf\]"):
        dequantised(np.zeros(FORMATS[kind].size_bytes, np.uint8), kind)
