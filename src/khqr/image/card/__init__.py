"""KHQR cards and print sheets."""

from __future__ import annotations

from .cards import Card, make
from .notices import BadgeWarning, CardError, CardWarning, PrintWarning
from .style import DARK, LIGHT, CardStyle, StandStyle, Theme

__all__ = [
    "DARK",
    "LIGHT",
    "BadgeWarning",
    "Card",
    "CardError",
    "CardStyle",
    "CardWarning",
    "PrintWarning",
    "StandStyle",
    "Theme",
    "make",
]
