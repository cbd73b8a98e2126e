"""A mixture against its recipe: pools take turns as their shares say, and hold what they gave."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from underdog.data.checking.derived_rows import DrawId
from underdog.data.checking.finding import Findings
from underdog.data.checking.row_faults import ShardCheck
from underdog.data.dataset.arrow import parquet
from underdog.data.dataset.card.data_card import DataCard, read_card
from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.columns import examples_of
from underdog.data.dataset.shards import open_shard, read_state
from underdog.data.dataset.token_counts import count_tokens, describe_counter
from underdog.data.making.interleave import Exposure, Interleaver
from underdog.data.mixing.exposures import PoolExposure, entries, read_ledger
from underdog.data.mixing.mixing import MixState
from underdog.data.mixing.mixture import Mixture, PoolPlace
from underdog.data.mixing.pools import FinitePool
from underdog.data.mixing.recipe import MixFile, PoolTable, open_mix
from underdog.data.workers import Workers
from underdog.errors import DataError, UnderdogError

_BATCH = 2_000


def check_mixture(
    folder: Path, card: DataCard, shards: Sequence[Path], checks: Sequence[ShardCheck]
) -> Findings:
    """Compare a mixture with its recipe, its ledger and its pools.

    Args:
        folder: The mixture.
        card: Its card.
        shards: The shards in order.
        checks: The result of every shard.
    """
    found = Findings()
    try:
        asked = MixState.model_validate({"places": (), **(card.origin or {})["mixture"]})
    except (ValidationError, TypeError):
        found.add("card says no mixture", ["card.json"])
        return found
    mix = asked.mix
    rows = [pair for check in checks for pair in check.pools]
    names = list(mix.pools)
    found.told("pools", [one.source for one in card.sources], names)
    if strange := [pool for pool, _ in rows if pool not in mix.pools]:
        found.add("a row is of no pool", strange)
        return found
    _check_amount(asked, rows, found)
    states = _check_states(asked, shards, found)
    exposures = _check_turns(mix, names, checks, states, found)
    _check_families(mix, asked, checks, states, found)
    _check_tokens(mix, shards, found)
    mixture = _opened(mix, asked, found)
    _check_ledger(folder, card, asked, states, mixture, found)
    _check_sums(card, asked, states, exposures, found)
    if mixture is not None:
        _check_stored(mixture, card, shards, found)
    return found


def _check_amount(asked: MixState, rows: Sequence[tuple[str, int]], found: Findings) -> None:
    if asked.items is not None:
        found.told("items", asked.items, len(rows))
    elif asked.tokens is not None:
        total = sum(tokens for _, tokens in rows)
        enough = bool(rows) and total - rows[-1][1] < asked.tokens <= total
        found.unless(enough, f"card says {asked.tokens:,} tokens, counted {total:,}")


def _check_states(asked: MixState, shards: Sequence[Path], found: Findings) -> list[MixState]:
    states: list[MixState] = []
    for path in shards:
        try:
            state = MixState.model_validate_json(read_state(path))
        except (ValidationError, DataError):
            found.add("shard holds no state", [path.name])
            return []
        same = state.model_copy(update={"places": ()}) == asked
        found.unless(same, "shard is of another mixture", path.name)
        if len(state.places) != len(asked.mix.pools):
            found.add("shard is of another mixture", [path.name])
            return []
        states.append(state)
    return states


def _check_turns(
    mix: MixFile,
    names: Sequence[str],
    checks: Sequence[ShardCheck],
    states: Sequence[MixState],
    found: Findings,
) -> Sequence[Exposure]:
    """Pools take turns as their shares say, and every shard's state holds the turns so far."""
    numbers = {name: number for number, name in enumerate(names)}
    exposures = [Exposure()] * len(names)
    sizes: list[list[int]] = [[] for _ in names]
    actual: list[int] = []
    for place, check in enumerate(checks):
        for pool, tokens in check.pools:
            actual.append(numbers[pool])
            sizes[actual[-1]].append(max(1, tokens))
        exposures = _exposed(exposures, [(numbers[pool], size) for pool, size in check.pools])
        if place < len(states):
            kept = [one.exposure for one in states[place].places]
            found.unless(exposures == kept, "a shard's state is not its rows'")
    # Choosing ends early where a pool is due whose next row is behind the end of the mixture.
    shares = [share / sum(mix.shares.values()) for share in mix.shares.values()]
    chosen = Interleaver(shares).choose(sizes, len(actual))
    same = chosen == actual[: len(chosen)]
    found.unless(same, "pools do not take turns as their shares say")
    return exposures


