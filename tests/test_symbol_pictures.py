"""Every picture shows its symbol: read back from the shapes and dots, and by the readers."""

from __future__ import annotations

import base64
import io
import re
import struct
import warnings
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

import khqr
from khqr.image import scan, symbol
from khqr.image.sizes import MAX_PIXELS
from material import FULL, STATIC

CODE = symbol.make(STATIC)
SIDE = CODE.size + 8
FRAMED = np.pad(np.array([list(row) for row in CODE.matrix], np.uint8), 4)
SVG = "{http://www.w3.org/2000/svg}"
NOON = datetime(2026, 11, 22, 19, 0, tzinfo=timezone(timedelta(hours=7)))

ALL: list[tuple[str, Callable[[symbol.Symbol], str | bytes]]] = [
    ("svg", symbol.Symbol.svg),
    ("png", symbol.Symbol.png),
    ("pdf", symbol.Symbol.pdf),
    ("eps", symbol.Symbol.eps),
    ("terminal", symbol.Symbol.terminal),
    ("data_uri", symbol.Symbol.data_uri),
]


def opened(png: bytes) -> Image.Image:
    """Return a PNG as a picture in memory."""
    picture = Image.open(io.BytesIO(png))
    picture.load()
    return picture


def painted(rectangles: list[tuple[int, int, int]], side: int = SIDE) -> np.ndarray[Any, Any]:
    """Return the modules that are one row high, from their left end, row and width."""
    cells = np.zeros((side, side), np.uint8)
    for x, y, width in rectangles:
        assert not cells[y, x : x + width].any(), "two rectangles overlap"
        cells[y, x : x + width] = 1
    return cells


