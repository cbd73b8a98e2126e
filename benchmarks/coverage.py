"""How often every interval that underdog prints holds the truth, and every sentence is wrong.

    python benchmarks/coverage.py [--quick] [--out docs/studies/intervals]

By summing over all outcomes where there are few enough ("exact"), else simulated with fixed seeds.
Writes results.md (the worst of every kind and n) and table.csv (every setting). A few minutes on
two cores; `--quick` leaves out the large n and most simulations, to see that the script works.
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import groupby
from math import exp, inf, isfinite, isnan, log, nan
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TypeAlias

import numpy as np

import coverage_peers as peers
from underdog.measure.clustering import share_of
from underdog.measure.diagnosis import FEWEST_GAPS
from underdog.measure.intervals import exact_interval
from underdog.measure.melding import closed_ends, difference_low
from underdog.measure.paired import mcnemar, paired_difference
from underdog.measure.passk import pass_at_k
from underdog.measure.price import price, ratio
from underdog.seeds import derive

Ends: TypeAlias = tuple[float, float]
OURS = "underdog"
COUNTS = (8, 20, 40, 100, 300)
SHARES = tuple(round(0.02 + 0.04 * place, 2) for place in range(25))
LEANINGS = (
    *((0.01, 0.0), (0.02, 0.0), (0.02, 0.01), (0.05, 0.01), (0.05, 0.05), (0.1, 0.02), (0.1, 0.1)),
    *((0.2, 0.05), (0.2, 0.2), (0.3, 0.1), (0.4, 0.4), (0.5, 0.5), (0.6, 0.1), (0.9, 0.02)),
)
CLUSTERS = (5, 8, 12, 19, 40)
COMPARED = ((0.02, 0.6), (0.5, 0.3), (0.5, 1.0))


@dataclass(frozen=True, slots=True)
class Row:
    """One setting of one interval or sentence.

    Attributes:
        what: What the interval or sentence is about.
        method: `underdog`, or what it is compared with.
        n: Number of problems.
        setting: The truth that was simulated.
        kind: `coverage` of an interval, `false alarms` of a sentence, or `contradictions`.
        share: Share of cases: interval holds the truth where one is printed (not a number where
            one is printed in fewer than 1 in 40), sentence is wrong, the two contradict.
        width: Median width of the intervals; the logarithm of high over low for costs.
        told: Share of cases in which an interval is printed, not "too few to tell".
        cases: Number of simulated cases; 0 for a sum over all outcomes.
    """

    what: str
    method: str
    n: int
    setting: str
    kind: str
    share: float
    width: float = 0.0
    told: float = 1.0
    cases: int = 0


def pmf(n: int, share: float) -> np.ndarray:
    """Binomial probabilities, shape (n + 1,)."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    count = np.arange(n + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        body = np.where(count, count * np.log(share), 0.0)
        rest = np.where(n - count, (n - count) * np.log1p(-share), 0.0)
    return np.exp(logs[n] - logs - logs[::-1] + body + rest)


def shares(counts: tuple[int, ...]) -> Iterator[Row]:
    """Accuracy of one arm, over independent problems."""

    def ours(successes: int, n: int) -> Ends:
        found = exact_interval(successes, n)
        return found.low, found.high

    methods = {
        OURS: ours,
        "Wilson": peers.wilson,
        "Wald": peers.wald,
        "bootstrap": peers.bootstrap_share,
    }
    for n in counts:
        for name, method in methods.items():
            ends = np.array([method(count, n) for count in range(n + 1)])
            for share in SHARES:
                chance = pmf(n, share)
                held = (ends[:, 0] <= share + 1e-12) & (share - 1e-12 <= ends[:, 1])
                width = middle_of(ends[:, 1] - ends[:, 0], chance)
                setting = f"p = {share:.2f}"
                yield Row("accuracy", name, n, setting, "coverage", float(chance @ held), width)


def middle_of(values: np.ndarray, chance: np.ndarray) -> float:
    """Median of values with probabilities."""
    order = np.argsort(values)
    place = int(np.searchsorted(np.cumsum(chance[order]), 0.5))
    return float(values[order][min(place, len(values) - 1)])


@cache
def difference_ends(left_only: int, right_only: int, n: int) -> Ends:
    """Ends of the difference as `paired_difference` gives them."""
    low = difference_low(left_only, right_only, n, 0.025)
    return low, -difference_low(right_only, left_only, n, 0.025)


DIFFERENCES: dict[str, Callable[[int, int, int], Ends]] = {
    OURS: difference_ends,
    "Newcombe": cache(peers.newcombe),
    "Wald": cache(peers.wald_difference),
    "bootstrap": cache(peers.bootstrap_difference),
}


