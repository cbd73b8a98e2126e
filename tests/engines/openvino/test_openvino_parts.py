"""Blocks, rows and the tokenizer of the OpenVINO engine, each by itself."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.tiny_gguf import write_tiny
from underdog.core import SamplingParams, Usage
from underdog.engines.openvino.compiled.cache_blocks import (
    BLOCK_TOKENS,
    BlockPool,
    block_digests,
    blocks_for,
)
from underdog.engines.openvino.decoding.row import DecodingRow, readable
from underdog.errors import ModelFileError
from underdog.models.gguf.file import GgufFile
from underdog.models.gguf.header import GgufHeader, read_gguf_header
from underdog.models.tokenizer.pretokenizers import pretokenizer_of
from underdog.models.tokenizer.vocabulary import Vocabulary

pytest.importorskip("tokenizers")
pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    tiny = write_tiny(tmp_path_factory.mktemp("words") / "tiny.gguf", "qwen2")
    return Vocabulary.from_gguf(GgufFile(tiny.path, read_gguf_header(tiny.path)))


class Texts:
    """A vocabulary whose tokens are given byte strings; the last one ends the turn."""

    def __init__(self, *pieces: bytes) -> None:
        self.token_bytes = [*pieces, b""]
        self.ends = (len(pieces),)


def row(*, stop: tuple[str, ...] = (), limit: int = 99, top: int = 0) -> DecodingRow:
    return DecodingRow(0, 1, SamplingParams(stop=stop, top_logprobs=top), limit, past=4)


def fed(made: DecodingRow, *pieces: bytes, end: bool = False) -> DecodingRow:
    words = Texts(*pieces)
    numbers = (-0.5, 1.0, 2.0) if made.params.top_logprobs else (-0.5,)
    for token in range(len(pieces) + end):
        if made.finish is None:
            made.push(token, numbers, words)  # pyright: ignore[reportArgumentType]
    return made


@given(st.lists(st.sampled_from(["take", "share", "drop", "keep", "find"]), max_size=60), st.data())
def test_a_block_in_use_is_never_handed_out(steps: list[str], data: st.DataObject) -> None:
    pool = BlockPool(5)
    held: list[int] = []
    for step in steps:
        if step == "take" and pool.available:
            block = pool.take()
            assert block not in held
            held.append(block)
        elif step == "find":
            digest = bytes([data.draw(st.integers(0, 3))])
            held.extend(pool.find([digest]))
        elif held:
            block = data.draw(st.sampled_from(held))
            if step == "share":
                held.append(pool.share(block))
            elif step == "drop":
                held.remove(block)
                pool.drop([block])
            elif step == "keep":
                pool.keep(bytes([data.draw(st.integers(0, 3))]), block)
        assert pool.available == 5 - len(set(held))


def test_a_dropped_block_is_found_again_until_its_room_is_needed() -> None:
    pool = BlockPool(2)
    first, second = pool.take(), pool.take()
    pool.keep(b"a", first)
    pool.keep(b"b", second)
    pool.drop([first, second])
    assert pool.find([b"b", b"c"]) == [second]
    assert pool.take() == first
    assert pool.find([b"a"]) == []


def test_equal_openings_have_equal_digests_and_others_do_not() -> None:
    tokens = list(range(100))
    digests = block_digests(tokens)
    assert len(digests) == 100 // BLOCK_TOKENS
    assert block_digests(tokens[:70]) == digests[:2]
    assert block_digests([1, *tokens[1:]])[0] != digests[0]
    assert block_digests([1, *tokens[1:]])[1] != digests[1]
    assert [blocks_for(count) for count in (0, 1, 32, 33)] == [0, 1, 1, 2]


def test_a_stop_string_over_several_tokens_cuts_text_and_trace() -> None:
    done = fed(row(stop=("zz", "\n\nQ")), b"four", b".\n", b"\nQ: ", b"never").completion(Usage())
    assert (done.text, done.finish, done.stop_string) == ("four.", "stop", "\n\nQ")
    assert len(done.trace.logprobs) == 2


def test_the_earliest_stop_string_wins() -> None:
    done = fed(row(stop=("b", "ab")), b"xx", b"ab").completion(Usage())
    assert (done.text, done.stop_string) == ("xx", "ab")


def test_a_stop_string_in_the_last_token_that_is_allowed_is_the_reason() -> None:
    made = fed(row(stop=("END",), limit=3), b"12", b"E", b"ND")
    done = made.completion(Usage())
    assert (done.text, done.finish, done.stop_string) == ("12", "stop", "END")


def test_the_end_of_turn_leaves_no_text_and_no_trace() -> None:
    made = fed(row(), b"yes", end=True)
    done = made.completion(Usage())
    assert (done.text, done.finish, made.num_sampled) == ("yes", "stop", 2)
    assert len(done.trace.logprobs) == 1


def test_at_the_limit_a_row_ends_for_length() -> None:
    done = fed(row(limit=2, top=3), b"a", b"b", b"c").completion(Usage())
    assert (done.text, done.finish) == ("ab", "length")
    assert done.trace.confidence == (1.0, 1.0)
    assert done.trace.self_certainty == (2.0, 2.0)
    assert done.trace.top_k == 3


@given(st.text(max_size=12), st.integers(0, 3))
def test_text_is_whole_but_for_a_cut_last_character(text: str, missing: int) -> None:
    data = text.encode()
    assert readable(data) == text
    last = len(text[-1:].encode())
    if 0 < missing < last:
        assert readable(data[:-missing]) == text[:-1]


def test_bytes_that_are_no_text_are_shown_as_replacements() -> None:
    assert readable(b"a\xffb") == "a�b"
    assert readable(b"\x80\x80\x80\x80") == "����"


@given(st.text(max_size=40))
def test_tokens_give_back_the_text(text: str) -> None:
    words = _WORDS[0]
    tokens = words.encode(text, special=False)
    assert b"".join(words.token_bytes[token] for token in tokens).decode() == text


_WORDS: list[Vocabulary] = []


@pytest.fixture(autouse=True, scope="module")
def _words(vocabulary: Vocabulary) -> None:
    _WORDS.append(vocabulary)


def test_control_tokens_are_read_only_where_they_are_meant(vocabulary: Vocabulary) -> None:
    assert vocabulary.encode("a<end>b")[1] == 0
    assert 0 not in vocabulary.encode("a<end>b", special=False)
    assert vocabulary.token_bytes[0] == b""
    assert vocabulary.token_bytes[1] == b"<pad>"
    assert vocabulary.ends == (0,)


def test_a_saved_tokenizer_is_the_same(vocabulary: Vocabulary, tmp_path: Path) -> None:
    vocabulary.save(tmp_path / "words.json")
    loaded = Vocabulary.load(tmp_path / "words.json")
    text = "What is 12+34?\n\n  ok"
    assert loaded.encode(text) == vocabulary.encode(text)
    assert loaded.token_bytes == vocabulary.token_bytes
    with_bos = replace(vocabulary, bos=7)
    assert with_bos.encode("a") == [7, *vocabulary.encode("a")]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1", b'{"ends": 3}'])
def test_a_damaged_tokenizer_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "words.json").write_bytes(damage)
    with pytest.raises(ModelFileError, match="damaged"):
        Vocabulary.load(tmp_path / "words.json")


def test_an_unknown_tokenizer_is_refused() -> None:
    with pytest.raises(ModelFileError, match="llama_cpp"):
        pretokenizer_of(GgufHeader({}, {}))


@pytest.mark.model
def test_texts_are_cut_as_llama_cpp_cuts_them(smollm2: Path) -> None:
    llama_cpp = pytest.importorskip("underdog.engines.llama_cpp.server_process")
    import asyncio

    words = Vocabulary.from_gguf(GgufFile(smollm2, read_gguf_header(smollm2)))
    letters = "abcXYZ 0123456789  \n\t'\"!?.,-_$€éß日本😀\u00a0\u200b\r١Ⅷ"
    draw = random.Random(1)
    texts = ["".join(draw.choices(letters, k=draw.randint(1, 60))) for _ in range(120)]
    texts += ["I'll pay $36.50, they've 1,000!", "def f(x):\n    return x**2\n", "  ", "naïve 中文"]

    async def theirs() -> list[list[int]]:
        process = llama_cpp.LlamaProcess(smollm2, 1, 256, 1)
        try:
            return [await process.tokenize(text, special=True) for text in texts]
        finally:
            await process.aclose()

    assert [words.encode(text) for text in texts] == asyncio.run(theirs())


def test_openvino_reports_nothing_to_its_makers() -> None:
    code = (
        "import sys; import underdog.engines.openvino.compiled.runtime; "
        "sys.exit(sys.modules['openvino_telemetry'] is not None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
