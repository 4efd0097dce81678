"""The official SDK's verdict on a code, with its first error number."""

from __future__ import annotations

import re
from datetime import datetime
from math import isnan
from typing import NamedTuple

from ..currency import KHR
from ..emv.crc import checksum
from ..emv.rules import read
from ..emv.source import payload_text
from ..emv.structure import every_object
from ..emv.tree import is_complete
from ..emv.values import AMOUNT, is_zero
from ..model import aware_moment, milliseconds
from ..rules import KHQR_PROFILE
from .codes import ErrorCode
from .javascript import cut, integer, number, number_text, units, well_formed

__all__ = ["Verdict", "verify_full"]


class Verdict(NamedTuple):
    """What the official SDK says of a code.

    Attributes:
        valid: whether it accepts the code.
        code: its first error number, None for a valid code, and where the SDK fails without one.
        code_name: the SDK's name of that number, or None.
        expired: whether the code's time of expiry, 13 digits, is over; a fact of its own.
    """

    valid: bool
    code: int | None
    code_name: str | None
    expired: bool


class _Refused(Exception):  # noqa: N818 - a signal within this module
    def __init__(self, code: ErrorCode | None) -> None:
        self.code = code


_KNOWN = frozenset(
    ("00", "01", "15", "29", "52", "53", "54", "58", "59", "60", "62", "63", "64", "99")
)
_REQUIRED = {
    "00": ErrorCode.PAYLOAD_FORMAT_INDICATOR_TAG_REQUIRED,
    "29": ErrorCode.MERCHANT_TYPE_REQUIRED,
    "52": ErrorCode.MERCHANT_CATEGORY_TAG_REQUIRED,
    "53": ErrorCode.CURRENCY_TYPE_REQUIRED,
    "58": ErrorCode.COUNTRY_CODE_TAG_REQUIRED,
    "59": ErrorCode.MERCHANT_NAME_REQUIRED,
    "60": ErrorCode.MERCHANT_CITY_TAG_REQUIRED,
    "63": ErrorCode.CRC_TAG_REQUIRED,
}
"""What must be there, in the order in which the SDK looks for it; 30 counts as 29."""

_MAXIMA = {
    "00": (2, ErrorCode.PAYLOAD_FORMAT_INDICATOR_LENGTH_INVALID),
    "01": (2, ErrorCode.POINT_INITIATION_LENGTH_INVALID),
    "15": (99, ErrorCode.UPI_ACCOUNT_INFORMATION_LENGTH_INVALID),
    "52": (4, ErrorCode.MERCHANT_CODE_LENGTH_INVALID),
    "53": (3, ErrorCode.TRANSACTION_CURRENCY_LENGTH_INVALID),
    "54": (13, ErrorCode.TRANSACTION_AMOUNT_INVALID),
    "58": (3, ErrorCode.COUNTRY_CODE_LENGTH_INVALID),
    "59": (25, ErrorCode.MERCHANT_NAME_LENGTH_INVALID),
    "60": (15, ErrorCode.MERCHANT_CITY_LENGTH_INVALID),
    "63": (4, ErrorCode.CRC_LENGTH_INVALID),
}
_ADDITIONAL = {
    "01": ErrorCode.BILL_NUMBER_LENGTH_INVALID,
    "02": ErrorCode.MOBILE_NUMBER_LENGTH_INVALID,
    "03": ErrorCode.STORE_LABEL_LENGTH_INVALID,
    "07": ErrorCode.TERMINAL_LABEL_LENGTH_INVALID,
    "08": ErrorCode.PURPOSE_OF_TRANSACTION_LENGTH_INVALID,
}
_LAST_MOMENT = 8.64e15
"""The largest time that a JavaScript Date can hold, in milliseconds."""


