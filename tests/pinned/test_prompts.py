"""What every form asks, and what it reads from replies, good and bad."""

import pytest

from tests.pinned.doors import Question, forms, open_checker, open_sandbox
from tests.pinned.pins import Pins, digest

pytestmark = pytest.mark.untraced
PINS = Pins("prompts")
QUESTIONS = (
    Question("a", "t", "A baker bakes 12 trays of 8 rolls and sells 70. How many are left?"),
    Question("b", "t", "Which of these is prime?", ("4", "7", "9"), "Numbers below ten."),
    Question("c", "t", "def twice(x):\n    ...", fields={"entry_point": "twice"}),
)
REPLIES = (
    "It bakes 12 * 8 = 96 rolls.\n96 - 70 = 26 rolls are left.\nThe answer is 26.",
    "The answer is 26.",
    "Answer: 26",
    "26",
    "made = 12 * 8 = 96\nleft = made - 70 = 26",
    "x = 12 * 8\ny = x - 70\nThe answer is y.",
    "x + y = 10\nx - y = 4\nx = ?",
    "x = 7\ny = 3\nThe answer is 7.",
    "```python\ndef solution():\n    made = 12 * 8\n    return made - 70\n```",
    "def solution():\n    return 12 / 5\n",
    "```python\nprint(3 + 4)\n```",
    "```python\ndef solution():\n    return 1 / 0\n```",
    "```python\ndef solution():\n    import os\n    return os.getcwd()\n```",
    "```python\ndef twice(x):\n    return 2 * x\n```",
    "<scratch>\n12 + 9\n2 + 9, C: 1\n1 + C, 2\n21\n</scratch>\nThe answer is 21.",
    "reversed: 12\nThe answer is 21.",
    "Q: How many are made?\nA: 12 * 8 = 96.\nQ: How many are left?\nA: 96 - 70 = 26.\n"
    "The answer is 26.",
    "Attempt: 12 * 8 = 95.\nCheck: wrong, 12 * 8 = 96.\nThe answer is 26.",
    "I cannot say.",
    "",
    "]]] = = \x00 ``` def ?",
)


@pytest.mark.parametrize("name", PINS.keys([*forms.names(), "critique:right_first=0.5"]))
def test_forms_ask_and_read_as_they_did(name: str) -> None:
    form, checker = forms.create(name), open_checker("numeric")
    asked = [form.prompt(question) for question in QUESTIONS]
    bare = [form.prompt(question, ()) for question in QUESTIONS]
    with open_sandbox("monty") as sandbox:
        read = [form.read(reply, QUESTIONS[0], checker, sandbox) for reply in REPLIES]
        opened = [
            form.read(prompt.prefix + reply, question, checker, sandbox)
            for prompt, question in zip(asked, QUESTIONS, strict=True)
            for reply in REPLIES
            if prompt.prefix
        ]
    made = {"asked": asked, "bare": bare, "read": read, "opened": opened}
    facts = {"name": form.name, "stop": form.stop, "max_tokens": form.max_tokens}
    PINS.same(name, facts | {key: digest(one, f"{name} {key}") for key, one in made.items()})
