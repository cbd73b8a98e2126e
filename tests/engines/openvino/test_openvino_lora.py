"""LoRA adapters merged at load, against transformers with the merged weights."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.models.lora_files import (
    Factors,
    gguf_name,
    interleaved,
    layer_sizes,
    peft_tensors,
    random_factors,
    write_gguf_adapter,
    write_peft,
)
from tests.models.tiny_folders import write_folder
from tests.models.tiny_gguf import HEADS, HIDDEN, KV_HEADS, LAYERS, MLP, Tiny, write_tiny

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("openvino")
pytest.importorskip("gguf")

import torch

from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.opening import open_engine
from underdog.engines.openvino.compiled.decoder import Decoder, TokenChunk
from underdog.engines.openvino.compiled.weights import converted
from underdog.engines.sync import SyncEngine
from underdog.errors import ModelFileError, UsageError
from underdog.models.loading import open_model
from underdog.models.lora import adapted, open_adapter

SIZES = layer_sizes(LAYERS, HIDDEN, HIDDEN, HIDDEN * KV_HEADS // HEADS, MLP)
ROWS = {"attn_q": HEADS, "attn_k": KV_HEADS}
TOKENS = np.random.default_rng(7).integers(0, 270, 70).tolist()


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.gguf", "llama")


@pytest.fixture(scope="module")
def factors() -> dict[str, Factors]:
    return random_factors(SIZES)


@pytest.fixture(scope="module")
def folder(factors: dict[str, Factors], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_peft(tmp_path_factory.mktemp("adapter"), peft_tensors(factors))


def merge(model: Any, factors: dict[str, Factors]) -> None:
    """The definition: W + alpha / r * B @ A."""
    with torch.no_grad():
        for module, pair in factors.items():
            weight = model.get_submodule(module).weight
            weight += pair.scale * (torch.tensor(pair.up) @ torch.tensor(pair.down))


def llama_of(tiny: Tiny) -> Any:
    """The tiny GGUF model in transformers."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tiny.tokens),
        hidden_size=HIDDEN,
        intermediate_size=MLP,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config).eval()
    names = {gguf_name(module): f"{module}.weight" for module in SIZES}
    names |= {"token_embd.weight": "model.embed_tokens.weight"}
    names |= {"output_norm.weight": "model.norm.weight"}
    for layer in range(LAYERS):
        at = f"model.layers.{layer}"
        names[f"blk.{layer}.attn_norm.weight"] = f"{at}.input_layernorm.weight"
        names[f"blk.{layer}.ffn_norm.weight"] = f"{at}.post_attention_layernorm.weight"
    state = {names[name]: torch.tensor(array) for name, array in tiny.weights.items()}
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model.load_state_dict(state)
    return model


def logits(path: Path, adapter: Path | None) -> np.ndarray:
    """Logits of our decoder in float32."""
    model = open_model(path, "", 512)
    weights = converted(model if adapter is None else adapted(model, adapter), "f32")
    size = weights.vocabulary.num_tokens
    decoder = Decoder(weights, "f32", size, num_blocks=4, context_tokens=512, threads=1)
    return decoder.forward([TokenChunk(TOKENS, 0, [0, 1, 2], 0)]).values_MV[:, :size].copy()


def expected(model: Any) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.tensor([TOKENS])).logits[0].numpy()


def assert_close(found: np.ndarray, wanted: np.ndarray) -> None:
    found = found[:, : wanted.shape[1]]
    assert np.abs(found - wanted).max() < 1e-3 * np.abs(wanted).max()


def tensors(path: Path, adapter: Path) -> Any:
    return adapted(open_model(path, "", 512), adapter).open_tensors()


def test_a_peft_adapter_on_a_gguf_file_gives_the_logits_of_the_merged_model(
    tiny: Tiny, factors: dict[str, Factors], folder: Path
) -> None:
    model = llama_of(tiny)
    before = expected(model)
    assert_close(logits(tiny.path, None), before)
    merge(model, factors)
    after = expected(model)
    assert np.abs(after - before).max() > 0.1 * np.abs(before).max()
    assert_close(logits(tiny.path, folder), after)


def test_a_gguf_adapter_gives_the_same_weights_as_the_peft_adapter(
    tiny: Tiny, factors: dict[str, Factors], folder: Path, tmp_path: Path
) -> None:
    file = write_gguf_adapter(tmp_path / "adapter.gguf", factors, heads=ROWS)
    ours, theirs = tensors(tiny.path, file), tensors(tiny.path, folder)
    for module, shape in SIZES.items():
        name = gguf_name(module)
        np.testing.assert_array_equal(ours.tensor(name, *shape), theirs.tensor(name, *shape))


