"""SentencePiece tokens of a synthetic GGUF file, against llama.cpp and SentencePiece's rules."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tests.models.gguf.folder_gguf import write_folder_gguf
from tests.models.tiny_folders import write_folder
from tests.models.tokenizer.test_pieces import entries, trained
from underdog.engines.llama_cpp.server_process import LlamaProcess
from underdog.models.loading import open_model
from underdog.models.tokenizer.vocabulary import Vocabulary

pytest.importorskip("torch")
pytest.importorskip("openvino")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

PLAIN, CONTROL, LITERAL = 1, 3, 4
LITERALS = ("  ", "   ", "    ", "\n\n", "\n\n\n", "\t\t", "</b>", "</s2>")
PARTS = (
    *(
        "what",
        "is",
        "the",
        "answer",
        "question",
        "other",
        "unseen",
        "žluť",
        "🐎",
        "世界",
        "e\u0301",
    ),
    *(
        " ",
        "  ",
        "   ",
        "    ",
        "       ",
        "\n",
        "\n\n",
        "\n" * 7,
        "\t",
        "\t\t\t",
        "\r\n",
        "\u00a0",
    ),
    *("</b>", "<b>", "</s2>", "<start_of_turn>", "<end_of_turn>", "<s>", "<unk>", "<0x0A>"),
    *("0", "12", "345", "\x00", "\x07", "\x7f", "\ufeff", "\U0010ffff", "{", '"', "\\n"),
)


def vocabulary_file(folder: Path, prefix_space: bool, more: dict[str, tuple[float, int]]) -> Path:
    """A tiny model whose vocabulary has more pieces: their scores and kinds by name."""
    told = entries(trained(prefix_space), prefix_space)
    for name, (score, kind) in more.items():
        told["tokens"].append(name)
        told["scores"].append(score)
        told["types"].append(kind)
    tiny = write_folder(folder / "model", "llama", vocab_size=len(told["tokens"]))
    return write_folder_gguf(folder / "tiny.gguf", tiny, told)


def opened(path: Path) -> Vocabulary:
    return open_model(path, "", 64).open_vocabulary()


def texts(count: int) -> list[str]:
    """Parts alone, and mixtures of them; a text that has its own beginning is for another test."""
    rng = random.Random(5)
    mixed = ["".join(rng.choices(PARTS, k=rng.randint(2, 9))) for _ in range(count)]
    spaced = [" ".join(rng.choices(PARTS, k=rng.randint(2, 9))) for _ in range(count)]
    return [text for text in ("", *PARTS, *mixed, *spaced) if not text.startswith("<s>")]


async def llama_tokens(path: Path, asked: list[str]) -> dict[bool, list[list[int]]]:
    """Tokens with names of special tokens meaning these tokens, and without."""
    process = LlamaProcess(path, 1, 64, 1)
    try:
        return {
            special: await asyncio.gather(
                *(process.tokenize(text, special=special) for text in asked)
            )
            for special in (True, False)
        }
    finally:
        await process.aclose()


@pytest.mark.parametrize("prefix_space", [True, False], ids=["prefix space", "no prefix space"])
def test_pieces_are_those_of_llama_cpp(tmp_path: Path, prefix_space: bool) -> None:
    pytest.importorskip("xllamacpp")
    more: dict[str, Any] = {name: (-1000.0, LITERAL) for name in LITERALS}
    path = vocabulary_file(tmp_path, prefix_space, more)
    vocabulary, asked = opened(path), texts(60)
    for special, theirs in asyncio.run(llama_tokens(path, asked)).items():
        ours = [vocabulary.encode(text, special=special) for text in asked]
        triples = zip(asked, ours, theirs, strict=True)
        assert [triple for triple in triples if triple[1] != triple[2]] == []


def test_a_text_that_spells_a_byte_piece_is_not_that_byte(tmp_path: Path) -> None:
    spelled = {text: (-400.0 - place, PLAIN) for place, text in enumerate("<0xA>")}
    joined = {"<0": (1.0, PLAIN), "<0x": (2.0, PLAIN), "<0x0": (3.0, PLAIN), "A>": (4.0, PLAIN)}
    vocabulary = opened(vocabulary_file(tmp_path, prefix_space=False, more=spelled | joined))
    tokens = vocabulary.encode("<0x0A>", special=False)
    assert b"".join(vocabulary.token_bytes[token] for token in tokens) == b"<0x0A>"
    assert len(tokens) == 2


def test_an_end_of_strikethrough_in_a_text_does_not_end_the_reply(tmp_path: Path) -> None:
    """Gemma's `</s>` is an HTML tag, kept whole: no token that ends a turn."""
    told: dict[str, Any] = entries(trained(prefix_space=False), prefix_space=False)
    tag = told["tokens"].index("</s>")
    told["types"][tag] = LITERAL
    told["eos"] = told["tokens"].index("<end_of_turn>")
    tiny = write_folder(tmp_path / "model", "llama", vocab_size=len(told["tokens"]))
    vocabulary = opened(write_folder_gguf(tmp_path / "tiny.gguf", tiny, told))
    assert vocabulary.encode("</s>", special=False) == [tag]
    assert tag not in vocabulary.ends
    assert vocabulary.token_bytes[tag] == b"</s>"
