"""From meaning to text: `encode`."""

from __future__ import annotations

from binascii import crc_hqx
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from ..currency import KHR, amount_text
from ..errors import EncodeError, Severity
from ..fields import ADDITIONAL, FIELDS_BY_PATH, INDIVIDUAL, LANGUAGE, MERCHANT, Field
from ..model import (
    DEFAULT_CITY,
    DEFAULT_MERCHANT_CATEGORY,
    Individual,
    Merchant,
    aware_moment,
    milliseconds,
    moment_after,
)
from .problems import FORBIDDEN, problems

__all__ = ["encode"]

_HEADERS = {
    path: {length: f"{path[-2:]}{length:02d}" for length in range(1, field.maximum + 1)}
    for path, field in FIELDS_BY_PATH.items()
}
"""The header of a value, by path and length; a length without a header may not be written."""

_TEMPLATE_HEADERS = {
    object_id: {length: f"{object_id}{length:02d}" for length in range(1, 100)}
    for object_id in ("29", "30", "62", "64")
}


class _Template:
    """Writes the objects of one template that a code has a text for."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self._texts = attrgetter(*(field.attribute for field in fields))
        self._headers = [_HEADERS[field.path] for field in fields]
        self._outer = _TEMPLATE_HEADERS[fields[0].path[:2]]

    def written(self, code: Individual | Merchant) -> str:
        """Return the template, or nothing where the code has no text for it.

        Raises:
            KeyError: if a text or the template is too long.
        """
        inner = ""
        for text, headers in zip(self._texts(code), self._headers, strict=True):
            if text:
                inner += headers[len(text)] + text
        return self._outer[len(inner)] + inner if inner else ""


_INDIVIDUAL = _Template(INDIVIDUAL)
_MERCHANT = _Template(MERCHANT)
_ADDITIONAL = _Template(ADDITIONAL)
_LANGUAGE = _Template(LANGUAGE)


def encode(
    code: Individual | Merchant,
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

    >>> encode(Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User"))
    '00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A'
    """
    if not isinstance(code, (Individual, Merchant)):
        raise TypeError(f"code is an Individual or a Merchant, not {type(code).__name__}")
    created, expires = code.created_at or aware_moment("at", at), code.expires_at
    if code.amount:
        created = created or aware_moment("at", datetime.now(UTC))
    if expires_in is not None and created is not None:
        expires = moment_after(created, expires_in)
    text = None if strict else _written(code, created, expires)
    if text is None:
        found = problems(code, created, expires, strict=strict)
        if any(finding.severity is Severity.ERROR for finding in found):
            raise EncodeError("the code cannot be encoded", found)
        text = _written(code, created, expires)
    assert text is not None, "a code without problems can be written"
    return text


def _written(
    code: Individual | Merchant, created: datetime | None, expires: datetime | None
) -> str | None:
    """Return the payload, or None for a code that has problems; it does not say which."""
    name, city = code.merchant_name, code.merchant_city or DEFAULT_CITY
    category = code.merchant_category_code or DEFAULT_MERCHANT_CATEGORY
    unionpay = code.unionpay_account or ""
    if not (
        _is_account(code.bakong_account_id)
        and category.isascii()
        and category.isdigit()
        and code.currency.is_supported
        and (not unionpay or code.currency == KHR)
        and bool(code.language_preference) == bool(code.merchant_name_alternate_language)
    ):
        return None
    initiation, money, times = "11", "", ""
    if code.amount:
        amount = amount_text(code.amount, code.currency)
        if amount is None or expires is None or created is None:
            return None
        start, end = milliseconds(created), milliseconds(expires)
        if not 10**12 <= start <= end < 10**13:
            return None
        initiation, money = "12", f"54{len(amount):02d}{amount}"
        times = f"99340013{start}0113{end}"
    try:
        if isinstance(code, Individual):
            payee = _INDIVIDUAL.written(code)
        elif code.merchant_id and code.acquiring_bank:
            payee = _MERCHANT.written(code)
        else:
            return None
        if unionpay:
            unionpay = _HEADERS["15"][len(unionpay)] + unionpay
        body = (
            f"0002010102{initiation}{unionpay}{payee}"
            f"{_HEADERS['52'][len(category)]}{category}5303{code.currency.number}{money}5802KH"
            f"{_HEADERS['59'][len(name)]}{name}{_HEADERS['60'][len(city)]}{city}"
            f"{_ADDITIONAL.written(code)}{_LANGUAGE.written(code)}{times}6304"
        )
    except KeyError:
        return None
    if not (body.isascii() and body.isprintable()) and FORBIDDEN.search(body):
        return None
    return f"{body}{crc_hqx(body.encode(), 0xFFFF):04X}"


def _is_account(account: str) -> bool:
    return account.count("@") == 1 and account[0] != "@" and account[-1] != "@"
