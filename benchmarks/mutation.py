"""Would a test notice? Small faults, one at a time, in the code that decides the numbers.

The package and its tests are copied to a folder of their own. One run of the tests there records
which test reaches which line and how long each takes; then every fault (see `mutation_sites`) meets
the tests that reach its line, the quickest first, and then those of its folder. It is killed when
one fails or time runs out, and survives when all pass. Run from the repository root, in the
development environment:

    python benchmarks/mutation.py --count 300 --work /tmp/mutation --out docs/studies/mutation

Stopped and started again, it goes on where it was. Nothing of the working tree is changed. A test
counts only if it passes without any fault: tests that fail in a copy are left out before, and every
test that killed a fault is run once more without one at the end.

`--now` adds the test files of the working tree that were added or changed since the recording,
whole. `--again` tries the survivors once more, against these and more tests of the folder, but for
those whose reason stands in the table.
"""

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import Queue

from mutation_runner import Runner
from mutation_sites import Site, changed, drawn, sites, statement

ROOT = Path(__file__).parents[1]
AREAS = {
    "grading": "src/underdog/grading",
    "measure": "src/underdog/measure",
    "runs": "src/underdog/runs",
    "strategies": "src/underdog/strategies",
    "forms": "src/underdog/forms",
    "decontamination": "src/underdog/data/decontamination",
    "interleaving": "src/underdog/data/mixing",
    "sampling": "src/underdog/engines/openvino/decoding",
}
TESTS = (
    "tests/grading", "tests/measure", "tests/runs", "tests/strategies", "tests/forms",
    "tests/data", "tests/engines", "tests/reports", "tests/pinned", "tests/tasks", "tests/cli",
)  # fmt: skip
NEAR = {
    "grading": "tests/grading", "measure": "tests/measure", "runs": "tests/runs",
    "strategies": "tests/strategies", "forms": "tests/forms", "decontamination": "tests/data",
    "interleaving": "tests/data", "sampling": "tests/engines",
}  # fmt: skip
"""Tests beside those that were seen to reach a line: some of it runs in a child process."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one fault."""

    area: str
    path: str
    line: int
    fault: str
    outcome: str
    tests: int
    killer: str
    seconds: float
    at: int
    round: int = 1


def copy_tree(work: Path) -> Path:
    """A copy of the package and its tests, without caches."""
    tree = work / "tree"
    if not tree.exists():
        skip = shutil.ignore_patterns("__pycache__", ".venv", ".git", "_build", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=skip, symlinks=True)
        for beside in ROOT.parent.iterdir():  # what tests look for beside the checkout
            link = work / beside.name
            if beside.name != ROOT.name and beside.is_dir() and not link.exists():
                link.symlink_to(beside)
    return tree


def surroundings(tree: Path) -> dict[str, str]:
    """The environment of a run in a copy: its own package, no byte code left behind."""
    return os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(tree.parent / "hypothesis"),
    }


PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header")


def record(work: Path, tree: Path, folders: Sequence[str]) -> dict[str, object]:
    """Which tests pass, how long each takes, which lines each reaches: a run for each folder."""
    kept = work / "record.json"
    if kept.exists():
        return json.loads(kept.read_text())
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "tests"], cwd=tree, check=True)
    tests: dict[str, float] = {}
    lines: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for folder in folders:
        place = work / "recorded" / folder.replace("/", "-")
        if not (place / "done").exists():
            _record_one(place, tree, folder)
        tests |= _durations(place / "durations.jsonl")
        for path, by_line in _lines(place, tree).items():
            for line, names in by_line.items():
                lines[path][line].extend(names)
    seen = {"tests": tests, "lines": lines}
    kept.write_text(json.dumps(seen))
    return json.loads(kept.read_text())


def _record_one(place: Path, tree: Path, folder: str) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    report = place / "durations.jsonl"
    (place / "duration_plugin.py").write_text(PLUGIN)
    env = surroundings(tree)
    env |= {"DURATIONS": str(report), "COVERAGE_FILE": str(place / "coverage")}
    env["PYTHONPATH"] += os.pathsep + str(place)
    command = [
        *PYTEST, folder, "-m", "not slow and not model", "-p", "duration_plugin", "-n", "2",
        "--cov=underdog", "--cov-context=test", "--cov-report=",
    ]  # fmt: skip
    log = place / "recording.log"
    with log.open("w") as said:
        done = subprocess.run(command, cwd=tree, env=env, stdout=said, stderr=said, text=True)
    print(folder, log.read_text().strip().splitlines()[-1], flush=True)
    if done.returncode > 1:
        raise SystemExit(f"the tests of {folder} could not be run to their end: see {log}")
    (place / "done").touch()


