"""What a page is made of: sections, their parts, and the pictures and tables in those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .charts import NARROW, Spec
from .drawing import drawn
from .tables import Table

__all__ = ["MOST_BARS", "OTHERS", "Part", "Picture", "Section", "Swatch", "picture"]

WIDE = 1040
"""Width of a picture of the whole page."""

MOST_BARS = 30
"""Bars with a name in one chart."""

OTHERS = "all others"
"""The name of the row that adds up what there is no room for."""


class Swatch(NamedTuple):
    """A colour of a chart, and what it stands for."""

    colour: str
    title: str


class Picture(NamedTuple):
    """A chart twice: for a page, and for a phone."""

    wide: str
    narrow: str
    legend: tuple[Swatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section: a heading, a chart where there is something to draw, tables."""

    title: str
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes:
        key: its anchor.
        title: its heading.
        note: how it is to be read.
        parts: what is in it.
    """

    key: str
    title: str
    note: str
    parts: tuple[Part, ...]


def picture(draw: Callable[[int], Spec], label: str, *legend: Swatch) -> Picture:
    """Return a chart that is drawn for a page and for a phone, with the same description."""
    return Picture(drawn(draw(WIDE), label), drawn(draw(NARROW), label), legend)