def _exposed(before: Sequence[Exposure], rows: Sequence[tuple[int, int]]) -> list[Exposure]:
    """Exposure of every pool after further rows, each a pool and its tokens."""
    exposures = list(before)
    position = sum(one.tokens for one in exposures)
    for pool, tokens in rows:
        one = exposures[pool]
        gap = one.gap_at(position)
        position += tokens
        exposures[pool] = Exposure(one.items + 1, one.tokens + tokens, position, gap)
    return exposures


def _check_families(
    mix: MixFile,
    asked: MixState,
    checks: Sequence[ShardCheck],
    states: Sequence[MixState],
    found: Findings,
) -> None:
    """Rows of a family are draws of its pool, in order, each once."""
    draws: dict[str, list[DrawId | None]] = defaultdict(list)
    places = {name: place for place, name in enumerate(mix.pools)}
    for check, state in zip(checks, states, strict=False):
        for draw, (pool, _) in zip(check.draws, check.pools, strict=False):
            draws[pool].append(draw)
        for name, pool in mix.pools.items():
            last = draws[name][-1] if draws[name] else None
            if pool.family and last is not None:
                after = last.number + asked.world
                found.told(f"next draw of {name}", state.places[places[name]].next, after)
    for name, pool in mix.pools.items():
        if not pool.family:
            continue
        forms = _forms(pool)
        strange: list[str] = []
        numbers: list[int] = []
        for draw in draws[name]:
            fits = (
                draw is not None
                and (draw.source, draw.split, draw.seed) == (pool.family, pool.split, mix.seed)
                and (draw.number - asked.rank) % asked.world == 0
                and draw.form in forms
            )
            if draw is None or not fits:
                strange.append(name)
            else:
                numbers.append(draw.number)
        found.add("a row is no draw of its pool", strange)
        rising = all(left < right for left, right in pairwise(numbers))
        found.unless(rising, "rows are not in the order of the draws", name)


def _forms(pool: PoolTable) -> Sequence[str]:
    try:
        return plan_of([pool.family], 1, pool.forms).sources[0].forms
    except UnderdogError:
        return ()


def _check_tokens(mix: MixFile, shards: Sequence[Path], found: Findings) -> None:
    """Tokens of every row, counted again."""
    if mix.tokenizer and not Path(mix.tokenizer).is_file():
        found.gap([f"tokens of the rows: {mix.tokenizer} is not here"])
        return
    wrong: list[str] = []
    for path in shards:
        with open_shard(path) as file:
            if "tokens" not in file.schema_arrow.names:
                return
            columns = ["id", "prompt", "completion", "tokens"]
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                counted = count_tokens(batch, mix.tokenizer)
                told = batch["tokens"].to_pylist()
                ids = batch["id"].to_pylist()
                pairs = zip(ids, told, counted, strict=True)
                wrong += [str(row) for row, one, other in pairs if one != other]
    found.add("tokens of a row are not its text's", wrong)


def _opened(mix: MixFile, asked: MixState, found: Findings) -> Mixture | None:
    """The mixture with its pools; `None` when a pool's data is not here."""
    try:
        return open_mix(mix, asked.rank, asked.world)
    except UnderdogError as error:
        found.gap([f"pools of the mixture, since one is not here: {error}"])
        return None


def _check_ledger(
    folder: Path,
    card: DataCard,
    asked: MixState,
    states: Sequence[MixState],
    mixture: Mixture | None,
    found: Findings,
) -> None:
    """The ledger holds the states of the shards, twice."""
    try:
        told, counter = read_ledger(folder)
        stored = parquet().read_table(folder / "ledger.parquet").to_pylist()
        raw = json.loads((folder / "ledger.json").read_bytes())
    except (OSError, ValueError, DataError):
        found.add("a ledger cannot be read", ["ledger.json, ledger.parquet"])
        return
    found.unless(
        stored == [asdict(one) for one in told] and set(raw) == {"tokens_by", "entries"},
        "the two ledgers differ",
        "ledger.json",
    )
    found.told("way of counting tokens", counter, describe_counter(asked.mix.tokenizer))
    if mixture is not None:
        expected = [one for state in states for one in entries(mixture, state.places)]
        found.unless(told == expected, "the ledger is not the shards'", "ledger.json")
    else:
        _check_known(told, states, list(asked.mix.pools), found)
    last = told[-len(asked.mix.pools) :] if told else []
    counts = [(one.source, one.problems, one.rows, one.drawn, one.repeats) for one in card.sources]
    kept = [
        (one.pool, one.distinct, one.items, one.items + one.left_out, one.repeats) for one in last
    ]
    found.told("counts of the pools", counts, kept)
    found.told("items wanted", [one.wanted for one in card.sources], [one.items for one in last])


