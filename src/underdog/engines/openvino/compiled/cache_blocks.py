"""Blocks of the KV cache: reference counts, and a prefix cache of prompts.

A sequence's keys and values are stored in blocks of 32 tokens. Full blocks of prompts are kept
under a digest of all tokens up to their end, so that a later prompt with the same prefix shares
them instead of computing them (prefix caching, as in arXiv 2309.06180). Blocks without references
stay in the prefix cache until they are needed, the least recently used taken first.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

BLOCK_TOKENS = 32


class BlockPool:
    """A fixed number of blocks, handed out by index.

    Args:
        num_blocks: Blocks in the cache.
    """

    def __init__(self, num_blocks: int) -> None:
        self._references = [0] * num_blocks
        self._free = list(range(num_blocks - 1, -1, -1))
        self._found: dict[bytes, int] = {}
        self._digests: dict[int, bytes] = {}
        self._idle: OrderedDict[int, None] = OrderedDict()

    @property
    def available(self) -> int:
        """Number of blocks that can be taken."""
        return len(self._free) + len(self._idle)

    def take(self) -> int:
        """Index of a block to write to; the caller makes sure that one is available."""
        if self._free:
            block = self._free.pop()
        else:
            block, _ = self._idle.popitem(last=False)
            del self._found[self._digests.pop(block)]
        self._references[block] = 1
        return block

    def share(self, block: int) -> int:
        """Add a reference to a block; return its index."""
        if not self._references[block]:
            del self._idle[block]
        self._references[block] += 1
        return block

    def drop(self, blocks: Sequence[int]) -> None:
        """Remove one reference from each block."""
        for block in blocks:
            self._references[block] -= 1
            if self._references[block]:
                continue
            if block in self._digests:
                self._idle[block] = None
            else:
                self._free.append(block)

    def find(self, digests: Sequence[bytes]) -> list[int]:
        """Indices of the cached blocks of a sequence's prefix, each with a reference added."""
        blocks: list[int] = []
        for digest in digests:
            block = self._found.get(digest)
            if block is None:
                break
            blocks.append(self.share(block))
        return blocks

    def keep(self, digest: bytes, block: int) -> None:
        """Enter a full block in the prefix cache, unless one with its digest is there already."""
        if digest not in self._found and block not in self._digests:
            self._found[digest] = block
            self._digests[block] = digest


def block_digests(tokens: Sequence[int]) -> list[bytes]:
    """One digest per full block, over all tokens of the sequence up to the block's end."""
    digest = hashlib.blake2b(digest_size=16)
    digests: list[bytes] = []
    for start in range(0, len(tokens) - BLOCK_TOKENS + 1, BLOCK_TOKENS):
        for token in tokens[start : start + BLOCK_TOKENS]:
            digest.update(token.to_bytes(4, "little"))
        digests.append(digest.digest())
    return digests


def blocks_for(num_tokens: int) -> int:
    """Number of blocks that hold `num_tokens` tokens, the last one perhaps partly."""
    return -(-num_tokens // BLOCK_TOKENS)
