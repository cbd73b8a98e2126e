"""The card of a trained model as data: base, stages, data, evaluations.

It lies beside the model as `card.json`; `card_page` writes it for people. What is not known is left
empty, and the page says nothing of it.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from underdog.data.dataset.card.data_card import Decontamination
from underdog.errors import DataError
from underdog.files import read_bounded
from underdog.toml_file import StrictTable, describe_errors

CARD_FILE = "card.json"

_MAX_BYTES = 1 << 24


class BaseModelFacts(StrictTable):
    """The model that training started from.

    Attributes:
        name: As the recipe names it, without folders; `scratch:SIZE` when there was none.
        title: Name in the model's own files.
        licence: Its licence as its files state it.
        base: The model that it was itself made from.
        source: Address of its page.
        sha256: SHA-256 of its files.
    """

    name: str
    title: str = ""
    licence: str = ""
    base: str = ""
    source: str = ""
    sha256: str = ""


class PoolFacts(StrictTable):
    """One pool of a stage's data.

    Attributes:
        name: Name of the pool.
        share: Share of the tokens that was asked for.
        tokens: Tokens fed.
        source: The family's spec, or the name of the data set or file.
        licence: Licence of the data set.
        split: Split of the data.
        problems: Distinct problems of the data set.
        rows: Rows of the data set.
        verified: Rows that were read back and graded right when it was made.
        made_of: Specs of the families or models that it was made of.
        decontamination: Its own comparison with test sets, from its card.
    """

    name: str
    share: float
    tokens: int = 0
    source: str = ""
    licence: str = ""
    split: str = ""
    problems: int | None = None
    rows: int | None = None
    verified: int | None = None
    made_of: tuple[str, ...] = ()
    decontamination: Decontamination | None = None


class DevFacts(StrictTable):
    """Accuracy on one set of dev problems at one step; dev problems may have chosen settings.

    Attributes:
        name: Name of the set.
        step: Optimiser steps done.
        n: Problems.
        right: Problems answered right.
        low: Lower end of the 95% interval.
        high: Upper end of the 95% interval.
    """

    name: str
    step: int
    n: int
    right: int
    low: float
    high: float


class StageFacts(StrictTable):
    """One stage of training.

    Attributes:
        name: Name of the stage.
        objective: Spec of what was learned.
        trainable: Spec of the trained parameters.
        schedule: Spec of the learning rate's course.
        learning_rate: Peak learning rate.
        budget: The budget in words.
        steps: Optimiser steps.
        tokens: Tokens fed, without padding.
        loss_tokens: Tokens that carried loss.
        cpu_seconds: Processor seconds.
        loss: Loss of the last step, in nats per loss weight.
        left_out: Items left out: too long, or without a reply to learn.
        pools: The data.
        compared: Test sets whose items were left out of the data while training, with their number
            of items; empty without a comparison.
        not_here: Test sets of the catalogue that could not be compared with.
        dev: Accuracy on dev problems before the first and after the last step.
    """

    name: str
    objective: str
    trainable: str
    schedule: str
    learning_rate: float
    budget: str
    steps: int = 0
    tokens: int = 0
    loss_tokens: int = 0
    cpu_seconds: float = 0.0
    loss: float | None = None
    left_out: int = 0
    pools: tuple[PoolFacts, ...] = ()
    compared: Mapping[str, int] = {}
    not_here: tuple[str, ...] = ()
    dev: tuple[DevFacts, ...] = ()


class Evaluation(StrictTable):
    """What a match said of the model on one task.

    Attributes:
        task: Task and split.
        text: The match as Markdown: verdict, arms with intervals and costs, notes.
        strategy: Strategy of the model's headline arm.
        n: Problems.
        accuracy: Share right of that arm.
        low: Lower end of its 95% interval.
        high: Upper end of its 95% interval.
    """

    task: str
    text: str
    strategy: str
    n: int
    accuracy: float
    low: float
    high: float


class ModelCard(StrictTable):
    """The card of a trained model.

    Attributes:
        name: Name for people.
        family: Family of the architecture.
        num_params: Parameters.
        context_tokens: Context length in tokens.
        dtype: Type of the stored weights.
        base: The model that training started from.
        seed: Root seed.
        stages: The stages in order.
        versions: Versions of the libraries.
        evaluations: What matches said of the model, one per task.
    """

    name: str
    family: str
    num_params: int
    context_tokens: int
    dtype: str
    base: BaseModelFacts
    seed: int
    stages: tuple[StageFacts, ...]
    versions: Mapping[str, str]
    evaluations: tuple[Evaluation, ...] = ()

    @property
    def from_scratch(self) -> bool:
        """Whether there was no model before training."""
        return self.base.name.startswith("scratch:")


def read_model_card(folder: Path) -> ModelCard:
    """The card of a trained folder.

    Raises:
        DataError: The folder has no card, or a damaged one.
    """
    path = folder / CARD_FILE
    try:
        return ModelCard.model_validate_json(read_bounded(path, _MAX_BYTES))
    except OSError as error:
        raise DataError(
            f"{folder} has no {CARD_FILE}, which underdog train writes when it has finished"
        ) from error
    except ValidationError as error:
        raise DataError(
            f"{path} is no card of a trained model: {describe_errors(error, ModelCard)}"
        ) from error
