"""What many tests share: the vectors, how the SDK's inputs become values, and whole payloads."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import khqr
from khqr.emv.crc import checksum
from khqr.model import Code, moment_at

EXAMPLES = int(os.environ.get("KHQR_EXAMPLES", "2000"))
"""How many examples Hypothesis tries for a property."""

VECTORS = Path(__file__).parent / "vectors"

CLOCK = moment_at(1750000000000)
"""The moment at which the official SDK was run for the vectors."""

P0 = (
    "00020101021226280015com.example.pay0105M0001520459995303840540510.505802KH"
    "5912EXAMPLE SHOP6010PHNOM PENH62150105INV-10702T163044D37"
)
"""An EMVCo payload without any finding."""

STATIC = (
    "00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A"
)
DYNAMIC = (
    "00020101021229180014demo_user@devb5204599953031165405100005802KH5909Demo User6009Siem Reap"
    "993400131750000000000011317500003000006304A644"
)
FULL = (
    "00020101021215310001034400010344DEMOMERCHANT00130350009khqr@devb01060001230208Dev Bank"
    "520458145303116540441005802KH5911Demo Coffee6010Phnom Penh62510105INV-10211855000000000304"
    "Main0705POS-10806Coffee64310002km0110ហាងសាកល្បង0207ភ្នំពេញ"
    "9934001317500000000000113175000030000063049D54"
)

FULL_FIELDS: dict[str, Any] = {
    "bakong_account_id": "khqr@devb",
    "merchant_name": "Demo Coffee",
    "merchant_id": "000123",
    "acquiring_bank": "Dev Bank",
    "amount": 4100,
    "merchant_category_code": "5814",
    "unionpay_account": "0001034400010344DEMOMERCHANT001",
    "bill_number": "INV-1",
    "mobile_number": "85500000000",
    "store_label": "Main",
    "terminal_label": "POS-1",
    "purpose_of_transaction": "Coffee",
    "language_preference": "km",
    "merchant_name_alternate_language": "ហាងសាកល្បង",
    "merchant_city_alternate_language": "ភ្នំពេញ",
    "created_at": CLOCK,
    "expires_at": moment_at(1750000300000),
}
"""What `FULL` says: every field of a merchant code."""

_SDK_NAMES = {
    "bakongAccountID": "bakong_account_id",
    "merchantName": "merchant_name",
    "merchantCity": "merchant_city",
    "merchantID": "merchant_id",
    "acquiringBank": "acquiring_bank",
    "accountInformation": "account_information",
    "upiMerchantAccount": "unionpay_account",
    "merchantCategoryCode": "merchant_category_code",
    "billNumber": "bill_number",
    "mobileNumber": "mobile_number",
    "storeLabel": "store_label",
    "terminalLabel": "terminal_label",
    "purposeOfTransaction": "purpose_of_transaction",
    "languagePreference": "language_preference",
    "merchantNameAlternateLanguage": "merchant_name_alternate_language",
    "merchantCityAlternateLanguage": "merchant_city_alternate_language",
    "currency": "currency",
    "amount": "amount",
    "expirationTimestamp": "expires_at",
}


def load(name: str) -> list[dict[str, Any]]:
    """Return the cases of a vector file."""
    data = (VECTORS / name).read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    cases: list[dict[str, Any]] = json.loads(data)["cases"]
    return cases


def sealed(body: str) -> str:
    """Return ``body`` with an object 63 behind it."""
    return f"{body}6304{checksum(body + '6304')}"


def resealed(payload: str) -> str:
    """Return ``payload`` with its last eight characters replaced by a right CRC."""
    return sealed(payload[:-8])


def inserted(objects: str, payload: str = P0) -> str:
    """Return ``payload`` with ``objects`` in front of its CRC, which is made right."""
    return sealed(payload[:-8] + objects)


def replaced(old: str, new: str, payload: str = P0) -> str:
    """Return ``payload`` with the only ``old`` replaced, and its CRC made right."""
    assert payload.count(old) == 1, (old, payload)
    return resealed(payload.replace(old, new))


def _typed(name: str, value: Any) -> Any:
    """Bring a value of the SDK's input to the Python type that stands for it."""
    if name == "expires_at" and value is not None:
        return moment_at(int(value)) if str(value).isdigit() else None
    if name == "amount" and isinstance(value, float):
        return Decimal(repr(value))
    if name == "currency" and type(value) is int:
        return str(value)
    if name == "merchant_category_code" and isinstance(value, (int, float)):
        return str(value)
    return value


def sdk_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments that stand for an input of the official SDK."""
    flat = {**given, **given.get("optional", {})}
    return {
        _SDK_NAMES[key]: _typed(_SDK_NAMES[key], value)
        for key, value in flat.items()
        if key not in {"kind", "optional"}
    }


def sdk_value(given: dict[str, Any]) -> khqr.Individual | khqr.Merchant:
    """Return the value that stands for an input of the official SDK."""
    cls = khqr.Individual if given["kind"] == "individual" else khqr.Merchant
    return cls(**sdk_fields(given))


def changed(code: Code, **changes: Any) -> Any:
    """Return ``code`` with fields replaced by whatever its constructor takes."""
    return replace(code, **changes)


def moment(text: str) -> datetime:
    """Return an aware moment from ISO 8601."""
    return datetime.fromisoformat(text)