def verify_full(
    payload: str | bytes,
    *,
    at: datetime,
    check_expiry: bool = True,
    sdk_compatible: bool = False,
) -> Verdict:
    """Return the verdict of the official SDK's ``verify``, with the number that it swallows.

    By default some codes fail that the SDK accepts by mistake, all with number 8 but the last: a
    repeated object, both 29 and 30, a header that is not four digits, an object that overruns
    its template, text behind the CRC, a second CRC, an amount that is no plain non-zero decimal
    (number 4).

    Args:
        payload: the text of a code.
        at: the moment at which expiry is judged, an aware `datetime`.
        check_expiry: whether an expired code fails; ``expired`` is set all the same.
        sdk_compatible: give the SDK's own verdict, mistakes included.

    Raises:
        TypeError: for a wrong Python type.
        DecodeError: for bytes that are not UTF-8, or more than 4,096 characters.
        EncodeError: if ``at`` has no time zone.

    Source: bakong-khqr 1.0.20.

    >>> from datetime import timezone
    >>> verify_full("00020101021129180014demo_user@devb5204599953031165802KH5909Demo User"
    ...             "6010Phnom Penh63040000", at=datetime(2026, 1, 1, tzinfo=timezone.utc))
    Verdict(valid=False, code=8, code_name='KHQR_INVALID', expired=False)
    """
    text = payload_text(payload)
    moment = aware_moment("at", at)
    if moment is None:
        raise TypeError("at is an aware datetime, not None")
    now = milliseconds(moment)
    try:
        _refuse(text, now if check_expiry else None, strict=not sdk_compatible)
    except _Refused as refusal:
        number, name = (int(refusal.code), refusal.code.name) if refusal.code else (None, None)
        return Verdict(False, number, name, _is_expired(text, now))
    return Verdict(True, None, None, _is_expired(text, now))


def _is_expired(text: str, now: int) -> bool:
    """Whether 99.01 is 13 digits and over, however well the rest of the code can be read."""
    time = read(text, KHQR_PROFILE).value("99.01") or ""
    return re.fullmatch("[0-9]{13}", time) is not None and int(time) < now


def _refuse(text: str, now: int | None, *, strict: bool) -> None:
    """Take the SDK's steps in its order, and raise at the first that fails."""
    if not _has_right_crc(text):
        raise _Refused(ErrorCode.KHQR_INVALID)
    if strict:
        _refuse_structure(text)
    found = _root_objects(units(text))
    _refuse_absence(found)
    initiation = ""
    for object_id, value in found:
        if object_id == "01":
            initiation = value
        if object_id in _TEMPLATES:
            _TEMPLATES[object_id](_sub_objects(value))
        elif object_id == "99":
            times = _sub_objects(value)
            if initiation == "12":
                _refuse_times(times, now)
        else:
            _refuse_value(object_id, value)
    if strict:
        _refuse_amount(dict(found))


def _has_right_crc(text: str) -> bool:
    if not re.search("6304[0-9A-Fa-f]{4}\\Z", text) or len(units(text)) < 12:
        return False
    return checksum(well_formed(text[:-4])) == text[-4:].upper()


def _refuse_absence(found: list[tuple[str, str]]) -> None:
    ids = {object_id for object_id, _ in found}
    dynamic = ("01", "12") in found
    if dynamic and "54" not in ids:
        raise _Refused(ErrorCode.INVALID_DYNAMIC_KHQR)
    if (dynamic or "54" in ids) and "99" not in ids:
        raise _Refused(ErrorCode.EXPIRATION_TIMESTAMP_REQUIRED)
    for object_id, code in _REQUIRED.items():
        if object_id not in ids:
            raise _Refused(code)


def _refuse_structure(text: str) -> None:
    reading = read(text, KHQR_PROFILE)
    objects = reading.tree.objects
    paths = [item.path for item in every_object(objects)]
    if (
        not is_complete(reading.tree)
        or len(set(paths)) < len(paths)
        or {"29", "30"} <= set(paths)
        or any(item.fault for item in objects if item.id in {"29", "30", "62", "64", "99"})
    ):
        raise _Refused(ErrorCode.KHQR_INVALID)


def _refuse_amount(values: dict[str, str]) -> None:
    amount = values.get("54")
    if amount is None:
        return
    riel = values["53"] == KHR.number
    fraction = amount.partition(".")[2]
    if not AMOUNT.fullmatch(amount) or is_zero(amount) or (riel and fraction.strip("0")):
        raise _Refused(ErrorCode.TRANSACTION_AMOUNT_INVALID)


def _root_objects(text: str) -> list[tuple[str, str]]:
    """Return the objects that the SDK knows; one that repeats its neighbour ends the walk."""
    found: list[tuple[str, str]] = []
    last = ""
    while text:
        object_id, value, rest = cut(text)
        if object_id == last:
            break
        if object_id == "30" and rest == text:
            raise _Refused(ErrorCode.KHQR_INVALID)  # here the SDK never returns
        last = "29" if object_id == "30" else object_id
        if last in _KNOWN:
            found.append((last, value))
        text = rest
    return found


