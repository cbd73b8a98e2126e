"""One question answered by one strategy with one or two models, outside any run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from underdog.core import (
    Budget,
    Engine,
    Outcome,
    Question,
    RolloutStore,
    Sample,
    SamplingParams,
    Sandbox,
    Strategy,
    Task,
)
from underdog.engines.sync import Model, opened_engines, run
from underdog.errors import UsageError
from underdog.forms import forms
from underdog.grading import open_checker
from underdog.runs.match import Terms
from underdog.runs.store.memory_store import MemoryStore
from underdog.sandbox.late import LateSandbox
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.defaults import DEFAULT_MODEL, SAMPLING, SOLVE_STRATEGY
from underdog.strategies.running.run import solve as drive
from underdog.tasks import load_task
from underdog.tasks.single import SingleQuestion, asked


def solve(
    question: str | Question,
    model: Model = DEFAULT_MODEL,
    strategy: str | Strategy = SOLVE_STRATEGY,
    *,
    big: Model | None = None,
    task: str | Path | Task | None = None,
    form: str | None = None,
    checker: str = "numeric",
    budget: Budget = Budget(),
    params: SamplingParams = SAMPLING,
    max_tokens: int | None = None,
    seed: int = 0,
    sandbox: str = "auto",
    data_dir: str | Path | None = None,
) -> Outcome:
    """Answer one question with a model, a strategy and a budget.

    Args:
        question: The question.
        model: A model's name, a GGUF file, a folder, an endpoint, or an open engine.
        strategy: A strategy or its spec, such as `majority:n=8`.
        big: A second model, for strategies that escalate, such as `cascade`.
        task: Task whose forms, worked examples and checker are used.
        form: Name of the form; the task's default when `None`.
        checker: Spec of the checker when no task is given.
        budget: Hard caps: calls, tokens, seconds, FLOPs, US dollars.
        params: Sampling parameters; stop strings and the length of a reply come from the form.
        max_tokens: Longest reply in tokens, in place of the form's own limit.
        seed: Seed from which every sample's seed is derived.
        sandbox: Spec of the sandbox for model-written programs.
        data_dir: Folder with the data of catalogue tasks.

    Returns:
        The decision, all solutions drawn for it, and the cost.

    Raises:
        UsageError: The question is empty, or a name is unknown; the nearest names are offered.
        EngineError: The model cannot be opened, or cannot work.

    Example:
        >>> outcome = solve("Ann has 3 apples and buys 4 more. How many does she have?",
        ...                 model="scripted:reply=3 + 4 = 7. The answer is 7.",
        ...                 strategy="majority:n=8")
        >>> outcome.decision.answer, outcome.decision.confidence, outcome.usage.calls
        ('7', 1.0, 8)
    """
    terms = Terms(seed=seed, params=params, max_tokens=max_tokens, budget=budget)
    asked_as = task_for(question, task, checker, data_dir)
    with LateSandbox(sandbox) as programs:
        asking = ask(question, strategy, asked_as, form, terms, programs, MemoryStore())
        models = {"main": model} if big is None else {"main": model, "big": big}
        with opened_engines(models, asking.rows) as engines:
            return run(asking.answer(engines))


def task_for(
    question: str | Question,
    task: str | Path | Task | None = None,
    checker: str = "numeric",
    data_dir: str | Path | None = None,
) -> Task:
    """The given task, or a task of this one question with the given checker.

    Raises:
        UsageError: The question is empty, or there is no such task or checker.
    """
    text = question if isinstance(question, str) else question.text
    if not text.strip():
        raise UsageError("the question is empty; give some text")
    if task is None:
        return SingleQuestion(text.strip(), open_checker(checker))
    return load_task(task, data_dir) if isinstance(task, str | Path) else task


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with strategy, bench and budget, ready to be answered by engines.

    Attributes:
        question: The question.
        strategy: The strategy.
        bench: The bench, still without engines.
        budget: Hard caps.
    """

    question: Question
    strategy: Strategy
    bench: Bench
    budget: Budget

    @property
    def rows(self) -> Mapping[str, int]:
        """Samples that the strategy first asks for at once, by the role of the engine it asks.

        Empty with constraints, penalties or biases, which not every engine can take.
        """
        if self.bench.params.shaped:
            return {}
        steps = self.strategy.solve(self.question)
        try:
            first = next(steps)
        except StopIteration:
            return {}
        finally:
            steps.close()
        return {first.engine: first.n} if isinstance(first, Sample) else {}

    async def answer(self, engines: Mapping[str, Engine]) -> Outcome:
        """Run the strategy with engines by role; `main` is the default role."""
        bench = replace(self.bench, engines=engines)
        return await drive(self.strategy, self.question, bench, self.budget)


def ask(
    question: str | Question,
    strategy: str | Strategy,
    task: Task,
    form: str | None,
    terms: Terms,
    sandbox: Sandbox,
    store: RolloutStore,
) -> Asking:
    """Prepare a question, so that unknown names are refused before a model is opened.

    Args:
        question: The question.
        strategy: A strategy or its spec.
        task: The question's task, from `task_for`.
        form: Name of the form; the task's default when `None`.
        terms: Seed, sampling, reply length and budget.
        sandbox: Where programs run.
        store: Store for the solutions.

    Raises:
        UsageError: There is no such strategy, parameter or form.
    """
    named = form or task.forms[0]
    bench = Bench(
        engines={},
        form=named,
        task=task,
        sandbox=sandbox,
        store=store,
        params=terms.params,
        forms={named: forms.create(named)},
        root_seed=terms.seed,
        max_tokens=terms.max_tokens,
    )
    return Asking(
        asked(question.strip(), task.name) if isinstance(question, str) else question,
        strategies.create(strategy) if isinstance(strategy, str) else strategy,
        bench,
        terms.budget,
    )
