import asyncio
import json
import shutil
from pathlib import Path

import pytest

from tests.engines.conftest import ask
from underdog.core import GenerateRequest, SamplingParams, ScoreRequest
from underdog.engines.sync import SyncEngine
from underdog.errors import ContextError, EngineError, MissingExtraError, ModelFileError

pytest.importorskip("torch")
pytest.importorskip("transformers")

QUESTION = ask("what is it?")


def open_folder(folder: Path, **options: object) -> SyncEngine:
    from underdog.engines.transformers import open_transformers

    return SyncEngine(open_transformers(str(folder), **options))


def texts(engine: SyncEngine, params: SamplingParams, seeds: tuple[int, ...] = (1,)) -> list[str]:
    [rows] = engine.generate([GenerateRequest(QUESTION, params, seeds)])
    return [row.text for row in rows]


def test_the_greedy_reply_is_that_of_transformers_generate(
    transformers: SyncEngine, tiny_folder: Path
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    model = AutoModelForCausalLM.from_pretrained(tiny_folder)
    ids = tokenizer("<|user|>what is it?\n<|assistant|>", return_tensors="pt")["input_ids"]
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=16, do_sample=False, pad_token_id=0
    )
    expected = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
    assert texts(transformers, SamplingParams(temperature=0.0, max_tokens=16)) == [expected]


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=2.0, top_k=1, max_tokens=8),
        SamplingParams(temperature=2.0, top_p=1e-6, max_tokens=8),
        SamplingParams(temperature=2.0, min_p=1.0, max_tokens=8),
    ],
)
def test_filters_that_leave_one_token_make_sampling_greedy(
    transformers: SyncEngine, params: SamplingParams
) -> None:
    greedy = texts(transformers, SamplingParams(temperature=0.0, max_tokens=8))
    assert texts(transformers, params) == greedy


def test_sampled_tokens_follow_the_models_distribution(transformers: SyncEngine) -> None:
    """Among 400 first tokens, as many have the likeliest token's text as its probability says."""
    params = SamplingParams(temperature=1.0, max_tokens=1)
    [rows] = transformers.generate([GenerateRequest(QUESTION, params, tuple(range(400)))])
    greedy = transformers.generate(
        [GenerateRequest(QUESTION, SamplingParams(temperature=0.0, max_tokens=1), (1,))]
    )[0][0]
    import math

    expected = math.exp(greedy.trace.logprobs[0])
    share = sum(row.trace.logprobs[0] == greedy.trace.logprobs[0] for row in rows) / len(rows)
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 400))


def test_a_continuation_beyond_the_context_is_refused(tiny_folder: Path) -> None:
    with open_folder(tiny_folder, context_tokens=20) as engine, pytest.raises(ContextError):
        engine.score([ScoreRequest(QUESTION, "and so on " * 10)])


def test_a_continuation_that_merges_with_the_prompt_is_scored_on_its_own(
    transformers: SyncEngine,
) -> None:
    [score] = transformers.score([ScoreRequest(ask("why", "ques"), "tion")])
    assert len(score.logprobs) >= 1


def test_a_built_in_template_may_replace_the_models_own(tiny_folder: Path) -> None:
    with open_folder(tiny_folder, template="plain") as engine:
        assert len(texts(engine, SamplingParams(max_tokens=2))) == 1


def test_a_closed_engine_says_so(tiny_folder: Path) -> None:
    from underdog.engines.transformers import TransformersEngine

    async def closed() -> None:
        engine = TransformersEngine(tiny_folder)
        await engine.aclose()
        await engine.aclose()
        await engine.generate([GenerateRequest(QUESTION, SamplingParams(), (1,))])

    with pytest.raises(EngineError, match="open it again"):
        asyncio.run(closed())


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelFileError, match="pickled"):
        open_folder(tmp_path)


def test_a_damaged_folder_is_refused(tmp_path: Path, tiny_folder: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_folder, folder)
    (folder / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(ModelFileError, match="cannot load"):
        open_folder(folder)


def test_code_in_a_model_folder_is_never_run(tmp_path: Path, tiny_folder: Path) -> None:
    folder = tmp_path / "hostile"
    shutil.copytree(tiny_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "evil"
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    with pytest.raises(ModelFileError):
        open_folder(folder)
    assert not (tmp_path / "ran").exists()


def test_a_missing_package_names_the_extra(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.engines.transformers.importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"underdog\[transformers\]"):
        open_folder(tiny_folder)


def changed_tokenizer(folder: Path, target: Path, **entries: object) -> Path:
    """A copy of a model folder whose `tokenizer.json` has other entries."""
    shutil.copytree(folder, target)
    path = target / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
    return target


def test_truncation_and_padding_of_the_file_change_no_prompt_and_no_score(
    transformers: SyncEngine, tiny_folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino import OpenVinoEngine

    folder = changed_tokenizer(
        tiny_folder,
        tmp_path / "cut",
        truncation={"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 0},
        padding={
            "strategy": {"Fixed": 10**9},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "<end>",
        },
    )
    long = ask("what is the answer to this question and why? " * 4)
    asked = [ScoreRequest(long, "the answer to this")]
    [expected] = transformers.score(asked)
    assert len(expected.logprobs) > 2
    with open_folder(folder) as engine:
        assert engine.score(asked)[0].logprobs == expected.logprobs
    fast = OpenVinoEngine(
        str(folder), precision="f32", max_rows=2, context_tokens=512, threads=1
    )  # a path as text
    with SyncEngine(fast) as engine:
        assert engine.score(asked)[0].logprobs == pytest.approx(expected.logprobs, abs=1e-3)
        params = SamplingParams(max_tokens=1)
        rows = [
            engine.generate([GenerateRequest(ask("what is it? " * times), params, (1,))])[0][0]
            for times in (1, 3, 20)
        ]
    counts = [row.usage.prompt_tokens for row in rows]
    assert counts == sorted({*counts})


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "vocab.txt"])
def test_settings_that_are_no_files_are_refused(
    name: str, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_folder, folder)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to("/dev/zero")
    with pytest.raises(ModelFileError, match="it is a device" if name != "config.json" else "."):
        open_folder(folder)


def test_a_tokenizer_with_a_pattern_without_end_is_named(tiny_folder: Path, tmp_path: Path) -> None:
    bomb = {"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": "b"}
    folder = changed_tokenizer(tiny_folder, tmp_path / "bomb", normalizer=bomb)
    request = GenerateRequest(ask("a" * 60 + "!"), SamplingParams(max_tokens=1), (1,))
    with (
        open_folder(folder) as engine,
        pytest.raises(ModelFileError, match="no tokenizer that can be used"),
    ):
        engine.generate([request])
