"""From meaning to text: `encode`."""

from __future__ import annotations

from binascii import crc_hqx
from datetime import UTC, datetime, timedelta

from ..currency import KHR, amount_text
from ..emv.limits import MAX_LENGTH
from ..errors import EncodeError, Severity
from ..fields import FIELDS_BY_PATH, is_bakong_account
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

_Headers = dict[int, str]
"""The header of a value by its length; a length without a header may not be written."""


def _headers(object_id: str, maximum: int = MAX_LENGTH) -> _Headers:
    return {length: f"{object_id}{length:02d}" for length in range(1, maximum + 1)}


_H = {path: _headers(path[-2:], field.maximum) for path, field in FIELDS_BY_PATH.items()}
_UNIONPAY, _CATEGORY, _NAME, _CITY = _H["15"], _H["52"], _H["59"], _H["60"]
_ACCOUNT, _SECOND, _BANK = _H["30.00"], _H["30.01"], _H["30.02"]
_BILL, _MOBILE, _STORE = _H["62.01"], _H["62.02"], _H["62.03"]
_TERMINAL, _PURPOSE = _H["62.07"], _H["62.08"]
_LANGUAGE, _OTHER_NAME, _OTHER_CITY = _H["64.00"], _H["64.01"], _H["64.02"]
_INDIVIDUAL, _MERCHANT = _headers("29"), _headers("30")
_ADDITIONAL, _LANGUAGE_TEMPLATE = _headers("62"), _headers("64")
_CONTROLS = bytes([*range(0x20), 0x7F])


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
    created, expires = code.created_at, code.expires_at
    if created is None and at is not None:
        created = aware_moment("at", at)
    if created is None and code.amount:
        created = aware_moment("at", datetime.now(UTC))
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
    currency, unionpay = code.currency, code.unionpay_account or ""
    if not (
        is_bakong_account(code.bakong_account_id)
        and (category is DEFAULT_MERCHANT_CATEGORY or (category.isascii() and category.isdigit()))
        and (currency is KHR or (currency.is_supported and (not unionpay or currency == KHR)))
        and (not code.language_preference) is (not code.merchant_name_alternate_language)
    ):
        return None
    initiation, money, times = "11", "", ""
    if code.amount:
        amount = amount_text(code.amount, currency)
        if amount is None or expires is None or created is None:
            return None
        start, end = milliseconds(created), milliseconds(expires)
        if not 10**12 <= start <= end < 10**13:
            return None
        initiation, money = "12", f"54{len(amount):02d}{amount}"
        times = f"99340013{start}0113{end}"
    try:
        if unionpay:
            unionpay = _UNIONPAY[len(unionpay)] + unionpay
        body = (
            f"0002010102{initiation}{unionpay}{_payee(code)}"
            f"{_CATEGORY[len(category)]}{category}5303{currency.number}{money}5802KH"
            f"{_NAME[len(name)]}{name}{_CITY[len(city)]}{city}"
            f"{_additional(code)}{_language(code)}{times}6304"
        )
    except KeyError:
        return None
    return _sealed(body)


# The three templates are written out, one line a text: a loop over a table takes longer.


def _payee(code: Individual | Merchant) -> str:
    account = code.bakong_account_id
    inner = _ACCOUNT[len(account)] + account
    if isinstance(code, Individual):
        if text := code.account_information:
            inner += _SECOND[len(text)] + text
        if text := code.acquiring_bank:
            inner += _BANK[len(text)] + text
        return _INDIVIDUAL[len(inner)] + inner
    number, bank = code.merchant_id, code.acquiring_bank
    inner += _SECOND[len(number)] + number + _BANK[len(bank)] + bank
    return _MERCHANT[len(inner)] + inner


def _additional(code: Individual | Merchant) -> str:
    inner = ""
    if text := code.bill_number:
        inner = _BILL[len(text)] + text
    if text := code.mobile_number:
        inner += _MOBILE[len(text)] + text
    if text := code.store_label:
        inner += _STORE[len(text)] + text
    if text := code.terminal_label:
        inner += _TERMINAL[len(text)] + text
    if text := code.purpose_of_transaction:
        inner += _PURPOSE[len(text)] + text
    return _ADDITIONAL[len(inner)] + inner if inner else ""


def _language(code: Individual | Merchant) -> str:
    inner = ""
    if text := code.language_preference:
        inner = _LANGUAGE[len(text)] + text
    if text := code.merchant_name_alternate_language:
        inner += _OTHER_NAME[len(text)] + text
    if text := code.merchant_city_alternate_language:
        inner += _OTHER_CITY[len(text)] + text
    return _LANGUAGE_TEMPLATE[len(inner)] + inner if inner else ""


def _sealed(body: str) -> str | None:
    """Return ``body`` with its CRC, or None where it holds what is never written."""
    if body.isascii():
        data = body.encode()
        if len(data.translate(None, _CONTROLS)) != len(data):
            return None
    elif FORBIDDEN.search(body):
        return None
    else:
        data = body.encode()
    return body + f"{crc_hqx(data, 0xFFFF):04X}"
