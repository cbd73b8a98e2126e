"""Every checker over labelled pairs and over replies: keys, equality, extraction, grades."""

import json
from itertools import product
from pathlib import Path

import pytest

from tests.pinned.doors import REGISTRIES, Problem, Question, open_checker, open_sandbox
from tests.pinned.pins import Pins, digest

pytestmark = pytest.mark.untraced
PINS = Pins("grades")
LABELLED = Path(__file__).parents[1] / "grading" / "pairs.jsonl"
PAIRS = [json.loads(line) for line in LABELLED.read_text("utf-8").splitlines()]
OTHERS = ("numeric:tolerance=0.01", "exact:ignore_case=true", "label:labels=cat|dog")
REPLIES = (
    "The answer is 18.",
    "#### 1,234.50",
    "So 3 + 4 = 7, and 7 * 2 = 14.",
    r"Hence \boxed{\frac{3}{4}} of it.",
    r"We get $x = \sqrt{2} + 1$.",
    "x = 3, y = -2",
    "The answer is (B).",
    "B",
    "Answer: C) because the others are wrong",
    "The cat sat. The answer is dog.",
    "Yes, it is. The final answer is: no",
    'Here you are:\n```json\n{"name": "Ada", "age": 36}\n```',
    '{"name": "Ada", "age": "36"}',
    "```python\ndef twice(x):\n    return 2 * x\n```",
    "def twice(x):\n    return x + 3\n",
    "The answer is The  Eiffel Tower!",
    "half past 3 or 15:30",
    "I do not know.",
    "",
    "**Final answer:** $1\u00a0000$ km\u00b2",
    "\u0417\u0430 \u0442\u0440\u0438: \uff11\uff18\nThe answer is \uff11\uff18",
    "The answer is 7.\nThe answer is 8.\n\nProblem: What is 9 + 9?",
)
GOLDS = ("18", "1234.5", "3/4", r"\sqrt{2}+1", "B", "dog", "no", '{"age":36,"name":"Ada"}')
TESTS = {"test_list": ["assert twice(2) == 4"], "test_setup_code": ""}


@pytest.mark.parametrize("spec", PINS.keys([*REGISTRIES["checker"].names(), *OTHERS]))
def test_answers_are_read_and_judged_as_they_were(spec: str) -> None:
    asked = Question("q", "t", "Which one?", ("3", "4", "five"))
    with open_sandbox("monty") as sandbox:
        checker = open_checker(spec, sandbox)
        extracted = [checker.extract(reply, asked) for reply in REPLIES]
        read = sorted({one.flexible for one in extracted if one.flexible is not None})
        problems = [Problem(asked, gold, meta=TESTS) for gold in GOLDS]
        made = {
            "pairs": [_judged(checker, pair) for pair in PAIRS if pair["checker"] == spec],
            "extracted": extracted,
            "keys": [(answer, checker.vote_key(answer, asked)) for answer in read],
            "equal": [checker.equal(*both, asked) for both in product(read, GOLDS)],
            "grades": [checker.grade(*both) for both in product(read, problems)],
        }
    PINS.same(spec, {name: digest(value, f"grades {spec} {name}") for name, value in made.items()})


def _judged(checker, pair):
    asked = Question("q", "t", "?", tuple(pair.get("choices", ())))
    left, right = pair["left"], pair["right"]
    keys = checker.vote_key(left, asked), checker.vote_key(right, asked)
    return keys, checker.equal(left, right, asked)
