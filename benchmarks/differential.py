"""Compare khqr with the official SDK, run live: `python benchmarks/differential.py --help`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Find this folder as a package, and run the comparison."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.questions import main as compare

    return compare()


if __name__ == "__main__":
    sys.exit(main())
