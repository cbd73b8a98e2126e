"""What cannot be trained is refused before weights are read or a folder is claimed."""

import shutil
from pathlib import Path

import pytest

from tests.training.conftest import recipe_of
from underdog.data.making.family_data import make
from underdog.errors import ConfigError, DataError, ModelFileError, TrainingError
from underdog.training.planning import machine_speed, preflight
from underdog.training.planning.machine_speed import native_bfloat16
from underdog.training.session import TrainingRun
from underdog.training.torch_models.torch_model import open_shape
from underdog.training.training_recipe import StageBudget

pytestmark = pytest.mark.usefixtures("one_thread")


def refuse(recipe, folder: Path, error, words: str) -> str:
    """Training is refused with these words, and the folder is left for the right recipe."""
    with pytest.raises(error, match=words) as caught:
        list(TrainingRun(recipe, folder).updates())
    assert not folder.exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("free", "instead"),
    [
        (1_050_000_000, "batch_tokens = "),
        (950_000_000, 'trainable = "lora:r=16" with batch_tokens = '),
        (1_000_000, "take a smaller model"),
    ],
)
def test_too_little_memory_says_what_would_fit(
    tiny, sums, tmp_path, monkeypatch, free, instead
) -> None:
    from dataclasses import replace

    from underdog.training.planning.footprint import footprint

    monkeypatch.setattr(
        preflight, "footprint",
        lambda model: replace(footprint(model), num_params=10**7, activation_bytes=10**6,
                              num_trained=footprint(model).num_trained * 200),
    )  # fmt: skip
    monkeypatch.setattr(preflight, "free_bytes", lambda: free)
    recipe = recipe_of(tiny, sums, batch_tokens=2000, step_tokens=2000)
    told = refuse(recipe, tmp_path / "out", TrainingError, r"needs about .* of memory")
    assert instead in told


def test_too_little_disk_is_refused(tiny, sums, tmp_path, monkeypatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    refuse(recipe_of(tiny, sums), tmp_path / "out", TrainingError, "of disk in .* 0.0 MB are free")


def test_data_that_comes_round_too_often_is_refused(tiny, sums, tmp_path) -> None:
    recipe = recipe_of(tiny, sums, budget=StageBudget(tokens=10**8))
    told = refuse(recipe, tmp_path / "out", DataError, "saturated")
    most = int(told.partition("at most ")[2].split()[0].replace(",", ""))
    budget = {"budget": StageBudget(tokens=10**8)}
    far = recipe_of(tiny, sums, max_passes=1e9, **budget)
    assert TrainingRun(far, tmp_path / "out").look_ahead(open_shape(tiny))
    fits = recipe_of(tiny, sums, budget=StageBudget(tokens=int(0.99 * most)))
    assert TrainingRun(fits, tmp_path / "out").look_ahead(open_shape(tiny))


def test_items_that_are_all_too_long_are_refused(tiny, sums, tmp_path) -> None:
    refuse(recipe_of(tiny, sums, max_tokens=8), tmp_path / "out", DataError, "longer than 8 tokens")


def test_one_pool_without_a_fitting_item_is_named(tiny, sums, tmp_path) -> None:
    mixture = tmp_path / "mix.toml"
    long = tmp_path / "long.jsonl"
    long.write_text('{"prompt": "why", "completion": "' + "because " * 99 + '"}\n')
    mixture.write_text(
        f'[pools.sums]\nshare = 0.5\ndata = "{sums}"\n'
        '[pools.long]\nshare = 0.5\njsonl = "long.jsonl"\n'
    )
    recipe = recipe_of(tiny, sums, data="", mixture=str(mixture))
    refuse(recipe, tmp_path / "out", DataError, "pool 'long': none of its first")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", ConfigError, "pools"),
        ("[pools]", ConfigError, "at least one pool"),
        ('[pools.a]\nshare = 0\nfamily = "addition"', ConfigError, "share=0"),
        ('[pools.a]\nshare = 0.5\nfamily = "addition"', ConfigError, "sum to 0.5"),
        ('[pools.a]\nshare = 1\nfamly = "addition"', ConfigError, "family"),
        ('[pools.a]\nshare = 1\njsonl = "empty.jsonl"', DataError, "has no rows"),
    ],
)
def test_an_empty_or_mistyped_mixture_is_refused(tiny, sums, tmp_path, text, error, words) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "mix.toml").write_text(text)
    recipe = recipe_of(tiny, sums, data="", mixture=str(tmp_path / "mix.toml"))
    refuse(recipe, tmp_path / "out", error, words)


