"""Block formats against the official package, on any bytes."""

import numpy as np
import pytest

from underdog.engines.openvino.formats import FORMATS
from underdog.engines.openvino.quantisation import dequantised

gguf = pytest.importorskip("gguf")


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: FORMATS[kind].name)
def test_every_format_is_read_as_the_official_package_reads_it(kind: int) -> None:
    layout = FORMATS[kind]
    official = gguf.GGMLQuantizationType(kind)
    assert official.name == layout.name
    assert gguf.GGML_QUANT_SIZES[official] == (layout.num_weights, layout.size_bytes)
    data = np.random.default_rng(kind).integers(0, 256, 64 * layout.size_bytes, np.uint8)
    with np.errstate(all="ignore"):
        theirs = gguf.quants.dequantize(data.copy(), official)
        ours = dequantised(data, kind)
    np.testing.assert_array_equal(ours, np.asarray(theirs, np.float32).reshape(-1))


def test_more_blocks_than_are_read_at_once_are_all_read() -> None:
    data = np.arange(40_000, dtype=np.float16)
    np.testing.assert_array_equal(dequantised(data.view(np.uint8), 1), data.astype(np.float32))
