"""Penalties, biases and constraints in the OpenVINO engine, against their definitions."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.conftest import ask
from tests.engines.openvino.test_openvino_sampling import VOCABULARY, logits_of
from tests.models.tiny_gguf import write_tiny
from underdog.core import Choices, GenerateRequest, Grammar, JsonSchema, Regex, SamplingParams
from underdog.engines.sync import SyncEngine
from underdog.errors import UsageError

pytest.importorskip("openvino")
pytest.importorskip("gguf")
pytest.importorskip("llguidance")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.decoding.sampling import draw
from underdog.engines.openvino.decoding.shaping import shaped
from underdog.engines.shaping.shaper import Shaper

QUESTION = ask("what is it?")
SCHEMA = JsonSchema.of(
    {
        "type": "object",
        "properties": {"a": {"enum": [1, 2]}, "b": {"type": "boolean"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncEngine]:
    folder = tmp_path_factory.mktemp("shaping")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        tiny = write_tiny(folder / "tiny.gguf", "llama")
        opened = OpenVinoEngine(tiny.path, max_rows=4, context_tokens=256, threads=1)
        with SyncEngine(opened) as ready:
            yield ready


def by_definition(
    values: np.ndarray, params: SamplingParams, prompt: list[int], reply: list[int]
) -> np.ndarray:
    out = values.astype(np.float64)
    for token in {*prompt, *reply}:
        factor = params.repetition_penalty
        out[token] = out[token] / factor if out[token] > 0 else out[token] * factor
    for token, times in Counter(reply).items():
        out[token] -= params.presence_penalty + times * params.frequency_penalty
    for token, bias in params.logit_bias:
        out[token] += bias
    return out


TOKENS = st.lists(st.integers(0, VOCABULARY - 1), max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 999),
    st.sampled_from([1.0, 0.7, 1.3]),
    st.sampled_from([0.0, 0.5, -1.0]),
    st.sampled_from([0.0, 0.2, 2.0]),
    st.lists(st.tuples(st.integers(0, VOCABULARY - 1), st.floats(-100, 100)), max_size=4),
    TOKENS,
    TOKENS,
)
def test_penalties_and_biases_are_those_of_the_definition(
    seed: int,
    repetition: float,
    presence: float,
    frequency: float,
    bias: list[tuple[int, float]],
    prompt: list[int],
    reply: list[int],
) -> None:
    params = SamplingParams(
        repetition_penalty=repetition,
        presence_penalty=presence,
        frequency_penalty=frequency,
        logit_bias=tuple(bias),
    )
    values = np.random.default_rng(seed).normal(size=(1, VOCABULARY)) * 3
    logits = logits_of(values, params.temperature)
    shaper = Shaper(params, np.unique(np.array(prompt, np.int64)), None)
    for token in reply:
        shaper.accept(token)
    changed, possible = shaped(logits, np.zeros(1, np.int64), [shaper])
    expected = by_definition(logits.values_MV[0], params, prompt, reply)
    assert possible == [True]
    assert changed.values_MV[0] == pytest.approx(expected, abs=1e-4)
    again = logits_of(changed.values_MV, params.temperature)
    assert (changed.tile_max_MN == again.tile_max_MN).all()
    assert changed.tile_mass_cooled_MN == pytest.approx(again.tile_mass_cooled_MN, rel=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("filters", [{}, {"top_k": 3}, {"top_p": 0.9}, {"min_p": 0.1}])
def test_what_a_mask_leaves_is_drawn_as_often_as_it_should(
    temperature: float, filters: dict[str, float]
) -> None:
    params = SamplingParams(temperature=temperature, constraint=Regex("x"), **filters)  # pyright: ignore[reportArgumentType]
    values = np.random.default_rng(1).normal(size=(1, VOCABULARY)) * 2
    values[0, 7] = 60.0
    kept = [3, 64, 65, 700]
    logits = logits_of(values, temperature or 1.0)
    draws = 1500
    rows = np.zeros(draws, np.int64)
    shapers = [Shaper(params, rows[:0], Allowing(kept)) for _ in range(draws)]  # pyright: ignore[reportArgumentType]
    changed, _ = shaped(logits, rows, shapers)
    drawn = draw(logits, rows, np.arange(draws).astype(np.uint64), rows, params, changed)
    counts = Counter(drawn.tokens.tolist())
    chances = np.exp((values[0, kept] - values[0, kept].max()) / (temperature or 1e-6))
    chances /= chances.sum()
    assert set(counts) <= set(kept)
    if not filters:
        for token, chance in zip(kept, chances, strict=True):
            assert counts[token] / draws == pytest.approx(chance, abs=0.06)
    assert (drawn.logprobs < -30).all(), "log-probabilities are those of the model, not the mask"


class Allowing:
    """A matcher that always allows the same tokens."""

    def __init__(self, tokens: list[int]) -> None:
        self._mask = np.zeros(VOCABULARY - 5, np.bool_)
        self._mask[tokens] = True

    def mask(self) -> np.ndarray:
        return self._mask


def replies(engine: SyncEngine, params: SamplingParams, count: int = 6) -> list[str]:
    [rows] = engine.generate([GenerateRequest(QUESTION, params, tuple(range(count)))])
    assert all(row.finish == "stop" for row in rows), [row.error for row in rows]
    return [row.text for row in rows]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_every_reply_keeps_the_schema(engine: SyncEngine, temperature: float) -> None:
    params = SamplingParams(temperature=temperature, max_tokens=200, constraint=SCHEMA)
    for text in replies(engine, params):
        found = json.loads(text)
        assert set(found) == {"a", "b"}
        assert found["a"] in (1, 2)
        assert isinstance(found["b"], bool)


def test_replies_match_patterns_choices_and_grammars(engine: SyncEngine) -> None:
    number = Regex(r"-?[0-9]{1,4}(\.[0-9]{2})?")
    for text in replies(engine, SamplingParams(temperature=1.0, constraint=number)):
        assert re.fullmatch(number.pattern, text)
    options = ("yes", "no", "naïve 😀")
    assert set(replies(engine, SamplingParams(1.0, constraint=Choices(options)), 12)) <= {*options}
    nested = Grammar('start: "(" start ")" | /[0-9]/')
    for text in replies(engine, SamplingParams(temperature=0.3, constraint=nested)):
        assert re.fullmatch(r"\(*[0-9]\)*", text)
        assert text.count("(") == text.count(")")


def test_a_constraint_that_does_not_end_in_time_ends_by_length(engine: SyncEngine) -> None:
    params = SamplingParams(1.0, max_tokens=5, constraint=Regex("[a-z]{200}"))
    [[row]] = engine.generate([GenerateRequest(QUESTION, params, (1,))])
    assert row.finish == "length"
    assert row.usage.generated_tokens == 5


def test_a_row_that_may_draw_nothing_fails_alone(
    engine: SyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from underdog.engines.shaping.constraints import Matcher

    real = Matcher.mask
    stuck = Regex("[a-z]{30}")

    def mask(self: Matcher) -> np.ndarray:
        found = real(self)
        return np.zeros_like(found) if found.sum() < 100 else found

    monkeypatch.setattr(Matcher, "mask", mask)
    free = GenerateRequest(QUESTION, SamplingParams(1.0, max_tokens=5), (1, 2))
    bound = GenerateRequest(QUESTION, SamplingParams(1.0, constraint=stuck), (1,))
    [others, [row]] = engine.generate([free, bound])
    assert row.finish == "error"
    assert row.error is not None
    assert "dead end" in row.error
    assert [other.finish for other in others] == ["length", "length"]


def test_a_forbidden_token_is_never_drawn_and_a_favoured_one_always(engine: SyncEngine) -> None:
    params = SamplingParams(temperature=1.0, max_tokens=1)
    [rows] = engine.generate([GenerateRequest(QUESTION, params, tuple(range(60)))])
    words = engine.engine._vocabulary  # type: ignore[attr-defined]
    common = Counter(row.text for row in rows if row.text and row.text.isascii()).most_common(1)[0][
        0
    ]
    token = words.token_bytes.index(common.encode())
    without = SamplingParams(temperature=1.0, max_tokens=1, logit_bias=((token, -100.0),))
    [rows] = engine.generate([GenerateRequest(QUESTION, without, tuple(range(60)))])
    assert common not in {row.text for row in rows}
    only = SamplingParams(temperature=1.0, max_tokens=3, logit_bias=((token, 100.0),))
    [rows] = engine.generate([GenerateRequest(QUESTION, only, tuple(range(4)))])
    assert {row.text for row in rows} == {common * 3}


def test_a_high_presence_penalty_makes_every_token_new(engine: SyncEngine) -> None:
    plain = SamplingParams(temperature=0.0, max_tokens=40)
    varied = SamplingParams(temperature=0.0, max_tokens=40, presence_penalty=1000.0)
    [[repeating], [never]] = engine.generate(
        [GenerateRequest(QUESTION, params, (1,)) for params in (plain, varied)]
    )
    words = engine.engine._vocabulary  # type: ignore[attr-defined]
    assert never.text != repeating.text
    assert len(set(words.encode(never.text, special=False))) > 20


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(repetition_penalty=0.0),
        SamplingParams(repetition_penalty=float("nan")),
        SamplingParams(presence_penalty=float("inf")),
        SamplingParams(frequency_penalty=float("nan")),
        SamplingParams(logit_bias=((-1, 1.0),)),
        SamplingParams(logit_bias=((10**6, 1.0),)),
        SamplingParams(logit_bias=((1, float("nan")),)),
        SamplingParams(constraint=Regex("(")),
    ],
)
def test_parameters_that_mean_nothing_are_refused_before_sampling(
    engine: SyncEngine, params: SamplingParams
) -> None:
    with pytest.raises(UsageError):
        engine.generate([GenerateRequest(QUESTION, params, (1,))])


def test_rows_with_constraints_do_not_change_the_rows_beside_them(engine: SyncEngine) -> None:
    free = GenerateRequest(QUESTION, SamplingParams(1.0, max_tokens=30), (1, 2, 3))
    bound = GenerateRequest(QUESTION, SamplingParams(1.0, constraint=SCHEMA), (4, 5))
    penal = GenerateRequest(QUESTION, SamplingParams(1.0, max_tokens=20, presence_penalty=2), (6,))
    together = engine.generate([free, bound, penal])
    alone = [engine.generate([request])[0] for request in (free, bound, penal)]
    for left, right in zip(together, alone, strict=True):
        assert [(row.text, row.trace) for row in left] == [(row.text, row.trace) for row in right]
