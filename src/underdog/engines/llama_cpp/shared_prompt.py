"""Which of llama.cpp's slots a row runs in, and one reading of a prompt for all its rows.

Each slot keeps the keys and values of what it last worked on. A row goes to the free slot that
shares the longest beginning with its prompt. The rows of one request share a whole prompt: the
first to get a slot has it read, its state is written to a file, and the other rows' slots take
it from there. That copy takes milliseconds; on a CPU, reading the prompt again costs as much per
token as generating does.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from underdog.errors import EngineError

Send: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Posts a body to a route of the server."""

_NUMBERS = itertools.count()


class Slots:
    """The slots that are free, and the prompt that each last worked on."""

    def __init__(self, count: int) -> None:
        self._free = list(range(count))
        self._available = asyncio.Semaphore(count)
        self._prompts = [""] * count

    @asynccontextmanager
    async def one(self, text: str) -> AsyncGenerator[int]:
        """Wait for a slot and hold it; waiters are served in order."""
        async with self._available:
            slot = max(self._free, key=lambda free: _shared_length(self._prompts[free], text))
            self._free.remove(slot)
            try:
                yield slot
            finally:
                self._prompts[slot] = text
                self._free.append(slot)

    def holds(self, slot: int, text: str) -> bool:
        """Whether the slot's last prompt was exactly this one."""
        return self._prompts[slot] == text


class SharedPrompt:
    """A prompt that several rows start from.

    Args:
        text: The rendered prompt.
        folder: Where the server writes states.

    Attributes:
        cached_tokens: Prompt tokens that were in a slot's cache when the prompt was read.
        seconds: How long reading it took.
    """

    def __init__(self, text: str, folder: Path) -> None:
        self._text = text
        self._file = folder / f"{next(_NUMBERS)}.state"
        self._reading = asyncio.Lock()
        self._was_read = False
        self._saved = False
        self.cached_tokens = 0
        self.seconds = 0.0

    async def enter(self, slot: int, slots: Slots, send: Send) -> None:
        """Bring the prompt into a slot: by reading it, if nobody has yet, else by copying.

        Raises:
            ContextError: The prompt does not fit the context.
        """
        async with self._reading:
            if not self._was_read:
                await self._read(slot, send)
                return
        if self._saved and not slots.holds(slot, self._text):
            await _tried(send(f"/slots/{slot}?action=restore", {"filename": self._file.name}))

    def close(self) -> None:
        """Delete the state."""
        self._file.unlink(missing_ok=True)

    async def _read(self, slot: int, send: Send) -> None:
        body = {"prompt": self._text, "n_predict": 0, "temperature": 0.0, "id_slot": slot}
        reply = await send("/completion", {**body, "cache_prompt": True})
        self.cached_tokens = int(reply["timings"]["cache_n"])
        self.seconds = float(reply["timings"]["prompt_ms"]) / 1000
        self._saved = await _tried(
            send(f"/slots/{slot}?action=save", {"filename": self._file.name})
        )
        self._was_read = True


async def _tried(request: Awaitable[object]) -> bool:
    """Whether a copy worked; without one (a full disk, say) the row reads its prompt itself."""
    try:
        await request
    except EngineError:
        return False
    return True


def _shared_length(left: str, right: str) -> int:
    return len(os.path.commonprefix((left, right)))  # noqa: RUF071 - characters are meant
