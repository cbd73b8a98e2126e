"""Every supported family of models against transformers, on tiny random models."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.engines.openvino.test_openvino_packing import unpacked
from tests.models.gguf.folder_gguf import write_folder_gguf
from tests.models.tiny_folders import FAMILIES, TinyFolder, write_folder
from underdog.core import GenerateRequest, Message, ModelShape, Prompt, SamplingParams
from underdog.engines.opening import open_engine
from underdog.engines.sync import SyncEngine

pytest.importorskip("openvino")
pytest.importorskip("torch")
pytest.importorskip("transformers")

from underdog.engines.openvino.compiled.decoder import Decoder, TokenChunk
from underdog.engines.openvino.compiled.packing import Precision
from underdog.engines.openvino.compiled.weights import Weights, converted
from underdog.models.loading import open_model


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TinyFolder:
    return write_folder(tmp_path_factory.mktemp("model"), request.param)


@pytest.fixture(scope="module")
def decoder(folder: TinyFolder) -> Decoder:
    return open_decoder(folder.path, "f32")


def open_decoder(path: Path, precision: Precision) -> Decoder:
    weights = converted(open_model(path, "", 512), precision)
    size = weights.vocabulary.num_tokens
    return Decoder(weights, precision, size, num_blocks=16, context_tokens=512, threads=1)


def numbers(count: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(0, 270, count).tolist()


def assert_equal(found: np.ndarray, expected: np.ndarray) -> None:
    """The same numbers up to float rounding, and the same likeliest tokens."""
    found = found[:, : expected.shape[1]]
    scale = np.abs(expected).max()
    assert scale > 1.0
    assert np.abs(found - expected).max() < 1e-3 * scale
    top = np.sort(expected, axis=1)
    clear = top[:, -1] - top[:, -2] > 2e-3 * scale
    assert clear.mean() > 0.8
    assert (found.argmax(1) == expected.argmax(1))[clear].all()


@pytest.mark.parametrize("length", [5, 33, 130])
def test_logits_are_those_of_transformers(
    folder: TinyFolder, decoder: Decoder, length: int
) -> None:
    tokens = numbers(length, seed=length)
    logits = decoder.forward([TokenChunk(tokens, 0, [3, 0, 2, 7, 5], 0)])
    assert_equal(logits.values_MV, folder.logits(tokens))


def test_reading_in_pieces_and_step_by_step_gives_the_same_logits(
    folder: TinyFolder, decoder: Decoder
) -> None:
    tokens, blocks = numbers(80), [1, 4, 6]
    decoder.forward([TokenChunk(tokens[:41], 0, blocks, 41), TokenChunk(numbers(9, 1), 0, [9], 9)])
    rows = [decoder.forward([TokenChunk(tokens[41:60], 41, blocks, 0)]).values_MV.copy()]
    for place in range(60, 80):
        chunks = [TokenChunk((tokens[place],), place, blocks, 0)]
        rows.append(decoder.forward(chunks).values_MV[:1].copy())
    assert_equal(np.concatenate(rows), folder.logits(tokens)[41:])


def test_a_gguf_file_of_the_model_gives_the_same_logits(folder: TinyFolder, tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    config = folder.model.config
    if config.model_type.startswith("qwen") and getattr(config, "sliding_window", None):
        pytest.skip("GGUF files have no entry for windows in some layers of a qwen2")
    tokens = numbers(70)
    decoder = open_decoder(write_folder_gguf(tmp_path / "tiny.gguf", folder), "f32")
    logits = decoder.forward([TokenChunk(tokens, 0, [0, 1, 2], 0)])
    assert_equal(logits.values_MV, folder.logits(tokens))


def test_the_engine_samples_from_a_folder_as_from_its_gguf_file(tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    folder = write_folder(tmp_path / "model", "gemma3")
    file = write_folder_gguf(tmp_path / "model.gguf", folder)
    params = SamplingParams(temperature=1.0, max_tokens=12)
    request = GenerateRequest(Prompt((Message("user", "what is it?"),)), params, (1, 2))
    options = {"context_tokens": 128, "threads": 1, "max_rows": 2, "precision": "f32"}
    texts: list[list[str]] = []
    for spec in (f"openvino:{folder.path}", f"openvino:{file}"):
        with SyncEngine(open_engine(spec, template="chatml", **options)) as engine:
            texts.append([row.text for row in engine.generate([request])[0]])
            config = folder.model.config
            assert engine.info.shape == ModelShape(
                num_params=sum(weight.numel() for weight in folder.model.parameters()),
                num_layers=7,
                hidden_size=64,
                attention_size=config.num_attention_heads * config.head_dim,
                window_tokens=config.sliding_window,
                num_windowed_layers=config.layer_types.count("sliding_attention"),
            )
    assert texts[0] == texts[1]
    assert len({*texts[0]}) == 2


def test_a_folder_alone_is_opened_with_its_own_template(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model", "smollm3")
    with SyncEngine(open_engine(str(folder.path), context_tokens=128, threads=1)) as engine:
        assert engine.info.engine == "openvino"
        assert engine.info.context_tokens == 128
        prompt = Prompt((Message("user", "what is it?"),))
        request = GenerateRequest(prompt, SamplingParams(max_tokens=3), (1,))
        assert engine.generate([request])[0][0].usage.generated_tokens > 0


@pytest.mark.parametrize(
    ("precision", "limit"), [("f16", 0.01), ("bf16", 0.12), ("int8", 0.2), ("int4", 0.12)]
)
def test_a_stored_model_computes_what_its_weights_say(
    tmp_path: Path, precision: Precision, limit: float
) -> None:
    """The precisions against the same graph in float32 over the weights that they stand for."""
    model = open_model(write_folder(tmp_path / "model", "qwen3").path, "", 512)
    stored = converted(model, precision)
    wide = Weights(stored.architecture, dict(widened(stored)), stored.folder, stored.blob)
    tokens = numbers(90)
    found, expected = (
        Decoder(weights, kind, 270, num_blocks=4, context_tokens=128, threads=1)
        .forward([TokenChunk(tokens, 0, [0, 1, 2], 0)])
        .values_MV[:, :270]
        .copy()
        for weights, kind in ((stored, precision), (wide, "f32"))
    )
    assert np.abs(found - expected).max() < limit * np.abs(expected).max()
    assert (found.argmax(1) == expected.argmax(1)).mean() > 0.85


def widened(weights: Weights) -> Iterator[tuple[str, np.ndarray]]:
    arrays = weights.arrays
    for name in arrays:
        if not name.endswith((".scale", ".zero")):
            ends = [end for end in ("", ".scale", ".zero") if name + end in arrays]
            yield name, unpacked({f"m{end}": arrays[name + end] for end in ends})
