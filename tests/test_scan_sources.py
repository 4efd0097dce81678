"""Whatever is given as an image is read, or refused with a reason; nothing else ever comes out."""

from __future__ import annotations

import io
import re
import struct
import sys
import zlib
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

import khqr
from khqr.image import engines, pdf, scan, scan_all, sources, symbol
from material import FULL, STATIC, replaced

PNG = symbol.png(STATIC, scale=4)
GREY = Image.open(io.BytesIO(PNG)).convert("L")
PIXELS = np.asarray(GREY)
KHMER = replaced("5909Demo User", "5911ហាងសាកល្បង", STATIC)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def reason(source: Any, **options: Any) -> str:
    """Return why an image is refused."""
    with pytest.raises(khqr.ScanError) as refusal:
        scan(source, **options)
    assert str(refusal.value)
    return refusal.value.reason


def in_mode(mode: str) -> Image.Image:
    """Return the code in a mode of Pillow."""
    if mode == "LAB":
        plain, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        turned = ImageCms.profileToProfile(GREY.convert("RGB"), plain, lab, outputMode="LAB")
        assert turned is not None
        return turned
    by = {"La": "LA", "PA": "LA", "RGBa": "RGBA", "HSV": "RGB", "YCbCr": "RGB", "CMYK": "RGB"}
    return (GREY.convert(by[mode]) if mode in by else GREY).convert(mode)


MODES = ["1", "L", "P", "RGB", "RGBA", "LA", "La", "PA", "RGBa", "CMYK", "YCbCr", "HSV", "LAB"]


@pytest.mark.parametrize("mode", [*MODES, "I", "F"])
def test_every_mode_of_a_picture(mode: str) -> None:
    picture = in_mode(mode)
    assert picture.mode == mode
    assert scan(picture).text == STATIC


