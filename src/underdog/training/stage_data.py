"""The data of a stage: its mixture, what is fed when, and digests that tell of a changed pool."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from underdog.data.mixing.recipe import MixFile, PoolTable, read_mix
from underdog.errors import DataError
from underdog.files import sha256_file
from underdog.training.feeding.length_buckets import BUFFER_ITEMS
from underdog.training.pacing.curriculum import Curriculum
from underdog.training.pacing.hint_decay import HintDecay
from underdog.training.pacing.length_warmup import LengthWarmup
from underdog.training.pacing.pace import Edit, Pacing
from underdog.training.pacing.pool_shares import PoolShares
from underdog.training.pacing.prompt_erasing import PromptErasing
from underdog.training.schedules import schedules
from underdog.training.training_recipe import Stage


def mix_of(stage: Stage, seed: int) -> MixFile:
    """The mixture of a stage: its file, or its data set or JSON Lines file as the only pool."""
    if stage.mixture:
        return read_mix(Path(stage.mixture))
    if Path(stage.data).suffix == ".jsonl":
        pool = PoolTable(share=1.0, jsonl=stage.data)
    else:
        pool = PoolTable(share=1.0, data=stage.data, split=stage.split)
    return MixFile(pools={"data": pool}, seed=seed)


def pacing_of(stage: Stage, shares: Mapping[str, float], seed: int) -> Pacing:
    """What a stage feeds when.

    Args:
        stage: The stage.
        shares: Share of every pool in its mixture.
        seed: Of the choice of items whose prompt is erased.

    Raises:
        UnknownNameError: A share is given to a pool that the mixture does not have.
        ConfigError: The shares of the pools cannot be.
    """
    edits: list[Edit] = []
    if stage.prompt_erasing:
        edits.append(PromptErasing(schedules.create(stage.prompt_erasing), seed))
    if stage.hint_decay:
        edits.append(HintDecay(schedules.create(stage.hint_decay)))
    courses = {name: schedules.create(spec) for name, spec in stage.pool_shares.items()}
    return Pacing(
        PoolShares(courses, shares) if courses else None,
        Curriculum(schedules.create(stage.curriculum)) if stage.curriculum else None,
        LengthWarmup(schedules.create(stage.length_warmup)) if stage.length_warmup else None,
        tuple(edits),
    )


def buffer_items(stage: Stage) -> int:
    """Items from which batches are cut together: enough for several, fewer where they are paced.

    Schedules of what is fed are read once a buffer.
    """
    whole = max(BUFFER_ITEMS, stage.batch_tokens // 8)
    return whole // 4 if stage.paced else whole


def data_digests(mix: MixFile) -> dict[str, str]:
    """A digest of every pool's settings and data, by pool.

    Raises:
        DataError: A pool's files cannot be read.
    """
    found: dict[str, str] = {}
    for name, pool in mix.pools.items():
        digest = hashlib.sha256(f"{mix.seed} {pool.model_dump_json()}".encode())
        try:
            if pool.jsonl:
                digest.update(sha256_file(Path(pool.jsonl)).encode())
            elif pool.data:
                for file in sorted(Path(pool.data).rglob("*.parquet")):
                    digest.update(f"{file.name} {sha256_file(file)}".encode())
        except OSError as error:
            raise DataError(f"pool {name!r}: cannot read {pool.jsonl or pool.data}") from error
        found[name] = digest.hexdigest()
    return found
