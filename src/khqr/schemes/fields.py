"""What a code says, seen by one of its networks: the text as written, and typed attributes.

Two views in one value. As a mapping it holds what was written, with EMVCo's common names for the
objects of the root and two digits for all others, so that ``dict(fields)`` is the whole code. As
attributes it has what the scheme's table names, typed: money as `Decimal`, dates as `date`. The
table of a scheme is the body of its class, so that ``isinstance`` tells a type checker which
attributes there are; the mapping needs no such knowledge, and compares equal to a plain `dict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from ..emv.tlv import read_level
from ..emv.tree import DataObject
from ..emv.units import LengthUnit, ruler
from ..errors import ObjectMissing, quote
from .rows import SchemeField, money, text

__all__ = [
    "CARDS",
    "ROOT_NAMES",
    "EmvFields",
    "Fields",
    "Written",
    "open_value",
    "repeats",
    "written",
]

Written = str | dict[str, "Written"]
"""The value of an object: its text, or what is inside it."""

ROOT_NAMES = {
    "00": "payload_format_indicator",
    "01": "point_of_initiation",
    "52": "merchant_category_code",
    "53": "currency",
    "54": "amount",
    "58": "country",
    "59": "merchant_name",
    "60": "merchant_city",
    "61": "postal_code",
    "63": "crc",
}
"""The objects of the root that have a name in the mapping; every other has its number."""

_IDS = {name: object_id for object_id, name in ROOT_NAMES.items()}
CARDS = frozenset(f"{number:02d}" for number in range(2, 15))
"""Objects that hold card numbers, which are never shown (EMVCo MPM 1.0 Table 4.1)."""


class Fields(Mapping[str, Written]):
    """What a code says, by the table of one scheme.

    >>> from khqr.schemes import ThaiBillFields, identify
    >>> (network,) = identify(
    ...     "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
    ...     "53037645406120.005802TH5909DEMO CAFE6304B166")
    >>> bill = network.fields
    >>> bill["amount"], bill["30"]["02"], bill["reference_1"]
    ('120.00', 'DEMOREF001', 'DEMOREF001')
    >>> isinstance(bill, ThaiBillFields) and (bill.amount, bill.reference_1)
    (Decimal('120.00'), 'DEMOREF001')
    """

    __slots__ = ("_identifier", "_own", "_written")

    rows: ClassVar[Mapping[str, SchemeField[Any]]] = {}
    """The rows of the table, by name."""

    names: ClassVar[Mapping[str, str]] = {}
    """The keys of the mapping that are no number."""

    def __init_subclass__(cls) -> None:
        found = {name: row for name, row in vars(cls).items() if isinstance(row, SchemeField)}
        cls.rows = {**cls.rows, **found}

    def __init__(
        self, written: Mapping[str, Written], own: tuple[str, ...] = (), identifier: str = ""
    ) -> None:
        self._written = written
        self._own = own
        self._identifier = identifier

    def place(self, path: str) -> str | None:
        """Return where the ``path`` of a row is in this code, or None if it has no such place."""
        first, dot, rest = path.partition(".")
        if not first.endswith("*"):
            return path
        hint = first[:-1]
        own = next((found for found in self._own if hint in {"", found}), None)
        return None if own is None else own + dot + rest

    def text_at(self, path: str) -> str | None:
        """Return the text at the ``path`` of a row, or None where there is none."""
        place = self.place(path)
        if place is None:
            return None
        value: Written | None = {**self._written}
        for part in place.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, str) else None

    def applies(self, row: SchemeField[Any]) -> bool:
        """Whether ``row`` goes with the identifier that the code has."""
        return not row.guids or self._identifier in row.guids

    def text_of(self, row: SchemeField[Any]) -> str | None:
        """Return the text of ``row`` as written, or None where there is none."""
        return self.text_at(row.path) if self.applies(row) else None

    def __getitem__(self, key: str) -> Written:
        value = self._written.get(_IDS.get(key, key) if self.names else key)
        if value is None and key in self.rows:
            value = self.text_of(self.rows[key])
        if value is None:
            raise ObjectMissing(f"the code has no field {quote(str(key))}")
        return _copy(value)

    def __iter__(self) -> Iterator[str]:
        return (self.names.get(key, key) for key in self._written)

    def __len__(self) -> int:
        return len(self._written)

    def __repr__(self) -> str:
        shown = {name: "…" if name in CARDS else value for name, value in self.items()}
        return f"{type(self).__name__}({shown!r})"


class EmvFields(Fields):
    """The fields of any EMVCo code; currency and country are as written, money is exact."""

    __slots__ = ()

    names = ROOT_NAMES

    payload_format_indicator = text("00", "N", 2)
    point_of_initiation = text("01", "N", 2)
    merchant_category_code = text("52", "N", 4)
    currency = text("53", "N", 3)
    amount = money("54")
    country = text("58", "ans", 2)
    merchant_name = text("59", "S")
    merchant_city = text("60", "S")
    postal_code = text("61", "ans")
    bill_number = text("62.01")
    mobile_number = text("62.02")
    store_label = text("62.03")
    loyalty_number = text("62.04")
    reference_label = text("62.05")
    customer_label = text("62.06")
    terminal_label = text("62.07")
    purpose_of_transaction = text("62.08")
    language_preference = text("64.00")
    merchant_name_alternate_language = text("64.01", "S")
    merchant_city_alternate_language = text("64.02", "S")


def _copy(value: Written) -> Written:
    return value if isinstance(value, str) else {key: _copy(item) for key, item in value.items()}


def open_value(value: str) -> dict[str, str] | None:
    """Return the objects inside a value, or None where it is not made of objects, each once.

    >>> open_value("0006999999" "01040000"), open_value("0006999999" "01")
    ({'00': '999999', '01': '0000'}, None)
    """
    level = read_level(value, 0, len(value), ruler(value, LengthUnit.CODE_POINT))
    inside = {span.id: value[span.value_start : span.end] for span in level.spans}
    return inside if level.fault is None and 0 < len(inside) == len(level.spans) else None


def repeats(value: str) -> bool:
    """Whether an object occurs more than once inside a value.

    >>> repeats("0006999999" "01040000"), repeats("01041111" "01042222")
    (False, True)
    """
    spans = read_level(value, 0, len(value), ruler(value, LengthUnit.CODE_POINT)).spans
    return len({span.id for span in spans}) < len(spans)


def written(
    objects: Iterable[DataObject], *, opaque: frozenset[str], opened: frozenset[str]
) -> dict[str, Written]:
    """Return what is written in a code: a text for each object, a mapping for each template.

    Args:
        objects: the objects of the root; of a repeated one the first counts.
        opaque: IDs whose value stays text, whatever it looks like.
        opened: dotted paths of values that are templates though EMVCo does not say so.
    """
    found: dict[str, Written] = {}
    for item in objects:
        value: Written = item.value
        if item.path in opened:
            value = _opened(item.value)
        elif item.objects and item.fault is None and item.id not in opaque:
            value = {}
            for child in item.objects:
                text_or_more = _opened(child.value) if child.path in opened else child.value
                value.setdefault(child.id, text_or_more)
        found.setdefault(item.id, value)
    return found


def _opened(value: str) -> Written:
    inside = open_value(value)
    return value if inside is None else {**inside}
