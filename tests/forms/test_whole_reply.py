"""Forms on an engine that may continue their opening, or begin its reply anew."""

from collections.abc import Iterator

import pytest

from underdog.core import EngineInfo, NeedsContinuation, Question, Reading, Sandbox
from underdog.errors import UsageError
from underdog.forms import forms
from underdog.forms.code import Code
from underdog.forms.fences import fenced_blocks
from underdog.forms.program import program_in
from underdog.forms.whole_reply import stop_strings, whole_reply
from underdog.grading import checkers

QUESTION = Question("q", "t", "How many?")
CHOICE = Question("q", "t", "Which?", choices=("oak", "pear", "elm", "fir"))
TOTAL = Question("q", "t", "Write total(xs), the sum.", fields={"entry_point": "total"})
HEAD = 'from typing import List\n\n\ndef total(xs: List[int]) -> int:\n    """Sum of xs.\n    """\n'
HEADED = Question("q", "t", HEAD, fields={"entry_point": "total"})
CHAT = EngineInfo("openai", "m", "f", 512, continues=False)

PROGRAM = "```python\ndef solution():\n    return 1 + 2\n```"
PROGRAMS = [
    "    return 1 + 2",
    "    return 1 + 2\n```",
    "    return 1 + 2```",
    "\n    return 1 + 2\n```\nIt adds them.",
    "    x = 1 + 2\n    return x\n```\nOutput:\n```\n7\n```",
    "    return 1 + 2\n\nThis returns the sum of both.",
    "return 1 + 2",
    "return 1 + 2\n```",
    "x = 1 + 2\n    return x",
    "x = 1 + 2\nreturn x\n```\nDone.",
    "x = 0\nfor i in (1, 2):\n    x += i\nreturn x",
    "for i in (1, 2):\n        x = i + 1\n    return x",
    "# the sum\n    return 1 + 2",
    PROGRAM,
    "\n\n" + PROGRAM,
    "Here is the function:\n\n" + PROGRAM + "\n\nIt returns 3.",
    PROGRAM.replace("python", ""),
    PROGRAM.replace("python", "py"),
    PROGRAM.replace("python", "Python"),
    PROGRAM.replace("python", "python3"),
    PROGRAM.replace("```", "~~~"),
    PROGRAM.removesuffix("\n```"),
    "Sure:\n```\ndef solution():\n    return 1 + 2\n```",
    "def solution():\n    return 1 + 2",
    "def solution():\n    return 1 + 2\n```",
    "python\ndef solution():\n    return 1 + 2\n```",
    "def solution():\n    return 1 + 2\n\nThis function returns the sum.",
    "Sure!\n\ndef solution():\n    return 1 + 2\n\nprint(solution())",
    "```python\ndef solution() -> int:\n    return 1 + 2\n```",
    "```python\nimport math\n\ndef solution():\n    return math.floor(3.2)\n```",
    "```python\ndef solution():\n    return 1 + 2\n\nprint(solution())\n```\nOutput:\n```\n4\n```",
    "```\nTotal: 1 + 2\n```\nso\n" + PROGRAM,
    "<think>I could\n```python\ndef solution():\n    return 9\n```\n</think>\n" + PROGRAM,
    "<think>Hm, return 9.</think>    return 1 + 2",
    "import math\ndef solution():\n    return math.floor(3.9)",
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    from underdog.sandbox.probing import open_sandbox

    opened = open_sandbox("monty")
    yield opened
    opened.close()


def read(
    name: str, said: str, sandbox: Sandbox, question: Question = QUESTION, checker: str = "numeric"
) -> Reading:
    form = forms.create(name)
    reply = whole_reply(form.prompt(question).prefix, said, continues=False)
    return form.read(reply, question, checkers.create(checker), sandbox)


@pytest.mark.parametrize("said", PROGRAMS)
def test_a_program_is_read_however_the_reply_begins(said: str, sandbox: Sandbox) -> None:
    assert read("program", said, sandbox).answer == "3"


@pytest.mark.parametrize(
    "said", ["", "```", "3", "The answer is 3.", "I would add 1 and 2.", "```\n3\n```"]
)
def test_a_reply_without_a_program_has_no_answer(said: str, sandbox: Sandbox) -> None:
    assert read("program", said, sandbox).answer is None


@pytest.mark.parametrize(
    "said",
    [
        " 3.",
        " 3",
        "3",
        "3.",
        "\n3",
        "\n\n3.",
        "The answer is 3.",
        "\nThe answer is 3.",
        "**3**",
        "the answer is 3",
        "The answer is: 3",
        "**The answer is 3.**",
        "Sure! The answer is 3.",
        "Answer: 3",
        "$3$",
        "\\boxed{3}",
        "3\n\nExplanation: 1 + 2 = 3, as 5 - 2 is.",
        "#### 3",
        "The answer is 3.\nBecause 4 is too many.",
        "1 + 2 = 3, so the answer is 3.",
        "<think>The answer is 5.</think>\n3",
        "<think>The answer is 5.</think>The answer is 3.",
    ],
)
def test_a_bare_answer_is_read(said: str, sandbox: Sandbox) -> None:
    answer = read("answer", said, sandbox).answer
    assert answer is not None
    assert checkers.create("numeric").equal(answer, "3", QUESTION)


@pytest.mark.parametrize(
    "said",
    ["B", " B.", "(B)", "B)", "B) pear", "The answer is B.", "\nThe answer is B) pear.", "**B**"],
)
def test_a_bare_letter_is_read(said: str, sandbox: Sandbox) -> None:
    assert read("answer", said, sandbox, CHOICE, "choice").answer == "B"


@pytest.mark.parametrize("said", ["", "<think>The answer is 3", "I do not know."])
def test_a_reply_without_an_answer_has_none(said: str, sandbox: Sandbox) -> None:
    assert read("answer", said, sandbox).answer is None


@pytest.mark.parametrize(
    "said",
    [
        "326>",
        "326",
        "\n326",
        "Reversed: <326>",
        "reversed: <326>",
        "<326>",
        "Reversed: 326",
        "Sure!\nReversed: <326>",
        "```\nReversed: <326>\n```",
        "326>\n\nSo 623.",
        "**Reversed: <326>**",
        "<think>1 < 2</think>Reversed: <326>",
        "<think>Hm</think>326",
    ],
)
def test_reversed_digits_are_read(said: str, sandbox: Sandbox) -> None:
    assert read("reversed", said, sandbox).answer == "623"


@pytest.mark.parametrize("said", ["The digits are 3, 2 and 6.", "", "I do not know"])
def test_words_are_no_reversed_digits(said: str, sandbox: Sandbox) -> None:
    assert read("reversed", said, sandbox).answer is None


WORK = "[2 8] has 2 digits, [5] has 1.\n</work>\nThe answer is 33."


@pytest.mark.parametrize(
    "said",
    [
        WORK,
        "\n" + WORK,
        "<work>\n" + WORK,
        "Sure:\n\n<work>\n" + WORK,
        "28 + 5 = 33\n\nThe answer is 33.",
    ],
)
def test_digits_spelt_out_are_read(said: str, sandbox: Sandbox) -> None:
    assert read("detailed_scratchpad", said, sandbox).answer == "33"


EQUATIONS = "12 * 8 = 96\n96 - 70 = 26"


@pytest.mark.parametrize(
    "said",
    [
        EQUATIONS,
        "Sure! Here are the equations:\n\n" + EQUATIONS,
        EQUATIONS.replace("\n", "\n\n"),
        f"```\n{EQUATIONS}\n```",
        f"```\n{EQUATIONS}\n```\nSo x = the number of rolls left.",
        "<think>12 * 8 = 95</think>\n" + EQUATIONS,
    ],
)
def test_equations_are_read(said: str, sandbox: Sandbox) -> None:
    assert read("equations", said, sandbox).answer == "26"


SYSTEM = "made = 12 * 8\nx = made - 70"


@pytest.mark.parametrize(
    "said",
    [
        SYSTEM,
        "Here are the equations:\n\n" + SYSTEM,
        SYSTEM.replace("\n", "\n\n"),
        f"```\n{SYSTEM}\n```\n\nSo x = 26 rolls.",
        f"{SYSTEM}\n\nSolving this, we find x = 26 rolls.",
        f"We set x = the rolls left.\n\n{SYSTEM}",
        "<think>x = 1</think>\n" + SYSTEM,
    ],
)
def test_a_system_is_read(said: str, sandbox: Sandbox) -> None:
    assert read("equation_system", said, sandbox).answer == "26"


@pytest.mark.parametrize("name", ["cot", "socratic", "scratchpad", "critique"])
@pytest.mark.parametrize(
    "said",
    [
        "1 + 2 = 3.\n\nThe answer is 3.",
        "Sure!\n\n\n1 + 2 = 3\n\n\nThe answer is 3.",
        "The answer is 3.\n\n\nQuestion: What is 1 + 1?\nThe answer is 2.",
        "Let us see.\nProblem: How many?\n1 + 2 = 3\nThe answer is 3.",
    ],
)
def test_a_reply_of_several_paragraphs_is_read(name: str, said: str, sandbox: Sandbox) -> None:
    assert read(name, said, sandbox).answer == "3"


WHOLE = "def total(xs):\n    return sum(xs)"
CODES = [
    WHOLE,
    f"```python\n{WHOLE}\n```",
    f"```\n{WHOLE}\n```",
    f"Here you are:\n\n```py\n{WHOLE}\n```\nOutput:\n```\n3\n```",
    f"{WHOLE}\n```\nIt sums.",
    f"```python\n{WHOLE}\n\nprint(total([1]))\n```",
    f"```python\n{WHOLE}\n\nassert total([1]) == 2\n```",
    f"```python\n{WHOLE}\n\nif __name__ == '__main__':\n    total()\n```",
    f"Sure!\n\n{WHOLE}\n\nThis function sums them.",
    f"```python\nx = 1\n```\nand\n```python\n{WHOLE}\n```",
    f"<think>```python\ndef total(xs): return 0\n```</think>```python\n{WHOLE}\n```",
]


@pytest.mark.parametrize("said", CODES)
@pytest.mark.parametrize("question", [TOTAL, HEADED], ids=["asked", "headed"])
def test_the_code_is_found(said: str, question: Question, sandbox: Sandbox) -> None:
    answer = read("code", said, sandbox, question, "code").answer
    assert answer is not None
    space: dict[str, object] = {}
    exec(answer, space)
    assert space["total"]([1, 2]) == 3  # type: ignore[operator]
    assert "print" not in answer


@pytest.mark.parametrize(
    "body", ["    return sum(xs)", "return sum(xs)\n```\nDone.", "s = sum(xs)\n    return s"]
)
def test_a_body_continues_its_head(body: str, sandbox: Sandbox) -> None:
    answer = read("code", body, sandbox, HEADED, "code").answer
    assert (answer or "").startswith(HEAD)
    exec(answer or "", {})


def test_no_code_is_no_answer(sandbox: Sandbox) -> None:
    assert read("code", "I cannot do that.", sandbox, TOTAL, "code").answer is None
    assert Code().read("```python\nx = 1\n```", TOTAL, checkers.create("code"), sandbox).answer


@pytest.mark.parametrize("name", forms.names())
def test_no_stop_string_is_sent_where_a_reply_may_begin_anew(name: str) -> None:
    form = forms.create(name)
    assert stop_strings(form, CHAT) == ()
    assert stop_strings(form, EngineInfo("scripted", "m", "f", 512)) == form.stop


def test_a_form_that_must_be_continued_is_refused() -> None:
    class FillIn(Code, NeedsContinuation):
        name = "fill_in"

    with pytest.raises(UsageError, match="'fill_in' needs an engine that continues"):
        stop_strings(FillIn(), CHAT)
    assert stop_strings(FillIn(), EngineInfo("scripted", "m", "f", 512)) == Code.stop


def test_an_engine_that_continues_is_always_glued() -> None:
    assert whole_reply("The answer is", "The answer is 3", continues=True) == (
        "The answer isThe answer is 3"
    )
    assert whole_reply("", "3", continues=False) == "3"


def test_fences_of_every_kind() -> None:
    reply = "a\n```py {.x}\nb```\nc\n~~~\nd\n```\ne\n~~~\n````\nf\n```\n````\n```json\ng"
    assert [(one.tag, one.text) for one in fenced_blocks(reply)] == [
        ("py", "b"),
        ("", "d\n```\ne"),
        ("", "f\n```"),
        ("json", "g"),
    ]
    assert fenced_blocks("no ```inline``` code") == []
    assert program_in("```\nx\n```\n```py\ndef solution(): pass\n```") == "def solution(): pass"
