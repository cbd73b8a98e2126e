from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.gguf.gguf_files import ENTRIES, MALFORMED, TENSORS, entry, gguf, tensor, text
from underdog.errors import ModelFileError
from underdog.models.gguf.header import read_gguf_header


def write(folder: Path, data: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


def test_a_header_gives_shape_template_and_tokens(tmp_path: Path) -> None:
    header = read_gguf_header(write(tmp_path, gguf()))
    assert header.architecture == "llama"
    assert header.context_tokens == 128
    assert (header.bos_token, header.eos_token, header.adds_bos) == ("<s>", "</s>", True)
    assert header.chat_template == "{{ messages[0].content }}"
    assert header.shape.num_params == 24 + 64
    assert header.shape.num_embedding_params == 0
    assert (header.shape.num_layers, header.shape.hidden_size) == (2, 8)


def test_an_untied_embedding_costs_nothing(tmp_path: Path) -> None:
    tensors = (*TENSORS, tensor("output.weight", 8, 3, offset=352))
    assert read_gguf_header(write(tmp_path, gguf(tensors=tensors))).shape.num_embedding_params == 24


def test_a_model_without_tokens_template_or_numbers_is_read(tmp_path: Path) -> None:
    entries = (ENTRIES[0], entry("tokenizer.ggml.model", 8, text("llama")), ENTRIES[5])
    header = read_gguf_header(write(tmp_path, gguf(entries)))
    assert header.chat_template is None
    assert header.context_tokens == 0
    assert (header.bos_token, header.adds_bos) == ("", True)


@pytest.mark.parametrize("index", [0xFFFFFFFF, 3])
def test_a_token_id_beyond_the_vocabulary_names_no_token(tmp_path: Path, index: int) -> None:
    entries = (*ENTRIES[:5], entry("tokenizer.ggml.bos_token_id", 4, index.to_bytes(4, "little")))
    assert read_gguf_header(write(tmp_path, gguf(entries))).bos_token == ""


def test_tokens_that_are_not_text_name_no_token(tmp_path: Path) -> None:
    numbers = entry(
        "tokenizer.ggml.tokens", 9, ENTRIES[8][len(text("tokenizer.ggml.scores")) + 4 :]
    )
    assert (
        read_gguf_header(write(tmp_path, gguf((ENTRIES[0], numbers, ENTRIES[5])))).bos_token == ""
    )


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_refused_with_its_path(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, MALFORMED[name])
    with pytest.raises(ModelFileError, match=r"model\.gguf"):
        read_gguf_header(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        read_gguf_header(tmp_path / "none.gguf")


@given(st.integers(0, len(gguf()) - 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_any_damage_is_either_harmless_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes, cut: bool
) -> None:
    whole = gguf()
    data = whole[:place] + damage + (b"" if cut else whole[place + len(damage) :])
    path = write(tmp_path_factory.mktemp("damaged"), data)
    try:
        header = read_gguf_header(path)
    except ModelFileError:
        return
    assert header.shape.num_params > 0
