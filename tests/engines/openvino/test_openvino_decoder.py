"""The graph against plain NumPy, and what a batch must not change."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny_gguf import Tiny, reference_logits, write_tiny
from underdog.engines.machine import instructions
from underdog.models.loading import open_model

pytest.importorskip("openvino")
pytest.importorskip("gguf")

from underdog.engines.openvino.compiled.decoder import Decoder, TokenChunk, fitting
from underdog.engines.openvino.compiled.packing import Precision
from underdog.engines.openvino.compiled.runtime import ov
from underdog.engines.openvino.compiled.weights import Weights, converted

Open = Callable[..., Decoder]


@pytest.fixture(scope="module", params=["llama", "qwen2", "untied"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp(request.param)
    family = "llama" if request.param == "untied" else request.param
    return write_tiny(folder / "tiny.gguf", family, tied=request.param != "untied")


@pytest.fixture(scope="module")
def open_decoder(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Open:
    def open_it(precision: Precision) -> Decoder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
            weights = load(tiny.path, precision)
        return opened(weights, precision, tiny)

    return open_it


def opened(weights: Weights, precision: Precision, tiny: Tiny) -> Decoder:
    size = len(tiny.tokens)
    return Decoder(weights, precision, size, num_blocks=24, context_tokens=512, threads=1)


def load(path: Path, precision: Precision) -> Weights:
    return converted(open_model(path, "", 512), precision)


def numbers(count: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(0, 300, count).tolist()


def test_float_logits_are_those_of_the_definition(tiny: Tiny, open_decoder: Open) -> None:
    tokens = numbers(70)
    logits = open_decoder("f32").forward([TokenChunk(tokens, 0, [3, 0, 2], 0)])
    expected = reference_logits(tiny, tokens)
    assert np.abs(logits.values_MV[:, : len(tiny.tokens)] - expected).max() < 2e-3
    assert (logits.values_MV[:, len(tiny.tokens) :] < -1e20).all()


@pytest.mark.parametrize(("precision", "share"), [("f16", 0.99), ("int8", 0.85)])
def test_compressed_logits_agree_on_the_likeliest_token(
    tiny: Tiny, open_decoder: Open, precision: Precision, share: float
) -> None:
    tokens = numbers(90)
    logits = open_decoder(precision).forward([TokenChunk(tokens, 0, [0, 1, 2], 0)])
    expected = reference_logits(tiny, tokens)
    found = logits.values_MV[:, : len(tiny.tokens)]
    assert (found.argmax(1) == expected.argmax(1)).mean() >= share
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.99


@pytest.mark.parametrize(("flags", "capable"), [("avx2", ["FP32"]), ("avx512f", ["FP32", "BF16"])])
def test_bf16_runs_in_float32_where_the_processor_has_none_or_would_emulate_it(
    flags: str,
    capable: list[str],
    tiny: Tiny,
    open_decoder: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = ov.Core
    path = tmp_path / "cpuinfo"
    path.write_text(f"flags : fpu {flags}\n")
    monkeypatch.setattr(instructions, "_FLAGS", path)
    instructions._flags.cache_clear()

    class OldProcessor:
        def get_property(self, device: str, name: str) -> list[str]:
            return capable

        def compile_model(self, graph: object, device: str, options: dict[str, object]) -> object:
            assert options["INFERENCE_PRECISION_HINT"] == "f32"
            assert options["KV_CACHE_PRECISION"] == "f16"
            return real().compile_model(graph, device, options)

    monkeypatch.setattr(ov, "Core", OldProcessor)
    tokens = numbers(60)
    logits = open_decoder("bf16").forward([TokenChunk(tokens, 0, [0, 1], 0)])
    instructions._flags.cache_clear()
    found = logits.values_MV[:, : len(tiny.tokens)]
    assert np.corrcoef(found.ravel(), reference_logits(tiny, tokens).ravel())[0, 1] > 0.99


def test_tile_masses_sum_to_the_normaliser(open_decoder: Open) -> None:
    logits = open_decoder("f32").forward([TokenChunk(numbers(9), 0, [0], 7, 0.5)])
    values = logits.values_MV.astype(np.float64)
    below = values - values.max(1, keepdims=True)
    assert logits.tile_max_MN.max(1) == pytest.approx(values.max(1))
    assert logits.tile_mass_MN.sum(1) == pytest.approx(np.exp(below).sum(1), rel=1e-4)
    assert logits.tile_mass_cooled_MN.sum(1) == pytest.approx(np.exp(below / 0.5).sum(1), rel=1e-4)
    assert logits.cooling_M.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("precision", ["int8", "int4", "bf16", "f16"])
def test_a_rows_logits_are_bitwise_the_same_in_any_batch(
    open_decoder: Open, precision: Precision
) -> None:
    decoder = open_decoder(precision)
    prompt, rest = numbers(45), numbers(6, seed=1)

    def follow(others: int, cut: int) -> np.ndarray:
        decoder.forward([TokenChunk(prompt[:cut], 0, [0, 1], cut)])
        beside = [TokenChunk(numbers(20 + n, n), 0, [4 + n], 20 + n) for n in range(others)]
        rows = [decoder.forward([*beside, TokenChunk(prompt[cut:], cut, [0, 1], 44 - cut)])]
        out = [rows[0].values_MV[-1].copy()]
        for place, token in enumerate(rest):
            beside = [
                TokenChunk((7 + n,), 20 + n + place, [4 + n, 14 + n], 0) for n in range(others)
            ]
            chunk = TokenChunk((token,), 45 + place, [0, 1], 0)
            out.append(decoder.forward([*beside, chunk]).values_MV[others].copy())
        return np.array(out)

    alone = follow(0, 32)
    assert (follow(0, 20) == alone).all()
    assert (follow(1, 32) == alone).all()
    assert (follow(7, 10) == alone).all()


@pytest.mark.parametrize("precision", ["int8", "int4", "bf16", "f16"])
def test_a_rows_logits_are_bitwise_the_same_beside_more_tokens_than_a_call_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Precision
) -> None:
    # Sums of more than 512 numbers are those that kernels for many rows cut into pieces.
    wide = write_tiny(tmp_path / "wide.gguf", "llama", mlp=640)
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path))
    decoder = opened(load(wide.path, precision), precision, wide)

    def follow(others: int, last: int) -> np.ndarray:
        beside = [
            TokenChunk(numbers(100 + n, n), 0, range(4 * n + 4, 4 * n + 8), 90) for n in range(4)
        ]
        chunks = [*beside[:others], TokenChunk(numbers(last, 9), 0, [0, 1, 2], last - 1)]
        read = decoder.forward(chunks).values_MV[-1].copy()
        chunks = [*beside[:others], TokenChunk((7,), last, [0, 1, 2], 0)]
        extended = decoder.forward(chunks).values_MV[-1].copy()
        return np.array([read, extended])

    for last in (2, 30, 65, 80):
        alone = follow(0, last)
        assert (follow(1, last) == alone).all()
        assert (follow(4, last) == alone).all()


def test_logits_beyond_one_call_come_in_order(open_decoder: Open) -> None:
    decoder = open_decoder("f32")
    chunks = [TokenChunk(numbers(40, n), 0, [2 * n, 2 * n + 1], 30 + n, 1.0 + n) for n in range(4)]
    counts = [chunk.num_logits for chunk in chunks]
    each = [decoder.forward([chunk]).values_MV.copy() for chunk in chunks]
    together = decoder.forward(chunks)
    assert len(together) == sum(counts)
    assert together.values_MV == pytest.approx(np.concatenate(each), abs=1e-4)
    assert together.cooling_M == pytest.approx(np.repeat([1, 1 / 2, 1 / 3, 1 / 4], counts))


@pytest.mark.parametrize(
    ("left", "room", "size"),
    [(1, 1, 1), (1, 0, 0), (2, 1, 0), (3, 2, 0), (5, 4, 3), (5, 3, 3), (65, 64, 63), (9, 64, 9)],
)
def test_no_token_of_several_is_read_by_itself(left: int, room: int, size: int) -> None:
    assert fitting(left, room) == size


def test_a_sequence_may_read_what_another_writes_in_the_same_call(open_decoder: Open) -> None:
    decoder = open_decoder("int8")
    prompt, tail = numbers(64), numbers(8, seed=2)
    decoder.forward([TokenChunk([*prompt, *tail], 0, [0, 1, 2], 71)])
    expected = decoder.forward([TokenChunk([*prompt, *tail], 0, [0, 1, 2], 71)]).values_MV[0].copy()
    logits = decoder.forward(
        [TokenChunk(prompt, 0, [7, 8], 64), TokenChunk(tail, 64, [7, 8, 9], 7)]
    )
    assert (logits.values_MV[0] == expected).all()


def test_a_copied_block_continues_like_the_original(open_decoder: Open) -> None:
    decoder = open_decoder("int8")
    decoder.forward([TokenChunk(numbers(20), 0, [0], 20)])
    decoder.copy_block(0, 5)
    logits = decoder.forward([TokenChunk((3,), 20, [0], 0), TokenChunk((3,), 20, [5], 0)])
    assert (logits.values_MV[0] == logits.values_MV[1]).all()


def test_weights_read_the_same_after_their_pages_were_given_back(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path))
    weights = load(tiny.path, "int8")
    before = {name: array.copy() for name, array in weights.arrays.items()}
    weights.unload()
    assert all(np.array_equal(array, before[name]) for name, array in weights.arrays.items())
