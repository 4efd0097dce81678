"""For the tests of those who use the library.

`assert_khqr` and `scan_khqr` look at payloads and pictures; `individuals`, `merchants`, `payloads`
and `corrupted` are Hypothesis strategies and load Hypothesis when they are first used. The
fixtures of ``khqr.testing.plugin`` are opt-in.
"""

from __future__ import annotations

from .asserts import assert_khqr, scan_khqr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .strategies import corrupted, individuals, merchants, payloads

__all__ = ["assert_khqr", "corrupted", "individuals", "merchants", "payloads", "scan_khqr"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'khqr.testing' has no attribute {name!r}")
    from . import strategies

    return getattr(strategies, name)
