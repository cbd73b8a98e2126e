"""What a GGUF file means: ends of turn, BOS and linear rope are those of llama.cpp."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.models.gguf.rewriting import rewritten
from tests.models.tiny_gguf import Tiny, write_tiny
from underdog.core import (
    Completion,
    Engine,
    GenerateRequest,
    Message,
    Prompt,
    SamplingParams,
    ScoreRequest,
)
from underdog.engines.llama_cpp.engine import LlamaCpp
from underdog.engines.sync import SyncEngine
from underdog.models.gguf.header import read_gguf_header
from underdog.models.loading import open_model

pytest.importorskip("openvino")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")
pytest.importorskip("xllamacpp")

from underdog.engines.openvino import OpenVinoEngine

NORMAL, CONTROL, USER = 1, 3, 4
LAST = 309
ASKED = Prompt((Message("user", "what is the answer?"),))
BOS = "tokenizer.ggml.bos_token_id"
CUT = "tokenizer.ggml.pre"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        yield write_tiny(folder / "tiny.gguf", "llama")


def both(path: Path) -> dict[str, Engine]:
    return {
        "openvino": OpenVinoEngine(
            path, precision="f32", max_rows=2, context_tokens=128, threads=1, template="plain"
        ),
        "llama_cpp": LlamaCpp(path, slots=1, context_tokens=128, threads=1, template="plain"),
    }


def forced(path: Path, *tokens: int) -> dict[str, list[Completion]]:
    """For each engine and token a reply in which no other token can be drawn."""
    asked = [
        GenerateRequest(ASKED, SamplingParams(max_tokens=3, logit_bias=((token, 1000.0),)), (1,))
        for token in tokens
    ]
    found: dict[str, list[Completion]] = {}
    for spec, engine in both(path).items():
        with SyncEngine(engine) as opened:
            found[spec] = [rows[0] for rows in opened.generate(asked)]
    return found


def finishes(path: Path, *tokens: int) -> dict[str, list[str]]:
    found = forced(path, *tokens)
    return {spec: [row.finish for row in rows] for spec, rows in found.items()}


ENDING = (
    "<|im_end|>", "<|eom_id|>", "<|eot_id|>", "<|end|>", "[EOS]", "<|fim_pad|>", "<|file_sep|>",
    "<|endoftext|>", "<end_of_turn>", "<EOT>",
)  # fmt: skip


@pytest.mark.parametrize("kind", [CONTROL, USER, NORMAL], ids=["control", "user", "normal"])
def test_a_token_ends_the_turn_by_its_name_whatever_its_type(
    kind: int, tiny: Tiny, tmp_path: Path
) -> None:
    names = {LAST - place: name for place, name in enumerate((*ENDING, "<|im_begin|>"))}
    kinds = dict.fromkeys(names, kind)
    path = rewritten(tiny.path, tmp_path / "x.gguf", names=names, kinds=kinds)
    rows = forced(path, *names)
    for spec in rows:
        assert [row.finish for row in rows[spec]] == ["stop"] * len(ENDING) + ["length"]
        assert [row.text for row in rows[spec]][:-1] == [""] * len(ENDING)


ROLES = ("eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep")


def test_ends_that_the_file_names_are_ends(tiny: Tiny, tmp_path: Path) -> None:
    ids = {role: LAST - place for place, role in enumerate(ROLES)}
    entries = {f"tokenizer.ggml.{role}_token_id": token for role, token in ids.items()}
    path = rewritten(tiny.path, tmp_path / "x.gguf", entries=entries)
    expected = ["stop"] * len(ids) + ["length"]
    assert finishes(path, *ids.values(), 200) == {"openvino": expected, "llama_cpp": expected}


def test_an_end_of_a_message_before_calls_does_not_end_the_turn(tiny: Tiny, tmp_path: Path) -> None:
    names = {LAST: "<|end|>", LAST - 1: "<|return|>", LAST - 2: "<|call|>"}
    path = rewritten(tiny.path, tmp_path / "x.gguf", names=names, kinds=dict.fromkeys(names, 3))
    expected = ["length", "stop", "stop"]
    assert finishes(path, *names) == {"openvino": expected, "llama_cpp": expected}


def scores(path: Path, text: str) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for spec, engine in both(path).items():
        with SyncEngine(engine) as opened:
            found[spec] = opened.score([ScoreRequest(ASKED, text)])[0].logprobs
    return found


def assert_alike(path: Path) -> tuple[float, ...]:
    found = scores(path, "this is the question")
    assert len(found["openvino"]) > 3
    assert found["openvino"] == pytest.approx(found["llama_cpp"], abs=2e-2)
    return found["openvino"]


@pytest.fixture(scope="module")
def plain(tiny: Tiny) -> tuple[float, ...]:
    return assert_alike(tiny.path)


@pytest.mark.parametrize(
    ("entries", "differs"),
    [
        ({"llama.rope.scale_linear": 4.0}, True),
        ({"llama.rope.scaling.factor": 4.0}, True),
        ({"llama.rope.scaling.type": "linear", "llama.rope.scale_linear": 3.0}, True),
        ({"llama.rope.scaling.factor": 2.0, "llama.rope.scale_linear": 9.0}, True),
        ({"llama.rope.scaling.type": "none", "llama.rope.scale_linear": 4.0}, False),
        ({"llama.rope.scaling.type": "none", "llama.rope.scaling.factor": 4.0}, False),
        ({"llama.rope.scale_linear": 0.0}, False),
        ({"llama.rope.scale_linear": 1.0}, False),
    ],
)
def test_linear_scaling_of_positions_is_that_of_llama_cpp(
    entries: Mapping[str, Any],
    differs: bool,
    tiny: Tiny,
    plain: tuple[float, ...],
    tmp_path: Path,
) -> None:
    scaled = assert_alike(rewritten(tiny.path, tmp_path / "x.gguf", entries=entries))
    assert (scaled != pytest.approx(plain, abs=5e-2)) == differs


@pytest.mark.parametrize(
    ("entries", "begins"),
    [
        ({CUT: "llama-bpe", BOS: 1}, True),
        ({CUT: "llama-bpe", BOS: 1, "tokenizer.ggml.add_bos_token": False}, False),
        ({CUT: "smollm", BOS: 1}, False),
        ({CUT: "qwen2", BOS: 1}, False),
        ({CUT: "smollm", BOS: 1, "tokenizer.ggml.add_bos_token": True}, True),
    ],
)
def test_a_text_begins_with_bos_where_it_does_in_llama_cpp(
    entries: Mapping[str, Any], begins: bool, tiny: Tiny, tmp_path: Path
) -> None:
    path = rewritten(tiny.path, tmp_path / "x.gguf", kinds={1: CONTROL}, entries=entries)
    vocabulary = open_model(path, "plain", 64).open_vocabulary()
    assert (vocabulary.encode("what")[0] == 1) == begins
    assert read_gguf_header(path).adds_bos == begins
    assert_alike(path)


def test_a_window_and_a_scale_of_the_file_are_used_where_llama_cpp_leaves_them_out(
    tiny: Tiny, tmp_path: Path
) -> None:
    """Kept so, and documented: what a file states about its model is computed."""
    for entries in ({"llama.attention.sliding_window": 4}, {"llama.attention.scale": 0.01}):
        name = f"{len(json.dumps(entries))}.gguf"
        path = rewritten(tiny.path, tmp_path / name, entries=entries)
        architecture = open_model(path, "plain", 64).architecture
        assert {layer.window for layer in architecture.layers} == (
            {4} if "llama.attention.sliding_window" in entries else {0}
        )
        assert (architecture.attention_scale == pytest.approx(0.01)) == (
            "llama.attention.scale" in entries
        )
