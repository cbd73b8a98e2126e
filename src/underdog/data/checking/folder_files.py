"""The files of a data set against its card: none missing, changed, unknown or unlike the others."""

import hashlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from underdog.data.checking.finding import Findings
from underdog.data.dataset.card.data_card import DataCard
from underdog.data.dataset.card.page import readme
from underdog.data.dataset.shards import count_rows, jsonl_lines, shard_path
from underdog.data.workers import Workers
from underdog.errors import DataError
from underdog.files import sha256_file

_OWN = {"README.md", "card.json"}
_COLLECTED = {"journal.jsonl", "rejected.jsonl"}
_MIXED = {"ledger.parquet", "ledger.json"}
_GRANTED = ("LICENSE", "LICENCE", "NOTICE", "pass_rates")
"""Beginnings of names that are no data of the set."""


def check_folder(folder: Path, card: DataCard, workers: Workers[Any]) -> Findings:
    """Compare the files in a folder with the card.

    Args:
        folder: The data set.
        card: Its card.
        workers: Processes that hash the files.
    """
    found = Findings()
    names = Counter(shard.path for shard in card.shards)
    found.add("file twice on the card", [name for name, times in names.items() if times > 1])
    paths = {name: folder / name for name in names}
    found.add("file of another folder on the card", [name for name in names if not _inside(name)])
    missing = [Path(name).name for name, path in paths.items() if not path.is_file()]
    there = [one for one in card.shards if paths[one.path].is_file()]
    hashes = [(one, workers.ask(sha256_file, paths[one.path])) for one in there]
    changed = [Path(one.path).name for one, digest in hashes if digest.take() != one.sha256]
    found.add("file missing", missing)
    found.add("file changed", changed)
    found.add("file not on the card", _unknown(folder, card, set(names)))
    needed = _needed(card)
    found.add("file missing", [name for name in sorted(needed) if not (folder / name).is_file()])
    _check_names(card, found)
    _check_lines(folder, card, found, workers)
    page = folder / "README.md"
    if page.is_file() and page.read_bytes() != readme(card).encode():
        found.add("file is not what the card says", ["README.md"])
    return found


def is_mixture(card: DataCard) -> bool:
    """Whether the card is of a mixture."""
    return card.origin is not None and "mixture" in card.origin


def _needed(card: DataCard) -> set[str]:
    collected = _COLLECTED if card.sampling is not None else set[str]()
    return _OWN | collected | (_MIXED if is_mixture(card) else set[str]())


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and len(path.parts) == 2


def _unknown(folder: Path, card: DataCard, listed: set[str]) -> list[str]:
    known = listed | _needed(card)
    unknown: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in name.parts):
            continue
        if name.as_posix() not in known and not name.parts[0].startswith(_GRANTED):
            unknown.append(path.name)
    return unknown


def _check_names(card: DataCard, found: Findings) -> None:
    """Shards are numbered from 0 and named after the split; JSON lines, if any, for every shard."""
    shards = [one.path for one in card.shards if one.path.startswith("data/")]
    lines = [one.path for one in card.shards if one.path.startswith("jsonl/")]
    wanted = [shard_path(Path(), card.split, number).as_posix() for number in range(len(shards))]
    found.unless(shards == wanted, "shards are not numbered one after the other")
    jsonl = [f"jsonl/{Path(name).stem}.jsonl" for name in wanted]
    found.unless(lines in ([], jsonl), "JSON lines are not those of the shards")
    found.unless(len(shards) + len(lines) == len(card.shards), "a listed file is no data")


def _check_lines(folder: Path, card: DataCard, found: Findings, workers: Workers[Any]) -> None:
    """Rows by file, and JSON lines against the rows of their shard."""
    rows = {one.path: one.rows for one in card.shards}
    asked = [
        (name, workers.ask(_same_lines, folder / name, folder / f"jsonl/{Path(name).stem}.jsonl"))
        for name in rows
        if name.startswith("data/") and (folder / name).is_file()
    ]
    for name, pending in asked:
        counted, same = pending.take()
        lines = f"jsonl/{Path(name).stem}.jsonl"
        for file in (name, lines) if lines in rows else (name,):
            if rows[file] != counted:
                found.add("file has other rows than the card says", [Path(file).name])
        if not same:
            found.add("JSON lines are not the rows of their shard", [Path(lines).name])


def _same_lines(shard: Path, lines: Path) -> tuple[int, bool]:
    """Rows of a shard, and whether its JSON lines, if there are any, hold the same."""
    try:
        counted = count_rows(shard)
    except DataError:
        return 0, True
    if not lines.is_file():
        return counted, True
    digest = hashlib.sha256()
    try:
        for line in jsonl_lines(shard):
            digest.update(line)
    except (OSError, ValueError, TypeError, KeyError, DataError):
        return counted, False
    return counted, digest.hexdigest() == sha256_file(lines)
