"""Programs that must pass tests, as in HumanEval (arXiv 2107.03374) and MBPP (arXiv 2108.07732).

The candidate and the problem's tests become one program that a sandbox runs; this module never
runs code itself. `problem.meta` holds either `test` and `entry_point` (HumanEval: the candidate is
a body that continues the question, or a whole function) or `test_list` and `test_setup_code`
(MBPP, whose set-up may use what the candidate defines and so runs after it). The last statement is
a fresh random word, whose value the sandbox reports: a program that exits early has not passed,
however it does so and whatever it printed, and one that prints too much has. What the candidate
returns is compared as data (`returned`). Not a defence against a program that inspects its own
process.

Strict extraction takes a fenced code block: of those marked as Python (of all, when none is) the
last that defines something, else the last, so that a block of output or of usage is not taken for
the program; flexible extraction takes an unclosed block, else everything from the first line that
looks like a program, else the reply. Two programs are equal when they differ in blank lines,
comment lines and trailing spaces only, none of them inside a string: what they do is not compared.
"""

import re
import secrets
import textwrap
import tokenize
from collections.abc import Mapping, Sequence

from underdog.core import Extraction, Grade, JSONValue, Limits, Problem, Question, Sandbox
from underdog.grading import checkers
from underdog.grading.markers import tail
from underdog.grading.returned import guarded, helpers, may_decide
from underdog.grading.verdicts import RIGHT, undecided

_FENCE = re.compile(r"^[ \t]*```([^\n`]*)\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
_TAGS = ("python", "py", "python3")
_DEFINES = re.compile(r"^\s*(?:def|async def|class)\b", re.MULTILINE)
_OPEN_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n", re.MULTILINE)
_PROGRAM_START = re.compile(r"^(?:(?:def|async def|class|import|from)\b|@)", re.MULTILINE)
_TRIPLE = re.compile(r"\"\"\"|\'\'\'")
_UNDECIDED = ("unsupported", "crashed")
_RAN = ("ok", "output")  # printing too much keeps no program from passing its tests
_NONCE_BYTES = 16
_SEPARATOR = "\n\npass\n\n"  # no open line, block or decorator of a candidate reaches past it


@checkers.register("code")
class CodeChecker:
    """A program that passes the problem's tests in a sandbox.

    Args:
        sandbox: Where programs run; without one every grade is undecided.
        timeout_s: Wall-clock seconds for one program with its tests.
    """

    name = "code"

    def __init__(self, sandbox: Sandbox | None = None, timeout_s: float = 5.0) -> None:
        self._sandbox = sandbox
        self._limits = Limits(timeout_s=timeout_s)

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the fenced block that is the program. Flexible: see the module."""
        strict = _program_block(_FENCE.findall(tail(reply)))
        return Extraction(strict, strict or _loose_program(tail(reply)))

    def vote_key(self, answer: str, question: Question) -> str:
        """The program without comment lines, blank lines and trailing spaces."""
        lines = textwrap.dedent(answer.expandtabs()).splitlines()
        inside = _lines_in_strings(lines) if _TRIPLE.search(answer) else frozenset[int]()
        kept = "\n".join(
            line if number in inside else line.rstrip()
            for number, line in enumerate(lines)
            if number in inside or (line.strip() and not line.lstrip().startswith("#"))
        )
        return textwrap.dedent(kept)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether the keys are the same."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when the tests pass; undecided when they could not be run."""
        if self._sandbox is None:
            return undecided("no sandbox was given to run the program in")
        program = assemble(answer, problem)
        if program is None:
            return undecided("the problem has no tests")
        nonce = secrets.token_hex(_NONCE_BYTES)
        result = self._sandbox.run(f"{program}\n\n'{nonce}'\n", self._limits)
        if result.status in _UNDECIDED:
            return undecided(f"sandbox {result.sandbox}: {result.status} {result.error}".strip())
        if result.status in _RAN and result.value == repr(nonce):
            return RIGHT
        if result.status != "ok":
            return Grade("wrong", 0.0, f"{result.status} {result.error}".strip()[:500])
        return Grade("wrong", 0.0, "the program ended before its tests did")


def _lines_in_strings(lines: Sequence[str]) -> frozenset[int]:
    """Numbers, from 0, of the lines that go on or begin inside a string of several lines."""
    found: set[int] = set()
    try:
        for token in tokenize.generate_tokens(iter([f"{line}\n" for line in lines]).__next__):
            if token.type == tokenize.STRING:
                found.update(range(token.start[0] - 1, token.end[0] - 1))
                found.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        return frozenset(found)
    return frozenset(found)


def _program_block(blocks: Sequence[tuple[str, str]]) -> str | None:
    written = [(tag, block.rstrip()) for tag, block in blocks if block.strip()]
    python = [block for tag, block in written if tag.strip().lower() in _TAGS]
    found = python or [block for _, block in written]
    defining = [block for block in found if _DEFINES.search(block)]
    return (defining or found or [None])[-1]


def assemble(answer: str, problem: Problem) -> str | None:
    """The program that runs a candidate against the problem's tests; `None` without tests."""
    meta = problem.meta
    test, entry_point = meta.get("test"), meta.get("entry_point")
    if isinstance(test, str) and isinstance(entry_point, str):
        whole = _with_header(answer, problem.question.text, entry_point)
        if not may_decide(answer):
            return f"{whole}{_SEPARATOR}{test}\n\ncheck({entry_point})\n"
        wrapped = f"_underdog_results_of({entry_point})"
        return f"{whole}{_SEPARATOR}{helpers()}\n{test}\n\ncheck({wrapped})\n"
    tests = _strings(meta, "test_list")
    if not tests:
        return None
    given = meta.get("test_setup_code")
    setup = given if isinstance(given, str) else ""
    if not may_decide(answer):
        return "\n".join([answer + _SEPARATOR, setup, *tests])
    asked = guarded("\n".join(tests), setup, answer)
    return "\n".join([answer + _SEPARATOR, helpers(), setup, asked])


def _with_header(answer: str, prompt: str, entry_point: str) -> str:
    defines = re.compile(rf"^(?:async )?def {re.escape(entry_point)}\b", re.MULTILINE)
    if not defines.search(answer):
        return prompt + answer
    start = defines.search(prompt)
    return (prompt[: start.start()] if start else "") + answer


def _strings(meta: Mapping[str, JSONValue], key: str) -> list[str]:
    value = meta.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _loose_program(reply: str) -> str | None:
    fences = list(_OPEN_FENCE.finditer(reply))
    if fences:
        reply = reply[fences[-1].end() :].rstrip().removesuffix("```")
    elif start := _PROGRAM_START.search(reply):
        reply = reply[start.start() :]
    return reply.rstrip() if reply.strip() else None
