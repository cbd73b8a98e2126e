"""A made data set against its plan: which draws are rows, in which order, and why not all."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from underdog.core import Item
from underdog.data.checking.derived_rows import DrawId, drawn, family_of
from underdog.data.checking.finding import Findings
from underdog.data.checking.row_faults import ShardCheck
from underdog.data.dataset.card.data_card import DataCard, SourceCount
from underdog.data.dataset.card.plan import MakePlan, PlannedFamily
from underdog.data.dataset.seen import marks_of
from underdog.data.dataset.shards import read_state
from underdog.data.making.feed import PATIENCE, FeedState
from underdog.data.making.interleave import Exposure, Interleaver
from underdog.data.making.make import ShardState
from underdog.data.making.refusing import chosen_form, refused_forms
from underdog.errors import DataError

_ITEMS = 5_000


def check_plan(
    card: DataCard, plan: MakePlan, shards: Sequence[Path], checks: Sequence[ShardCheck]
) -> Findings:
    """Compare a made data set with its plan.

    Args:
        card: The card.
        plan: Its plan.
        shards: The shards in order.
        checks: The result of every shard.
    """
    found = Findings()
    wanted = [one.wanted for one in card.sources]
    saturated = bool(card.sources) and all(one.saturated for one in card.sources)
    enough = sum(wanted) == plan.count or (saturated and sum(wanted) < plan.count)
    found.unless(enough, "card wants other problems than the plan")
    names = [one.spec for one in plan.sources]
    found.told("families in order", [one.source for one in card.sources], names)
    states = _check_states(card, plan, shards, found)
    before = [FeedState() for _ in plan.sources]
    left = states[-1].feeds if states else before
    for number, family in enumerate(plan.sources[: len(card.sources)]):
        copies = sum(sum(one.values()) for one in left[number].copies.values())
        _Family(plan, family, card.sources[number], checks, copies).check(found)
    sizes = _sizes(plan, card)
    found.unless(len(checks) == len(sizes), "more or fewer shards than the plan has")
    for path, check, state, size in zip(shards, checks, states, sizes, strict=False):
        _check_turns(plan, path, check, [one.wanted for one in before], size, found)
        before = list(state.feeds)
    if card.decontamination is not None and not card.decontamination.off:
        facts = card.decontamination
        looked = sum(one.problems + one.repeats for one in card.sources) + facts.left_out
        found.told("items compared with test sets", facts.checked, looked)
    return found


def _sizes(plan: MakePlan, card: DataCard) -> list[int]:
    """Problems wanted of every shard."""
    left, sizes = sum(one.wanted for one in card.sources), list[int]()
    while left > 0:
        sizes.append(min(plan.shard_problems, left))
        left -= sizes[-1]
    return sizes


def _check_states(
    card: DataCard, plan: MakePlan, shards: Sequence[Path], found: Findings
) -> list[ShardState]:
    """The state in every shard's metadata: the plan, the test sets, growing counts."""
    digest = card.decontamination.digest if card.decontamination else ""
    states: list[ShardState] = []
    before = [FeedState() for _ in plan.sources]
    for path in shards:
        try:
            state = ShardState.model_validate_json(read_state(path))
        except (ValidationError, DataError):
            found.add("shard holds no state", [path.name])
            return []
        if len(state.feeds) != len(before):
            found.add("shard was made by another plan", [path.name])
            return []
        found.unless(state.plan == plan, "shard was made by another plan", path.name)
        found.unless(state.tests == digest, "shard was compared with other test sets", path.name)
        grown = all(
            old.next <= new.next and old.rows <= new.rows and old.problems <= new.problems
            for old, new in zip(before, state.feeds, strict=True)
        )
        found.unless(grown, "counts of a shard fall", path.name)
        before = list(state.feeds)
        states.append(state)
    for one, state in zip(card.sources, before, strict=False):
        told = (one.wanted, one.problems, one.rows, one.drawn, one.repeats, one.saturated)
        kept = (state.wanted, state.problems, state.rows, state.next, state.repeats)
        found.told(f"counts of {one.source}", told, (*kept, state.saturated))
        found.told(f"refusals of {one.source}", dict(one.refused), dict(state.refused))
    if card.decontamination is not None:
        copies = sum(sum(c.values()) for state in before for c in state.copies.values())
        found.told("items left out", card.decontamination.left_out, copies)
    return states


