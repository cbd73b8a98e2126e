"""Vocabularies of models from scratch: byte-level, digits apart, trained or fixed.

Texts are cut as for SmolLM2 (`smollm`): each digit by itself, then words as for GPT-2, then bytes.
A trained vocabulary has a token for each byte, so that it can write any text, and merges learned
from the data (BPE, arXiv 1508.07909). The fixed one has printable ASCII characters and no merges,
102 tokens, for models whose embedding would outweigh the rest; all else is one token to it.

Turns are marked by one control token each: `<|user|>QUESTION<|assistant|>REPLY<|im_end|>`.
"""

import json
from collections.abc import Iterable
from typing import Any

from underdog.errors import ConfigError
from underdog.models.chat.template import ChatTemplate, built_in_template
from underdog.models.tokenizer.vocabulary import Vocabulary, letter_cutter

_PAD, _END = "<|pad|>", "<|im_end|>"
_CONTROL = (_PAD, _END, "<|system|>", "<|user|>", "<|assistant|>")
_UNKNOWN = "<|unknown|>"
_CUT = "smollm"


def train_vocabulary(texts: Iterable[str], num_tokens: int) -> Vocabulary:
    """A byte-level vocabulary with merges learned from texts.

    Args:
        texts: The texts; equal texts give an equal vocabulary.
        num_tokens: Tokens at most, control tokens and the 256 bytes counted; fewer when the texts
            hold nothing more to merge.
    """
    import tokenizers

    library: Any = tokenizers
    tokenizer = library.Tokenizer(library.models.BPE())
    tokenizer.pre_tokenizer = letter_cutter(library, _CUT)
    trainer = library.trainers.BpeTrainer(
        vocab_size=num_tokens,
        special_tokens=list(_CONTROL),
        initial_alphabet=sorted(library.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return _finished(library, tokenizer, len(_CONTROL))


def character_vocabulary() -> Vocabulary:
    """The fixed vocabulary of printable ASCII characters and the newline."""
    import tokenizers

    library: Any = tokenizers
    letters = [" ", "\n", *(chr(code) for code in range(33, 127))]
    cutter = letter_cutter(library, _CUT)
    shown = [cutter.pre_tokenize_str(letter)[0][0] for letter in letters]
    names = [*_CONTROL, _UNKNOWN, *shown]
    model = library.models.BPE(
        vocab={name: token for token, name in enumerate(names)}, merges=[], unk_token=_UNKNOWN
    )
    tokenizer = library.Tokenizer(model)
    tokenizer.pre_tokenizer = cutter
    tokenizer.add_special_tokens(list(names[: len(_CONTROL) + 1]))
    return _finished(library, tokenizer, len(_CONTROL) + 1)


def check_characters(texts: Iterable[str]) -> None:
    """Refuse texts that the fixed vocabulary cannot write.

    Raises:
        ConfigError: A text holds another character.
    """
    known = {"\n", *map(chr, range(32, 127))}
    for text in texts:
        if odd := sorted(set(text) - known):
            raise ConfigError(
                f"the data holds {odd[0]!r}, which vocabulary=characters lacks; name a size, such "
                "as vocabulary=512"
            )


def turn_template() -> ChatTemplate:
    """The chat template of models from scratch."""
    return built_in_template("turns")


def _finished(library: Any, tokenizer: Any, num_control: int) -> Vocabulary:
    tokenizer.decoder = library.decoders.ByteLevel()
    described: dict[str, Any] = json.loads(tokenizer.to_str())
    text = json.dumps(described, ensure_ascii=False)
    end: int = tokenizer.token_to_id(_END)
    size: int = tokenizer.get_vocab_size(with_added_tokens=True)
    return Vocabulary(text, size, (end,), tuple(range(num_control)), (), None)
