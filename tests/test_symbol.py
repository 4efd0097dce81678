"""Symbols follow EMVCo, are the same each time, and are refused where nobody could pay them."""

from __future__ import annotations

import io
import sys
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from PIL import Image

import khqr
from khqr.image import scan, symbol
from material import FULL, STATIC, sealed


def opened(png: bytes) -> Image.Image:
    """Return a PNG as a grey picture in memory."""
    return Image.open(io.BytesIO(png)).convert("L")


def test_symbols_need_segno(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    for draw in (symbol.svg, symbol.png, symbol.terminal, symbol.make):
        with pytest.raises(khqr.MissingDependency, match=r'pip install "khqr\[image\]"'):
            draw(STATIC)


def test_symbol_follows_emvco() -> None:
    plain = symbol.make(STATIC)
    khmer = symbol.make(FULL)
    assert (plain.error, plain.mode, plain.is_micro) == ("M", "byte", False)
    assert symbol.make(STATIC, eci=False).matrix == plain.matrix
    assert symbol.make(STATIC, eci=True).matrix != plain.matrix
    assert symbol.make(FULL, eci=True).matrix == khmer.matrix
    assert symbol.make(FULL, eci=False).matrix != khmer.matrix
    assert [symbol.make(STATIC, error=level).version for level in ("L", "M", "Q", "H")] == [
        5,
        6,
        8,
        9,
    ]


def test_drawing_is_repeatable() -> None:
    for draw in (symbol.svg, symbol.png, symbol.terminal):
        assert draw(FULL) == draw(FULL) == draw(FULL.encode())


def test_svg_is_a_document_of_its_own() -> None:
    text = symbol.svg(STATIC, scale=2)
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["width"] == str((41 + 8) * 2)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "KHQR"


def test_png_has_a_quiet_zone_and_whole_modules() -> None:
    picture = opened(symbol.png(STATIC, scale=3))
    assert picture.size == ((41 + 8) * 3, (41 + 8) * 3)
    pixels = np.asarray(picture)
    assert (pixels[:12] == 255).all()
    assert (pixels[:, :12] == 255).all()
    assert pixels[12, 12] == 0


def test_the_terminal_shows_the_symbol() -> None:
    lines = symbol.terminal(STATIC).splitlines()
    assert len({len(line) for line in lines}) == 1
    rows = []
    for line in lines:
        rows.append([0 if c in "█▀" else 1 for c in line])
        rows.append([0 if c in "█▄" else 1 for c in line])
    pixels = 255 - 255 * np.kron(np.array(rows, np.uint8), np.ones((6, 6), np.uint8))
    assert scan(np.ascontiguousarray(pixels.astype(np.uint8))).text == STATIC


@pytest.mark.parametrize("draw", [symbol.svg, symbol.png, symbol.terminal, symbol.make])
def test_a_code_that_nobody_could_pay_is_not_drawn(draw: Any) -> None:
    for payload in (STATIC[:-4] + "0000", "hello", ""):
        with pytest.raises(khqr.EncodeError, match="no right CRC"):
            draw(payload)
    with pytest.raises(TypeError):
        draw(None)
    assert symbol.make("hello", check_crc=False).version == 1


def test_a_text_too_long_for_a_symbol() -> None:
    long = sealed("000201" + "".join(f"{n}99{'x' * 99}" for n in range(65, 80)) * 2)
    with pytest.raises(khqr.EncodeError, match="has 3104 bytes and fits no symbol of level M"):
        symbol.make(long)
    with pytest.raises(khqr.EncodeError, match="fits no symbol"):
        symbol.make("\ud800", check_crc=False)
