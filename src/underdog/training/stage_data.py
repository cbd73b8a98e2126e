"""The data of a stage: its mixture, and digests that tell whether a pool has changed."""

import hashlib
from pathlib import Path

from underdog.data.mixing.recipe import MixFile, PoolTable, read_mix
from underdog.errors import DataError
from underdog.files import sha256_file
from underdog.training.training_recipe import Stage


def mix_of(stage: Stage, seed: int) -> MixFile:
    """The mixture of a stage: its file, or its data set as the only pool."""
    if stage.mixture:
        return read_mix(Path(stage.mixture))
    pool = PoolTable(share=1.0, data=stage.data, split=stage.split)
    return MixFile(pools={"data": pool}, seed=seed)


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
