"""The figure of an engine's speed."""

import warnings
from itertools import pairwise

import pytest

from underdog.engines.bench.matrix_products import Ceiling
from underdog.engines.bench.speed import Speed
from underdog.errors import DataError
from underdog.reports.engine_figure import speed_by_rows
from underdog.reports.figure import png, svg

SPEEDS = [
    Speed("samples", 1, 100, 1.0, 3e10),
    Speed("samples", 16, 800, 1.0, 2e11),
    Speed("prefill", 1, 900, 1.0, 2e11),
]
CEILINGS = [
    Ceiling(kind, rows, rate * rows**0.5)
    for kind, rate in (("int8", 8e10), ("bf16", 7.9e10), ("f32", 2e10))
    for rows in (1, 16, 256)
]


def test_it_is_valid_vega_lite() -> None:
    spec = speed_by_rows("openvino, m.gguf", SPEEDS, CEILINGS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import altair
    altair.LayerChart.from_dict(spec)


def test_points_say_tokens_per_second_and_only_samples_are_drawn() -> None:
    drawn = svg(speed_by_rows("openvino, m.gguf", SPEEDS, CEILINGS))
    assert "100 tokens/s" in drawn
    assert "800 tokens/s" in drawn
    assert "900 tokens/s" not in drawn
    assert "openvino, m.gguf" in drawn


def test_ceilings_are_drawn_at_the_same_rows_and_their_names_keep_apart() -> None:
    layers = speed_by_rows("t", SPEEDS, CEILINGS)["layer"]
    assert {row["rows"] for row in layers[0]["data"]["values"]} == {1, 16}
    heights = [row["rate"] for row in layers[1]["data"]["values"]]
    assert heights == sorted(heights)
    assert all(high >= 1.24 * low for low, high in pairwise(heights))


def test_it_can_do_without_ceilings() -> None:
    assert "tokens/s" in svg(speed_by_rows("t", SPEEDS))


def test_a_picture_of_pixels_is_a_png() -> None:
    assert png(speed_by_rows("t", SPEEDS), scale=1).startswith(b"\x89PNG")


def test_an_unknown_architecture_cannot_be_drawn() -> None:
    with pytest.raises(DataError, match="known architecture"):
        speed_by_rows("t", [Speed("samples", 1, 100, 1.0)])
