"""The numbers on a card against the rows and against each other."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from underdog.data.checking.finding import Findings
from underdog.data.checking.folder_files import is_mixture
from underdog.data.checking.row_faults import ShardCheck, marks
from underdog.data.dataset.card.data_card import DataCard, Decontamination
from underdog.data.dataset.seen import Seen


def check_card(card: DataCard, checks: Sequence[ShardCheck]) -> Findings:
    """Compare a card with the rows of its files.

    Args:
        card: The card.
        checks: The result of every shard.
    """
    found = Findings()
    rows = sum(check.rows for check in checks)
    problems, _ = distinct([check.keys for check in checks])
    for what, packed in (
        ("id", [check.ids for check in checks]),
        ("key and form", [check.pairs for check in checks]),
    ):
        _, repeats = distinct(packed)
        if repeats and not card.repeats:
            found.add(f"{what} occurs again", [""] * repeats)
    found.told("rows", card.rows, rows)
    verified = sum(check.verified for check in checks)
    found.told("verified rows", card.verified, _verified(card, rows, verified))
    found.told("rows by source", sum(one.rows for one in card.sources), card.rows)
    if not card.repeats:
        found.told("problems", card.problems, problems)
    found.told("problems by source", sum(one.problems for one in card.sources), card.problems)
    if not is_mixture(card):
        _check_sources(card, checks, found)
    kinds = (card.plan is not None, card.sampling is not None, is_mixture(card))
    found.unless(sum(kinds) <= 1, "card is of several kinds at once")
    found.unless(card.plan is not None or card.origin is not None, "card says no origin")
    found.unless(card.repeats == is_mixture(card), "card is wrong on repeats")
    if card.plan is not None or card.sampling is not None or is_mixture(card):
        found.unless(card.decontamination is not None, "card lacks decontamination")
    for facts in (card.decontamination, card.scan):
        if facts is not None:
            _check_decontamination(card, facts, found, scanned=facts is card.scan)
    if card.plan is None and card.sampling is None and not is_mixture(card):
        _check_selection(card, found)
    return found


def distinct(packed: Sequence[bytes]) -> tuple[int, int]:
    """Number of distinct 64-bit hashes, and number of repeated ones."""
    seen, total = Seen(), 0
    for data in packed:
        some = marks(data)
        seen.add(some[seen.fresh(some)])
        total += len(some)
    return len(seen), total - len(seen)


def _verified(card: DataCard, rows: int, counted: int) -> int:
    """Number of verified rows that the card must say, as far as that is known."""
    if card.plan is not None:
        return min(rows, counted) if card.plan.verify else 0
    if card.sampling is not None:
        return counted
    whole = card.verified in (0, rows) or is_mixture(card)
    return min(card.verified, counted) if whole else counted


def _check_sources(card: DataCard, checks: Sequence[ShardCheck], found: Findings) -> None:
    rows = Counter(source for check in checks for source, _ in check.sources)
    told = {one.source: one for one in card.sources}
    found.unless(len(told) == len(card.sources), "a source is twice on the card")
    wanted = {one.spec for one in card.plan.sources} if card.plan else set(rows)
    found.told("sources", sorted(told), sorted(wanted | set(rows)))
    problems = _problems(checks)
    for source, one in told.items():
        found.told(f"rows of {source}", one.rows, rows[source])
        found.told(f"problems of {source}", one.problems, problems[source])


def _problems(checks: Sequence[ShardCheck]) -> Counter[str]:
    """Distinct problems by the source of their first row."""
    seen, problems = Seen(), Counter[str]()
    for check in checks:
        some = np.array([mark for _, mark in check.sources], dtype=np.uint64)
        fresh = seen.fresh(some)
        seen.add(some[fresh])
        names = (source for source, _ in check.sources)
        problems.update(name for name, new in zip(names, fresh.tolist(), strict=True) if new)
    return problems


def _check_decontamination(
    card: DataCard, facts: Decontamination, found: Findings, *, scanned: bool
) -> None:
    what = "scan" if scanned else "decontamination"
    if facts.off:
        found.unless(facts == Decontamination(off=True), f"{what} is off and says results")
        return
    counted = facts.left_out + facts.repeating
    found.unless(bool(facts.digest), f"{what} says no digest of its test sets")
    found.unless(bool(facts.checked_against), f"{what} names no test sets")
    found.unless(counted <= facts.checked, f"{what} found more than it looked at")
    if card.sampling is None or scanned:
        found.told(f"{what} by rule", sum(facts.by_rule.values()), counted)
        names = sum(facts.by_benchmark.values())
        found.unless(names >= counted, f"{what} found less by test set than in all")
        found.unless(bool(counted) or not names, f"{what} found more by test set than in all")
    found.unless(set(facts.by_benchmark) <= set(facts.checked_against), f"{what} names strangers")
    if scanned:
        found.told("rows scanned", facts.checked, card.rows)
        found.unless(not facts.left_out, "scan says rows were left out")
    else:
        found.unless(not facts.repeating, "decontamination says rows repeat a test item")


def _check_selection(card: DataCard, found: Findings) -> None:
    """A data set written whole from others counts nothing but what it holds."""
    found.unless(card.decontamination is None, "card says a comparison that was not made")
    for one in card.sources:
        counts = (one.wanted, one.drawn, one.repeats, dict(one.refused), one.saturated)
        expected = (one.problems, one.rows, 0, dict[str, object](), False)
        found.told(f"counts of {one.source}", counts, expected)
    keep = (card.origin or {}).get("keep")
    if isinstance(keep, int) and not isinstance(keep, bool):
        found.unless(card.rows <= keep, "more rows than were to be kept")
