"""The official SDK's two ways of showing a payload as plain mappings, without its defects."""

from __future__ import annotations

from ..codec.decoder import ambiguities, complete_tree, refuse
from ..emv.catalogue import Locator
from ..emv.payload import Payload, parse
from ..emv.source import payload_text
from ..emv.tlv import read_level
from ..emv.units import LengthUnit, ruler

__all__ = ["FLAT_KEYS", "decode_flat", "decode_non_khqr"]

FLAT_KEYS: dict[str, str] = {
    "merchantType": "",
    "bakongAccountID": "{kind}.00",
    "accountInformation": "29.01",
    "merchantID": "30.01",
    "acquiringBank": "{kind}.02",
    "billNumber": "62.01",
    "mobileNumber": "62.02",
    "storeLabel": "62.03",
    "terminalLabel": "62.07",
    "purposeOfTransaction": "62.08",
    "languagePreference": "64.00",
    "merchantNameAlternateLanguage": "64.01",
    "merchantCityAlternateLanguage": "64.02",
    "creationTimestamp": "99.00",
    "expirationTimestamp": "99.01",
    "payloadFormatIndicator": "00",
    "pointofInitiationMethod": "01",
    "unionPayMerchant": "15",
    "merchantCategoryCode": "52",
    "transactionCurrency": "53",
    "transactionAmount": "54",
    "countryCode": "58",
    "merchantName": "59",
    "merchantCity": "60",
    "crc": "63",
}
"""The keys of the SDK's ``decode`` in its order, and where each value stands."""


def decode_flat(payload: str | bytes) -> dict[str, str | None]:
    """Return a payload as the official SDK's ``decode`` does: every key, texts or None.

    As in the SDK, neither the CRC nor any value is checked; use `khqr.decode` for a code that is
    to be paid. Unlike the SDK, a text that cannot be walked or that repeats an object is refused;
    only object 99, in which banks keep text of their own, gives None where it cannot be walked.
    Lengths are tried in UTF-16 units, as the SDK counts them, then as `khqr.decode` does.

    Raises:
        DecodeError: if the objects cannot be walked, one is repeated, or 29 and 30 are both there.

    Source: bakong-khqr 1.0.20.

    >>> flat = decode_flat("00020101021129180014demo_user@devb5204599953031165802KH"
    ...                    "5909Demo User6010Phnom Penh6304119A")
    >>> flat["merchantType"], flat["bakongAccountID"], flat["billNumber"]
    ('29', 'demo_user@devb', None)
    """
    source = _walked(payload_text(payload))
    kind = next((kind for kind in ("29", "30") if kind in source), None)
    return {
        key: source.get(path.format(kind=kind)) if path else kind for key, path in FLAT_KEYS.items()
    }


def _walked(text: str) -> Payload:
    tree = complete_tree(text)
    source = parse(text) if tree is None else Payload(text, tree)
    refuse([*ambiguities(source.objects, text, Locator(text))])
    return source


Shown = str | dict[str, "str | dict[str, str]"]


def decode_non_khqr(payload: str | bytes) -> dict[str, Shown]:
    """Return any EMVCo payload as the official SDK's ``decodeNonKhqr`` does: ID to text or mapping.

    Templates 26-51, 62, 64 and 80-99 of six characters and more become mappings if at least one
    object inside can be read, 62.50-62.99 once more. The first object that cannot be read ends
    its level silently. IDs 10 to 99 come first in rising order, then 00 to 09 as they appear,
    which is the order of a JavaScript object.

    Raises:
        DecodeError: for bytes that are not UTF-8, or more than 4,096 characters.

    Source: bakong-khqr 1.0.20.

    >>> decode_non_khqr("00020126090005a@b.c")
    {'26': {'00': 'a@b.c'}, '00': '01'}
    """
    return {
        object_id: _second_level(object_id, value)
        for object_id, value in _readable(payload_text(payload)).items()
    }


def _readable(text: str) -> dict[str, str]:
    """Return ID and value of the objects at the start of ``text``, in JavaScript's key order."""
    level = read_level(text, 0, len(text), ruler(text, LengthUnit.UTF16))
    values = {span.id: text[span.value_start : span.end] for span in level.spans}
    return dict(sorted(values.items(), key=lambda item: item[0] if item[0] >= "10" else "99x"))


def _second_level(object_id: str, value: str) -> Shown:
    if not ("26" <= object_id <= "51" or object_id in {"62", "64"} or object_id >= "80"):
        return value
    inside = _readable(value) if len(value) >= 6 else {}
    if not inside:
        return value
    return {
        sub_id: (_readable(text) or text) if object_id == "62" and sub_id >= "50" else text
        for sub_id, text in inside.items()
    }
