"""A SentencePiece vocabulary of a GGUF file, built as a byte-pair tokenizer.

Such a file (tokenizer model `llama`: Llama 2, Mistral, Gemma) lists pieces with scores and no
merges. SentencePiece joins two neighbours when their text is a piece, highest score first: the same
as byte-pair encoding with a merge for every way to cut a piece in two, sorted by the piece's score.
A space is written as a mark; characters that no piece covers are written as pieces for single
bytes. Only plain pieces are joined: text that spells the name of a byte or control piece stays
text.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from underdog.errors import ModelFileError
from underdog.models.gguf.file import GgufFile

SPACE_MARK = "\u2581"

_MAX_MERGES = 1 << 22

_SCORES = "tokenizer.ggml.scores"
_PREFIX_SPACE = "tokenizer.ggml.add_space_prefix"
_PLAIN, _UNKNOWN = 1, 2


def build_pieces(library: Any, file: GgufFile, names: Sequence[str], kinds: Sequence[int]) -> Any:
    """The SentencePiece tokenizer of a GGUF file, as an object of the `tokenizers` library.

    Args:
        library: The `tokenizers` module.
        file: The GGUF file.
        names: Texts of the pieces, by token id.
        kinds: Token types of the pieces, as GGUF numbers them.

    Raises:
        ModelFileError: Some pieces have no score, or they can be joined in millions of ways.
    """
    scores = file.numbers(_SCORES)
    if len(scores) != len(names):
        raise ModelFileError(
            f"the model file has {len(names)} pieces but {len(scores)} scores; download it again"
        )
    vocabulary = {name: token for token, name in enumerate(names)}
    joined = {
        name: (-score, token)
        for token, (name, score, kind) in enumerate(zip(names, scores, kinds, strict=True))
        if kind == _PLAIN
    }
    unknown = next(
        (name for name, kind in zip(names, kinds, strict=True) if kind == _UNKNOWN), None
    )
    tokenizer = library.Tokenizer(
        library.models.BPE(
            vocab=vocabulary,
            merges=all_merges(joined),
            unk_token=unknown,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    steps = [library.normalizers.Replace(" ", SPACE_MARK)]
    if file.header.metadata.get(_PREFIX_SPACE, True) is not False:
        steps.insert(0, library.normalizers.Prepend(SPACE_MARK))
    tokenizer.normalizer = library.normalizers.Sequence(steps)
    return tokenizer


def all_merges(joined: Mapping[str, tuple[float, int]]) -> list[tuple[str, str]]:
    """Merges: every way to cut a piece into two pieces, the piece with the best score first."""
    ranked = sorted(joined, key=lambda name: joined[name])
    halves = (pair for name in ranked for pair in _halves(name, joined))
    merges = list(islice(halves, _MAX_MERGES + 1))
    if len(merges) > _MAX_MERGES:
        raise ModelFileError(
            f"the model file's pieces can be joined in more than {_MAX_MERGES} ways, which no "
            "tokenizer needs; download it again or use another"
        )
    return merges


def _halves(name: str, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for cut in range(1, len(name)):
        if name[:cut] in known and name[cut:] in known:
            yield name[:cut], name[cut:]
