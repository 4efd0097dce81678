"""What may be said about a run, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import TypedDict, get_args

from .. import __version__
from ..errors import KhqrError
from ..image.symbol import ErrorCorrection
from ..model import aware_moment
from .columns import Reading
from .formats import FORMATS, Format, Style
from .names import DEFAULT_NAME

__all__ = ["Options", "Settings"]

_LARGEST_SCALE = 64


class Options(TypedDict, total=False):
    """What may be said about a run.

    Attributes:
        format: ``svg`` (the default), ``png`` or ``pdf`` for symbols, ``card`` for a card of 600
            pixels as PNG, ``sheet`` for 100 cards in a PDF to print, ``txt`` for the payload alone.
        name: template of the file names, ``{line:06d}-{bakong_account_id}`` by default. It may
            ask for ``{line}``, ``{md5}`` and every column. A sheet names its own files.
        jobs: worker processes. With more than one, a program must call this under
            ``if __name__ == "__main__":``, as each worker imports it.
        error: level of error correction, M by default.
        scale: units or pixels a module, 1 to 64; for symbols.
        at: the time of creation of codes with an amount; now by default.
        expires_in: the life of codes with an amount whose row does not say when they expire.
        strict: refuse what a strict reader may not like, as `khqr.encode` does.
        ignore_unknown: pass over columns that no code has.
        resume: keep the pictures that an earlier run made from the same row in the same way.
        verify: scan each picture back, and refuse what reads otherwise; for ``png`` and
            ``card``. By default this is done where zxing-cpp is installed.
        limit: take only the first so many rows.
    """

    format: str
    name: str
    jobs: int
    error: ErrorCorrection
    scale: int | None
    at: datetime | None
    expires_in: timedelta | None
    strict: bool
    ignore_unknown: bool
    resume: bool
    verify: bool | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """`Options` with their defaults, and refused where they make no sense."""

    format: str = "svg"
    name: str = DEFAULT_NAME
    jobs: int = 1
    error: ErrorCorrection = "M"
    scale: int | None = None
    at: datetime | None = None
    expires_in: timedelta | None = None
    strict: bool = False
    ignore_unknown: bool = False
    resume: bool = True
    verify: bool | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise KhqrError(f"format is {self.format!r}, expected one of {', '.join(FORMATS)}")
        if self.error not in get_args(ErrorCorrection):
            raise KhqrError(f"error is {self.error!r}, expected L, M, Q or H")
        for name, most in (("jobs", None), ("scale", _LARGEST_SCALE), ("limit", None)):
            value = getattr(self, name)
            if value is None and name != "jobs":
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} is an int, not {type(value).__name__}")
            if value < 1 or value > (most or value):
                raise KhqrError(f"{name} is {value}, expected 1 to {most or 'any number'}")
        if self.scale is not None and not self.kind.is_scaled:
            scaled = ", ".join(name for name, kind in FORMATS.items() if kind.is_scaled)
            raise KhqrError(f"{self.format} has a size of its own; scale goes with {scaled}")
        if self.name != DEFAULT_NAME and self.kind.per_file > 1:
            raise KhqrError(f"name goes with one row a file; {self.format} names its own files")
        aware_moment("at", self.at)
        _refuse_no_timedelta(self.expires_in)
        if self.verify and not FORMATS[self.format].is_scanned:
            scanned = ", ".join(name for name, kind in FORMATS.items() if kind.is_scanned)
            raise KhqrError(f"{self.format} cannot be scanned back; verify goes with {scanned}")

    @property
    def verifies(self) -> bool:
        """Whether pictures are scanned back."""
        if self.verify is None:
            return self.kind.is_scanned and find_spec("zxingcpp") is not None
        return self.verify

    @property
    def kind(self) -> Format:
        """The format itself."""
        return FORMATS[self.format]

    @property
    def reading(self) -> Reading:
        """How rows become payloads."""
        at = aware_moment("at", self.at)
        return Reading(at, self.expires_in, self.strict, self.ignore_unknown)

    @property
    def style(self) -> Style:
        """How the pictures look."""
        return Style(self.error, self.scale)

    @property
    def identity(self) -> tuple[object, ...]:
        """Everything but the row that decides what a picture is."""
        moment = None if self.at is None else aware_moment("at", self.at)
        drawing = (__version__, self.format, self.error, self.scale, self.verifies)
        return (*drawing, str(moment), str(self.expires_in), self.strict)


def _refuse_no_timedelta(value: object) -> None:
    if value is not None and not isinstance(value, timedelta):
        raise TypeError(f"expires_in is a timedelta, not {type(value).__name__}")
