import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.conftest import ask
from underdog.core import (
    Completion,
    GenerateRequest,
    ModelShape,
    Price,
    SamplingParams,
    ScoreRequest,
)
from underdog.engines.opening import open_engine
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import ContextError, DataError, UsageError


def sample(
    engine: ScriptedEngine,
    params: SamplingParams = SamplingParams(),
    seeds=(0,),
    text="q",
    prefix="",
) -> list[Completion]:
    return asyncio.run(engine.generate([GenerateRequest(ask(text, prefix), params, seeds)]))[0]


def test_a_table_replies_by_question_and_seed() -> None:
    engine = ScriptedEngine({"a": "one", "*": ["two", "three"]})
    assert [row.text for row in sample(engine, seeds=(0, 1, 2))] == ["two", "three", "two"]
    assert sample(engine, text="a")[0].text == "one"
    assert sample(engine, SamplingParams(temperature=0.0), seeds=(1,))[0].text == "two"


def test_a_question_without_a_reply_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"no reply to 'q'"):
        sample(ScriptedEngine({"a": "one"}))


def test_what_the_prefix_says_is_not_repeated() -> None:
    engine = ScriptedEngine(lambda prompt, seed: f"It is {seed}")
    assert sample(engine, seeds=(7,), prefix="It is")[0].text == " 7"
    assert sample(engine, seeds=(7,), prefix="So")[0].text == "It is 7"


def test_a_failing_sample_is_an_error_row_and_its_siblings_live() -> None:
    engine = ScriptedEngine("fine", fails=lambda prompt, seed: "boom" if seed == 1 else None)
    rows = sample(engine, seeds=(0, 1, 2))
    assert [row.finish for row in rows] == ["stop", "error", "stop"]
    assert rows[1].error == "boom"


@given(
    st.text(alphabet="ab \n", max_size=30),
    st.integers(1, 12),
    st.lists(st.text(alphabet="ab\n", min_size=1, max_size=3), max_size=3),
)
def test_text_is_cut_as_sampling_would_cut_it(said: str, room: int, stop: list[str]) -> None:
    params = SamplingParams(max_tokens=room, stop=tuple(stop))
    [row] = sample(ScriptedEngine({"*": [said or " "]}), params)
    said = said or " "
    assert said.startswith(row.text)
    assert row.usage.generated_tokens <= room
    assert len(row.trace.logprobs) == row.usage.generated_tokens
    if row.stop_string is not None:
        assert not any(word in row.text for word in stop)
        assert said[len(row.text) :].startswith(row.stop_string)
    elif row.finish == "stop":
        assert row.text == said


def test_flops_and_money_follow_shape_and_price() -> None:
    engine = ScriptedEngine(
        "one two", shape=ModelShape(1000), price=Price(prompt_usd=1e6, generated_usd=2e6)
    )
    rows = sample(engine, seeds=(1, 2))
    assert [row.usage.flops for row in rows] == [3 * 2000.0, 2 * 2000.0]
    assert [row.usage.cost_usd for row in rows] == [5.0, 5.0]  # a row pays its prompt


def test_a_prompt_beyond_the_context_is_an_error_row() -> None:
    engine = ScriptedEngine("x", context_tokens=3)
    assert (sample(engine, text="a b c")[0].error or "").startswith("ContextError")
    assert sample(engine, SamplingParams(max_tokens=9), text="a b")[0].finish == "stop"
    with pytest.raises(ContextError):
        asyncio.run(engine.score([ScoreRequest(ask("a b c"), "d")]))


def test_a_given_likelihood_is_spread_over_the_tokens() -> None:
    engine = ScriptedEngine("", likelihood=lambda prompt, text: -4.0 if "no" in text else -1.0)
    scores = asyncio.run(
        engine.score([ScoreRequest(ask("q"), " no no"), ScoreRequest(ask("q"), "")])
    )
    assert [score.logprobs for score in scores] == [(-2.0, -2.0), ()]


def test_the_test_decides_when_the_engine_answers() -> None:
    async def order() -> list[str]:
        seen: list[str] = []
        gate = asyncio.Event()
        engine = ScriptedEngine("x", pause=gate.wait)
        jobs = [
            asyncio.ensure_future(engine.generate([])),
            asyncio.ensure_future(engine.score([])),
        ]
        await asyncio.sleep(0)
        seen.append(str(any(job.done() for job in jobs)))
        gate.set()
        await asyncio.gather(*jobs)
        await engine.aclose()
        return seen

    assert asyncio.run(order()) == ["False"]


def test_a_table_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "replies.json"
    path.write_text(json.dumps({"q": ["four"]}))
    engine = open_engine(f"scripted:{path}")
    assert engine.info.model == "replies.json"
    assert sample(engine)[0].text == "four"


@pytest.mark.parametrize("text", ["[1]", "{", '{"q": 3}', None])
def test_a_table_that_is_none_is_a_data_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "replies.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(DataError, match="JSON object"):
        open_engine(f"scripted:{path}")


def test_a_table_of_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("underdog.engines.scripted._MAX_TABLE_BYTES", 1)
    path = tmp_path / "replies.json"
    path.write_text("{}")
    with pytest.raises(DataError, match="larger"):
        open_engine(f"scripted:{path}")