def _check_known(
    told: Sequence[PoolExposure],
    states: Sequence[MixState],
    names: Sequence[str],
    found: Findings,
) -> None:
    """What a ledger says of pools that are not here, as far as the states say it too."""
    expected: list[tuple[str, int, int, int, int]] = []
    for state in states:
        position = sum(place.exposure.tokens for place in state.places)
        for name, place in zip(names, state.places, strict=True):
            one: PoolPlace = place
            gap = one.exposure.gap_at(position)
            expected.append((name, one.exposure.items, one.exposure.tokens, gap, one.left_out))
    kept = [(one.pool, one.items, one.tokens, one.largest_gap, one.left_out) for one in told]
    found.unless(kept == expected, "the ledger is not the shards'", "ledger.json")


def _check_sums(
    card: DataCard,
    asked: MixState,
    states: Sequence[MixState],
    exposures: Sequence[Exposure],
    found: Findings,
) -> None:
    """Rows of every pool, verified rows, items compared and left out."""
    for one, exposure in zip(card.sources, exposures, strict=False):
        found.told(f"rows of {one.source}", one.rows, exposure.items)
        found.unless(not one.refused and not one.saturated, "card says refusals of a pool")
    last = states[-1].places if states else ()
    copies = [place.left_out for place in last]
    facts = card.decontamination
    if facts is not None:
        found.told("digest of the test sets", facts.digest, asked.tests)
        found.told("items left out", facts.left_out, sum(copies))
        if not facts.off:
            named = zip(asked.mix.pools, card.sources, copies, strict=False)
            looked = sum(
                one.problems + left for name, one, left in named if name not in facts.clear_before
            )
            found.told("items compared with test sets", facts.checked, looked)
    verified, unknown = 0, False
    for (name, pool), one in zip(asked.mix.pools.items(), card.sources, strict=False):
        known = _verified(pool)
        unknown |= known is None
        verified += one.rows if known else 0
        if pool.jsonl or known is None:
            found.gap([f"pool {name!r}: whether its rows were verified"])
    told = min(card.verified, verified) if unknown else card.verified
    found.told("verified rows", told, verified)


def _verified(pool: PoolTable) -> bool | None:
    """Whether a pool's rows were verified; `None` when its data is not here."""
    if pool.family:
        return pool.verify
    if pool.jsonl:
        return False
    card = read_card(Path(pool.data)) if Path(pool.data).is_dir() else None
    return None if card is None else card.rows == card.verified


def _check_stored(
    mixture: Mixture, card: DataCard, shards: Sequence[Path], found: Findings
) -> None:
    """Rows of stored pools are those of the pool, in the order of its epochs."""
    stored = {one.name: one for one in mixture.pools if isinstance(one, FinitePool)}
    left = {one.source: one.drawn - one.rows for one in card.sources}
    streams: Mapping[str, Iterator[Any]] = {
        name: _rows_of(pool, mixture) for name, pool in stored.items()
    }
    passed: Counter[str] = Counter()
    strange: list[str] = []
    for path in shards:
        with open_shard(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                pools = batch["pool"].to_pylist()
                for name, example in zip(pools, examples_of(batch), strict=True):
                    if name not in streams:
                        continue
                    while next(streams[name]) != example:
                        passed[name] += 1
                        if passed[name] > left[name] * _passes(card, name):
                            strange.append(example.id)
                            break
                    if strange:
                        found.add("a row is not the next of its pool", strange)
                        return


def _passes(card: DataCard, name: str) -> int:
    """Most times that a stored pool was begun."""
    [one] = [one for one in card.sources if one.source == name]
    return 1 + one.rows // max(1, one.problems)


def _rows_of(pool: FinitePool, mixture: Mixture) -> Iterator[Any]:
    for chunk in pool.chunks(mixture.rank, mixture.world, Workers()):
        yield from examples_of(chunk.rows)