@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma3"])
def test_an_adapter_on_a_model_folder_gives_the_logits_of_the_merged_model(
    family: str, tmp_path: Path
) -> None:
    base = write_folder(tmp_path / "model", family, tie_word_embeddings=False)
    sizes = {
        name.removesuffix(".weight"): tuple(weight.shape)
        for name, weight in base.model.named_parameters()
        if weight.ndim == 2 and "embed_tokens" not in name
    }
    factors = random_factors(sizes, rank=2, scale=3.0)
    adapter = write_peft(tmp_path / "adapter", peft_tensors(factors), r=2, lora_alpha=6)
    merge(base.model, factors)
    assert_close(logits(base.path, adapter), base.logits(TOKENS))


def test_a_gguf_adapter_fits_a_model_folder_too(
    factors: dict[str, Factors], tmp_path: Path
) -> None:
    base = write_folder(tmp_path / "model", "llama", num_hidden_layers=LAYERS)
    file = write_gguf_adapter(tmp_path / "adapter.gguf", factors, heads=ROWS)
    merge(base.model, factors)
    assert_close(logits(base.path, file), base.logits(TOKENS))


@pytest.mark.parametrize(
    ("config", "scale"),
    [
        ({}, 8 / 4),
        ({"use_rslora": True}, 8 / 4**0.5),
        ({"alpha_pattern": {"k_proj": 1, "q_proj": 20}}, 20 / 4),
        ({"alpha_pattern": {"layers.0.self_attn.q_proj": 3}}, 3 / 4),
        ({"alpha_pattern": {"^model.layers.0.self_attn.q_proj": 3}}, 3 / 4),
        ({"alpha_pattern": {"^self_attn.q_proj": 3, "roj": 5}}, 8 / 4),
        ({"r": 16, "rank_pattern": {"q_proj": 4}}, 8 / 4),
        ({"r": 16, "rank_pattern": {"q_proj": 4}, "alpha_pattern": {"q_proj": 2}}, 2 / 4),
        ({"init_lora_weights": "gaussian", "rank_pattern": None, "alpha_pattern": None}, 2),
    ],
)
def test_scales_follow_the_configuration(
    config: dict[str, Any], scale: float, tmp_path: Path
) -> None:
    module = "model.layers.0.self_attn.q_proj"
    one = random_factors({module: (8, 6)})
    adapter = open_adapter(write_peft(tmp_path, peft_tensors(one), **config))
    assert adapter.updates[gguf_name(module)].scale == pytest.approx(scale)


@pytest.mark.parametrize("alpha", [0.0, 8.0])
def test_an_alpha_of_zero_in_a_gguf_adapter_means_a_scale_of_one(
    alpha: float, factors: dict[str, Factors], tmp_path: Path
) -> None:
    adapter = open_adapter(write_gguf_adapter(tmp_path / "a.gguf", factors, alpha=alpha))
    assert {update.scale for update in adapter.updates.values()} == {alpha / 4 or 1.0}


def test_factors_at_half_precision_are_summed_in_float32(tiny: Tiny, tmp_path: Path) -> None:
    module = "model.layers.1.mlp.down_proj"
    pair = random_factors({module: SIZES[module]})[module]
    short = Factors(pair.down.astype(np.float16), pair.up.astype(np.float16), 2.0)
    adapter = write_peft(tmp_path / "half", peft_tensors({module: short}))
    name = gguf_name(module)
    found = tensors(tiny.path, adapter).tensor(name, *SIZES[module])
    product = short.up.astype(np.float32) @ short.down.astype(np.float32)
    np.testing.assert_array_equal(found, tiny.weights[name] + np.float32(2) * product)


def test_rows_of_queries_are_put_in_the_models_order(tiny: Tiny, tmp_path: Path) -> None:
    module = "model.layers.0.self_attn.q_proj"
    factors = random_factors({module: SIZES[module]})
    name = gguf_name(module)
    adapter = write_peft(tmp_path / "queries", peft_tensors(factors))
    found = tensors(tiny.path, adapter).tensor(name, HIDDEN, HIDDEN)
    merged = tiny.weights[name] + factors[module].product
    np.testing.assert_allclose(found, interleaved(merged, HEADS), atol=1e-5)


PARAMS = SamplingParams(temperature=0.0, max_tokens=12)
OPTIONS = {"max_rows": 2, "context_tokens": 128, "threads": 1}


def reply(spec: str, **options: Any) -> tuple[str, str]:
    request = GenerateRequest(Prompt((Message("user", "what is it?"),)), PARAMS, (0,))
    with SyncEngine(open_engine(spec, **OPTIONS, **options)) as engine:
        return engine.generate([request])[0][0].text, engine.info.fingerprint


