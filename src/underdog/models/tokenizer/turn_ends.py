"""Which tokens end the model's turn, by their names, as llama.cpp decides for GGUF files.

Files give one id as the end of a sequence, but chat models end their turns with other tokens, and
some files list those as plain text. llama.cpp takes every token with one of these names for an end,
whatever its type; so do we, except for `</s>` as text, which is a tag in Gemma's vocabulary.
"""

from collections.abc import Collection

ENDS = frozenset(
    {
        "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "</s>",
        "<end_of_turn>", "<|end|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>",
        "<|endofturn|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<eos>", "<end_of_utterance>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
    }
)  # fmt: skip
"""Names of tokens that end a turn in some family of models."""

FILE_ENDS = frozenset(
    {
        "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]", "<|fim_repo|>", "<|repo_name|>",
        "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
    }
)  # fmt: skip
"""Names of tokens of code models that begin another file; llama.cpp ends there too."""

ROLES = ("eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep")
"""Roles of ends in the metadata of GGUF files, as in `tokenizer.ggml.eos_token_id`."""

_TAG = "</s>"
_INNER_END = "<|end|>"
_HARMONY = ({"<|return|>", "<|call|>"}, {"<|calls|>", "<|flush|>"})


def ends_turn(name: str, names: Collection[str], *, control: bool) -> bool:
    """Whether a token ends the turn by its name.

    Args:
        name: The token's name.
        names: All names of the vocabulary; beside `<|return|>` and `<|call|>`, `<|end|>` ends a
            message and not the turn.
        control: Whether the file says that the token is no text.
    """
    if name not in ENDS or (name == _TAG and not control):
        return False
    return name != _INNER_END or not any(all(one in names for one in two) for two in _HARMONY)
