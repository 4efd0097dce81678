"""Measure khqr against other packages: `make bench`, or `python benchmarks/run.py --help`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Find this folder as a package, and run the benchmark."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.bench import main as measure

    return measure()


if __name__ == "__main__":
    sys.exit(main())
