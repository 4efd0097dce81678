"""What came of a simulation, in figures, and as a page to look at."""

from __future__ import annotations

from .figures import BankRow, Figures, InvariantRow, LinkRow, VolumeRow

__all__ = ["BankRow", "Figures", "InvariantRow", "LinkRow", "VolumeRow"]
