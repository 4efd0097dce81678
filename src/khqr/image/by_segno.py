"""Symbols by segno: the default engine, and the way to its other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MissingDependency
from .blocks import ErrorCorrection
from .segments import MODES, Segment

if TYPE_CHECKING:
    import segno

__all__ = ["symbol_of_segno"]


def symbol_of_segno(
    parts: list[Segment], version: int, error: ErrorCorrection, mask: int | None, *, eci: bool
) -> segno.QRCode:
    """Return segno's symbol of segments.

    Raises:
        MissingDependency: if segno is not installed.
    """
    try:
        import segno
    except ImportError:
        raise MissingDependency("segno", needed_for="QR symbols", extra="image") from None
    content, mode = _content(parts)
    return segno.make(
        content,  # type: ignore[arg-type] # segno takes a list of segments, its types do not say so
        mode=mode,
        encoding="utf-8",
        version=version,
        error=error,
        mask=mask,
        eci=eci,
        micro=False,
        boost_error=False,
    )


def _content(parts: list[Segment]) -> tuple[object, str | None]:
    """Return the first argument of `segno.make`, and the mode if it is one for all.

    segno writes an ECI header before every segment in bytes whose encoding is not Latin-1. One is
    enough, as it holds until the next, so the later segments are passed as bytes to leave alone.
    """
    if len(parts) == 1:
        return parts[0].text.encode(), parts[0].mode
    return [
        (part.text.encode(), MODES[part.mode], "utf-8" if part.eci else "iso-8859-1")
        for part in parts
    ], None
