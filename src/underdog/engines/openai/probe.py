"""First contact with an endpoint: its models, context length and chat template."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from underdog.engines.openai.retry import authorization, refusal, unreachable
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

_LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_PROBE_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A reachable endpoint and what it reports about its model.

    Attributes:
        base_url: Address without a final slash.
        model: Name of the model to request.
        context_tokens: Context length in tokens; 0 when the endpoint does not state it.
        template: The chat template that the endpoint reports; `None` when it reports none.
        local: Whether the endpoint is on this machine and must be reached without a proxy.
    """

    base_url: str
    model: str
    context_tokens: int
    template: ChatTemplate | None
    local: bool


def probe(base_url: str, model: str, timeout_s: float) -> Endpoint:
    """Read an endpoint's `/models`, and `/props` of a llama.cpp server.

    Raises:
        UsageError: The address is malformed, or several models are served and none was named.
        UnknownNameError: The endpoint lists its models and this is none of them.
        EndpointError: It cannot be reached, or refuses the key.
    """
    import httpx2

    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"{base_url!r} is not the address of an endpoint; write http://host:port/v1#model"
        )
    base = base_url.rstrip("/")
    local = parts.hostname in _LOCAL_HOSTS
    timeout = min(timeout_s, _PROBE_TIMEOUT_S)
    with httpx2.Client(headers=authorization(), timeout=timeout, trust_env=not local) as client:
        try:
            listed = _models(client, base)
            template = _told_template(client, base)
        except httpx2.HTTPError as error:
            raise unreachable(base, error) from error
    chosen = _choose(model, listed, base)
    return Endpoint(base, chosen.id, chosen.context_tokens, template, local)


def _models(client: "httpx2.Client", base: str) -> list[ListedModel]:
    """The models that an endpoint lists; empty when it has no `/models` route."""
    response = client.get(base + "/models")
    if response.status_code in (401, 403):
        raise refusal(base, response.status_code, response.content)
    if response.status_code != 200:
        return []
    try:
        return ModelList.model_validate_json(response.content).data
    except ValueError as error:
        raise EndpointError(
            f"{base}/models answered something that is no list of models; check the address, "
            "which usually ends in /v1"
        ) from error


def _told_template(client: "httpx2.Client", base: str) -> ChatTemplate | None:
    response = client.get(base.removesuffix("/v1") + "/props")
    if response.status_code != 200:
        return None
    try:
        props = ServerProps.model_validate_json(response.content)
    except ValueError:
        return None
    if not props.chat_template:
        return None
    return model_template(props.chat_template, props.bos_token, props.eos_token)


def _choose(model: str, listed: list[ListedModel], base: str) -> ListedModel:
    for row in listed:
        if row.id == model:
            return row
    if model and listed:
        raise UnknownNameError(f"model at {base}", model, [row.id for row in listed])
    if model:
        return ListedModel(id=model)
    if len(listed) == 1:
        return listed[0]
    names = ", ".join(row.id for row in listed[:8]) or "it lists none"
    raise UsageError(f"name the model of {base} as {base}#MODEL ({names})")


def choose_template(chosen: str, told: ChatTemplate | None) -> ChatTemplate | None:
    """The chat template that the user names, else the one that the endpoint reports."""
    if chosen == "none":
        return None
    if chosen and Path(chosen).is_dir():
        return read_tokenizer_config(Path(chosen))
    return built_in_template(chosen) if chosen else told
