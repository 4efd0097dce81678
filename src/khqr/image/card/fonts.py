"""Font files, and the shaping of text with them: letters in, placed glyphs and outlines out.

Shaping is HarfBuzz's, so Khmer vowels and subscripts stand where they belong. Pillow draws the
same runs with its own HarfBuzz (libraqm), and arrives at the same advances.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from ...errors import MissingDependency
from .drawing import Box, Path
from .notices import CardError

if TYPE_CHECKING:
    from PIL import ImageFont

__all__ = [
    "FontSource",
    "Fonts",
    "Glyph",
    "Shaped",
    "Typeface",
    "draws",
    "fonts_for",
    "moved",
    "outline",
    "pillow_font",
    "shape",
    "union",
]

FontSource = str | PathLike[str] | bytes

_PACKAGES = {
    "latin": ("fontpkg_nunito_sans", "fontpkg-nunito-sans", "NunitoSans["),
    "khmer": ("fontpkg_noto_sans_khmer", "fontpkg-noto-sans-khmer", "NotoSansKhmer["),
}
_NEEDED = {"latin": "0123456789,.…$ABCDEFGHIJKLMNOPQRSTUVWXYZ", "khmer": "៛"}
_LANGUAGES = {"latin": "en", "khmer": "km"}
_SCRIPTS = {"latin": "Latn", "khmer": "Khmr"}


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font file at one weight."""

    script: str
    source: str | bytes
    weight: int


@dataclass(frozen=True, slots=True)
class Fonts:
    """The two files that a card is written with: one for Khmer, one for all the rest."""

    latin: str | bytes
    khmer: str | bytes

    def typeface(self, script: str, weight: int) -> Typeface:
        """Return the file for ``latin`` or ``khmer`` at a weight from 1 to 1000."""
        return Typeface(script, self.khmer if script == "khmer" else self.latin, weight)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph of a font, placed in ems from the start of its run; y points up, as in fonts."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Shaped:
    """A run of text in ems.

    Attributes:
        glyphs: what is drawn.
        advance: how far the pen moves.
        ink: the box around the black, y pointing down; None where nothing is black.
        breaks: positions in the text at which it may be cut without tearing a letter.
    """

    glyphs: tuple[Glyph, ...]
    advance: float
    ink: Box | None
    breaks: tuple[int, ...]


def fonts_for(font: FontSource | None, khmer_font: FontSource | None) -> Fonts:
    """Return the caller's font files, or those of the extra ``card``.

    Raises:
        CardError: for a file that is no font.
        MissingDependency: if the font packages are not installed.
    """
    fonts = Fonts(_source("latin", font), _source("khmer", khmer_font))
    for script, needed in _NEEDED.items():
        typeface = fonts.typeface(script, 400)
        lacking = "".join(c for c in needed if not draws(typeface, c))
        if lacking:
            raise CardError(
                f"the {script} font cannot draw {lacking}, which cards are written with"
            )
    return fonts


def _source(script: str, given: FontSource | None) -> str | bytes:
    if given is None:
        return _packaged(script)
    if isinstance(given, bytes):
        return given
    if not isinstance(given, (str, PathLike)):
        raise TypeError(f"a font is a path or bytes, not {type(given).__name__}")
    try:
        return str(FilePath(given).resolve())
    except (OSError, ValueError, RuntimeError) as problem:
        raise CardError(f"the font cannot be read: {problem}") from None


@lru_cache(maxsize=4)
def _packaged(script: str) -> str:
    module, package, start = _PACKAGES[script]
    try:
        root = import_module(module).ROOT
    except ImportError:
        raise MissingDependency(package, needed_for="cards", extra="card") from None
    found: list[str] = sorted(str(path) for path in FilePath(root, "files").glob("*.ttf"))
    return next(path for path in found if FilePath(path).name.startswith(start))


def _harfbuzz() -> Any:
    try:
        import uharfbuzz
    except ImportError:
        raise MissingDependency("uharfbuzz", needed_for="cards", extra="card") from None
    return uharfbuzz


@lru_cache(maxsize=16)
def _face(source: str | bytes) -> Any:
    """Return HarfBuzz's face of a file, or say that it is none."""
    hb = _harfbuzz()
    try:
        data = source if isinstance(source, bytes) else FilePath(source).read_bytes()
    except OSError as problem:
        raise CardError(f"the font cannot be read: {problem}") from None
    face = hb.Face(data)
    if not face.glyph_count:
        raise CardError("the font is no TrueType or OpenType file")
    return face


@lru_cache(maxsize=64)
def _font(typeface: Typeface) -> Any:
    font = _harfbuzz().Font(_face(typeface.source))
    font.set_variations({"wght": typeface.weight})
    return font


@lru_cache(maxsize=2048)
def draws(typeface: Typeface, character: str) -> bool:
    """Whether the font has a glyph for a character, with something black in it."""
    font = _font(typeface)
    glyph = font.get_nominal_glyph(ord(character))
    extents = font.get_glyph_extents(glyph) if glyph else None
    return extents is not None and bool(extents.width and extents.height)