PLUGIN = """
import json, os

def pytest_runtest_logreport(report):
    if "PYTEST_XDIST_WORKER" not in os.environ and (report.when == "call" or report.failed):
        with open(os.environ["DURATIONS"], "a") as file:
            file.write(json.dumps([report.nodeid, report.duration, report.outcome]) + "\\n")
"""


def _durations(report: Path) -> dict[str, float]:
    """Seconds of every test that passed."""
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    bad = {name for name, _, outcome in rows if outcome != "passed"}
    return {name: seconds for name, seconds, _ in rows if name not in bad}


def _lines(work: Path, tree: Path) -> dict[str, dict[str, list[str]]]:
    """Tests by file and line; in another process, where no file here is named like coverage."""
    traced = [file.name for file in work.glob("coverage*")]
    subprocess.run(
        [sys.executable, "-m", "coverage", "combine", "--keep", "-q", "--data-file=lines", *traced],
        cwd=work, check=True,
    )  # fmt: skip
    shown = subprocess.run(
        [sys.executable, "-c", SHOW, "lines"], cwd=work, check=True, capture_output=True
    )
    table: dict[str, dict[str, list[str]]] = {}
    for path, lines in json.loads(shown.stdout).items():
        table[Path(path).relative_to(tree).as_posix()] = {
            line: sorted({one.rpartition("|")[0] for one in names if one})
            for line, names in lines.items()
        }
    return table


SHOW = """
import json, sys
from coverage import CoverageData
seen = CoverageData(sys.argv[1])
seen.read()
print(json.dumps({path: seen.contexts_by_lineno(path) for path in seen.measured_files()}))
"""


def chosen_tests(
    seen: Mapping[str, object], area: str, path: str, lines: Sequence[int] | None, cap_s: float
) -> list[str]:
    """The tests to run against a fault, up to a sum of seconds.

    Args:
        seen: What `record` found.
        area: Name of the fault's area.
        path: The fault's file.
        lines: Lines of its statement; None where that runs as the file is imported.
        cap_s: Most seconds of tests that reach the lines; of the others a third of that, or as
            many where none was seen to reach them.

    Returns:
        Those that reach the lines before those of the folder; within each those named like the
        file first, then the quickest.
    """
    tests: Mapping[str, float] = seen["tests"]  # type: ignore[assignment]
    table: Mapping[str, Mapping[str, Sequence[str]]] = seen["lines"]  # type: ignore[assignment]
    by_line = table.get(path, {})
    asked = by_line if lines is None else [str(line) for line in lines]
    reached = {name for line in asked for name in by_line.get(line, ()) if name in tests}
    near = {name for name in tests if name.startswith(NEAR[area] + "/")} - reached
    stem = Path(path).stem
    kept: list[str] = []
    for group, most_s in ((reached, cap_s), (near, cap_s / 3 if reached else cap_s)):
        spent = 0.0
        for name in sorted(group, key=lambda one: (stem not in one, tests[one], one)):
            spent += tests[name] + 0.01
            if spent <= most_s:
                kept.append(name)
    return kept


def try_fault(
    runner: Runner, tree: Path, area: str, path: str, site: Site, names: Sequence[str],
    limit_s: float,
) -> Verdict:  # fmt: skip
    """Put one fault into a copy, run the tests, take it out again."""
    file = tree / path
    source, stamp = file.read_text("utf-8"), file.stat()
    for cached in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
        cached.unlink()
    started = time.monotonic()
    try:
        file.write_text(changed(source, site), "utf-8")
        outcome, killer = ("survived", "") if names else ("survived", "no test")
        for some in (names[:FEW], names[FEW:]):
            if some and outcome == "survived":
                outcome, killer = _run(runner, tree, some, limit_s)
    finally:
        file.write_text(source, "utf-8")
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    return Verdict(
        area, path, site.line, site.what, outcome, len(names), killer,
        round(time.monotonic() - started, 1), site.start,
    )  # fmt: skip


FEW = 40
"""Tests of the first run: most faults fall to them, and few files have to be collected."""


def _run(runner: Runner, tree: Path, names: Sequence[str], limit_s: float) -> tuple[str, str]:
    code, said = _pytest(runner, tree, names, limit_s, "-x")
    if code is None:
        return "killed", "time ran out"
    if code == 0:
        return "survived", ""
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not failed:
        raise RuntimeError(f"pytest ended with {code} and no test failed:\n{said[-2000:]}")
    return "killed", _test_of(failed[0], names)


def _test_of(line: str, names: Sequence[str]) -> str:
    """The test that a line of pytest's summary names: an id may hold what stands behind ids."""
    told = line.split(" ", 1)[1]
    known = [name for name in names if "::" in name and f"{told} ".startswith(f"{name} ")]
    return max(known, key=len) if known else told.split("] - ")[0] + "]" * ("] - " in told)


