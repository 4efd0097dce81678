"""What came of a simulation, in figures, and as a page to look at."""

from __future__ import annotations

from .counting import figures_of
from .figures import BankRow, Figures, InvariantRow, VolumeRow
from .page import html

__all__ = [
    "BankRow",
    "Figures",
    "InvariantRow",
    "VolumeRow",
    "figures_of",
    "html",
]
