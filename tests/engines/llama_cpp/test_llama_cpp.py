import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import SMALL, ask
from tests.models.gguf.gguf_files import MALFORMED, gguf
from underdog.core import GenerateRequest, Prompt, SamplingParams, ScoreRequest
from underdog.engines.llama_cpp.engine import LlamaCpp, _text_tokens
from underdog.engines.llama_cpp.server_process import LlamaProcess, _refusal
from underdog.engines.llama_cpp.shared_prompt import SharedPrompt, Slots
from underdog.engines.sync import SyncEngine
from underdog.errors import ContextError, EngineError, ModelFileError, UsageError

pytestmark = pytest.mark.model

QUESTION = ask("What is three plus four?")


@pytest.mark.parametrize("name", list(MALFORMED)[:5])
def test_a_malformed_file_is_refused_before_llama_cpp_sees_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(MALFORMED[name])
    with pytest.raises(ModelFileError, match="not a usable GGUF"):
        LlamaCpp(path, **SMALL)


def test_a_file_that_llama_cpp_cannot_load_costs_only_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "hollow.gguf"
    path.write_bytes(gguf())
    with pytest.raises(ModelFileError, match="cannot load"):
        LlamaCpp(path, **SMALL)
    assert not list(tmp_path.glob("underdog-*"))


def test_a_damaged_model_costs_only_the_child(tmp_path: Path, smollm2: Path) -> None:
    data = bytearray(smollm2.read_bytes()[: 8 << 20])
    path = tmp_path / "cut.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelFileError):
        LlamaCpp(path, **SMALL)


@pytest.mark.parametrize("bad", [{"slots": 0}, {"context_tokens": 3}, {"threads": -1}])
def test_senseless_sizes_are_refused(tmp_path: Path, bad: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="at least"):
        LlamaCpp(tmp_path / "any.gguf", **(SMALL | bad))


def test_its_shape_is_read_from_the_file(llama: SyncEngine) -> None:
    shape = llama.info.shape
    assert shape is not None
    assert shape.num_params == 134_515_008
    assert (shape.num_layers, shape.hidden_size, shape.num_embedding_params) == (30, 576, 0)


def test_a_likely_continuation_scores_above_an_unlikely_one(llama: SyncEngine) -> None:
    prompt = ask("What is the capital of France?", "The capital of France is")
    good, bad = llama.score([ScoreRequest(prompt, " Paris"), ScoreRequest(prompt, " cheese")])
    assert good.total > bad.total + 1
    assert good.usage.calls == 0
    assert good.usage.flops > 0


def test_scores_of_parts_add_up_to_the_score_of_the_whole(llama: SyncEngine) -> None:
    first, second = " four", " is seven."
    whole, head, tail = llama.score(
        [
            ScoreRequest(ask("Three and", "plus"), first + second),
            ScoreRequest(ask("Three and", "plus"), first),
            ScoreRequest(ask("Three and", "plus" + first), second),
        ]
    )
    assert whole.total == pytest.approx(head.total + tail.total, abs=0.3)


def test_a_continuation_that_merges_with_the_prompt_is_scored_on_its_own(llama: SyncEngine) -> None:
    [score] = llama.score([ScoreRequest(ask("Say it", "unbeliev"), "able")])
    assert len(score.logprobs) >= 1


def test_a_continuation_beyond_the_context_is_refused(llama: SyncEngine) -> None:
    with pytest.raises(ContextError, match="raise context_tokens"):
        llama.score([ScoreRequest(QUESTION, "and then " * 400)])


def test_an_overlong_prompt_leaves_its_siblings_alone(llama: SyncEngine) -> None:
    params = SamplingParams(max_tokens=2)
    long, short = llama.generate(
        [
            GenerateRequest(ask("word " * 900), params, (1,)),
            GenerateRequest(QUESTION, params, (1,)),
        ]
    )
    assert [long[0].finish, short[0].finish] == ["error", "length"]


def test_a_prompt_asked_again_comes_from_the_cache(llama: SyncEngine) -> None:
    prompt = ask("Which numbers are even? " * 5)
    params = SamplingParams(max_tokens=1)
    llama.generate([GenerateRequest(prompt, params, (1,))])
    [[row]] = llama.generate([GenerateRequest(prompt, params, (2,))])
    assert row.usage.cached_prompt_tokens > row.usage.prompt_tokens / 2


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=1.5, top_k=1, max_tokens=8),
        SamplingParams(temperature=1.5, top_p=0.0001, max_tokens=8),
        SamplingParams(temperature=1.5, min_p=1.0, max_tokens=8),
    ],
)
def test_filters_that_leave_one_token_make_sampling_greedy(
    llama: SyncEngine, params: SamplingParams
) -> None:
    greedy = SamplingParams(temperature=0.0, max_tokens=8)
    [[filtered], [likeliest]] = llama.generate(
        [GenerateRequest(QUESTION, params, (3,)), GenerateRequest(QUESTION, greedy, (3,))]
    )
    assert filtered.text[:6] == likeliest.text[:6]


def test_a_built_in_template_may_replace_the_models_own(smollm2: Path) -> None:
    async def first_tokens() -> int:
        engine = LlamaCpp(smollm2, template="plain", **SMALL)
        request = GenerateRequest(Prompt(QUESTION.messages), SamplingParams(max_tokens=1), (1,))
        [[row]] = await engine.generate([request])
        await engine.aclose()
        await engine.aclose()
        return row.usage.prompt_tokens

    assert asyncio.run(first_tokens()) < 12


