"""`underdog train`, on a tiny model."""

import json
from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.data.making.family_data import make
from underdog.models.loading import open_model

pytest.importorskip("torch")
pytest.importorskip("peft")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("model") / "tiny.gguf", "llama").path


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sums") / "data"
    make(["addition:digits=2"], folder, count=40, forms=["answer"], decontaminate=False)
    return folder


def test_one_command_trains_and_says_what_it_did(run, tiny, sums, tmp_path) -> None:
    given = ("train", "--model", tiny, "--data", sums, "--tokens", "0.5k", "--seed", 3)
    result = run(*given, "--out", tmp_path / "out", "--trainable", "lora:r=2", "--json")
    assert result.exit_code == 0, result.output
    [report] = json.loads(result.stdout)["stages"].values()
    assert report["tokens"] >= 500
    assert 0 < report["loss_tokens"] < report["tokens"]
    assert open_model(tmp_path / "out").architecture.num_layers == 2
    again = run(*given, "--out", tmp_path / "out", "--trainable", "lora:r=2")
    assert again.exit_code == 0, again.output
    assert "train: finished before" in again.stdout


def test_dev_accuracy_is_measured_and_a_page_is_written(run, tiny, sums, tmp_path) -> None:
    pytest.importorskip("openvino")
    held = tmp_path / "held"
    make(["addition:digits=2"], held, count=8, forms=["answer"], split="dev", instruction=False,
         decontaminate=False)  # fmt: skip
    out = tmp_path / "out"
    result = run(
        "train", "--model", tiny, "--data", sums, "--tokens", "300", "--trainable", "full",
        "--dev", held, "--keep", "best", "--out", out, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "dev after step 0" in result.stderr
    assert json.loads(result.stdout)["report"] == str(out / "report.html")
    page = (out / "report.html").read_text()
    assert "Dev accuracy" in page
    assert "How to do it again" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--dev", "adition:digits=3"), "addition"),
        (("--dev", "svamp", "--data-dir", "nowhere"), "svamp"),
        (("--keep", "best"), "name what with --dev"),
        (("--dev", "addition", "--keep", "bset"), "keep"),
        (("--dev", "addition:digits=2", "--dev", ""), "''"),
    ],
)
def test_a_mistake_in_dev_is_named_before_any_compute(
    run, tiny, sums, tmp_path, given, words
) -> None:
    out = tmp_path / "out"
    asked = ("train", "--model", tiny, "--data", sums, "--tokens", "300", "--out", out)
    result = run(*asked, "--no-decontaminate", *given)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert not out.exists() or not list(out.iterdir())


def test_a_mixture_and_a_recipe_train_too(run, tiny, sums, tmp_path) -> None:
    mixture = tmp_path / "mix.toml"
    mixture.write_text(
        f'[pools.sums]\nshare = 0.5\ndata = "{sums}"\n'
        '[pools.more]\nshare = 0.5\nfamily = "addition:digits=1"\nforms = ["answer"]\n'
    )
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'model = "{tiny}"\n[[stages]]\nname = "both"\nmixture = "mix.toml"\n'
        'budget = {steps = 2}\nlearning_rate = 1e-3\ntrainable = "top:layers=1"\n'
    )
    result = run("train", recipe, "--out", tmp_path / "out", "--no-decontaminate", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["stages"]["both"]
    assert report["pools"].keys() == {"sums", "more"}
    assert sum(report["pools"].values()) == report["tokens"]


def test_a_plan_says_what_it_would_take_and_writes_nothing(run, tiny, sums, tmp_path) -> None:
    given = ("train", "--model", tiny, "--data", sums, "--tokens", "2k", "--plan")
    result = run(*given, "--out", tmp_path / "out", "--no-decontaminate")
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    for words in ("GFLOP per CPU s in float32", "40 items", "loss share", "steps of", "passes",
                  "a checkpoint", "0.001, wsd:", "of processor time"):  # fmt: skip
        assert words in text
    assert not (tmp_path / "out").exists()
    result = run(*given, "--no-decontaminate", "--json")
    assert result.exit_code == 0, result.output
    [stage] = json.loads(result.stdout)["stages"]
    assert stage["steps"] >= 1
    assert stage["data"]["pools"][0]["items"] == 40
    assert len(stage["rates"]) == 60


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), "--out FOLDER"),
        (("--plan",), "give --model, --data, --tokens"),
        (("--out", "OUT"), "give --model, --data, --tokens"),
        (("--out", "OUT", "--model", "m", "--data", "d"), "give --tokens"),
        (("--out", "OUT", "--model", "m", "--data", "d", "--tokens", "many"), "not 'many'"),
        (("--out", "OUT", "--model", "m", "--data", "d", "--tokens", "0"), "not '0'"),
        (("--out", "OUT", "--model", "nowhere", "--data", "d", "--tokens", "5"), "nowhere"),
        (("r.toml", "--out", "OUT", "--tokens", "5"), "leave out"),
        (("nowhere.toml", "--out", "OUT"), "no such recipe"),
        (("--out", "OUT", "--dtype", "int8"), "int8"),
        (
            ("--out", "OUT", "--model", "m", "--data", "d", "--tokens", "5", "--trainable", "lra"),
            "lora",
        ),
        (
            ("--out", "OUT", "--model", "m", "--data", "d", "--tokens", "5", "--learning-rate", 5),
            "learning_rate: Input should be less than or equal to 1",
        ),
        (
            ("--out", "OUT", "--model", "m", "--data", "d", "--tokens", "5", "--learning-rate", 0),
            "learning_rate: Input should be greater than 0",
        ),
        (
            (
                "--out",
                "OUT",
                "--model",
                "scratch:6k",
                "--data",
                "d",
                "--tokens",
                "5",
                "--template",
                "plain",
            ),
            "has its own chat template; leave template out",
        ),
    ],
)
def test_mistakes_are_one_line(run, tmp_path, given, words) -> None:
    result = run("train", *(tmp_path / "out" if one == "OUT" else one for one in given))
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
