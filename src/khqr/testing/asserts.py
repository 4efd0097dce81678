"""Assertions about codes and pictures of codes, with failure messages that say what differs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..codec import decode
from ..currency import Currency, amount_from
from ..errors import KhqrError
from ..model import Individual, Merchant

__all__ = ["assert_khqr", "scan_khqr"]

_CONVERSIONS = {"amount": amount_from, "currency": Currency.of}


def scan_khqr(image: Any) -> Individual | Merchant:
    """Return what the only KHQR of an image means.

    Args:
        image: whatever `khqr.image.scan` takes: a path, bytes, a file, a picture, an array.

    Raises:
        ScanError: if there is not exactly one KHQR.
        MissingDependency: if no reader is installed.
    """
    from ..image import scan

    return decode(scan(image).text)


def assert_khqr(image_or_payload: Any, **expected: Any) -> Individual | Merchant:
    """Assert that a payload, or the only KHQR of an image, has the fields that are named.

    Amounts may be given as `int`, `str` or `Decimal`, a currency by its code. Other fields are
    not looked at.

    Args:
        image_or_payload: the text of a code; or an image as `khqr.image.scan` takes it.
        expected: fields of `khqr.Individual` or `khqr.Merchant` with their values.

    Returns:
        the decoded code.

    Raises:
        AssertionError: if the code cannot be read, or differs; it lists every difference.

    >>> payload = ("00020101021129180014demo_user@devb5204599953031165802KH"
    ...            "5909Demo User6010Phnom Penh6304119A")
    >>> assert_khqr(payload, merchant_name="Demo Shop")
    Traceback (most recent call last):
    AssertionError: the code differs:
      merchant_name is 'Demo User', expected 'Demo Shop'
    """
    try:
        if isinstance(image_or_payload, str) and image_or_payload[:2].isdigit():
            code = decode(image_or_payload)
        else:
            code = scan_khqr(image_or_payload)
    except KhqrError as problem:
        raise AssertionError(f"no KHQR could be read: {problem}") from problem
    known = {field.name for field in fields(code)}
    differences = []
    for name, value in expected.items():
        if name not in known:
            kind = type(code).__name__
            differences.append(f"{name} is no field of {kind}; it has {', '.join(sorted(known))}")
            continue
        wanted = _CONVERSIONS.get(name, lambda given: given)(value)
        found = getattr(code, name)
        if found != wanted:
            differences.append(f"{name} is {_shown(found)}, expected {_shown(wanted)}")
    if differences:
        raise AssertionError("\n  ".join(["the code differs:", *differences]))
    return code


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Currency) else repr(value)