def test_an_engine_runs_a_model_with_its_adapter(
    tiny: Tiny, folder: Path, factors: dict[str, Factors], tmp_path: Path
) -> None:
    empty = {module: Factors(pair.down, pair.up * 0, 2.0) for module, pair in factors.items()}
    without = reply(f"openvino:{tiny.path}")
    given = reply(f"openvino:{tiny.path}", lora=str(folder))
    written = reply(f"openvino:{tiny.path},lora={folder}")
    in_full = reply(f"openvino:model={tiny.path},lora={folder}")
    nothing = reply(f"{tiny.path},lora={write_peft(tmp_path / 'zero', peft_tensors(empty))}")
    assert without[0] != given[0]
    assert given == written == in_full
    assert nothing[0] == without[0]
    assert len({without[1], given[1], nothing[1]}) == 3


def test_an_adapter_that_is_not_there_is_named(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"none\.gguf"):
        open_engine(f"openvino:{tiny.path}", lora=str(tmp_path / "none.gguf"))
    with pytest.raises(UsageError, match="lora"):
        open_engine(f"llama_cpp:{tiny.path}", lora=str(tmp_path))


def without(tensors: dict[str, np.ndarray], *names: str) -> dict[str, np.ndarray]:
    return {name: array for name, array in tensors.items() if not name.endswith(names)}


