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
    if at is not None:
        at = at if type(at) is datetime and at.tzinfo is UTC else aware_moment("at", at)
    elif code.created_at is None and code.amount:
        at = datetime.now(UTC)
    expires = None
    if expires_in is not None and (created := code.created_at or aware_moment("at", at)):
        expires = moment_after(created, expires_in)
    text = None if strict else write(code, at, expires)
    if text is None:
        created = code.created_at or aware_moment("at", at)
        _refuse(code, created, expires or code.expires_at, strict=strict)
        text = write(code, at, expires)
    assert text is not None, "a code without problems can be written"
    return text


def _refuse(
    code: Code, created: datetime | None, expires: datetime | None, *, strict: bool
) -> None:
    """Raise with all that is wrong with a code, if any of it is an error."""
    found = problems(code, created, expires, strict=strict)
    if any(finding.severity is Severity.ERROR for finding in found):
        raise EncodeError("the code cannot be encoded", found)
