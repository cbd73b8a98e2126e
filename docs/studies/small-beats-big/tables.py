"""The study's table, verdicts and figure, from the outcomes that lie beside this file.

    python docs/studies/small-beats-big/tables.py

needs no model and no data set: items.csv has every problem of every arm, arms.csv the processor
seconds. The tables in README.md and in the repository's own README stand between marks and are
written too, so that no number in them is typed by hand.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from underdog.core import JSONValue, Usage
from underdog.measure.intervals import Interval, exact_interval
from underdog.measure.results import ArmResult, ItemResult
from underdog.measure.verdict import Verdict, compare
from underdog.reports.figure import BIG, INK, MUTED, SMALL, Spec, field, figure, svg

HERE = Path(__file__).parent
FRONT = HERE.parents[2] / "README.md"
TASKS = {
    "intents": "intent of a bank customer (77 labels)",
    "units": "converting units",
    "stories": "word problems of two steps",
    "entities": "named entities as JSON",
    "products": "products of four-digit numbers",
}
OURS, BIGS, PLAIN = "135M", ("0.5B Coder", "1.5B Coder"), ("bag of words", "always {}")


@dataclass(frozen=True)
class Played:
    """One arm: a model asked in one way on the problems of one split.

    Attributes:
        key: Task, split, model and prompting.
        result: Its graded problems.
        cpu_s: Processor seconds of all problems together, loading left out; 0 when not measured.
    """

    key: tuple[str, str, str, str]
    result: ArmResult
    cpu_s: float

    @property
    def n(self) -> int:
        """Number of problems."""
        return len(self.result.items)

    @property
    def right(self) -> int:
        """Problems answered right."""
        return self.result.num_right

    @property
    def interval(self) -> Interval:
        """95% interval of the accuracy."""
        return exact_interval(self.right, self.n)

    @property
    def f1(self) -> float:
        """Mean partial credit."""
        return sum(item.score for item in self.result.items) / self.n

    @property
    def unread(self) -> int:
        """Problems whose reply held no answer."""
        return sum(item.status != "right" and item.status != "wrong" for item in self.result.items)


def read_arms(folder: Path) -> list[Played]:
    """All arms of the two tables."""
    items: dict[tuple[str, ...], list[ItemResult]] = defaultdict(list)
    for row in _rows(folder / "items.csv"):
        usage = Usage(
            calls=1,
            prompt_tokens=int(row["prompt_tokens"]),
            generated_tokens=int(row["generated_tokens"]),
            flops=float(row["gflops"]) * 1e9,
        )
        found = ItemResult(row["problem"], row["status"], float(row["score"]), usage)  # pyright: ignore[reportArgumentType]
        items[_key(row)].append(found)
    arms: list[Played] = []
    for row in _rows(folder / "arms.csv"):
        key = _key(row)
        name = f"{row['model']} {row['prompting']}"
        result = ArmResult(name, row["model"], row["form"], "greedy", tuple(items[key]))
        arms.append(Played(key, result, float(row["cpu_s"])))
    return arms


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _key(row: Mapping[str, str]) -> tuple[str, str, str, str]:
    return row["task"], row["split"], row["model"], row["prompting"]


def of(arms: list[Played], task: str, split: str, model: str) -> list[Played]:
    """The arms of a model on one split of a task."""
    return [arm for arm in arms if arm.key[:3] == (task, split, model)]


def tested(arms: list[Played], task: str) -> list[Played]:
    """The test arms of a task: the trained model first, then what it is compared with."""
    return [arm for model in (OURS, *BIGS, *PLAIN) for arm in of(arms, task, "test", model)]


def verdicts(arms: list[Played]) -> dict[tuple[str, str], Verdict]:
    """The trained model against each other, by task and model, corrected for all comparisons."""
    pairs = [
        (task, tested(arms, task)[0], other)
        for task in TASKS
        if of(arms, task, "test", OURS)
        for other in tested(arms, task)[1:]
    ]
    return {
        (task, other.key[2]): compare(ours.result, other.result, comparisons=len(pairs))
        for task, ours, other in pairs
    }


def percent(share: float) -> str:
    """One digit after the point."""
    return f"{100 * share:.1f}%"


def main_table(arms: list[Played]) -> str:
    """Accuracy, interval and cost of every tested arm."""
    lines = [
        "| task | model | asked | right | accuracy, 95% interval | value F1 | unread | tokens | "
        "GFLOPs | CPU s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for task, words in TASKS.items():
        for arm in tested(arms, task):
            lines.append(_line(words if arm is tested(arms, task)[0] else "", arm))
    return "\n".join(lines)


def _line(words: str, arm: Played) -> str:
    usage, n = arm.result.usage, arm.n
    ends = arm.interval
    tokens = f"{usage.prompt_tokens / n:,.0f} + {usage.generated_tokens / n:,.0f}"
    cells = [
        words,
        f"{OURS}, trained" if arm.key[2] == OURS else arm.key[2],
        arm.key[3],
        f"{arm.right} of {n}",
        f"{percent(arm.right / n)} ({percent(ends.low)} to {percent(ends.high)})",
        percent(arm.f1) if arm.key[0] == "entities" else "",
        str(arm.unread),
        tokens if usage.calls and usage.prompt_tokens else "",
        f"{usage.flops / n / 1e9:,.1f}" if usage.flops else "",
        f"{arm.cpu_s / n:.2f}" if arm.cpu_s else "",
    ]
    return f"| {' | '.join(cells)} |"


def verdict_table(found: Mapping[tuple[str, str], Verdict]) -> str:
    """Paired differences."""
    lines = [
        "| task | 135M against | both, ours only, theirs only, neither | difference, interval "
        "| p | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (task, other), one in found.items():
        ends = one.difference.interval
        counts = f"{one.both}, {one.left_only}, {one.right_only}, {one.neither}"
        points = f"{_points(one.difference.value)} ({_points(ends.low)} to {_points(ends.high)})"
        p_value = "< 0.001" if one.p_value < 0.001 else f"{one.p_value:.3f}"
        lines.append(f"| {task} | {other} | {counts} | {points} | {p_value} | {one.words} |")
    return "\n".join(lines)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def dev_table(arms: list[Played]) -> str:
    """What was tried on dev."""
    lines = ["| task | model | asked | right on dev | CPU s |", "| --- | --- | --- | --- | --- |"]
    for arm in arms:
        task, split, model, way = arm.key
        if split == "dev":
            right = f"{arm.right} of {arm.n}"
            lines.append(f"| {task} | {model} | {way} | {right} | {arm.cpu_s:,.0f} |")
    return "\n".join(lines)


def front_table(arms: list[Played], found: Mapping[tuple[str, str], Verdict]) -> str:
    """A row for each task, for the repository's own README."""
    lines = [
        "| task | n | 135M, trained | 0.5B Coder | 1.5B Coder | no language model | "
        "135M against 1.5B Coder |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for task, words in TASKS.items():
        cells = {arm.key[2]: arm for arm in tested(arms, task)}
        if OURS not in cells or BIGS[1] not in cells:
            continue
        one = found[task, BIGS[1]]
        told = [
            percent(cells[model].right / cells[model].n) if model in cells else ""
            for model in (OURS, *BIGS)
        ]
        plain = [cells[model] for model in PLAIN if model in cells]
        told.append(f"{percent(plain[0].right / plain[0].n)} ({plain[0].key[2]})" if plain else "")
        lines.append(
            f"| {words} | {one.n} | {' | '.join(told)} | "
            f"{_points(one.difference.value)} points ({_points(one.difference.interval.low)} to "
            f"{_points(one.difference.interval.high)}): {one.words} |"
        )
    return "\n".join(lines)


def chart(arms: list[Played]) -> Spec:
    """Accuracy with its interval, by task and model."""
    names = {OURS: f"{OURS}, trained"}
    points: list[JSONValue] = []
    for task in TASKS:
        for arm in tested(arms, task):
            ends = arm.interval
            points.append(
                {
                    "task": task,
                    "model": names.get(arm.key[2], arm.key[2]),
                    "accuracy": arm.right / arm.n,
                    "low": ends.low,
                    "high": ends.high,
                }
            )
    order = [names[OURS], *BIGS, *PLAIN]
    colours: Spec = {"domain": [*order], "range": [SMALL, "#e69f00", BIG, MUTED, MUTED]}
    shapes: Spec = {
        "domain": [*order],
        "range": ["circle", "square", "diamond", "cross", "triangle-up"],
    }
    legend: Spec = {"title": None, "orient": "top", "labelColor": INK}
    across: Spec = {
        "x": {"field": "task", "type": "nominal", "title": None, "sort": None,
              "axis": {"labelAngle": 0, "labelColor": INK}},
        "xOffset": {"field": "model", "sort": [*order]},
        "color": {"field": "model", "type": "nominal", "scale": colours, "legend": legend},
    }  # fmt: skip
    share: Spec = {"format": "%", "tickCount": 5}
    up = field("accuracy", scale={"domain": [0, 1]}, axis=share, title="right, 95% interval")
    rule: Spec = {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {**across, "y": field("low", title="right, 95% interval", axis=share),
                     "y2": {"field": "high"}},
    }  # fmt: skip
    dot: Spec = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {
            **across,
            "y": up,
            "shape": {"field": "model", "type": "nominal", "scale": shapes, "legend": legend},
        },
    }
    spec = figure([rule, dot], 620, 300)
    return {**spec, "data": {"values": points}}


def write_between(path: Path, mark: str, text: str) -> None:
    """Replace what stands between two marks of a page; a page without them is left alone."""
    page = path.read_text()
    begin, end = f"<!-- made: {mark} -->", "<!-- end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if begin in page:
        path.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page, count=1))


def main() -> None:
    """Write everything."""
    arms = read_arms(HERE)
    found = verdicts(arms)
    page = HERE / "README.md"
    write_between(page, "arms", main_table(arms))
    write_between(page, "verdicts", verdict_table(found))
    write_between(page, "dev", dev_table(arms))
    write_between(FRONT, "small-beats-big", front_table(arms, found))
    (HERE / "figure.svg").write_text(svg(chart(arms)))


if __name__ == "__main__":
    main()
