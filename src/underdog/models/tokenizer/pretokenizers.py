"""How tokenizers cut a text into words, under the names that GGUF files use for it."""

from collections.abc import Mapping

from underdog.errors import ModelFileError
from underdog.models.gguf.header import GgufHeader

_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = _QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
PRETOKENIZERS: Mapping[str, tuple[str, ...]] = {
    "gpt-2": (_GPT2,),
    "smollm": (r"\p{N}", _GPT2),
    "qwen2": (_QWEN2,),
    "llama-bpe": (_LLAMA3,),
}
WHOLE_WORDS = ("llama-bpe",)
"""Cuts of vocabularies whose words are taken whole where there is a token for them."""

PIECES = "pieces"
"""In place of a cut: a SentencePiece vocabulary, which cuts nothing."""


def pretokenizer_of(header: GgufHeader) -> str:
    """How a model's tokenizer cuts texts into words: a name in `PRETOKENIZERS`, or `PIECES`.

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
