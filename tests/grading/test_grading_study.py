"""A slice of the comparison with math-verify: every disagreement has been judged."""

import csv
import importlib.util
import logging
import os
import sys
from pathlib import Path

import pytest

from tests.paths import CHECKOUT

STUDY = CHECKOUT / "docs" / "studies" / "grading"
FOLDER = Path(os.environ.get("UNDERDOG_DATA_DIR") or CHECKOUT.parent / "shared" / "data")


@pytest.fixture
def compare():
    spec = importlib.util.spec_from_file_location("grading_compare", STUDY / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    logging.disable(logging.WARNING)
    yield module
    logging.disable(logging.NOTSET)
    del sys.modules[spec.name]


def judged():
    with (STUDY / "disagreements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_listed_disagreement_is_judged():
    assert all(row["right"] in ("ours", "math_verify") and row["why"] for row in judged())


def test_the_listed_disagreements_are_what_we_still_say(compare):
    for row in judged():
        pair = compare.Pair(row["kind"], row["data"], row["gold"], row["answer"])
        assert str(compare.judge(pair).ours) == row["ours"], row


@pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the data sets: set UNDERDOG_DATA_DIR")
def test_a_slice_holds_no_disagreement_that_was_not_judged(compare):
    known = {(row["data"], row["gold"], row["answer"]) for row in judged()}
    unknown = []
    for pair in compare.pairs(FOLDER, every=150):
        verdict = compare.judge(pair)
        listed = (pair.data, pair.gold, pair.answer) in known
        if verdict.ours != verdict.theirs and not listed:
            unknown.append(verdict)
    assert unknown == []
