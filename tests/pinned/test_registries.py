"""What is registered stays registered, with the parameters and defaults that it had."""

import inspect

import pytest

from tests.pinned.doors import REGISTRIES
from tests.pinned.pins import Pins

PINS = Pins("registries")
ALL = [f"{kind} {name}" for kind, registry in REGISTRIES.items() for name in registry.names()]


@pytest.mark.parametrize("what", PINS.keys(ALL))
def test_names_and_parameters_are_what_they_were(what: str) -> None:
    kind, name = what.split()
    parameters = inspect.signature(REGISTRIES[kind].get(name)).parameters.values()
    PINS.same(what, [f"{one.name}={one.default!r}" for one in parameters])
