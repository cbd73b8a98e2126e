"""Pre-tokenizers: patterns that cut a text into words, by their names in GGUF files."""

from collections.abc import Mapping

from underdog.errors import ModelFileError
from underdog.models.gguf.header import GgufHeader

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = _QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
PRETOKENIZERS: Mapping[str, tuple[str, ...]] = {
    "gpt-2": (GPT2,),
    "smollm": (r"\p{N}", GPT2),
    "qwen2": (_QWEN2,),
    "llama-bpe": (_LLAMA3,),
}
WHOLE_WORDS = ("llama-bpe",)
"""Pre-tokenizers of vocabularies in which a word that is a token is not split by merges."""

PIECES = "pieces"
"""Stands for SentencePiece vocabularies, which have no pre-tokenizer."""


def pretokenizer_of(header: GgufHeader) -> str:
    """Name of a model's pre-tokenizer: a key of `PRETOKENIZERS`, or `PIECES` for SentencePiece.

    Raises:
        ModelFileError: The tokenizer is of a kind that is not supported.
    """
    kind = header.metadata.get("tokenizer.ggml.model")
    cut = header.metadata.get("tokenizer.ggml.pre")
    if kind == "llama":
        return PIECES
    if kind != "gpt2" or cut not in PRETOKENIZERS:
        raise ModelFileError(
            f"the openvino engine reads SentencePiece tokenizers and byte-level ones cut as "
            f"{', '.join(PRETOKENIZERS)}, not {kind!r} cut as {cut!r}; use the llama_cpp engine"
        )
    return str(cut)
