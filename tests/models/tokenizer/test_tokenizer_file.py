"""A `tokenizer.json`: settings of training are taken off, growth and failures are bounded."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tokenizers")

from tests.models.tiny_folders import VOCABULARY, write_tokenizer
from underdog.errors import ModelFileError
from underdog.models.folder.tokenizer_json import read_vocabulary
from underdog.models.tokenizer.tokenizer_file import read_tokenizer_file
from underdog.models.tokenizer.vocabulary import Vocabulary

TEXT = "what is the answer to this question? " * 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path)
    return tmp_path


def change(folder: Path, **entries: Any) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
    return path


def read(folder: Path, ends: tuple[int, ...] = ()) -> Vocabulary:
    return read_vocabulary(folder, ends, VOCABULARY)


@pytest.mark.parametrize("direction", ["Right", "Left"])
@pytest.mark.parametrize("strategy", ["LongestFirst", "OnlyFirst"])
def test_truncation_of_the_file_is_reset(folder: Path, direction: str, strategy: str) -> None:
    expected = read(folder).encode(TEXT)
    cut = {"direction": direction, "max_length": 30, "strategy": strategy, "stride": 0}
    change(folder, truncation=cut)
    assert read(folder).encode(TEXT) == expected
    assert len(expected) > 30


@pytest.mark.parametrize("length", [{"Fixed": 1000}, {"Fixed": 10**9}, "BatchLongest"])
def test_padding_of_the_file_is_reset(folder: Path, length: Any) -> None:
    expected = read(folder).encode(TEXT)
    padding = {
        "strategy": length,
        "direction": "Left",
        "pad_to_multiple_of": 64,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<end>",
    }
    change(folder, padding=padding)
    assert read(folder).encode(TEXT) == expected
    assert read(folder).encode(TEXT, special=False) == expected


def test_splitting_at_random_is_reset(folder: Path) -> None:
    expected = read(folder).encode(TEXT)
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    change(folder, model=model | {"dropout": 0.9})
    assert read(folder).encode(TEXT) == expected


def test_it_reads_a_text_as_transformers_does(folder: Path) -> None:
    transformers = pytest.importorskip("transformers")
    change(
        folder,
        truncation={"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 0},
        padding={
            "strategy": {"Fixed": 999},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "<end>",
        },
    )
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    assert read(folder).encode(TEXT) == theirs(TEXT)["input_ids"]


def regex(pattern: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": new}


def string(pattern: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": pattern}, "content": new}


def sequence(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "normalizers": list(steps)}


LETTERS = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
CHARSMAP = (1024).to_bytes(4, "little") + bytes(1024) + b"x" * 5000 + b"\0"
GROWING: dict[str, dict[str, Any]] = {
    "doubling": {"normalizer": sequence(*[string("a", "aa")] * 40)},
    "one long text": {"normalizer": string("a", "a" * 10_000)},
    "at every place": {"normalizer": regex("", "x" * 5_000)},
    "sequences in sequences": {"normalizer": sequence(sequence(*[regex(".", "xy")] * 20))},
    "a long beginning": {"normalizer": {"type": "Prepend", "prepend": "x" * 5_000}},
    "letters of letters": {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [LETTERS] * 12},
    },
    "a map of characters": {
        "normalizer": {
            "type": "Precompiled",
            "precompiled_charsmap": base64.b64encode(CHARSMAP).decode(),
        }
    },
    "long names": {
        "added_tokens": [{"id": 269, "content": "x" * (1 << 22) + "y", "special": True}]
    },
}


@pytest.mark.parametrize("name", GROWING)
def test_steps_that_make_texts_endless_are_refused(name: str, folder: Path) -> None:
    change(folder, **GROWING[name])
    with pytest.raises(ModelFileError, match="use another tokenizer"):
        read(folder)


PLAIN = {
    "none": None,
    "of Llama 2": sequence({"type": "Prepend", "prepend": "\u2581"}, string(" ", "\u2581")),
    "of Gemma": string(" ", "\u2581"),
    "of Qwen": {"type": "NFC"},
    "of ALBERT": sequence(
        string("``", '"'),
        string("''", '"'),
        {"type": "NFKD"},
        {"type": "StripAccents"},
        {"type": "Lowercase"},
        regex(" {2,}", "\u2581"),
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_steps_of_published_tokenizers_pass(name: str, folder: Path) -> None:
    change(folder, normalizer=PLAIN[name])
    assert read_tokenizer_file(folder / "tokenizer.json")["normalizer"] == PLAIN[name]


BOMBS = {
    "normaliser": {"normalizer": regex("(a+)+$", "b")},
    "nested": {"normalizer": sequence(regex("(a|aa)+$", "b"))},
    "cut": {
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": "(?:a|aa)+$"},
                    "behavior": "Isolated",
                    "invert": False,
                },
                LETTERS,
            ],
        }
    },
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_pattern_without_end_is_an_error_that_is_named(name: str, folder: Path) -> None:
    change(folder, **BOMBS[name])
    vocabulary = read(folder)
    for special in (True, False):
        with pytest.raises(ModelFileError, match="no tokenizer that can be used"):
            vocabulary.encode("a" * 60 + "!", special=special)


@pytest.mark.parametrize("kind", ["device", "pipe", "endless"])
def test_only_files_of_some_size_are_read(kind: str, folder: Path) -> None:
    path = folder / "tokenizer.json"
    path.unlink()
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 38)
    said = {"device": "it is a device", "pipe": "it is a pipe", "endless": "larger than"}[kind]
    with pytest.raises(ModelFileError, match=said):
        read(folder)


def test_ends_of_turn_are_added_tokens_by_name(folder: Path) -> None:
    whole = json.loads((folder / "tokenizer.json").read_text())
    names = ("<|im_end|>", "<|eom_id|>", "</s>", "<b>")
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    added = [
        {"id": VOCABULARY + place, "content": name, "special": place == 1, **plain}
        for place, name in enumerate(names)
    ]
    change(folder, added_tokens=[*whole["added_tokens"], *added])
    vocabulary = read_vocabulary(folder, (0,), VOCABULARY + len(names))
    assert vocabulary.ends == (0, VOCABULARY, VOCABULARY + 1)
