"""The first match's tables, tests, figure and texts, from the outcomes that lie beside this file.

    python docs/studies/first-match/tables.py

needs no model, no store and no data set: `items.csv` has every problem of every arm, `pools.csv`
what each sample of each problem was worth. `study.py report` writes those two and then calls this.
The tables in README.md and in the repository's own README stand between marks and are written too,
so that no number in them is typed by hand.
"""

import argparse
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from outcomes import Match, read_match, write_rows

from underdog.core import Usage
from underdog.measure.diagnosis import Diagnosis, diagnose
from underdog.measure.intervals import Estimate
from underdog.measure.results import ArmResult, ItemResult
from underdog.measure.summary import summarize
from underdog.measure.verdict import Verdict, compare, compare_all
from underdog.reports.build import build_card
from underdog.reports.charts import accuracy_vs_cost
from underdog.reports.fight_card import CardFact, FightCard
from underdog.reports.figure import svg
from underdog.reports.plain_text import arms_table, fight_card_text
from underdog.runs.curves import GradedPool, curves

HERE = Path(__file__).parent
REFERENCE = "1.5B"
SMALL = "0.5B"
FORMS = ("cot", "program")
SEED = 20261122
COUNTS = (1, 2, 4, 8, 16, 32)
HEADLINE = (f"{SMALL} cot majority(n=16)", f"{REFERENCE} cot greedy")
STAND_IN = (f"{SMALL} program majority(n=16)", f"{REFERENCE} program greedy")
_VOTE_OF = "majority(n={n})"
_SURE = "weighted(n=16,verifier=self_certainty,temperature=1)"
_LIKELY = "best_of_n(n=16,verifier=mean_logprob)"
_ADAPTIVE = "adaptive(max_n=16,level=0.95,min_n=3,wave=1)"
_BOTH_FORMS = "cross_form(n=8,forms=cot+program)"
CARD_RULES = ("greedy", "majority(n=4)", "majority(n=8)", _ADAPTIVE, _LIKELY)
CLAIMS = (
    ("16 programs against the bigger model's one", *STAND_IN),
    ("16 chains in a vote against one", HEADLINE[0], f"{SMALL} cot greedy"),
    ("16 programs in a vote against one", STAND_IN[0], f"{SMALL} program greedy"),
    ("16 chains against 8", HEADLINE[0], f"{SMALL} cot majority(n=8)"),
    ("16 programs against 8", STAND_IN[0], f"{SMALL} program majority(n=8)"),
    ("4 programs against one chain", f"{SMALL} program majority(n=4)", f"{SMALL} cot greedy"),
    ("4 chains and 4 programs against 8 chains", f"{SMALL} cot {_BOTH_FORMS}",
     f"{SMALL} cot majority(n=8)"),
    ("weighted against plain votes of 16 chains", f"{SMALL} cot {_SURE}", HEADLINE[0]),
    ("the likeliest of 16 programs against their vote", f"{SMALL} program {_LIKELY}", STAND_IN[0]),
    ("adaptive votes of at most 16 chains against 16", f"{SMALL} cot {_ADAPTIVE}", HEADLINE[0]),
    ("one program against one chain, 1.5B", f"{REFERENCE} program greedy",
     f"{REFERENCE} cot greedy"),
)  # fmt: skip
"""Question, arm, and the arm it is held against; an earlier run on these problems raised them."""
SHOWN = (
    *(("135M", form, rule) for form in FORMS for rule in ("greedy", "majority(n=8)")),
    *((SMALL, "cot", rule) for rule in ("greedy", *map("majority(n={})".format, (4, 8, 16)))),
    (SMALL, "cot", _SURE),
    (SMALL, "cot", _ADAPTIVE),
    *((SMALL, "program", rule) for rule in ("greedy", *map("majority(n={})".format, (4, 8, 16)))),
    (SMALL, "program", "majority(n=32)"),
    (SMALL, "program", _LIKELY),
    (SMALL, "cot", _BOTH_FORMS),
    *((REFERENCE, form, "greedy") for form in FORMS),
)
"""Rows of the study's table, chosen for their rule and not for their result."""
FRONT = (
    (SMALL, "cot", "greedy"),
    (SMALL, "cot", "majority(n=16)"),
    (SMALL, "program", "greedy"),
    (SMALL, "program", "majority(n=16)"),
    (SMALL, "cot", _BOTH_FORMS),
    (REFERENCE, "cot", "greedy"),
    (REFERENCE, "program", "greedy"),
)
"""Rows of the repository's README."""


