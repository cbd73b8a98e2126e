"""Training by a recipe: its stages in order, checkpoints on the way, a model folder at the end.

The output folder holds the finished model, `recipe.json` (the resolved recipe with versions, the
model's digest and a digest of every pool's data) and `stages/NAME` with the stage's log, its
checkpoints and its result. The same call goes on where an interrupted one stopped; a recipe, model
or pool that has changed since is refused by name.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from underdog.data.mixing.recipe import MixFile, PoolTable, open_mix, read_mix
from underdog.errors import DataError, TrainingError
from underdog.files import sha256_file, write_atomic
from underdog.seeds import derive
from underdog.training.checkpoint import newest_checkpoint, write_checkpoint
from underdog.training.encoding import Encoder
from underdog.training.interrupts import held_back
from underdog.training.length_buckets import LengthBuckets
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.stage_run import StageRun, StepReport
from underdog.training.torch_model import (
    TorchModel,
    check_writable,
    open_torch_model,
    write_model_folder,
)
from underdog.training.trainable import trainables
from underdog.training.training_recipe import Stage, TrainingRecipe

if TYPE_CHECKING:
    from underdog.data.decontamination import Protection

CHECKPOINT_SECONDS = 300.0
_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "underdog")


@dataclass(frozen=True, slots=True)
class TrainingUpdate:
    """News of a training run.

    Attributes:
        stage: Name of the stage.
        step: The step's report; `None` at the stage's start and end.
        resumed_at: Step of the checkpoint from which the stage goes on, at its start; 0 for none.
        passed_over: Later checkpoints that were not whole.
        left_out: Items left out so far: too long, or without a reply to learn.
        finished: Whether the stage is finished.
    """

    stage: str
    step: StepReport | None = None
    resumed_at: int = 0
    passed_over: tuple[str, ...] = ()
    left_out: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A recipe being carried out in a folder.

    Attributes:
        recipe: The recipe.
        folder: Output folder.
        dtype: Type of the finished model's weights.
        tests: Test sets whose items are left out of mixtures; `None` compares with none.
        checkpoint_seconds: Wall seconds between checkpoints.
    """

    recipe: TrainingRecipe
    folder: Path
    dtype: str = "bfloat16"
    tests: "Protection | None" = None
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    def updates(self) -> Iterator[TrainingUpdate]:
        """Train, with news after every step; the finished model lies in the folder at the end.

        Raises:
            TrainingError: The folder holds another run, training went wrong, or the disk is full.
            DataError: A pool's data is missing or holds nothing to learn.
            ModelFileError: The model cannot be read or trained.
        """
        check_writable(self.folder)
        start = open_torch_model(self.recipe.model)
        self._claim(start)
        current: TorchModel | None = start
        for number, stage in enumerate(self.recipe.stages):
            place = self.folder / "stages" / stage.name
            if (place / "done.json").is_file():
                current = None
                yield TrainingUpdate(stage.name, finished=True)
                continue
            if current is None:
                before = self.recipe.stages[number - 1].name
                current = open_torch_model(self.folder / "stages" / before / "model")
            yield from self._train(stage, place, current, last=stage is self.recipe.stages[-1])

    def _train(
        self, stage: Stage, place: Path, start: TorchModel, last: bool
    ) -> Iterator[TrainingUpdate]:
        choice = trainables.create(stage.trainable)
        model = choice.apply(start.model, derive("trainable", self.recipe.seed, stage.name))
        kept = newest_checkpoint(place / "checkpoints")
        run = StageRun(
            stage,
            model,
            self.batches(stage, start),
            objectives.create(stage.objective),
            schedules.create(stage.schedule),
            kept,
        )
        log = _Log(place / "log.jsonl", kept.step if kept else 0)
        yield TrainingUpdate(
            stage.name, None, kept.step if kept else 0, kept.passed_over if kept else ()
        )
        saved = time.monotonic()
        report = None
        with held_back() as interrupt:
            for report in run.steps():
                log.add(report)
                late = time.monotonic() - saved >= self.checkpoint_seconds
                if interrupt.asked or (late and not run.done):
                    write_checkpoint(place / "checkpoints", run.checkpoint())
                    saved = time.monotonic()
                interrupt.let_go()
                yield TrainingUpdate(stage.name, report, left_out=run.left_out)
        if hasattr(model, "save_pretrained") and hasattr(model, "peft_config"):
            _save_adapter(model, place / "adapter", self.recipe.model)
        plain = choice.merged(model)
        write_model_folder(place / "model", plain, start.opened, "float32")
        if last:
            write_model_folder(self.folder, plain, start.opened, self.dtype)
        done = {"report": asdict(report) if report else None, "left_out": run.left_out}
        _write_json(place / "done.json", done)
        yield TrainingUpdate(stage.name, report, left_out=run.left_out, finished=True)

    def batches(self, stage: Stage, start: TorchModel) -> LengthBuckets:
        """The stage's data as batches."""
        opened = start.opened
        longest = min(stage.max_tokens, opened.context_tokens)
        encoder = Encoder(opened.open_vocabulary(), opened.template, longest)
        tests = self.tests if stage.decontaminate else None
        mixture = open_mix(mix_of(stage, self.recipe.seed), tests=tests)
        return LengthBuckets(
            mixture, encoder, stage.batch_tokens, derive("data", self.recipe.seed, stage.name)
        )

    def _claim(self, start: TorchModel) -> None:
        """Note what is trained on what, or refuse a folder that holds another run.

        The data of every stage is opened first: a mistyped name is found before the first stage
        trains, and does not leave a folder that refuses the right name.
        """
        asked = {
            "recipe": self.recipe.model_dump(mode="json"),
            "dtype": self.dtype,
            "model": start.opened.digest,
            "data": {
                f"{stage.name}/{pool}": digest
                for stage in self.recipe.stages
                for pool, digest in data_digests(mix_of(stage, self.recipe.seed)).items()
            },
        }
        path = self.folder / "recipe.json"
        if path.is_file():
            _same(json.loads(path.read_bytes()), asked, self.folder)
            return
        if any(self.folder.iterdir()):
            raise TrainingError(
                f"{self.folder} holds files that are no training run's; give an empty or new folder"
            )
        for stage in self.recipe.stages:
            open_mix(mix_of(stage, self.recipe.seed))
        _write_json(path, asked | {"versions": {name: version(name) for name in _installed()}})


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


