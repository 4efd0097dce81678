"""Modules as shapes: SVG, PDF and EPS, one filled path in each, the same bytes each time.

A path has a rectangle for each run of dark modules. They are filled and not stroked, so that a
printer widens no line, and together, so that no seam shows between two rows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from ..errors import EncodeError, quote
from ..model import aware_moment

__all__ = ["eps", "pdf", "svg"]

_DARK = re.compile(rb"\x01+")
_PRODUCER = "khqr"
_NOT_IN_A_TITLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no character for."""


def svg(
    rows: Sequence[bytes], *, zone: int, scale: float, unit: str, title: str, inline: bool
) -> str:
    """Return an SVG whose user unit is a module.

    Args:
        rows: the modules, dark as 1.
        zone: light modules on each side.
        scale: size of a module.
        unit: ``mm``, or an empty text for units of the page.
        title: what a screen reader says.
        inline: leave the XML declaration away, to stand in a page.
    """
    wrong = _NOT_IN_A_TITLE.search(title)
    if wrong:
        raise EncodeError(f"the title has {quote(wrong[0])}, which XML cannot hold; remove it")
    side = len(rows) + 2 * zone
    size = _plain(side * scale) + unit
    dark = "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in _runs(rows, zone))
    first = "" if inline else '<?xml version="1.0" encoding="utf-8"?>\n'
    return (
        f'{first}<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{size}" '
        f'height="{size}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f"<title>{escape(title, quote=False)}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{dark}"/></svg>\n'
    )


def pdf(
    rows: Sequence[bytes], *, zone: int, scale: float, title: str, created: datetime | None
) -> bytes:
    """Return a PDF of one page, as large as the symbol.

    Args:
        rows: the modules, dark as 1.
        zone: light modules on each side.
        scale: points a module.
        title: the title of the document.
        created: the time to write down, or None for none.
    """
    side = len(rows) + 2 * zone
    size = _plain(side * scale)
    # The page of a PDF has no paper: the ground is drawn, or a symbol on a coloured page is lost.
    shapes = [f"q {_plain(scale)} 0 0 {_plain(scale)} 0 0 cm 1 g 0 0 {side} {side} re f 0 g"]
    shapes += [f"{x} {side - 1 - y} {width} 1 re" for x, y, width in _runs(rows, zone)]
    drawing = zlib.compress("\n".join([*shapes, "f Q"]).encode(), 9)
    moment = aware_moment("created", created)
    date = "" if moment is None else f"/CreationDate(D:{moment:%Y%m%d%H%M%S}Z)"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size} {size}]/Resources<<>>"
        "/Contents 4 0 R>>".encode(),
        b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(drawing), drawing),
        f"<</Producer({_PRODUCER})/Title<{_hexadecimal(title)}>{date}>>".encode(),
    ]
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    table = b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    count = len(objects) + 1
    trailer = f"trailer\n<</Size {count}/Root 1 0 R/Info 5 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + b"xref\n0 %d\n" % count + table + trailer.encode()


def eps(
    rows: Sequence[bytes], *, zone: int, scale: float, title: str, created: datetime | None
) -> str:
    """Return an EPS document; arguments are those of `pdf`."""
    side = len(rows) + 2 * zone
    size = side * scale
    moment = aware_moment("created", created)
    date = "" if moment is None else f"%%CreationDate: {moment:%Y-%m-%dT%H:%M:%SZ}\n"
    named = title.encode("ascii", "replace").decode()
    named = "".join(c if c.isprintable() else "?" for c in named)[:200]
    shapes = "\n".join(f"{x} {side - 1 - y} {w} m" for x, y, w in _runs(rows, zone))
    return (
        "%!PS-Adobe-3.0 EPSF-3.0\n"
        f"%%Creator: {_PRODUCER}\n%%Title: {named}\n{date}"
        f"%%BoundingBox: 0 0 {-int(-size // 1)} {-int(-size // 1)}\n"
        f"%%HiResBoundingBox: 0 0 {_plain(size)} {_plain(size)}\n"
        "%%DocumentData: Clean7Bit\n%%LanguageLevel: 2\n%%EndComments\n"
        "/m { 3 1 roll moveto dup 0 rlineto 0 1 rlineto neg 0 rlineto closepath } bind def\n"
        f"gsave {_plain(scale)} {_plain(scale)} scale\n"
        f"1 setgray 0 0 {side} {side} rectfill 0 setgray newpath\n"
        f"{shapes}\nfill grestore\nshowpage\n%%EOF\n"
    )


def _runs(rows: Sequence[bytes], zone: int) -> Iterator[tuple[int, int, int]]:
    """Yield the left end, the row from the top, and the width of each run of dark modules."""
    for y, row in enumerate(rows, zone):
        for run in _DARK.finditer(row):
            yield run.start() + zone, y, run.end() - run.start()


def _plain(size: float) -> str:
    """Return a number as these formats have it: never with an exponent.

    >>> _plain(22.5), _plain(49), _plain(1e-5)
    ('22.5', '49', '0.00001')
    """
    return f"{size:.6f}".rstrip("0").rstrip(".")


def _hexadecimal(text: str) -> str:
    return (b"\xfe\xff" + text.encode("utf-16-be", "replace")).hex()
