"""Products that a processor has, by the flags it reports; part of the engine's fingerprint."""

from pathlib import Path

import pytest

from underdog.engines.machine import instructions

OLD = "flags\t\t: fpu sse2 avx avx2 fma\n"
NEW = "flags\t\t: fpu avx2 avx512f avx512_vnni avx512_bf16\n"
ARM = "Features\t: fp asimd asimddp\n"


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def pretend(text: str | None) -> None:
        path = tmp_path / "cpuinfo"
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


def test_samples_of_another_arithmetic_have_another_fingerprint(
    processor,
) -> None:
    pytest.importorskip("openvino")
    from underdog.engines.openvino.engine import arithmetic

    processor(NEW)
    assert [arithmetic(name) for name in ("int8", "f32")] == ["int8", "f32"]
    processor(OLD)
    assert [arithmetic(name) for name in ("int8", "f32")] == ["int8-in-f32", "f32"]
