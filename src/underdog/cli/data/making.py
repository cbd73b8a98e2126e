"""Making a data set for a command: test sets, engines, sandbox, progress."""

import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.cli.data.making_bar import MakingBar
from underdog.cli.data.tests import read_tests
from underdog.cli.resources import LateSandbox, complete, opened_engines
from underdog.errors import UsageError

if TYPE_CHECKING:
    from underdog.data.dataset.card.data_card import DataCard
    from underdog.data.dataset.card.model_plan import Caps, ModelPlan
    from underdog.data.dataset.card.plan import Plan
    from underdog.data.decontamination import Protection
    from underdog.data.sources.collecting.gathering import CollectProgress
    from underdog.data.sources.collecting.seeding import Seeds

_ROLE = re.compile(r"(main|student|solver|weak|strong)=(.+)", re.DOTALL)


@dataclass(slots=True)
class Making:
    """What all data sets of one command have in common.

    Attributes:
        data_dir: Folder with the catalogue's data.
        test_files: The user's own test sets.
        decontaminate: Whether test sets are looked at.
        jsonl: Whether to write JSON lines too.
        workers: Processes.
        sandbox: Where programs that models write run.
        name: Name on the card.
        licence: SPDX name.
    """

    data_dir: Path | None
    test_files: tuple[Path, ...]
    decontaminate: bool
    jsonl: bool
    workers: int
    sandbox: str
    name: str
    licence: str
    _tests: "Protection | None" = field(default=None, init=False)

    def make(self, plan: "Plan | ModelPlan", folder: Path) -> "DataCard":
        """Make one data set."""
        from underdog.data.dataset.card.model_plan import ModelPlan
        from underdog.data.making.make import make

        if isinstance(plan, ModelPlan):
            return self._by_models(plan, folder)
        with MakingBar() as bar:
            return make(
                plan,
                folder,
                name=self.name,
                licence=self.licence,
                jsonl=self.jsonl,
                workers=self.workers,
                tests=self._protection(),
                progress=bar,
            )

    def _by_models(self, plan: "ModelPlan", folder: Path) -> "DataCard":
        from underdog.data.sources import sources
        from underdog.data.sources.collecting.seeding import open_seeds
        from underdog.data.sources.model_data import finished

        sources.create(plan.source)
        done = finished(plan, folder)
        if done is not None:
            return done
        seeds = open_seeds(plan.seeds, plan.max_seeds, self.data_dir)
        return complete(self._sampled(plan, folder, seeds, self._protection()))

    async def _sampled(
        self, plan: "ModelPlan", folder: Path, seeds: "Seeds", tests: "Protection | None"
    ) -> "DataCard":
        from underdog.data.sources.model_data import make_with_models

        async with opened_engines(list(plan.models.values())) as engines:
            with ExitStack() as stack:
                sandbox = stack.enter_context(LateSandbox(self.sandbox))
                bar = stack.enter_context(MakingBar("items"))
                return await make_with_models(
                    plan,
                    folder,
                    seeds,
                    {role: engines[model] for role, model in plan.models.items()},
                    sandbox,
                    name=self.name,
                    licence=self.licence,
                    jsonl=self.jsonl,
                    tests=tests,
                    progress=SourceProgress(bar, plan.count),
                )

    def _protection(self) -> "Protection | None":
        if self.decontaminate and self._tests is None:
            self._tests = read_tests(self.data_dir, self.test_files)
        return self._tests if self.decontaminate else None


class SourceProgress:
    """Tells a bar how far a source is: by items while it can be seen how many seeds they need.

    Args:
        bar: The bar.
        count: Items wanted.
    """

    def __init__(self, bar: MakingBar, count: int) -> None:
        self._bar = bar
        self._count = count
        self._began = time.perf_counter()
        self._resumed: int | None = None

    def __call__(self, how_far: "CollectProgress") -> None:
        """Show it."""
        from underdog.data.dataset.progress import WriteProgress

        if self._resumed is None:
            self._resumed = how_far.settled
        seconds = time.perf_counter() - self._began
        self._bar(WriteProgress.at(how_far.settled, self._count, self._resumed, seconds))


def plan_by_models(
    source: str,
    models: Sequence[str],
    seeds: str,
    count: int,
    max_seeds: int | None,
    seed: int,
    caps: "Caps",
) -> "ModelPlan":
    """The plan of a command line.

    Raises:
        UsageError: A part is missing, or a role is named twice.
    """
    from underdog.data.dataset.card.model_plan import ModelPlan

    by_role: dict[str, str] = {}
    for text in models:
        match = _ROLE.fullmatch(text)
        role, model = (match[1], match[2]) if match else ("main", text)
        if role in by_role:
            raise UsageError(f"two models for the role {role}; write ROLE=ENGINE for the other")
        by_role[role] = model
    if not by_role:
        raise UsageError("a source asks a model; give one with --from-model")
    if not seeds:
        raise UsageError(f"source {source!r} needs seed problems; give --task gsm8k:split=train")
    return ModelPlan(
        source=source,
        models=by_role,
        seeds=seeds,
        count=count,
        max_seeds=max_seeds,
        seed=seed,
        caps=caps,
    )


def plan_families(
    families: Sequence[str],
    count: int,
    forms: str,
    split: str,
    seed: int,
    every_form: bool,
    instruction: bool,
    verify: bool,
    shard_problems: int,
) -> "Plan":
    """The plan of a command line that names families.

    Raises:
        UsageError: None is named.
    """
    from underdog.data.dataset.card.plan import plan_of

    if not families:
        raise UsageError(
            "nothing to make; name families (underdog tasks list), a recipe (MAKE.toml), or give "
            "--source with --from-model and --task"
        )
    return plan_of(
        families,
        count,
        tuple(one.strip() for one in forms.split(",") if one.strip()),
        split=split,
        seed=seed,
        every_form=every_form,
        instruction=instruction,
        verify=verify,
        shard_problems=shard_problems,
    )
