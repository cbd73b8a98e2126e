"""First contact with an endpoint: its models, context length and chat template."""

import asyncio
import hashlib
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from underdog.engines.openai.access import Access, access
from underdog.engines.openai.refused_calls import PassingError
from underdog.engines.openai.retry import refusal
from underdog.engines.openai.transport import Received, exchange
from underdog.engines.openai.wire import ListedModel, ModelList, ServerProps
from underdog.errors import EndpointError, UnknownNameError, UsageError
from underdog.models.chat.template import (
    ChatTemplate,
    built_in_template,
    model_template,
    read_tokenizer_config,
)

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

_PROBE_TIMEOUT_S = 30.0
_MOST_BYTES = 16 * 1024 * 1024
_LARGEST_CONTEXT = 1 << 30


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A reachable endpoint and what it reports about its model.

    Attributes:
        way: Address and key.
        model: Name of the model to request.
        shown_model: The same name, fit to be shown and kept.
        context_tokens: Context length in tokens; 0 when the endpoint does not state it.
        template: The chat template that the endpoint reports; `None` when it reports none.
    """

    way: Access
    model: str
    shown_model: str
    context_tokens: int
    template: ChatTemplate | None


def probe(address: str, model: str, timeout_s: float) -> Endpoint:
    """Read an endpoint's `/models`, and `/props` of a llama.cpp server.

    Raises:
        UsageError: The address is malformed, or several models are served and none was named.
        UnknownNameError: The endpoint lists its models and this is none of them.
        EndpointError: It cannot be reached, or refuses the key.
    """
    way = access(address)
    listed, props = _waited_for(_told(way, min(timeout_s, _PROBE_TIMEOUT_S)))
    chosen = _choose(model, listed, way)
    context = chosen.context_tokens if chosen.context_tokens <= _LARGEST_CONTEXT else 0
    return Endpoint(way, chosen.id, _kept_name(chosen.id, way), context, _template(props))


def _kept_name(name: str, way: Access) -> str:
    """A model's name without keys and escapes; where it had any, still another for each model."""
    shown = way.secrets.name(name)
    return shown if shown == name else f"{shown}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _waited_for(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, run on a loop of its own beside any that may be running here."""
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True, name="underdog-probe")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


async def _told(way: Access, within_s: float) -> tuple[list[ListedModel], bytes]:
    """The models that an endpoint lists (none without such a route), and its properties."""
    import httpx2

    async with httpx2.AsyncClient(timeout=within_s, **way.client_options()) as client:
        return await _models(client, way, within_s), await _properties(client, way, within_s)


async def _get(client: "httpx2.AsyncClient", way: Access, url: str, within_s: float) -> Received:
    return await exchange(
        client, "GET", url, shown=way.base_url, within_s=within_s, most_bytes=_MOST_BYTES
    )


async def _models(client: "httpx2.AsyncClient", way: Access, within_s: float) -> list[ListedModel]:
    shown = f"{way.base_url}/models"
    try:
        received = await _get(client, way, way.url("/models"), within_s)
    except PassingError as error:
        raise EndpointError(
            f"cannot reach {shown}: {error}; start the server or check the address"
        ) from error
    if received.status in (401, 403):
        raise refusal(way, way.base_url, received)
    if received.status != 200:
        return []
    try:
        return ModelList.model_validate_json(received.body).data
    except (ValueError, RecursionError) as error:
        raise EndpointError(
            f"{shown} answered something that is no list of models; check the address, "
            "which usually ends in /v1"
        ) from error


async def _properties(client: "httpx2.AsyncClient", way: Access, within_s: float) -> bytes:
    """The body of `/props`; empty when there is none."""
    try:
        received = await _get(client, way, way.beside("/props"), within_s)
    except PassingError:
        return b""
    return received.body if received.status == 200 else b""


def _template(props: bytes) -> ChatTemplate | None:
    try:
        told = ServerProps.model_validate_json(props)
    except (ValueError, RecursionError):
        return None
    if not told.chat_template:
        return None
    return model_template(told.chat_template, told.bos_token, told.eos_token)


def _choose(model: str, listed: list[ListedModel], way: Access) -> ListedModel:
    for row in listed:
        if row.id == model:
            return row
    names = [way.secrets.name(row.id) for row in listed]
    if model and listed:
        raise UnknownNameError(f"model at {way.base_url}", model, names)
    if model:
        return ListedModel(id=model)
    if len(listed) == 1:
        return listed[0]
    known = ", ".join(names[:8]) or "it lists none"
    raise UsageError(f"name the model of {way.base_url} as {way.base_url}#MODEL ({known})")


def choose_template(chosen: str, told: ChatTemplate | None) -> ChatTemplate | None:
    """The chat template that the user names, else the one that the endpoint reports."""
    if chosen == "none":
        return None
    if chosen and Path(chosen).is_dir():
        return read_tokenizer_config(Path(chosen))
    return built_in_template(chosen) if chosen else told
