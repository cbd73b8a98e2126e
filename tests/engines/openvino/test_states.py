"""Hidden states, against transformers on a tiny random model."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.engines.conftest import ask
from tests.models.tiny_gguf import LAYERS, write_tiny
from underdog.core import GenerateRequest, HiddenStates, LayerStates, SamplingParams, StatesRequest
from underdog.engines.sync import SyncEngine
from underdog.errors import ContextError, EngineError, UsageError

pytest.importorskip("openvino")
pytest.importorskip("gguf")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.compiled import states as states_module
from underdog.engines.openvino.compiled.decoder import Decoder

TEXTS = ("what is it?", "why and why " * 12, "x", "the answer is this and that " * 20)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncEngine]:
    folder = tmp_path_factory.mktemp("states")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        tiny = write_tiny(folder / "tiny.gguf", "qwen2")
        opened = OpenVinoEngine(tiny.path, precision="f32", context_tokens=512, threads=1)
        with SyncEngine(opened) as ready:
            ready.tiny = tiny  # type: ignore[attr-defined]
            yield ready


def look(engine: SyncEngine, *requests: StatesRequest) -> list[LayerStates]:
    able: HiddenStates = engine.engine  # type: ignore[assignment]
    return engine.run(able.hidden_states(requests))


@pytest.fixture(scope="module")
def reference(engine: SyncEngine) -> Any:
    """The same model in transformers: states before the first and after every layer."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tests.models.tiny_gguf import BASE, EPSILON, HEADS, HIDDEN, KV_HEADS, MLP

    weights = engine.tiny.weights  # type: ignore[attr-defined]
    shape = transformers.Qwen2Config(
        vocab_size=len(weights["token_embd.weight"]),
        hidden_size=HIDDEN,
        intermediate_size=MLP,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        rms_norm_eps=EPSILON,
        rope_theta=BASE,
        max_position_embeddings=512,
    )
    model = transformers.Qwen2Model(shape).eval()
    names = {
        "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj",
        "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
        "attn_norm": "input_layernorm",
        "ffn_norm": "post_attention_layernorm",
    }
    state = {}
    for name, array in weights.items():
        parts = name.split(".")
        if parts[0] == "blk":
            state[f"layers.{parts[1]}.{names[parts[2]]}.{parts[3]}"] = torch.from_numpy(array)
    state["embed_tokens.weight"] = torch.from_numpy(weights["token_embd.weight"])
    state["norm.weight"] = torch.from_numpy(weights["output_norm.weight"])
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not missing
    assert not unexpected

    def states(text: str) -> list[np.ndarray]:
        words = engine.engine._vocabulary  # type: ignore[attr-defined]
        tokens = words.encode(f"<|user|>{text}\n<|assistant|>")
        found: dict[int, np.ndarray] = {}
        hooks = [
            layer.register_forward_hook(
                lambda _module, _given, out, place=place: found.__setitem__(
                    place + 1, (out[0] if isinstance(out, tuple) else out).detach().numpy()
                )
            )
            for place, layer in enumerate(model.layers)
        ]
        with torch.inference_mode():
            found[0] = model.embed_tokens(torch.tensor([tokens])).numpy()
            model(input_ids=torch.tensor([tokens]))
        for hook in hooks:
            hook.remove()
        return [found[place].reshape(len(tokens), -1) for place in range(LAYERS + 1)]

    return states


