"""The facts of a trained model's card, gathered from its folder and the cards of its data."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from underdog.data.dataset.card.data_card import DataCard, Decontamination, read_card
from underdog.data.mixing.recipe import PoolTable
from underdog.models.exporting.origin import Origin, read_origin
from underdog.models.open_model import OpenModel
from underdog.training.card.model_card import (
    BaseModelFacts,
    DevFacts,
    ModelCard,
    PoolFacts,
    StageFacts,
)
from underdog.training.stage_data import mix_of
from underdog.training.training_recipe import Stage, StageBudget, TrainingRecipe

if TYPE_CHECKING:
    from underdog.data.decontamination import Protection


def gather_card(
    folder: Path, recipe: TrainingRecipe, start: OpenModel, tests: "Protection | None"
) -> ModelCard:
    """The card of a folder whose training has finished.

    Args:
        folder: The trained folder.
        recipe: Its recipe.
        start: The model that training started from.
        tests: Test sets whose items were left out; `None` when nothing was compared.

    Raises:
        DataError: The card of a data set is damaged.
        ModelFileError: The start model's own card cannot be read.
    """
    claimed = _json(folder / "recipe.json")
    origin = read_origin(start.path) if start.path.exists() else Origin()  # made from scratch
    return ModelCard(
        name=folder.resolve().name,
        family=start.architecture.family,
        num_params=start.shape.num_params,
        context_tokens=start.context_tokens,
        dtype=claimed["dtype"],
        base=BaseModelFacts(
            name=Path(recipe.model).name,
            title=origin.name,
            licence=origin.licence,
            base=origin.base,
            source=origin.source,
            sha256=claimed["model"],
        ),
        seed=recipe.seed,
        stages=tuple(_stage(folder, stage, recipe.seed, tests) for stage in recipe.stages),
        versions=claimed["versions"],
    )


def _stage(folder: Path, stage: Stage, seed: int, tests: "Protection | None") -> StageFacts:
    place = folder / "stages" / stage.name
    done = _json(place / "done.json")
    report: Mapping[str, Any] = done.get("report") or {}
    mix = mix_of(stage, seed)
    fed: Mapping[str, int] = report.get("pools", {})
    compared = tests if stage.decontaminate and mix.decontaminate else None
    return StageFacts(
        name=stage.name,
        objective=stage.objective,
        trainable=stage.trainable,
        schedule=stage.schedule,
        learning_rate=stage.learning_rate,
        budget=_words(stage.budget),
        steps=report.get("step", 0),
        tokens=report.get("tokens", 0),
        loss_tokens=report.get("loss_tokens", 0),
        cpu_seconds=report.get("cpu_seconds", 0.0),
        loss=report.get("loss"),
        left_out=done.get("left_out", 0),
        pools=tuple(_pool(name, pool, fed.get(name, 0)) for name, pool in mix.pools.items()),
        compared=compared.checked_against if compared else {},
        not_here=compared.not_here if compared else (),
        dev=tuple(_dev(place / "dev.jsonl")),
    )


def _pool(name: str, pool: PoolTable, tokens: int) -> PoolFacts:
    source = pool.family or Path(pool.data or pool.jsonl).name
    card = read_card(Path(pool.data)) if pool.data else None
    if card is None:
        split = pool.split if pool.family else ""
        return PoolFacts(name=name, share=pool.share, tokens=tokens, source=source, split=split)
    return PoolFacts(
        name=name,
        share=pool.share,
        tokens=tokens,
        source=source,
        licence=card.licence,
        split=card.split,
        problems=card.problems,
        rows=card.rows,
        verified=card.verified,
        made_of=tuple(count.source for count in card.sources),
        decontamination=_comparison(card),
    )


def _comparison(card: DataCard) -> Decontamination | None:
    """The last comparison of a data set with test sets."""
    return card.scan or card.decontamination


def _dev(path: Path) -> Iterator[DevFacts]:
    """The first and the last point of a stage's dev accuracy; none where it was not measured."""
    lines = path.read_text().splitlines() if path.is_file() else []
    for line in dict.fromkeys([*lines[:1], *lines[-1:]]):
        point = json.loads(line)
        for score in point["scores"]:
            kept = {key: score[key] for key in ("name", "n", "right", "low", "high")}
            yield DevFacts(step=point["step"], **kept)


def _words(budget: StageBudget) -> str:
    if budget.tokens is not None:
        return f"{budget.tokens:,} tokens"
    if budget.steps is not None:
        return f"{budget.steps:,} steps"
    return f"{budget.cpu_seconds:,} CPU seconds"


def _json(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_bytes())
