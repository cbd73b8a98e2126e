"""How a question is laid out for a model: context, text, options, worked examples as turns."""

from collections.abc import Sequence
from string import ascii_uppercase

from underdog.core import Message, Prompt, Question, Shot


def lay_out(question: Question) -> str:
    """The question as text: context, question, lettered options.

    Example:
        >>> print(lay_out(Question("1", "t", "Which is a fruit?", choices=("oak", "pear"))))
        Which is a fruit?
        A) oak
        B) pear
    """
    parts = [question.context, question.text] if question.context else [question.text]
    text = "\n\n".join(part.strip() for part in parts)
    options = [
        f"{letter}) {choice}"
        for letter, choice in zip(ascii_uppercase, question.choices, strict=False)
    ]
    return "\n".join([text, *options])


def converse(
    instruction: str,
    question: Question,
    shots: Sequence[Shot],
    prefix: str = "",
    ask: str = "",
) -> Prompt:
    """A prompt: system turn, each worked example as a pair of turns, then the question.

    Args:
        instruction: Text of the system turn; no such turn when empty.
        question: The question of the last user turn.
        shots: Worked examples, in order.
        prefix: First words of the reply, which the model continues.
        ask: Request put below the question and below the question of every example.
    """
    below = f"\n\n{ask}" if ask else ""
    messages = [Message("system", instruction)] if instruction else []
    for shot in shots:
        messages.append(Message("user", shot.question + below))
        messages.append(Message("assistant", shot.reply))
    messages.append(Message("user", lay_out(question) + below))
    return Prompt(tuple(messages), prefix)
