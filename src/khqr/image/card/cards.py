"""A card as a value: what it shows is settled when it is made, and then written as any file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from .. import symbol
from ..scanner import scan_all
from ..sizes import MAX_DPI
from ..symbol import ErrorCorrection
from .badge import badge_for
from .content import Source, contents_of
from .drawing import Drawing, Grid, Modules
from .fonts import FontSource, fonts_for
from .layout import arrange_card
from .notices import CardError, CardWarning
from .parts import Panel, Setting
from .pdf_file import Pdf
from .pictures import picture_of
from .printing import in_millimetres, printed_size, warn_of_small_print
from .raster import painted
from .stand import arrange_stand
from .style import LIGHT, CardStyle, StandStyle, Theme, theme_of
from .svg_file import svg_of
from .text import Writer

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Card", "Options", "make"]

_LEAST_WIDTH, _MOST_WIDTH = 100, 5000
_SMALL_WIDTH = 240
_VERIFIED_WIDTH = 600
_LEAST_MODULE = 2
_BADGES = ("auto", "currency")
_PLAIN = CardStyle()


@dataclass(frozen=True, slots=True)
class Card:
    """A card that is settled, and can be written as PNG, JPEG, PDF or SVG; `make` makes it.

    A width is that of the card, in pixels; its height follows from the style.
    """

    panels: tuple[Panel, ...] = field(repr=False)
    style: CardStyle | StandStyle
    theme: Theme
    writer: Writer = field(repr=False)
    logo: Image.Image | None = field(repr=False)
    verify: bool

    @property
    def payloads(self) -> tuple[str, ...]:
        """The payloads of the symbols, from the top."""
        return tuple(panel.content.payload for panel in self.panels)

    @property
    def title(self) -> str:
        """What the card says, in one line."""
        said = [panel.content for panel in self.panels]
        amounts = [f"{one.amount or ''} {one.currency}".strip() for one in said]
        return f"KHQR, {said[0].name}, {' / '.join(amounts)}"

    def drawing(self, width: int | None = None, *, bleed: float = 0.0) -> Drawing:
        """Return the shapes of the card, for whole pixels where a width in pixels is given.

        Args:
            width: of the card in pixels, or None for outlines.
            bleed: how far colour reaches over the edge, 1 being the height of a card; with
                bleed the corners are square, as a knife cuts them.
        """
        grid = Grid(None if width is None else width / self.style.width)
        setting = Setting(self.theme, self.writer, grid, self.logo, bleed)
        if isinstance(self.style, StandStyle):
            return arrange_stand(self.style, setting, self.panels)
        return arrange_card(self.style, setting, self.panels)

    def image(self, width: int = 600) -> Image.Image:
        """Return the card as a Pillow picture in RGB.

        Raises:
            CardError: for a width outside 100 to 5,000 pixels, one that is too small for the
                symbol, or a card that does not scan back (with ``verify=True``).
        """
        picture = self._painted(width)
        self.scan_back(picture)
        return picture

    def png(self, width: int = 600, *, dpi: int | None = None) -> bytes:
        """Return the card as a PNG; ``dpi`` notes dots per inch in the file, from 1 to 9,600."""
        out = io.BytesIO()
        noted = _noted_dots(dpi)
        self.image(width).save(out, "PNG", **noted)
        return out.getvalue()

    def jpeg(self, width: int = 600, *, quality: int = 92, dpi: int | None = None) -> bytes:
        """Return the card as a JPEG, of a quality from 1 to 95; verified as it is in the file."""
        if not isinstance(quality, int) or not 1 <= quality <= 95:
            raise CardError(f"quality is {quality}, expected 1 to 95")
        out = io.BytesIO()
        noted = _noted_dots(dpi)
        self._painted(width).save(out, "JPEG", quality=quality, subsampling=0, **noted)
        self.scan_back(out.getvalue())
        return out.getvalue()

    def svg(self, width: int = 600) -> str:
        """Return the card as a stand-alone SVG document, ``width`` user units wide."""
        _refuse_width(width)
        self.scan_back()
        return svg_of(self.drawing(), self.title, width)

    def pdf(self, width_mm: float = 80.0, *, at: datetime | None = None) -> bytes:
        """Return the card as a PDF of one page of its own size, ``width_mm`` wide.

        Args:
            width_mm: of the card, in millimetres.
            at: aware moment to note as the time of making; without it the file notes none.
        """
        in_millimetres("width_mm", width_mm, 10, 2000)
        self.scan_back()
        drawing = self.drawing()
        warn_of_small_print([printed_size(drawing, width_mm)])
        pdf = Pdf(self.title, at)
        pdf.page(width_mm, width_mm * drawing.height / drawing.width)
        pdf.draw(drawing, 0, 0, width_mm)
        return pdf.finished()

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the card to a file, as what the ending of its name says.

        Args:
            path: ends in ``.png``, ``.jpg``, ``.jpeg``, ``.svg`` or ``.pdf``.
            options: those of `png`, `jpeg`, `svg` or `pdf`.

        Raises:
            CardError: for another ending.
        """
        target = FilePath(path)
        writers = {
            ".png": self.png,
            ".jpg": self.jpeg,
            ".jpeg": self.jpeg,
            ".svg": self.svg,
            ".pdf": self.pdf,
        }
        write: Any = writers.get(target.suffix.lower())
        if write is None:
            raise CardError(
                f"the name ends in {target.suffix[:10]!r}, expected {', '.join(writers)}"
            )
        made = write(**options)
        target.write_bytes(made.encode() if isinstance(made, str) else made)

    def _repr_png_(self) -> bytes:
        """Show the card in a notebook."""
        return self.png(400)

    def _painted(self, width: int) -> Image.Image:
        _refuse_width(width)
        scale = width / self.style.width
        drawing = self.drawing(width)
        _warn_of_small_modules(drawing, width, scale)
        return painted(drawing, scale, self.theme.page)

    def scan_back(self, finished: Image.Image | bytes | None = None) -> None:
        """Scan a finished card, or else a picture of it, if the card was made to be verified.

        Raises:
            CardError: if it does not say what the card is for.
        """
        if not self.verify:
            return
        picture = self._painted(_VERIFIED_WIDTH) if finished is None else finished
        count = len(self.payloads)
        read = sorted(found.text for found in scan_all(picture, expected=count))
        if read != sorted(self.payloads):
            raise CardError(
                f"the card does not scan back: {len(read)} symbols were read, expected "
                f"{count} with the texts of the card; try a greater width, "
                "badge=None or min_version=14"
            )


