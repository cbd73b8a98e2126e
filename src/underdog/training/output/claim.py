"""The claim on a training folder: what is trained on what, and the refusal of anything else.

`recipe.json` holds the resolved recipe with versions, the start model's digest and a digest of
every pool's data. A recipe, model or pool that has changed since is refused by name.
"""

import json
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from underdog.data.mixing.recipe import open_mix
from underdog.errors import TrainingError
from underdog.files import write_json
from underdog.training.stage_data import data_digests, mix_of
from underdog.training.training_recipe import TrainingRecipe

_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "underdog")


def claim_folder(folder: Path, recipe: TrainingRecipe, dtype: str, model: str) -> None:
    """Note what is trained on what, or refuse a folder that holds another run.

    The data of every stage is opened first: a mistyped name is found before the first stage
    trains, and does not leave a folder that refuses the right name.

    Args:
        folder: Output folder.
        recipe: The recipe.
        dtype: Type of the finished model's weights.
        model: Digest of the start model.

    Raises:
        TrainingError: The folder holds another run, or files that are no run's.
        DataError: A pool's data is missing.
    """
    asked = {
        "recipe": recipe.model_dump(mode="json"),
        "dtype": dtype,
        "model": model,
        "data": {
            f"{stage.name}/{pool}": digest
            for stage in recipe.stages
            for pool, digest in data_digests(mix_of(stage, recipe.seed)).items()
        },
    }
    path = folder / "recipe.json"
    if path.is_file():
        _same(json.loads(path.read_bytes()), asked, folder)
        return
    if any(folder.iterdir()):
        raise TrainingError(
            f"{folder} holds files that are no training run's; give an empty or new folder"
        )
    for stage in recipe.stages:
        open_mix(mix_of(stage, recipe.seed))
    versions = {name: version(name) for name in _PACKAGES if find_spec(name)}
    write_json(path, asked | {"versions": versions})


def _same(kept: Mapping[str, Any], asked: Mapping[str, Any], folder: Path) -> None:
    for key in ("model", "dtype"):
        if kept.get(key) != asked[key]:
            raise TrainingError(f"{folder} holds a run with another {key}; give another folder")
    old, new = kept.get("data", {}), asked["data"]
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if kept.get("recipe") != asked["recipe"]:
        keys = _differences(kept.get("recipe"), asked["recipe"])
        raise TrainingError(f"{folder} holds a run with another {keys[0]}; give another folder")
    if changed:
        raise TrainingError(
            f"the data of pool {changed[0]!r} has changed since {folder} was begun; restore it or "
            "give another folder"
        )


def _differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Paths of the entries in which two JSON values differ."""
    old, new = _numbered(old), _numbered(new)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [path or "recipe"]
    left, right = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
    return [
        found
        for key in sorted({*left, *right})
        for found in _differences(
            left.get(key), right.get(key), f"{path}{'' if key[0] == '[' or not path else '.'}{key}"
        )
    ]


def _numbered(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return {f"[{at}]": one for at, one in enumerate(cast("list[Any]", value))}
