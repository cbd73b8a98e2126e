"""underdog makes a small language model do a big one's job, and proves it.

The names below are the public face, for scripts and notebooks: every function waits for its result,
also where an event loop runs already. Each is imported when it is first used.

Example:
    >>> import underdog
    >>> outcome = underdog.solve("What is 3 + 4?", "scripted:reply=The answer is 7.")
    >>> outcome.decision.answer
    '7'
"""

from typing import TYPE_CHECKING

__all__ = [
    "Budget",
    "Engine",
    "Example",
    "GenerateRequest",
    "Message",
    "Outcome",
    "Problem",
    "Prompt",
    "Question",
    "SamplingParams",
    "Solution",
    "Strategy",
    "Task",
    "UnderdogError",
    "Verifier",
    "available",
    "catalogue",
    "challenge",
    "collect",
    "export_model",
    "fight_card_text",
    "load_task",
    "make",
    "mix",
    "model_card",
    "open_engine",
    "open_model",
    "plan_training",
    "read_examples",
    "replay",
    "report",
    "solve",
    "train",
]

if TYPE_CHECKING:
    from underdog.core import (
        Budget,
        Engine,
        Example,
        GenerateRequest,
        Message,
        Outcome,
        Problem,
        Prompt,
        Question,
        SamplingParams,
        Solution,
        Strategy,
        Task,
        Verifier,
    )
    from underdog.data.dataset.shards import read_examples
    from underdog.data.making.family_data import make
    from underdog.data.mixing.mixing import mix
    from underdog.data.sources.model_data import collect
    from underdog.engines.sync import open_engine
    from underdog.errors import UnderdogError
    from underdog.models.loading import open_model
    from underdog.registry import available
    from underdog.reports.challenge import challenge, report
    from underdog.reports.model_evaluation import model_card
    from underdog.reports.plain_text import fight_card_text
    from underdog.runs.run_file import replay
    from underdog.runs.solve import solve
    from underdog.tasks.task_catalogue import catalogue, load_task
    from underdog.training.session import train
    from underdog.training.torch_models.model_export import export_model
    from underdog.training.training_plan import plan_training

    __version__: str
else:
    _PLACES = {
        "UnderdogError": "errors",
        "available": "registry",
        "catalogue": "tasks.task_catalogue",
        "challenge": "reports.challenge",
        "collect": "data.sources.model_data",
        "export_model": "training.torch_models.model_export",
        "fight_card_text": "reports.plain_text",
        "load_task": "tasks.task_catalogue",
        "make": "data.making.family_data",
        "mix": "data.mixing.mixing",
        "model_card": "reports.model_evaluation",
        "open_engine": "engines.sync",
        "open_model": "models.loading",
        "plan_training": "training.training_plan",
        "read_examples": "data.dataset.shards",
        "replay": "runs.run_file",
        "report": "reports.challenge",
        "solve": "runs.solve",
        "train": "training.session",
    }

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name == "__version__":
            from importlib.metadata import version

            value = version("underdog")
        elif name in __all__:
            value = getattr(import_module(f"underdog.{_PLACES.get(name, 'core')}"), name)
        else:
            here = import_module(__name__)
            raise AttributeError(f"underdog has no {name!r}", name=name, obj=here)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, "__version__"})
