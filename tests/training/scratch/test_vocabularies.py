"""Vocabularies cut digits apart, give every text back, and read alike everywhere."""

import json
import subprocess
import sys

import pytest

from underdog.core import Message, Prompt
from underdog.errors import ConfigError
from underdog.training.scratch.vocabularies import (
    character_vocabulary,
    check_characters,
    train_vocabulary,
    turn_template,
)

TEXTS = [f"what is the sum of {a} and {b}?\nit is {a + b}" for a in range(40) for b in range(40)]


def written(vocabulary, tokens) -> str:
    return b"".join(vocabulary.token_bytes[token] for token in tokens).decode()


def test_a_trained_vocabulary_has_the_size_asked_for_and_writes_any_text() -> None:
    assert train_vocabulary(TEXTS, 270).num_tokens == 270
    vocabulary = train_vocabulary(TEXTS, 400)
    for text in (TEXTS[-1], "Müller's café: 10 €\t\u2603 \x00", ""):
        assert written(vocabulary, vocabulary.encode(text)) == text
    assert len(vocabulary.encode("what is the sum of")) == 5


@pytest.mark.parametrize("vocabulary", [train_vocabulary(TEXTS, 400), character_vocabulary()])
def test_each_digit_is_a_token_and_turns_are_control_tokens(vocabulary) -> None:
    digits = {written(vocabulary, [token]) for token in vocabulary.encode("12345678")}
    assert digits == set("12345678")
    prompt = turn_template().render(Prompt((Message("user", "12"),)))
    first, *number, last = vocabulary.encode(prompt)
    assert {first, last} <= set(vocabulary.control)
    assert written(vocabulary, number) == "12"
    assert [vocabulary.encode("<|im_end|>")] == [list(vocabulary.ends)]


def test_texts_with_little_to_merge_give_fewer_tokens() -> None:
    assert train_vocabulary(["ab", "ab"], 1000).num_tokens == 262


def test_equal_texts_give_an_equal_vocabulary_in_any_process() -> None:
    script = (
        "import sys, json\n"
        "from underdog.training.scratch.vocabularies import train_vocabulary\n"
        "print(train_vocabulary(json.load(sys.stdin), 400).tokenizer_json)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(TEXTS), capture_output=True, text=True,
        check=True, env={"TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout.strip() == train_vocabulary(TEXTS, 400).tokenizer_json


def test_the_fixed_vocabulary_writes_printable_text_a_character_a_token() -> None:
    vocabulary = character_vocabulary()
    text = "".join(map(chr, range(32, 127))) + "\n\n x"
    tokens = vocabulary.encode(text)
    assert len(tokens) == len(text)
    assert written(vocabulary, tokens) == text
    assert vocabulary.num_tokens == 102
    assert set(vocabulary.encode("é")) <= set(vocabulary.control)


def test_data_beyond_the_fixed_vocabulary_is_refused() -> None:
    check_characters(["plain\ntext"])
    with pytest.raises(ConfigError, match="'é', which vocabulary=characters lacks"):
        check_characters(["plain", "café"])
