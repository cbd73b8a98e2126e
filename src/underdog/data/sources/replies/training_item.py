"""A question and its solution as a training item, asked as the form asks a trained model.

The prompt is the form's own, without worked examples and without the teacher's hints and
instructions. Only the reply is trained on.
"""

from collections.abc import Mapping

from underdog.core import Example, Form, JSONValue, Message, Question
from underdog.core.example import reply_learned


def training_item(
    form: Form, question: Question, reply: str, tags: Mapping[str, JSONValue]
) -> Example:
    """The training item of a solution in a form; `collect` gives it its id.

    Args:
        form: The form of the solution.
        question: The question.
        reply: The whole reply, its opening included.
        tags: Tags of the item, such as `answer`.
    """
    known: dict[str, JSONValue] = {
        "family": question.task,
        "form": form.name,
        "question": question.text,
        "choices": list(question.choices),
    }
    known |= tags
    turns = (*form.prompt(question, shots=()).messages, Message("assistant", reply))
    return Example("", reply_learned(turns), known)