def _pytest(
    runner: Runner, tree: Path, names: Sequence[str], limit_s: float, *more: str
) -> tuple[int | None, str]:
    """Exit status, None past the limit, and what was said."""
    listed = tree / "chosen.txt"
    listed.write_text("\n".join(names))
    place = f"--basetemp={tree.parent / 'temp'}"
    arguments = [*PYTEST[3:], *more, "--tb=no", "--hypothesis-seed=0", place, f"@{listed}"]
    return runner.run(arguments, limit_s)


def failing(runner: Runner, tree: Path, names: Sequence[str]) -> set[str]:
    """Those of the tests that do not pass in a copy, with no fault in it."""
    code, said = _pytest(runner, tree, names, 1800.0, "-rA")
    if code not in (0, 1):
        raise RuntimeError(f"pytest ended with {code}:\n{said[-2000:]}")
    passed = {line.removeprefix("PASSED ") for line in said.splitlines() if line[:7] == "PASSED "}
    return set(names) - passed


def copies(work: Path, tree: Path, count: int) -> list[Path]:
    """A copy for every worker."""
    made = [work / f"worker{number}" / "tree" for number in range(count)]
    if not all(copy.exists() for copy in made):  # byte code of the tests, read in every run
        env = {name: text for name, text in surroundings(tree).items() if "BYTECODE" not in name}
        command = [*PYTEST, "--collect-only", "-q", *TESTS]
        subprocess.run(command, cwd=tree, env=env, stdout=subprocess.DEVNULL)
    for copy in made:
        if copy.exists():  # a fault may have been left where a run was stopped
            shutil.copytree(tree / "src", copy / "src", dirs_exist_ok=True)
        else:
            shutil.copytree(tree, copy, symlinks=True)
            for beside in work.iterdir():
                if beside.is_symlink():
                    (copy.parent / beside.name).symlink_to(beside.resolve())
    return made


def new_tests(tree: Path, trees: Sequence[Path]) -> list[str]:
    """Test files of the working tree that were added or changed since; put into every copy."""
    found: list[str] = []
    for file in sorted((ROOT / "tests").rglob("*")):
        name = file.relative_to(ROOT).as_posix()
        old = tree / name
        if not file.is_file() or "__pycache__" in name:
            continue
        if not old.exists() or old.read_bytes() != file.read_bytes():
            for copy in trees:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy / name)
            if file.name.startswith("test_"):
                found.append(name)
    return found


Faults = Sequence[tuple[str, Site]]


def run_all(work: Path, tree: Path, options: argparse.Namespace) -> list[Verdict]:
    """Every drawn fault's verdict, kept as they come."""
    seen = record(work, tree, options.tests or TESTS)
    tests: dict[str, float] = seen["tests"]  # type: ignore[assignment]
    found = {
        path.relative_to(tree).as_posix(): sites(path.read_text("utf-8"))
        for name in options.areas
        for path in sorted((tree / AREAS[name]).rglob("*.py"))
    }
    queue = drawn(found, options.count, options.seed)
    trees = copies(work, tree, options.jobs)
    runners = {copy: Runner(copy, surroundings(copy)) for copy in trees}
    dropped = work / "dropped.json"
    if not dropped.exists():
        quick = sorted(tests, key=lambda name: tests[name])[: options.quickest]
        dropped.write_text(json.dumps(sorted(failing(runners[trees[0]], trees[0], quick))))
    for name in json.loads(dropped.read_text()):
        tests.pop(name, None)
    added = new_tests(tree, trees) if options.again or options.now else []
    _try_all(work, tree, runners, queue, seen, added, options)
    if _doubtful(work, runners[trees[0]], trees[0], queue):
        for name in json.loads(dropped.read_text()):
            tests.pop(name, None)
        _try_all(work, tree, runners, queue, seen, added, options)
    for runner in runners.values():
        runner.close()
    known = journal(work)
    return [known[_key(path, site)] for path, site in queue]


def _key(path: str, site: Site) -> tuple[str, int, str, int]:
    return path, site.line, site.what, site.start


def journal(work: Path) -> dict[tuple[str, int, str, int], Verdict]:
    """The last verdict on every fault."""
    file = work / "verdicts.jsonl"
    rows = [json.loads(row) for row in file.read_text().splitlines()] if file.exists() else []
    return {(one.path, one.line, one.fault, one.at): one for one in (Verdict(**r) for r in rows)}


