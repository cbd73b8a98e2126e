"""Tensors and arrays of a GGUF file, and what is wrong with bad ones."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.models.gguf.gguf_files import ENTRIES, entry, gguf
from tests.models.tiny_gguf import Tiny, write_tiny
from underdog.errors import ModelFileError
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.header import read_gguf_header

pytest.importorskip("gguf")
pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return write_tiny(tmp_path_factory.mktemp("file") / "tiny.gguf", "qwen2")


@pytest.fixture
def file(tiny: Tiny) -> GgufFile:
    return GgufFile(tiny.path, read_gguf_header(tiny.path))


def test_every_tensor_is_read_as_it_was_written(file: GgufFile, tiny: Tiny) -> None:
    assert "output.weight" not in file
    for name, array in tiny.weights.items():
        assert name in file
        np.testing.assert_array_equal(file.tensor(name, *array.shape), array)


def test_arrays_of_texts_and_numbers_are_read(file: GgufFile, tiny: Tiny) -> None:
    assert file.strings("tokenizer.ggml.tokens") == tiny.tokens
    assert file.numbers("tokenizer.ggml.token_type")[:3] == [3, 4, 1]
    assert file.strings("tokenizer.ggml.token_type") == []
    assert file.numbers("tokenizer.ggml.tokens") == []
    assert file.strings("none") == file.numbers("none") == []


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("none.weight", (0,), "no tensor"),
        ("output_norm.weight", (0, 0), "shape"),
        ("output_norm.weight", (65,), "shape"),
    ],
)
def test_a_tensor_that_is_not_as_it_should_be_is_named(
    name: str, shape: tuple[int, ...], message: str, file: GgufFile
) -> None:
    with pytest.raises(ModelFileError, match=message):
        file.tensor(name, *shape)


@pytest.mark.parametrize(("kind", "message"), [(24, "format 24"), (12, "format 12")])
def test_a_format_that_is_not_read_or_does_not_fit_is_named(
    kind: int, message: str, tiny: Tiny
) -> None:
    header = read_gguf_header(tiny.path)
    name = "output_norm.weight"
    places = {**header.tensors, name: replace(header.tensors[name], kind=kind)}
    file = GgufFile(tiny.path, replace(header, tensors=places))
    with pytest.raises(ModelFileError, match=message):
        file.tensor(name, 64)


def test_a_tensor_beyond_the_end_is_named(tiny: Tiny) -> None:
    header = read_gguf_header(tiny.path)
    name = "output_norm.weight"
    start = tiny.path.stat().st_size - 8
    places = {**header.tensors, name: replace(header.tensors[name], start=start)}
    with pytest.raises(ModelFileError, match="cut short"):
        GgufFile(tiny.path, replace(header, tensors=places)).tensor(name, 64)


def test_an_array_beyond_the_end_is_named(tiny: Tiny) -> None:
    header = read_gguf_header(tiny.path)
    key = "tokenizer.ggml.tokens"
    data = tiny.path.read_bytes()
    cut = tiny.path.with_name("cut.gguf")
    cut.write_bytes(data[: header.arrays_at[key] + 30])
    with pytest.raises(ModelFileError, match="cut short"):
        GgufFile(cut, header).strings(key)


@pytest.mark.parametrize("alignment", [0, -8])
def test_an_impossible_alignment_is_refused(alignment: int, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf((*ENTRIES, entry("general.alignment", 5, struct.pack("<i", alignment)))))
    with pytest.raises(ModelFileError, match="alignment"):
        read_gguf_header(path)
