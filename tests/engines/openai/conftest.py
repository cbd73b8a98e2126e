from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from tests.engines.openai.serving import KEY, scripted


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("UNDERDOG_API_KEY", KEY)


@pytest.fixture
def serve() -> Iterator[Callable[..., Endpoint]]:
    servers: list[Any] = []

    def start(complete: Callable[[Asked], Reply], models: Reply | None = None) -> Endpoint:
        context = endpoint(scripted(complete, models))
        servers.append(context)
        return context.__enter__()

    yield start
    for context in servers:
        context.__exit__(None, None, None)
