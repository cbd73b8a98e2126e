"""Training data that repeats no test item: an index of all test sets, built once, and its rules.

`ContaminationIndex.build([*local_benchmarks(), benchmark_file(path)])` protects every benchmark on
this machine and the user's own; `index.hits(text)` says what a text repeats, `decontaminate` leaves
such examples out and reports them.
"""

from underdog.data.decontamination.benchmark import (
    OPEN_SPLITS,
    Benchmark,
    Passage,
    benchmark_file,
    local_benchmarks,
    protected,
)
from underdog.data.decontamination.findings import ContaminationReport, decontaminate
from underdog.data.decontamination.index import ContaminationIndex
from underdog.data.decontamination.protection import Protection, absent, protect
from underdog.data.decontamination.repeats import Repeat
from underdog.data.decontamination.rules import RULES, Rule, Thresholds

__all__ = [
    "OPEN_SPLITS",
    "RULES",
    "Benchmark",
    "ContaminationIndex",
    "ContaminationReport",
    "Passage",
    "Protection",
    "Repeat",
    "Rule",
    "Thresholds",
    "absent",
    "benchmark_file",
    "decontaminate",
    "local_benchmarks",
    "protect",
    "protected",
]
