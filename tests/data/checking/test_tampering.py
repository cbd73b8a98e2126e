"""Tampering with data sets of all four kinds, hashes mended behind it: all of it is found."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from underdog.data.checking.checking import check_dataset
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.shards import export_jsonl, read_state, shards_of, write_shard
from underdog.data.decontamination import protect
from underdog.data.making.make import make
from underdog.data.mixing.mixing import mix
from underdog.data.selectors import Keep
from underdog.data.selectors.selection import select_dataset
from underdog.data.sources.model_data import collect
from underdog.errors import DataError

Row = dict[str, Any]
Change = Callable[[Path], None]
SETS = ("made", "collected", "selected", "mixed")


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of each kind, in folders of their names."""
    root = tmp_path_factory.mktemp("sets")
    mine = root / "mine.jsonl"
    mine.write_text(json.dumps({"question": "Seven grey geese cross a wide frozen river slowly."}))
    tests = protect(files=[mine], local=False)
    plan = plan_of(["addition:digits=3", "chain=0.5"], 24, ["cot", "program"], shard_problems=9)
    make(plan, root / "made", tests=tests)
    collect(
        "self:form=cot,k=2",
        root / "collected",
        seeds="addition:digits=1",
        count=8,
        max_seeds=40,
        model="scripted:reply=The answer is 7.",
        decontaminate=False,
    )
    select_dataset(root / "made", root / "selected", "random", keep=Keep.parse("50%"))
    recipe = root / "mix.toml"
    recipe.write_text(
        '[pools.sums]\nshare = 0.6\nfamily = "addition:digits=2"\nforms = ["cot"]\n'
        f'[pools.stored]\nshare = 0.4\ndata = "{root / "made"}"\n'
    )
    mix(recipe, root / "mixed", items=40, decontaminate=False)
    return root


@pytest.fixture
def copies(sets: Path, tmp_path: Path) -> Path:
    shutil.copytree(sets, tmp_path / "sets", dirs_exist_ok=True)
    return tmp_path / "sets"


def mend(folder: Path, **card: object) -> None:
    """Write a card that is true of the files' hashes and rows, as a careful forger would."""
    told = read_card(folder)
    assert told is not None
    shards = []
    for one in told.shards:
        path = folder / one.path
        if path.exists():
            digest = sha256(path.read_bytes()).hexdigest()
            rows = (
                pq.read_metadata(path).num_rows
                if path.suffix == ".parquet"
                else len(path.read_bytes().splitlines())
            )
            shards.append(one.model_copy(update={"sha256": digest, "rows": rows}))
    changed = told.model_copy(update={"shards": tuple(shards)}).model_dump() | card
    write_card(folder, DataCard.model_validate(changed))


def rows(change: Callable[[list[Row]], object], number: int = 0) -> Change:
    """A change of the rows of one shard; JSON lines and hashes follow."""

    def tamper(folder: Path) -> None:
        path = shards_of(folder)[number]
        table = pq.read_table(path)
        content = table.to_pylist()
        change(content)
        write_shard(
            path, pa.Table.from_pylist(content, schema=table.schema), read_state(path).decode()
        )
        lines = folder / "jsonl" / f"{path.stem}.jsonl"
        if lines.exists():
            lines.unlink()
            export_jsonl(path)
        mend(folder)

    return tamper


def cell(column: str, value: object, row: int = 2) -> Change:
    """Another value in a cell; a function is applied to the old one."""

    def change(content: list[Row]) -> None:
        old = content[row][column]
        content[row][column] = value(old) if callable(value) else value
        assert content[row][column] != old

    return rows(change)


def question(content: list[Row]) -> None:
    """One number of a question changed, in all columns that show it."""
    row = content[2]
    old = row["question"]
    digit = next(char for char in old if char.isdigit())
    new = old.replace(digit, str((int(digit) + 1) % 9 + 1), 1)
    row["question"] = new
    row["prompt"] = row["prompt"].replace(old, new)
    row["messages"] = [
        {"role": turn["role"], "content": turn["content"].replace(old, new)}
        for turn in row["messages"]
    ]


def wrong_step(content: list[Row]) -> None:
    """A wrong step on the way, the right end."""
    row = next(one for one in content if len(one["steps"] or []) > 2)
    row["steps"][-2]["value"] = "999"


