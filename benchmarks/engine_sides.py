"""The sides of the engine benchmark: each a process in its own environment, asked cell by cell."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from engine_cells import Cell, questions
from peers.wire import MARK
from underdog.engines.machine.process_tree import Used, used_by

PEERS = Path(__file__).parent / "peers"
SCRIPTS: Mapping[str, str] = {
    "underdog": "underdog_engine.py",
    "llama.cpp": "llama_server_engine.py",
    "OpenVINO": "openvino_genai_engine.py",
    "transformers": "transformers_engine.py",
    "vLLM": "vllm_engine.py",
}


class PeerError(Exception):
    """A side's process failed."""


@dataclass(frozen=True)
class Side:
    """One engine with one model.

    Attributes:
        name: Shown in tables; its first word chooses the script.
        python: The Python of its environment.
        model: What it loads.
        options: What else it is told.
    """

    name: str
    python: str
    model: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Side":
        """Read `NAME=PYTHON:MODEL` or `NAME=PYTHON:MODEL#OPTION=VALUE#…`."""
        name, _, rest = text.partition("=")
        python, _, loaded = rest.partition(":")
        model, *options = loaded.split("#")
        if not name or name.split()[0] not in SCRIPTS or not model:
            raise SystemExit(f"--side {text!r}: give NAME=PYTHON:MODEL, NAME from {list(SCRIPTS)}")
        pairs = dict(option.partition("=")[::2] for option in options)
        return cls(name, python, model, pairs)

    @property
    def loaded(self) -> str:
        """What it loads, without folders."""
        options = "".join(f" {name}={value}" for name, value in self.options.items())
        return self.model.rpartition("/")[2] + options


@dataclass(frozen=True)
class Answer:
    """What a cell took.

    Attributes:
        tokens: Tokens generated.
        seconds: Wall clock; of the first answer, since the process was started.
        used: Processor time of this cell, and the most memory held until its end.
    """

    tokens: int
    seconds: float
    used: Used


class Peer:
    """A side's running process.

    Args:
        side: Whose.
        threads: Threads that it may use.
        limit_s: Longest time for one answer.

    Raises:
        PeerError: It did not get as far as its first token.
    """

    def __init__(self, side: Side, threads: int, limit_s: float) -> None:
        self._side, self._limit_s = side, limit_s
        self._told = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed with the peer
        task = {
            "model": side.model,
            "threads": threads,
            "options": dict(side.options),
            "warming": questions(1),
        }
        script = PEERS / SCRIPTS[side.name.split()[0]]
        begun = time.monotonic()
        self._process = subprocess.Popen(
            [side.python, str(script), json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            text=True,
        )
        self._cpu_s = 0.0
        said = self._hear()
        self.start = Answer(said["tokens"], said["ended_at"] - begun, self._spent())

    def ask(self, cell: Cell, max_tokens: int) -> Answer:
        """Run a cell. Raises `PeerError` when the process fails or takes too long."""
        work = {
            "prompts": questions(cell.prompts),
            "samples": cell.samples,
            "max_tokens": max_tokens,
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(work) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None
        said = self._hear()
        return Answer(said["tokens"], said["seconds"], self._spent())

    def close(self) -> None:
        """Let the process end; end it after a while."""
        try:
            self._process.communicate(timeout=30)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self._process.kill()
            self._process.wait()
        self._told.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        timer = threading.Timer(self._limit_s, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                if line.startswith(MARK):
                    return json.loads(line.removeprefix(MARK))
        finally:
            timer.cancel()
        raise self._failure()

    def _spent(self) -> Used:
        used, before = used_by(self._process.pid), self._cpu_s
        self._cpu_s = used.cpu_s
        return Used(used.cpu_s - before, used.peak_bytes)

    def _failure(self) -> PeerError:
        code = self._process.wait()
        self._told.seek(0)
        words = self._told.read().strip()[-1500:]
        return PeerError(f"{self._side.name} ended with {code}: {words}")
