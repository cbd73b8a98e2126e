"""Training by a recipe: its stages in order, checkpoints on the way, a model folder at the end.

The output folder holds the finished model, `recipe.json` (the resolved recipe with versions, the
model's digest and a digest of every pool's data) and `stages/NAME` with the stage's log, its
checkpoints and its result. The same call goes on where an interrupted one stopped; a recipe, model
or pool that has changed since is refused by name.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from underdog.data.mixing.recipe import open_mix
from underdog.errors import TrainingError
from underdog.files import sha256_file, write_json
from underdog.seeds import derive
from underdog.training.accelerated import Processes, is_first, joined, unsharded
from underdog.training.card.card_facts import gather_card
from underdog.training.card.card_page import write_model_card
from underdog.training.card.model_card import CARD_FILE
from underdog.training.checkpoint import newest_checkpoint
from underdog.training.dev.dev_accuracy import DevExam, DevPoint, dev_obstacle
from underdog.training.dev.dev_course import DevCourse
from underdog.training.dev.dev_set import DevSet, open_dev_sets
from underdog.training.feeding.encoding import Encoder
from underdog.training.feeding.length_buckets import BatchPlace, LengthBuckets
from underdog.training.objectives import objectives
from underdog.training.output.claim import claim_folder
from underdog.training.output.exposure_ledger import ExposureLedger
from underdog.training.packed_rows import PackedRows, attend_within_items
from underdog.training.planning.preflight import Outlook, check_disk, look_ahead
from underdog.training.schedules import schedules
from underdog.training.sole_trainer import sole_trainer
from underdog.training.stage_course import RollBack, StageCourse, StageNews
from underdog.training.stage_data import buffer_items, mix_of, pacing_of
from underdog.training.stage_run import StageRun, StepReport
from underdog.training.start_model import open_start_shape, with_weights
from underdog.training.torch_models.torch_model import (
    TorchModel,
    check_writable,
    open_torch_model,
    write_model_folder,
)
from underdog.training.trainable import Trainable, trainables
from underdog.training.training_recipe import Stage, TrainingRecipe

if TYPE_CHECKING:
    from underdog.data.decontamination import Protection

CHECKPOINT_SECONDS = 300.0


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
        dev: Dev accuracy that was just measured.
        rolled_back: A roll-back that was just made.
        kept: The point whose weights were kept instead of the last step's, at the stage's end.
        why_no_dev: Reason why no dev accuracy is measured though it was asked for, at the start.
    """

    stage: str
    step: StepReport | None = None
    resumed_at: int = 0
    passed_over: tuple[str, ...] = ()
    left_out: int = 0
    finished: bool = False
    dev: DevPoint | None = None
    rolled_back: RollBack | None = None
    kept: DevPoint | None = None
    why_no_dev: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A recipe being carried out in a folder.

    Attributes:
        recipe: The recipe.
        folder: Output folder.
        dtype: Type of the finished model's weights.
        tests: Test sets whose items are left out of mixtures; `None` compares with none.
        checkpoint_seconds: Wall seconds between checkpoints.
        data_dir: Folder with the data of dev tasks.
        shard: Whether several processes split the parameters among them.
    """

    recipe: TrainingRecipe
    folder: Path
    dtype: str = "bfloat16"
    tests: "Protection | None" = None
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    data_dir: str | Path | None = None
    shard: bool = False

    def updates(self) -> Iterator[TrainingUpdate]:
        """Train, with news after every step; the finished model lies in the folder at the end.

        Raises:
            TrainingError: The folder holds another run, the run does not fit into memory or on the
                disk, or training went wrong.
            DataError: A pool's data is missing, holds nothing to learn, or is saturated.
            ModelFileError: The model cannot be read or trained.
        """
        with joined(self.shard) as processes:
            yield from self._updates(processes)

    def _updates(self, processes: Processes) -> Iterator[TrainingUpdate]:
        shape = open_start_shape(self.recipe, self.tests)
        with processes.first_alone():
            if processes.first:
                self.look_ahead(shape)
                check_writable(self.folder)
        start = with_weights(shape, self.recipe)
        asked = self._dev_sets(start, processes)
        with processes.first_alone():
            if not (self.folder / "recipe.json").is_file():
                self._try_pacing(start)
            claim_folder(self.folder, self.recipe, self.dtype, start.opened.digest)
        with sole_trainer(self.folder) if processes.first else nullcontext():
            yield from self._stages(start, processes, *asked)

    def _stages(
        self, start: TorchModel, processes: Processes, dev_sets: Sequence[DevSet], no_dev: str
    ) -> Iterator[TrainingUpdate]:
        """Train what is not trained yet."""
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
            yield from self._train(stage, place, current, processes, dev_sets, no_dev)
            current = None if processes.world > 1 else current
        if processes.first and not (self.folder / CARD_FILE).is_file():
            card = gather_card(self.folder, self.recipe, start.opened, self.tests)
            write_model_card(self.folder, card)

    def _train(
        self,
        stage: Stage,
        place: Path,
        start: TorchModel,
        processes: Processes,
        dev_sets: Sequence[DevSet],
        no_dev: str,
    ) -> Iterator[TrainingUpdate]:
        kept = newest_checkpoint(place / "checkpoints", self._owner)
        choice = trainables.create(stage.trainable)
        model = choice.apply(start.model, derive("trainable", self.recipe.seed, stage.name))
        model.to(processes.device)
        packed = processes.packs if stage.rows == "auto" else stage.rows == "packed"
        if packed:
            attend_within_items(model)
        batches = self.batches(stage, start, packed)
        objective, schedule = objectives.create(stage.objective), schedules.create(stage.schedule)
        run = StageRun(stage, model, batches, objective, schedule, kept, processes)
        ledger = ExposureLedger(place / "ledger.json", batches.mixture)
        asks = dev_sets if processes.first else ()
        dev = self._dev(stage, place, start, choice, run.step, asks)
        seconds, owner = self.checkpoint_seconds, self._owner
        course = StageCourse(stage, run, model, place, ledger, seconds, dev, processes, owner)
        passed = kept.passed_over if kept else ()
        yield TrainingUpdate(stage.name, None, run.step, passed, why_no_dev=no_dev)
        for news in course.news():
            yield _told(stage.name, news, run.left_out)
        report = course.report
        chosen = dev.kept if dev else None
        if dev and chosen:
            run.put(dev.best_tensors())
        whole = TorchModel(unsharded(model) if processes.shard else model, start.opened)
        done = {
            "report": asdict(report) if report else None,
            "left_out": run.left_out,
            "roll_backs": run.roll_backs,
            "kept_step": chosen.step if chosen else run.step,
            "kept_by": "dev accuracy" if chosen else "last step",
        }
        if processes.first:
            self._keep(stage, place, whole, choice)
            write_json(place / "done.json", done)
        processes.largest(0)
        yield TrainingUpdate(stage.name, report, left_out=run.left_out, kept=chosen, finished=True)

    def _keep(self, stage: Stage, place: Path, trained: TorchModel, choice: Trainable) -> None:
        """Write the result of a stage."""
        model = trained.model
        if hasattr(model, "save_pretrained") and hasattr(model, "peft_config"):
            _save_adapter(model, place / "adapter", self.recipe.model)
        plain = choice.merged(model)
        write_model_folder(place / "model", plain, trained.opened, "float32")
        if stage is self.recipe.stages[-1]:
            write_model_folder(self.folder, plain, trained.opened, self.dtype)

    def _dev_sets(self, start: TorchModel, processes: Processes) -> tuple[list[DevSet], str]:
        """The dev problems, or why none are asked though the recipe names some."""
        table = self.recipe.dev
        if table is None:
            return [], ""
        sets, why = open_dev_sets(table, self.data_dir), dev_obstacle(start.opened.path)
        if processes.shard:
            why = "no process holds the whole model while its parameters are split (--shard)"
        if why and table.keep == "best":
            raise TrainingError(f'keep = "best" needs dev accuracy, which cannot be had: {why}')
        return ([], why) if why else (sets, "")

    def _dev(
        self,
        stage: Stage,
        place: Path,
        start: TorchModel,
        choice: Trainable,
        step: int,
        sets: Sequence[DevSet],
    ) -> DevCourse | None:
        table = self.recipe.dev
        if table is None or not sets:
            return None
        seed, opened = self.recipe.seed, start.opened
        exam = DevExam(tuple(sets), place / "asked", choice, opened, self.dtype, seed)
        first = stage is self.recipe.stages[0]
        return DevCourse(table, exam, place, step, begins=first or table.keep == "best")

    @property
    def _owner(self) -> str:
        """Digest of what is trained on what, by which checkpoints know their run."""
        return sha256_file(self.folder / "recipe.json")

    def look_ahead(self, start: TorchModel, buffers: int = 1) -> list[Outlook]:
        """The stages still to be trained, before any compute; refuses what cannot be trained.

        Args:
            start: The model that the recipe starts from, with or without its weights.
            buffers: Buffers of 512 items of each stage to look at.

        Raises:
            TrainingError: A stage does not fit into memory or on the disk.
            DataError: A pool's data is missing, holds nothing to learn, or is saturated.
            ModelFileError: The model cannot be read or trained.
        """
        found = [
            look_ahead(stage, start.model, self.batches(stage, start), buffers)
            for stage in self.recipe.stages
            if not (self.folder / "stages" / stage.name / "done.json").is_file()
        ]
        if found:
            check_disk(found, self.folder, self.dtype)
        return found

    def batches(self, stage: Stage, start: TorchModel, packed: bool = False) -> LengthBuckets:
        """The stage's data as batches: length buckets or packed rows."""
        opened = start.opened
        longest = min(stage.max_tokens, opened.context_tokens)
        known = int(start.model.config.vocab_size)
        encoder = Encoder(opened.open_vocabulary(), opened.template, longest, known)
        tests = self.tests if stage.decontaminate else None
        mix = mix_of(stage, self.recipe.seed)
        seed = derive("data", self.recipe.seed, stage.name)
        kind = PackedRows if packed else LengthBuckets
        return kind(
            open_mix(mix, tests=tests, count=encoder.count),
            encoder,
            stage.batch_tokens,
            seed,
            buffer_items(stage),
            pacing_of(stage, mix.shares, seed),
        )

    def _try_pacing(self, start: TorchModel) -> None:
        """Draw the first batch of every stage that paces, to hear what its data lack."""
        for stage in self.recipe.stages:
            if stage.paced:
                next(self.batches(stage, start).stream(BatchPlace()))


