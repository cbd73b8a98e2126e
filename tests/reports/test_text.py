import re
from dataclasses import replace

from tests.reports.example import SMALL, make_card
from underdog.measure.intervals import Estimate, Interval
from underdog.reports.plain_text import arms_table, fight_card_text
from underdog.reports.sentences import cost_sentence

CARD = make_card(80)


def test_plain_text_holds_verdict_costs_table_and_notes():
    text = fight_card_text(CARD)
    assert CARD.verdict.headline() in text
    assert CARD.verdict.evidence() in text
    assert "A right answer cost" in text
    assert "of the gap between one sample" in text
    assert all(note in text for note in CARD.notes)
    assert text.endswith("\n")


def test_columns_line_up():
    lines = arms_table(CARD.small.arms).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 1 + len(CARD.small.arms)


def test_markdown_has_heading_and_table():
    text = fight_card_text(CARD, markdown=True)
    assert text.startswith("## ")
    assert "| arm | accuracy | 95% interval | n |" in text
    assert "| --- | ---: |" in text
    assert f"| {SMALL} pass@16 (oracle bound) |" in text


def test_hostile_names_break_neither_line_nor_table():
    arm = replace(CARD.small.arms[0], name="a|b\n<img> `x` \\ \x1b[31m")
    (_, row) = arms_table([arm]).splitlines()
    assert "\x1b" not in row
    (_, _, row) = arms_table([arm], markdown=True).splitlines()
    assert row.startswith("| a\\|b &lt;img> \\`x\\` \\\\  [31m |")


def test_a_card_without_task_diagnosis_flops_or_notes_is_still_whole():
    card = replace(make_card(40, flops=False), task="", diagnosis=None, notes=())
    text = fight_card_text(card)
    assert text.startswith(f"{card.title}\n")
    assert "not known" in text
    assert "tokens" in text


def test_without_break_even_the_reason_is_given():
    assert "No break-even point is read off: Example-135M is not shown to be" in fight_card_text(
        CARD
    )
    won = make_card(80, headline=0.8)
    assert "read off the figure, not tested." in fight_card_text(won)
    text = fight_card_text(replace(won, break_even=None))
    assert "No break-even point: the cost of" in text


def test_a_price_is_no_multiple_of_a_free_one():
    usage = replace(CARD.big.headline.usage, flops=0.0)
    nothing = Estimate(0.0, Interval(0.0, 0.0))
    arms = (replace(CARD.big.headline, usage=usage, flops_per_right=nothing),)
    text = fight_card_text(replace(CARD, big=replace(CARD.big, arms=arms)))
    assert "as much" not in text
    assert "FLOPs and Example-1.5B 0 [0–0]. Per problem" in text


def test_a_multiple_of_a_price_has_an_interval_and_says_what_it_does_not_show():
    line = cost_sentence(CARD)
    assert re.search(r": [\d.]+× as much \[[\d.]+×–[\d.]+×\]", line)
    low, high = (float(end) for end in re.findall(r"([\d.]+)×", line)[1:3])
    assert ("neither is shown to be cheaper" in line) == (low <= 1 <= high)


def test_a_side_that_got_nothing_right_is_named_instead_of_an_infinite_cost():
    lost = replace(CARD.big.arms[0], num_right=0)
    card = replace(CARD, big=replace(CARD.big, arms=(lost, *CARD.big.arms[1:])))
    text = fight_card_text(card)
    assert f"{card.names[1]} got nothing right" in text
    assert f"No break-even point: {card.names[1]} got nothing right." in text
    assert "∞" not in text.partition("arm  ")[0]


def test_a_latency_that_nobody_measured_is_not_zero():
    arm = CARD.small.arms[0]
    place = re.split(r"\s{2,}", arms_table([arm]).splitlines()[0]).index("latency")
    timed = replace(arm, usage=replace(arm.usage, seconds=80.0))
    untimed = replace(arm, usage=replace(arm.usage, seconds=0.0))
    cells = [
        re.split(r"\s{2,}", arms_table([one]).splitlines()[1])[place] for one in (timed, untimed)
    ]
    assert cells == ["1", "not known"]