def card(**fields: object) -> Change:
    return lambda folder: mend(folder, **fields)


def edited(change: Callable[[Row], object]) -> Change:
    """A change of card.json; README.md follows."""

    def tamper(folder: Path) -> None:
        content = json.loads((folder / "card.json").read_bytes())
        change(content)
        write_card(folder, DataCard.model_validate(content))

    return tamper


def put(name: str, content: bytes = b"{}\n") -> Change:
    def tamper(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    return tamper


def state(change: Callable[[Row], object]) -> Change:
    """A change of the state in the last shard's metadata."""

    def tamper(folder: Path) -> None:
        path = shards_of(folder)[-1]
        content = json.loads(read_state(path))
        change(content)
        write_shard(path, pq.read_table(path), json.dumps(content))
        mend(folder)

    return tamper


def lines(name: str, change: Callable[[list[Any]], object]) -> Change:
    """A change of a file of JSON lines, or of one JSON value."""

    def tamper(folder: Path) -> None:
        path = folder / name
        whole = path.suffix == ".json"
        content = (
            [json.loads(path.read_bytes())]
            if whole
            else [json.loads(line) for line in path.read_bytes().splitlines()]
        )
        change(content)
        text = "".join(json.dumps(one, ensure_ascii=name != "jsonl") + "\n" for one in content)
        path.write_bytes(text.encode())
        mend(folder)

    return tamper


def renamed(old: str, new: str) -> Change:
    return lambda folder: (folder / old).rename(folder / new) and None


def copied(old: str, new: str) -> Change:
    return lambda folder: shutil.copy(folder / old, folder / new) and None


def drop_problem(content: list[Row]) -> None:
    key = content[2]["key"]
    content[:] = [row for row in content if row["key"] != key]


def swap(content: list[Row]) -> None:
    content[0], content[2] = content[2], content[0]


def text(old: str, extra: str = " ") -> str:
    return old + extra


def first_source(content: Row, **fields: object) -> None:
    content["sources"][0] |= fields


def everywhere(**fields: object) -> dict[str, Change]:
    """One change for every kind of data set."""
    return {f"card: {name}={value!r}": card(**{name: value}) for name, value in fields.items()}


TEXTS: dict[str, Change] = {
    "question's number": rows(question),
    "answer": cell("answer", "5"),
    "completion": cell("completion", text),
    "prompt": cell("prompt", text),
    "messages unlike prompt": cell(
        "messages", lambda old: [{"role": "user", "content": "Other."}, *old[1:]]
    ),
    "messages unlike completion": cell(
        "messages", lambda old: [*old[:-1], {"role": "assistant", "content": "Other."}]
    ),
    "role": cell("messages", lambda old: [{**old[0], "role": "assistant"}, *old[1:]]),
    "segments": cell("segments", lambda old: [{"text": "x", "role": "assistant", "weight": 1.0}]),
    "id": cell("id", lambda old: old + "0"),
    "form": cell("form", lambda old: "program" if old == "cot" else "cot"),
    "source": cell("source", "words"),
    "split": cell("split", "test"),
    "difficulty": cell("difficulty", 99.5),
    "choices": cell("choices", ["a", "b"]),
    "steps": cell("steps", [dict.fromkeys(("name", "formula", "value", "text", "question"), "1")]),
    "tags": cell("tags", lambda old: json.dumps({**json.loads(old or "{}"), "teacher": "gpt"})),
    "checker": cell("tags", lambda old: json.dumps({**json.loads(old), "checker": "exact"})),
    "no tags": cell("tags", None),
    "twice": rows(lambda content: content.append(content[0])),
    "swapped rows": rows(swap),
    "a row less": rows(lambda content: content.pop(1)),
    "a problem less": rows(drop_problem),
}
FILES: dict[str, Change] = {
    "a further parquet file": copied("data/train-00000.parquet", "data/extra.parquet"),
    "a further shard": copied("data/train-00000.parquet", "data/train-00077.parquet"),
    "parquet above": copied("data/train-00000.parquet", "train.parquet"),
    "further JSON lines": put("jsonl/more.jsonl"),
    "a further folder": put("validation/rows.csv"),
    "a shard renamed": renamed("data/train-00000.parquet", "data/train-00050.parquet"),
    "README.md": put("README.md", b"# All verified by hand\n"),
    "a flipped bit": lambda folder: _flip(shards_of(folder)[0]),
}
CARDS: dict[str, Change] = {
    **everywhere(
        rows=10_000,
        problems=9,
        verified=1,
        split="dev",
        sources=(),
        shards=(),
        origin=None,
        plan=None,
        sampling=None,
    ),
    "rows of a source": edited(lambda content: first_source(content, rows=1)),
    "drawn of a source": edited(lambda content: first_source(content, drawn=7_777)),
    "wanted of a source": edited(lambda content: first_source(content, wanted=7_777)),
    "repeats of a source": edited(lambda content: first_source(content, repeats=7)),
    "refused of a source": edited(
        lambda content: first_source(content, refused={"cot": {"graded wrong": 4}})
    ),
    "name of a source": edited(lambda content: first_source(content, source="other")),
    "repeats": edited(lambda content: content.update(repeats=not content.get("repeats"))),
    "scan of nothing": card(scan={"checked": 1, "checked_against": {"a": 1}, "digest": "x"}),
    "decontaminated by others": card(
        decontamination={"checked": 9, "checked_against": {"gsm8k": 9}, "digest": "abc"}
    ),
}
OWN: dict[str, dict[str, Change]] = {
    "made": {
        "wrong step": rows(wrong_step),
        "no key": cell("key", None),
        "no decontamination": card(decontamination=None),
        "decontamination off": card(decontamination={"off": True}),
        "more left out": edited(lambda content: content["decontamination"].update(left_out=3)),
        "other digest": edited(lambda content: content["decontamination"].update(digest="0")),
        "fewer compared": edited(lambda content: content["decontamination"].update(checked=3)),
        "seed": edited(lambda content: content["plan"].update(seed=3)),
        "count": edited(lambda content: content["plan"].update(count=25)),
        "not verified": edited(lambda content: content["plan"].update(verify=False)),
        "no instruction": edited(lambda content: content["plan"].update(instruction=False)),
        "forms": edited(lambda content: content["plan"]["sources"][0].update(forms=["cot"])),
        "version": edited(lambda content: content["plan"]["sources"][0].update(version=9)),
        "share": edited(
            lambda content: [
                one.update(share=share)
                for one, share in zip(content["plan"]["sources"], (0.5, 0.5), strict=True)
            ]
        ),
        "saturated": edited(lambda content: first_source(content, saturated=True)),
        "state": state(lambda content: content["feeds"][0].update(next=1)),
        "plan in a state": state(lambda content: content["plan"].update(seed=8)),
        "lines unlike rows": lines(
            "jsonl/train-00000.jsonl", lambda content: content[0].update(answer="0")
        ),
        "a shard less": lambda folder: (
            shards_of(folder)[-1].unlink(),
            mend(folder),
        ),
        "a problem of another seed": rows(
            lambda content: content[0].update(id=content[0]["id"].replace("-0-", "-5-"))
        ),
    },
    "collected": {
        "no journal": lambda folder: (folder / "journal.jsonl").unlink(),
        "no rejected": lambda folder: (folder / "rejected.jsonl").unlink(),
        "calls": edited(lambda content: content["sampling"].update(calls=1)),
        "tokens": edited(lambda content: content["sampling"].update(generated_tokens=1)),
        "accepted": edited(lambda content: content["sampling"].update(accepted=1)),
        "records": edited(lambda content: content["sampling"].update(records=6)),
        "reasons": edited(lambda content: content["sampling"].update(reasons={})),
        "engines": edited(lambda content: content["sampling"].update(engines={"main": "gpt"})),
        "seeds used": edited(lambda content: content["sampling"].update(seeds_used=1)),
        "stopped": edited(lambda content: content["sampling"].update(stopped_by="tokens")),
        "count": edited(lambda content: content["sampling"]["plan"].update(count=99)),
        "seed": edited(lambda content: content["sampling"]["plan"].update(seed=99)),
        "seeds": edited(lambda content: content["sampling"]["plan"].update(seeds="gsm8k")),
        "source": edited(lambda content: content["sampling"]["plan"].update(source="hinted")),
        "no decontamination": card(decontamination=None),
        "a rejected record less": lines("rejected.jsonl", lambda content: content.pop()),
        "a rejected reply": lines(
            "rejected.jsonl", lambda content: content[0].update(reply="The answer is 8.")
        ),
        "a record of the journal": lines(
            "journal.jsonl",
            lambda content: [one.update(records=[]) for one in content if "records" in one],
        ),
        "settings of the journal": lines(
            "journal.jsonl", lambda content: content[0]["manifest"].update(checker="exact")
        ),
    },
    "selected": {
        "wrong step": rows(wrong_step),
        "no key": cell("key", None),
        "more than were kept": edited(lambda content: content["origin"].update(keep=3)),
        "pretends a plan": edited(
            lambda content: content.update(
                plan=plan_of(["addition:digits=3"], 24).model_dump(mode="json")
            )
        ),
    },
    "mixed": {
        "pool": cell("pool", lambda old: "stored" if old == "sums" else "sums"),
        "tokens": cell("tokens", 1),
        "share": edited(
            lambda content: [
                pool.update(share=0.5)
                for pool in content["origin"]["mixture"]["mix"]["pools"].values()
            ]
        ),
        "seed": edited(lambda content: content["origin"]["mixture"]["mix"].update(seed=4)),
        "items": edited(lambda content: content["origin"]["mixture"].update(items=41)),
        "rank": edited(lambda content: content["origin"]["mixture"].update(rank=1, world=2)),
        "tests": edited(lambda content: content["origin"]["mixture"].update(tests="abc")),
        "family": edited(
            lambda content: content["origin"]["mixture"]["mix"]["pools"]["sums"].update(
                family="addition:digits=3"
            )
        ),
        "no decontamination": card(decontamination=None),
        "ledger": lines("ledger.json", lambda content: content[0]["entries"][0].update(tokens=1)),
        "gap in the ledger": lines(
            "ledger.json", lambda content: content[0]["entries"][0].update(largest_gap=0)
        ),
        "no ledger": lambda folder: (folder / "ledger.parquet").unlink(),
        "state": state(lambda content: content["places"][0].update(next=1_000)),
        "a row of its pool twice": rows(lambda content: _repeat(content, "stored")),
    },
}


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def _repeat(content: list[Row], pool: str) -> None:
    """The next row of a pool becomes its first once more, as long as the old one in tokens."""
    places = [place for place, row in enumerate(content) if row["pool"] == pool]
    content[places[1]] = {**content[places[0]], "tokens": content[places[1]]["tokens"]}


HARMLESS = {
    ("collected", "card: plan=None"),
    ("collected", "card: origin=None"),
    ("selected", "card: plan=None"),
    ("selected", "card: sampling=None"),
    ("made", "card: sampling=None"),
    ("made", "card: origin=None"),
    ("mixed", "card: plan=None"),
    ("mixed", "card: sampling=None"),
}
"""Changes that change nothing."""
OPEN = {("selected", "swapped rows"): "the set it was selected from is not named"}
"""Changes that nothing in the folder speaks against; the documentation says so."""
GROUPS: dict[str, dict[str, dict[str, Change]]] = {
    kind: {"texts": TEXTS, "files": FILES, "card": CARDS, "own": OWN[kind]} for kind in SETS
}


@pytest.mark.parametrize("kind", SETS)
def test_every_kind_of_data_set_is_sound_as_it_was_written(sets: Path, kind: str) -> None:
    report = check_dataset(sets / kind)
    assert [str(one) for one in report.findings] == []
    assert (report.derived == report.rows) is (kind != "collected")


def test_there_are_more_than_two_hundred_kinds_of_tampering() -> None:
    assert sum(len(group) for groups in GROUPS.values() for group in groups.values()) > 200


@pytest.mark.parametrize("group", ["texts", "files", "card", "own"])
@pytest.mark.parametrize("kind", SETS)
def test_every_tampering_is_found(copies: Path, kind: str, group: str) -> None:
    missed: list[str] = []
    for name, change in GROUPS[kind][group].items():
        if (kind, name) in HARMLESS:
            continue
        folder = copies / "tampered" / name.replace("/", "_")
        shutil.copytree(copies / kind, folder)
        change(folder)
        if not _found(folder):
            missed.append(name)
    assert missed == [name for own, name in OPEN if own == kind and name in GROUPS[kind][group]]


def _found(folder: Path) -> bool:
    try:
        return not check_dataset(folder).sound
    except DataError:
        return True
