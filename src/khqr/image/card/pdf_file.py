"""Drawings on the pages of a PDF: filled outlines, no fonts, nothing that the clock changes."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ...errors import MissingDependency
from .drawing import Drawing, Modules, Path, Picture
from .style import BLACK, WHITE
from .vector import PER_LENGTH, bars, number, outlines

if TYPE_CHECKING:
    from PIL import Image
    from pypdf import PdfWriter
    from pypdf.generic import IndirectObject

__all__ = ["POINTS_PER_MM", "Pdf"]

POINTS_PER_MM = 72 / 25.4

Millimetres = tuple[float, float, float, float]
"""Left, top, right, bottom, counted from the top left of a page."""


class Pdf:
    """A PDF that is filled page by page; each page is packed when the next one begins.

    Args:
        title: of the document.
        at: aware moment to note as the time of making; without it no time is noted, so the same
            cards give the same bytes.
    """

    def __init__(self, title: str, at: datetime | None = None) -> None:
        try:
            from pypdf import PdfWriter
        except ImportError:
            raise MissingDependency("pypdf", needed_for="PDF", extra="card") from None
        self._writer: PdfWriter = PdfWriter()
        self._writer.pdf_header = "%PDF-1.4"
        facts = {"/Title": title, "/Producer": "khqr"}
        if at is not None:
            if not isinstance(at, datetime) or at.utcoffset() is None:
                raise TypeError("at is an aware datetime, such as datetime.now(timezone.utc)")
            facts["/CreationDate"] = at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
        self._writer.add_metadata(facts)
        self._pictures: dict[bytes, IndirectObject] = {}
        self._size = (0.0, 0.0)
        self._code: list[str] = []
        self._used: dict[str, IndirectObject] = {}
        self._trim: Millimetres | None = None
        self._bleed = 0.0

    def page(
        self, width: float, height: float, trim: Millimetres | None = None, bleed: float = 0.0
    ) -> None:
        """Begin a page of a size in millimetres, and say where it is cut if it is cut once."""
        self._close_page()
        self._size = (width, height)
        self._trim, self._bleed = trim, bleed

    def draw(self, drawing: Drawing, left: float, top: float, width: float) -> None:
        """Draw onto the page, ``left`` and ``top`` and ``width`` in millimetres."""
        unit = width / drawing.width / PER_LENGTH * POINTS_PER_MM
        x, y = left * POINTS_PER_MM, (self._size[1] - top) * POINTS_PER_MM
        self._code.append(f"q {unit:.6f} 0 0 {-unit:.6f} {x:.4f} {y:.4f} cm")
        for shape in outlines(drawing):
            if isinstance(shape, Modules):
                self._modules(shape)
            elif isinstance(shape, Picture):
                self._picture(shape)
            else:
                self._fill(*shape)
        self._code.append("Q")

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a black hairline for the cutter, in millimetres."""
        ends = [
            f"{x * POINTS_PER_MM:.3f} {(self._size[1] - y) * POINTS_PER_MM:.3f}"
            for x, y in ((x1, y1), (x2, y2))
        ]
        self._code.append(f"0 0 0 RG 0.25 w {ends[0]} m {ends[1]} l S")

    def finished(self) -> bytes:
        """Return the bytes of the file; nothing can be drawn after that."""
        self._close_page()
        out = io.BytesIO()
        self._writer.write(out)
        return out.getvalue()

    def _fill(self, path: Path, colour: str) -> None:
        self._code.append(_ink(colour))
        for contour in path:
            for index, step in enumerate(contour):
                operator = "c" if len(step) == 6 else "l" if index else "m"
                self._code.append(f"{' '.join(map(number, step))} {operator}")
            self._code.append("h")
        self._code.append("f")

    def _modules(self, item: Modules) -> None:
        x, y, module = (value * PER_LENGTH for value in (item.x, item.y, item.module))
        side = len(item.rows)
        self._code.append(f"q {module:.6f} 0 0 {module:.6f} {x:.5f} {y:.5f} cm")
        self._code.append(f"{_ink(WHITE)} 0 0 {side} {side} re f {_ink(BLACK)}")
        self._code += [f"{x} {y} {length} 1 re" for x, y, length in bars(item.rows)]
        self._code.append("f Q")

    def _picture(self, item: Picture) -> None:
        reference = self._embedded(item.image)
        name = f"P{reference.idnum}"
        self._used[name] = reference
        left, top, right, bottom = (edge * PER_LENGTH for edge in item.box)
        wide, high = number(right - left), number(top - bottom)
        self._code.append(f"q {wide} 0 0 {high} {number(left)} {number(bottom)} cm /{name} Do Q")

    def _embedded(self, picture: Image.Image) -> IndirectObject:
        """Return the picture as an object of the file, once however often it is drawn."""
        colours, mask = picture.convert("RGB").tobytes(), picture.getchannel("A").tobytes()
        key = hashlib.sha256(b"%d %d " % picture.size + colours + mask).digest()
        if key not in self._pictures:
            soft = self._image(picture.size, "/DeviceGray", mask, None)
            self._pictures[key] = self._image(picture.size, "/DeviceRGB", colours, soft)
        return self._pictures[key]

    def _image(
        self, size: tuple[int, int], space: str, data: bytes, mask: IndirectObject | None
    ) -> IndirectObject:
        from pypdf.generic import NameObject, NumberObject, StreamObject

        stream = StreamObject()
        stream.set_data(data)
        stream[NameObject("/Type")] = NameObject("/XObject")
        stream[NameObject("/Subtype")] = NameObject("/Image")
        stream[NameObject("/Width")] = NumberObject(size[0])
        stream[NameObject("/Height")] = NumberObject(size[1])
        stream[NameObject("/BitsPerComponent")] = NumberObject(8)
        stream[NameObject("/ColorSpace")] = NameObject(space)
        if mask is not None:
            stream[NameObject("/SMask")] = mask
        return self._writer._add_object(stream.flate_encode())

    def _close_page(self) -> None:
        """Pack the operators of the page, if one was begun."""
        if not self._code:
            return
        from pypdf.generic import DictionaryObject, NameObject, RectangleObject, StreamObject

        width, height = (side * POINTS_PER_MM for side in self._size)
        page = self._writer.add_blank_page(round(width, 3), round(height, 3))
        stream = StreamObject()
        stream.set_data("\n".join(self._code).encode("ascii"))
        page[NameObject("/Contents")] = self._writer._add_object(stream.flate_encode())
        used = DictionaryObject({NameObject(f"/{name}"): at for name, at in self._used.items()})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): used})
        if self._trim is not None:
            for box, more in (("/TrimBox", 0.0), ("/BleedBox", self._bleed)):
                page[NameObject(box)] = RectangleObject(self._points(self._trim, more))
        self._code, self._used, self._trim = [], {}, None

    def _points(self, box: Millimetres, more: float) -> tuple[float, float, float, float]:
        left, top, right, bottom = box
        corners = (
            left - more,
            self._size[1] - bottom - more,
            right + more,
            self._size[1] - top + more,
        )
        x1, y1, x2, y2 = (round(edge * POINTS_PER_MM, 3) for edge in corners)
        return (x1, y1, x2, y2)


def _ink(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return " ".join(f"{part:.4g}" for part in parts) + " rg"
