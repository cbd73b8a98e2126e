"""What graded a result: a fingerprint in two parts, the code and settings, and the problem."""

import hashlib
from collections.abc import Sequence

from underdog.core import Problem
from underdog.runs.manifest import problem_text
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.reader import digest, source_digest

_DECIDING = ("underdog.core", "underdog.strategies", "underdog.verifiers")


def graders(bench: Bench, problems: Sequence[Problem]) -> dict[str, str]:
    """Fingerprints, by problem id, of what decides, charges, reads and grades an answer.

    Results of an arm are kept while it stays the same. It covers the sources of strategies,
    verifiers, forms, graders and sandboxes, the settings of form and checker, and the problem with
    its gold answer.
    """
    code = digest([source_digest(_DECIDING), bench.reader(bench.form)])
    return {problem.id: f"{code}.{_short(problem_text(problem))}" for problem in problems}


def what_changed(before: str, now: str) -> str:
    """What differs between two fingerprints, in words."""
    if not before:
        return "an older underdog graded them"
    if before.partition(".")[0] != now.partition(".")[0]:
        return "the checker, form, sandbox or code that graded them has changed since"
    return "their questions or gold answers have changed since"


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
