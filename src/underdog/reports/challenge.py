"""Playing matches, and making their fight cards, also later from the run's file."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from underdog.core import Budget, Engine, SamplingParams, Sandbox, Task
from underdog.engines.sync import Model, opened_engines
from underdog.engines.sync import run as run_now
from underdog.reports.fight_card import FightCard
from underdog.reports.html import write_fight_card
from underdog.reports.html_page import check_page
from underdog.reports.matches import match_card
from underdog.runs.corners import Corners
from underdog.runs.match import ArmProgress, Match, Terms, play
from underdog.runs.run_file import existing_store
from underdog.runs.store.store import Store
from underdog.runs.stored_match import find_run, latest_runs
from underdog.sandbox import open_sandbox
from underdog.strategies.running.defaults import DEFAULT_MODEL, MATCH_STRATEGY, SAMPLING
from underdog.tasks import load_task


def challenge(
    small: Model = DEFAULT_MODEL,
    big: Model | None = None,
    tasks: str | Path | Task | Sequence[str | Path | Task] = "gsm8k",
    *,
    limit: int | None = None,
    split: str | None = None,
    small_strategy: str | Sequence[str] = MATCH_STRATEGY,
    big_strategy: str = "greedy",
    form: str | None = None,
    big_form: str | None = None,
    budget: Budget = Budget(),
    params: SamplingParams = SAMPLING,
    max_tokens: int | None = None,
    seed: int = 0,
    concurrency: int = 16,
    sandbox: str = "auto",
    data_dir: str | Path | None = None,
    run: str | Path | None = None,
    out: str | Path | None = None,
    progress: ArmProgress | None = None,
) -> list[FightCard]:
    """Play a match: a small model with test-time compute against a big one without.

    Args:
        small: The small model: a name, a GGUF file, a folder, an endpoint, or an open engine.
        big: The big model; the small one itself, without test-time compute, when `None`.
        tasks: One task or several: names, families, `.toml` files, or loaded tasks, which a run
            finds again by their name.
        limit: Number of problems of each task, from the first on; all when `None`.
        split: Split of the tasks; `test` if there is one.
        small_strategy: Strategy specs of the small model; the verdict is about the first.
        big_strategy: Strategy spec of the big model.
        form: Name of the form; the task's default when `None`.
        big_form: Name of the big model's form; `form` when `None`.
        budget: Hard caps per problem for the small model: calls, tokens, seconds, FLOPs, dollars.
        params: Sampling parameters; stop strings and the length of a reply come from the form.
        max_tokens: Longest reply in tokens, in place of the form's own limit.
        seed: Seed from which every sample's seed is derived.
        concurrency: Problems in flight at once.
        sandbox: Spec of the sandbox for model-written programs.
        data_dir: Folder with the data of catalogue tasks.
        run: File of the rollout store, by which the same call resumes an interrupted match.
            Nothing is kept when `None`.
        out: Path of the fight card (HTML); several tasks make one file each beside it.
        progress: Called with an arm's name and progress after every problem.

    Returns:
        A fight card per task, in order, with accuracies, 95% intervals, costs and a paired verdict.

    Raises:
        UsageError: A name is unknown, or a task has no problems in that split.
        StoreError: The file holds a match under other terms.
        EngineError: A model cannot be opened or cannot work; finished items are kept.

    Example:
        >>> [card] = challenge("scripted:reply=The answer is 4.", tasks="addition:digits=2",
        ...                    limit=8, small_strategy="majority:n=4")
        >>> card.n, card.small.headline.usage.calls, card.verdict.words
        (8, 32, 'no difference shown')
    """
    if out is not None:
        check_page(Path(out), None if run is None else Path(run))
    specs = (small_strategy,) if isinstance(small_strategy, str) else tuple(small_strategy)
    corners = Corners(specs, big_strategy, form, big_form)
    terms = Terms(
        split=split,
        limit=limit,
        seed=seed,
        params=params,
        max_tokens=max_tokens,
        budget=budget,
        concurrency=concurrency,
    )
    loaded = _loaded(tasks, data_dir)
    models = {"small": small, "big": small if big is None else big}
    with (
        open_sandbox(sandbox) as programs,
        Store(run or ":memory:") as store,
        opened_engines(models) as engines,
    ):
        playing = play_all(
            corners,
            engines,
            loaded,
            terms,
            store,
            programs,
            data_dir=data_dir,
            bars=lambda: nullcontext(progress),
        )
        cards = run_now(playing)
    if out is not None:
        write_cards(cards, Path(out))
    return cards


def report(
    run: str | Path,
    out: str | Path | None = None,
    *,
    sandbox: str = "auto",
    data_dir: str | Path | None = None,
) -> list[FightCard]:
    """Fight cards of a stored run, finished or not, made without its models.

    Args:
        run: The run's file, as `challenge(run=…)` writes it.
        out: Path of the fight card (HTML); several tasks make one file each beside it.
        sandbox: Spec of the sandbox for programs of solutions that are read again.
        data_dir: Folder with the task's data; the folder stored in the run when `None`. Without
            the data the cards hold the numbers only.

    Returns:
        One card per task in the file, for the task's newest run.

    Raises:
        StoreError: There is no such run, or it holds no match.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     played = challenge("scripted:reply=4", tasks="addition:digits=1", limit=4,
        ...                        run=f"{folder}/run.db")
        ...     again = report(f"{folder}/run.db")
        >>> again[0].verdict == played[0].verdict
        True
    """
    with existing_store(Path(run)) as store, open_sandbox(sandbox) as programs:
        cards = run_now(stored_cards(store, programs, data_dir))
    if out is not None:
        write_cards(cards, Path(out))
    return cards


async def play_all(
    corners: Corners,
    engines: Mapping[str, Engine],
    tasks: Mapping[str, Task],
    terms: Terms,
    store: Store,
    sandbox: Sandbox,
    *,
    data_dir: str | Path | None,
    bars: Callable[[], AbstractContextManager[ArmProgress | None]],
) -> list[FightCard]:
    """Play a match on every task, then make the cards.

    Args:
        corners: Strategies and forms of both sides.
        engines: Models by side, `small` and `big`.
        tasks: Tasks by the spec by which `load_task` finds them again.
        terms: Settings of all matches.
        store: Store for rollouts and results.
        sandbox: Where programs run.
        data_dir: Folder with the tasks' data, for finding it again.
        bars: Opens a match's progress display, which is called after every problem.

    Raises:
        UsageError: A task has no problems in that split.
        StoreError: The store holds a match under other terms.
        EngineError: A model cannot work; finished items are kept.
    """
    contenders = corners.contenders(engines)
    folder = str(Path(data_dir).resolve()) if data_dir else None
    matches: dict[str, Match] = {}
    for name, task in tasks.items():
        with bars() as progress:
            matches[name] = await play(
                task,
                contenders,
                terms,
                store,
                sandbox,
                source=name,
                data_dir=folder,
                progress=progress,
            )
    cards: list[FightCard] = []
    for name, match in matches.items():
        run = find_run(store, match.run)
        cards.append(await match_card(run, store, sandbox, task=tasks[name]))
    return cards


async def stored_cards(
    store: Store, sandbox: Sandbox, data_dir: str | Path | None = None
) -> list[FightCard]:
    """Cards of the newest match of every task in a store. Raises `StoreError` if it has none."""
    return [await match_card(run, store, sandbox, data_dir=data_dir) for run in latest_runs(store)]


def write_cards(cards: Sequence[FightCard], path: Path) -> list[Path]:
    """Write cards as HTML: one card to the path itself, several each to a file beside it.

    Returns:
        Path of each card's file.

    Raises:
        UnderdogError: A file cannot be written.
    """
    pages = [path]
    if len(cards) > 1:
        tasks = [card.task.partition(",")[0] for card in cards]
        pages = [path.with_name(f"{path.stem}-{task}{path.suffix or '.html'}") for task in tasks]
    for card, page in zip(cards, pages, strict=True):
        write_fight_card(card, page)
    return pages


def _loaded(
    tasks: str | Path | Task | Sequence[str | Path | Task], data_dir: str | Path | None
) -> dict[str, Task]:
    """Tasks by the spec by which `load_task` finds them again."""
    several = [*tasks] if isinstance(tasks, Sequence) and not isinstance(tasks, str) else [tasks]
    by_name: dict[str, Task] = {}
    for one in several:
        if isinstance(one, str | Path):
            by_name[str(one)] = load_task(one, data_dir)
        else:
            by_name[one.name] = one
    return by_name
