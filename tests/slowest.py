"""The slowest tests' share of the whole, kept below a bound.

A share of the run and not seconds: a slow or busy machine stretches all tests alike. Only a
complete run that passed is judged, because in a part of one any test may be most of it. On a
machine where many tests are skipped the others' shares grow, so the bound leaves room for that.
"""

from collections import Counter

import pytest

SLOWEST = 20
BOUND = 0.45
NARROWING = (
    *("keyword", "markexpr", "deselect", "ignore", "ignore_glob"),
    *("lf", "stepwise", "collectonly"),
)
"""Options that leave tests out."""


class SlowestShare:
    """Fails a complete run whose slowest tests take more than their share.

    Under xdist this belongs into the process that hears of every worker's tests.

    Args:
        bound: Largest share, from 0 to 1, of the time of all tests.
        count: How many tests count as the slowest.
    """

    def __init__(self, bound: float = BOUND, count: int = SLOWEST) -> None:
        self._bound = bound
        self._count = count
        self._seconds: Counter[str] = Counter()
        self._judged = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a test's set-up, call or tear-down."""
        self._seconds[report.nodeid] += report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn the success of a complete run into a failure."""
        self._judged = session.exitstatus == pytest.ExitCode.OK and is_complete(session.config)
        if self._judged and self.share > self._bound:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say the share, and when it is too large by which tests."""
        if not self._judged:
            return
        whole = self._seconds.total()
        told = f"the slowest {self._count} tests take {self.share:.0%} of {whole:.0f} s"
        if self.share <= self._bound:
            terminalreporter.write_line(f"{told} (at most {self._bound:.0%})")
            return
        terminalreporter.section("slowest tests", red=True)
        for name, seconds in self._seconds.most_common(self._count):
            terminalreporter.write_line(f"{seconds:7.2f} s  {name}")
        terminalreporter.write_line(
            f"{told}, more than {self._bound:.0%}: make them cheaper, or split them", red=True
        )

    @property
    def share(self) -> float:
        """The slowest tests' part of the time of all tests."""
        slowest = sum(seconds for _, seconds in self._seconds.most_common(self._count))
        return slowest / max(self._seconds.total(), 1e-9)


def is_complete(config: pytest.Config) -> bool:
    """Whether the command line asks for all tests of the project."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return everything and not any(config.getoption(name, None) for name in NARROWING)
