"""Whole columns at once: each item gives a value or an error, and none stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ..codec import decode
from ..errors import DecodeError, KhqrError
from ..model import Code, aware_moment
from .columns import Reading, cells_of, payload_of

__all__ = ["Outcome", "decode_many", "encode_many"]

T = TypeVar("T")


class Outcome(NamedTuple, Generic[T]):
    """A value, or the error that stands in its place; the other is None.

    Attributes:
        value: what came of the item.
        error: why nothing did.
    """

    value: T | None
    error: KhqrError | None


def decode_many(payloads: Iterable[str | bytes | float | None]) -> Iterator[Outcome[Code]]:
    """Yield the meaning of each payload as `khqr.decode` gives it, or its error, in order.

    Args:
        payloads: texts of codes; an empty cell of a table is an error like another, whether it
            is None or, as pandas has it, the float that is not a number.

    Raises:
        TypeError: for an item that is no text.

    >>> payload = ("00020101021129180014demo_user@devb5204599953031165802KH5909Demo User"
    ...            "6010Phnom Penh6304119A")
    >>> for value, error in decode_many([payload, None]):
    ...     print(value.merchant_name if value else error)
    Demo User
    there is no payload
    """
    for payload in payloads:
        try:
            if payload is None or payload != payload:  # noqa: PLR0124 - only NaN is so
                raise DecodeError("there is no payload")
            yield Outcome(decode(cast("str | bytes", payload)), None)
        except KhqrError as error:
            yield Outcome(None, error)


def encode_many(
    rows: Iterable[Mapping[str, Any] | Code],
    *,
    at: datetime | None = None,
    expires_in: timedelta | None = None,
    strict: bool = False,
    ignore_unknown: bool = False,
) -> Iterator[Outcome[str]]:
    """Yield the payload of each row, or its error, in order.

    Args:
        rows: mappings of columns to texts or values, or codes.
        at: the time of creation of codes with an amount; now by default.
        expires_in: the life of codes with an amount whose row does not say when they expire.
        strict: as for `khqr.encode`.
        ignore_unknown: pass over columns that no code has.

    Raises:
        TypeError: for an item that is no row.

    >>> rows = [{"bakong_account_id": "demo_user@devb", "merchant_name": "Demo", "amount": "1,5"}]
    >>> print(next(encode_many(rows)).error)
    amount: khqr.amount.format: amount is '1,5'; write digits with at most one point, as in \
'1000.50'
    expires_at: khqr.expires-at.missing: a code with an amount must say when it expires (fill \
in a column expires_in, as in 10m, or expires_at)
    """
    reading = Reading(aware_moment("at", at), expires_in, strict, ignore_unknown)
    for row in rows:
        cells = cells_of(row)
        try:
            yield Outcome(payload_of(cells, reading)[0], None)
        except KhqrError as error:
            yield Outcome(None, error)
