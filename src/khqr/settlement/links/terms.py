"""What the two ends of a link agree on: who, in which currency, at what fee, how late.

Which bank settles a link, in what currency, after how many days, net or gross, and at what fee is
not public for any of Bakong's links. So all of it is a parameter, and every default here is a
choice of this library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ...alipayplus import CodeKind
from ..errors import SettlementError, shown
from ..money import BOOKS
from ..payments.limits import DAY

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
        caps: currency to the most minor units that a payer gives or a payee gets in one payment,
            where there is a cap.
        fee: basis points of the amount in ``currency`` that the partner keeps.
        hours_east: how far the zone is east of Greenwich whose midnight ends a clearing cycle.
        value_days: working days from the end of a cycle to its settlement.
        netting: whether positions are set off before they are paid.
        payers: currencies that customers in Cambodia may pay in.
        rate_owner: code of the book whose rates the payments go by; empty for the sponsor.
        domains: what kind of code stands on the domains of an acquirer, for
            `khqr.alipayplus.classify_code`.
        cancel_minutes: how long after the end of its day a payment may be cancelled.

    Raises:
        SettlementError: ``CURRENCY_NOT_SUPPORTED`` for a currency that the books do not have.
        TypeError: for a fee, a cap, a zone or a time to cancel that is none.

    >>> terms = Terms(name="demo", sponsor="S", partner="X", currency="THB", fee=150)
    >>> terms.fee_of(10_00), terms.owner
    (15, 'S')
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
    payers: frozenset[str] = frozenset({"KHR", "USD"})
    rate_owner: str = ""
    domains: Mapping[str, CodeKind] = field(default_factory=dict)
    cancel_minutes: int = 15

    def __post_init__(self) -> None:
        if not isinstance(self.caps, Mapping):
            raise TypeError(f"caps are a mapping, not {type(self.caps).__name__}")
        for currency in (self.currency, *self.payers, *self.caps):
            if currency not in BOOKS:
                raise SettlementError(
                    "CURRENCY_NOT_SUPPORTED", f"the books have no {shown(currency)}"
                )
        if type(self.fee) is not int or not 0 <= self.fee < 10_000:
            raise TypeError("a fee is 0 to 9999 basis points, a whole number")
        if not all(type(cap) is int and cap > 0 for cap in self.caps.values()):
            raise TypeError("a cap is minor units, a whole number over 0")
        if type(self.hours_east) is not int or not -12 <= self.hours_east <= 14:
            raise TypeError("a zone lies -12 to 14 whole hours east of Greenwich")
        if type(self.cancel_minutes) is not int or not 0 <= self.cancel_minutes <= 24 * 60:
            raise TypeError("a time to cancel is 0 to 1440 minutes, a whole number")

    @property
    def owner(self) -> str:
        """Code of the book whose rates the payments go by."""
        return self.rate_owner or self.sponsor

    def fee_of(self, gross: int) -> int:
        """Return the fee for so many minor units of ``currency``, rounded down."""
        return gross * self.fee // 10_000

    def cancel_until(self, time: int) -> int:
        """Return the last moment at which a payment of ``time`` may be cancelled.

        Args:
            time: milliseconds since 1970.

        Source: Alipay+, 00:15 UTC+8 of the next day, read in part; for corridors a choice.

        >>> terms = Terms(name="demo", sponsor="S", partner="H", currency="USD", hours_east=8)
        >>> terms.cancel_until(0) == (16 * 60 + 15) * 60_000
        True
        """
        east = self.hours_east * 3_600_000
        return ((time + east) // DAY + 1) * DAY - east + self.cancel_minutes * 60_000
