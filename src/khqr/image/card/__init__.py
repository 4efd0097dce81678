"""KHQR cards: header, name, amount and symbol, as PNG, JPEG, PDF or SVG, and sheets to print.

`make` settles a card, which is then written as any of these; `png`, `jpeg`, `svg` and `pdf` do both
at once, and `sheet` puts many on the pages of a PDF. The extra is ``card``.

No artwork of the National Bank of Cambodia, Bakong or KHQR is part of this library, which is not
affiliated with or endorsed by the bank: the header says KHQR in plain letters, and ``logo=`` and
``badge=`` take the caller's own pictures. The proportions are those of public programs that cite
the bank's *KHQR Card Guideline*; the guideline itself was not at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from ..sizes import PrintWarning
from .cards import Card, Options, make
from .content import Source
from .notices import BadgeWarning, CardError, CardWarning
from .sheets import sheet
from .style import DARK, LIGHT, CardStyle, StandStyle, Theme

__all__ = [
    "DARK",
    "LIGHT",
    "BadgeWarning",
    "Card",
    "CardError",
    "CardStyle",
    "CardWarning",
    "Options",
    "PrintWarning",
    "StandStyle",
    "Theme",
    "jpeg",
    "make",
    "pdf",
    "png",
    "sheet",
    "svg",
]


def png(source: Source | Sequence[Source], width: int = 600, **options: Unpack[Options]) -> bytes:
    """Return a card as a PNG, ``width`` pixels wide; options are those of `make`.

    >>> png("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A")[1:4]
    b'PNG'
    """
    return make(source, **options).png(width)


def jpeg(source: Source | Sequence[Source], width: int = 600, **options: Unpack[Options]) -> bytes:
    """Return a card as a JPEG, ``width`` pixels wide; options are those of `make`."""
    return make(source, **options).jpeg(width)


def svg(source: Source | Sequence[Source], width: int = 600, **options: Unpack[Options]) -> str:
    """Return a card as an SVG document, ``width`` user units wide; options are those of `make`."""
    return make(source, **options).svg(width)


def pdf(
    source: Source | Sequence[Source], width_mm: float = 80.0, **options: Unpack[Options]
) -> bytes:
    """Return a card as a PDF page, ``width_mm`` millimetres wide; options are those of `make`."""
    return make(source, **options).pdf(width_mm)
