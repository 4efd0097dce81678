"""The commands `khqr simulate` and `khqr simulate demo`."""

from __future__ import annotations

from .command import simulate

__all__ = ["simulate"]
