"""What the decoding loop counts."""

from pathlib import Path

import pytest

from tests.engines.conftest import ask
from tests.models.tiny_gguf import write_tiny
from underdog.core import GenerateRequest, SamplingParams
from underdog.engines.sync import SyncEngine

pytest.importorskip("openvino")
pytest.importorskip("gguf")

from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.decoding.counters import Counters


def test_steps_slots_rows_and_read_tokens_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path))
    tiny = write_tiny(tmp_path / "tiny.gguf", "llama")
    opened = OpenVinoEngine(tiny.path, max_rows=4, context_tokens=256, threads=1)
    request = GenerateRequest(ask("what is it? " * 9), SamplingParams(1.0, max_tokens=9), (1, 2))
    with SyncEngine(opened) as engine:
        first = opened.counters
        [rows] = engine.generate([request])
        once = opened.counters
        engine.generate([request])
        again = opened.counters.since(once)
    assert first == Counters()
    assert first.useful == 0.0
    sampled = sum(row.usage.generated_tokens for row in rows)
    assert once.rows == sampled - len(rows)
    assert once.slots == 4 * once.steps
    assert 0 < once.useful <= 0.5
    assert once.read_tokens == rows[0].usage.prompt_tokens
    assert again.rows == once.rows
    assert again.read_tokens + again.cached_tokens == once.read_tokens
    assert again.cached_tokens > 0
