"""The block formats of GGUF files that can be dequantised here, by their numbers in the file.

Separate from `quantisation`, so that support for a model can be checked without NumPy.
"""

from collections.abc import Mapping

from underdog.models.gguf.block_sizes import BLOCKS, BlockFormat

_OWN = (
    "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
    "Q6_K", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4",
)  # fmt: skip
_TABLES = ("IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S")

PACKAGE_FORMATS: Mapping[int, BlockFormat] = {
    kind: block for kind, block in BLOCKS.items() if block.name in _TABLES
}
"""Formats built on long tables of numbers, which are read with the official `gguf` package."""

FORMATS: Mapping[int, BlockFormat] = {
    kind: block for kind, block in BLOCKS.items() if block.name in _OWN
} | PACKAGE_FORMATS
"""All formats that can be dequantised, with or without the `gguf` package."""
