"""What SVG and PDF share: a drawing as filled outlines, letters among them, without fonts."""

from __future__ import annotations

from collections.abc import Iterator

from .drawing import Drawing, Fill, Modules, Path, Picture, Text
from .fonts import moved, outline

__all__ = ["PER_LENGTH", "bars", "number", "outlines"]

PER_LENGTH = 1000
"""Units of a file to a length of 1, so that two decimals are enough."""


def number(value: float) -> str:
    """Return a coordinate as short as it can be written, with two decimals at most.

    >>> number(12.5), number(-0.001), number(1000.0)
    ('12.5', '0', '1000')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def outlines(drawing: Drawing) -> Iterator[tuple[Path, str] | Modules | Picture]:
    """Yield what is drawn, in its order: paths in file units with their colour, and the rest."""
    for item in drawing.items:
        if isinstance(item, Fill):
            yield moved(item.path, PER_LENGTH, 0, 0), item.colour
        elif isinstance(item, Text):
            yield _letters(item), item.colour
        else:
            yield item


def _letters(item: Text) -> Path:
    return tuple(
        contour
        for run in item.runs
        for glyph in run.glyphs
        for contour in moved(
            outline(run.typeface, glyph.number),
            run.size * PER_LENGTH,
            (run.x + glyph.x * run.size) * PER_LENGTH,
            (item.baseline - glyph.y * run.size) * PER_LENGTH,
        )
    )


def bars(rows: tuple[bytes, ...]) -> Iterator[tuple[int, int, int]]:
    """Yield the dark modules of a symbol as bars: column, row, length.

    >>> list(bars((bytes([1, 1, 0, 1]),)))
    [(0, 0, 2), (3, 0, 1)]
    """
    for y, row in enumerate(rows):
        x = 0
        while (start := row.find(1, x)) >= 0:
            x = row.find(0, start)
            x = len(row) if x < 0 else x
            yield start, y, x - start
