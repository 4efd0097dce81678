"""The pages of a PDF as grey pictures, drawn by pypdfium2.

PDFium is not safe in threads: a program that scans PDFs in several must do so in one at a time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import MissingDependency, ScanError
from .retries import MAX_SIDE

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_PAGES", "grey_pages", "is_pdf"]

MAX_PAGES = 20
"""How many pages a PDF may have, unless one of them is named."""

_DPI = 200
"""How finely a page is drawn: a module of 0.4 mm, the least in print, gets three pixels."""

_PAGE_PIXELS = 8_000_000
"""Larger pages are drawn less finely; an A4 page has four million."""

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
"""How files of pictures begin, whose notes may tell of the PDF that they were made from."""

_POINTS = 72
"""Points in an inch, the unit of a PDF."""


def is_pdf(file: BinaryIO) -> bool:
    """Tell a PDF by its first bytes; the file stays where it is."""
    here = file.tell()
    head = file.read(1024)  # readers forgive some bytes in front, as mail systems add them
    file.seek(here)
    return b"%PDF-" in head and not head.startswith(_PICTURES)


def grey_pages(data: bytes, page: int | None, max_pixels: int) -> list[Image.Image]:
    """Return the pages of a PDF, or one of them, in grey.

    Args:
        data: the bytes of the file.
        page: the only page that counts, from 1; None for all.
        max_pixels: the most pixels of a page.

    Raises:
        ScanError: with the reason ``unreadable-image`` or ``too-large``.
        MissingDependency: if pypdfium2 is not installed.
    """
    try:
        import pypdfium2
    except ImportError:
        raise MissingDependency("pypdfium2", needed_for="reading PDFs", extra="pdf") from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        raise ScanError("unreadable-image", f"the PDF cannot be opened: {problem}") from None
    try:
        limit = min(max_pixels, _PAGE_PIXELS)
        return [_drawn(document[index], limit) for index in _indices(len(document), page)]
    except pypdfium2.PdfiumError as problem:
        raise ScanError("unreadable-image", f"the PDF cannot be drawn: {problem}") from None
    finally:
        document.close()


def _indices(count: int, page: int | None) -> range:
    if page is not None:
        if not 1 <= page <= count:
            message = f"the PDF has {count} pages, page {page} was asked for"
            raise ScanError("unreadable-image", message)
        return range(page - 1, page)
    if count > MAX_PAGES:
        message = f"the PDF has {count} pages, at most {MAX_PAGES} are read; name one with page="
        raise ScanError("too-large", message)
    return range(count)


def _drawn(page: Any, limit: int) -> Image.Image:
    width, height = page.get_size()
    scale = _DPI / _POINTS
    scale *= min(1, math.sqrt(limit / max(width * height * scale**2, 1)))
    # A side has a whole pixel at least, so a page as thin as a hair is bounded by its length.
    scale = min(scale, min(limit, MAX_SIDE) / max(width, height, 1))
    drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    page.close()
    return drawn