class _Family:
    """The draws of one family of a plan."""

    def __init__(
        self,
        plan: MakePlan,
        family: PlannedFamily,
        count: SourceCount,
        checks: Sequence[ShardCheck],
        copies: int,
    ) -> None:
        self._plan = plan
        self._family = family
        self._count = count
        self._copies = copies
        self._elsewhere = {
            mark for check in checks for source, mark in check.sources if source != family.spec
        }
        self._rows: dict[int, list[str]] = defaultdict(list)
        self._strange: list[str] = []
        self._order: list[int] = []
        for draw in (draw for check in checks for draw in check.draws):
            if draw is not None and draw.source == family.spec:
                self._take(draw)

    def _take(self, draw: DrawId) -> None:
        at_home = (draw.split, draw.seed) == (self._plan.split, self._plan.seed)
        if not at_home or draw.form not in self._family.forms:
            self._strange.append(f"{draw.source}/{draw.number}")
        self._rows[draw.number].append(draw.form)
        self._order.append(draw.number)

    def check(self, found: Findings) -> None:
        """Compare the draws with the card."""
        spec, made = self._family.spec, family_of(self._family.spec)
        if made is None or made.version != self._family.version:
            found.gap([f"{spec} is not here in version {self._family.version}: its rows"])
            return
        found.unless(self._family.checker == made.checker, "plan names another checker")
        found.add("a row is not of the plan", self._strange)
        found.unless(self._order == sorted(self._order), "rows are not in the order of the draws")
        last = max(self._rows, default=-1)
        drawn_to = self._count.drawn
        found.unless(last < drawn_to, "a row was drawn after the last draw")
        if not self._count.saturated:
            found.unless(last + 1 == drawn_to, f"card says {drawn_to:,} draws, rows end before")
        self._check_draws(range(min(drawn_to, last + 1 + PATIENCE)), found)

    def _check_draws(self, numbers: range, found: Findings) -> None:
        """Every draw is a row, or repeats one, or was refused, or repeats a test item."""
        repeats = left_out = 0
        seen: set[str] = set()
        for start in range(0, len(numbers), _ITEMS):
            some = numbers[start : start + _ITEMS]
            items = drawn(self._family.spec, self._plan.split, self._plan.seed, some)
            for number in some:
                item = items[number]
                if number in self._rows:
                    self._check_forms(number, item, found)
                    seen.add(item.key)
                elif not self._refused(number, item):
                    known = item.key in seen or self._is_elsewhere(item)
                    repeats += known
                    left_out += not known
        told = self._count.repeats + self._copies
        found.told(f"repeats of {self._family.spec}", told, repeats + left_out)
        if left_out > self._copies:
            found.add("a problem of the plan is not there", [self._family.spec] * left_out)

    def _is_elsewhere(self, item: Item) -> bool:
        """Whether another family of the plan wrote the same problem."""
        return int(marks_of([item.key])[0]) in self._elsewhere

    def _check_forms(self, number: int, item: Item, found: Findings) -> None:
        """The rows of a problem are in the forms that it has rows in, in their order."""
        have = self._rows[number]
        where = f"{self._family.spec}/{number}"
        if not self._plan.every_form:
            wanted = chosen_form(item, self._family, number)
            found.unless(have == [wanted], "a row is not in the form of its draw", where)
            return
        lost = set(self._family.forms) - set(have)
        if lost and lost - self._refused_forms(item):
            found.add("a form of a problem is not there", [where])
        wanted = [form for form in self._family.forms if form in have]
        found.unless(have == wanted, "rows are not in the order of the forms", where)

    def _refused(self, number: int, item: Item) -> bool:
        if not self._count.refused:
            return False
        refused = self._refused_forms(item)
        if self._plan.every_form:
            return set(self._family.forms) <= refused
        return chosen_form(item, self._family, number) in (None, *refused)

    def _refused_forms(self, item: Item) -> set[str]:
        return refused_forms(item, self._family, verify_rows=self._plan.verify)


def _check_turns(
    plan: MakePlan,
    path: Path,
    check: ShardCheck,
    wanted: Sequence[int],
    size: int,
    found: Findings,
) -> None:
    """Problems of a shard take turns as the shares of the families say.

    Args:
        plan: The plan.
        path: The shard.
        check: Its rows.
        wanted: Problems wanted of each family before the shard.
        size: Problems wanted of the shard.
        found: The faults.
    """
    names = [one.spec for one in plan.sources]
    turns: list[str] = []
    last = None
    for draw in check.draws:
        if draw is None:
            found.add("a row is of no family", [path.name])
            return
        if (draw.source, draw.number) != last:
            turns.append(draw.source)
        last = draw.source, draw.number
    taken = Counter(turns)
    order = Interleaver(
        [one.share for one in plan.sources], [Exposure(count, count) for count in wanted]
    ).choose([[1] * size] * len(names), size)
    used: Counter[str] = Counter()
    expected: list[str] = []
    for name in (names[number] for number in order):
        used[name] += 1
        if used[name] <= taken[name]:
            expected.append(name)
    found.unless(turns == expected, "families do not take turns as planned", path.name)
