"""Mixtures that repeat no test item: what is left out, and that nothing else changes."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from underdog.data.dataset.card.data_card import DataCard, Decontamination, read_card
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.example_text import whole
from underdog.data.dataset.shards import read_examples, shards_of
from underdog.data.decontamination import Protection, protect
from underdog.data.decontamination.repeats import RepeatCount
from underdog.data.making.interleave import gap_bound
from underdog.data.making.make import make
from underdog.data.mixing import clearing
from underdog.data.mixing.exposures import entries, read_ledger
from underdog.data.mixing.mixing import Amount, write_mixture
from underdog.data.mixing.mixture import MixedRows
from underdog.data.mixing.pools import FinitePool
from underdog.data.mixing.recipe import MixFile, open_mix, read_mix
from underdog.data.workers import Workers
from underdog.errors import ConfigError, DataError, UsageError

MIX = """
[pools.fresh]
share = 0.9
family = "words"
forms = ["cot"]
[pools.stored]
share = 0.1
jsonl = "stored.jsonl"
"""
OWN = [
    f"On day {day} the warden of the {bird} reserve counts every nest on the muddy northern bank."
    for day, bird in enumerate(("heron", "osprey", "plover", "curlew", "avocet", "godwit"))
]


@pytest.fixture(scope="module", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("UNDERDOG_CACHE", str(tmp_path_factory.mktemp("cache")))
    patch.setattr("underdog.data.mixing.pools._BATCH", 60)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> MixFile:
    folder = tmp_path_factory.mktemp("mix")
    rows = [
        {"id": f"s{n}", "prompt": text, "completion": f"It is {n}."} for n, text in enumerate(OWN)
    ]
    more = [{"id": f"m{n}", "prompt": f"m {n}", "completion": "x" * (n + 1)} for n in range(34)]
    (folder / "stored.jsonl").write_text("\n".join(map(json.dumps, rows + more)))
    (folder / "mix.toml").write_text(MIX)
    return read_mix(folder / "mix.toml")


@pytest.fixture(scope="module")
def tests(mix: MixFile, tmp_path_factory: pytest.TempPathFactory) -> Protection:
    """Six questions that the family would bring, and four of the stored ones."""
    fresh = [
        str(example.tags["question"])
        for piece in open_mix(mix).stream(items=80)
        for example in piece.examples
        if example.tags.get("question")
    ]
    path = tmp_path_factory.mktemp("tests") / "mine.jsonl"
    texts = [*fresh[2:20:3], *OWN[:4]]
    path.write_text("".join(json.dumps({"question": text}) + "\n" for text in texts))
    return protect(files=[path], local=False)


def _drawn(pieces: Sequence[MixedRows]) -> list[tuple[str, str]]:
    names = ["pool", "id"]
    return [tuple(row.values()) for piece in pieces for row in piece.rows.select(names).to_pylist()]


def _ids(drawn: Sequence[tuple[str, str]], pool: str) -> list[str]:
    return [name for found, name in drawn if found == pool]


def test_every_pool_brings_the_same_items_as_before_but_for_the_copies(
    mix: MixFile, tests: Protection
) -> None:
    open_ = list(open_mix(mix).stream(items=120))
    bad = {
        example.id
        for piece in open_
        for example, hits in zip(
            piece.examples, tests.index.scan(map(whole, piece.examples)), strict=True
        )
        if hits
    }
    clear = list(open_mix(mix, tests=tests).stream(items=90))
    assert len(bad) >= 10
    for pool in mix.pools:
        before = [name for name in _ids(_drawn(open_), pool) if name not in bad]
        after = _ids(_drawn(clear), pool)
        most = min(len(before), len(after))
        assert before[:most] == after[:most]
    places = clear[-1].places
    assert places[0].left_out >= 6
    assert places[1].copies == {"mine.jsonl": {"ngram": 4}}


def test_stored_copies_are_left_out_of_every_epoch_and_counted_once(
    mix: MixFile, tests: Protection
) -> None:
    mixture = open_mix(mix, tests=tests)
    pieces = list(mixture.stream(items=300))
    drawn = _ids(_drawn(pieces), "stored")
    assert not {"s0", "s1", "s2", "s3"} & set(drawn)
    assert set(drawn[:36]) == set(drawn[36:72])
    [_, stored] = entries(mixture, pieces[-1].places)
    assert (stored.distinct, stored.left_out) == (36, 4)
    assert stored.epochs == pytest.approx(len(drawn) / 36, abs=0.1)
    assert stored.repeats == len(drawn) - 36


@pytest.mark.parametrize("cut", [1, 5, 37, 83])
def test_a_stream_kept_clear_goes_on_exactly_from_any_step(
    mix: MixFile, tests: Protection, cut: int
) -> None:
    mixture = open_mix(mix, tests=tests)
    complete = list(mixture.stream(items=120, steps=50))
    first = list(mixture.stream(items=cut))
    rest = list(mixture.stream(first[-1].places, items=120 - cut, steps=13))
    assert _drawn(first) + _drawn(rest) == _drawn(complete)
    assert rest[-1].places == complete[-1].places


def test_shards_of_the_stream_share_no_item_and_leave_out_what_one_would(
    mix: MixFile, tests: Protection
) -> None:
    one = list(open_mix(mix, tests=tests).stream(items=70))
    parts = [list(open_mix(mix, rank, 3, tests).stream(items=40)) for rank in range(3)]
    fresh = [set(_ids(_drawn(part), "fresh")) for part in parts]
    together = fresh[0] | fresh[1] | fresh[2]
    assert len(together) == sum(map(len, fresh))
    fewest = 3 * min(map(len, fresh)) - 12
    assert set(_ids(_drawn(one), "fresh")[:fewest]) <= together
    found = RepeatCount.of(part[-1].places[0].copies for part in parts)
    assert found.total >= one[-1].places[0].left_out >= 6
    for part in parts:
        texts = [whole(example) for piece in part for example in piece.examples]
        assert not any(tests.index.scan(texts))


def test_gaps_stay_within_the_bound_when_items_are_left_out(
    mix: MixFile, tests: Protection
) -> None:
    mixture = open_mix(mix, tests=tests)
    pieces = list(mixture.stream(items=150))
    sizes = [
        (row["pool"], row["tokens"])
        for piece in pieces
        for row in piece.rows.select(["pool", "tokens"]).to_pylist()
    ]
    longest = {pool: max(size for name, size in sizes if name == pool) for pool in mix.pools}
    for entry in entries(mixture, pieces[-1].places):
        bound = gap_bound(entry.target, longest[entry.pool], max(longest.values()))
        assert entry.largest_gap <= bound


def test_the_card_and_the_ledger_say_what_was_left_out(
    mix: MixFile, tests: Protection, tmp_path: Path
) -> None:
    card = write_mixture(mix, tmp_path, Amount(items=100), tests=tests, shard_rows=40)
    found = card.decontamination
    assert found is not None
    ledger, _ = read_ledger(tmp_path)
    assert found.left_out == sum(entry.left_out for entry in ledger[-2:]) >= 10
    assert found.by_benchmark == {"mine.jsonl": found.left_out}
    assert found.checked == found.left_out + sum(entry.distinct for entry in ledger[-2:])
    assert (found.checked_against, found.digest) == ({"mine.jsonl": 10}, tests.digest)
    assert [one.drawn - one.rows for one in card.sources] == [e.left_out for e in ledger[-2:]]
    assert f"{found.left_out:,} repeat a test item" in (tmp_path / "README.md").read_text()
    assert not any(tests.index.scan(map(whole, read_examples(tmp_path))))


def test_without_test_sets_the_card_of_a_mixture_says_so(mix: MixFile, tmp_path: Path) -> None:
    card = write_mixture(mix, tmp_path, Amount(items=5))
    assert card.decontamination == Decontamination(off=True)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("**/*.*"))}


def test_an_interrupted_mixture_leaves_out_the_same(
    mix: MixFile, tests: Protection, tmp_path: Path
) -> None:
    amount = Amount(items=100)
    write_mixture(mix, tmp_path / "a", amount, tests=tests, shard_rows=30, name="x")

    def stop(_: object) -> None:
        if len(list((tmp_path / "b").glob("data/*"))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mixture(
            mix, tmp_path / "b", amount, tests=tests, shard_rows=30, name="x", progress=stop
        )
    with pytest.raises(ConfigError, match="other test sets"):
        write_mixture(mix, tmp_path / "b", amount, shard_rows=30, name="x")
    write_mixture(mix, tmp_path / "b", amount, tests=tests, shard_rows=30, name="x")
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


@pytest.mark.slow
def test_more_worker_processes_leave_out_the_same(
    mix: MixFile, tests: Protection, tmp_path: Path
) -> None:
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        write_mixture(mix, folder, Amount(items=100), tests=tests, workers=workers, name="x")
    assert _bytes(tmp_path / "1") == _bytes(tmp_path / "2")


def test_a_stored_pool_of_nothing_but_copies_ends_with_an_error(
    tests: Protection, tmp_path: Path
) -> None:
    rows = [{"prompt": text, "completion": "x"} for text in OWN[:4]]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, rows)))
    table = {"share": 1, "jsonl": str(tmp_path / "p.jsonl")}
    mixture = open_mix(MixFile.model_validate({"pools": {"p": table}}), tests=tests)
    with pytest.raises(DataError, match="every one of its 4 items repeats"):
        next(mixture.stream())


def test_a_family_of_nothing_but_copies_ends_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.mixing.pools._MAX_BARREN", 2)
    monkeypatch.setattr("underdog.data.mixing.pools._BATCH", 3)
    table = {"share": 1, "family": "words", "forms": ["cot"]}
    mix = MixFile.model_validate({"pools": {"w": table}})
    texts = [str(one.tags["question"]) for one in next(open_mix(mix).stream(items=6)).examples]
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(json.dumps({"question": text}) for text in texts))
    mixture = open_mix(mix, tests=protect(files=[path], local=False))
    with pytest.raises(DataError, match="6 of them because they repeat a test item"):
        next(mixture.stream())


def test_workers_with_other_test_sets_are_refused(mix: MixFile, tests: Protection) -> None:
    with pytest.raises(UsageError, match="other test sets"):
        next(open_mix(mix, tests=tests).stream(workers=Workers()))


@pytest.fixture
def made(tests: Protection, tmp_path: Path) -> tuple[Path, DataCard]:
    """A data set that was kept clear when it was made."""
    folder = tmp_path / "made"
    return folder, make(plan_of(["words"], 30, ["cot"]), folder, tests=tests, jsonl=False)


def _of(folder: Path) -> MixFile:
    return MixFile.model_validate({"pools": {"d": {"share": 1, "data": str(folder)}}})


def _is_clear(folder: Path, tests: Protection) -> bool:
    [pool] = open_mix(_of(folder), tests=tests).pools
    assert isinstance(pool, FinitePool)
    return pool.clear


def test_a_data_set_that_was_made_clear_is_not_compared_again(
    made: tuple[Path, DataCard], tests: Protection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def compare(*_: object) -> tuple[()]:
        compared.append(1)
        return ()

    monkeypatch.setattr(clearing, "copies_in", compare)
    card = write_mixture(_of(made[0]), tmp_path / "out", Amount(items=40), tests=tests)
    assert not compared
    assert card.decontamination is not None
    assert (card.decontamination.checked, card.decontamination.clear_before) == (0, ("d",))
    assert "before they were mixed: `d`" in (tmp_path / "out" / "README.md").read_text()
    assert _is_clear(tmp_path / "out", tests)


def test_a_card_is_not_believed_when_its_files_or_the_test_sets_are_others(
    made: tuple[Path, DataCard], tests: Protection, tmp_path: Path
) -> None:
    folder, card = made
    assert _is_clear(folder, tests)
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"question": OWN[5]}))
    assert _is_clear(folder, protect(files=[other], local=False)) is False
    facts = card.decontamination
    assert facts is not None
    for changed in (
        {"scan": facts.model_copy(update={"repeating": 1})},
        {"decontamination": Decontamination(off=True)},
        {"shards": ()},
    ):
        write_card(folder, card.model_copy(update=changed))
        assert _is_clear(folder, tests) is False
    write_card(folder, card)
    [shard] = shards_of(folder)
    shard.rename(shard.with_name("train-00001.parquet"))
    assert _is_clear(folder, tests) is False
    (folder / "card.json").unlink()
    assert _is_clear(folder, tests) is False
    assert read_card(folder) is None
