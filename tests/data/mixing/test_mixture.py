"""Mixtures: shares in tokens, fresh items or epochs, resuming, sharing the work, the ledger."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from underdog.core import Example, Segment
from underdog.data.dataset.blocks import JsonLines, ParquetBlocks
from underdog.data.dataset.card.data_card import DataCard
from underdog.data.dataset.shards import read_table, shards_of
from underdog.data.dataset.token_counts import count_tokens
from underdog.data.dataset.writing import write_dataset
from underdog.data.making.interleave import gap_bound
from underdog.data.mixing.exposures import entries, read_ledger
from underdog.data.mixing.mixing import Amount, write_mixture
from underdog.data.mixing.mixture import MixedRows, Mixture, PoolPlace, check_shares
from underdog.data.mixing.pools import FamilyPool, FinitePool
from underdog.data.mixing.recipe import MixFile, open_mix, read_mix
from underdog.errors import ConfigError, DataError, UsageError

pytestmark = pytest.mark.usefixtures("halves")


def _lines(path: Path, count: int, pad: int = 1) -> Path:
    rows = [
        {"id": f"{path.stem}-{n}", "prompt": f"question {n}", "completion": "x" * (1 + n % 7 * pad)}
        for n in range(count)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    return path


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> MixFile:
    """Fresh halves, a small file and a larger one."""
    folder = tmp_path_factory.mktemp("mix")
    _lines(folder / "few.jsonl", 30)
    _lines(folder / "many.jsonl", 5000, pad=9)
    (folder / "mix.toml").write_text(
        """
        seed = 3
        [pools.halves]
        share = 0.15
        family = "halves:top=100000"
        forms = ["answer", "cot"]
        [pools.few]
        share = 0.05
        jsonl = "few.jsonl"
        [pools.many]
        share = 0.8
        jsonl = "many.jsonl"
        """
    )
    return read_mix(folder / "mix.toml")


def _drawn(pieces: Sequence[MixedRows]) -> list[tuple[str, str, int]]:
    return [
        (row["pool"], row["id"], row["tokens"])
        for piece in pieces
        for row in piece.rows.select(["pool", "id", "tokens"]).to_pylist()
    ]


def test_shares_are_kept_in_tokens_and_gaps_within_the_bound(mix: MixFile) -> None:
    mixture = open_mix(mix)
    pieces = list(mixture.stream(items=1500, steps=400))
    drawn = _drawn(pieces)
    longest = {pool: max(t for name, _, t in drawn if name == pool) for pool in mix.pools}
    tokens = Counter[str]()
    for pool, _, size in drawn:
        tokens[pool] += size
    for place, entry in zip(pieces[-1].places, entries(mixture, pieces[-1].places), strict=True):
        assert entry.tokens == tokens[entry.pool] == place.exposure.tokens
        off = entry.tokens - entry.target * entry.position
        assert -max(longest.values()) <= off <= longest[entry.pool]
        bound = gap_bound(entry.target, longest[entry.pool], max(longest.values()))
        assert entry.largest_gap <= bound


def test_a_family_is_always_fresh_and_a_finite_pool_repeats_only_when_it_must(
    mix: MixFile,
) -> None:
    mixture = open_mix(mix)
    pieces = list(mixture.stream(items=1200))
    drawn = _drawn(pieces)
    ids = {pool: [name for found, name, _ in drawn if found == pool] for pool in mix.pools}
    assert len(set(ids["halves"])) == len(ids["halves"])
    assert len(set(ids["many"])) == len(ids["many"])
    few = Counter(ids["few"])
    assert max(few.values()) - min(few.values()) <= 1
    assert len(few) == 30
    halves, again, many = entries(mixture, pieces[-1].places)
    assert (halves.repeats, halves.epochs) == (0, 0.0)
    assert again.repeats == len(ids["few"]) - 30
    assert again.epochs == len(ids["few"]) / 30
    assert many.epochs < 1


def test_epochs_come_in_different_orders(tmp_path: Path) -> None:
    pool = FinitePool("p", JsonLines.of(_lines(tmp_path / "p.jsonl", 20)), seed=0)
    drawn = [name for _, name, _ in _drawn(list(Mixture([pool], [1.0]).stream(items=40)))]
    assert set(drawn[:20]) == set(drawn[20:])
    assert drawn[:20] != drawn[20:]


@pytest.mark.parametrize("cut", [1, 97, 400])
def test_a_stream_goes_on_exactly_from_any_step(mix: MixFile, cut: int) -> None:
    mixture = open_mix(mix)
    whole = list(mixture.stream(items=600, steps=250))
    first = list(mixture.stream(items=cut))
    rest = list(mixture.stream(first[-1].places, items=600 - cut, steps=33))
    assert _drawn(first) + _drawn(rest) == _drawn(whole)
    assert rest[-1].places == whole[-1].places


def test_workers_share_the_pools_without_overlap(mix: MixFile) -> None:
    whole = _drawn(list(open_mix(mix).stream(items=1600)))
    parts = [_drawn(list(open_mix(mix, rank, 3).stream(items=700))) for rank in range(3)]
    for pool in ("halves", "many"):
        ids = [{name for found, name, _ in part if found == pool} for part in parts]
        assert not ids[0] & ids[1]
        assert not ids[0] & ids[2]
        assert not ids[1] & ids[2]
        fewest = 3 * min(map(len, ids))
        first = [name for found, name, _ in whole if found == pool][:fewest]
        assert set(first) <= ids[0] | ids[1] | ids[2]


def test_examples_stream_without_end(mix: MixFile) -> None:
    first = list(islice(open_mix(mix).examples(), 50))
    assert all(example.completion for example in first)


def test_a_mixture_on_disk_carries_its_ledger(mix: MixFile, tmp_path: Path) -> None:
    card = write_mixture(mix, tmp_path / "out", Amount(items=500), shard_rows=200)
    assert (card.rows, card.repeats) == (500, True)
    rows, counted_by = read_ledger(tmp_path / "out")
    assert counted_by == "characters / 4 (an estimate)"
    assert [entry.step for entry in rows] == [200] * 3 + [400] * 3 + [500] * 3
    table = read_table(shards_of(tmp_path / "out")[0])
    assert {"pool", "tokens"} <= set(table.column_names)
    verified = next(one.rows for one in card.sources if one.source == "halves")
    assert card.verified == verified


def test_an_interrupted_mixture_ends_with_the_same_bytes(mix: MixFile, tmp_path: Path) -> None:
    whole = write_mixture(mix, tmp_path / "a", Amount(tokens=4000), shard_rows=100, name="x")

    def stop(how_far: object) -> None:
        if len(list((tmp_path / "b").glob("data/*"))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mixture(
            mix, tmp_path / "b", Amount(tokens=4000), shard_rows=100, name="x", progress=stop
        )
    assert (
        write_mixture(mix, tmp_path / "b", Amount(tokens=4000), shard_rows=100, name="x") == whole
    )
    assert read_ledger(tmp_path / "a") == read_ledger(tmp_path / "b")
    assert sum(one.rows for one in whole.sources) == whole.rows
    assert write_mixture(mix, tmp_path / "b", Amount(tokens=4000)) == whole
    with pytest.raises(ConfigError, match="other settings"):
        write_mixture(mix, tmp_path / "b", Amount(tokens=4001))
    (tmp_path / "b" / "card.json").unlink()
    with pytest.raises(ConfigError, match="other settings"):
        write_mixture(mix, tmp_path / "b", Amount(items=4))


def test_a_data_set_is_a_pool(sums: tuple[Path, DataCard], tmp_path: Path) -> None:
    pool = FinitePool("sums", ParquetBlocks.of(sums[0]), seed=1)
    assert pool.size == 300
    drawn = _drawn(list(Mixture([pool], [1.0]).stream(items=300)))
    assert len({name for _, name, _ in drawn}) == 300
    places = (PoolPlace(next(iter(Mixture([pool], [1.0]).start())).exposure, 299),)
    again = _drawn(list(Mixture([pool], [1.0]).stream(places, items=1)))
    assert again == drawn[-1:]


def test_items_that_are_refused_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("underdog.data.mixing.pools._BATCH", 60)
    monkeypatch.setattr("underdog.data.mixing.mixture._EXAMPLES", 40)
    (tmp_path / "m.toml").write_text(
        '[pools.h]\nshare = 1.0\nfamily = "halves:top=5000,lie=2"\nforms = ["program"]\n'
    )
    mixture = open_mix(read_mix(tmp_path / "m.toml"))
    examples = list(islice(mixture.examples(), 40))
    assert all(int(str(one.tags["answer"])) % 2 == 1 for one in examples)
    assert len({one.id for one in examples}) == 40


def test_a_pool_of_nothing_but_refused_items_ends_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("underdog.data.mixing.pools._MAX_BARREN", 2)
    monkeypatch.setattr("underdog.data.mixing.pools._BATCH", 30)
    mix = MixFile.model_validate(
        {"pools": {"h": {"share": 1, "family": "halves:top=5000,lie=1", "forms": ["program"]}}}
    )
    assert isinstance(open_mix(mix).pools[0], FamilyPool)
    with pytest.raises(DataError, match="none of 60 items"):
        next(open_mix(mix).examples())


def test_shares_that_do_not_sum_to_one_are_named() -> None:
    with pytest.raises(ConfigError, match=r"sum to 0.9, not 1 \(a 0.5, b 0.4\)"):
        check_shares({"a": 0.5, "b": 0.4})
    with pytest.raises(ConfigError, match="pool 'a': share=0"):
        check_shares({"a": 0, "b": 1})
    with pytest.raises(ConfigError, match="at least one pool"):
        check_shares({})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[pools.a]\nshare = 1\n", "exactly one of family, data and jsonl"),
        ('[pools.a]\nshare = 1\njsonl = "x"\nforms = ["cot"]', "forms goes with family"),
        ('[pools.a]\nshare = 1\nfamly = "x"\n', "'pools.a.famly'; did you mean family"),
        ("[pools", "not valid TOML"),
        ("", "pools"),
    ],
)
def test_a_malformed_mixture_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_mix(tmp_path / "m.toml")


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no.toml: no such file"):
        read_mix(tmp_path / "no.toml")
    with pytest.raises(DataError, match="cannot read"):
        JsonLines.of(tmp_path / "no.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(DataError, match="no rows"):
        JsonLines.of(tmp_path / "empty.jsonl")
    with pytest.raises(DataError, match="underdog data mix"):
        read_ledger(tmp_path)
    (tmp_path / "ledger.json").write_text("{}")
    with pytest.raises(DataError, match="damaged"):
        read_ledger(tmp_path)
    with pytest.raises(ConfigError, match="either items or tokens"):
        Amount()
    pool = FinitePool("p", JsonLines.of(_lines(tmp_path / "p.jsonl", 2)), 0)
    with pytest.raises(UsageError, match="worker 2 of 2"):
        Mixture([pool], [1.0], 2, 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"prompt": "a"}', "needs messages"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "must be the assistant's"),
        ('{"messages": [{"role": "robot", "content": "a"}]}', "messages.0.role"),
        ("no json", "JSON"),
    ],
)
def test_a_line_that_is_no_item_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"prompt": "a", "completion": "b"}\n' + line + "\n")
    with pytest.raises(DataError, match=f"bad.jsonl:2: .*{message}"):
        JsonLines.of(path).read(0)


def test_lines_of_messages_keep_their_turns_and_tags(tmp_path: Path) -> None:
    turns = [{"role": "system", "content": "s"}, {"role": "assistant", "content": "a"}]
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps({"messages": turns, "answer": "4", "teacher": "t"}))
    row = JsonLines.of(path).read(0).to_pylist()[0]
    assert row["messages"] == turns
    assert (row["answer"], row["id"], row["completion"]) == ("4", "m.jsonl:1", "a")
    assert json.loads(row["tags"]) == {"teacher": "t"}


def test_lines_may_be_questions_with_answers(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"question": "q", "answer": "a", "level": 2}))
    row = JsonLines.of(path).read(0).to_pylist()[0]
    assert [row[name] for name in ("prompt", "completion", "answer")] == ["q", "a", "a"]
    assert json.loads(row["tags"]) == {"level": 2}


def test_a_file_sorted_by_label_is_shuffled_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "sorted.jsonl"
    lines = [{"question": f"{n}", "answer": f"label {n // 500}"} for n in range(5_000)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    pool = FinitePool("p", JsonLines.of(path), seed=0)
    [piece] = Mixture([pool], [1.0]).stream(items=200, steps=200)
    assert len({example.completion for example in piece.examples}) == 10


def test_tokens_are_counted_by_a_tokenizer_or_estimated(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {"[UNK]": 0, "one": 1, "two": 2, "three": 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    segments = (Segment("one two", "user", 0.0), Segment("three", "assistant", 1.0))
    write_dataset(tmp_path / "d", [Example("1", segments)], origin={})
    table = read_table(shards_of(tmp_path / "d")[0])
    assert count_tokens(table, str(tmp_path / "tokenizer.json")) == [3]
    assert count_tokens(table) == [3]
    with pytest.raises(DataError, match="no tokenizer at"):
        count_tokens(table, str(tmp_path / "no.json"))
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(DataError, match=r"no tokenizer.json"):
        count_tokens(table, str(tmp_path / "bad.json"))
