"""`underdog bench engine`."""

import json
from functools import partial

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.cli import bench
from underdog.engines.bench.matrix_products import Ceiling, products_of_file, products_of_shape
from underdog.models.gguf.header import read_gguf_header

products = vars(bench)["_products"]


@pytest.fixture
def peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the model had products, and they had been measured."""
    found = (Ceiling("int8", 4, 2e9), Ceiling("int8", 256, 1e9), Ceiling("bf16", 4, 5e8))
    monkeypatch.setattr(bench, "_ceilings", lambda *_: found)


def test_speeds_are_shown_with_memory_and_the_machines_ceilings(run, model, peaks) -> None:
    result = run("bench", "engine", model, "--counts", "1,4", "--repeats", 1)
    assert result.exit_code == 0, result.output
    for text in ("samples", "prefill", "steps", "GB", "opened in", "of int8", "of bf16"):
        assert text in result.stdout
    assert "int8 2 G, bf16 500 M" in result.stdout


def test_json_has_every_measurement(run, model, peaks) -> None:
    result = run("bench", "engine", model, "--counts", "2", "--repeats", 1, "--json")
    document = json.loads(result.stdout)
    speeds = document["benchmark"]["speeds"]
    assert [(speed["what"], speed["rows"]) for speed in speeds] == [
        ("samples", 2),
        ("prefill", 1),
        ("steps", 16),
    ]
    assert document["ceilings"][0] == {"kind": "int8", "rows": 4, "flops_per_s": 2e9}


def test_a_model_of_unknown_architecture_has_no_ceiling(run, model) -> None:
    result = run("bench", "engine", model, "--counts", "1", "--repeats", 1)
    assert result.exit_code == 0, result.output
    assert "plain products" not in result.stdout


def test_a_count_below_one_is_refused(run, model) -> None:
    assert run("bench", "engine", model, "--counts", "0").exit_code == 2


def test_a_figure_of_another_kind_is_refused_before_measuring(run, model) -> None:
    result = run("bench", "engine", model, "--figure", "speed.gif")
    assert result.exit_code == 2
    assert ".svg or .png" in result.output


def test_a_models_own_sizes_are_those_of_its_file(tmp_path) -> None:
    path = tmp_path / "tiny.gguf"
    write_tiny(path, "llama")
    shape = read_gguf_header(path).shape
    sizes = products_of_file(read_gguf_header(path))
    for spec in (str(path), f"openvino:{path}", f"openvino:model={path},max_rows=2"):
        assert products(spec, shape) == sizes
    assert products("openai:http://127.0.0.1:1/v1#m", shape) == products_of_shape(shape)
    assert products("scripted:reply=4", None) == []


def test_a_local_model_is_drawn_under_its_ceilings(run, tmp_path, monkeypatch) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.machine.instructions import emulated
    from underdog.engines.openvino.compiled import peak

    monkeypatch.setattr(peak, "ceilings", partial(peak.ceilings, seconds=0.0))
    path, figure = tmp_path / "tiny.gguf", tmp_path / "speed.svg"
    write_tiny(path, "llama")
    monkeypatch.setenv("UNDERDOG_THREADS", "1")
    result = run(
        *("bench", "engine", f"openvino:model={path},max_rows=4,context_tokens=256"),
        *("--counts", "2", "--max-tokens", 4, "--repeats", 1, "--figure", figure, "--json"),
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    kinds = {kind for kind in peak.KINDS if kind != "bf16" or not emulated(kind)}
    assert {one["kind"] for one in document["ceilings"]} == kinds
    assert document["threads"] == 1
    drawn = figure.read_text()
    assert drawn.startswith("<svg")
    assert all(f"{kind} products" in drawn for kind in kinds)
