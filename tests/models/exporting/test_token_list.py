"""A tokenizer in a GGUF file cuts every text as the folder's does, or is refused."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.models.tiny_folders import write_folder
from tests.models.tokenizer.test_pieces import trained
from underdog.errors import ModelFileError
from underdog.models.exporting.gguf_export import write_gguf
from underdog.models.gguf.header import read_gguf_header
from underdog.models.loading import open_model
from underdog.models.tokenizer.pieces import all_merges

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("openvino")
pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from .three_programs import tokens_by_llama_cpp

LONG = 1 << 24
SIZE = 700
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
WORDS = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LETTERS = WORDS | {"use_regex": False}
DIGITS = {"type": "Digits", "individual_digits": True}


def split(pattern: str) -> dict[str, Any]:
    return {
        "type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False,
    }  # fmt: skip


CUTS: dict[str, tuple[dict[str, Any], bool]] = {
    "gpt-2": (WORDS, False),
    "smollm": ({"type": "Sequence", "pretokenizers": [DIGITS, WORDS]}, False),
    "qwen2": ({"type": "Sequence", "pretokenizers": [split(QWEN), LETTERS]}, False),
    "llama-bpe": (
        {
            "type": "Sequence",
            "pretokenizers": [split(QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")), LETTERS],
        },
        True,
    ),
}
"""Pre-tokenizers as published folders have them, and whether whole words are taken unmerged."""

SCRIPTS = "žluťoučký кот 猫が好き قطة γάτα ½ ² ٣ Ⅷ é 🐎👩‍🚀 \u00a0\u3000\u200b"
CODE = [
    "def f(x):\n    return x**2 + 1e-05\n", "for i in range(10):\tprint(i)\r\n",
    "x_1=y[0x1F]||z&&!w;",
    "{\"a\": [1, 2.50, -3]}", "I'LL don't we've 'S  's", "a  b   c\n\n\n d\t\t e \n",
    "<end><|im_start|>user\n<s></s>[INST]",
]  # fmt: skip


def texts(count: int = 2000) -> list[str]:
    """Numbers, code, many scripts and control characters, drawn at random."""
    draw = random.Random(5)
    parts = [*CODE, *SCRIPTS.split(" "), "the answer is ", "what", "?", " ", "\n", ", "]

    def piece() -> str:
        if draw.random() < 0.4:
            number = draw.choice([draw.randrange(10**9), draw.random() * 1000, draw.randrange(99)])
            return draw.choice(["{}", "{:,}", "${}", "{}%", "-{}"]).format(number)
        if draw.random() < 0.1:
            return chr(draw.choice([draw.randrange(1, 0xD800), draw.randrange(0x1F300, 0x1FAFF)]))
        return draw.choice(parts)

    drawn = ("".join(piece() for _ in range(draw.randint(1, 12))) for _ in range(count))
    return [*CODE, *drawn]


def byte_level(cut: str, folder: Path) -> None:
    """A byte-level tokenizer with the pre-tokenizer of a published model."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    step, whole_words = CUTS[cut]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE - 30,
        special_tokens=["<end>", "<|im_start|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(400), trainer)
    whole = json.loads(tokenizer.to_str())
    whole["pre_tokenizer"] = step
    whole["model"]["ignore_merges"] = whole_words
    whole["added_tokens"].append(literal_token(SIZE - 30, "<think>"))
    (folder / "tokenizer.json").write_text(json.dumps(whole))


def literal_token(token: int, name: str) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    return {"id": token, "content": name, **flags}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny"
    return write_folder(path, "llama", vocab_size=SIZE, num_hidden_layers=1).path


def exported(folder: Path, out: Path) -> Path:
    write_gguf(open_model(folder, context_tokens=LONG), out, "f16")
    return out


def assert_alike(folder: Path, file: Path) -> None:
    """The same tokens of every text, by transformers, by llama.cpp and by our readers."""
    from transformers import PreTrainedTokenizerFast

    asked = texts()
    theirs = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    expected = theirs(asked, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    found = tokens_by_llama_cpp(file, asked)
    assert [text for text, a, b in zip(asked, expected, found, strict=True) if a != b] == []
    ours = open_model(file).open_vocabulary()
    assert [ours.encode(text, special=False) for text in asked] == expected
    before = open_model(folder).open_vocabulary()
    assert (ours.bos, ours.ends, ours.spaced) == (before.bos, before.ends, before.spaced)
    assert (ours.control, ours.literal) == (before.control, before.literal)
    assert [ours.encode(text) for text in CODE] == [before.encode(text) for text in CODE]


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_byte_level_tokens_of_thousands_of_texts_are_the_same(
    cut: str, folder: Path, tmp_path: Path
) -> None:
    byte_level(cut, folder)
    file = exported(folder, tmp_path / "x.gguf")
    metadata = read_gguf_header(file).metadata
    assert metadata["tokenizer.ggml.pre"] == cut
    assert metadata["tokenizer.ggml.add_bos_token"] is False
    assert_alike(folder, file)


def complete(tokenizer: Any) -> str:
    """The tokenizer with a merge for every way to cut a piece, as converted ones have them."""
    whole = json.loads(tokenizer.to_str())
    model = whole["model"]
    order = {"".join(pair): rank for rank, pair in enumerate(model["merges"])}
    plain = {
        name: (float(order.get(name, len(order))), token)
        for name, token in model["vocab"].items()
        if token >= 261
    }
    model["merges"] = all_merges(plain)
    return json.dumps(whole)


@pytest.mark.slow
@pytest.mark.parametrize("space_first", [True, False])
def test_pieces_of_thousands_of_texts_are_the_same(
    space_first: bool, folder: Path, tmp_path: Path
) -> None:
    (folder / "tokenizer.json").write_text(complete(trained(space_first)))
    file = exported(folder, tmp_path / "x.gguf")
    metadata = read_gguf_header(file).metadata
    assert metadata["tokenizer.ggml.model"] == "llama"
    assert metadata["tokenizer.ggml.add_space_prefix"] is space_first
    assert metadata["tokenizer.ggml.add_bos_token"] is True
    assert_alike(folder, file)


def changed(folder: Path, **changes: Any) -> None:
    byte_level("smollm", folder)
    whole = json.loads((folder / "tokenizer.json").read_text())
    for name, value in changes.items():
        (whole["model"] if name in whole["model"] else whole)[name] = value
    (folder / "tokenizer.json").write_text(json.dumps(whole))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pre_tokenizer": split(r"\p{N}{2}")}, "words cut by"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "step.*Whitespace"),
        ({"pre_tokenizer": {**WORDS, "add_prefix_space": True}}, "add_prefix_space"),
        ({"pre_tokenizer": {"type": "Digits", "individual_digits": False}}, "Digits"),
        ({"pre_tokenizer": None}, "words cut by nothing"),
        ({"normalizer": {"type": "Lowercase"}}, "Unicode composition"),
        ({"ignore_merges": True}, "ignore_merges"),
        ({"end_of_word_suffix": "</w>"}, "end_of_word_suffix"),
        ({"added_tokens": [literal_token(0, "<end>") | {"lstrip": True}]}, "lstrip of the token"),
        ({"model": {"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 0}}, "Unigram"),
    ],
)  # fmt: skip
def test_tokenizers_without_a_place_are_refused(
    changes: dict[str, Any], message: str, folder: Path, tmp_path: Path
) -> None:
    changed(folder, **changes)
    with pytest.raises(ModelFileError, match=f"(?s)no place for .*{message}"):
        exported(folder, tmp_path / "x.gguf")
    assert not list(tmp_path.glob("*.gguf"))


def test_merges_that_scores_cannot_tell_are_refused(folder: Path, tmp_path: Path) -> None:
    whole = json.loads(complete(trained(True)))
    whole["model"]["merges"] = whole["model"]["merges"][::2]
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    with pytest.raises(ModelFileError, match="merges that are not those"):
        exported(folder, tmp_path / "x.gguf")


def test_a_space_at_the_first_word_only_is_refused(folder: Path, tmp_path: Path) -> None:
    whole = json.loads(complete(trained(True)))
    whole["normalizer"] = None
    whole["pre_tokenizer"] = {
        "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False,
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    with pytest.raises(ModelFileError, match="Metaspace"):
        exported(folder, tmp_path / "x.gguf")
    whole["pre_tokenizer"]["prepend_scheme"] = "always"
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    assert read_gguf_header(exported(folder, tmp_path / "x.gguf")).metadata[
        "tokenizer.ggml.add_space_prefix"
    ]


def test_ends_without_a_known_name_keep_their_part(folder: Path, tmp_path: Path) -> None:
    byte_level("smollm", folder)
    config = json.loads((folder / "config.json").read_text())
    generation = folder / "generation_config.json"
    generation.write_text(json.dumps({"eos_token_id": [0, 1, 99]}))
    file = exported(folder, tmp_path / "x.gguf")
    assert open_model(file).open_vocabulary().ends == (0, 1, 99)
    generation.write_text(json.dumps({"eos_token_id": [0, 1, 99, 100]}))
    with pytest.raises(ModelFileError, match="4 tokens end a turn"):
        exported(folder, tmp_path / "y.gguf")
    generation.unlink()
    (folder / "config.json").write_text(json.dumps(config | {"eos_token_id": None}))
    with pytest.raises(ModelFileError, match="no token that ends a turn"):
        exported(folder, tmp_path / "y.gguf")
    (folder / "config.json").write_text(json.dumps(config))
