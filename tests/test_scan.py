"""Symbols are read back exactly; what is no code, or no picture, says so."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

import khqr
from khqr.image import Scan, scan, scan_all, symbol
from khqr.testing import payloads
from material import FULL, P0, STATIC, replaced

ENGINES: list[Literal["zxing", "pyzbar"]] = ["zxing", "pyzbar"]
NAMES = ["ហាងសាកល្បង", "Café Crème", "ร้านค้า", "Cửa hàng", "文山商店", "デモ喫茶", "카페", "Ünïcödé"]


def opened(png: bytes) -> Image.Image:
    """Return a PNG as a grey picture in memory."""
    return Image.open(io.BytesIO(png)).convert("L")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_every_script_comes_back_exactly(name: str, engine: Literal["zxing", "pyzbar"]) -> None:
    payload = replaced("5909Demo User", f"59{len(name):02d}{name}", STATIC)
    found = scan(symbol.png(payload), engine=engine)
    assert found.text == payload
    assert found.engine == engine
    assert khqr.decode(found.text).merchant_name == name


@settings(max_examples=60)
@given(payloads(), st.sampled_from(["L", "M", "Q", "H"]))
def test_what_is_encoded_drawn_and_scanned_is_what_was_encoded(
    payload: str, error: Literal["L", "M", "Q", "H"]
) -> None:
    png = symbol.png(payload, scale=4, error=error)
    for engine in ENGINES:
        assert scan(png, engine=engine).text == payload


def test_every_kind_of_source(tmp_path: Path) -> None:
    png = symbol.png(STATIC)
    path = tmp_path / "code.png"
    path.write_bytes(png)
    picture = Image.open(io.BytesIO(png))
    for source in (
        png,
        path,
        str(path),
        io.BytesIO(png),
        picture,
        picture.convert("RGB"),
        picture.convert("RGBA"),
        np.asarray(picture.convert("L")),
        np.asarray(picture.convert("RGB")),
    ):
        assert scan(source).text == STATIC


def test_what_is_transparent_is_white() -> None:
    grey = opened(symbol.png(STATIC))
    clear = Image.merge("LA", (Image.new("L", grey.size, 0), ImageOps.invert(grey)))
    assert scan(clear).text == STATIC


def test_a_turned_photo_is_turned_back() -> None:
    picture = opened(symbol.png(STATIC)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    upright = scan(out.getvalue()).corners
    assert upright[0] < upright[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_corners_go_clockwise_from_the_top_left(engine: Literal["zxing", "pyzbar"]) -> None:
    size = 41 * 8 + 64
    top_left, top_right, bottom_right, bottom_left = scan(symbol.png(STATIC), engine=engine).corners
    near, far = 32, size - 32
    for point, expected in zip(
        (top_left, top_right, bottom_right, bottom_left),
        ((near, near), (far, near), (far, far), (near, far)),
        strict=True,
    ):
        assert abs(point[0] - expected[0]) <= 8
        assert abs(point[1] - expected[1]) <= 8


def beside(*payloads: str) -> Image.Image:
    """Return one picture with a symbol for each payload, side by side."""
    pictures = [
        opened(_png(symbol.make(payload, check_crc=False).qr, scale=4)) for payload in payloads
    ]
    sheet = Image.new("L", (sum(p.width for p in pictures) + 40, 400), 255)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + 10
    return sheet


def _png(code: segno.QRCode, scale: int) -> bytes:
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale)
    return out.getvalue()


@pytest.mark.parametrize("engine", ENGINES)
def test_several_symbols(engine: Literal["zxing", "pyzbar"]) -> None:
    sheet = beside(STATIC, P0, FULL)
    found = scan_all(sheet, engine=engine)
    assert [item.text for item in found] == [STATIC, P0, FULL]
    assert [item.is_khqr for item in found] == [True, False, True]
    with pytest.raises(khqr.ScanError, match="2 KHQR were found") as several:
        scan(sheet, engine=engine)
    assert several.value.reason == "several"
    assert scan(beside(P0, STATIC), engine=engine).text == STATIC


def test_reasons(tmp_path: Path) -> None:
    blank = Image.new("L", (200, 200), 255)
    cases: list[tuple[Any, str]] = [
        (blank, "no-symbol"),
        (beside(P0), "not-khqr"),
        (beside(STATIC[:-4] + "0000"), "not-khqr"),
        (beside("https://example.com"), "not-khqr"),
        (b"no picture", "unreadable-image"),
        (b"", "unreadable-image"),
        (tmp_path / "absent.png", "unreadable-image"),
        (tmp_path, "unreadable-image"),
        (symbol.png(STATIC)[:200], "unreadable-image"),
        (np.zeros((3, 3, 3, 3), np.uint8), "unreadable-image"),
    ]
    for source, reason in cases:
        with pytest.raises(khqr.ScanError) as refusal:
            scan(source)
        assert refusal.value.reason == reason
        assert str(refusal.value)
    with pytest.raises(khqr.ScanError, match="200 x 200 pixels, at most 100") as large:
        scan(blank, max_pixels=100)
    assert large.value.reason == "too-large"
    with pytest.raises(khqr.ScanError, match="CRC is 0000, expected 119A"):
        scan(beside(STATIC[:-4] + "0000"))


@pytest.mark.parametrize("side", [9_900, 20_000])
def test_a_bomb_is_refused(side: int) -> None:
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    with pytest.raises(khqr.ScanError) as refusal:
        scan(out.getvalue())
    assert refusal.value.reason == "too-large"


def test_wrong_types_and_engines() -> None:
    wrong: list[Any] = [None, 5, [], {"image": 1}]
    for bad in wrong:
        with pytest.raises(TypeError, match="an image is a path, bytes"):
            scan(bad)
    with pytest.raises(khqr.KhqrError, match="expected auto, zxing or pyzbar"):
        scan(symbol.png(STATIC), engine="opencv")  # type: ignore[arg-type] # the refusal is the test


def test_bytes_that_are_no_utf8_come_back_as_bytes() -> None:
    latin = segno.make("Caf\xe9 5", encoding="iso-8859-1", mode="byte", micro=False)
    for engine in ENGINES:
        (found,) = scan_all(_png(latin, 8), engine=engine)
        assert (found.text, found.raw, found.data) == ("", b"Caf\xe9 5", b"Caf\xe9 5")
        assert not found.is_khqr
        with pytest.raises(khqr.ScanError, match="its bytes are not UTF-8") as refusal:
            scan(_png(latin, 8), engine=engine)
        assert refusal.value.reason == "not-khqr"


def test_the_second_engine_helps_out(monkeypatch: pytest.MonkeyPatch) -> None:
    png = symbol.png(STATIC)
    assert scan(png).engine == "zxing"
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    assert scan(png).engine == "pyzbar"
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[scan\]"):
        scan(png, engine="zxing")
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[scan\]"):
        scan(png)
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[zbar\]"):
        scan(png, engine="pyzbar")
    monkeypatch.delitem(sys.modules, "zxingcpp")
    assert scan_all(Image.new("L", (200, 200), 255)) == []


def test_a_missing_libzbar_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    from khqr.image import engines

    problem = ImportError("Unable to find zbar shared library")
    missing = engines._missing_zbar(problem)
    assert "apt-get install libzbar0" in str(missing)
    assert "brew install zbar" in str(missing)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(khqr.MissingDependency, match="Pillow is needed"):
        scan(b"")


def test_scan_is_a_plain_value() -> None:
    found = scan(symbol.png(STATIC))
    assert isinstance(found, Scan)
    assert found == Scan(found.text, found.corners, "zxing")
