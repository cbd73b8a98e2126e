"""What a card says in one place it does not deny in another: cards of simulated matches, read."""

import re
from dataclasses import replace

import numpy as np
import pytest

from underdog.core import Usage
from underdog.measure.diagnosis import diagnose
from underdog.measure.price import ratio
from underdog.measure.results import ArmResult, ItemResult
from underdog.reports.build import build_card
from underdog.reports.plain_text import fight_card_text
from underdog.seeds import derive

EVIDENCE = re.compile(
    r"([+−][\d.]+) points, 95% interval ([+−][\d.]+) to ([+−][\d.]+); exact McNemar test, "
    r"p (<|=|>) (\d\.\d+)"
)
CLOSED = re.compile(r"closes (-?\d+)% \(95% interval (-?\d+)% to (-?\d+)%\)")


def number(text):
    return float(text.replace("−", "-"))


def arm(name, right, random, samples, groups):
    tokens = random.integers(60, 160, len(right)) * samples
    items = (
        ItemResult(
            f"p{place}",
            "right" if mark else "wrong",
            float(mark),
            Usage(calls=1, generated_tokens=int(count), flops=float(count) * 1e9, seconds=1.0),
            num_solutions=samples,
            group=groups[place],
        )
        for place, (mark, count) in enumerate(zip(right, tokens, strict=True))
    )
    return ArmResult(name, "m", "cot", name, tuple(items))


def match(seed, n, level, gain, templates):
    """Greedy against a vote over 8, as `make demo` plays it: chances that vary by problem."""
    random = np.random.default_rng(derive("agreement", seed, n, str((level, gain, templates))))
    ease = random.beta(2 * level, 2 * (1 - level), n)
    draws = random.random((8, n)) < ease
    greedy, voted = random.random(n) < ease, draws.sum(axis=0) >= 8 * (0.5 - gain)
    groups = [f"t{place % templates}" if templates else "" for place in range(n)]
    voting = arm("majority", voted, random, 8, groups)
    one = arm("one", draws[0], random, 1, groups)
    most = replace(arm("coverage", draws.any(axis=0), random, 8, groups), oracle_bound=True)
    found = diagnose(one, replace(voting, items=voting.items), most)
    return build_card("demo", [voting], [arm("greedy", greedy, random, 1, groups)], diagnosis=found)


def check_verdict(card, text):
    value, low, high = (number(part) for part in EVIDENCE.search(text).groups()[:3])
    sign, p_value = EVIDENCE.search(text).groups()[3:]
    shown = card.verdict.words != "no difference shown"
    assert shown == (low > 0 or high < 0)
    assert shown == (sign != ">" and float(p_value) <= 0.05)
    assert low <= value <= high
    assert low < high
    assert ("is better than" in text) == (low > 0)
    assert ("is worse than" in text) == (high < 0)
    if needed := re.search(r"would take about ([\d,]+) problems", text):
        assert not shown
        assert int(needed[1].replace(",", "")) > card.n


def check_costs(card, text):
    assert "∞" not in text
    assert "inf" not in text
    small, big = (side.headline.flops_per_right for side in (card.small, card.big))
    multiple = ratio(small, big)
    assert (multiple is not None) == ("× as much" in text)
    if multiple is not None:
        said = "neither is shown to be cheaper" in text
        assert said == (1.0 in multiple.interval)
    assert ("The curve of" in text) == (
        card.verdict.words == "better" and card.big.headline.num_right > 0
    )
    for arms in (card.small.arms, card.big.arms):
        assert all(one.accuracy.interval.low < one.accuracy.interval.high for one in arms)


def check_gap(card, text):
    found = card.diagnosis
    ends = CLOSED.search(text)
    assert (found.closed is not None) == (ends is not None)
    if ends is not None:
        value, low, high = (int(part) for part in ends.groups())
        assert low <= value <= high
        assert low < high


@pytest.mark.parametrize(
    ("n", "level", "gain", "templates"),
    [
        (40, 0.3, 0.2, 0),
        (40, 0.3, 0.0, 0),
        (40, 0.02, 0.1, 0),
        (40, 0.97, 0.0, 0),
        (8, 0.4, 0.2, 0),
        (1, 0.5, 0.0, 0),
        (120, 0.4, 0.3, 0),
        (120, 0.4, 0.3, 12),
        (40, 0.4, 0.3, 3),
    ],
)
def test_headline_interval_p_value_costs_gap_and_problems_needed_agree(n, level, gain, templates):
    for seed in range(8 if templates > 3 else 30):
        card = match(seed, n, level, gain, templates)
        text = fight_card_text(card)
        check_verdict(card, text)
        check_costs(card, text)
        check_gap(card, text)


def test_clusters_and_groups_too_few_for_them_are_said():
    clustered, few, none = (match(0, 40, 0.4, 0.3, templates) for templates in (12, 3, 0))
    assert any("12 clusters" in note for note in clustered.notes)
    assert any("3 groups, too few" in note for note in few.notes)
    assert not any("clusters" in note or "groups" in note for note in none.notes)