def _told(stage: str, news: StageNews, left_out: int) -> TrainingUpdate:
    if isinstance(news, DevPoint):
        return TrainingUpdate(stage, dev=news, left_out=left_out)
    if isinstance(news, RollBack):
        return TrainingUpdate(stage, rolled_back=news, left_out=left_out)
    return TrainingUpdate(stage, news, left_out=left_out)


def _save_adapter(model: Any, folder: Path, base: str) -> None:
    for config in model.peft_config.values():
        config.base_model_name_or_path = Path(base).name
    model.save_pretrained(str(folder), save_embedding_layers=False)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # as the other files; the library writes it for its owner alone


def train(
    recipe: str | Path | TrainingRecipe,
    out: str | Path,
    *,
    dtype: str = "bfloat16",
    decontaminate: bool = True,
    data_dir: str | Path | None = None,
    shard: bool = False,
    progress: Callable[[TrainingUpdate], object] = lambda _: None,
) -> Path:
    """Train a model by a recipe; the same call resumes an interrupted one.

    Args:
        recipe: The recipe, or its file (RECIPE.toml).
        out: Output folder.
        dtype: Type of the finished model's weights: `float32`, `bfloat16` or `float16`.
        decontaminate: Leave out items of mixtures that repeat an item of a test set on this
            machine.
        data_dir: Folder with the data of the catalogue's test sets and dev tasks.
        shard: Split the parameters among the processes that a launcher started (FSDP2).
        progress: Called after every step, in process 0.

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
    run = TrainingRun(made, Path(out), dtype, tests, data_dir=data_dir, shard=shard)
    for update in run.updates():
        if is_first():
            progress(update)
    return Path(out)