def _noted_dots(dpi: int | None) -> dict[str, tuple[int, int]]:
    if dpi is None:
        return {}
    if not isinstance(dpi, int) or isinstance(dpi, bool):
        raise TypeError(f"dpi is int, not {type(dpi).__name__}")
    if not 1 <= dpi <= MAX_DPI:
        raise CardError(f"dpi is {dpi}, expected 1 to {MAX_DPI}")
    return {"dpi": (dpi, dpi)}


def _refuse_width(width: int) -> None:
    if not isinstance(width, int) or isinstance(width, bool):
        raise TypeError(f"width is int, a number of pixels, not {type(width).__name__}")
    if not _LEAST_WIDTH <= width <= _MOST_WIDTH:
        raise CardError(f"width is {width}, expected {_LEAST_WIDTH} to {_MOST_WIDTH} pixels")


def _warn_of_small_modules(drawing: Drawing, width: int, scale: float) -> None:
    pixels = min(round(item.module * scale) for item in drawing.items if isinstance(item, Modules))
    if width < _SMALL_WIDTH or pixels < _LEAST_MODULE:
        warnings.warn(
            f"the card is {width} pixels wide and its modules are {pixels}; below "
            f"{_SMALL_WIDTH} pixels, or {_LEAST_MODULE} a module, readers begin to fail",
            CardWarning,
            stacklevel=4,
        )


class Options(TypedDict, total=False):
    """What `make` takes beside the payload."""

    style: CardStyle | StandStyle
    theme: Theme | str
    badge: str | PathLike[str] | bytes | Image.Image | None
    logo: str | PathLike[str] | bytes | Image.Image | None
    language: str | None
    error: ErrorCorrection
    eci: bool | Literal["auto"]
    min_version: int
    verify: bool
    font: FontSource | None
    khmer_font: FontSource | None


