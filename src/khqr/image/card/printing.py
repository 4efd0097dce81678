"""How large a symbol comes out of a printer, and when that is too small."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ..sizes import SMALLEST_MODULE_MM, SMALLEST_SYMBOL_MM, PrintWarning
from .drawing import Drawing, Modules
from .notices import CardError

__all__ = ["PrintedSize", "in_millimetres", "printed_size", "warn_of_small_print"]

PrintedSize = tuple[float, float]
"""Sides of the smallest symbol and of the smallest module of a card, in millimetres."""


def in_millimetres(name: str, value: float, least: float, most: float) -> float:
    """Return a length, or say that it is none or out of bounds.

    >>> in_millimetres("width_mm", 80, 10, 2000)
    80.0
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is a number of millimetres, not {type(value).__name__}")
    if not least <= value <= most:
        raise CardError(f"{name} is {value}, expected {least:g} to {most:g} millimetres")
    return float(value)


def printed_size(drawing: Drawing, width_mm: float) -> PrintedSize:
    """Return how large a drawing's symbols and modules are when it is printed ``width_mm`` wide."""
    unit = width_mm / drawing.width
    symbols = [item for item in drawing.items if isinstance(item, Modules)]
    return (
        min(item.side for item in symbols) * unit,
        min(item.module for item in symbols) * unit,
    )


def warn_of_small_print(sizes: Sequence[PrintedSize]) -> None:
    """Warn once if symbols are under 20 mm, or modules under 0.4 mm.

    Source: the limits of one public print tool, observed.
    """
    small = [
        (symbol, module)
        for symbol, module in sizes
        if symbol < SMALLEST_SYMBOL_MM - 1e-9 or module < SMALLEST_MODULE_MM - 1e-9
    ]
    if small:
        symbol, module = min(small, key=lambda size: size[1])
        warnings.warn(
            f"{len(small)} of {len(sizes)} are printed small: the smallest symbol is "
            f"{symbol:.1f} mm wide, its modules {module:.2f} mm; at least "
            f"{SMALLEST_SYMBOL_MM:g} mm and {SMALLEST_MODULE_MM:g} mm are needed, "
            "so print them wider",
            PrintWarning,
            stacklevel=3,
        )
