"""UnionPay and the card networks: objects 02 to 16, which EMVCo gives to them by number.

[spec] EMVCo MPM 1.0 Table 4.1. [spec] of the KHQR SDK's documentation for KHQR, and [observed] in
codes of Laos, Korea, Singapore, Thailand and Hong Kong: the 31 characters of object 15 are those
of acquirer (8), forwarder (8) and merchant (15). [unverified] UnionPay's own text of that object.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..emv.dictionary import numbers
from .description import Scheme
from .fields import EmvFields
from .rows import SchemeField, text

__all__ = ["SCHEMES", "CardFields", "UnionPayFields"]

_TABLE = "EMVCo MPM 1.0 Table 4.1"


def _part(start: int, stop: int) -> Callable[[str], str | None]:
    def read(written: str) -> str | None:
        parted = len(written) == 31 and re.fullmatch("[0-9]{16}", written[:16])
        return written[start:stop] if parted else None

    return read


class UnionPayFields(EmvFields):
    """What UnionPay's object says; the parts are given only where it has all 31 characters.

    The merchant may be padded with spaces, which belong to it.
    """

    __slots__ = ()

    account = text("*")
    acquirer_iin = SchemeField(path="*", read=_part(0, 8))
    forwarding_iin = SchemeField(path="*", read=_part(8, 16))
    merchant_id = SchemeField(path="*", read=_part(16, 31))


class CardFields(EmvFields):
    """What the object of a card network says: a number that is never to be shown or logged."""

    __slots__ = ()

    account = text("*")


def _cards(
    name: str, title: str, first: int, last: int, guids: tuple[str, ...] = (), usual: str = ""
) -> Scheme:
    fields: type[EmvFields] = UnionPayFields if name == "unionpay" else CardFields
    return Scheme(
        name=name,
        title=title,
        source=_TABLE,
        grade="spec",
        guids=guids,
        usual=f"{first:02d}, {last:02d}{usual}",
        primitives=tuple(numbers(first, last)),
        fields=fields,
        hosts=False,
    )


SCHEMES = (
    _cards("unionpay", "UnionPay", 15, 16),
    _cards("visa", "Visa", 2, 3),
    _cards("mastercard", "Mastercard", 4, 5, ("a0000000041010",), ", 51"),
    _cards("discover", "Discover", 9, 10),
    _cards("amex", "American Express", 11, 12),
    _cards("jcb", "JCB", 13, 14),
)