FILES = {
    "16 bit PNG": saved(Image.fromarray(PIXELS.astype(np.uint16) * 257), "PNG"),
    "12 bits in 16": saved(Image.fromarray(PIXELS.astype(np.uint16) * 16), "PNG"),
    "CMYK JPEG": saved(in_mode("CMYK"), "JPEG"),
    "CMYK TIFF": saved(in_mode("CMYK"), "TIFF"),
    "float TIFF": saved(GREY.convert("F"), "TIFF"),
    "1 bit PNG": saved(GREY.convert("1"), "PNG"),
    "palette PNG": saved(GREY.convert("P"), "PNG"),
    "transparent GIF": saved(GREY.convert("P"), "GIF", transparency=255),
    "WebP": saved(GREY, "WEBP"),
    "JPEG 2000": saved(GREY, "JPEG2000"),
    "icon": saved(GREY.resize((200, 200)), "ICO", sizes=[(200, 200)]),
    "BMP": saved(GREY, "BMP"),
    "PGM": saved(GREY, "PPM"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file(name: str) -> None:
    assert scan(FILES[name]).text == STATIC


ARRAYS: dict[str, Any] = {
    "bool": PIXELS > 127,
    "uint16": PIXELS.astype("uint16") * 257,
    "uint16 of bytes": PIXELS.astype("uint16"),
    "big-endian": PIXELS.astype(">u2"),
    "int64": PIXELS.astype("int64") - 128,
    "float16": (PIXELS / 255).astype("float16"),
    "float32": PIXELS.astype("float32"),
    "float64": PIXELS / 255,
    "one band": PIXELS[:, :, None],
    "two bands": np.dstack([PIXELS, np.full_like(PIXELS, 255)]),
    "three bands": np.dstack([PIXELS] * 3),
    "three bands of floats": np.dstack([PIXELS / 255] * 3),
    "four bands": np.dstack([PIXELS] * 3 + [np.full_like(PIXELS, 255)]),
    "turned in memory": np.asfortranarray(PIXELS),
    "a part": np.pad(PIXELS, 9)[9:-9, 9:-9],
}


@pytest.mark.parametrize("name", ARRAYS)
def test_every_kind_of_array(name: str) -> None:
    assert scan(ARRAYS[name]).text == STATIC


def test_arrays_that_are_no_pictures() -> None:
    bad: list[Any] = [
        np.zeros(9, np.uint8),
        np.zeros((9, 9, 5), np.uint8),
        np.zeros((3, 90, 90), np.uint8),
        np.zeros((9, 9), complex),
        np.full((9, 9), "a"),
        np.zeros((0, 9), np.uint8),
        np.full((30, 30), np.nan),
        np.array([[0.0, np.inf]] * 30),
    ]
    for array in bad:
        assert reason(array) == "unreadable-image"
    assert reason(np.broadcast_to(np.uint8(0), (9000, 9000))) == "too-large"
    assert reason(np.zeros((30, 30))) == "no-symbol"


def test_open_files_and_buffers(tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    path.write_bytes(PNG)

    class Stream:
        """A file that cannot go back."""

        def __init__(self) -> None:
            self.inner = io.BytesIO(PNG)

        def read(self, size: int = -1) -> bytes:
            return self.inner.read(size)

    closed = io.BytesIO(PNG)
    closed.close()
    with path.open("rb") as file:
        for source in (file, Stream(), bytearray(PNG), memoryview(PNG), str(path)):
            assert scan(source).text == STATIC
    assert reason(closed) == "unreadable-image"
    with pytest.raises(TypeError, match="open it with 'rb'"):
        scan(io.StringIO("text"))


def header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size, and has hardly any pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


BAD = {
    "empty": (b"", "unreadable-image"),
    "text": (b"this is a text, whatever its name says\n", "unreadable-image"),
    "half a PNG": (PNG[: len(PNG) // 2], "unreadable-image"),
    "half a JPEG": (saved(GREY, "JPEG")[:3000], "unreadable-image"),
    "50,000 by 50,000": (header(50_000, 50_000), "too-large"),
    "9,000 by 9,000": (header(9_000, 9_000), "too-large"),
    "2^31 by 2^31": (header(2**31 - 1, 2**31 - 1), "too-large"),
    "no pixels": (header(0, 5), "unreadable-image"),
    "pixels that are not there": (header(5_000, 5_000), "unreadable-image"),
    "PostScript, which is a program": (saved(GREY, "EPS"), "unreadable-image"),
    "half a PDF": (b"%PDF-1.4\n1 0 obj", "unreadable-image"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_images(name: str, tmp_path: Path) -> None:
    data, why = BAD[name]
    path = tmp_path / "image.png"
    path.write_bytes(data)
    for source in (data, path, io.BytesIO(data)):
        assert reason(source) == why


def test_bad_paths(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.png", "a\0b", "\ud800", "/dev/null"):
        assert reason(path) == "unreadable-image"


def test_a_file_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILE", 100)
    assert reason(PNG) == "too-large"
    assert reason(io.BytesIO(PNG)) == "too-large"


def test_damaged_files_are_read_or_refused() -> None:
    random = Random(1)
    outcomes = set()
    originals = [PNG, saved(GREY, "JPEG"), saved(GREY, "GIF"), saved(GREY, "WEBP"), one_page()]
    for data in originals:
        for _ in range(60):
            damaged = bytearray(data)
            for _ in range(random.choice((1, 3, 20))):
                damaged[random.randrange(len(damaged))] = random.randrange(256)
            if random.random() < 0.3:
                del damaged[random.randrange(len(damaged)) :]
            try:
                found = scan_all(bytes(damaged), retries=False)
            except khqr.ScanError as problem:
                outcomes.add(problem.reason)
            else:
                assert {item.text for item in found} <= {STATIC}
                outcomes.add("read" if found else "not found")
    assert {"read", "unreadable-image"} <= outcomes


# Frames and pages


def one_page() -> bytes:
    """Return a PDF of one page."""
    return saved(GREY.convert("RGB"), "PDF", resolution=100)


def pages(*texts: str) -> bytes:
    """Return a PDF with a code on every page; no text, no code."""
    drawn = [
        Image.open(io.BytesIO(symbol.png(text, scale=4))).convert("RGB")
        if text
        else Image.new("RGB", (200, 200), "white")
        for text in texts
    ]
    return saved(drawn[0], "PDF", save_all=True, append_images=drawn[1:], resolution=100)


def test_frames() -> None:
    blank = Image.new("P", GREY.size, 0)
    for kind in ("GIF", "TIFF", "WEBP"):
        frames: dict[str, Any] = {"save_all": True, "append_images": [GREY.convert("RGB")]}
        data = saved(blank.convert("RGB"), kind, **frames)
        assert reason(data) == "no-symbol"
        assert reason(data, page=1) == "no-symbol"
        found = scan(data, page=2)
        assert (found.text, found.page) == (STATIC, 2)
        assert reason(data, page=3) == "unreadable-image"
        assert reason(data, page=0) == "unreadable-image"
    assert scan(GREY, page=1).text == STATIC
    for source in (GREY, PIXELS):
        assert reason(source, page=2) == "unreadable-image"


def test_pages_of_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "bill.pdf"
    path.write_bytes(pages(STATIC, "", FULL))
    found = scan_all(path)
    assert [(item.text, item.page) for item in found] == [(STATIC, 1), (FULL, 3)]
    assert reason(path) == "several"
    assert scan(path, page=3).text == FULL
    assert reason(path, page=2) == "no-symbol"
    for page in (0, 4):
        assert reason(path, page=page) == "unreadable-image"
    mailed = io.BytesIO(b"some bytes that a mail put in front\n" + path.read_bytes())
    assert scan(mailed, page=1).page == 1


def test_a_pdf_is_drawn_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    many = pages(*[""] * (pdf.MAX_PAGES + 1))
    assert reason(many) == "too-large"
    assert reason(many, page=pdf.MAX_PAGES + 1) == "no-symbol"
    drawn: list[int] = []
    grey_pages = pdf.grey_pages

    def watched(*args: Any) -> list[Image.Image]:
        found = grey_pages(*args)
        drawn.extend(page.width * page.height for page in found)
        return found

    monkeypatch.setattr(pdf, "grey_pages", watched)
    huge = one_page().replace(b"/MediaBox [ 0 0 ", b"/MediaBox [ -14000 -14000 ")
    assert huge != one_page()
    assert scan_all(huge, retries=False) == []
    assert scan(one_page(), max_pixels=100_000).text == STATIC
    assert 7_000_000 < drawn[0] < 8_100_000
    assert drawn[1] <= 101_000
    hair = re.sub(rb"/MediaBox \[[^]]*\]", b"/MediaBox [ 0 0 1 99999999 ]", one_page())
    assert reason(hair, retries=False) == "no-symbol"
    assert drawn[2] <= 65_536


def test_a_picture_whose_notes_tell_of_a_pdf_is_a_picture() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "made from %PDF-1.4")
    out = io.BytesIO()
    Image.open(io.BytesIO(symbol.png(STATIC))).save(out, "PNG", pnginfo=notes)
    assert scan(out.getvalue()).text == STATIC


@pytest.mark.parametrize("engine", ["auto", "zxing", "pyzbar"])
def test_a_side_longer_than_readers_take_is_too_large(engine: Any) -> None:
    with pytest.raises(khqr.ScanError) as caught:
        scan(Image.new("L", (65_536, 30)), engine=engine)
    assert caught.value.reason == "too-large"
    stripes = np.tile(np.array([[0, 255]], "uint8"), (21, 32_767))
    assert scan_all(stripes, engine=engine) == []


def test_missing_pypdfium2_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[pdf\]"):
        scan(one_page())


# An old zbar


def test_zbar_without_binary_mode_is_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zbar that refuses binary mode guesses at texts: what the CRC confirms is taken."""
    from pyzbar import wrapper

    real = wrapper.zbar_image_scanner_set_config

    def refusing(scanner: object, symbology: int, config: int, value: int) -> int:
        old = config == engines._BINARY
        answer: int = 1 if old else real(scanner, symbology, config, value)
        return answer

    monkeypatch.setattr(wrapper, "zbar_image_scanner_set_config", refusing)
    names = ["Café Crème", "ñandú Ünïcödé", "文山商店", "Cửa hàng", "ร้านค้า", "ហាងសាកល្បង", "Demo"]
    repaired = 0
    for name in names:
        payload = replaced("5909Demo User", f"59{len(name):02d}{name}", STATIC)
        out = io.BytesIO()
        import segno

        segno.make(payload, mode="byte", encoding="utf-8", eci=False, micro=False).save(
            out, kind="png", scale=4
        )
        for item in scan_all(out.getvalue(), engine="pyzbar"):
            assert item.text == payload
            repaired += item.repaired
    assert repaired
    link = symbol.make("https://example.com/?q=café", check_crc=False, eci=False)
    assert scan_all(link.png(scale=4), engine="pyzbar") == []
    assert scan(PNG, engine="pyzbar").text == STATIC