def cells(n: int, left: float, right: float, cases: int) -> list[tuple[int, int, float]]:
    """Outcomes with their probabilities: all of them, or `cases` simulated ones for large n."""
    if n <= 100:
        found: list[tuple[int, int, float]] = []
        differing = pmf(n, left + right)
        for count in np.flatnonzero(differing > 1e-9).tolist():
            chances = differing[count] * pmf(count, left / (left + right))
            found += [(ours, count - ours, float(chance)) for ours, chance in enumerate(chances)]
        return found
    random = np.random.default_rng(derive("differences", n, str((left, right))))
    drawn = random.multinomial(n, (left, right, max(0.0, 1.0 - left - right)), cases)
    pairs, times = np.unique(drawn[:, :2], axis=0, return_counts=True)
    return [(*pair, count / cases) for pair, count in zip(pairs.tolist(), times, strict=True)]


def differences(counts: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Paired differences of independent problems, and the verdict on equal arms."""
    for n in counts:
        for left, right in LEANINGS:
            outcomes = cells(n, left, right, cases)
            chance = np.array([weight for _, _, weight in outcomes])
            shown = np.array([mcnemar(one, two) <= 0.05 for one, two, _ in outcomes])
            told = {"setting": f"only left {left:.2f}, only right {right:.2f}"}
            told |= {"n": n, "cases": 0 if n <= 100 else cases}
            for name, method in DIFFERENCES.items():
                ends = np.array([method(one, two, n) for one, two, _ in outcomes])
                held = (ends[:, 0] <= left - right + 1e-12) & (left - right - 1e-12 <= ends[:, 1])
                without = (ends[:, 0] > 0.0) | (ends[:, 1] < 0.0)
                width = middle_of(ends[:, 1] - ends[:, 0], chance)
                about = {"what": "difference", "method": name, **told}
                yield Row(kind="coverage", share=float(chance @ held), width=width, **about)
                against = float(chance @ (without != shown))
                yield Row(kind="contradictions", share=against, **about)
            if left == right:
                yield from alarms_of_verdicts(outcomes, shown, chance, told)


def alarms_of_verdicts(
    outcomes: list[tuple[int, int, float]], shown: np.ndarray, chance: np.ndarray, told: dict
) -> Iterator[Row]:
    """False alarms between equal arms: a winner, and what is only said after one."""
    better = shown & np.array([one > two for one, two, _ in outcomes])
    midway = [mid_p(one, two) <= 0.05 for one, two, _ in outcomes]
    for what, method, said in (
        ("better or worse", OURS, shown),
        ("break-even point", OURS, better),
        ("better or worse", "mid-p McNemar", np.array(midway)),
    ):
        yield Row(what=what, method=method, kind="false alarms", share=float(chance @ said), **told)


def mid_p(left_only: int, right_only: int) -> float:
    """McNemar's mid-p value: the observed outcome counts by half."""
    if left_only == right_only:
        return 1.0
    return mcnemar(left_only, right_only) - float(pmf(left_only + right_only, 0.5)[left_only])


def prices(counts: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Cost per right answer, costs skewed and tied to the answers; the ratio of two arms' ones."""
    for n in counts:
        for share in (0.02, 0.1, 0.5, 0.9, 0.98):
            for spread, lean in ((0.0, 0.0), (0.6, -0.5), (0.6, 0.3)):
                yield from price_rows(n, share, spread, lean, cases)


def price_rows(n: int, share: float, spread: float, lean: float, cases: int) -> Iterator[Row]:
    """One setting: log-normal costs times exp(lean) where right; two arms with the same truth."""
    random = np.random.default_rng(derive("prices", n, str((share, spread, lean))))
    truth = (1.0 - share + share * exp(lean)) / share
    held, widths, plain, alarms, few = 0, list[float](), 0, 0, max(1, cases // 4)
    before = None
    for place in range(cases):
        right = (random.random(n) < share).astype(float)
        costs = np.exp(spread * random.standard_normal(n) - spread**2 / 2 + lean * right)
        found = price(costs.tolist(), right.tolist())
        held += truth in found.interval
        if isfinite(found.interval.high):
            widths.append(log(found.interval.high / max(found.interval.low, 1e-9)))
        if place < few:
            low, high = peers.bootstrap_ratio(costs, right)
            plain += low <= truth <= high
        multiple = None if before is None else ratio(found, before)
        alarms += multiple is not None and 1.0 not in multiple.interval
        before = found
    told = {"n": n, "setting": f"p = {share:.2f}, spread {spread}, lean {lean}"}
    width = median(widths) if widths else inf
    about = {"what": "cost per right answer", "kind": "coverage", **told}
    yield Row(method=OURS, share=held / cases, width=width, cases=cases, **about)
    yield Row(method="bootstrap", share=plain / few, cases=few, **about)
    about = {"what": "cheaper or dearer", "kind": "false alarms", **told}
    yield Row(method=OURS, share=alarms / cases, cases=cases, **about)


closed = cache(closed_ends)


def gaps(counts: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Share of the gap between one sample and coverage that a rule closes."""
    worlds = ((0.05, 0.5, 0.0), (0.1, 0.2, 0.02), (0.2, 0.5, 0.02), (0.4, 0.7, 0.0))
    for n in counts:
        for gap, gained, lost in (*worlds, (0.6, 1.0, 0.0), (0.2, 0.25, 0.05), (0.4, 0.5, 0.2)):
            random = np.random.default_rng(derive("gaps", n, str((gap, gained, lost))))
            chances = (gap * gained, gap * (1 - gained), lost, 1 - gap - lost)
            drawn = random.multinomial(n, chances, cases)[:, :3]
            tables, times = np.unique(drawn, axis=0, return_counts=True)
            truth, held, said, alarms = gained - lost / gap, 0, 0, 0
            widths: list[float] = []
            for (added, missed, less), count in zip(tables.tolist(), times.tolist(), strict=True):
                if added + missed < FEWEST_GAPS:
                    continue
                low, high = closed(added, missed, less)
                said += count
                held += count * (low <= truth <= high)
                alarms += count * (low > 0.0 or high < 0.0)
                widths += [high - low] * count
            about = {"what": "share of the gap", "method": OURS, "n": n, "cases": cases}
            about["setting"] = f"gap {gap}, gained {gained}, lost {lost}"
            width = median(widths) if widths else inf
            share = held / said if said >= cases / 40 else nan
            yield Row(kind="coverage", share=share, width=width, told=said / cases, **about)
            if abs(truth) < 1e-9:
                about["what"] = "closes some, or loses some"
                yield Row(kind="false alarms", share=alarms / cases, **about)


def levels(random: np.random.Generator, share: float, likeness: float, clusters: int) -> np.ndarray:
    """Chance of a right answer in each cluster; at likeness 1 a cluster is all right or wrong."""
    if likeness == 1.0:
        return (random.random(clusters) < share).astype(float)
    spread = 1.0 / likeness - 1.0
    return random.beta(share * spread, (1.0 - share) * spread, clusters)


def clustered(numbers: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Accuracies and differences over few clusters that are strongly alike inside."""
    for clusters in numbers:
        for even in (True, False):
            sizes = [20] * clusters if even else np.geomspace(4, 60, clusters).astype(int).tolist()
            for share, likeness in ((0.02, 0.6), (0.1, 0.3), (0.5, 0.3), (0.5, 1.0), (0.9, 0.6)):
                setting = f"{clusters} {'even' if even else 'uneven'} clusters, p = {share}, "
                setting += f"likeness {likeness}"
                yield from clustered_rows(sizes, share, likeness, setting, cases)


def clustered_rows(
    sizes: list[int], share: float, likeness: float, setting: str, cases: int
) -> Iterator[Row]:
    """One setting: an arm's accuracy, and two equal arms."""
    random = np.random.default_rng(derive("clusters", setting))
    groups = [f"t{place}" for place, size in enumerate(sizes) for _ in range(size)]
    held, both, plain, shown, against = 0, 0, 0, 0, 0
    widths, wide = list[float](), list[float]()

    def arm() -> list[float]:
        chance = levels(random, share, likeness, len(sizes)).repeat(sizes)
        return (random.random(len(groups)) < chance).astype(float).tolist()

    for place in range(cases):
        one, other = arm(), arm()
        ends = share_of(one, groups).interval
        held, plain = held + (share in ends), plain + (share in share_of(one).interval)
        widths.append(ends.high - ends.low)
        if place % 4 or (share, likeness) not in COMPARED:
            continue
        found = paired_difference(one, other, groups=groups)
        without = 0.0 not in found.difference.interval
        both, shown = both + (not without), shown + (found.p_value <= 0.05)
        against += without != (found.p_value <= 0.05)
        wide.append(found.difference.interval.high - found.difference.interval.low)
    few, told = len(wide), {"n": len(groups), "setting": setting}
    about = {"what": "accuracy, clustered", "kind": "coverage", "cases": cases, **told}
    yield Row(method=OURS, share=held / cases, width=median(widths), **about)
    yield Row(method="as if independent", share=plain / cases, **about)
    if not wide:
        return
    about = {"what": "difference, clustered", "method": OURS, "cases": few, **told}
    yield Row(kind="coverage", share=both / few, width=median(wide), **about)
    yield Row(kind="contradictions", share=against / few, **about)
    about["what"] = "better or worse, clustered"
    yield Row(kind="false alarms", share=shown / few, **about)


def curves(counts: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Oracle bounds and vote curves: means of marks that are not whole, from pools of 8 samples."""
    for n in counts:
        for share, spread in ((0.02, 0.5), (0.1, 0.5), (0.3, 1.0), (0.5, 2.0), (0.8, 1.0)):
            random = np.random.default_rng(derive("curves", n, str((share, spread))))
            ease = (share * spread, (1.0 - share) * spread)
            truths = {1: share, 4: 1.0 - float(np.mean((1.0 - random.beta(*ease, 400_000)) ** 4))}
            for k, truth in truths.items():
                held, widths = 0, list[float]()
                for _ in range(cases):
                    right = random.binomial(8, random.beta(*ease, n)).tolist()
                    ends = share_of([pass_at_k(8, count, k) for count in right]).interval
                    held += truth in ends
                    widths.append(ends.high - ends.low)
                yield Row(
                    *("pass@k and votes over pools", OURS, n, f"p = {share}, k = {k}", "coverage"),
                    *(held / cases, median(widths), 1.0, cases),
                )


def corrected(counts: tuple[int, ...], cases: int) -> Iterator[Row]:
    """Ten arms against an equal one: any winner at all among them."""
    for n in counts:
        random = np.random.default_rng(derive("corrected", n))
        wrong = 0
        for _ in range(cases):
            target = random.random(n) < 0.5
            arms = random.random((10, n)) < np.where(target, 0.7, 0.3)
            ours, theirs = (arms & ~target).sum(axis=1), (~arms & target).sum(axis=1)
            pairs = zip(ours.tolist(), theirs.tolist(), strict=True)
            wrong += any(mcnemar(one, two) * 10 <= 0.05 for one, two in pairs)
        what = "any of 10 better or worse, corrected"
        yield Row(what, OURS, n, "p = 0.5", "false alarms", wrong / cases, cases=cases)


def measured(quick: bool) -> list[Row]:
    """All rows; a few small ones for `quick`."""
    counts, cases = (COUNTS[:2], 40) if quick else (COUNTS, 1000)
    clusters = CLUSTERS[:1] if quick else CLUSTERS
    parts: list[tuple[Callable[..., Iterator[Row]], int, int]] = []
    for function in (differences, prices, gaps, curves, corrected):
        parts += [(function, n, cases) for n in reversed(counts)]
    parts += [(clustered, number, cases) for number in clusters]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = [row for rows in pool.map(_part, parts) for row in rows]
    return [*shares(counts), *found]


def _part(part: tuple[Callable[..., Iterator[Row]], int, int]) -> list[Row]:
    function, number, cases = part
    return list(function((number,), cases))


def table_of(rows: list[Row], kind: str, worst: Callable[[list[Row]], Row]) -> Iterator[str]:
    """Markdown rows: the worst setting of every interval or sentence, method and n."""

    def place(row: Row) -> tuple[str, bool, str, str]:
        name = row.setting.partition(",")[0] if "clusters" in row.setting else f"{row.n:4}"
        return row.what, row.method != OURS, row.method, name

    chosen = sorted((row for row in rows if row.kind == kind), key=place)
    for (what, _, method, n), group in groupby(chosen, key=place):
        found = list(group)
        least = worst([row for row in found if not isnan(row.share)] or found)
        share = "too few to tell" if isnan(least.share) else f"{least.share:.1%}"
        cells = [what, method, n.strip(), share, least.setting]
        cells.append("exact" if least.cases == 0 else f"{least.cases:,} simulated")
        if kind == "coverage":
            width = median(row.width for row in found)
            told = min(row.told for row in found)
            cells += [f"{width:.2f}" if 0 < width < inf else "–", f"{told:.0%}"]
        yield f"| {' | '.join(cells)} |"


def results(rows: list[Row]) -> str:
    """The page: three tables."""
    head = "| {} | method | n or clusters | {} | where | how |"
    lines = ["# Coverage and false alarms", "", "Written by `python benchmarks/coverage.py`.", ""]
    lines += ["## Intervals: the least coverage of 95% intervals", ""]
    lines += [head.format("interval of", "least coverage") + " median width | told at least |"]
    lines += ["| --- | --- | ---: | ---: | --- | --- | ---: | ---: |"]
    lines += table_of(rows, "coverage", lambda found: min(found, key=lambda row: row.share))
    for kind, title in (
        ("false alarms", "Sentences: the most false alarms"),
        ("contradictions", "Test against interval: the most contradictions"),
    ):
        lines += ["", f"## {title}", "", head.format("said", kind)]
        lines += ["| --- | --- | ---: | ---: | --- | --- |"]
        lines += table_of(rows, kind, lambda found: max(found, key=lambda row: row.share))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("docs/studies/intervals"))
    arguments = parser.parse_args()
    rows = measured(arguments.quick)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "results.md").write_text(results(rows), encoding="utf-8")
    with (arguments.out / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            cells = asdict(row).items()
            writer.writerow({name: f"{x:.4g}" if isinstance(x, float) else x for name, x in cells})
    print(results(rows))


if __name__ == "__main__":
    main()
