"""From whatever holds a picture to grey pixels: files, pictures, arrays and the pages of a PDF.

Everything is hostile until read: sizes are looked at before pixels are unpacked, only formats of
pictures are tried, and whatever a decoder stumbles over becomes a `ScanError`.
"""

from __future__ import annotations

import io
import math
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingDependency, ScanError, quote
from . import pdf
from .retries import MAX_SIDE

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_FILE", "grey_pictures", "opened"]

MAX_FILE = 1 << 28
"""The largest file that is read, in bytes."""

_FORMATS = (
    *("PNG", "JPEG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "MPO", "JPEG2000"),
    *("AVIF", "HEIF", "ICO", "DIB"),
)
"""Pictures that people send and cameras make. Others, such as EPS, would run a program."""


def grey_pictures(image: Any, page: int | None, max_pixels: int) -> list[Image.Image]:
    """Return the pictures of an image in grey and upright: one, or one for each page of a PDF.

    Args:
        image: a path, the bytes of a file, an open file, a Pillow image or a NumPy array.
        page: the page of a PDF, or the frame of a picture that has several, from 1.
        max_pixels: larger pictures are refused unread.

    Raises:
        ScanError: with the reason ``unreadable-image`` or ``too-large``.
        MissingDependency: without Pillow, or for a PDF without pypdfium2.
    """
    try:
        from PIL import Image
    except ImportError:
        raise MissingDependency("Pillow", needed_for="reading images", extra="scan") from None
    is_picture = isinstance(image, Image.Image)
    if page not in {None, 1} and (is_picture or hasattr(image, "__array_interface__")):
        raise _unreadable(f"page {page} was asked for of a picture in memory, which is one page")
    if not is_picture and hasattr(image, "__array_interface__"):
        return [_of_array(image, max_pixels)]
    if not is_picture:
        image = _file(image)
        if pdf.is_pdf(image):
            return pdf.grey_pages(image.read(), page, max_pixels)
    return [_of_picture(image, page, max_pixels)]


def _file(image: Any) -> Any:
    """Return an open file, which can be moved to and fro in, for whatever names or holds one."""
    if isinstance(image, (bytes, bytearray, memoryview)):
        return _held(bytes(image))
    if isinstance(image, (str, PathLike)):
        try:
            with Path(image).open("rb") as file:
                return _held(file.read(MAX_FILE + 1))
        except FileNotFoundError:
            raise _unreadable(f"there is no file {quote(str(image), 1000)}") from None
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise _unreadable(f"{quote(str(image), 1000)} cannot be opened: {reason}") from None
    if hasattr(image, "read"):
        try:
            data = image.read(MAX_FILE + 1)
        except (OSError, ValueError) as problem:
            raise _unreadable(f"the file cannot be read: {problem}") from None
        if isinstance(data, bytes):
            return _held(data)
        raise TypeError(f"the file gives {type(data).__name__}, expected bytes; open it with 'rb'")
    raise TypeError(f"an image is a path, bytes, file, picture or array, not {image!r:.40}")


def _held(data: bytes) -> io.BytesIO:
    if len(data) > MAX_FILE:
        raise ScanError("too-large", f"the file has more than {MAX_FILE} bytes")
    return io.BytesIO(data)


def _of_picture(image: Any, frame: int | None, max_pixels: int) -> Image.Image:
    """Return a file's or a Pillow image's frame in grey."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        picture = image if isinstance(image, Image.Image) else opened(image)
        _refuse_size(*picture.size, max_pixels)
        if frame is not None:
            _go_to(picture, frame)
        return _flat(ImageOps.exif_transpose(picture))
    except ScanError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise ScanError("too-large", f"the image is not opened: {problem}") from None
    except UnidentifiedImageError:
        raise _unreadable("this is no picture of a known format") from None
    except MemoryError:
        raise ScanError("too-large", "there is not enough memory to read the image") from None
    except Exception as problem:  # whatever a broken file leads decoders to
        raise _unreadable(f"the image cannot be read: {problem}") from problem


def opened(file: io.BytesIO) -> Image.Image:
    """Open a picture of one of the formats that people send, its pixels unread."""
    from PIL import Image, UnidentifiedImageError

    Image.preinit()
    known = [name for name in _FORMATS if name in Image.OPEN]
    try:
        return Image.open(file, formats=known)
    except UnidentifiedImageError:
        Image.init()  # the rarer formats, which take a moment to load
        rare = [name for name in _FORMATS if name in Image.OPEN and name not in known]
        file.seek(0)
        return Image.open(file, formats=rare)


def _go_to(picture: Image.Image, frame: int) -> None:
    count = getattr(picture, "n_frames", 1)
    if not 1 <= frame <= count:
        raise _unreadable(f"the image has {count} frames, page {frame} was asked for")
    if frame > 1:
        picture.seek(frame - 1)


def _refuse_size(width: int, height: int, max_pixels: int) -> None:
    if not width * height:
        raise _unreadable("the image has no pixels")
    if width * height > max_pixels:
        message = f"the image has {width} x {height} pixels, at most {max_pixels} are read"
        raise ScanError("too-large", message)
    if max(width, height) > MAX_SIDE:
        message = f"the image has {width} x {height} pixels, at most {MAX_SIDE} a side are read"
        raise ScanError("too-large", message)


def _flat(picture: Image.Image) -> Image.Image:
    """Return the picture in grey, what is transparent in it white."""
    from PIL import Image

    if picture.mode[0] in "IF":
        return _scaled(picture)
    if picture.mode == "LAB":
        return picture.getchannel("L")
    if picture.mode == "La":
        picture = picture.convert("LA")
    if picture.mode in {"RGBA", "LA", "PA", "RGBa"} or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture.convert("RGBA"))
        picture = ground
    return picture.convert("L")


def _scaled(picture: Image.Image) -> Image.Image:
    """Return a picture of large or broken numbers in grey: its least black, its greatest white."""
    wide = picture if picture.mode in {"I", "F"} else picture.convert("I")
    low, high = wide.getextrema()
    return wide.convert("F").point(_stretch(low, high)).convert("L")


def _stretch(low: Any, high: Any) -> Any:
    """Return the map from the range of some numbers to that of greys."""
    if not math.isfinite(low) or not math.isfinite(high):
        raise _unreadable("the image holds numbers that are not finite")
    scale = 255 / (high - low) if high > low else 0.0
    return lambda value: value * scale - low * scale


def _of_array(array: Any, max_pixels: int) -> Image.Image:
    """Return an array in grey: rows and columns, and one to four bands behind them or none."""
    from PIL import Image

    shape, kind = array.shape, array.dtype.kind
    if len(shape) not in {2, 3} or kind not in "biuf":
        raise _unreadable(
            f"the array has {len(shape)} dimensions of {array.dtype}, expected rows, columns and "
            "perhaps one to four bands of numbers"
        )
    _refuse_size(shape[1], shape[0], max_pixels)
    if len(shape) == 3 and shape[2] == 1:
        array = array[:, :, 0]
    elif len(shape) == 3 and shape[2] not in {2, 3, 4}:
        raise _unreadable(f"the array has {shape[2]} bands, expected one to four")
    if array.dtype != "uint8":
        wide = array.astype("float64")
        array = _stretch(float(wide.min()), float(wide.max()))(wide).round().astype("uint8")
    return _flat(Image.fromarray(array))


def _unreadable(message: str) -> ScanError:
    return ScanError("unreadable-image", message)