def _doubtful(work: Path, runner: Runner, tree: Path, queue: Faults) -> bool:
    """Take back the verdicts of tests that fail without a fault too."""
    known = journal(work)
    killers = {
        key: verdict.killer.split(" - ")[0] if "[" not in verdict.killer else verdict.killer
        for path, site in queue
        if "::" in (verdict := known[key := _key(path, site)]).killer
    }
    bad = failing(runner, tree, sorted(set(killers.values())))
    print(f"{len(set(killers.values()))} tests killed, {len(bad)} of them fail by themselves")
    if bad:
        dropped = work / "dropped.json"
        dropped.write_text(json.dumps(sorted({*json.loads(dropped.read_text()), *bad})))
        kept = [one for key, one in known.items() if killers.get(key) not in bad]
        rows = "".join(json.dumps(asdict(one)) + "\n" for one in kept)
        (work / "verdicts.jsonl").write_text(rows)
    return bool(bad)


def _try_all(
    work: Path, tree: Path, runners: Mapping[Path, Runner], queue: Faults,
    seen: Mapping[str, object], added: Sequence[str], options: argparse.Namespace,
) -> None:  # fmt: skip
    known = journal(work)
    explained = written_reasons(options.out / f"{options.stem}faults.csv")
    free: Queue[Path] = Queue()
    for copy in runners:
        free.put(copy)

    def one(path: str, site: Site) -> None:
        kept = known.get(_key(path, site))
        if kept and not (options.again and kept.outcome == "survived"):
            return
        if kept and _place(asdict(kept)) in explained:
            return
        area = next(name for name, folder in AREAS.items() if path.startswith(folder + "/"))
        lines = statement((tree / path).read_text("utf-8"), site.line)
        cap_s = options.cap * (3 if options.again else 1)
        names = chosen_tests(seen, area, path, lines, cap_s)
        own = [name for name in added if name.startswith(NEAR[area] + "/")]
        if options.again:  # what survived falls to new tests, if to any; others to old ones first
            names = [*own, *(name for name in names if name.partition("::")[0] not in own)]
        else:
            names = [*names[:FEW], *own, *names[FEW:]]
        copy = free.get()
        try:
            verdict = try_fault(runners[copy], copy, area, path, site, names, 30 + 1.5 * cap_s)
        finally:
            free.put(copy)
        verdict = replace(verdict, round=1 + kept.round if kept else 1)
        with (work / "verdicts.jsonl").open("a") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")
        print(f"{verdict.outcome:9} {path}:{site.line} {site.what}", flush=True)

    with ThreadPoolExecutor(len(runners)) as pool:
        list(pool.map(lambda pair: one(*pair), queue))


def write(verdicts: Sequence[Verdict], out: Path, stem: str) -> None:
    """The table by area, and every fault with its outcome; a reason written there before stays."""
    out.mkdir(parents=True, exist_ok=True)
    table = out / f"{stem}faults.csv"
    reasons = written_reasons(table)
    rows: list[dict[str, object]] = []
    for one in verdicts:
        row = asdict(one) | {"first": _first(one)}
        row["reason"] = reasons.get(_place(row), "") if one.outcome == "survived" else ""
        rows.append(row)
    with table.open("w", newline="") as file:
        columns = ["area", "path", "line", "at", "fault", "first", "outcome", "killer", "reason"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = [
        "| area | faults | killed by the tests as they were | killed by the tests as they are |",
        "| --- | ---: | ---: | ---: |",
    ]
    for area in [*AREAS, "all"]:
        some = [one for one in verdicts if area in (one.area, "all")]
        if some:
            counts = (
                sum(_first(one) == "killed" for one in some),
                sum(one.outcome == "killed" for one in some),
            )
            cells = [f"{count} ({count / len(some):.1%})" for count in counts]
            lines.append(f"| {area} | {len(some)} | {cells[0]} | {cells[1]} |")
    (out / f"{stem}results.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def written_reasons(table: Path) -> dict[tuple[str, ...], str]:
    """Why faults survive, as somebody has written it into the table."""
    if not table.exists():
        return {}
    with table.open(newline="") as file:
        return {_place(row): row["reason"] for row in csv.DictReader(file) if row["reason"]}


def _first(verdict: Verdict) -> str:
    """The outcome of the first round: what is tried again had survived."""
    return verdict.outcome if verdict.round == 1 else "survived"


def _place(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("path", "line", "at", "fault"))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="faults to draw")
    parser.add_argument("--seed", type=int, default=20261201)
    parser.add_argument("--areas", nargs="+", choices=AREAS, default=list(AREAS))
    parser.add_argument("--tests", nargs="+", help="test folders, instead of all that matter")
    parser.add_argument("--cap", type=float, default=10.0, help="seconds of tests a fault")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quickest", type=int, default=300, help="tests tried without a fault")
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    parser.add_argument("--now", action="store_true", help="use test files changed since")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the copy")
    parser.add_argument("--out", type=Path, required=True, help="where to write the tables")
    parser.add_argument("--stem", default="", help="what their names begin with")
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    random.seed(options.seed)
    verdicts = run_all(work, copy_tree(work), options)
    write(verdicts, options.out, options.stem)


if __name__ == "__main__":
    main()
