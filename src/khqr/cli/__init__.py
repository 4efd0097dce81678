"""The console command `khqr`; it needs the extra ``cli`` (click, rich and jinja2)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..errors import MissingDependency

__all__ = ["main"]

_NEEDED = frozenset({"click", "rich"})


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 good, 1 bad payload, 2 wrong usage.

    Args:
        args: the arguments behind the name of the command; those of the process by default.

    >>> main(["verify", "00020101021129180014demo_user@devb5204599953031165802KH"
    ...                 "5909Demo User6010Phnom Penh6304119A"])
    the CRC is right
    0
    """
    try:
        from .app import run
    except ModuleNotFoundError as problem:
        name = (problem.name or "").partition(".")[0]
        if name not in _NEEDED:
            raise
        missing = MissingDependency(name, needed_for="the command khqr", extra="cli")
        print(missing, file=sys.stderr)
        return 2
    return run(args)
