"""A card as a value: what it shows is settled when it is made, and then written as any file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from ...errors import MissingDependency
from ..scanner import scan_all
from ..symbol import ErrorCorrection
from .badge import badge_for
from .content import Source, contents_of
from .drawing import Drawing, Grid, Modules
from .fonts import FontSource, Fonts, fonts_for
from .layout import arrange_card
from .modules import Eci, encoded
from .notices import CardError, CardWarning
from .parts import Panel, Setting
from .raster import painted
from .style import LIGHT, CardStyle, StandStyle, Theme, theme_of
from .text import Writer

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Card", "PictureSource", "make"]

PictureSource = "str | PathLike[str] | bytes | Image.Image"

_LEAST_WIDTH, _MOST_WIDTH = 100, 6000
_WARN_WIDTH = 240
_VERIFY_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Card:
    """A card, ready to be written as PNG, JPEG, PDF or SVG; made by `make`."""

    panels: tuple[Panel, ...]
    style: CardStyle | StandStyle
    theme: Theme
    writer: Writer = field(repr=False)
    logo: Image.Image | None = field(repr=False)
    verify: bool

    def drawing(self, width: int | None = None, *, bleed: float = 0.0) -> Drawing:
        """Return the shapes of the card, fitted to whole pixels where a width in pixels is given."""
        grid = Grid(None if width is None else width / self.style.width)
        setting = Setting(self.theme, self.writer, grid, self.logo, bleed)
        return arrange_card(self.style, setting, self.panels)

    def image(self, width: int = 600) -> Image.Image:
        """Return the card as a Pillow picture in RGB."""
        drawing = self.drawing(width)
        return painted(drawing, width / self.style.width, self.theme.page)

    def png(self, width: int = 600) -> bytes:
        out = io.BytesIO()
        self.image(width).save(out, "PNG")
        return out.getvalue()


def make(
    source: Source | Sequence[Source],
    *,
    style: CardStyle | StandStyle = CardStyle(),
    theme: Theme | str = LIGHT,
    badge: Any = "auto",
    logo: Any = None,
    language: str | None = None,
    error: ErrorCorrection = "M",
    eci: Eci = "auto",
    min_version: int | None = None,
    verify: bool = False,
    font: FontSource | None = None,
    khmer_font: FontSource | None = None,
) -> Card:
    writer = Writer(fonts_for(font, khmer_font), style.khmer_scale)
    panels = []
    for content in contents_of(source, language):
        symbol = encoded(content.payload, error, eci, min_version)
        shown = badge_for(badge, content.sign, symbol.version, error, style)
        panels.append(Panel(content, symbol, shown))
    return Card(tuple(panels), style, theme_of(theme), writer, logo, verify)
