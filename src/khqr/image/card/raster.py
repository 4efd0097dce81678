"""A drawing as pixels, by Pillow: edges smooth, modules in whole pixels and never smoothed."""

from __future__ import annotations

from functools import lru_cache
from math import floor, isqrt
from typing import TYPE_CHECKING

from ...errors import MissingDependency
from .drawing import Contour, Drawing, Fill, Modules, Path, Picture, Text
from .fonts import pillow_font

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["painted"]

_FINE = 4
"""How many times finer shapes are drawn, to smooth their edges."""

_STEPS = 12
"""Straight pieces that stand for one curve."""

_FINE_AREA = 40_000_000
"""Most pixels of a shape that is drawn finer, which bounds the memory of large cards."""

_NOISE = 1e-3

_CACHED_AREA = 2_000_000
"""Pixels of the largest mask that is kept."""


def painted(drawing: Drawing, scale: float, page: str) -> Image.Image:
    """Return a drawing as an RGB picture, ``scale`` pixels to a length of 1."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingDependency("Pillow", needed_for="cards", extra="card") from None
    size = (round(drawing.width * scale), round(drawing.height * scale))
    picture = Image.new("RGB", size, page)
    for item in drawing.items:
        if isinstance(item, Fill):
            _fill(picture, item, scale)
        elif isinstance(item, Text):
            _write(picture, item, scale)
        elif isinstance(item, Modules):
            _stamp(picture, item, scale)
        else:
            _paste(picture, item, scale)
    return picture


def _fill(picture: Image.Image, item: Fill, scale: float) -> None:
    points = [[(x * scale, y * scale) for x, y in _polygon(line)] for line in item.path]
    if not points:
        return
    xs = [x for line in points for x, _ in line]
    ys = [y for line in points for _, y in line]
    left, top = max(0, int(min(xs))), max(0, int(min(ys)))
    right, bottom = min(picture.width, int(max(xs)) + 1), min(picture.height, int(max(ys)) + 1)
    if right <= left or bottom <= top:
        return
    mask = _mask_for(item.path, scale, (left, top, right, bottom))
    picture.paste(item.colour, (left, top), mask)


def _polygon(contour: Contour) -> list[tuple[float, float]]:
    """Return the corners of a contour, its curves cut into straight pieces."""
    points: list[tuple[float, float]] = []
    for step in contour:
        if len(step) == 2:
            points.append((step[0], step[1]))
            continue
        (x0, y0), (x1, y1, x2, y2, x3, y3) = points[-1], step
        for number in range(1, _STEPS + 1):
            t = number / _STEPS
            u = 1 - t
            a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


def _mask_for(path: Path, scale: float, box: tuple[int, int, int, int]) -> Image.Image:
    small = (box[2] - box[0]) * (box[3] - box[1]) <= _CACHED_AREA
    return (_kept_mask if small else _mask)(path, scale, box)


def _mask(path: Path, scale: float, box: tuple[int, int, int, int]) -> Image.Image:
    """Return how much of each pixel of a box a path covers, 0 to 255."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = box
    width, height = right - left, bottom - top
    finer = max(1, min(_FINE, isqrt(_FINE_AREA // (width * height))))
    fine = Image.new("L", (width * finer, height * finer), 0)
    pen = ImageDraw.Draw(fine)
    for contour in path:
        points = _polygon(contour)
        across = _cells([(x * scale - left) * finer for x, _ in points])
        down = _cells([(y * scale - top) * finer for _, y in points])
        pen.polygon(list(zip(across, down, strict=True)), fill=255)
    return fine.reduce(finer) if finer > 1 else fine


def _cells(edges: list[float]) -> list[int]:
    """Return the pixels of corners: Pillow fills up to and with them, so the last ones step back.

    >>> _cells([4.0, 12.0])
    [4, 11]
    """
    last = max(edges) - _NOISE
    return [floor(edge + _NOISE) - (edge >= last) for edge in edges]


_kept_mask = lru_cache(maxsize=16)(_mask)


def _write(picture: Image.Image, item: Text, scale: float) -> None:
    """Write a line; drawn finer first, as Pillow puts every glyph on a whole pixel."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = item.ink
    x, y = int(left * scale) - 2, int(top * scale) - 2
    size = (int(right * scale) + 3 - x, int(bottom * scale) + 3 - y)
    fine = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
    pen = ImageDraw.Draw(fine)
    for run in item.runs:
        pen.text(
            ((run.x * scale - x) * _FINE, (item.baseline * scale - y) * _FINE),
            run.text,
            fill=255,
            font=pillow_font(run.typeface, run.size * scale * _FINE),
            anchor="ls",
            language="km" if run.typeface.script == "khmer" else None,
        )
    picture.paste(item.colour, (x, y), fine.reduce(_FINE))


def _stamp(picture: Image.Image, item: Modules, scale: float) -> None:
    from PIL import Image

    count, module = len(item.rows), round(item.module * scale)
    grey = bytes(0 if dark else 255 for row in item.rows for dark in row)
    symbol = Image.frombytes("L", (count, count), grey)
    symbol = symbol.resize((count * module, count * module), Image.Resampling.NEAREST)
    picture.paste(symbol.convert("RGB"), (round(item.x * scale), round(item.y * scale)))


def _paste(picture: Image.Image, item: Picture, scale: float) -> None:
    from PIL import Image

    left, top, right, bottom = (round(edge * scale) for edge in item.box)
    size = (max(1, right - left), max(1, bottom - top))
    shown = item.image.resize(size, Image.Resampling.LANCZOS)
    picture.paste(shown.convert("RGB"), (left, top), shown.getchannel("A"))
