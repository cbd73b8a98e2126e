"""Products that a processor has, by the flags it reports; part of the engine's fingerprint."""

from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.engines.machine import instructions
from underdog.engines.sync import open_engine

OLD = "flags\t\t: fpu sse2 avx avx2 fma\n"
NEW = "flags\t\t: fpu avx2 avx512f avx512_vnni avx512_bf16\n"
ARM = "Features\t: fp asimd asimddp\n"


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pretend(text: str | None) -> None:
        path = tmp_path / "cpuinfo"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(f"processor : 0\n{text}")
        monkeypatch.setattr(instructions, "_FLAGS", path)
        instructions._flags.cache_clear()

    yield pretend
    instructions._flags.cache_clear()


@pytest.mark.parametrize(
    ("flags", "emulated"),
    [
        (OLD, {"int8", "int4", "bf16"}),
        (NEW, set()),
        (ARM, {"bf16"}),
        ("model : unknown\n", set()),
        (None, set()),
    ],
)
def test_products_without_instructions_are_computed_in_float32(
    processor, flags: str | None, emulated: set[str]
) -> None:
    processor(flags)
    names = ("int8", "int4", "bf16", "f16", "f32")
    assert {name for name in names if instructions.emulated(name)} == emulated


def test_processors_are_told_apart_by_name_and_abilities(processor) -> None:
    named = []
    for text in (OLD, f"model name : A\n{OLD}", f"model name : B\n{OLD}", f"model name : B\n{NEW}"):
        processor(text)
        named.append(instructions.processor_identity())
    assert len(set(named)) == 4
    processor("flags\t\t: sse2 fma avx avx2 fpu\n")
    assert instructions.processor_identity() == named[0]
    processor(None)
    assert instructions.processor_identity()


@pytest.mark.parametrize(
    ("flags", "precision", "warned"),
    [(OLD, "bf16", True), (OLD, "int8", False), (OLD, "f32", False), (NEW, "bf16", False)],
)
def test_who_asks_for_bfloat16_where_there_is_none_is_told(
    processor, flags: str, precision: str, warned: bool, tmp_path: Path, caplog
) -> None:
    for package in ("openvino", "gguf", "tokenizers"):
        pytest.importorskip(package)
    file = write_tiny(tmp_path / "tiny.gguf", "llama").path
    processor(flags)
    spec = f"openvino:{file},precision={precision}"
    with open_engine(spec, context_tokens=64, threads=1, max_rows=2) as engine:
        assert ("-in-f32" in engine.info.fingerprint) == (flags == OLD and precision != "f32")
    assert any("no products of bfloat16" in one for one in caplog.messages) == warned


def test_samples_of_another_arithmetic_have_another_fingerprint(
    processor,
) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.engine import arithmetic

    processor(NEW)
    assert [arithmetic(name) for name in ("int8", "f32")] == ["int8", "f32"]
    processor(OLD)
    assert [arithmetic(name) for name in ("int8", "f32")] == ["int8-in-f32", "f32"]
