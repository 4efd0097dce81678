"""Measure how much of spoilt pictures is read: `make bench-scan`, or with ``--help``."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Find this folder as a package, and read the corpus."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.scan_figures import main as measure

    return measure()


if __name__ == "__main__":
    sys.exit(main())
