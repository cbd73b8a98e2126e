"""What tests/conftest.py promises to all tests."""

import socket
import sys

import pytest


def test_a_test_reaches_no_other_machine() -> None:
    with pytest.raises(socket.gaierror, match=r"example\.org"):
        socket.create_connection(("example.org", 443))
    assert socket.getaddrinfo("localhost", 80)


@pytest.mark.parametrize(
    "mark",
    [pytest.param(mark, marks=getattr(pytest.mark, mark)) for mark in ("slow", "untraced")],
)
def test_coverage_does_not_trace_what_is_so_marked(mark: str) -> None:
    assert not type(sys.gettrace()).__module__.startswith("coverage")