@lru_cache(maxsize=512)
def shape(typeface: Typeface, text: str) -> Shaped:
    """Return the glyphs of a run that is all in one script, left to right."""
    hb, font = _harfbuzz(), _font(typeface)
    em = font.face.upem
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction = "ltr"
    buffer.script = _SCRIPTS[typeface.script]
    buffer.language = _LANGUAGES[typeface.script]
    hb.shape(font, buffer, {})
    glyphs, boxes, pen = [], [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        x, y = pen + position.x_offset, position.y_offset
        glyphs.append(Glyph(info.codepoint, x / em, y / em))
        extents = font.get_glyph_extents(info.codepoint)
        if extents is not None and extents.width and extents.height:
            left, top = x + extents.x_bearing, -(y + extents.y_bearing)
            boxes.append((left, top, left + extents.width, top - extents.height))
        pen += position.x_advance
    breaks = tuple(sorted({info.cluster for info in buffer.glyph_infos} | {len(text)}))
    ink = union(boxes)
    return Shaped(
        glyphs=tuple(glyphs),
        advance=pen / em,
        ink=None if ink is None else (ink[0] / em, ink[1] / em, ink[2] / em, ink[3] / em),
        breaks=breaks,
    )


def union(boxes: Iterable[Box]) -> Box | None:
    """Return the box around boxes, None where there is none."""
    corners = list(zip(*boxes, strict=True))
    if not corners:
        return None
    left, top, right, bottom = corners
    return (min(left), min(top), max(right), max(bottom))


class _Pen:
    """Takes the outline of a glyph down as contours, curves as cubic ones."""

    def __init__(self, em: float) -> None:
        self._em = em
        self._contours: list[list[tuple[float, ...]]] = []
        self._at = (0.0, 0.0)

    def _point(self, point: tuple[float, float]) -> tuple[float, float]:
        self._at = (point[0] / self._em, -point[1] / self._em)
        return self._at

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - fontTools' pen protocol
        self._contours.append([self._point(point)])

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - fontTools' pen protocol
        self._contours[-1].append(self._point(point))

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802 - fontTools' pen protocol
        (x0, y0), (cx, cy), (x, y) = self._at, *(self._point(point) for point in points)
        first = (x0 + 2 * (cx - x0) / 3, y0 + 2 * (cy - y0) / 3)
        second = (x + 2 * (cx - x) / 3, y + 2 * (cy - y) / 3)
        self._contours[-1].append((*first, *second, x, y))

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802 - fontTools' pen protocol
        self._contours[-1].append(tuple(n for point in points for n in self._point(point)))

    def closePath(self) -> None:  # noqa: N802 - fontTools' pen protocol
        """Every contour here is closed."""

    endPath = closePath  # noqa: N815 - fontTools' pen protocol

    @property
    def path(self) -> Path:
        return tuple(tuple(contour) for contour in self._contours if len(contour) > 1)


@lru_cache(maxsize=1024)
def outline(typeface: Typeface, glyph: int) -> Path:
    """Return the outline of a glyph in ems, y pointing down."""
    font = _font(typeface)
    pen = _Pen(font.face.upem)
    font.draw_glyph_with_pen(glyph, pen)
    return pen.path


def moved(path: Path, scale: float, x: float, y: float) -> Path:
    """Return a path that is scaled and then moved."""
    return tuple(
        tuple(
            tuple(n * scale + (x, y)[index % 2] for index, n in enumerate(step)) for step in contour
        )
        for contour in path
    )


@lru_cache(maxsize=64)
def pillow_font(typeface: Typeface, pixels: float) -> ImageFont.FreeTypeFont:
    """Return Pillow's font for a size in pixels, with complex shaping.

    Raises:
        CardError: if Pillow cannot open the file.
        MissingDependency: if the text is Khmer and this Pillow is built without libraqm.
    """
    from PIL import ImageFont, features

    raqm = features.check("raqm")
    if typeface.script == "khmer" and not raqm:
        raise MissingDependency(
            "libraqm",
            needed_for="Khmer text in PNG and JPEG",
            extra="card",
            install="pip install --only-binary :all: --force-reinstall pillow",
        )
    layout = ImageFont.Layout.RAQM if raqm else ImageFont.Layout.BASIC
    source = typeface.source
    try:
        font = ImageFont.truetype(
            io.BytesIO(source) if isinstance(source, bytes) else source,
            pixels,
            layout_engine=layout,
        )
        axes = _face(source).axis_infos
        if axes:
            places = [typeface.weight if a.tag == "wght" else a.default_value for a in axes]
            limits = zip(places, axes, strict=True)
            font.set_variation_by_axes([min(max(n, a.min_value), a.max_value) for n, a in limits])
    except OSError as problem:
        raise CardError(f"Pillow cannot open the font: {problem}") from None
    return font