def make(
    source: Source | Sequence[Source],
    *,
    style: CardStyle | StandStyle = _PLAIN,
    theme: Theme | str = LIGHT,
    badge: str | PathLike[str] | bytes | Image.Image | None = "auto",
    logo: str | PathLike[str] | bytes | Image.Image | None = None,
    language: str | None = None,
    error: ErrorCorrection = "M",
    eci: bool | Literal["auto"] = "auto",
    min_version: int = 1,
    verify: bool = False,
    font: FontSource | None = None,
    khmer_font: FontSource | None = None,
) -> Card:
    """Return the card of a payload; no picture of the National Bank of Cambodia is on it.

    The mark in the header is the plain text KHQR. This library is not affiliated with or endorsed
    by the National Bank of Cambodia; whoever holds its permission gives its artwork as ``logo``
    and ``badge``. The proportions are those of public programs that cite the NBC's card guideline.

    Args:
        source: a payload, or a code that is encoded first; or two of them, of one merchant and in
            two currencies, for a card with two symbols.
        style: the proportions: a `CardStyle`, or a `StandStyle` for a table stand.
        theme: ``light``, ``dark``, or a `Theme`.
        badge: what stands at the centre of the symbol. ``auto``: ``៛`` or ``$``, white on a black
            disc, or black on white where the disc would hide an alignment pattern (versions 7 to
            13, the usual ones), as zbar misses a third of the symbols or more with it.
            ``currency``: white on black always. A path, bytes or picture: that. None: nothing.
        logo: a picture for the header, in place of the text.
        language: show the merchant's name in this language, if object 64 has it: ``km``.
        error: level of error correction, ``L``, ``M``, ``Q`` or ``H``.
        eci: as in `khqr.image.symbol.make`.
        min_version: the least version of the symbol; from 14 on no badge hides a pattern, and
            modules are smaller.
        verify: scan what was drawn, and raise if it does not say the same. For SVG and PDF the
            same layout is drawn as pixels and scanned, not the file itself.
        font: TrueType or OpenType file for everything but Khmer, instead of Nunito Sans.
        khmer_font: the same for Khmer, instead of Noto Sans Khmer.

    Raises:
        CardError: for what cannot be drawn: a badge too large, a picture or font that cannot be
            read, a name in which no character has a glyph.
        DecodeError: for a payload that is no KHQR, or has a wrong CRC.
        MissingDependency: if the extra ``card`` is not installed.

    Warns:
        CardWarning: for characters that the fonts do not have, or a name that had to be cut.
        BadgeWarning: for a badge that hides an alignment pattern.

    Source: observed in public programs (proportions); measured (badge rule).

    >>> card = make("00020101021129180014demo_user@devb5204599953031165802KH"
    ...             "5909Demo User6010Phnom Penh6304119A")
    >>> card.title, card.image(300).size
    ('KHQR, Demo User, KHR', (300, 435))
    """
    if not isinstance(style, (CardStyle, StandStyle)):
        raise TypeError(f"style is CardStyle or StandStyle, not {type(style).__name__}")
    if error not in ("L", "M", "Q", "H"):
        raise CardError(f"error is {error!r:.20}, expected L, M, Q or H")
    plain = badge is None or (isinstance(badge, str) and badge in _BADGES)
    wanted: Any = badge if plain else picture_of(badge, "badge")
    writer = Writer(fonts_for(font, khmer_font), style.khmer_scale)
    panels = []
    contents = contents_of(source, language, writer.clean)
    if isinstance(style, StandStyle) and len(contents) > 1:
        raise CardError("a stand has one symbol; print two stands, or a card for two currencies")
    room = style.width - 2 * style.text_margin
    name = writer.fitted(
        contents[0].name, style.name_weight, style.name_size, style.name_least_scale, room
    )
    for content in contents:
        made = symbol.make(
            content.payload, error=error, eci=eci, min_version=min_version, engine="fast"
        )
        shown = badge_for(wanted, content.sign, made.version, error, style)
        panels.append(Panel(content, name, made, shown))
    mark = None if logo is None else picture_of(logo, "logo")
    return Card(tuple(panels), style, theme_of(theme), writer, mark, verify)
