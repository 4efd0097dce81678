"""A QR symbol as a value: what it says, its modules, and the ways to draw them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from ..errors import KhqrError, quote
from . import raster, vector
from .blocks import ErrorCorrection
from .by_segno import symbol_of_segno
from .segments import Segmentation, fitted
from .sizes import SIZING, Sizing, known, light_modules, pixels, points, units

if TYPE_CHECKING:
    import segno

__all__ = ["FILES", "TITLE", "Symbol"]

TITLE = "KHQR"
"""What a picture is called where nobody says otherwise."""

_SVG_UNITS = 4.0
_POINTS = 4.0
_PIXELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A QR symbol. Symbols are equal if all of these are; the engine leaves no trace.

    Attributes:
        payload: what it says.
        version: 1 to 40.
        error: its level of error correction.
        mask: its data mask, 0 to 7.
        eci: whether an ECI header says that it holds UTF-8.
        segments: ``"byte"``, or ``"mixed"``, which EMVCo forbids.
        matrix: its rows from the top, each the modules from the left, dark as 1, without a quiet
            zone. A row is `bytes`, so ``matrix[y][x]`` is 0 or 1.
    """

    payload: str
    version: int
    error: ErrorCorrection
    mask: int
    eci: bool
    segments: Segmentation
    matrix: tuple[bytes, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """Modules a side, without a quiet zone: 17 and 4 a version."""
        return len(self.matrix)

    @property
    def qr(self) -> segno.QRCode:
        """The same symbol as segno's own object, for formats that are not here.

        Raises:
            MissingDependency: if segno is not installed.
        """
        versions = range(self.version, self.version + 1)
        _, parts = fitted(
            self.payload, self.error, versions, eci=self.eci, segmentation=self.segments
        )
        return symbol_of_segno(parts, self.version, self.error, self.mask, eci=self.eci)

    def svg(self, *, title: str = TITLE, inline: bool = False, **sizing: Unpack[Sizing]) -> str:
        """Return an SVG document.

        Args:
            title: what a screen reader says.
            inline: leave the XML declaration away, to stand in a page.
            sizing: see `Sizing`; 4 units a module where nothing is said.

        Raises:
            EncodeError: for a size that makes no picture.
        """
        known(sizing, SIZING)
        scale, unit = units(self.size, sizing, usual=_SVG_UNITS)
        return vector.svg(
            self.matrix,
            zone=light_modules(sizing),
            scale=scale,
            unit=unit,
            title=title,
            inline=inline,
        )

    def png(self, **sizing: Unpack[Sizing]) -> bytes:
        """Return a black and white PNG of one bit a pixel.

        Modules are whole pixels: a size in millimetres is rounded to them. Where millimetres or
        ``dpi`` are given, the file says its dots per inch.

        Args:
            sizing: see `Sizing`; 8 pixels a module where nothing is said.

        Raises:
            EncodeError: for a size that makes no picture.
        """
        known(sizing, SIZING)
        scale, dpi = pixels(self.size, sizing, usual=_PIXELS)
        return raster.png(self.matrix, zone=light_modules(sizing), scale=scale, dpi=dpi)

    def pdf(
        self,
        *,
        title: str = TITLE,
        created: datetime | None = None,
        **sizing: Unpack[Sizing],
    ) -> bytes:
        """Return a PDF of one page, as large as the symbol and its quiet zone, in shapes.

        Args:
            title: the title of the document.
            created: the time to write down. There is none where nothing is said, so that the same
                symbol gives the same file.
            sizing: see `Sizing`; 4 points a module where nothing is said.

        Raises:
            EncodeError: for a size that makes no picture, or a ``created`` without a zone.
        """
        known(sizing, SIZING)
        scale = points(self.size, sizing, usual=_POINTS)
        zone = light_modules(sizing)
        return vector.pdf(self.matrix, zone=zone, scale=scale, title=title, created=created)

    def eps(
        self,
        *,
        title: str = TITLE,
        created: datetime | None = None,
        **sizing: Unpack[Sizing],
    ) -> str:
        """Return an EPS document; arguments are those of `pdf`."""
        known(sizing, SIZING)
        scale = points(self.size, sizing, usual=_POINTS)
        zone = light_modules(sizing)
        return vector.eps(self.matrix, zone=zone, scale=scale, title=title, created=created)

    def terminal(
        self,
        *,
        invert: bool = False,
        ansi: bool = False,
        quiet_zone: int = 4,
        allow_narrow: bool = False,
    ) -> str:
        """Return half blocks, for a terminal with light text on a dark ground.

        Args:
            invert: for dark text on a light ground.
            ansi: name black and white by escape sequences, for any terminal that knows them.
            quiet_zone: light modules on each side.
            allow_narrow: let ``quiet_zone`` be less than 4.
        """
        zone = light_modules({"quiet_zone": quiet_zone, "allow_narrow": allow_narrow})
        return raster.terminal(self.matrix, zone=zone, invert=invert, ansi=ansi)

    def data_uri(self, kind: Literal["svg", "png"] = "svg", **sizing: Unpack[Sizing]) -> str:
        """Return the picture as a ``data:`` address, for the ``src`` of an ``<img>``.

        Raises:
            KhqrError: for another ``kind``.
        """
        if kind == "svg":
            return _data_uri("image/svg+xml", self.svg(inline=True, **sizing).encode())
        if kind == "png":
            return _data_uri("image/png", self.png(**sizing))
        raise KhqrError(f"kind is {kind!r:.40}, expected svg or png")

    def save(self, path: str | PathLike[str], **sizing: Unpack[Sizing]) -> None:
        """Write the picture to a file, in the format of its suffix: .svg, .png, .pdf or .eps.

        Raises:
            KhqrError: for another suffix; `qr` is segno's object, which knows more.
            OSError: if the file cannot be written.
        """
        place = Path(path)
        draw = FILES.get(place.suffix.lower())
        if draw is None:
            raise KhqrError(
                f"{quote(place.name)} ends with none of {', '.join(FILES)}; "
                "for other formats use symbol.qr.save, which is segno's"
            )
        place.write_bytes(draw(self, sizing))

    def _repr_svg_(self) -> str:
        return self.svg(inline=True)

    def _repr_png_(self) -> bytes:
        return self.png()


FILES: dict[str, Callable[[Symbol, Sizing], bytes]] = {
    ".svg": lambda symbol, sizing: symbol.svg(**sizing).encode(),
    ".png": lambda symbol, sizing: symbol.png(**sizing),
    ".pdf": lambda symbol, sizing: symbol.pdf(**sizing),
    ".eps": lambda symbol, sizing: symbol.eps(**sizing).encode(),
}
"""The bytes of a file, by its suffix."""


def _data_uri(media: str, data: bytes) -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode()}"