def arm_rows(match: Match) -> list[dict[str, object]]:
    """Accuracy and costs of every arm."""
    rows: list[dict[str, object]] = []
    for arm in match.arms.values():
        one = summarize(arm)
        ends, price = one.accuracy.interval, one.flops_per_right
        rows.append(
            {
                "model": arm.name.split()[0],
                "form": arm.form,
                "strategy": arm.strategy,
                "n": one.n,
                "right": one.num_right,
                "no_answer": one.num_no_answer,
                "undecided": one.num_undecided,
                "accuracy": round(one.accuracy.value, 4),
                "low": round(ends.low, 4),
                "high": round(ends.high, 4),
                "samples": round(one.num_solutions / one.n, 2),
                "prompt_tokens": round(one.prompt_per_problem, 1),
                "generated_tokens": round(one.usage.generated_tokens / one.n, 1),
                "gflops": round(one.flops_per_problem / 1e9, 1),
                "gflops_per_right": _giga(price.value),
                "gflops_per_right_low": _giga(price.interval.low),
                "gflops_per_right_high": _giga(price.interval.high),
            }
        )
    return rows


def _giga(value: float) -> object:
    return round(value / 1e9, 1) if math.isfinite(value) else "inf"


def claims(match: Match) -> list[tuple[str, str, str, Verdict | None]]:
    """The match named beforehand by itself, then every declared claim, corrected for them all.

    A claim whose arms are not sampled has no verdict.
    """
    found: list[tuple[str, str, str, Verdict | None]] = []
    beforehand = ("the match named beforehand", *HEADLINE)
    for place, (question, left, right) in enumerate((beforehand, *CLAIMS)):
        verdict = None
        if left in match.arms and right in match.arms:
            number = 1 if place == 0 else len(CLAIMS)
            verdict = compare(match.arms[left], match.arms[right], comparisons=number)
        found.append((question, left, right, verdict))
    return found


def claim_rows(match: Match) -> list[dict[str, object]]:
    """The claims that are sampled, with both sides' costs."""
    rows: list[dict[str, object]] = []
    for question, left, right, verdict in claims(match):
        if verdict is None:
            continue
        sides = [summarize(match.arms[name]) for name in (left, right)]
        rows.append(
            {"claim": question}
            | verdict_row(verdict)
            | {
                "corrected_for": verdict.comparisons,
                "arm_tokens": round(sides[0].usage.generated_tokens / verdict.n, 1),
                "against_tokens": round(sides[1].usage.generated_tokens / verdict.n, 1),
                "arm_gflops": round(sides[0].flops_per_problem / 1e9, 1),
                "against_gflops": round(sides[1].flops_per_problem / 1e9, 1),
            }
        )
    return rows


def verdict_row(one: Verdict) -> dict[str, object]:
    """A paired comparison as a row."""
    return {
        "arm": one.left,
        "against": one.right,
        "n": one.n,
        "difference": round(one.difference.value, 4),
        "low": round(one.difference.interval.low, 4),
        "high": round(one.difference.interval.high, 4),
        "only_arm": one.left_only,
        "only_against": one.right_only,
        "p_corrected": round(one.p_value, 5),
        "verdict": one.words,
    }


def verdict_rows(match: Match) -> list[dict[str, object]]:
    """Every small arm against the bigger model's greedy answer in each form, corrected for all."""
    small = [arm for arm in match.arms.values() if not arm.name.startswith(REFERENCE)]
    rows: list[dict[str, object]] = []
    for form in FORMS:
        against = match.arms.get(f"{REFERENCE} {form} greedy")
        if against is not None and small:
            rows += [verdict_row(one) for one in compare_all(small, against)]
    return rows


def curve_rows(match: Match) -> list[dict[str, object]]:
    """Votes and coverage at every number of samples, over all subsets of the pools."""
    return [
        {
            "model": model,
            "form": form,
            "rule": point.rule,
            "n": point.n,
            "accuracy": round(point.accuracy.value, 4),
            "low": round(point.accuracy.interval.low, 4),
            "high": round(point.accuracy.interval.high, 4),
            "oracle_bound": point.oracle_bound,
        }
        for (model, form), pools in match.pools.items()
        if min(map(len, pools)) >= min(COUNTS)
        for point in curves(pools, seed=SEED, counts=COUNTS)
    ]


def diagnoses(match: Match) -> list[tuple[str, str, int, Diagnosis]]:
    """What share of the gap between one sample and coverage each rule closes, on whole pools."""
    found: list[tuple[str, str, int, Diagnosis]] = []
    for (model, form), pools in match.pools.items():
        size = min(map(len, pools))
        whole = re.compile(rf"\w+\((max_)?n={size}[,)]")
        if size < 4 or max(map(len, pools)) != size:
            continue
        one = _of_pools(pools, model, form, "one sample")
        most = _of_pools(pools, model, form, f"any of {size}")
        for arm in match.arms.values():
            mine = arm.name.startswith(f"{model} {form} ") and whole.match(arm.strategy)
            if mine and not arm.strategy.startswith("cross_form"):
                found.append((model, form, size, diagnose(one, arm, most)))
    return found


