"""A question and its solution as a training item, asked as the form asks a trained model.

The prompt is the form's own without worked examples and without anything that the teacher was told
besides (hints, teacher instructions); it is read, and only the reply is learned.
"""

from collections.abc import Mapping

from underdog.core import Example, Form, JSONValue, Question, Segment


def training_item(
    form: Form, question: Question, reply: str, tags: Mapping[str, JSONValue]
) -> Example:
    """The training item of a solution in a form; `collect` gives it its id.

    Args:
        form: The form of the solution.
        question: What is asked.
        reply: The whole reply, its opening included.
        tags: What is known of it.
    """
    read = [
        Segment(turn.content, turn.role, 0.0) for turn in form.prompt(question, shots=()).messages
    ]
    known: dict[str, JSONValue] = {
        "family": question.task,
        "form": form.name,
        "question": question.text,
        "choices": list(question.choices),
    }
    known |= tags
    return Example("", (*read, Segment(reply, "assistant", 1.0)), known)