def test_a_dead_child_is_an_engine_error_and_not_a_hang(smollm2: Path) -> None:
    with SyncEngine(LlamaCpp(smollm2, **SMALL)) as engine:
        request = GenerateRequest(QUESTION, SamplingParams(max_tokens=400), (1, 2))

        async def killed() -> None:
            job = asyncio.ensure_future(engine.engine.generate([request]))
            await asyncio.wait([job], timeout=0.2)
            os.kill(engine.engine._process._worker._process.pid, signal.SIGKILL)
            await job

        with pytest.raises(EngineError, match="process"):
            engine.run(killed())
        with pytest.raises(EngineError, match=r"gone|process failed"):
            engine.generate([request])


PARENT = """
import os, sys
from pathlib import Path
from underdog.engines.llama_cpp.server_process import LlamaProcess
process = LlamaProcess(Path(sys.argv[1]), 1, 64, 1)
print(process._worker._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger by Linux' pidfd")
def test_the_child_dies_with_a_parent_that_is_killed(smollm2: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(smollm2)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
    try:
        handle = os.pidfd_open(child)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([handle], [], [], 30)
    os.close(handle)
    assert ended


def test_the_server_answers_nobody_without_its_key(llama_server: LlamaProcess) -> None:
    import httpx2

    body = {"prompt": "a", "n_predict": 1}
    for route in ("/completion", "/tokenize", "/v1/completions", "/props", "/slots"):
        answer = httpx2.post(llama_server.address + route, json=body, trust_env=False)
        assert answer.status_code in (401, 404, 405), route
    assert llama_server.address.startswith("http://127.0.0.1:")


def test_tokens_of_a_stop_string_are_left_out_of_the_trace() -> None:
    tokens = [{"bytes": [97, 98]}, {"bytes": [99]}, {"bytes": [100]}]
    assert _text_tokens(tokens, "abc", cut=True) == tokens[:2]
    assert _text_tokens(tokens, "ab", cut=False) == tokens
    assert _text_tokens(tokens, "abcdef", cut=True) == tokens


@pytest.mark.parametrize("reply", [{"error": {"message": "no"}}, {"error": "no"}, ["no"], None])
def test_any_refusal_becomes_an_engine_error(reply: object) -> None:
    assert "refused" in str(_refusal(reply))


def test_a_prompt_is_read_once_for_all_its_rows(
    llama: SyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = llama.engine._process  # type: ignore[attr-defined]
    complete, read = process.complete, []

    async def counting(*arguments: Any) -> Any:
        reply = await complete(*arguments)
        read.append(reply["timings"]["prompt_n"])
        return reply

    monkeypatch.setattr(process, "complete", counting)
    prompt = ask("Say which of these numbers are prime: " + ", ".join(map(str, range(40))))
    params = SamplingParams(max_tokens=1)
    [rows] = llama.generate([GenerateRequest(prompt, params, (1, 2, 3, 4))])
    num_prompt = rows[0].usage.prompt_tokens
    assert num_prompt > 100
    assert rows[0].usage.cached_prompt_tokens < num_prompt / 2
    assert len(read) == 4
    assert max(read) == 1


class Server:
    """Answers as a llama.cpp server would, and remembers what it was asked."""

    def __init__(self, refuses: str = "") -> None:
        self.asked: list[str] = []
        self._refuses = refuses

    async def send(self, route: str, body: object) -> dict[str, object]:
        self.asked.append(route)
        if self._refuses and route.endswith(self._refuses):
            raise EngineError("no")
        return {"timings": {"cache_n": 3, "prompt_ms": 1000.0}}


def entered(server: Server, folder: Path, num_rows: int) -> SharedPrompt:
    prompt = SharedPrompt("question", folder)

    async def rows() -> None:
        slots = Slots(num_rows)
        side_by_side = asyncio.Barrier(num_rows)

        async def row(*, late: bool) -> None:
            async with slots.one("question") as slot:
                await prompt.enter(slot, slots, server.send)
                if not late:
                    await side_by_side.wait()

        await asyncio.gather(*(row(late=i == num_rows) for i in range(num_rows + 1)))

    asyncio.run(rows())
    prompt.close()
    return prompt


def test_one_slot_reads_and_the_others_copy(tmp_path: Path) -> None:
    server = Server()
    prompt = entered(server, tmp_path, 3)
    assert server.asked == [
        "/completion",
        "/slots/0?action=save",
        "/slots/1?action=restore",
        "/slots/2?action=restore",
    ]
    assert (prompt.cached_tokens, prompt.seconds) == (3, 1.0)


def test_without_room_for_a_copy_every_slot_reads_for_itself(tmp_path: Path) -> None:
    server = Server(refuses="save")
    entered(server, tmp_path, 3)
    assert server.asked == ["/completion", "/slots/0?action=save"]


def test_a_copy_that_cannot_be_taken_is_done_without(tmp_path: Path) -> None:
    server = Server(refuses="restore")
    entered(server, tmp_path, 2)
    assert server.asked[-1] == "/slots/1?action=restore"


def test_a_row_goes_where_most_of_its_prompt_is() -> None:
    async def chosen() -> tuple[int, int, int]:
        slots = Slots(2)
        async with slots.one("shots one") as left, slots.one("other two"):
            pass
        async with slots.one("other three") as other, slots.one("shots four") as shots:
            return left, other, shots

    left, other, shots = asyncio.run(chosen())
    assert shots == left
    assert other != left
