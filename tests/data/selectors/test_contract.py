"""What every selector must do, whatever it measures."""

import pytest

from tests.data.selectors.examples import numbered
from underdog.core import Prompt
from underdog.data.selectors import Aids, Keep, Selector, open_selector, select, selectors
from underdog.data.selectors.trajectories import Trajectories
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import UnknownNameError, UsageError

ROWS = numbered(40)
NAMES = selectors.names()
RANKING = [name for name in NAMES if not open_selector(name).streams]
STREAMING = [name for name in NAMES if open_selector(name).streams]


def likelihood(prompt: Prompt, text: str) -> float:
    asked = "".join(turn.content for turn in prompt.messages)
    return -len(text) * (0.5 + (sum(map(ord, text)) % 7) / 10) / (1 + 0.05 * len(asked) ** 0.5)


@pytest.fixture(scope="module")
def aids():
    losses = {row.id: [3.0, 2.0 - n / 40, 1.0 - n / 80] for n, row in enumerate(ROWS)}
    rates = {row.id: (n % 10) / 10 for n, row in enumerate(ROWS)}
    with SyncEngine(ScriptedEngine("", likelihood=likelihood)) as engine:
        yield Aids(engine, Trajectories.of(losses), rates, seed=3)


def quick(name: str) -> Selector:
    return open_selector({"nuggets": "nuggets:anchors=4"}.get(name, name))


@pytest.mark.parametrize("name", NAMES)
def test_gives_one_choice_per_example_in_order_with_a_reason(name, aids):
    choices = list(select(quick(name), ROWS, aids=aids))
    assert [choice.example for choice in choices] == ROWS
    assert all(choice.reason for choice in choices)


@pytest.mark.parametrize("name", NAMES)
def test_gives_the_same_choices_again(name, aids):
    assert list(select(quick(name), ROWS, aids=aids)) == list(select(quick(name), ROWS, aids=aids))


@pytest.mark.parametrize("name", NAMES)
def test_takes_an_empty_data_set(name, aids):
    assert list(select(quick(name), [], aids=aids)) == []


@pytest.mark.parametrize("name", NAMES)
def test_knows_its_own_name_and_describes_itself(name):
    assert open_selector(name).name == name
    assert selectors.describe(name).endswith(".")


@pytest.mark.parametrize("name", RANKING)
def test_ranking_keeps_the_share_that_was_asked_for(name, aids):
    choices = list(select(quick(name), ROWS, Keep.parse("25%"), aids))
    assert sum(choice.kept for choice in choices) == 10


@pytest.mark.parametrize("name", STREAMING)
def test_streaming_decides_without_reading_ahead(name, aids):
    read = []

    def rows():
        for row in ROWS:
            read.append(row.id)
            yield row

    next(select(quick(name), rows(), aids=aids))
    assert read == ["e0"]


@pytest.mark.parametrize("name", STREAMING)
def test_streaming_refuses_a_share(name):
    with pytest.raises(UsageError, match="leave out how much to keep"):
        select(name, ROWS, Keep(share=0.1))


@pytest.mark.parametrize("name", [name for name in NAMES if open_selector(name).needs])
def test_says_what_it_lacks(name):
    with pytest.raises(UsageError, match=f"{name}.*needs"):
        select(name, ROWS, Keep(count=3))
    with pytest.raises(UsageError, match="needs"):
        list(open_selector(name).choose(ROWS, None, Aids()))


def test_an_unknown_selector_gets_the_nearest_name():
    with pytest.raises(UnknownNameError, match="did you mean minhash"):
        select("minhas", ROWS)
