"""A row's text and numbers depend on its prompt, seed and parameters, and on nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.conftest import ask
from tests.models.tiny_gguf import Tiny, write_tiny
from underdog.core import Choices, Completion, GenerateRequest, JsonSchema, Regex, SamplingParams
from underdog.engines.sync import SyncEngine

pytest.importorskip("openvino")
pytest.importorskip("gguf")
pytest.importorskip("llguidance")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.decoding import loop as loop_module

Row: TypeAlias = tuple[str, str, tuple[float, ...], tuple[float, ...]]

SCHEMA = JsonSchema.of({"type": "array", "items": {"enum": [1, 22, "x"]}, "minItems": 2})
WAYS = (
    SamplingParams(temperature=1.0, max_tokens=40),
    SamplingParams(temperature=0.8, top_p=0.9, max_tokens=25, top_logprobs=5),
    SamplingParams(temperature=1.2, top_k=20, min_p=0.02, max_tokens=70, stop=("e", "th")),
    SamplingParams(temperature=0.0, max_tokens=12),
    SamplingParams(temperature=1.0, max_tokens=40, constraint=SCHEMA),
    SamplingParams(temperature=1.0, max_tokens=30, constraint=Regex("[a-z ]{10,40}")),
    SamplingParams(temperature=1.0, constraint=Choices(("this", "that", "what"))),
    SamplingParams(
        temperature=0.9,
        max_tokens=40,
        repetition_penalty=1.3,
        presence_penalty=0.5,
        frequency_penalty=0.2,
        logit_bias=((40, 2.0),),
    ),
)
TEXTS = ("why?", "what is it? " * 9, "the answer to this question is what it is and " * 4)


@dataclass(frozen=True)
class Case:
    """One row: which prompt, which way of drawing, which seed."""

    text: int
    way: int
    seed: int

    @property
    def request(self) -> GenerateRequest:
        return GenerateRequest(ask(TEXTS[self.text]), WAYS[self.way], (self.seed,))


CASES = [Case(text, way, 7 * text + way) for text in range(len(TEXTS)) for way in range(len(WAYS))]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    folder = tmp_path_factory.mktemp("determinism")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        yield write_tiny(folder / "tiny.gguf", "llama")


def opened(tiny: Tiny, max_rows: int, context_tokens: int = 256, threads: int = 1) -> SyncEngine:
    return SyncEngine(
        OpenVinoEngine(tiny.path, max_rows=max_rows, context_tokens=context_tokens, threads=threads)
    )


def outcome(row: Completion) -> Row:
    return row.finish, row.text, row.trace.logprobs, row.trace.confidence


@pytest.fixture(scope="module")
def engine(tiny: Tiny) -> Iterator[SyncEngine]:
    with opened(tiny, max_rows=6) as ready:
        yield ready


@pytest.fixture(scope="module")
def alone(tiny: Tiny) -> dict[Case, Row]:
    """Every row by itself, on an engine with room for one."""
    with opened(tiny, max_rows=1) as narrow:
        return {case: outcome(narrow.generate([case.request])[0][0]) for case in CASES}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cases=st.lists(st.sampled_from(CASES), min_size=1, max_size=14))
def test_rows_are_the_same_in_any_company(
    engine: SyncEngine, alone: dict[Case, Row], cases: list[Case]
) -> None:
    groups = engine.generate([case.request for case in cases])
    assert [outcome(group[0]) for group in groups] == [alone[case] for case in cases]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    room=st.integers(3, 90),
    logits=st.integers(1, 64),
    cases=st.lists(st.sampled_from(CASES), min_size=2, max_size=8),
)
def test_rows_are_the_same_however_their_prompts_were_read(
    tiny: Tiny, alone: dict[Case, Row], room: int, logits: int, cases: list[Case]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop_module, "_READ_TOKENS", room)
        patch.setattr(loop_module, "_READ_LOGITS", logits)
        with opened(tiny, max_rows=4) as parts:
            groups = parts.generate([case.request for case in cases])
    assert [outcome(group[0]) for group in groups] == [alone[case] for case in cases]


def test_rows_are_the_same_after_their_prompt_was_forgotten(
    tiny: Tiny, alone: dict[Case, Row]
) -> None:
    case = Case(2, 0, 14)
    others = [GenerateRequest(ask(f"{n} is not it " * 12), WAYS[0], (n,)) for n in range(12)]
    with opened(tiny, max_rows=1) as narrow:
        first, again = (narrow.generate([case.request])[0][0] for _ in range(2))
        narrow.generate(others)
        forgotten = narrow.generate([case.request])[0][0]
    assert again.usage.cached_prompt_tokens > 0
    assert forgotten.usage.cached_prompt_tokens == 0
    assert outcome(first) == outcome(again) == outcome(forgotten) == alone[case]


def test_rows_of_a_branch_are_those_of_a_prompt_that_was_read_whole(
    engine: SyncEngine, tiny: Tiny
) -> None:
    opening = "it is what it is and the answer is this " * 3
    branch = GenerateRequest(ask("what is it?", opening), WAYS[0], (1, 2, 3))
    engine.generate([GenerateRequest(ask("what is it?", opening[:70]), WAYS[0], (1, 2))])
    branched = engine.generate([branch])[0]
    with opened(tiny, max_rows=3) as fresh:
        whole = fresh.generate([branch])[0]
    assert branched[0].usage.cached_prompt_tokens > 0
    assert list(map(outcome, branched)) == list(map(outcome, whole))
