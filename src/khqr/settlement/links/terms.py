"""What the two ends of a link agree on: who, in which currency, at what fee, how late.

Which bank settles a link, in what currency, after how many days, net or gross, and at what fee is
not public for any of Bakong's links. So all of it is a parameter, and every default here is a
choice of this library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Direction", "Netting", "Terms"]


class Direction(StrEnum):
    """Which way the money of a payment goes, seen from Cambodia."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Netting(StrEnum):
    """Whether what both ends owe is set off before it is paid."""

    DAILY = "daily"
    GROSS = "gross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one link.

    Attributes:
        name: what the link is called, such as ``alipayplus``.
        sponsor: code of the bank in Cambodia that stands for the link.
        partner: code of the book at the other end: a hub, or a sponsor bank abroad. All others of
            the link owe to it and are owed by it.
        currency: the currency in which the link settles.
        codes: the schemes of the codes abroad that it pays, as `khqr.identify` names them;
            ``alipayplus`` for those that `khqr.alipayplus.classify_code` knows.
        directions: which ways it is open.
        dollar_codes: whether a KHQR in dollars may be paid from abroad.
        caps: currency of the payee to the most minor units of one payment, where there is a cap.
        fee: basis points of the amount in ``currency`` that the partner keeps.
        hours_east: how far the zone is east of Greenwich whose midnight ends a clearing cycle.
        value_days: working days from the end of a cycle to its settlement.
        netting: whether positions are set off before they are paid.
    """

    name: str
    sponsor: str
    partner: str
    currency: str
    codes: tuple[str, ...] = ()
    directions: frozenset[Direction] = field(default_factory=lambda: frozenset(Direction))
    dollar_codes: bool = False
    caps: Mapping[str, int] = field(default_factory=dict)
    fee: int = 0
    hours_east: int = 7
    value_days: int = 1
    netting: Netting = Netting.DAILY
