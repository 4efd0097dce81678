"""Every data object of EMVCo MPM: number, name, format, length and presence, once.

Tables 3.6, 3.7, 3.8, 4.1, 4.2, 4.4 and 4.5 of *EMV QR Code Specification for Payment Systems,
Merchant-Presented Mode*, version 1.0. Objects 62.10 and 62.11 come from version 1.1, known
second-hand. Parser, checks and the printed explanation read the rules from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

__all__ = [
    "ADDITIONAL_DATA",
    "GUID_TEMPLATE",
    "LANGUAGE_TEMPLATE",
    "MERCHANT_ACCOUNTS",
    "ROOT",
    "Dictionary",
    "Entry",
    "Format",
]

Format = Literal["N", "ans", "S"]
"""The characters a value may hold (Table 1.3): ASCII digits; 0x20 to 0x7E; Unicode."""


class Entry(NamedTuple):
    """What the specification says of one data object.

    Attributes:
        name: the name in the specification.
        format: see `Format`.
        maximum: longest value in characters.
        minimum: shortest value in characters.
        length_code: the finding for a value outside the two; empty where nothing is said.
        required: whether the object must be present at its level.
        reserved: the finding for a reserved or unallocated number; empty for a number in use.
        inside: the dictionary of its sub-objects, for a template.
    """

    name: str
    format: Format
    maximum: int = 99
    minimum: int = 1
    length_code: str = ""
    required: bool = False
    reserved: str = ""
    inside: Dictionary | None = None


class Dictionary:
    """The objects that may stand at one level, and what every other object there is.

    >>> ROOT.entry("59").name, ROOT.entry("26").inside is GUID_TEMPLATE
    ('Merchant Name', True)
    """

    __slots__ = ("_entries", "_other", "missing_code", "required")

    def __init__(
        self, entries: Mapping[str, Entry], *, other: Entry, missing_code: str = ""
    ) -> None:
        self._entries = entries
        self._other = other
        self.missing_code = missing_code
        self.required = tuple(key for key, entry in entries.items() if entry.required)

    def entry(self, object_id: str) -> Entry:
        """Return the entry of ``object_id``, which may be any two digits."""
        return self._entries.get(object_id, self._other)

    def with_entries(self, entries: Mapping[str, Entry]) -> Dictionary:
        """Return the dictionary of a dialect, in which ``entries`` stand for those here.

        >>> ROOT.with_entries({"82": Entry("Integrity Hash", "S")}).entry("82").inside is None
        True
        """
        return Dictionary(
            {**self._entries, **entries}, other=self._other, missing_code=self.missing_code
        )


def numbers(first: int, last: int) -> Iterable[str]:
    """Return the IDs from ``first`` to ``last``, both included, as two digits each.

    >>> list(numbers(8, 10))
    ['08', '09', '10']
    """
    return (f"{number:02d}" for number in range(first, last + 1))


GUID_TEMPLATE = Dictionary(
    {
        "00": Entry(
            "Globally Unique Identifier", "ans", 32, length_code="guid.too-long", required=True
        )
    },
    other=Entry("Network Specific Data", "S"),
    missing_code="guid.missing",
)
"""Objects inside 26-51, 62.50-62.99 and 80-99 (Tables 4.2, 4.4, 4.5)."""

_ADDITIONAL_NAMES = (
    "Bill Number",
    "Mobile Number",
    "Store Label",
    "Loyalty Number",
    "Reference Label",
    "Customer Label",
    "Terminal Label",
    "Purpose of Transaction",
)

ADDITIONAL_DATA = Dictionary(
    {
        "00": Entry("Unallocated", "S", reserved="additional.unallocated"),
        **{
            key: Entry(name, "ans", 25, length_code="additional.too-long")
            for key, name in zip(numbers(1, 8), _ADDITIONAL_NAMES, strict=True)
        },
        "09": Entry("Additional Consumer Data Request", "ans", 3),
        "10": Entry("Merchant Tax ID", "ans", 20, length_code="tax-id.too-long"),
        "11": Entry("Merchant Channel", "ans", 3, 3, length_code="channel.length"),
        **dict.fromkeys(
            numbers(50, 99),
            Entry("Payment System Specific Template", "S", inside=GUID_TEMPLATE),
        ),
    },
    other=Entry("Reserved for EMVCo", "S", reserved="additional.rfu"),
)
"""Objects inside 62 (Table 3.7)."""

LANGUAGE_TEMPLATE = Dictionary(
    {
        "00": Entry("Language Preference", "ans", 2, 2, required=True),
        "01": Entry(
            "Merchant Name, Alternate Language",
            "S",
            25,
            length_code="language.too-long",
            required=True,
        ),
        "02": Entry("Merchant City, Alternate Language", "S", 15, length_code="language.too-long"),
    },
    other=Entry("Reserved for EMVCo", "S", reserved="language.rfu"),
    missing_code="language.missing",
)
"""Objects inside 64 (Table 3.8)."""

MERCHANT_ACCOUNTS = frozenset(numbers(2, 51))
"""At least one of these stands in every payload (§4.7.9.1)."""

_ACCOUNT_OWNERS = {
    **dict.fromkeys(numbers(2, 3), "Visa"),
    **dict.fromkeys(numbers(4, 5), "Mastercard"),
    **dict.fromkeys(numbers(9, 10), "Discover"),
    **dict.fromkeys(numbers(11, 12), "American Express"),
    **dict.fromkeys(numbers(13, 14), "JCB"),
    **dict.fromkeys(numbers(15, 16), "UnionPay"),
}

ROOT = Dictionary(
    {
        "00": Entry("Payload Format Indicator", "N", 2, 2, required=True),
        "01": Entry("Point of Initiation Method", "N", 2, 2),
        **{
            key: Entry(f"Merchant Account Information, {_ACCOUNT_OWNERS.get(key, 'EMVCo')}", "ans")
            for key in numbers(2, 25)
        },
        **dict.fromkeys(
            numbers(26, 51),
            Entry("Merchant Account Information Template", "ans", inside=GUID_TEMPLATE),
        ),
        "52": Entry("Merchant Category Code", "N", 4, 4, length_code="mcc.format", required=True),
        "53": Entry(
            "Transaction Currency", "N", 3, 3, length_code="currency.format", required=True
        ),
        "54": Entry("Transaction Amount", "ans", 13, length_code="amount.too-long"),
        "55": Entry("Tip or Convenience Indicator", "N", 2, 2, length_code="tip.format"),
        "56": Entry("Value of Convenience Fee Fixed", "ans", 13, length_code="fee-fixed.too-long"),
        "57": Entry(
            "Value of Convenience Fee Percentage", "ans", 5, length_code="fee-percent.too-long"
        ),
        "58": Entry("Country Code", "ans", 2, 2, required=True),
        "59": Entry("Merchant Name", "ans", 25, length_code="name.too-long", required=True),
        "60": Entry("Merchant City", "ans", 15, length_code="city.too-long", required=True),
        "61": Entry("Postal Code", "ans", 10, length_code="postal-code.too-long"),
        "62": Entry("Additional Data Field Template", "S", inside=ADDITIONAL_DATA),
        "63": Entry("CRC", "ans", 4, 4),
        "64": Entry("Merchant Information, Language Template", "S", inside=LANGUAGE_TEMPLATE),
        **dict.fromkeys(numbers(80, 99), Entry("Unreserved Template", "S", inside=GUID_TEMPLATE)),
    },
    other=Entry("Reserved for EMVCo", "S", reserved="root.rfu"),
)
"""Objects under the root (Tables 3.6 and 4.1)."""