class _Log:
    """The reports of a stage's steps, one JSON object a line; steps behind a checkpoint go."""

    def __init__(self, path: Path, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.is_file() else []
        kept = [line for line in lines if _step_of(line) in range(1, step + 1)]
        text = "".join(f"{line}\n" for line in kept)
        write_atomic(path, lambda file: file.write(text.encode()))
        self._path = path

    def add(self, report: StepReport) -> None:
        try:
            with self._path.open("a") as file:
                file.write(json.dumps(asdict(report)) + "\n")
        except OSError as error:
            raise TrainingError(
                f"cannot write {self._path}: {error.strerror}; free space, then start the same "
                "command again"
            ) from error


def _step_of(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return 0


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


def _save_adapter(model: Any, folder: Path, base: str) -> None:
    for config in model.peft_config.values():
        config.base_model_name_or_path = Path(base).name
    model.save_pretrained(str(folder), save_embedding_layers=False)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # as the other files; the library writes it for its owner alone


def _installed() -> list[str]:
    from importlib.util import find_spec

    return [name for name in _PACKAGES if find_spec(name)]


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=1, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, lambda file: file.write(text.encode()))


def train(
    recipe: str | Path | TrainingRecipe,
    out: str | Path,
    *,
    dtype: str = "bfloat16",
    decontaminate: bool = True,
    data_dir: str | Path | None = None,
    progress: Callable[[TrainingUpdate], object] = lambda _: None,
) -> Path:
    """Train a model by a recipe; the same call resumes an interrupted one.

    Args:
        recipe: The recipe, or its file (RECIPE.toml).
        out: Output folder.
        dtype: Type of the finished model's weights: `float32`, `bfloat16` or `float16`.
        decontaminate: Leave out items of mixtures that repeat an item of a test set on this
            machine.
        data_dir: Folder with the data of the catalogue's test sets.
        progress: Called after every step.

    Returns:
        The folder, which transformers and every engine for folders open.

    Raises:
        ConfigError: The recipe is malformed.
        TrainingError: The folder holds another run, training went wrong, or the disk is full.
        DataError: A pool's data is missing or holds nothing to learn.
        ModelFileError: The model cannot be read or trained.
        MissingExtraError: PyTorch, transformers or PEFT is not installed.

    Example:
        >>> from underdog.errors import ConfigError
        >>> try:
        ...     train("nowhere.toml", "out")
        ... except ConfigError as error:
        ...     print(error)
        nowhere.toml: no such recipe
    """
    from underdog.data.decontamination import protect
    from underdog.training.training_recipe import read_training_recipe

    made = recipe if isinstance(recipe, TrainingRecipe) else read_training_recipe(Path(recipe))
    tests = protect(data_dir, []) if decontaminate else None
    for update in TrainingRun(made, Path(out), dtype, tests).updates():
        progress(update)
    return Path(out)
