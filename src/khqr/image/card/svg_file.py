"""A drawing as SVG: one document without fonts, scripts or references to other files."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import escape

from .drawing import Drawing, Modules, Path, Picture
from .style import BLACK
from .vector import PER_LENGTH, bars, number, outlines

__all__ = ["svg_of"]


def svg_of(drawing: Drawing, title: str, width: int) -> str:
    """Return a drawing as an SVG document of ``width`` user units, with a title for readers."""
    wide, high = drawing.width * PER_LENGTH, drawing.height * PER_LENGTH
    height = number(width * drawing.height / drawing.width)
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {number(wide)} {number(high)}" role="img"><title>{_text(title)}</title>'
    )
    parts = [start]
    for shape in outlines(drawing):
        if isinstance(shape, Modules):
            parts.append(_modules(shape))
        elif isinstance(shape, Picture):
            parts.append(_picture(shape))
        else:
            path, colour = shape
            parts.append(f'<path fill="{colour}" d="{_commands(path)}"/>')
    return "\n".join([*parts, "</svg>\n"])


def _text(title: str) -> str:
    """Return a text without the characters that no XML document may hold."""
    return escape("".join(c for c in title if c.isprintable()))


def _commands(path: Path) -> str:
    parts = []
    for contour in path:
        for index, step in enumerate(contour):
            letter = "C" if len(step) == 6 else "L" if index else "M"
            parts.append(letter + " ".join(map(number, step)))
        parts.append("Z")
    return "".join(parts)


def _modules(item: Modules) -> str:
    """Return the symbol in a system of its own in which a module is 1."""
    x, y, module = (f"{value * PER_LENGTH:.5f}" for value in (item.x, item.y, item.module))
    side = len(item.rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in bars(item.rows))
    return (
        f'<g transform="translate({x} {y}) scale({module})" shape-rendering="crispEdges">'
        f'<path fill="#FFFFFF" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="{BLACK}" d="{path}"/></g>'
    )


def _picture(item: Picture) -> str:
    out = io.BytesIO()
    item.image.save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    left, top, right, bottom = (edge * PER_LENGTH for edge in item.box)
    return (
        f'<image x="{number(left)}" y="{number(top)}" width="{number(right - left)}" '
        f'height="{number(bottom - top)}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
    )
