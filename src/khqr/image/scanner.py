"""From an image to the payloads in it: `scan` for exactly one KHQR, `scan_all` for every symbol."""

from __future__ import annotations

import io
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..codec import decode
from ..errors import DecodeError, KhqrError, MissingDependency, ScanError, quote
from .engines import Corners, Symbol, read_pyzbar, read_zxing

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Engine", "Scan", "scan", "scan_all"]

Engine = Literal["auto", "zxing", "pyzbar"]
MAX_PIXELS = 64_000_000
"""The largest image that is read: about 8000 by 8000."""

_READERS = {"zxing": read_zxing, "pyzbar": read_pyzbar}


class Scan(NamedTuple):
    """One symbol of an image.

    Attributes:
        text: what the symbol says, UTF-8 decoded exactly.
        corners: its points in pixels, clockwise from the top left.
        engine: the reader that found it.
    """

    text: str
    corners: Corners
    engine: str

    @property
    def is_khqr(self) -> bool:
        """Whether `khqr.decode` reads the text."""
        try:
            decode(self.text)
        except DecodeError:
            return False
        return True


def scan_all(image: Any, *, engine: Engine = "auto", max_pixels: int = MAX_PIXELS) -> list[Scan]:
    """Return every QR symbol of an image, from top to bottom and left to right.

    Args:
        image: a path, the bytes of a file, an open file, a Pillow image or a NumPy array.
        engine: ``zxing``, ``pyzbar``, or ``auto`` for zxing and then, if it finds nothing or is
            not installed, pyzbar.
        max_pixels: larger images are refused unread.

    Raises:
        ScanError: with the reason ``unreadable-image`` or ``too-large``. A symbol whose bytes are
            not UTF-8 is passed over, as no payment code is written so.
        MissingDependency: if no reader is installed.
    """
    grey = _grey(image, max_pixels)
    if engine != "auto":
        if engine not in _READERS:
            raise KhqrError(f"engine is {engine!r}, expected auto, zxing or pyzbar")
        return _read(grey, engine)
    problems = []
    for name in _READERS:
        try:
            found = _read(grey, name)
        except MissingDependency as problem:
            problems.append(problem)
        else:
            if found:
                return found
    if len(problems) == len(_READERS):
        raise problems[0]
    return []


def scan(image: Any, *, engine: Engine = "auto", max_pixels: int = MAX_PIXELS) -> Scan:
    """Return the only KHQR of an image; symbols of other kinds beside it do not count.

    Arguments are those of `scan_all`.

    Raises:
        ScanError: with the reason ``no-symbol``, ``not-khqr`` or ``several``, or one of
            `scan_all`.
        MissingDependency: if no reader is installed.
    """
    found = scan_all(image, engine=engine, max_pixels=max_pixels)
    if not found:
        raise ScanError("no-symbol", "no QR symbol was found; is the whole symbol in the picture?")
    codes = [item for item in found if item.is_khqr]
    if not codes:
        try:
            decode(found[0].text)
        except DecodeError as problem:
            raise ScanError("not-khqr", f"the symbol is no KHQR: {problem}") from problem
    if len(codes) > 1:
        raise ScanError("several", f"{len(codes)} KHQR were found; scan_all gives them all")
    return codes[0]


def _read(grey: Image.Image, engine: str) -> list[Scan]:
    found = [
        Scan(text, symbol.corners, engine)
        for symbol in _READERS[engine](grey)
        if (text := _text(symbol)) is not None
    ]
    return sorted(found, key=lambda item: min((y, x) for x, y in item.corners))


def _text(symbol: Symbol) -> str | None:
    try:
        return symbol.data.decode()
    except UnicodeDecodeError:
        return None


def _grey(image: Any, max_pixels: int) -> Image.Image:
    """Return the picture in grey and upright, or say why it is none."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise MissingDependency("Pillow", needed_for="reading images", extra="scan") from None
    try:
        picture = _opened(image)
        _refuse_giant(picture, max_pixels)
        return _flat(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise ScanError("too-large", f"the image is not opened: {problem}") from None
    except UnidentifiedImageError:
        raise ScanError("unreadable-image", "this is no picture of a known format") from None
    except FileNotFoundError as problem:
        shown = quote(str(problem.filename))
        raise ScanError("unreadable-image", f"there is no file {shown}") from None
    except ScanError:
        raise
    except (OSError, SyntaxError, ValueError) as problem:
        raise ScanError("unreadable-image", f"the image cannot be read: {problem}") from problem


def _opened(image: Any) -> Image.Image:
    from PIL import Image

    if isinstance(image, Image.Image):
        return image
    if hasattr(image, "__array_interface__"):
        return _of_array(image)
    if isinstance(image, bytes):
        return Image.open(io.BytesIO(image))
    if isinstance(image, (str, PathLike)) or hasattr(image, "read"):
        return Image.open(image)
    raise TypeError(f"an image is a path, bytes, file, picture or array, not {image!r:.40}")


def _refuse_giant(picture: Image.Image, max_pixels: int) -> None:
    width, height = picture.size
    if width * height > max_pixels:
        message = f"the image has {width} x {height} pixels, at most {max_pixels} are read"
        raise ScanError("too-large", message)


def _of_array(array: Any) -> Image.Image:
    from PIL import Image

    try:
        return Image.fromarray(array)
    except TypeError as problem:
        raise ValueError(f"an array of grey or RGB bytes is needed: {problem}") from problem


def _flat(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, what is transparent in it white."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        from PIL import Image

        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture.convert("RGBA"))
        picture = ground
    return picture.convert("L")
