r"""A copy of OpenVINO that takes this machine for one with AVX2 only, at the machine's own speed.

    python benchmarks/older_processor.py /tmp/older
    /tmp/older/run benchmarks/engine.py --threads 1 --cells 1x1,1x2,1x4,1x16 --tokens 48 \
        --side "underdog openvino=.venv/bin/python:openvino:model=m.gguf,max_rows=16" \
        --side "llama.cpp wheel=.venv/bin/python:m.gguf#slots=16" \
        --side "underdog default=.venv/bin/python:m.gguf#rows=1" \
        --less "underdog default=5:1x1" --rows older.jsonl

`cpuid` cannot be trapped in a plain process, so every such instruction in the copied libraries
becomes an invalid one of the same length, which `older_processor.c` answers without AVX-512, AMX,
VNNI and bfloat16. NumPy, PyTorch and readers of /proc/cpuinfo are told the same. The wheel of
llama.cpp needs no copy: it is built for AVX2. Tests run so too, with `-m pytest -p
no:faulthandler`, which would take the trap away. Linux on x86-64, with gcc and objdump.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

_LIBRARIES = (
    "libopenvino.so.*",
    "libopenvino_intel_cpu_plugin.so",
    "libtbb.so.*",
    "libtbbbind*.so.*",
    "libhwloc.so.*",
)
_CPUID, _TRAP = b"\x0f\xa2", b"\x0f\xff"
_HIDDEN = re.compile(r"avx512\w*|amx_\w+|avx_(vnni|ifma|ne_convert)\w*|avx10\w*")
_RUN = """#!/bin/sh
export LD_PRELOAD={folder}/mask.so MASKED_CPUINFO={folder}/cpuinfo
export PYTHONPATH={folder}/site:{source} UNDERDOG_CACHE={folder}/cache
export NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR"
export ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2
exec {python} "$@"
"""


def main() -> None:
    """Build the copy in the folder given."""
    if len(sys.argv) != 2:
        raise SystemExit("give the folder to build in")
    folder = Path(sys.argv[1]).resolve()
    found = importlib.util.find_spec("openvino")
    if found is None or found.origin is None:
        raise SystemExit("openvino is not installed")
    copy = folder / "site" / "openvino"
    shutil.copytree(Path(found.origin).parent, copy, dirs_exist_ok=True)
    for pattern in _LIBRARIES:
        for library in sorted((copy / "libs").glob(pattern)):
            print(f"{library.name}: {_patch(library)} of its instructions replaced")
    source = Path(__file__).with_suffix(".c")
    compiler = ["gcc", "-O1", "-shared", "-fPIC", source, "-o", folder / "mask.so", "-ldl"]
    subprocess.run(compiler, check=True)
    (folder / "cpuinfo").write_text(_masked(Path("/proc/cpuinfo").read_text()))
    run = folder / "run"
    src = Path(__file__).resolve().parents[1] / "src"
    run.write_text(_RUN.format(folder=folder, source=src, python=sys.executable))
    run.chmod(0o755)
    print(f"{run} SCRIPT runs Python so")


def _patch(library: Path) -> int:
    """Replace every `cpuid` of a library's code; return how many there were."""
    told = subprocess.run(["objdump", "-h", library], check=True, capture_output=True, text=True)
    rows = [line.split() for line in told.stdout.splitlines()]
    sections = [
        (int(row[3], 16), int(row[2], 16), int(row[5], 16))
        for row in rows
        if len(row) == 7 and row[0].isdecimal()
    ]
    data = bytearray(library.read_bytes())
    count = 0
    command = ["objdump", "-d", "--no-show-raw-insn", library]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
        for line in listing.stdout or ():
            place = re.match(r"\s*([0-9a-f]+):\s+cpuid", line)
            if place is None:
                continue
            address = int(place[1], 16)
            start, _, offset = next(one for one in sections if one[0] <= address < one[0] + one[1])
            at = address - start + offset
            if data[at : at + 2] != _CPUID:
                raise SystemExit(f"{library}: no cpuid at {address:x}")
            data[at : at + 2] = _TRAP
            count += 1
    library.write_bytes(data)
    return count


def _masked(text: str) -> str:
    """The text of /proc/cpuinfo without the hidden flags."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("flags"):
            name, _, flags = line.partition(":")
            kept = [flag for flag in flags.split() if not _HIDDEN.fullmatch(flag)]
            line = f"{name}: {' '.join(kept)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
