"""What khqr costs before it does anything: the import, and the memory of its values."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence
from statistics import median

import khqr

_PROGRAMS = {
    "bare": "pass",
    "import": "import khqr",
    "first use": "import khqr; khqr.decode; khqr.encode; khqr.check",
}
_LOADED = """
import dataclasses, datetime, decimal, enum, re, time
start = time.perf_counter_ns()
import khqr
print(time.perf_counter_ns() - start)
"""


def import_costs(starts: int) -> dict[str, float]:
    """Return milliseconds, each the median over ``starts`` fresh processes that take turns.

    ``import`` and ``first use`` are over a bare interpreter; ``loaded`` is measured inside a
    process that has the modules of the standard library which most programs have anyway.
    """
    taken: dict[str, list[float]] = {name: [] for name in (*_PROGRAMS, "loaded")}
    for number in range(-1, starts):  # the first round writes the byte code
        for name, program in _PROGRAMS.items():
            start = time.perf_counter_ns()
            subprocess.run([sys.executable, "-c", program], check=True)
            if number >= 0:
                taken[name].append((time.perf_counter_ns() - start) / 1e6)
        done = subprocess.run(
            [sys.executable, "-c", _LOADED], check=True, capture_output=True, text=True
        )
        if number >= 0:
            taken["loaded"].append(int(done.stdout) / 1e6)
    middle = {name: median(times) for name, times in taken.items()}
    return {
        "loaded": middle["loaded"],
        "import": middle["import"] - middle["bare"],
        "first use": middle["first use"] - middle["bare"],
        "bare": middle["bare"],
    }


def bytes_per_value(payloads: Sequence[str]) -> float:
    """Return what a decoded value takes while it is kept in a list; its payload is not counted."""
    for payload in payloads:
        khqr.decode(payload)
    gc.collect()
    tracemalloc.start()
    kept = [khqr.decode(payload) for payload in payloads]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(kept)
