"""From a payload to its symbol: what is refused, what is chosen, and by which engine it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypedDict, Unpack, get_args

from ..codec import verify
from ..emv.source import payload_text
from ..errors import EncodeError, KhqrError
from . import fast
from .blocks import VERSIONS, ErrorCorrection
from .by_segno import symbol_of_segno
from .drawable import Symbol
from .segments import Segmentation, fitted, is_plain, stream
from .sizes import known

__all__ = ["MAKING", "Engine", "Making", "make", "many"]

Engine = Literal["segno", "fast"]
"""Who works out the modules; they are the same from both."""


class Making(TypedDict, total=False):
    """How a symbol is made.

    Attributes:
        error: level of error correction; M where nothing is said.
        eci: say in the symbol that it holds UTF-8; ``"auto"``, the default, says it where EMVCo
            asks for it.
        segments: ``"byte"``, as EMVCo asks, is the default. ``"mixed"`` makes a smaller symbol by
            numeric and alphanumeric segments, which **EMVCo MPM 1.0 §4.12.1.1 forbids**: for closed
            systems whose readers are known.
        min_version: the smallest version that may be taken, 1 to 40.
        version: the version to take, if the payload fits into it.
        mask: the data mask, 0 to 7, instead of the one with the lowest penalty. For experts.
        check_crc: refuse a payload whose CRC is wrong, as nobody could pay it.
        engine: ``"segno"``, or ``"fast"`` for many symbols.
    """

    error: ErrorCorrection
    eci: bool | Literal["auto"]
    segments: Segmentation
    min_version: int
    version: int | None
    mask: int | None
    check_crc: bool
    engine: Engine


MAKING = frozenset(Making.__annotations__)


def make(
    payload: str | bytes,
    *,
    error: ErrorCorrection = "M",
    eci: bool | Literal["auto"] = "auto",
    segments: Segmentation = "byte",
    min_version: int = 1,
    version: int | None = None,
    mask: int | None = None,
    check_crc: bool = True,
    engine: Engine = "segno",
) -> Symbol:
    """Return the symbol of a payload.

    Args:
        payload: the text of a code, or its UTF-8 bytes.
        error: level of error correction.
        eci: say in the symbol that it holds UTF-8, or ``"auto"``.
        segments: ``"byte"``, or ``"mixed"``, which EMVCo forbids.
        min_version: the smallest version that may be taken.
        version: the version to take.
        mask: the data mask, or None for the best.
        check_crc: refuse a payload whose CRC is wrong.
        engine: ``"segno"`` or ``"fast"``.

    `Making` says more about each.

    Raises:
        EncodeError: for a wrong CRC, or a text that fits no symbol.
        MissingDependency: if segno is not installed and the engine is ``"segno"``.

    >>> make("00020101021129180014demo_user@devb5204599953031165802KH"
    ...      "5909Demo User6010Phnom Penh6304119A", engine="fast").version
    6
    """
    for name, given, allowed in (
        ("error", error, get_args(ErrorCorrection)),
        ("segments", segments, get_args(Segmentation)),
        ("engine", engine, get_args(Engine)),
        ("eci", eci, (True, False, "auto")),
    ):
        if given not in allowed:
            raise KhqrError(f"{name} is {given!r:.40}, expected one of {allowed}")
    text = _payable(payload, check_crc=check_crc)
    header = not is_plain(text) if eci == "auto" else bool(eci)
    _in_range("mask", mask, range(8))
    versions = _versions(min_version, version)
    found, parts = fitted(text, error, versions, eci=header, segmentation=segments)
    if engine == "fast":
        matrix, mask = fast.modules(stream(parts, found), found, error, mask)
    else:
        drawn = symbol_of_segno(parts, found, error, mask, eci=header)
        matrix, mask = tuple(map(bytes, drawn.matrix)), drawn.mask
    return Symbol(
        payload=text,
        version=found,
        error=error,
        mask=mask,
        eci=header,
        segments=segments,
        matrix=matrix,
    )


def many(payloads: Iterable[str | bytes], **making: Unpack[Making]) -> Iterator[Symbol]:
    """Yield the symbols of payloads, one by one, by the fast engine unless asked otherwise.

    Args:
        payloads: the texts of codes.
        making: see `Making`.

    Raises:
        EncodeError: when it comes to a payload that cannot be drawn; those after it are not drawn.

    >>> [symbol.version for symbol in many(["short", "a longer one"], check_crc=False)]
    [1, 1]
    """
    known(making, MAKING)
    settings: Making = {"engine": "fast", **making}
    for payload in payloads:
        yield make(payload, **settings)


def _payable(payload: str | bytes, *, check_crc: bool) -> str:
    text = payload_text(payload)
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise EncodeError(
            f"the payload has half a character at {problem.start}, which UTF-8 cannot write; "
            "where it came from, two halves were torn apart"
        ) from None
    if check_crc and not verify(text):
        raise EncodeError(
            "the payload has no right CRC, so its symbol could not be paid; "
            "make it with khqr.encode, or pass check_crc=False"
        )
    if not text:
        raise EncodeError("the payload is empty, and a symbol says something")
    return text


def _versions(least: int, exact: int | None) -> range:
    _in_range("min_version", least, VERSIONS)
    _in_range("version", exact, VERSIONS)
    if exact is None:
        return range(least, VERSIONS.stop)
    if exact < least:
        raise KhqrError(f"version is {exact} and min_version {least}, expected one of them")
    return range(exact, exact + 1)


def _in_range(name: str, value: int | None, allowed: range) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {value!r:.40}")
    if value not in allowed:
        raise KhqrError(f"{name} is {value}, expected {allowed[0]} to {allowed[-1]}")