def chunks(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG, their check sums checked."""
    found = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        body = png[at + 4 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(body),)
        found[body[:4]] = body[4:]
        at += 12 + length
    return found


# The same each time


@pytest.mark.parametrize(("name", "draw"), ALL)
def test_drawing_is_repeatable(name: str, draw: Callable[[symbol.Symbol], str | bytes]) -> None:
    one_line = getattr(symbol, name)
    error: Any = "L" if name == "terminal" else "M"
    code = symbol.make(FULL, error=error)
    first = draw(code)
    assert first == draw(code) == one_line(FULL) == one_line(FULL.encode(), engine="fast")
    assert first == draw(symbol.make(FULL, error=error, engine="fast"))


# SVG


def test_svg_is_a_document_of_its_own() -> None:
    text = CODE.svg(scale=2)
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<svg ')
    root = ET.fromstring(text)
    assert root.tag == SVG + "svg"
    assert (root.attrib["width"], root.attrib["height"]) == (str(SIDE * 2), str(SIDE * 2))
    assert root.attrib["viewBox"] == f"0 0 {SIDE} {SIDE}"
    assert root.attrib["role"] == "img"
    assert [child.tag for child in root] == [SVG + name for name in ("title", "path", "path")]
    assert root.findtext(SVG + "title") == "KHQR"
    assert "<script" not in text


def test_svg_shows_the_symbol() -> None:
    ground, dark = ET.fromstring(CODE.svg()).findall(SVG + "path")
    assert (ground.attrib["fill"], ground.attrib["d"]) == ("#fff", f"M0 0h{SIDE}v{SIDE}h-{SIDE}z")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", dark.attrib["d"])
    assert "".join(f"M{x} {y}h{w}v1h-{b}z" for x, y, w, b in runs) == dark.attrib["d"]
    assert all(w == b for _, _, w, b in runs)
    assert (painted([(int(x), int(y), int(w)) for x, y, w, _ in runs]) == FRAMED).all()


def test_svg_in_millimetres_and_in_a_page() -> None:
    assert 'width="29.878049mm"' in CODE.svg(size_mm=25)
    assert 'width="24.5mm"' in CODE.svg(module_mm=0.5)
    inline = CODE.svg(inline=True, title='<Demo & "Shop">')
    assert inline.startswith("<svg ")
    assert '<title>&lt;Demo &amp; "Shop"&gt;</title>' in inline
    assert ET.fromstring(inline).findtext(SVG + "title") == '<Demo & "Shop">'
    assert ET.fromstring(CODE.svg(title="ហាង")).findtext(SVG + "title") == "ហាង"
    for wrong in ("a\0b", "\x1b", "\ud800", "\uffff"):
        with pytest.raises(khqr.EncodeError, match="which XML cannot hold"):
            CODE.svg(title=wrong)


# PNG


@pytest.mark.parametrize("scale", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("zone", [0, 1, 4, 5])
def test_png_shows_the_symbol(scale: int, zone: int) -> None:
    png = CODE.png(scale=scale, quiet_zone=zone, allow_narrow=zone < 4)
    picture = opened(png)
    assert picture.mode == "1"
    wanted = np.pad(np.array([list(row) for row in CODE.matrix]), zone)
    wanted = np.kron(wanted, np.ones((scale, scale)))
    assert (np.asarray(picture) == (wanted == 0)).all()
    assert list(chunks(png)) == [b"IHDR", b"IDAT", b"IEND"]
    assert chunks(png)[b"IHDR"][8:] == bytes([1, 0, 0, 0, 0])


def test_png_for_a_printer() -> None:
    assert opened(CODE.png()).info.get("dpi") is None
    assert opened(CODE.png(dpi=203)).info["dpi"] == pytest.approx((203, 203), abs=0.02)
    assert opened(CODE.png(module_mm=0.5)).size == (SIDE * 6, SIDE * 6)
    assert opened(CODE.png(module_mm=0.5)).info["dpi"] == pytest.approx((300, 300), abs=0.02)
    assert opened(CODE.png(size_mm=41, dpi=600)).size == (SIDE * 24, SIDE * 24)
    with pytest.warns(symbol.PrintWarning):
        assert opened(CODE.png(module_mm=0.001, dpi=72)).size == (SIDE, SIDE)


# PDF and EPS


def test_pdf_shows_the_symbol() -> None:
    pdf = CODE.pdf(size_mm=41)
    side = SIDE * 72 / 25.4
    (box,) = re.findall(rb"/MediaBox\[0 0 (\S+) (\S+)\]", pdf)
    assert [float(edge) for edge in box] == pytest.approx([side, side])
    (drawing,) = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    text = zlib.decompress(drawing).decode()
    head, *rows, last = text.split("\n")
    scale = float(head.split()[1])
    assert scale == pytest.approx(72 / 25.4)
    assert head.endswith(f"0 0 cm 1 g 0 0 {SIDE} {SIDE} re f 0 g")
    assert last == "f Q"
    runs = [tuple(map(int, row.removesuffix(" 1 re").split())) for row in rows]
    assert (painted([(x, SIDE - 1 - y, w) for x, y, w in runs]) == FRAMED).all()


def test_pdf_is_built_as_its_table_says() -> None:
    pdf = CODE.pdf(created=NOON, title="ហាង (Demo)")
    (start,) = re.findall(rb"startxref\n(\d+)\n%%EOF\n$", pdf)
    assert pdf[int(start) :].startswith(b"xref\n0 6\n0000000000 65535 f \n")
    offsets = re.findall(rb"(\d{10}) 00000 n \n", pdf)
    assert len(offsets) == 5
    for number, offset in enumerate(offsets, 1):
        assert pdf[int(offset) :].startswith(b"%d 0 obj\n" % number)
    (length,) = re.findall(rb"/Length (\d+)>>stream\n", pdf)
    start_of_data = pdf.index(b">>stream\n") + 9
    assert pdf[start_of_data + int(length) :].startswith(b"\nendstream")
    (title,) = re.findall(rb"/Title<([0-9a-f]+)>", pdf)
    assert bytes.fromhex(title.decode()).decode("utf-16") == "ហាង (Demo)"


def test_eps_shows_the_symbol() -> None:
    eps = CODE.eps(size_mm=41)
    assert re.findall(r"%%BoundingBox: (.*)", eps) == ["0 0 139 139"]
    assert re.findall(r"%%HiResBoundingBox: (.*)", eps) == ["0 0 138.897638 138.897638"]
    assert "gsave 2.834646 2.834646 scale\n" in eps
    runs = [tuple(map(int, found)) for found in re.findall(r"^(\d+) (\d+) (\d+) m$", eps, re.M)]
    assert (painted([(x, SIDE - 1 - y, w) for x, y, w in runs]) == FRAMED).all()
    assert max(map(len, eps.splitlines())) < 255
    assert CODE.eps(title="Demo\n%%Evil ហាង").splitlines()[2] == "%%Title: Demo?%%Evil ???"


def test_time_is_written_only_if_it_is_given() -> None:
    assert b"Date" not in CODE.pdf()
    assert "Date" not in CODE.eps()
    assert b"/CreationDate(D:20261122120000Z)" in CODE.pdf(created=NOON)
    assert "%%CreationDate: 2026-11-22T12:00:00Z\n" in CODE.eps(created=NOON)
    assert CODE.pdf(created=NOON) == CODE.pdf(created=NOON.astimezone(UTC))
    for draw in (CODE.pdf, CODE.eps):
        with pytest.raises(khqr.EncodeError, match="created"):
            draw(created=datetime(2026, 11, 22))  # noqa: DTZ001 - the refusal is the test


# Terminal


def grey(text: str, *, ink: int) -> np.ndarray[Any, Any]:
    """Return half blocks as pixels, the text in ``ink`` and the ground in its opposite."""
    rows = []
    for line in text.splitlines():
        rows.append([ink if c in "█▀" else 255 - ink for c in line])
        rows.append([ink if c in "█▄" else 255 - ink for c in line])
    return np.kron(np.array(rows, np.uint8), np.ones((6, 6), np.uint8))


def test_the_terminal_shows_the_symbol_on_either_ground() -> None:
    light_on_dark = grey(CODE.terminal(), ink=255)
    dark_on_light = grey(CODE.terminal(invert=True), ink=0)
    assert (light_on_dark[: SIDE * 6] == dark_on_light[: SIDE * 6]).all()
    assert scan(light_on_dark).text == scan(dark_on_light).text == STATIC
    assert {len(line) for line in CODE.terminal().splitlines()} == {SIDE}
    assert len(CODE.terminal(quiet_zone=5).splitlines()) == 26


def test_the_terminal_can_name_its_colours() -> None:
    for invert, start in ((False, "\x1b[38;2;255;255;255;48;2;0;0;0m"), (True, "\x1b[38;2;0;0;0;")):
        lines = CODE.terminal(ansi=True, invert=invert).splitlines()
        assert all(line.startswith(start) and line.endswith("\x1b[0m") for line in lines)
        bare = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines) + "\n")
        assert bare == CODE.terminal(invert=invert)


# Files, pages and notebooks


def test_save_by_suffix(tmp_path: Path) -> None:
    for name, wanted in (
        ("a.svg", CODE.svg(scale=2).encode()),
        ("b.PNG", CODE.png(scale=2)),
        ("c.pdf", CODE.pdf(scale=2)),
        ("d.eps", CODE.eps(scale=2).encode()),
    ):
        CODE.save(tmp_path / name, scale=2)
        assert (tmp_path / name).read_bytes() == wanted
        CODE.save(str(tmp_path / name), scale=3)
        assert (tmp_path / name).read_bytes() != wanted
    for name in ("e.gif", "f", ".svg"):
        with pytest.raises(khqr.KhqrError, match=r"ends with none of \.svg, \.png, \.pdf, \.eps"):
            CODE.save(tmp_path / name)
        assert not (tmp_path / name).exists()


def test_data_addresses() -> None:
    for kind, media, wanted in (
        ("svg", "image/svg+xml", CODE.svg(inline=True, scale=3).encode()),
        ("png", "image/png", CODE.png(scale=3)),
    ):
        chosen: Any = kind
        address = CODE.data_uri(chosen, scale=3)
        assert address.partition(",")[0] == f"data:{media};base64"
        assert base64.b64decode(address.partition(",")[2], validate=True) == wanted
    with pytest.raises(khqr.KhqrError, match="kind is 'gif'"):
        CODE.data_uri("gif")  # type: ignore[arg-type] # the refusal is the test


def test_a_notebook_shows_the_symbol() -> None:
    assert CODE._repr_svg_() == CODE.svg(inline=True)
    assert scan(CODE._repr_png_()).text == STATIC


# Sizes


@pytest.mark.parametrize("name", ["svg", "png", "pdf", "eps"])
@pytest.mark.parametrize(
    ("sizing", "said"),
    [
        ({"scale": 2, "size_mm": 30}, "scale and size_mm are given, expected one of them"),
        ({"module_mm": 1, "size_mm": 30}, "module_mm and size_mm are given"),
        ({"scale": 0}, "scale is 0, expected 0.001 to 10000"),
        ({"scale": -1}, "scale is -1"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"size_mm": float("inf")}, "size_mm is inf"),
        ({"module_mm": 10**400}, "module_mm is 1"),
        ({"quiet_zone": 3}, "quiet_zone is 3, expected at least 4 modules; where white space"),
        ({"quiet_zone": -1, "allow_narrow": True}, "quiet_zone is -1, expected 0 to 100"),
        ({"quiet_zone": 101}, "quiet_zone is 101, expected 0 to 100"),
    ],
)
def test_sizes_that_make_no_picture(name: str, sizing: dict[str, Any], said: str) -> None:
    with pytest.raises(khqr.EncodeError, match=re.escape(said)):
        getattr(CODE, name)(**sizing)
    with pytest.raises(khqr.EncodeError, match=re.escape(said)):
        getattr(symbol, name)(STATIC, **sizing)


@pytest.mark.parametrize("name", ["svg", "png", "pdf", "eps"])
@pytest.mark.parametrize(
    "sizing", [{"scale": "4"}, {"size_mm": True}, {"quiet_zone": 4.0}, {"quiet_zone": True}]
)
def test_sizes_of_a_wrong_type(name: str, sizing: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="number"):
        getattr(CODE, name)(**sizing)


def test_dots_are_for_dots() -> None:
    for draw in (CODE.svg, CODE.pdf, CODE.eps):
        with pytest.raises(khqr.EncodeError, match="dpi is for a PNG"):
            draw(dpi=300)
    for wrong, said in (
        ({"dpi": 0}, "dpi is 0"),
        ({"dpi": 9601}, "dpi is 9601, expected 0.001 to 9600"),
        ({"dpi": 72.5}, "dpi is 72.5, expected a whole number"),
        ({"scale": 2.5}, "scale is 2.5, expected a whole number"),
        ({"scale": 0.5}, "scale is 0.5, expected a whole number"),
    ):
        sizing: Any = wrong
        with pytest.raises(khqr.EncodeError, match=said):
            CODE.png(**sizing)


def test_a_picture_larger_than_any_scanner_reads() -> None:
    largest = int(MAX_PIXELS**0.5) // SIDE
    assert opened(CODE.png(scale=largest)).width == SIDE * largest
    with pytest.raises(khqr.EncodeError, match="at most 64000000 are drawn; take a smaller scale"):
        CODE.png(scale=largest + 1)
    with pytest.raises(khqr.EncodeError, match="at most 64000000 are drawn"):
        CODE.png(size_mm=1000, dpi=9600)


@pytest.mark.parametrize("unknown", ["dark", "color", "border"])
def test_nothing_is_ignored(unknown: str) -> None:
    hint = "" if unknown == "border" else "; a KHQR is black on white"
    for name in ("svg", "png", "pdf", "eps", "data_uri"):
        for draw in (
            getattr(CODE, name),
            lambda name=name, **x: getattr(symbol, name)(STATIC, **x),
        ):
            with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'{hint}$"):
                draw(**{unknown: "red"})
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        symbol.terminal(STATIC, **{unknown: "red"})  # type: ignore[arg-type] # the refusal is the test


def test_small_print_is_warned_of() -> None:
    for draw in (CODE.svg, CODE.pdf, CODE.eps):
        with pytest.warns(symbol.PrintWarning, match=r"the symbol is 19\.0 mm wide, under 20 mm"):
            draw(size_mm=19)
        with pytest.warns(symbol.PrintWarning, match=r"draw it at size_mm=20\.0 or more"):
            draw(module_mm=0.45)
    large = symbol.make(FULL, error="H")
    with pytest.warns(symbol.PrintWarning, match=r"its modules are 0\.30 mm, under 0\.4 mm"):
        large.svg(size_mm=0.3 * large.size)
    with pytest.warns(symbol.PrintWarning, match="under 20 mm, and its modules"):
        CODE.pdf(scale=1)
    with pytest.warns(symbol.PrintWarning, match=f"size_mm={0.4 * large.size:.1f} or more"):
        large.png(scale=4, dpi=300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for code in (CODE, large):
            least = max(20.0, 0.4 * code.size)
            code.svg(size_mm=least)
            code.pdf(size_mm=least)
            code.svg(scale=0.01)
            code.png(scale=1)


def test_a_warning_points_at_who_asked() -> None:
    for draw in (CODE.svg, CODE.png, CODE.pdf, CODE.eps):
        with pytest.warns(symbol.PrintWarning) as caught:
            draw(size_mm=5)
        assert [Path(item.filename).name for item in caught] == [Path(__file__).name]


def test_the_levels_are_the_four() -> None:
    assert get_args(symbol.ErrorCorrection) == ("L", "M", "Q", "H")
