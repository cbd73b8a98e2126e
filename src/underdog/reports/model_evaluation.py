"""Evaluations on a trained model's card: what a stored match says of the model, with intervals.

A match counts only if one of its sides was this model: the engine's fingerprint holds the digest of
the folder's files.
"""

from collections.abc import Sequence
from pathlib import Path

from underdog.core import Sandbox
from underdog.engines.sync import run as run_now
from underdog.errors import DataError
from underdog.models.loading import open_model
from underdog.reports.matches import match_card
from underdog.reports.plain_text import fight_card_text
from underdog.runs.run_file import existing_store
from underdog.runs.store.store import Store
from underdog.runs.stored_match import latest_runs, recorded
from underdog.sandbox import open_sandbox
from underdog.training.card.card_page import write_model_card
from underdog.training.card.model_card import Evaluation, read_model_card

_DIGITS = 16


def model_card(
    folder: str | Path,
    run: str | Path | None = None,
    *,
    sandbox: str = "auto",
    data_dir: str | Path | None = None,
) -> Path:
    """Write a trained model's card again, with the evaluations of a stored match.

    Args:
        folder: A folder that `train` has written.
        run: The run's file, as `challenge(run=…)` writes it; `None` writes the page again. An
            earlier evaluation on the same task is replaced.
        sandbox: Spec of the sandbox for programs of solutions that are read again.
        data_dir: Folder with the tasks' data; the one stored in the run when `None`.

    Returns:
        Path of README.md.

    Raises:
        DataError: The folder has no card, or the run holds no match of this model.
        StoreError: There is no such run, or it holds no match.

    Example:
        >>> from underdog.errors import DataError
        >>> try:
        ...     model_card("nowhere")
        ... except DataError as error:
        ...     print(error)
        nowhere has no card.json, which underdog train writes when it has finished
    """
    place = Path(folder).expanduser()
    card = read_model_card(place)
    if run is not None:
        digest = open_model(place).digest
        with existing_store(Path(run)) as store, open_sandbox(sandbox) as programs:
            found = run_now(_evaluations(store, programs, digest, data_dir))
        if not found:
            raise DataError(
                f"{run} holds no match of {place}: the models that played there have other files; "
                f"run: underdog challenge --small {place} --run RUN.db"
            )
        card = card.model_copy(update={"evaluations": _together(card.evaluations, found)})
    write_model_card(place, card)
    return place / "README.md"


def _together(old: Sequence[Evaluation], new: Sequence[Evaluation]) -> tuple[Evaluation, ...]:
    by_task = {one.task: one for one in (*old, *new)}
    return tuple(by_task.values())


async def _evaluations(
    store: Store, sandbox: Sandbox, digest: str, data_dir: str | Path | None
) -> list[Evaluation]:
    """What the newest match on every task says of the model with a digest."""
    found: list[Evaluation] = []
    for run in latest_runs(store):
        sides = {
            side
            for side, one in recorded(run).contenders.items()
            if digest[:_DIGITS] in one.info.fingerprint
        }
        if not sides:
            continue
        card = await match_card(run, store, sandbox, data_dir=data_dir)
        arm = (card.small if "small" in sides else card.big).headline
        found.append(
            Evaluation(
                task=card.task,
                text=fight_card_text(card, markdown=True),
                strategy=arm.strategy,
                n=arm.n,
                accuracy=arm.accuracy.value,
                low=arm.accuracy.interval.low,
                high=arm.accuracy.interval.high,
            )
        )
    return found
