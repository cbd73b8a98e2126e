"""The bound on the slowest tests' share, on small runs of its own."""

from collections.abc import Sequence

import pytest

from tests.paths import CHECKOUT
from tests.slowest import SlowestShare

TESTS = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_number(number):
    assert number < {limit}
"""
CONFTEST = """
import sys

sys.path.insert(0, {checkout!r})

from tests.slowest import SlowestShare

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowestShare(bound={bound}, count=4))
"""


def run(
    pytester: pytest.Pytester,
    arguments: Sequence[str] = (),
    *,
    bound: float = 0.99,
    limit: int = 4,
) -> tuple[int, str]:
    """Exit status and output of a project of four tests; four take all of a run's time."""
    pytester.makeini("[pytest]\ntestpaths = .")
    pytester.makeconftest(CONFTEST.format(bound=bound, checkout=str(CHECKOUT)))
    pytester.makepyfile(TESTS.format(limit=limit))
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
    return int(done.ret), done.stdout.str()


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["one process", "a worker"])
def test_too_large_a_share_fails_the_run_and_names_the_tests(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    status, output = run(pytester, workers)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "4 passed" in output
    assert "the slowest 4 tests take 100%" in output
    assert "more than 99%" in output
    assert all(output.count(f"::test_number[{number}]") for number in range(4))


def test_a_share_within_the_bound_passes_and_is_said(pytester: pytest.Pytester) -> None:
    status, output = run(pytester, bound=1.5)
    assert status == pytest.ExitCode.OK
    assert "(at most 150%)" in output


def test_the_share_is_of_the_slowest_tests_with_set_up_and_tear_down() -> None:
    slowest = SlowestShare(count=2)
    for name, phases in {"a": (1.0, 2.0, 1.0), "b": (0.0, 3.0, 0.0), "c": (0.5, 2.0, 0.5)}.items():
        for when, seconds in zip(("setup", "call", "teardown"), phases, strict=True):
            slowest.pytest_runtest_logreport(
                pytest.TestReport(name, ("", 0, ""), {}, "passed", None, when, duration=seconds)
            )
    assert slowest.share == 0.7


@pytest.mark.parametrize("arguments", [["-k", "number"], ["-m", "not slow"], ["--collect-only"]])
def test_a_chosen_part_is_not_judged(pytester: pytest.Pytester, arguments: list[str]) -> None:
    status, output = run(pytester, arguments)
    assert status == pytest.ExitCode.OK
    assert "slowest" not in output


def test_a_named_file_is_not_judged(pytester: pytest.Pytester) -> None:
    status, output = run(pytester, ["."])
    assert status == pytest.ExitCode.OK
    assert "slowest" not in output


def test_a_run_that_fails_is_not_judged(pytester: pytest.Pytester) -> None:
    status, output = run(pytester, limit=3)
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "slowest" not in output
