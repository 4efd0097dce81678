"""From meaning to text: `encode`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..errors import EncodeError, Severity
from ..model import Code, aware_moment, moment_after
from .problems import problems
from .writer import WRITERS

__all__ = ["encode"]


def encode(
    code: Code,
    *,
    at: datetime | None = None,
    expires_in: timedelta | None = None,
    strict: bool = False,
) -> str:
    """Return the payload of a code, byte-identical with the official SDK where both accept it.

    A code without an amount is static (01 = 11); one with an amount is dynamic (01 = 12), carries
    its times of creation and expiry in object 99, and must have the latter.

    Args:
        code: what to write.
        at: the time of creation where the code has none, an aware `datetime`; now by default.
        expires_in: time from creation to expiry, instead of ``code.expires_at``. NBC asks for
            10 minutes at most.
        strict: refuse also what the SDK writes and a strict reader may not like: a category code
            of other than four digits, object 15 over 31, spaces around the name, and the like.

    Raises:
        EncodeError: with every problem of the code at once in ``findings``.
        TypeError: for anything but an `Individual` or a `Merchant`.

    Source: bakong-khqr 1.0.20.

    >>> from khqr import Individual
    >>> encode(Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User"))
    '00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A'
    """
    write = WRITERS.get(type(code))
    if write is None:
        raise TypeError(f"code is an Individual or a Merchant, not {type(code).__name__}")
    created, expires = code.created_at, code.expires_at
    if created is None and (at is not None or code.amount):
        created = aware_moment("at", datetime.now(UTC) if at is None else at)
    if expires_in is not None and created is not None:
        expires = moment_after(created, expires_in)
    text = None if strict else write(code, created, expires)
    if text is None:
        found = problems(code, created, expires, strict=strict)
        if any(finding.severity is Severity.ERROR for finding in found):
            raise EncodeError("the code cannot be encoded", found)
        text = write(code, created, expires)
    assert text is not None, "a code without problems can be written"
    return text
