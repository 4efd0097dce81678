"""Writing in one flat run: the payload of a code without problems, and nothing said of others.

Where a code has a problem, this gives None, and `khqr.codec.problems` names every one of them. It
is flat for speed: one line a text, with the headers of every field made beforehand from the table
of fields. A loop over that table takes longer.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Callable
from datetime import datetime
from types import FunctionType
from typing import Any

from ..currency import KHR, MAX_AMOUNT_LENGTH, USD, amount_text
from ..emv.limits import MAX_LENGTH
from ..fields import FIELDS_BY_PATH, is_bakong_account
from ..model import (
    DEFAULT_CITY,
    DEFAULT_MERCHANT_CATEGORY,
    EPOCH,
    MILLISECOND,
    Code,
    Individual,
    Merchant,
)
from .problems import FORBIDDEN

__all__ = ["WRITERS"]

_Writer = Callable[[Any, datetime | None, datetime | None], str | None]
_Headers = tuple[str, ...]
"""The header of a value by its length; beyond the last one, a value may not be written."""


def _headers(object_id: str, maximum: int = MAX_LENGTH) -> _Headers:
    return tuple(f"{object_id}{length:02d}" for length in range(maximum + 1))


_H = {path: _headers(path[-2:], field.maximum) for path, field in FIELDS_BY_PATH.items()}
_UNIONPAY, _CATEGORY, _NAME, _CITY = _H["15"], _H["52"], _H["59"], _H["60"]
_ACCOUNT, _SECOND, _BANK = _H["30.00"], _H["30.01"], _H["30.02"]
_BILL, _MOBILE, _STORE = _H["62.01"], _H["62.02"], _H["62.03"]
_TERMINAL, _PURPOSE = _H["62.07"], _H["62.08"]
_LANGUAGE, _OTHER_NAME, _OTHER_CITY = _H["64.00"], _H["64.01"], _H["64.02"]
_INDIVIDUAL, _MERCHANT = _headers("29"), _headers("30")
_ADDITIONAL, _LANGUAGE_TEMPLATE = _headers("62"), _headers("64")
_AMOUNT = _headers("54", MAX_AMOUNT_LENGTH)
_STATIC, _DYNAMIC = "000201010211", "000201010212"
_STATIC_CRC, _DYNAMIC_CRC = (crc_hqx(text.encode(), 0xFFFF) for text in (_STATIC, _DYNAMIC))
_HEX = tuple(f"{byte:02X}" for byte in range(256))
_SUSPECTS = bytes(
    0x20 if byte < 0x20 or byte in (0x7F, 0xC2) or byte >= 0xF0 else byte for byte in range(256)
)
"""Changes the first byte, in UTF-8, of each `FORBIDDEN` character; of the others, that of few."""


def _written(  # noqa: C901, PLR0912, PLR0915 - every call that would divide it takes time
    code: Code, created: datetime | None, expires: datetime | None
) -> str | None:
    """Return the payload, or None for a code that has problems; it does not say which."""
    currency, account, name = code.currency, code.bakong_account_id, code.merchant_name
    city = code.merchant_city or DEFAULT_CITY
    category = code.merchant_category_code or DEFAULT_MERCHANT_CATEGORY
    beginning, crc = _STATIC, _STATIC_CRC
    unionpay = additional = language = money = times = ""
    try:
        if amount := code.amount:
            text = amount_text(amount, currency)
            if text is None or created is None or expires is None:
                return None
            beginning, crc, money = _DYNAMIC, _DYNAMIC_CRC, _AMOUNT[len(text)] + text
            start, end = (created - EPOCH) // MILLISECOND, (expires - EPOCH) // MILLISECOND
            if not 10**12 <= start <= end < 10**13:
                return None
            times = f"99340013{start}0113{end}"
        payee = _ACCOUNT[len(account)] + account
        if type(code) is Individual:
            if text := code.account_information:
                payee += _SECOND[len(text)] + text
            if text := code.acquiring_bank:
                payee += _BANK[len(text)] + text
            payee = _INDIVIDUAL[len(payee)] + payee
        elif (text := code.merchant_id) and (bank := code.acquiring_bank):
            payee += f"{_SECOND[len(text)]}{text}{_BANK[len(bank)]}{bank}"
            payee = _MERCHANT[len(payee)] + payee
        else:
            return None
        if text := code.unionpay_account:
            unionpay = _UNIONPAY[len(text)] + text
        if text := code.bill_number:
            additional = _BILL[len(text)] + text
        if text := code.mobile_number:
            additional += _MOBILE[len(text)] + text
        if text := code.store_label:
            additional += _STORE[len(text)] + text
        if text := code.terminal_label:
            additional += _TERMINAL[len(text)] + text
        if text := code.purpose_of_transaction:
            additional += _PURPOSE[len(text)] + text
        if additional:
            additional = _ADDITIONAL[len(additional)] + additional
        preference, other_name = code.language_preference, code.merchant_name_alternate_language
        if preference and other_name:
            language = _LANGUAGE[len(preference)] + preference
            language += _OTHER_NAME[len(other_name)] + other_name
        elif preference or other_name:
            return None
        if text := code.merchant_city_alternate_language:
            language += _OTHER_CITY[len(text)] + text
        if language:
            language = _LANGUAGE_TEMPLATE[len(language)] + language
        body = (
            f"{unionpay}{payee}{_CATEGORY[len(category)]}{category}5303{currency.number}{money}5802KH"
            f"{_NAME[len(name)]}{name}{_CITY[len(city)]}{city}{additional}{language}{times}6304"
        )
        data = body.encode()
    except (IndexError, UnicodeEncodeError):
        return None
    if not (
        name
        and is_bakong_account(account)
        and (category is DEFAULT_MERCHANT_CATEGORY or (category.isascii() and category.isdigit()))
        and (
            currency is KHR
            or (currency is USD and not unionpay)
            or (currency.is_supported and (not unionpay or currency == KHR))
        )
        and (data.translate(_SUSPECTS) == data or not FORBIDDEN.search(body))
    ):
        return None
    crc = crc_hqx(data, crc)
    return f"{beginning}{body}{_HEX[crc >> 8]}{_HEX[crc & 0xFF]}"


def _own_copy(function: Any) -> _Writer:
    """Return a function that does the same, and that CPython may fit to one class alone.

    It fits the reading of an attribute to the class that a function usually sees; one that sees
    two classes in turn stays slow.
    """
    code = function.__code__.replace()
    copy: _Writer = FunctionType(code, function.__globals__, closure=function.__closure__)
    return copy


WRITERS: dict[type, _Writer] = {
    Individual: _own_copy(_written),
    Merchant: _own_copy(_written),
}
"""By class, what writes a code."""