def _of_pools(pools: Sequence[GradedPool], model: str, form: str, rule: str) -> ArmResult:
    """The mean over the samples of each pool, or its coverage."""
    bound = rule != "one sample"
    items = []
    for pool in pools:
        share = sum(pool.right) / len(pool)
        score = float(share > 0) if bound else share
        status = "right" if score == 1.0 else "wrong"
        items.append(ItemResult(pool.problem_id, status, score, Usage()))
    return ArmResult(f"{model} {form} {rule}", model, form, rule, tuple(items), bound)


def gap_rows(match: Match) -> list[dict[str, object]]:
    """The diagnoses as rows."""
    return [
        {
            "model": model,
            "form": form,
            "n": size,
            "rule": match.arms[one.name].strategy,
            **_with_ends("one_sample", one.one_sample),
            **_with_ends("coverage", one.coverage),
            **_with_ends("selected", one.selected),
            **_with_ends("gap_closed", one.closed),
        }
        for model, form, size, one in diagnoses(match)
    ]


def _with_ends(name: str, one: Estimate | None) -> dict[str, object]:
    ends = ("", "", "") if one is None else (one.value, one.interval.low, one.interval.high)
    told = [value if isinstance(value, str) else round(value, 4) for value in ends]
    return dict(zip((name, f"{name}_low", f"{name}_high"), told, strict=True))


def card_of(match: Match, **more: object) -> FightCard | None:
    """The fight card of the headline; `None` when its arms are not sampled."""
    left, right = headline_of(match)
    if left not in match.arms or right not in match.arms:
        return None
    start = " ".join(left.split()[:2])
    rest = [f"{start} {rule}" for rule in CARD_RULES]
    notes = ["Every arm is replayed from the same stored samples; seconds are not compared."]
    if (left, right) != HEADLINE:
        notes.append(
            "The match named beforehand, of chains, is not sampled yet; these are programs."
        )
    card = build_card(
        "First match",
        [match.arms[name] for name in (left, *rest) if name in match.arms],
        [match.arms[right]],
        task=str(match.facts["problems"]),
        notes=notes,
        **more,  # type: ignore[arg-type]
    )
    engines = match.facts["engines"]
    hashes = [CardFact(name, info["fingerprint"]) for name, info in engines.items()]  # type: ignore[attr-defined]
    return replace(card, seeds=(CardFact("root seed", str(SEED)),), hashes=tuple(hashes))


def write(folder: Path, pages: Sequence[Path]) -> None:
    """Write every table, the card and the figure, and the marked parts of the pages."""
    match = read_match(folder)
    write_rows(folder / "arms.csv", arm_rows(match))
    write_rows(folder / "verdicts.csv", verdict_rows(match))
    write_rows(folder / "claims.csv", claim_rows(match))
    write_rows(folder / "curves.csv", curve_rows(match))
    write_rows(folder / "gaps.csv", gap_rows(match))
    summaries = [summarize(arm) for arm in match.arms.values()]
    lines = ["# All arms", "", arms_table(summaries, markdown=True), "", "# Gaps", ""]
    lines += _gap_table(match)
    (folder / "results.md").write_text("\n".join(lines) + "\n")
    card = card_of(match)
    if card is not None:
        (folder / "figure.svg").write_text(svg(accuracy_vs_cost(card)))
        (folder / "card.md").write_text(fight_card_text(card, markdown=True))
    for page in pages:
        page.write_text(filled(page.read_text(), blocks(match)))


def blocks(match: Match) -> dict[str, str]:
    """The marked parts of the pages by name."""
    return {
        "verdict": _verdict_text(match),
        "pools": "\n".join(_pool_table(match)),
        "arms": "\n".join(_arm_table(match, SHOWN)),
        "best": _best_text(match),
        "claims": "\n".join(_claim_table(match)),
        "gaps": "\n".join(_gap_table(match)),
        "caption": _caption(match),
        "front": "\n".join(
            [_caption(match), "", *_arm_table(match, FRONT), "", _verdict_text(match)]
        ),
    }


def filled(page: str, parts: Mapping[str, str]) -> str:
    """A page with its marked parts put in.

    A part stands between `<!-- made: NAME -->` and `<!-- end -->`, each on a line of its own.
    """

    def put(found: re.Match[str]) -> str:
        return f"<!-- made: {found[1]} -->\n{parts[found[1]].strip()}\n<!-- end -->"

    return re.sub(r"<!-- made: (\w+) -->\n.*?<!-- end -->", put, page, flags=re.DOTALL)


def headline_of(match: Match) -> tuple[str, str]:
    """The match named beforehand, or, while it is not sampled, the one of programs."""
    return HEADLINE if all(name in match.arms for name in HEADLINE) else STAND_IN


