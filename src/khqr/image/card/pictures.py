"""The caller's own artwork: opened, turned upright, kept small, as RGBA."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import MissingDependency
from ..sources import opened
from .notices import CardError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["picture_of"]

MAX_PIXELS = 64_000_000
_LARGEST_SIDE = 1024
"""More pixels than that are never seen in a header or a badge."""


def picture_of(source: Any, name: str) -> Image.Image:
    """Return a picture from a path, the bytes of a file, or a Pillow image.

    Raises:
        CardError: for a file that is missing or is no picture, or one above 64,000,000 pixels.
        TypeError: for anything else.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise MissingDependency("Pillow", needed_for="cards", extra="card") from None
    if not isinstance(source, (str, PathLike, bytes, Image.Image)):
        raise TypeError(f"{name} is a path, bytes or a Pillow image, not {type(source).__name__}")
    try:
        given = source if isinstance(source, Image.Image) else opened(_held(source))
        pixels = given.width * given.height
        picture = (
            ImageOps.exif_transpose(given).convert("RGBA") if 0 < pixels <= MAX_PIXELS else None
        )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise CardError(f"{name} is not opened: {problem}") from None
    except Exception as problem:  # whatever a broken file leads decoders to
        raise CardError(f"{name} is no picture that can be read: {problem}") from problem
    if picture is None:
        raise CardError(f"{name} has {pixels} pixels, expected 1 to {MAX_PIXELS}")
    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    return picture


def _held(source: str | PathLike[str] | bytes) -> io.BytesIO:
    return io.BytesIO(source if isinstance(source, bytes) else Path(source).read_bytes())
