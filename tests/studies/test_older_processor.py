"""Libraries that are patched to take the machine for an older one, with a library compiled here."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import CHECKOUT

TOOL = CHECKOUT / "benchmarks" / "older_processor.py"
ABILITIES = """
#include <cpuid.h>
unsigned abilities(void) { unsigned a, b, c, d; __cpuid_count(7, 0, a, b, c, d); return b; }
"""
ASK = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.abilities.restype = ctypes.c_uint
print(library.abilities() >> 16 & 1, library.abilities() >> 5 & 1)
print([line for line in open("/proc/cpuinfo") if line.startswith("flags")])
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("older_processor", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_new_abilities_are_left_out_and_old_ones_stay(tool: ModuleType) -> None:
    told = "flags\t\t: fpu avx avx2 fma avx512f avx512_bf16 avx_vnni amx_tile\nbugs\t: avx512f\n"
    assert tool._masked(told) == "flags\t\t: fpu avx avx2 fma\nbugs\t: avx512f\n"


def test_a_patched_library_is_told_of_an_older_processor(tool: ModuleType, tmp_path: Path) -> None:
    if not (sys.platform == "linux" and os.uname().machine == "x86_64"):
        pytest.skip("Linux on x86-64 only")
    if not (shutil.which("gcc") and shutil.which("objdump")):
        pytest.skip("needs gcc and objdump")
    (tmp_path / "library.c").write_text(ABILITIES)
    library, mask = tmp_path / "library.so", tmp_path / "mask.so"
    for source, built in ((tmp_path / "library.c", library), (TOOL.with_suffix(".c"), mask)):
        command = ["gcc", "-O1", "-shared", "-fPIC", source, "-o", built, "-ldl"]
        subprocess.run(command, check=True)
    assert tool._patch(library) >= 1
    (tmp_path / "cpuinfo").write_text("flags : fpu avx2\n")
    environment = {**os.environ, "LD_PRELOAD": str(mask)}
    environment["MASKED_CPUINFO"] = str(tmp_path / "cpuinfo")
    ran = subprocess.run(
        [sys.executable, "-c", ASK, str(library)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    avx512, flags = ran.stdout.splitlines()
    assert avx512.split()[0] == "0"
    assert flags == "['flags : fpu avx2\\n']"
