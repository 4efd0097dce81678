"""The texts that everybody reads, and the fields that everybody writes: made from a seed.

A third of the codes holds Khmer, in the name, the alternate language or both; static and dynamic,
`khqr.Individual` and `khqr.Merchant`, riel and dollar, few and many fields take turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import khqr

CLOCK_MS = 1_750_000_000_000
CLOCK = datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
"""The moment at which every code is made and judged."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = ("Demo Coffee", "Mekong Mart", "Angkor Books", "Mekong Noodle House", "Kampot Pepper Co")
_KHMER_NAMES = ("ហាងសាកល្បង", "ផ្សារទំនើបមេគង្គ", "កាហ្វេអង្គរ", "សៀវភៅមេគង្គ")
_CITIES = {
    "Phnom Penh": "ភ្នំពេញ",
    "Siem Reap": "សៀមរាប",
    "Battambang": "បាត់ដំបង",
    "Kampot": "កំពត",
}
_CATEGORIES = ("5999", "5411", "5812", "5814", "7299")

SDK_NAMES = {
    "account_information": "accountInformation",
    "acquiring_bank": "acquiringBank",
    "currency": "currency",
    "amount": "amount",
    "merchant_category_code": "merchantCategoryCode",
    "unionpay_account": "upiMerchantAccount",
    "bill_number": "billNumber",
    "mobile_number": "mobileNumber",
    "store_label": "storeLabel",
    "terminal_label": "terminalLabel",
    "purpose_of_transaction": "purposeOfTransaction",
    "language_preference": "languagePreference",
    "merchant_name_alternate_language": "merchantNameAlternateLanguage",
    "merchant_city_alternate_language": "merchantCityAlternateLanguage",
    "expires_at": "expirationTimestamp",
}
"""What the official SDK calls its optional inputs."""


@dataclass(frozen=True)
class Item:
    """One code.

    Attributes:
        fields: the keyword arguments of `khqr.Individual` or `khqr.Merchant`.
        payload: what `khqr.encode` makes of them.
    """

    fields: Mapping[str, Any]
    payload: str

    @property
    def is_merchant(self) -> bool:
        """Whether the fields are those of `khqr.Merchant`."""
        return "merchant_id" in self.fields


def written(fields: Mapping[str, Any]) -> str:
    """Build the value and encode it, by the fixed clock."""
    kind = khqr.Merchant if "merchant_id" in fields else khqr.Individual
    return khqr.encode(kind(**fields), at=CLOCK)


def make_items(count: int, seed: int) -> Sequence[Item]:
    """Return ``count`` codes; the same for the same seed."""
    random = Random(seed)
    items = []
    for number in range(count):
        fields = _fields(random, with_khmer=number % 3 == 0)
        items.append(Item(fields, written(fields)))
    return items


def _fields(random: Random, *, with_khmer: bool) -> dict[str, Any]:
    city = random.choice(list(_CITIES))
    khmer_in_name = with_khmer and random.random() < 0.5
    fields: dict[str, Any] = {
        "bakong_account_id": f"demo_user{random.randrange(10**4)}@devb",
        "merchant_name": random.choice(_KHMER_NAMES if khmer_in_name else _NAMES),
        "merchant_city": city,
        "currency": random.choice(("KHR", "USD")),
    }
    many = random.random()
    """The share of optional fields that this code has."""
    account = f"{random.randrange(10**9):09d}"
    if random.random() < 0.5:
        fields |= {"merchant_id": account, "acquiring_bank": "Dev Bank"}
    elif random.random() < many:
        fields |= {"account_information": account, "acquiring_bank": "Dev Bank"}
    if random.random() < 0.6:
        fields["amount"] = _amount(random, fields["currency"])
        fields["expires_at"] = CLOCK + timedelta(seconds=random.randrange(30, 601))
    optional = {
        "merchant_category_code": random.choice(_CATEGORIES),
        "bill_number": f"INV-{random.randrange(10**6)}",
        "mobile_number": f"855{random.randrange(10**8, 10**9)}",
        "store_label": "Main",
        "terminal_label": f"POS-{random.randrange(1, 30)}",
        "purpose_of_transaction": random.choice(("Coffee", "Books", "Lunch")),
    }
    fields |= {name: text for name, text in optional.items() if random.random() < many}
    if fields["currency"] == "KHR" and random.random() < 0.1:
        fields["unionpay_account"] = f"{random.randrange(10**31):031d}"
    if (with_khmer and not khmer_in_name) or (with_khmer and random.random() < many):
        fields |= {
            "language_preference": "km",
            "merchant_name_alternate_language": random.choice(_KHMER_NAMES),
        }
        if random.random() < 0.7:
            fields["merchant_city_alternate_language"] = _CITIES[city]
    return fields


def _amount(random: Random, currency: str) -> str:
    if currency == "KHR":
        return str(random.randrange(1, 5000) * 100)
    cents = random.randrange(1, 100)
    return f"{random.randrange(500)}.{cents:02d}"


def sdk_input(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``fields`` as the official SDK takes them: its names, and milliseconds for times.

    Everything else stays as it is, text as text.
    """
    optional = {
        SDK_NAMES[name]: _sdk_value(value)
        for name, value in fields.items()
        if name in SDK_NAMES and not ("merchant_id" in fields and name == "acquiring_bank")
    }
    given = [fields["bakong_account_id"], fields["merchant_name"], fields["merchant_city"]]
    if "merchant_id" in fields:
        given += [fields["merchant_id"], fields["acquiring_bank"]]
    return {"merchant": "merchant_id" in fields, "given": given, "optional": optional}


def _sdk_value(value: object) -> object:
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(milliseconds=1)
    return f"{value:f}" if isinstance(value, Decimal) else value
