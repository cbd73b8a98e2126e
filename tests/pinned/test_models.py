"""What is read from a model file: its shape, and the tokens of texts."""

from pathlib import Path

import pytest

from tests.pinned.doors import open_model, read_gguf_header, write_tiny
from tests.pinned.pins import Pins, digest, plain

pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

PINS = Pins("models")
TEXTS = (
    *("", " ", "a", "what is the answer", "what is the answer to this question?"),
    *("WHAT IS 12 + 345 = 357?", "  two  spaces ", "line\nline\n\n\nline", "\t\r\n", "1234567890"),
    *("<end>", "a<end>b", "<pad><end>", "<|user|>hi", "it's they're I'll", "x=3;y=-2"),
    *("\u017elu\u0165ou\u010dk\u00fd", "\u4e16\u754c", "\U0001f40e", "e\u0301", "\u00a0", "\x00"),
    *("def solution():\n    return 1.5e-3", "\uff11\uff18 m\u00b2", "...!?"),
)


@pytest.mark.parametrize("family", PINS.keys(["llama", "qwen2"]))
def test_a_model_file_is_read_as_it_was(family: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    write_tiny(path, family, tied=family == "llama")
    header, model = read_gguf_header(path), open_model(path, "", 64)
    vocabulary = model.open_vocabulary()
    facts = {
        "architecture": plain(model.architecture, digits=9),
        "shape": (header.shape, model.shape),
        "context": (header.context_tokens, model.context_tokens),
        "ends": (header.bos_token, header.eos_token, header.adds_bos, vocabulary.ends),
        "kinds": (vocabulary.control, vocabulary.literal, vocabulary.bos, vocabulary.spaced),
        "template": header.chat_template,
        "metadata": digest(plain(header.metadata, digits=9), f"metadata {family}"),
        "tensors": digest(header.tensors, f"tensors {family}"),
        "vocabulary": digest(vocabulary.token_bytes, f"vocabulary {family}"),
        "tokens": {text: vocabulary.encode(text) for text in TEXTS},
        "plain": {text: vocabulary.encode(text, special=False) for text in TEXTS},
    }
    PINS.same(family, facts)
