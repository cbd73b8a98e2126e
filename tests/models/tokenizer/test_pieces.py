"""SentencePiece vocabularies, out of GGUF files and out of `tokenizer.json`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models.gguf.folder_gguf import write_folder_gguf
from tests.models.tiny_folders import write_folder
from underdog.errors import ModelFileError
from underdog.models.folder.tokenizer_json import read_vocabulary
from underdog.models.loading import open_model
from underdog.models.tokenizer.vocabulary import Vocabulary

tokenizers = pytest.importorskip("tokenizers")
pytest.importorskip("openvino")
pytest.importorskip("gguf")

MARK = "\u2581"
SPECIAL = ["<unk>", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
TEXTS = ["what is the answer to this question", "the other one is there", "this is what it is"]
SAMPLES = [
    "what is the answer?",
    " the  is",
    "",
    "unseen: žluťoučký 🐎\n\tqwerty",
    "<start_of_turn>the question<end_of_turn>\n",
]


def trained(prefix_space: bool) -> Any:
    """A byte-pair tokenizer over text with marks for spaces, as converters write them."""
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    steps = [tokenizers.normalizers.Replace(" ", MARK)]
    if prefix_space:
        steps.insert(0, tokenizers.normalizers.Prepend(MARK))
    tokenizer.normalizer = tokenizers.normalizers.Sequence(steps)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=340, special_tokens=[*SPECIAL, *BYTES], show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS * 4, trainer)
    whole = json.loads(tokenizer.to_str())
    special = {entry["content"] for entry in whole["added_tokens"]} & {*SPECIAL}
    whole["added_tokens"] = [
        entry for entry in whole["added_tokens"] if entry["content"] in special
    ]
    whole["decoder"] = {"type": "ByteFallback"}
    begun = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    whole["post_processor"] = {
        "type": "TemplateProcessing",
        "single": begun,
        "pair": begun,
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
    }
    return tokenizers.Tokenizer.from_str(json.dumps(whole))


def entries(tokenizer: Any, prefix_space: bool) -> dict[str, Any]:
    """The same vocabulary as a GGUF file lists it: scores, and no merges."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    order = {"".join(pair): rank for rank, pair in enumerate(model["merges"])}
    kinds = [2, *[3] * (len(SPECIAL) - 1), *[6] * 256]
    return {
        "tokens": tokens,
        "scores": [-float(order.get(token, len(order))) for token in tokens],
        "types": kinds + [1] * (len(tokens) - len(kinds)),
        "bos": 1,
        "eos": 2,
        "space_prefix": prefix_space,
    }


@pytest.fixture(scope="module", params=[True, False], ids=["prefix space", "no prefix space"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Vocabulary, Vocabulary]:
    """A tokenizer, and the vocabularies read from its GGUF file and from its folder."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("pieces")
    tokenizer = trained(request.param)
    size = tokenizer.get_vocab_size()
    tiny = write_folder(folder / "model", "llama", vocab_size=size)
    tokenizer.save(str(tiny.path / "tokenizer.json"))
    told = entries(tokenizer, request.param)
    path = write_folder_gguf(folder / "tiny.gguf", tiny, told)
    return (
        tokenizer,
        open_model(path, "", 64).open_vocabulary(),
        read_vocabulary(tiny.path, (), size),
    )


@pytest.mark.parametrize("text", SAMPLES)
def test_both_files_cut_a_text_as_its_tokenizer_does(
    pair: tuple[Any, Vocabulary, Vocabulary], text: str
) -> None:
    tokenizer, from_file, from_folder = pair
    expected = [1, *tokenizer.encode(text, add_special_tokens=False).ids]
    assert from_folder.encode(text) == expected
    assert from_file.encode(text) == expected


def test_pieces_add_their_bytes_and_control_tokens_none(
    pair: tuple[Any, Vocabulary, Vocabulary],
) -> None:
    tokenizer, *vocabularies = pair
    for vocabulary in vocabularies:
        tokens = vocabulary.encode("<start_of_turn>the 🐎 is", special=True)
        text = b"".join(vocabulary.token_bytes[token] for token in tokens).decode()
        assert text.strip() == "the 🐎 is"
        assert vocabulary.bos == 1
        assert tokenizer.token_to_id("<end_of_turn>") in vocabulary.ends


def test_a_file_without_a_score_for_every_piece_is_refused(tmp_path: Path) -> None:
    tokenizer = trained(prefix_space=True)
    tiny = write_folder(tmp_path / "model", "llama", vocab_size=tokenizer.get_vocab_size())
    told = entries(tokenizer, prefix_space=True) | {"scores": [0.0]}
    model = open_model(write_folder_gguf(tmp_path / "tiny.gguf", tiny, told), "", 64)
    with pytest.raises(ModelFileError, match="scores"):
        model.open_vocabulary()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("not json", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no tokenizer"),
        ('{"model": {"type": "BPE", "vocab": {}}}', "byte-level"),
        ('{"model": {"byte_fallback": true, "type": "Nonsense"}}', "no tokenizer"),
    ],
)
def test_a_tokenizer_file_that_is_none_is_refused(
    tmp_path: Path, change: str, message: str
) -> None:
    (tmp_path / "tokenizer.json").write_text(change)
    with pytest.raises(ModelFileError, match=message):
        read_vocabulary(tmp_path, (), 10)


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"tokenizer\.json"):
        read_vocabulary(tmp_path, (), 10)
