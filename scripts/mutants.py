"""Mutation testing of emv/ and codec/: runs mutmut, and judges what survives.

A survivor is explained in EXPLAINED, by function and reason, or it is a hole in the tests. The
command fails below 95 percent, and for a survivor without an explanation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

WANTED = 0.95

EXPLAINED: dict[str, str] = {}
"""By function, why a mutant of it may survive."""

_KILLED, _SURVIVED = 1, 0


def results() -> dict[str, int]:
    """Return the exit code of every mutant that was tried."""
    codes: dict[str, int] = {}
    for meta in Path("mutants/src").rglob("*.meta"):
        listed = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        codes.update({name: code for name, code in listed.items() if code is not None})
    return codes


def function_of(mutant: str) -> str:
    """Return the function that a mutant changes, as a dotted name."""
    name = mutant.rpartition("__mutmut_")[0]
    return name.replace("x_", "", 1).replace("xǁ", "").replace("ǁ", ".")


def main() -> int:
    """Run mutmut, print the score and the survivors, and say whether they are in order."""
    environment = {"KHQR_EXAMPLES": "10"} | dict(os.environ)
    subprocess.run(
        [sys.executable, "-m", "mutmut", "run"], env=environment, check=False, stdout=sys.stderr
    )
    codes = results()
    survivors = sorted(name for name, code in codes.items() if code == _SURVIVED)
    killed = len(codes) - len(survivors)
    score = killed / len(codes) if codes else 0.0
    print(f"{killed} of {len(codes)} mutants were killed: {score:.1%} (wanted {WANTED:.0%})")
    unexplained = []
    for function, count in sorted(Counter(map(function_of, survivors)).items()):
        reason = EXPLAINED.get(function)
        print(f"  {count:3} survive in {function}: {reason or 'NOT EXPLAINED'}")
        if reason is None:
            unexplained.append(function)
    return 0 if score >= WANTED and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
