"""A card as a list of shapes, which every kind of file is made from. Lengths are the style's.

The y axis points down, as in pictures. Later items cover earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from .fonts import Glyph, Typeface

__all__ = [
    "ROUND",
    "Box",
    "Contour",
    "Drawing",
    "Fill",
    "Grid",
    "Item",
    "Modules",
    "Path",
    "Picture",
    "Text",
    "TextRun",
    "disc",
    "rectangle",
    "rounded",
]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Contour = tuple[tuple[float, ...], ...]
"""A closed line: a start (x, y), then lines (x, y) and curves (x1, y1, x2, y2, x, y)."""

Path = tuple[Contour, ...]
"""Contours that are filled together, the non-zero rule deciding what is inside."""

ROUND = 0.5522847498
"""How far the handles of a Bézier quarter circle are from its ends, in radii."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled shape."""

    role: str
    path: Path
    colour: str


@dataclass(frozen=True, slots=True)
class TextRun:
    """Letters of one font on one line, and the glyphs that they are shaped to."""

    text: str
    typeface: Typeface
    size: float
    x: float
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; ``ink`` is the box around what is really black in it."""

    role: str
    runs: tuple[TextRun, ...]
    baseline: float
    colour: str
    ink: Box


@dataclass(frozen=True, slots=True)
class Modules:
    """A symbol, without quiet zone: black modules of side ``module``."""

    x: float
    y: float
    module: float
    rows: tuple[bytes, ...]

    @property
    def side(self) -> float:
        """Side of the symbol."""
        return self.module * len(self.rows)

    @property
    def box(self) -> Box:
        """Where the symbol stands."""
        return (self.x, self.y, self.x + self.side, self.y + self.side)


@dataclass(frozen=True, slots=True)
class Picture:
    """A caller's picture, drawn into a box of its own proportions."""

    role: str
    box: Box
    image: Image.Image


Item = Fill | Text | Modules | Picture


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a ground of ``width`` by ``height``; with bleed they reach beyond its edges."""

    width: float
    height: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixels that a drawing is made for: ``scale`` a length of 1, or None for outlines."""

    scale: float | None = None

    def line(self, value: float) -> float:
        """Return the pixel edge nearest to a position."""
        return value if self.scale is None else round(value * self.scale) / self.scale

    def thick(self, value: float) -> float:
        """Return the whole number of pixels nearest to a length, at least one."""
        return value if self.scale is None else max(1, round(value * self.scale)) / self.scale

    def module(self, side: float, count: int) -> float:
        """Return the largest module of which ``count`` fit into ``side``: whole pixels."""
        if self.scale is None:
            return side / count
        return int(side * self.scale / count + 1e-6) / self.scale


def rectangle(left: float, top: float, right: float, bottom: float) -> Contour:
    """Return a rectangle as a contour."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def rounded(box: Box, radius: float, *, bottom_too: bool = True) -> Contour:
    """Return a rectangle with round corners at the top, and at the bottom as well if asked."""
    left, top, right, bottom = box
    r = max(0.0, min(radius, (right - left) / 2, (bottom - top) / 2))
    low = r if bottom_too else 0.0
    k = r * (1 - ROUND)
    j = low * (1 - ROUND)
    return (
        (left + r, top),
        (right - r, top),
        (right - k, top, right, top + k, right, top + r),
        (right, bottom - low),
        (right, bottom - j, right - j, bottom, right - low, bottom),
        (left + low, bottom),
        (left + j, bottom, left, bottom - j, left, bottom - low),
        (left, top + r),
        (left, top + k, left + k, top, left + r, top),
    )


def disc(x: float, y: float, diameter: float) -> Contour:
    """Return a circle as a contour."""
    r = diameter / 2
    return rounded((x - r, y - r, x + r, y + r), r)