QUERY = "model.layers.0.self_attn.q_proj"
ONE = peft_tensors(random_factors({QUERY: SIZES[QUERY]}))
REFUSED: dict[str, tuple[dict[str, np.ndarray], dict[str, Any], str]] = {
    "another method": (ONE, {"peft_type": "IA3"}, "peft_type"),
    "no method": (ONE, {"peft_type": None}, "peft_type"),
    "biases": (ONE, {"bias": "all"}, "bias"),
    "whole modules": (ONE, {"modules_to_save": ["lm_head"]}, "modules_to_save"),
    "DoRA": (ONE, {"use_dora": True}, "use_dora"),
    "aLoRA": (ONE, {"alora_invocation_tokens": [1, 2]}, "alora_invocation_tokens"),
    "replicated layers": (ONE, {"layer_replication": [[0, 1], [0, 2]]}, "layer_replication"),
    "an unknown setting": (ONE, {"use_magic": True}, "use_magic"),
    "a changed base": (ONE, {"init_lora_weights": "pissa_niter_4"}, "pissa"),
    "transposed weights": (ONE, {"fan_in_fan_out": True}, "fan_in_fan_out"),
    "a rank of none": (ONE, {"r": 0}, "r: "),
    "a rank beyond reason": (ONE, {"r": 1 << 40}, "r: "),
    "a rank that is no number": (ONE, {"r": "four"}, "r: "),
    "a negative rank in a pattern": (ONE, {"rank_pattern": {"q_proj": -4}}, "rank_pattern"),
    "another rank than its factors": (ONE, {"r": 8}, r"rank 8.*\(4, 64\)"),
    "an alpha that is no number": (ONE, {"lora_alpha": float("nan")}, "lora_alpha"),
    "a pattern that is an expression": (ONE, {"alpha_pattern": {"(a+)+$": 2}}, r"\(a\+\)\+\$"),
    "no tensors": ({}, {}, "no tensors"),
    "no B": (without(ONE, "lora_B.weight"), {}, "no lora_B"),
    "no A": (without(ONE, "lora_A.weight"), {}, "no lora_A"),
    "an embedding": ({"base_model.model.model.embed_tokens.lora_embedding_A": np.zeros((4, 9))
                      .astype(np.float32)}, {}, "lora_embedding_A"),
    "a whole matrix": ({**ONE, "base_model.model.lm_head.weight": np.zeros((4, 4), np.float32)},
                       {}, "lm_head.weight"),
    "a magnitude": ({**ONE, f"base_model.model.{QUERY}.lora_magnitude_vector":
                     np.zeros(64, np.float32)}, {}, "magnitude"),
    "a layer that no decoder has": (peft_tensors(random_factors({"model.layers.0.mlp.router":
                                    (4, 4)})), {}, "mlp.router"),
    "a module that is no layer": (peft_tensors(random_factors({"model.visual.q_proj": (4, 4)})),
                                  {}, "visual"),
    "a layer number beyond reason": (peft_tensors(random_factors({
        "model.layers.9999999.self_attn.q_proj": (4, 4)})), {}, "9999999"),
    "a module twice": ({**ONE, **{name.replace("base_model.model.model.", "base_model.model."):
                                  array for name, array in ONE.items()}}, {}, "twice"),
    "factors of three dimensions": ({name: array[None] for name, array in ONE.items()}, {},
                                    "rank 4"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_peft_adapter_that_cannot_be_merged_is_refused_by_name(name: str, tmp_path: Path) -> None:
    tensors, config, message = REFUSED[name]
    folder = write_peft(tmp_path / "adapter", tensors, **config)
    with pytest.raises(ModelFileError, match=f"(?s)adapter.*{message}"):
        open_adapter(folder)


def test_pickled_factors_are_never_read(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", ONE)
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(ModelFileError, match="pickle"):
        open_adapter(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no configuration"),
        ("[" * 100_000, "no configuration"),
        ("[]", "no configuration"),
        (" " * (1 << 20) + "{}", "larger"),
    ],
)
def test_a_configuration_that_is_none_is_refused(text: str, message: str, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", ONE)
    (folder / "adapter_config.json").write_text(text)
    with pytest.raises(ModelFileError, match=f"(?s)adapter_config.*{message}"):
        open_adapter(folder)


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"adapter_config\.json"):
        open_adapter(tmp_path)


@pytest.mark.parametrize(
    ("module", "size", "message"),
    [
        (QUERY, (HIDDEN, 32), r"attn_q.*64 x 32.*64 x 64"),
        (QUERY, (96, HIDDEN), r"attn_q.*96 x 64.*64 x 64"),
        ("model.layers.7.mlp.up_proj", (MLP, HIDDEN), r"blk\.7\.ffn_up.*tiny\.gguf has not"),
        ("lm_head", (300, HIDDEN), r"output\.weight.*has not"),
    ],
)
def test_an_adapter_of_another_model_is_refused_with_both_named(
    module: str, size: tuple[int, int], message: str, tiny: Tiny, tmp_path: Path
) -> None:
    folder = write_peft(tmp_path / "adapter", peft_tensors(random_factors({module: size})))
    with pytest.raises(ModelFileError, match=rf"(?s)adapter.*{message}.*trained on"):
        converted(adapted(open_model(tiny.path, "", 512), folder), "int8")


@pytest.mark.parametrize(
    ("value", "alpha", "message"),
    [
        (np.nan, 8, "safetensors: .*q_proj.lora_B.*no numbers"),
        (np.inf, 8, "safetensors: .*q_proj.lora_B.*no numbers"),
        (3e38, 8, "safetensors: .*q_proj.lora_B.*no numbers"),
        (1.0, 4e30, "attn_q.weight with the adapter.*no numbers"),
        (1.0, 1e300, "attn_q.weight with the adapter.*no numbers"),
    ],
)
def test_an_adapter_that_makes_no_numbers_is_refused(
    value: float, alpha: float, message: str, tiny: Tiny, tmp_path: Path
) -> None:
    pair = random_factors({QUERY: SIZES[QUERY]})[QUERY]
    pair.up[3, 1] = value
    folder = write_peft(tmp_path / "adapter", peft_tensors({QUERY: pair}), lora_alpha=alpha)
    with pytest.raises(ModelFileError, match=message):
        tensors(tiny.path, folder).tensor("blk.0.attn_q.weight", HIDDEN, HIDDEN)


def gguf_refusal(message: str, path: Path, model: Path) -> None:
    with pytest.raises(ModelFileError, match=f"(?s){path.name}.*{message}"):
        adapted(open_model(model, "", 512), path)


def test_gguf_files_that_are_no_adapters_are_refused(
    tiny: Tiny, factors: dict[str, Factors], tmp_path: Path
) -> None:
    path = tmp_path / "adapter.gguf"
    gguf_refusal("no LoRA adapter.*None", tiny.path, tiny.path)
    gguf_refusal("'model'", write_gguf_adapter(path, factors, kind="model"), tiny.path)
    gguf_refusal("alpha", write_gguf_adapter(path, factors, alpha=float("inf")), tiny.path)
    gguf_refusal("for 'qwen2' models", write_gguf_adapter(path, factors, "qwen2"), tiny.path)
    gguf_refusal("for 'gpt2' models", write_gguf_adapter(path, factors, "gpt2"), tiny.path)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"blk.0.attn_norm.weight": np.ones(64, np.float32)}, "attn_norm"),
        ({"token_embd.weight.lora_a": np.ones((2, 64), np.float32)}, "embedding"),
        ({"blk.9.ffn_up.weight.lora_a": np.ones((2, 64), np.float32)}, "no tensor.*lora_b"),
        (
            {
                "blk.9.ffn_up.weight.lora_a": np.ones((2, 64), np.float32),
                "blk.9.ffn_up.weight.lora_b": np.ones((64, 3), np.float32),
            },
            "multiply",
        ),
    ],
)
def test_gguf_adapters_with_other_tensors_are_refused(
    extra: dict[str, np.ndarray],
    message: str,
    tiny: Tiny,
    factors: dict[str, Factors],
    tmp_path: Path,
) -> None:
    path = write_gguf_adapter(tmp_path / "adapter.gguf", factors, extra=extra)
    gguf_refusal(message, path, tiny.path)
