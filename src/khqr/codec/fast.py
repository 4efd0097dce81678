"""Decoding in one flat loop: the common case, several times as fast as the tree.

The loop knows KHQR's own objects and nothing else. Whatever it does not know, it does not judge:
it gives None, and `khqr.codec.decoder` reads the text by its tree, with the same answer where
there is one and the reasons where there is none. A test compares the two.
"""

from __future__ import annotations

from binascii import crc_hqx
from decimal import Decimal
from typing import Any

from ..currency import KHR, USD
from ..emv.limits import MAX_PAYLOAD
from ..fields import (
    ACCOUNT_TEMPLATES,
    ADDITIONAL,
    LANGUAGE,
    MERCHANT_DETAILS,
    TIMES,
    UNIONPAY,
    Field,
)
from ..model import Individual, Merchant, frozen_individual, frozen_merchant, moment_at

__all__ = ["decode_fast"]

_ATTRIBUTES = tuple(Individual.__dataclass_fields__)
_COUNT = len(_ATTRIBUTES)
_POSITION = {
    **{name: index for index, name in enumerate(_ATTRIBUTES)},
    "merchant_id": _ATTRIBUTES.index("account_information"),
}
"""Where an attribute stands in the list of values; both classes have one order."""

_ACCOUNT = _POSITION["bakong_account_id"]
_ACCOUNT_DETAIL = _POSITION["merchant_id"]
_BANK = _POSITION["acquiring_bank"]
_NAME = _POSITION["merchant_name"]
_CITY = _POSITION["merchant_city"]
_CURRENCY = _POSITION["currency"]
_AMOUNT = _POSITION["amount"]
_CATEGORY = _POSITION["merchant_category_code"]
_CREATED = _POSITION["created_at"]
_EXPIRES = _POSITION["expires_at"]
_FORMAT, _INITIATION, _COUNTRY, _CRC = range(_COUNT, _COUNT + 4)
_USUAL_BEGINNINGS = ("000201010211", "000201010212")
_CURRENCIES = {KHR.number: KHR, USD.number: USD}

_Headers = dict[str, tuple[int, int, "_Headers | None"]]
"""From the four characters of a header to the position of the value, its length, and, for a
template, the headers inside."""


def _headers(places: dict[str, int]) -> _Headers:
    return {
        f"{object_id}{length:02d}": (place, length, None)
        for object_id, place in places.items()
        for length in range(1, 100)
    }


def _inside(fields: tuple[Field, ...]) -> _Headers:
    return _headers({field.path[3:]: _POSITION[field.attribute] for field in fields})


def _root() -> _Headers:
    root = _headers(
        {
            "00": _FORMAT,
            "01": _INITIATION,
            UNIONPAY.path: _POSITION[UNIONPAY.attribute],
            **{field.path: _POSITION[field.attribute] for field in MERCHANT_DETAILS},
            "53": _CURRENCY,
            "54": _AMOUNT,
            "58": _COUNTRY,
        }
    )
    root["6304"] = (_CRC, 4, None)
    templates = {**ACCOUNT_TEMPLATES, "62": ADDITIONAL, "64": LANGUAGE, "99": TIMES}
    for object_id, fields in templates.items():
        inside = _inside(fields)
        for length in range(1, 100):
            root[f"{object_id}{length:02d}"] = (int(object_id), length, inside)
    return root


_ROOT = _root()


def decode_fast(text: str) -> Individual | Merchant | None:
    """Return the value of a plain KHQR, or None where it takes a closer look.

    >>> decode_fast("00020101021129180014demo_user@devb5204599953031165802KH"
    ...             "5909Demo User6010Phnom Penh6304119A").merchant_name
    'Demo User'
    """
    size = len(text)
    if size > MAX_PAYLOAD or text[-8:-4] != "6304":
        return None
    try:
        data = text.encode()
        if len(data) != size and len(text.encode("utf-16-le")) != 2 * size:
            return None  # beyond U+FFFF the length units differ
        if f"{crc_hqx(data[:-4], 0xFFFF):04X}" != text[-4:]:
            return None
        values: list[Any] = [None] * (_COUNT + 4)
        account = _walk(text, size, values)
        values[_CURRENCY] = _CURRENCIES[values[_CURRENCY]]
    except (KeyError, UnicodeEncodeError):
        return None
    if not account or values[_NAME] is None or values[_CITY] is None or values[_CATEGORY] is None:
        return None
    return _typed(account, values)


def _walk(text: str, size: int, values: list[Any]) -> int:
    """Put every value into its place; return 29 or 30, or 0 where something is unusual.

    Raises:
        KeyError: for a header that is not in the table.
    """
    account = last_template = index = 0
    if text.startswith(_USUAL_BEGINNINGS):
        values[_FORMAT] = values[_INITIATION] = ""
        index = 12
    while index < size:
        start = index + 4
        place, length, inside = _ROOT[text[index:start]]
        index = start + length
        if inside is None:
            if values[place] is not None:
                return 0
            values[place] = text[start:index]
            continue
        if place <= last_template:
            return 0
        if place <= 30:
            if account:
                return 0
            account = place
        last_template = place
        while start < index:
            head = start + 4
            place, length, _ = inside[text[start:head]]
            start = head + length
            if values[place] is not None:
                return 0
            values[place] = text[head:start]
        if start != index:
            return 0
    return account if index == size and values[_CRC] == text[-4:] else 0


def _typed(account: int, values: list[Any]) -> Individual | Merchant | None:
    """Turn the texts of a code into its value; None where one of them is not what it should be."""
    amount = values[_AMOUNT]
    if amount is not None:
        if not (amount.isascii() and amount.replace(".", "", 1).isdigit()):
            return None
        values[_AMOUNT] = Decimal(amount)
    for place in (_CREATED, _EXPIRES):
        time = values[place]
        if time is not None:
            if not (len(time) == 13 and time.isascii() and time.isdigit()):
                return None
            values[place] = moment_at(int(time))
    if "@" not in (values[_ACCOUNT] or ""):
        return None
    del values[_COUNT:]
    if account == 29:
        return frozen_individual(*values)
    if account != 30 or values[_ACCOUNT_DETAIL] is None or values[_BANK] is None:
        return None
    return frozen_merchant(*values)
