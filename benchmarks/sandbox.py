"""Programs per second of every sandbox that works here, on word-problem programs.

Each program starts in a fresh state. One caller, one worker. The figure is programs per second of
processor time, summed over the caller and all processes of the sandbox; the wall-clock rate of one
caller is given beside it. Median of five rounds, with the lowest and highest. Other load slows the
first (shared caches, switching) and the second (waiting), so the load is recorded as well.

    python benchmarks/sandbox.py docs/studies/sandbox/benchmark.md
"""

import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from underdog.engines.machine.process_tree import used_by
from underdog.errors import SandboxError
from underdog.sandbox import OpenSandbox, open_sandbox

ROUNDS = 5
SPECS = {"monty": 600, "auto": 600, "jail:wall=bubblewrap": 30, "jail:wall=landlock": 30}
TARGETS = {"monty": 3000, "jail:wall=bubblewrap": 150}

PLAIN = '''\
def solution():
    """{name} has {a} boxes of {b} pens. She gives {c} pens away. How many are left?"""
    boxes = {a}
    pens_per_box = {b}
    total_pens = boxes * pens_per_box
    given_away = {c}
    pens_left = total_pens - given_away
    result = pens_left
    return result
print(solution())
'''
ROUNDING = PLAIN.replace("result = pens_left", "result = round(pens_left * 1.075, 2)")
LOOPING = PLAIN.replace("result = pens_left", "result = sum(i for i in range(pens_left))")
PROGRAMS = {"arithmetic": PLAIN, "arithmetic with round": ROUNDING, "short loop": LOOPING}


@dataclass(frozen=True)
class Rate:
    """Rates of one round, in programs per second."""

    per_core: float
    wall: float


def measure(sandbox: OpenSandbox, template: str, count: int) -> Rate:
    """One round."""
    programs = [
        template.format(name="Ada", a=3 + n % 17, b=5 + n % 13, c=n % 15) for n in range(count)
    ]
    cpu, started = used_by(os.getpid()).cpu_s, time.perf_counter()
    for program in programs:
        result = sandbox.run(program)
        if result.status != "ok":
            raise SystemExit(f"{sandbox.name}: {result}")
    wall, used = time.perf_counter() - started, used_by(os.getpid()).cpu_s - cpu
    return Rate(count / used, count / wall)


def spread(values: list[float]) -> str:
    """Median, lowest and highest."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


def table() -> list[str]:
    """Rows of the table, one per sandbox and program."""
    lines = [
        "| sandbox | program | programs/s per core | programs/s on the wall | target per core |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for spec, count in SPECS.items():
        try:
            sandbox = open_sandbox(spec)
        except SandboxError as error:
            lines.append(f"| {spec} | not measured: {error} | | | |")
            continue
        with sandbox:
            for name, template in PROGRAMS.items():
                measure(sandbox, template, count // 10)
                rates = [measure(sandbox, template, count) for _ in range(ROUNDS)]
                cells = [spread([r.per_core for r in rates]), spread([r.wall for r in rates])]
                target = f"{TARGETS[spec]:,}" if spec in TARGETS else "-"
                lines.append(f"| {spec} | {name} | {cells[0]} | {cells[1]} | {target} |")
                print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure and write the table to the file named on the command line."""
    load = os.getloadavg()[0]
    head = [
        "# Speed of the sandboxes",
        "",
        "Fresh state for every program, one worker, median of five rounds (lowest-highest).",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}; "
        f"other load on the machine when the run began: {load:.1f}.",
        "",
        "Written by `python benchmarks/sandbox.py docs/studies/sandbox/benchmark.md`.",
        "",
    ]
    Path(sys.argv[1]).write_text("\n".join([*head, *table(), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
