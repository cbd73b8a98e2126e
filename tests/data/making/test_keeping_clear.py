"""Making a data set that repeats no test item: what is dropped, counted and said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from underdog.data.dataset.card.data_card import DataCard
from underdog.data.dataset.card.plan import MakePlan, plan_of
from underdog.data.dataset.example_text import whole
from underdog.data.dataset.progress import WriteProgress
from underdog.data.dataset.shards import read_examples
from underdog.data.decontamination import Protection, absent, protect
from underdog.data.making.make import make
from underdog.errors import ConfigError, DataError

PLAN = plan_of(["words"], 40, ["cot", "program"], shard_problems=15)


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test set of three questions that the plan would bring."""
    folder = tmp_path_factory.mktemp("stolen")
    make(PLAN, folder / "open")
    texts = list(dict.fromkeys(str(one.tags["question"]) for one in read_examples(folder / "open")))
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps({"question": text}) + "\n" for text in texts[3:30:10]))
    return path


@pytest.fixture(scope="module")
def tests(stolen: Path) -> Protection:
    return protect(files=[stolen], local=False)


@pytest.fixture(scope="module")
def clear(tests: Protection, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DataCard]:
    folder = tmp_path_factory.mktemp("clear") / "set"
    return folder, make(PLAN, folder, tests=tests)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def test_no_row_repeats_a_test_item_and_the_count_is_full(
    clear: tuple[Path, DataCard], tests: Protection
) -> None:
    folder, card = clear
    assert card.problems == 40
    assert not any(hits for hits in tests.index.scan(map(whole, read_examples(folder))))


def test_the_card_says_what_was_left_out_and_what_was_not_looked_at(
    clear: tuple[Path, DataCard], tests: Protection
) -> None:
    folder, card = clear
    found = card.decontamination
    assert found is not None
    assert found.left_out >= 3
    assert found.by_benchmark == {"mine.jsonl": found.left_out}
    assert sum(found.by_rule.values()) == found.left_out
    assert found.checked == found.left_out + card.problems + sum(c.repeats for c in card.sources)
    assert found.checked_against == {"mine.jsonl": 3}
    text = (folder / "README.md").read_text()
    assert "mine.jsonl (3)" in text
    assert f"{found.left_out:,} repeat a test item and are left out" in text


def test_interrupted_making_ends_with_the_same_bytes(
    clear: tuple[Path, DataCard], tests: Protection, tmp_path: Path
) -> None:
    folder, card = clear
    told: list[WriteProgress] = []

    def stop(how_far: WriteProgress) -> None:
        told.append(how_far)
        if len(told) == 2:
            raise KeyboardInterrupt

    again = tmp_path / "set"
    with pytest.raises(KeyboardInterrupt):
        make(PLAN, again, tests=tests, progress=stop)
    assert make(PLAN, again, tests=tests) == card
    assert _bytes(again) == _bytes(folder)


@pytest.mark.slow
def test_more_workers_leave_out_the_same(
    clear: tuple[Path, DataCard], tests: Protection, tmp_path: Path
) -> None:
    folder, card = clear
    assert make(PLAN, tmp_path / "set", tests=tests, workers=2) == card
    assert _bytes(tmp_path / "set") == _bytes(folder)


@pytest.mark.parametrize("finished", [True, False])
def test_other_test_sets_do_not_go_on_with_a_data_set(
    clear: tuple[Path, DataCard], tmp_path: Path, finished: bool
) -> None:
    plan = MakePlan.model_validate(PLAN.model_dump() | {"count": 15})
    make(plan, tmp_path / "set", tests=protect(local=False))
    if not finished:
        (tmp_path / "set" / "card.json").unlink()
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"question": "How many " + "very " * 12 + "red hens are there?"}))
    with pytest.raises(ConfigError, match="other test sets"):
        make(plan, tmp_path / "set", tests=protect(files=[other], local=False))


def test_without_test_sets_the_card_says_so(tmp_path: Path) -> None:
    card = make(plan_of(["words"], 3, ["cot"]), tmp_path)
    assert card.decontamination is not None
    assert card.decontamination.off
    assert "switched off" in (tmp_path / "README.md").read_text()


def test_benchmarks_that_are_not_on_the_machine_are_named(tmp_path: Path) -> None:
    (tmp_path / "aqua").mkdir()
    row = {"question": "Q?", "options": ["A)1", "B)2", "C)3", "D)4", "E)5"], "correct": "A"}
    (tmp_path / "aqua" / "dev.jsonl").write_text(json.dumps(row))
    missing = absent(tmp_path)
    assert "gsm8k" in missing
    assert "aqua/test" in missing
    assert "aqua" not in missing
    assert "underdog-words" not in missing


def test_a_test_file_without_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"a": 1}\n')
    with pytest.raises(DataError, match="no text to protect"):
        protect(files=[path], local=False)
