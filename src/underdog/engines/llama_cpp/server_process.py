"""The child process that runs a llama.cpp server, and the HTTP client that talks to it."""

import asyncio
import importlib.util
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from underdog.child_process import ChildLostError, LineProcess, python_command
from underdog.engines.llama_cpp.shared_prompt import SharedPrompt, Slots
from underdog.errors import ContextError, EngineError, ModelFileError

if TYPE_CHECKING:
    import httpx2

_LOAD_TIMEOUT_S = 600.0


class LlamaProcess:
    """A llama.cpp server with a loaded model, in a child process.

    Args:
        path: The model file.
        slots: Rows decoded side by side, and most requests in flight.
        context_tokens: Context of each row, in tokens.
        threads: Threads for matrix products.

    Raises:
        ModelFileError: llama.cpp cannot load the file, or crashed trying.
    """

    def __init__(self, path: Path, slots: int, context_tokens: int, threads: int) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise EngineError(
                "xllamacpp is not installed on this machine; run: pip install xllamacpp"
            )
        self._num_slots = slots
        self._api_key = secrets.token_urlsafe(24)
        self._folder = Path(tempfile.mkdtemp(prefix="underdog-"))
        self._worker = LineProcess(python_command(f"{__package__}.server_worker"))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx2.AsyncClient | None = None
        self._slots = Slots(slots)
        settings = {
            "model": str(path.resolve()),
            "slots": slots,
            "context_tokens": context_tokens,
            "threads": threads,
            "api_key": self._api_key,
            "folder": str(self._folder),
        }
        try:
            self._worker.send(settings)
            hello = self._worker.receive(_LOAD_TIMEOUT_S)
        except ChildLostError as lost:
            self.close()
            raise ModelFileError(
                f"llama.cpp cannot load {path} ({lost}); the file may be "
                "corrupt, of an unknown architecture, or too large for this machine's memory"
            ) from lost
        self._address = str(hello["address"])

    @property
    def address(self) -> str:
        """Base URL of the server, such as `http://127.0.0.1:40123`."""
        return self._address

    @property
    def api_key(self) -> str:
        """The key that the server's routes require."""
        return self._api_key

    @asynccontextmanager
    async def shared(self, text: str) -> AsyncGenerator[SharedPrompt]:
        """A prompt that is read once for all rows sampled in the `with` block."""
        prompt = SharedPrompt(text, self._folder)
        try:
            yield prompt
        finally:
            prompt.close()

    async def complete(
        self, text: str, body: Mapping[str, Any], shared: SharedPrompt | None = None
    ) -> Mapping[str, Any]:
        """The server's answer for one row, run when a slot is free.

        Args:
            text: The rendered prompt, by which the slot is chosen.
            body: Request fields; `prompt` is `text` unless given here.
            shared: The shared prompt that the row starts from; `None` to read `text` in the slot.

        Raises:
            ContextError: The prompt does not fit the context.
            EngineError: The child died or refused the request.
        """
        client = self._connect()
        slots = self._slots

        async def send(route: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            return await self._send(client, route, body)

        async with slots.one(text) as slot:
            if shared is not None:
                await shared.enter(slot, slots, send)
            return await send("/completion", {"prompt": text, **body, "id_slot": slot})

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Token ids of a text.

        Args:
            text: The text.
            special: Whether to add the model's beginning-of-sequence token, and to read names of
                special tokens in the text as these tokens.
        """
        body = {"content": text, "add_special": special, "parse_special": special}
        reply = await self._send(self._connect(), "/tokenize", body)
        return list(reply["tokens"])

    async def aclose(self) -> None:
        """Close the connections and end the child. May be called twice."""
        client, loop, self._client = self._client, self._loop, None
        if client is not None and loop is asyncio.get_running_loop():
            await client.aclose()
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End the child; needs no event loop. May be called twice."""
        self._worker.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _send(
        self, client: "httpx2.AsyncClient", route: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        import httpx2

        try:
            response = await client.post(route, json=body)
            reply = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            state = self._worker.last_words
            raise EngineError(
                f"the llama.cpp process failed ({state}): {type(error).__name__}; open the "
                "engine again, with fewer slots or less context if memory ran out"
            ) from error
        if response.status_code == 200:
            return reply
        raise _refusal(reply)

    def _connect(self) -> "httpx2.AsyncClient":
        """The client of the running event loop; a new loop gets new connections."""
        import httpx2

        loop = asyncio.get_running_loop()
        if not self._worker.alive:
            raise EngineError(f"the llama.cpp process is gone ({self._worker.last_words})")
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._slots = Slots(self._num_slots)
            self._client = httpx2.AsyncClient(
                base_url=self._address,
                headers={"Authorization": f"Bearer {self._api_key}"},
                timeout=None,
                trust_env=False,
                limits=httpx2.Limits(max_connections=self._num_slots + 8),
            )
        return self._client


class RefusedRequestError(EngineError):
    """llama.cpp refused a request as malformed."""


class _Problem(BaseModel):
    type: str = ""
    message: str = ""


class _Refusal(BaseModel):
    """The body of an answer with an error status; other fields are ignored."""

    error: _Problem = _Problem()


def _refusal(reply: object) -> EngineError:
    try:
        problem = _Refusal.model_validate(reply).error
    except ValueError:
        problem = _Problem(message=str(reply))
    if problem.type == "exceed_context_size_error":
        return ContextError(f"{problem.message}: raise context_tokens or shorten the prompt")
    return RefusedRequestError(f"llama.cpp refused a request: {problem.message[:300]}")
