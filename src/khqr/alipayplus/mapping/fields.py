"""The field table between a KHQR and the messages of Alipay+, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...emv.payload import Payload
from ..messages import Json, Message
from ..results import Grade

__all__ = [
    "FIELD_TABLE",
    "OF_THE_CALL",
    "SIDECAR",
    "FieldRow",
    "homeless_members",
    "homeless_objects",
]

_MERCHANT = "order.merchant"
_STORE = "order.merchant.store"


class FieldRow(NamedTuple):
    """One row of the table: objects of a KHQR, and the members that hold them.

    Attributes:
        objects: paths in the KHQR.
        members: names in JSON, dotted.
        grade: how well the pairing is known; none of it is documented for KHQR as such.
        note: what is to be said about it.
    """

    objects: tuple[str, ...]
    members: tuple[str, ...]
    grade: Grade
    note: str = ""


_INFERRED, _CHOICE = Grade.INFERRED, Grade.CHOICE

FIELD_TABLE: tuple[FieldRow, ...] = (
    FieldRow(("30.01",), (f"{_MERCHANT}.referenceMerchantId",), _INFERRED),
    FieldRow(
        ("29.01",), (f"{_MERCHANT}.referenceMerchantId",), _CHOICE, "without it, 29.00 stands here"
    ),
    FieldRow(("29.00", "30.00"), (f"{_STORE}.referenceStoreId",), _INFERRED),
    FieldRow(
        ("52",), (f"{_MERCHANT}.merchantMCC", f"{_STORE}.storeMCC"), _INFERRED, "four digits back"
    ),
    FieldRow(("53",), ("paymentAmount.currency", "order.orderAmount.currency"), _CHOICE),
    FieldRow(("54",), ("paymentAmount.value", "order.orderAmount.value"), _INFERRED),
    FieldRow(("58",), (f"{_MERCHANT}.merchantAddress.region",), _INFERRED),
    FieldRow(("60",), (f"{_MERCHANT}.merchantAddress.city",), _INFERRED),
    FieldRow(("61",), (f"{_MERCHANT}.merchantAddress.zipCode",), _INFERRED),
    FieldRow(("59",), (f"{_MERCHANT}.merchantName", f"{_MERCHANT}.merchantDisplayName"), _INFERRED),
    FieldRow(
        ("62.01",), ("order.referenceOrderId",), _INFERRED, "without it, paymentRequestId; not back"
    ),
    FieldRow(
        ("62.03",),
        (f"{_STORE}.storeName", f"{_STORE}.storeDisplayName"),
        _INFERRED,
        "without it, 59; not back",
    ),
    FieldRow(("62.07",), (f"{_STORE}.storeTerminalId",), _INFERRED),
    FieldRow(("62.08",), ("order.orderDescription",), _CHOICE, "without it, 59; not back"),
    FieldRow(("99.01",), ("paymentExpiryTime",), _CHOICE, "to the second"),
    FieldRow(("29.02", "30.02"), ("order.indirectAcquirer.acquirerName",), _CHOICE, "if asked for"),
    FieldRow(("62.02",), (f"{_STORE}.storePhoneNo",), _CHOICE, "if asked for"),
)
"""What has a place on both sides. All else travels in ``codeValue``, or not at all."""

_IF_ASKED_FOR = frozenset(
    path for row in FIELD_TABLE if row.note == "if asked for" for path in row.objects
)
_MAPPED = frozenset(path for row in FIELD_TABLE for path in row.objects) - _IF_ASKED_FOR
_DERIVED = frozenset({"00", "01", "63"})
_MEMBERS = frozenset(name for row in FIELD_TABLE for name in row.members)
_TEMPLATES = frozenset({"29", "30", "62", "64", "99"})

SIDECAR = ("29.02", "30.02", "62.02", "64.00", "64.01", "64.02", "99.00")
"""Objects without a home in JSON, which a caller may keep beside it."""

OF_THE_CALL = frozenset(
    {
        "codeType",
        "codeValue",
        "paymentFactor",
        "paymentMethod",
        "paymentNotifyUrl",
        "paymentRedirectUrl",
        "paymentRequestId",
        "result",
        "settlementStrategy",
    }
)
"""Members about the call and not the payment; a KHQR has no place for them and misses nothing."""


def homeless_objects(source: Payload, asked_for: frozenset[str] = frozenset()) -> list[str]:
    """Return the paths of the objects that no member holds, in payload order.

    Args:
        source: the code.
        asked_for: paths that a policy gives a member.
    """
    homes = _MAPPED | _DERIVED | asked_for
    found: list[str] = []
    for item in source:
        leaves = item.objects if item.id in _TEMPLATES else (item,)
        found += [leaf.path for leaf in leaves if leaf.path not in homes or not leaf.value]
    return list(dict.fromkeys(found))


def homeless_members(message: Message) -> list[str]:
    """Return the names of the members that no object of a KHQR holds, in their order."""
    return [
        name
        for name in _leaves(message.to_document())
        if name not in _MEMBERS and f"order.{name}" not in _MEMBERS
    ]


def _leaves(document: dict[str, Json], prefix: str = "") -> Iterator[str]:
    for name, value in document.items():
        path = prefix + name
        if path in OF_THE_CALL:
            continue
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}.")
        else:
            yield path
