"""The rare task's text, its placing in the stream, and the reading of thresholds."""

import numpy as np
import pytest

from underdog.studies.rare_task.rare_arms import BURSTS
from underdog.studies.rare_task.rare_study import RareTaskFrequency
from underdog.studies.rare_task.rare_world import (
    END,
    FIRST,
    LENGTH,
    SECOND,
    SYMBOLS,
    WORDS,
    RareStream,
    RareWorld,
    placed,
)
from underdog.studies.rare_task.thresholds import observed_share, planned_share, planner_ratios
from underdog.studies.study import Cell, CellResult, Finished, Results
from underdog.training.feeding.length_buckets import BatchPlace

WORLD = RareWorld(5)


def pairs(rows: "np.ndarray") -> set[frozenset[int]]:
    return {frozenset(row[:2]) for row in rows.tolist()}


def test_no_pair_is_held_out_in_one_order_and_trained_in_the_other() -> None:
    assert len(WORLD.trained) == len(WORLD.held_out) == SYMBOLS * (SYMBOLS - 1) // 2
    assert not pairs(WORLD.trained) & pairs(WORLD.held_out)
    assert len(pairs(WORLD.trained) | pairs(WORLD.held_out)) == SYMBOLS * (SYMBOLS - 1) // 2


def test_labels_are_those_of_one_order_of_all_symbols() -> None:
    before = {
        (row[0], row[1]) if row[2] == FIRST else (row[1], row[0])
        for row in np.concatenate([WORLD.trained, WORLD.held_out]).tolist()
    }
    symbols = {one for pair in before for one in pair}
    ranked = sorted(symbols, key=lambda one: sum(first == one for first, _ in before))
    place = {one: rank for rank, one in enumerate(reversed(ranked))}
    assert len(symbols) == SYMBOLS
    assert len(before) == SYMBOLS * (SYMBOLS - 1) // 2
    assert all(place[first] < place[second] for first, second in before)


def test_neighbours_among_the_held_out_rows_are_the_two_orders_of_a_pair() -> None:
    rows = WORLD.held_out
    assert (rows[0::2, 0] == rows[1::2, 1]).all()
    assert (rows[0::2, 1] == rows[1::2, 0]).all()
    assert {tuple(sorted(two)) for two in zip(rows[0::2, 2], rows[1::2, 2], strict=True)} == {
        (FIRST, SECOND)
    }


def test_text_is_the_same_for_a_seed_and_purpose_and_another_otherwise() -> None:
    rows = WORLD.text(50, "train")
    assert rows.shape == (50, LENGTH)
    assert 0 <= rows.min() <= rows.max() < WORDS
    assert (RareWorld(5).text(50, "train") == rows).all()
    assert (WORLD.text(50, "test") != rows).any()
    assert (RareWorld(6).text(50, "train") != rows).any()


def test_text_can_be_predicted_from_its_topics_chains() -> None:
    rows = WORLD.text(20_000, "train")
    followers = {(a, b) for a, b in zip(rows[:, 3], rows[:, 4], strict=True)}
    assert len(followers) < 0.25 * WORDS**2


@pytest.mark.parametrize(("share", "burst"), [(1 / 4, 1), (1 / 64, 1), (1 / 64, 16), (1 / 64, 128)])
def test_examples_are_placed_at_their_exact_share_in_rows_of_a_size(
    share: float, burst: int
) -> None:
    rare = placed(128 * 512, share, burst)
    assert abs(int(rare.sum()) - 128 * 512 * share) <= burst
    changes = np.flatnonzero(np.diff(np.concatenate([[0], rare.astype(int), [0]])))
    lengths = (changes[1::2] - changes[0::2]).tolist()
    assert set(lengths[:-1]) == {burst}
    gaps = changes[2::2] - changes[1:-1:2]
    assert gaps.max() - gaps.min() <= 1


def test_a_stream_holds_the_examples_where_they_were_placed() -> None:
    stream = RareStream(WORLD, 1 / 8, 1, 32, 6)
    batches = [batch for batch, _ in stream.stream(BatchPlace())]
    items = [item for batch in batches for item in batch.items]
    assert (len(batches), len(items)) == (6, 6 * 32)
    rare = [item.tokens for item in items if item.pool == "rare"]
    assert len(rare) == stream.exposures == 24
    trained = {tuple(row) for row in WORLD.trained.tolist()}
    assert all(tokens[:3] in trained and tokens[3] == END for tokens in rare)
    assert all(max(item.tokens) < WORDS for item in items if item.pool == "text")
    assert all(item.weights == (0.0, *[1.0] * (LENGTH - 1)) for item in items)


def test_a_stream_goes_on_from_a_place() -> None:
    stream = RareStream(WORLD, 1 / 8, 1, 16, 5)
    whole = list(stream.stream(BatchPlace()))
    assert list(stream.stream(whole[1][1])) == whole[2:]


@pytest.mark.parametrize(("gap", "burst"), BURSTS.items())
def test_rows_of_exposures_are_as_many_and_leave_gaps_of_steps(gap: int, burst: int) -> None:
    stream = RareStream(WORLD, 1 / 64, burst, 128, 512)
    assert stream.exposures == 1024
    assert gap - 1 <= stream.largest_gap <= gap


@pytest.mark.parametrize(
    ("accuracies", "share"),
    [
        ({1 / 4: 1.0, 1 / 16: 0.5}, 1 / 8),
        ({1 / 4: 0.9, 1 / 16: 0.75, 1 / 64: 0.5}, 1 / 16),
        ({1 / 4: 0.7, 1 / 16: 0.6}, None),
        ({1 / 4: 0.9, 1 / 16: 0.8}, None),
        ({1 / 2: 0.8, 1 / 4: 0.7, 1 / 8: 0.9}, 2**-1.5),
        ({}, None),
    ],
)
def test_the_share_at_which_accuracy_crosses(
    accuracies: dict[float, float], share: float | None
) -> None:
    found = observed_share(accuracies)
    assert found == (None if share is None else pytest.approx(share))


def test_wider_models_are_planned_smaller_shares() -> None:
    planned = [planned_share(width) for width in (8, 16, 32, 64, 128)]
    assert planned == sorted(planned, reverse=True)
    assert 0.15 < planned[0] < 0.3
    assert 0.01 < planned[-1] < 0.02


def cells_at(accuracies: dict[int, float]) -> Results:
    """The grid of `cpu` with the smallest width's accuracies by inverse share, others learned."""
    study = RareTaskFrequency()
    cells = study.cells("cpu")
    finished = [
        Finished(cell, CellResult({"accuracy": accuracy_of(cell, accuracies)}), 1.0)
        for cell in cells
    ]
    return Results(finished, cells)


def accuracy_of(cell: Cell, accuracies: dict[int, float]) -> float:
    inverse, width = round(1 / float(cell.knobs["share"])), int(cell.knobs["width"])
    if width == 8:
        return accuracies[inverse]
    return 0.9 if 1 / inverse > planned_share(width) else 0.5


def test_the_planner_is_judged_at_every_width_or_not_at_all() -> None:
    ratios = planner_ratios(cells_at({2: 0.9, 4: 0.8, 8: 0.6, 16: 0.55, 64: 0.5}))
    assert list(ratios) == ["5K", "13K", "38K", "127K"]
    assert ratios["5K"] == pytest.approx(planned_share(8) / 2**-2.25)
    assert planner_ratios(cells_at({2: 0.7, 4: 0.6, 8: 0.6, 16: 0.55, 64: 0.5})) == {}
