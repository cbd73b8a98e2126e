import warnings
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.reports.example import make_card
from underdog.reports.charts import NARROW, WIDE, Size, accuracy_vs_cost
from underdog.reports.figure import svg
from underdog.reports.gap import gap_bars

CARD = make_card(80)
WON = make_card(80, headline=0.8)


def rows_of(spec):
    return next(layer for layer in spec["layer"] if "layer" in layer)["data"]["values"]


def labels_of(spec):
    return [row["label"] for row in spec["layer"][-1]["data"]["values"]]


@pytest.mark.parametrize(
    "spec",
    [accuracy_vs_cost(CARD), accuracy_vs_cost(CARD, NARROW), gap_bars(CARD.diagnosis)],
    ids=["wide", "narrow", "gap"],
)
def test_specs_are_valid_vega_lite(spec):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import altair
    altair.LayerChart.from_dict(spec)


def test_every_arm_is_drawn_with_its_interval():
    rows = rows_of(accuracy_vs_cost(CARD))
    assert len(rows) == len(CARD.small.arms) + len(CARD.big.arms)
    assert all(row["low"] <= row["accuracy"] <= row["high"] for row in rows)
    assert [row["side"] for row in rows].count("big") == 2
    assert sum(row["oracle"] for row in rows) == 1


def test_labels_leave_out_the_model_name_and_mark_oracles():
    labels = labels_of(accuracy_vs_cost(CARD, Size(1200, 900)))
    assert {"one sample", "majority@32", "greedy", "pass@16 (oracle)"} <= set(labels)


def test_break_even_is_drawn_only_where_there_is_one():
    drawn = accuracy_vs_cost(WON, WIDE)["layer"]
    missing = accuracy_vs_cost(replace(WON, break_even=None), WIDE)["layer"]
    unreached = replace(WON.break_even, point=None)
    assert len(drawn) == len(missing) + 3
    assert len(accuracy_vs_cost(replace(WON, break_even=unreached))["layer"]) == len(missing)


def test_break_even_stands_where_the_measure_says():
    layer = accuracy_vs_cost(WON)["layer"][2]
    (row,) = layer["data"]["values"]
    assert row["meet"] == WON.break_even.point.cost
    assert row["target"] == WON.big.headline.accuracy.value


def test_arms_without_cost_are_left_out_and_an_empty_figure_still_draws():
    def free(side):
        arms = (replace(arm, usage=type(arm.usage)()) for arm in side.arms)
        return replace(side, arms=tuple(arms))

    card = replace(CARD, small=free(CARD.small), big=free(CARD.big), break_even=None)
    spec = accuracy_vs_cost(card)
    assert rows_of(spec) == []
    assert svg(spec).startswith("<svg")


@pytest.mark.parametrize(("factor", "at_least"), [(1.0, 3), (30.0, 3), (1e5, 4)])
def test_ticks_suit_short_and_long_ranges(factor, at_least):
    arms = (CARD.big.arms[0], replace(CARD.big.arms[1], usage=CARD.big.arms[1].usage))
    big = replace(
        CARD.big,
        arms=(
            arms[0],
            replace(arms[1], usage=replace(arms[1].usage, flops=arms[1].usage.flops * factor)),
        ),
    )
    spec = accuracy_vs_cost(replace(CARD, big=big))
    axis = next(layer for layer in spec["layer"] if "layer" in layer)["encoding"]["x"]["axis"]
    assert at_least <= len(axis["values"]) <= 12


def test_token_axis_is_named():
    spec = accuracy_vs_cost(replace(CARD, cost_axis="tokens"))
    axis = next(layer for layer in spec["layer"] if "layer" in layer)["encoding"]["x"]["axis"]
    assert axis["title"] == "Generated + verifier tokens per problem (log scale)"


def test_svg_is_well_formed_and_hostile_names_stay_text():
    arms = (replace(CARD.small.arms[0], name="<script>alert(1)</script>"),)
    card = replace(CARD, small=replace(CARD.small, arms=arms))
    root = ElementTree.fromstring(svg(accuracy_vs_cost(card)))
    assert root.tag.endswith("svg")
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert "<script>alert(1)</script>" in "".join(root.itertext())
