"""What is trained, on what, for how long: the content of a recipe file (RECIPE.toml).

model = "smollm2-135m"            # a pulled model, a GGUF file, or a folder
seed = 1

[[stages]]
name = "sums"
data = "sums"                      # a data set; or mixture = "mix.toml"
budget = {tokens = 150000}         # or steps, or cpu_seconds
trainable = "lora:r=16"
learning_rate = 1e-3
schedule = "wsd:warmup=0.05,decay=0.3"
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from underdog.errors import ConfigError
from underdog.registry import parse_spec
from underdog.toml_file import StrictTable, read_toml
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.scratch.sizes import SPEC, ScratchSpec
from underdog.training.trainable import trainables


class RecipeTable(StrictTable):
    """A table of a recipe: its numbers are finite."""

    model_config = ConfigDict(allow_inf_nan=False)


class StageBudget(RecipeTable):
    """How long a stage trains; exactly one is given.

    Attributes:
        tokens: Tokens fed, without padding; the last step may exceed them.
        steps: Optimiser steps.
        cpu_seconds: Processor seconds of this process; the last step may exceed them. Not wall
            seconds, which hang on what else the machine does.
    """

    tokens: Annotated[int | None, Field(ge=1)] = None
    steps: Annotated[int | None, Field(ge=1)] = None
    cpu_seconds: Annotated[float | None, Field(gt=0)] = None

    @model_validator(mode="after")
    def _one(self) -> "StageBudget":
        if sum(value is not None for value in (self.tokens, self.steps, self.cpu_seconds)) != 1:
            raise ValueError("give exactly one of tokens, steps and cpu_seconds")
        return self

    def progress(self, tokens: float, steps: float, cpu_seconds: float) -> float:
        """Share of the budget that is spent, 1 and more when it is used up."""
        if self.tokens is not None:
            return tokens / self.tokens
        if self.steps is not None:
            return steps / self.steps
        return cpu_seconds / (self.cpu_seconds or 1.0)


class Stage(RecipeTable):
    """One phase of training: one mixture, one objective, one choice of parameters.

    Attributes:
        name: Name, unique in the recipe, and of the stage's folder: no dot or dash comes first.
        data: Folder of a data set, or a JSON Lines file; this or `mixture`.
        mixture: Mixture file (MIX.toml).
        split: Split of the data set.
        budget: How long to train.
        objective: Spec of what is learned.
        trainable: Spec of which parameters are trained: `lora`, `full`, `top`.
        schedule: Spec of the learning rate's course.
        learning_rate: Peak learning rate.
        weight_decay: Decoupled weight decay of matrices.
        clip: Largest norm of the gradient; larger ones are scaled down to it.
        step_tokens: Tokens of an optimiser step at least, padding counted.
        batch_tokens: Most tokens that are read at once, padding counted. Memory grows with it:
            LoRA of a 135M model takes 2 GB with 384.
        max_tokens: Longest item; longer ones are left out and counted.
        rows: Whether items of like length are padded (`buckets`) or all follow one another in one
            row (`packed`); `auto` packs on a CUDA device.
        pool_shares: Schedule specs of pools' shares of the tokens, by pool; other pools divide the
            rest.
        curriculum: Schedule spec of the share of each pool's easiest items that are fed.
        length_warmup: Schedule spec of the longest item, as a share of `max_tokens`.
        hint_decay: Schedule spec of the share of each reply's lines that is read, not learned.
        prompt_erasing: Schedule spec of the share of items whose prompt is the bare question.
        decontaminate: Whether items of a mixture that repeat a test item are left out.
        on_divergence: `stop`, or `roll-back`: when the loss goes wrong, go back to the last
            checkpoint and pass over the data read since.
        most_roll_backs: Roll-backs of the stage before it stops all the same.
        compute: Type of the numbers in matrix products. `bfloat16` is autocast: weights, the
            optimiser's state, norms and the loss stay in float32, since steps of small size would
            be rounded away in bfloat16 weights.
        max_passes: Most passes over the data; a budget that needs more of every pool is refused.
    """

    name: Annotated[str, Field(pattern=r"^\w[\w.\-]*$")] = "train"
    data: str = ""
    mixture: str = ""
    split: str = "train"
    budget: StageBudget
    objective: str = "causal"
    trainable: str = "lora:r=16"
    schedule: str = "wsd:warmup=0.05,decay=0.3"
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    clip: Annotated[float, Field(gt=0)] = 1.0
    step_tokens: Annotated[int, Field(ge=1)] = 512
    batch_tokens: Annotated[int, Field(ge=1)] = 384
    max_tokens: Annotated[int, Field(ge=8)] = 1024
    rows: Literal["auto", "buckets", "packed"] = "auto"
    pool_shares: dict[str, str] = Field(default_factory=dict[str, str])
    curriculum: str = ""
    length_warmup: str = ""
    hint_decay: str = ""
    prompt_erasing: str = ""
    decontaminate: bool = True
    on_divergence: Literal["stop", "roll-back"] = "stop"
    most_roll_backs: Annotated[int, Field(ge=1)] = 3
    compute: Literal["auto", "float32", "bfloat16"] = "auto"
    max_passes: Annotated[float, Field(gt=0)] = 1000.0

    @property
    def paced(self) -> bool:
        """Whether what is fed hangs on progress."""
        paces = self.curriculum, self.length_warmup, self.hint_decay, self.prompt_erasing
        return any((*paces, *self.pool_shares))

    @model_validator(mode="after")
    def _sound(self) -> "Stage":
        if self.data.endswith(".jsonl") and self.split != "train":
            raise ValueError("a JSON Lines file has no splits; leave split out")
        if bool(self.data) == bool(self.mixture):
            raise ValueError("give exactly one of data and mixture")
        for registry, spec in (
            (objectives, self.objective),
            (trainables, self.trainable),
            (schedules, self.schedule),
        ):
            registry.create(spec)
        paces = (self.curriculum, self.length_warmup, self.hint_decay, self.prompt_erasing)
        for spec in filter(None, (*paces, *self.pool_shares.values())):
            schedules.create(spec)
        return self


HELD_OUT = ("dev", "validation", "valid", "val")
"""Names of splits that may choose settings, in the order in which they are looked for."""


class DevTable(RecipeTable):
    """Which held-out problems are asked during training.

    Attributes:
        tasks: Specs of tasks, or task files, asked as `underdog solve` asks them.
        data: Folder of a data set, whose held-out rows are asked by their own prompts.
        split: Split of both; the first of `dev`, `validation`, `valid`, `val` when empty. A test
            split is refused: it would choose what it has to judge.
        form: Form in which tasks are asked; each task's default when empty.
        limit: Problems of each task and of the data set.
        every: Share of the budget between two measurements; one more comes before the first
            step and one after the last.
        max_tokens: Longest reply in tokens; `None` takes 160, or the form's own limit if lower.
        keep: `last` keeps the last step's weights; `best` those with the highest dev accuracy.
    """

    tasks: tuple[str, ...] = ()
    data: str = ""
    split: str = ""
    form: str = ""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 64
    every: Annotated[float, Field(gt=0, le=1)] = 0.25
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    keep: Literal["last", "best"] = "last"

    @field_validator("split")
    @classmethod
    def _held_out(cls, split: str) -> str:
        if re.search("test|train", split, re.IGNORECASE):
            raise ValueError(
                f"{split!r} is no dev split: what is chosen or watched on a test split is no test "
                "any more, and a train split is learned; give a dev split"
            )
        return split

    @model_validator(mode="after")
    def _something(self) -> "DevTable":
        if not self.tasks and not self.data:
            raise ValueError("give tasks or data")
        return self


class TrainingRecipe(RecipeTable):
    """A model and the stages that it goes through, in order.

    Attributes:
        model: A GGUF file, a model folder, the name of a pulled model, or `scratch:SIZE`.
        template: Built-in chat template to train with and to write into the finished model; empty
            for the model's own. `plain` is the question and nothing around it.
        seed: Root seed: order of the data, new parameters.
        stages: The stages. From scratch, all parameters are trained unless a later stage says
            otherwise, at a rate that goes with the size unless the stage names one.
        dev: Held-out problems that are asked during training; `None` asks none.
    """

    model: Annotated[str, Field(min_length=1)]
    template: str = ""
    seed: int = 0
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    dev: DevTable | None = None

    @field_validator("stages")
    @classmethod
    def _from_scratch(cls, stages: tuple[Stage, ...], known: ValidationInfo) -> tuple[Stage, ...]:
        model = str(known.data.get("model", ""))
        if not model.startswith(SPEC):
            return stages
        plain = {"trainable": "full", "learning_rate": ScratchSpec.of(model).size.learning_rate}
        made = tuple(
            stage.model_copy(
                update={
                    key: value for key, value in plain.items() if key not in stage.model_fields_set
                }
            )
            for stage in stages
        )
        if parse_spec(made[0].trainable)[0] != "full":
            raise ConfigError(
                f"{model} has learned nothing yet that {made[0].trainable} could build on; "
                "train all of it in the first stage: leave trainable out, or set it to full"
            )
        return made

    @model_validator(mode="after")
    def _distinct(self) -> "TrainingRecipe":
        if self.template and self.model.startswith(SPEC):
            raise ValueError("a model from scratch has its own chat template; leave template out")
        names = [stage.name for stage in self.stages]
        if len(set(names)) != len(names):
            raise ValueError(f"stages need different names, got {', '.join(names)}")
        return self


def read_training_recipe(path: Path) -> TrainingRecipe:
    """Read a recipe; its paths become relative to the current folder.

    Raises:
        ConfigError: The file is missing or malformed; unknown keys come with the nearest ones.
        UnknownNameError: No such objective, schedule, or choice of parameters.
    """
    recipe = read_toml(path, TrainingRecipe, "recipe")

    def place(given: str) -> str:
        return str(path.parent / given) if given else ""

    stages = tuple(
        stage.model_copy(update={"data": place(stage.data), "mixture": place(stage.mixture)})
        for stage in recipe.stages
    )
    local = path.parent / recipe.model
    model = str(local) if local.exists() else recipe.model
    dev = recipe.dev and _placed(recipe.dev, path.parent)
    return recipe.model_copy(update={"stages": stages, "model": model, "dev": dev})


def _placed(dev: DevTable, folder: Path) -> DevTable:
    """The table with paths from the current folder; a task may be a file, a name or a spec."""

    def place(given: str) -> str:
        return str(folder / given) if given.endswith(".toml") else given

    data = str(folder / dev.data) if dev.data else ""
    return dev.model_copy(update={"tasks": tuple(map(place, dev.tasks)), "data": data})