def _sub_objects(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while value:
        object_id, text, rest = cut(value)
        if rest == value:
            raise _Refused(ErrorCode.KHQR_INVALID)  # here the SDK never returns
        found[object_id] = text
        value = rest
    return found


def _refuse_value(object_id: str, value: str) -> None:
    maximum, too_long = _MAXIMA[object_id]
    if not value and object_id in _REQUIRED:
        raise _Refused(_REQUIRED[object_id])
    if len(value) > maximum:
        raise _Refused(too_long)
    if object_id == "01" and value not in {"11", "12"}:
        raise _Refused(ErrorCode.POINT_OF_INITIATION_METHOD_INVALID)
    if object_id == "52" and not re.fullmatch("[0-9]+", value):
        raise _Refused(ErrorCode.INVALID_MERCHANT_CATEGORY_CODE)
    if object_id == "53" and integer(value) not in {116, 840}:
        raise _Refused(ErrorCode.UNSUPPORTED_CURRENCY)
    if object_id == "54" and (not value or "-" in value):
        raise _Refused(ErrorCode.TRANSACTION_AMOUNT_INVALID)


def _refuse_account(values: dict[str, str]) -> None:
    account = values.get("00", "")
    if not account:
        raise _Refused(ErrorCode.BAKONG_ACCOUNT_ID_REQUIRED)
    if len(account) > 32:
        raise _Refused(ErrorCode.BAKONG_ACCOUNT_ID_LENGTH_INVALID)
    if "@" not in account:
        raise _Refused(ErrorCode.BAKONG_ACCOUNT_ID_INVALID)
    if len(values.get("01", "")) > 32:
        raise _Refused(ErrorCode.ACCOUNT_INFORMATION_LENGTH_INVALID)
    if values.get("02") == "":
        raise _Refused(ErrorCode.ACQUIRING_BANK_REQUIRED)
    if len(values.get("02", "")) > 32:
        raise _Refused(ErrorCode.ACQUIRING_BANK_LENGTH_INVALID)


def _refuse_additional(values: dict[str, str]) -> None:
    for object_id, code in _ADDITIONAL.items():
        if object_id in values and not 0 < len(values[object_id]) <= 25:
            raise _Refused(code)


def _refuse_language(values: dict[str, str]) -> None:
    language, name, city = map(values.get, ("00", "01", "02"))
    if language and not name:
        raise _Refused(ErrorCode.MERCHANT_NAME_ALTERNATE_LANGUAGE_REQUIRED)
    if name is not None and language is None:
        raise _Refused(None)  # here the SDK fails with an exception of its own
    if name is not None and language is not None and not 0 < len(language) <= 2:
        raise _Refused(ErrorCode.LANGUAGE_PREFERENCE_LENGTH_INVALID)
    if name is not None and not 0 < len(name) <= 25:
        raise _Refused(ErrorCode.MERCHANT_NAME_ALTERNATE_LANGUAGE_LENGTH_INVALID)
    if city is not None and not 0 < len(city) <= 15:
        raise _Refused(ErrorCode.MERCHANT_CITY_ALTERNATE_LANGUAGE_LENGTH_INVALID)


def _refuse_times(values: dict[str, str], now: int | None) -> None:
    expires, created = number(values.get("01")), number(values.get("00"))
    if isnan(expires) or not expires:
        raise _Refused(ErrorCode.EXPIRATION_TIMESTAMP_REQUIRED)
    if len(number_text(expires)) != 13:
        raise _Refused(ErrorCode.EXPIRATION_TIMESTAMP_LENGTH_INVALID)
    if abs(expires) > _LAST_MOMENT:
        raise _Refused(ErrorCode.INVALID_DYNAMIC_KHQR)
    if expires < created:
        raise _Refused(ErrorCode.EXPIRATION_TIMESTAMP_IN_THE_PAST)
    if now is not None and expires < now:
        raise _Refused(ErrorCode.KHQR_EXPIRED)


_TEMPLATES = {"29": _refuse_account, "62": _refuse_additional, "64": _refuse_language}
