"""The two readers of QR symbols behind one call: grey pixels in, bytes and corners out.

zxing-cpp says what the bytes of a symbol are. zbar does so in its binary mode, which pyzbar's own
call cannot switch on, so its wrapper of the C library is used. In its plain mode zbar guesses at
the script of a text and gets a third of them wrong without a word.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..codec import verify
from ..errors import DecodeError, MissingDependency

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["LOADERS", "Corners", "Reader", "Symbol", "load_pyzbar", "load_zxing"]

Corners = tuple[tuple[int, int], ...]
"""Points of a symbol in pixels of the image, clockwise from its top left."""


class Symbol(NamedTuple):
    """The bytes of one symbol, and where it stands.

    Attributes:
        data: the bytes, exactly.
        corners: its points in pixels.
        repaired: zbar guessed at the text, and a right CRC showed which bytes it came from.
    """

    data: bytes
    corners: Corners
    repaired: bool = False


Reader = Callable[["Image.Image"], list[Symbol]]
"""From a grey image to every QR symbol in it."""


def load_zxing() -> Reader:
    """Return the reader zxing-cpp.

    Raises:
        MissingDependency: if zxing-cpp is not installed.
    """
    try:
        import zxingcpp
    except ImportError:
        raise MissingDependency("zxing-cpp", needed_for="scanning", extra="scan") from None
    kinds = zxingcpp.BarcodeFormat
    # From version 3 on QRCode is a family, with Micro QR in it, and the square symbol has a name.
    formats = zxingcpp.BarcodeFormats(getattr(kinds, "QRCodeModel2", kinds.QRCode))

    def read(image: Image.Image) -> list[Symbol]:
        found = zxingcpp.read_barcodes(image, formats=formats)
        return [Symbol(code.bytes, _corners(code.position)) for code in found]

    return read


def _corners(position: Any) -> Corners:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((point.x, point.y) for point in corners)


def load_pyzbar() -> Reader:
    """Return the reader zbar, through pyzbar.

    Raises:
        MissingDependency: if pyzbar or the system library libzbar is not installed.
    """
    try:
        from pyzbar import wrapper
    except ImportError as problem:
        raise _missing_zbar(problem) from None

    def read(image: Image.Image) -> list[Symbol]:
        scanner = wrapper.zbar_image_scanner_create()
        picture = wrapper.zbar_image_create()
        pixels = image.tobytes()
        try:
            exact = _set_up(wrapper, scanner)
            wrapper.zbar_image_set_format(picture, int.from_bytes(b"Y800", "little"))
            wrapper.zbar_image_set_size(picture, *image.size)
            wrapper.zbar_image_set_data(
                picture, ctypes.cast(ctypes.c_char_p(pixels), ctypes.c_void_p), len(pixels), None
            )
            wrapper.zbar_scan_image(scanner, picture)
            found = list(_zbar_symbols(wrapper, picture))
        finally:
            wrapper.zbar_image_destroy(picture)
            wrapper.zbar_image_scanner_destroy(scanner)
        return found if exact else list(_repaired(found))

    return read


LOADERS: dict[str, Callable[[], Reader]] = {"zxing": load_zxing, "pyzbar": load_pyzbar}
"""The readers by name, in the order in which ``auto`` asks them."""

# Numbers of zbar.h
_ENABLE = 0
_BINARY = 4
_QR = 64
_ALL = 0


def _set_up(wrapper: Any, scanner: Any) -> bool:
    """Switch QR on alone, and binary mode; return whether zbar has that: it came with 0.23.1."""
    wrapper.zbar_image_scanner_set_config(scanner, _ALL, _ENABLE, 0)
    wrapper.zbar_image_scanner_set_config(scanner, _QR, _ENABLE, 1)
    refused: int = wrapper.zbar_image_scanner_set_config(scanner, _QR, _BINARY, 1)
    return not refused


def _zbar_symbols(wrapper: Any, picture: Any) -> Iterator[Symbol]:
    symbol = wrapper.zbar_image_first_symbol(picture)
    while symbol:
        length = wrapper.zbar_symbol_get_data_length(symbol)
        data = ctypes.string_at(wrapper.zbar_symbol_get_data(symbol), length)
        corners = tuple(
            (wrapper.zbar_symbol_get_loc_x(symbol, n), wrapper.zbar_symbol_get_loc_y(symbol, n))
            for n in range(wrapper.zbar_symbol_get_loc_size(symbol))
        )
        yield Symbol(data, corners[:1] + corners[:0:-1])  # zbar goes counter-clockwise
        symbol = wrapper.zbar_symbol_next(symbol)


_GUESSES = ("big5", "shift_jis", "cp932", "latin-1", "gb18030", "euc_kr")
"""The encodings that zbar takes UTF-8 for in its plain mode."""


def _repaired(found: list[Symbol]) -> Iterator[Symbol]:
    """Undo the guesses of plain mode: a text stands if it is ASCII, or if its CRC is right.

    Others are left out, as nobody can tell what the symbol says.
    """
    for symbol in found:
        if symbol.data.isascii() or _is_right(symbol.data):
            yield symbol
            continue
        text = symbol.data.decode(errors="replace")
        for encoding in _GUESSES:
            data = text.encode(encoding, errors="replace")
            if _is_right(data):
                yield symbol._replace(data=data, repaired=True)
                break


def _is_right(data: bytes) -> bool:
    try:
        return verify(data)
    except DecodeError:
        return False


def _missing_zbar(problem: ImportError) -> MissingDependency:
    if "zbar shared library" in str(problem):
        return MissingDependency(
            "the system library libzbar",
            needed_for="scanning with pyzbar",
            extra="zbar",
            install="apt-get install libzbar0 (Debian), or brew install zbar (macOS)",
        )
    return MissingDependency("pyzbar", needed_for="scanning with pyzbar", extra="zbar")
