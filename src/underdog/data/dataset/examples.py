"""Training items from generated problems: a form's prompt and the exact solution in it."""

from underdog.core import Example, Form, Item, JSONValue, Message, Question, Step
from underdog.core.example import reply_learned
from underdog.forms.layout import lay_out
from underdog.seeds import unit


def example_of(
    item: Item, form: Form, source: str, checker: str, instruction: float = 1.0
) -> Example | None:
    """The item's solution in a form, as a training item; `None` when the form does not fit.

    The prompt is the form's prompt without worked examples. The whole reply, its opening included,
    is trained on.

    Args:
        item: Problem and exact solution.
        form: How the solution is written down.
        source: Spec of the family, kept as a tag and as the beginning of the id.
        checker: Spec of the family's checker, kept as a tag for later checking.
        instruction: Share of the items whose prompt contains the form's instruction, not only the
            question; which ones hangs on their keys.
    """
    reply = form.render(item)
    if reply is None:
        return None
    question, problem = item.problem.question, item.problem
    bare = (Message("user", lay_out(question)),)
    whole = unit("instruction", item.key) < instruction
    turns = form.prompt(question, ()).messages if whole else bare
    tags: dict[str, JSONValue] = {
        "answer": problem.gold,
        "family": problem.meta["family"],
        "source": source,
        "form": form.name,
        "checker": checker,
        "split": problem.split,
        "key": item.key,
        "difficulty": problem.meta["difficulty"],
        "question": question.text,
        "choices": list(question.choices),
        "steps": [_step(step) for step in item.steps],
    }
    segments = reply_learned((*turns, Message("assistant", reply)))
    return Example(f"{source}/{question.id}/{form.name}", segments, tags)


def problem_of(example: Example) -> str:
    """Identity of a row's problem: its key, else its question, else the row itself."""
    tags = example.tags
    if tags.get("key"):
        return str(tags["key"])
    if tags.get("question"):
        return f"{tags['question']}\n{tags.get('choices') or ''}"
    return example.id


def question_of(example: Example) -> Question:
    """The question of a training item, for reading its completion again."""
    tags = example.tags
    choices = tags.get("choices")
    return Question(
        id=example.id,
        task=str(tags.get("family") or ""),
        text=str(tags.get("question") or example.prompt),
        choices=tuple(str(choice) for choice in choices) if isinstance(choices, list) else (),
    )


def _step(step: Step) -> dict[str, JSONValue]:
    return {
        "name": step.name,
        "formula": step.formula,
        "value": step.value,
        "text": step.text,
        "question": step.question,
    }