@pytest.mark.parametrize("layer", range(LAYERS + 1))
def test_states_are_those_of_transformers(
    engine: SyncEngine, reference: Any, layer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [StatesRequest(ask(text), layer, None) for text in TEXTS]
    together = look(engine, *requests)
    monkeypatch.setattr(states_module, "_READ_TOKENS", 40)
    in_parts = look(engine, *requests)
    for text, found, again in zip(TEXTS, together, in_parts, strict=True):
        expected = reference(text)[layer]
        assert found.values_PD.dtype == np.float32
        assert found.num_tokens == len(expected)
        assert np.abs(found.values_PD - expected).max() < 1e-3
        assert np.abs(again.values_PD - expected).max() < 1e-3


def test_positions_and_layers_may_be_counted_from_the_end(engine: SyncEngine) -> None:
    prompt = ask("what is it?", "the answer")
    [whole] = look(engine, StatesRequest(prompt, LAYERS, None))
    count = whole.num_tokens
    [last, some] = look(
        engine, StatesRequest(prompt, -1), StatesRequest(prompt, LAYERS, (-2, 0, count - 1, 0))
    )
    assert (last.values_PD == whole.values_PD[-1:]).all()
    assert some.values_PD == pytest.approx(whole.values_PD[[-2, 0, -1, 0]], abs=1e-4)


def test_reading_part_of_the_model_costs_part_of_its_flops(engine: SyncEngine) -> None:
    prompt = ask("what is it?")
    one, two = look(engine, StatesRequest(prompt, 1), StatesRequest(prompt, 2))
    assert 0 < one.usage.flops < two.usage.flops
    assert one.usage.prompt_tokens == one.num_tokens
    assert one.usage.generated_tokens == 0


def test_what_is_not_there_is_refused(engine: SyncEngine) -> None:
    prompt = ask("what is it?")
    for request in (
        StatesRequest(prompt, LAYERS + 1),
        StatesRequest(prompt, -LAYERS - 1),
        StatesRequest(prompt, 1, (500,)),
    ):
        with pytest.raises(UsageError):
            look(engine, request)
    with pytest.raises(ContextError, match="raise context_tokens"):
        look(engine, StatesRequest(ask("xyz " * 600), 1))
    assert look(engine) == []


def test_looking_inside_does_not_change_what_is_sampled(engine: SyncEngine) -> None:
    request = GenerateRequest(ask("what is it?"), SamplingParams(1.0, max_tokens=20), (1, 2))
    [before] = engine.generate([request])
    look(engine, StatesRequest(ask("what is it?"), 1, None))
    [after] = engine.generate([request])
    assert [row.text for row in before] == [row.text for row in after]


class Failing(Decoder):
    """A decoder whose first calls of one method fail."""

    place = "__init__"
    failure: type[Exception] = MemoryError
    left = 0

    def __init__(self, *given: Any, **named: Any) -> None:
        self._fail("__init__")
        super().__init__(*given, **named)

    def states(self, chunks: Any) -> Any:
        self._fail("states")
        return super().states(chunks)

    @classmethod
    def _fail(cls, place: str) -> None:
        if place == cls.place and cls.left > 0:
            cls.left -= 1
            raise cls.failure("no more")


@pytest.fixture
def failing(engine: SyncEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Failing]]:
    kept = engine.engine._states._decoders  # type: ignore[attr-defined]
    kept.clear()
    monkeypatch.setattr(states_module, "Decoder", Failing)
    yield Failing
    Failing.left = 0
    kept.clear()


@pytest.mark.parametrize(
    ("place", "failure", "message"),
    [
        ("__init__", MemoryError, "no memory for hidden states after 1 layers"),
        ("states", MemoryError, "smaller context_tokens or fewer max_rows"),
        ("__init__", RuntimeError, "OpenVINO failed to read hidden states after 1 layers: no more"),
        ("states", RuntimeError, "OpenVINO failed"),
    ],
)
def test_a_failure_inside_is_an_engine_error_and_the_next_call_works(
    engine: SyncEngine,
    failing: type[Failing],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    failure: type[Exception],
    message: str,
) -> None:
    monkeypatch.setattr(failing, "place", place)
    monkeypatch.setattr(failing, "failure", failure)
    monkeypatch.setattr(failing, "left", 1)
    request = StatesRequest(ask("what is it?"), 1)
    with pytest.raises(EngineError, match=message):
        look(engine, request)
    [found] = look(engine, request)
    assert found.values_PD.shape[0] == 1


def test_a_kept_graph_makes_room_for_another(
    engine: SyncEngine, failing: type[Failing], monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = ask("what is it?")
    look(engine, StatesRequest(prompt, 1))
    monkeypatch.setattr(failing, "place", "__init__")
    monkeypatch.setattr(failing, "failure", MemoryError)
    monkeypatch.setattr(failing, "left", 1)
    [found] = look(engine, StatesRequest(prompt, 2))
    assert found.values_PD.shape[0] == 1
    assert list(engine.engine._states._decoders) == [2]  # type: ignore[attr-defined]
