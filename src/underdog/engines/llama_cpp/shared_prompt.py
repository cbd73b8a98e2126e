"""Assignment of rows to llama.cpp's slots, and one prefill of a prompt for all its rows.

Each slot keeps the keys and values of its last sequence. A row goes to the free slot whose last
prompt has the longest common prefix with its own. The rows of one request share a whole prompt: the
first row to get a slot reads it, the slot's state is written to a file, and the other rows' slots
load that file. The copy takes milliseconds; on a CPU, reading the prompt again costs as much per
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
    """Free slots of a llama.cpp server, and the last prompt of each slot."""

    def __init__(self, count: int) -> None:
        self._free = list(range(count))
        self._available = asyncio.Semaphore(count)
        self._prompts = [""] * count

    @asynccontextmanager
    async def one(self, text: str) -> AsyncGenerator[int]:
        """Wait for a slot and hold it during the `with` block; waiters are served in order."""
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
    """A prompt that is read once and shared by several rows.

    Args:
        text: The rendered prompt.
        folder: Folder where the server writes slot states.

    Attributes:
        cached_tokens: Prompt tokens that were in a slot's cache when the prompt was read.
        seconds: Wall-clock seconds of reading the prompt.
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
        """Bring the prompt into a slot: read by the first row, copied for the others.

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
        """Delete the file with the prompt's state."""
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
    """Whether copying a state worked; if not (a full disk, say), the row reads the prompt."""
    try:
        await request
    except EngineError:
        return False
    return True


def _shared_length(left: str, right: str) -> int:
    return len(os.path.commonprefix((left, right)))  # noqa: RUF071 - characters are meant