def _verdict_text(match: Match) -> str:
    left, right = headline_of(match)
    if left not in match.arms or right not in match.arms:
        return f"The match is not sampled on {match.n} problems yet."
    beforehand = (left, right) == HEADLINE
    number = 1 if beforehand else len(CLAIMS)
    verdict = compare(match.arms[left], match.arms[right], comparisons=number)
    text = f"**{verdict.headline()}** {verdict.evidence()}"
    if not beforehand:
        text = (
            "The match named beforehand, of chains of thought, is not sampled again yet; here is "
            f"the one of programs.\n\n{text}"
        )
    return text


def _caption(match: Match) -> str:
    left, right = headline_of(match)
    small = " ".join(left.split()[:2])
    return (
        f"*Rules on `{small}` samples against `{right}`: {match.facts['problems']} problems, "
        f"n = {match.n} at every point, with its 95% interval; FLOPs are computed, prompt "
        "included.*"
    )


def _pool_table(match: Match) -> list[str]:
    rows = [
        (model, form, f"{len(pools):,}", f"{min(map(len, pools))}")
        for (model, form), pools in match.pools.items()
    ]
    return _table(("model", "form", "problems", "samples of each"), rows)


def _arm_table(match: Match, shown: Sequence[tuple[str, str, str]]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for model, form, rule in shown:
        arm = match.arms.get(f"{model} {form} {rule}")
        if arm is None:
            continue
        one = summarize(arm)
        ends = one.accuracy.interval
        rows.append(
            (
                model,
                "both" if rule.startswith("cross_form") else form,
                f"`{rule}`",
                f"{one.num_right} of {one.n}",
                f"{one.accuracy.value:.1%} ({ends.low:.1%}–{ends.high:.1%})",
                f"{one.usage.generated_tokens / one.n:,.0f}",
                f"{one.prompt_per_problem:,.0f}",
                f"{one.flops_per_problem / 1e9:,.0f}",
            )
        )
    heads = ("model", "form", "strategy", "right", "accuracy, 95% interval")
    return _table((*heads, "generated tokens", "prompt tokens", "GFLOPs"), rows)


def _best_text(match: Match) -> str:
    small = [arm for arm in match.arms.values() if not arm.name.startswith(REFERENCE)]
    if len(small) < 2:
        return "Only one arm of a small model is sampled."
    best = max(small, key=lambda arm: arm.num_right)
    return (
        f"Of {len(small)} arms of the small models the highest is `{best.name}`, "
        f"{best.num_right} of {match.n}. It was picked on these very problems, so it looks better "
        "than it is; nothing is claimed of it."
    )


def _claim_table(match: Match) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for question, left, right, one in claims(match):
        if one is None:
            missing = [name for name in (left, right) if name not in match.arms]
            rows.append((question, "not sampled", "", "", f"lacks `{missing[0]}`"))
            continue
        ends = one.difference.interval
        cost = [summarize(match.arms[name]).flops_per_problem / 1e9 for name in (left, right)]
        rows.append(
            (
                question,
                f"{_points(one.difference.value)} ({_points(ends.low)} to {_points(ends.high)})",
                "p < 0.001" if one.p_value < 0.001 else f"p = {one.p_value:.3f}",
                f"{cost[0]:,.0f} against {cost[1]:,.0f}",
                f"**{one.words}**" if one.winner else one.words,
            )
        )
    heads = ("question", "difference in points, 95% interval", "exact McNemar", "GFLOPs")
    return _table((*heads, "verdict"), rows)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def _gap_table(match: Match) -> list[str]:
    rows = [
        (
            model,
            form,
            str(size),
            f"`{match.arms[one.name].strategy}`",
            _told(one.one_sample),
            _told(one.selected),
            _told(one.coverage),
            "too few to tell" if one.closed is None else _told(one.closed, 0),
        )
        for model, form, size, one in diagnoses(match)
    ]
    heads = ("model", "form", "n", "rule", "one sample (mean)", "chosen")
    return _table((*heads, "coverage, an oracle bound", "gap closed"), rows)


def _told(one: Estimate, digits: int = 1) -> str:
    ends = one.interval
    return f"{one.value:.{digits}%} ({ends.low:.{digits}%} to {ends.high:.{digits}%})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["Nothing of this is sampled yet."]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def main() -> None:
    """Write the tables of a folder, and the pages' marked parts for the study's own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=HERE)
    folder: Path = parser.parse_args().folder
    write(folder, pages_of(folder))


def pages_of(folder: Path) -> list[Path]:
    """The pages with marked parts: none for a folder other than the study's own."""
    return [HERE / "README.md", HERE.parents[2] / "README.md"] if folder == HERE else []


if __name__ == "__main__":
    main()