def test_data_that_only_repeats_a_test_set_is_refused(tiny, tmp_path) -> None:
    from underdog.data.decontamination import protect

    make(["words"], tmp_path / "data", count=8, forms=["cot"], instruction=0, decontaminate=False)
    rows = underdog_rows(tmp_path / "data")
    test = tmp_path / "test.jsonl"
    test.write_text("".join(f'{{"question": {row}, "answer": "1"}}\n' for row in rows))
    run = TrainingRun(
        recipe_of(tiny, tmp_path / "data"), tmp_path / "out", tests=protect(tmp_path, [test])
    )
    with pytest.raises(DataError, match="every one of its 8 items repeats a test item"):
        list(run.updates())
    assert not (tmp_path / "out").exists()


def underdog_rows(folder: Path) -> list[str]:
    import json

    from underdog.data.dataset.shards import read_examples

    return [json.dumps(one.messages[0].content) for one in read_examples(folder)]


def test_bfloat16_is_refused_where_it_is_emulated(tiny, sums, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(preflight, "native_bfloat16", lambda: False)
    recipe = recipe_of(tiny, sums, compute="bfloat16")
    refuse(recipe, tmp_path / "out", TrainingError, r"measured at 1/\d+ of float32's speed")


def test_bfloat16_trains_and_keeps_weights_in_float32(tiny, sums, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(preflight, "native_bfloat16", lambda: True)
    losses = {}
    for compute in ("float32", "bfloat16"):
        recipe = recipe_of(tiny, sums, compute=compute, budget=StageBudget(steps=3))
        run = TrainingRun(recipe, tmp_path / compute, dtype="float32")
        losses[compute] = [one.step.loss for one in run.updates() if one.step][:3]
    assert losses["float32"] != losses["bfloat16"]
    assert losses["float32"] == pytest.approx(losses["bfloat16"], rel=0.02)


def test_a_library_without_the_question_is_answered_by_the_processors_flags(monkeypatch) -> None:
    import torch

    class Missing:
        def __getattr__(self, name):
            raise AttributeError(name)

    monkeypatch.setattr(torch.ops, "mkldnn", Missing())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for emulated in (True, False):
        monkeypatch.setattr(machine_speed, "emulated", lambda _, told=emulated: told)
        assert native_bfloat16() is not emulated


def test_an_unknown_type_of_numbers_is_a_mistake(tiny, sums) -> None:
    with pytest.raises(ValueError, match="float32"):
        recipe_of(tiny, sums, compute="float16")


def test_a_tokenizer_of_another_model_is_refused(tiny, sums, tmp_path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "model"
    list(TrainingRun(recipe_of(tiny, sums, budget=StageBudget(steps=1)), folder).updates())
    shutil.rmtree(folder / "stages")
    tensors = load_file(folder / "model.safetensors")
    name = "model.embed_tokens.weight"
    tensors[name] = tensors[name][:40].contiguous()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = (folder / "config.json").read_text()
    size = len(load_file(folder / "model.safetensors")[name])
    import re

    (folder / "config.json").write_text(
        re.sub(r'"vocab_size": \d+', f'"vocab_size": {size}', config)
    )
    refuse(recipe_of(folder, sums), tmp_path / "out", ModelFileError, "token|vocabulary")


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_loss_weight_out_of_range_is_refused(tiny, tmp_path, weight) -> None:
    from underdog.core import Example, Segment
    from underdog.data.dataset.writing import write_dataset

    item = Example("a", (Segment("why", "user", 0.0), Segment("so", "assistant", weight)))
    write_dataset(tmp_path / "data", [item], origin={})
    recipe = recipe_of(tiny, tmp_path / "data")
    refuse(recipe, tmp_path / "out", DataError, "loss weight")
