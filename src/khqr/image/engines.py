"""The two readers of QR symbols behind one call: grey pixels in, bytes and corners out."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import MissingDependency

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Corners", "Symbol", "read_pyzbar", "read_zxing"]

Corners = tuple[tuple[int, int], ...]
"""Points of a symbol in pixels of the image, clockwise from its top left."""

_ZBAR_ENABLE = 0
_ZBAR_BINARY = 4
_ZBAR_QR = 64
_ZBAR_ALL = 0


class Symbol(NamedTuple):
    """The bytes of one symbol, and where it stands."""

    data: bytes
    corners: Corners


def read_zxing(image: Image.Image) -> list[Symbol]:
    """Read every QR symbol of a grey image with zxing-cpp.

    Raises:
        MissingDependency: if zxing-cpp is not installed.
    """
    try:
        import zxingcpp
    except ImportError:
        raise MissingDependency("zxing-cpp", needed_for="scanning", extra="scan") from None
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    return [Symbol(code.bytes, _corners(code.position)) for code in found]


def _corners(position: Any) -> Corners:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((point.x, point.y) for point in corners)


def read_pyzbar(image: Image.Image) -> list[Symbol]:
    """Read every QR symbol of a grey image with zbar in binary mode.

    In its plain mode zbar guesses at the script of a text and gets a third of them wrong without
    a word; in binary mode it gives the bytes as they are. pyzbar's own call cannot switch it, so
    its wrapper of the C library is used.

    Raises:
        MissingDependency: if pyzbar or the system library libzbar is not installed.
    """
    try:
        from pyzbar import wrapper
    except ImportError as problem:
        raise _missing_zbar(problem) from None
    scanner = wrapper.zbar_image_scanner_create()
    picture = wrapper.zbar_image_create()
    pixels = image.tobytes()
    try:
        for symbology, config, value in (
            (_ZBAR_ALL, _ZBAR_ENABLE, 0),
            (_ZBAR_QR, _ZBAR_ENABLE, 1),
            (_ZBAR_QR, _ZBAR_BINARY, 1),
        ):
            wrapper.zbar_image_scanner_set_config(scanner, symbology, config, value)
        wrapper.zbar_image_set_format(picture, int.from_bytes(b"Y800", "little"))
        wrapper.zbar_image_set_size(picture, *image.size)
        wrapper.zbar_image_set_data(
            picture, ctypes.cast(ctypes.c_char_p(pixels), ctypes.c_void_p), len(pixels), None
        )
        wrapper.zbar_scan_image(scanner, picture)
        return list(_zbar_symbols(wrapper, picture))
    finally:
        wrapper.zbar_image_destroy(picture)
        wrapper.zbar_image_scanner_destroy(scanner)


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


def _missing_zbar(problem: ImportError) -> MissingDependency:
    if "zbar shared library" in str(problem):
        return MissingDependency(
            "the system library libzbar",
            needed_for="scanning with pyzbar",
            extra="zbar",
            install="apt-get install libzbar0 (Debian), or brew install zbar (macOS)",
        )
    return MissingDependency("pyzbar", needed_for="scanning with pyzbar", extra="zbar")
