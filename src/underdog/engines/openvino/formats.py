"""The block formats of GGUF files that this engine reads, by their numbers in the file.

Kept apart from their arithmetic (`quantisation`), so that a model can be judged without NumPy.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockFormat:
    """How weights are packed.

    Attributes:
        name: The format's name in ggml.
        num_weights: Weights in a block.
        size_bytes: Bytes of a block.
    """

    name: str
    num_weights: int
    size_bytes: int


FORMATS: Mapping[int, BlockFormat] = {
    0: BlockFormat("F32", 1, 4),
    1: BlockFormat("F16", 1, 2),
    2: BlockFormat("Q4_0", 32, 18),
    3: BlockFormat("Q4_1", 32, 20),
    6: BlockFormat("Q5_0", 32, 22),
    7: BlockFormat("Q5_1", 32, 24),
    8: BlockFormat("Q8_0", 32, 34),
    12: BlockFormat("Q4_K", 256, 144),
    13: BlockFormat("Q5_K", 256, 176),
    14: BlockFormat("Q6_K", 256, 210),
    30: BlockFormat("BF16", 1, 2),
}
