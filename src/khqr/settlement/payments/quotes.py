"""Rates between riel and dollar: what a quote costs, exactly, and whether it may still be used.

Who converts in reality is not public. Here the payer's bank does, at a rate that it offers for a
time. A rate is a fraction of two integers; what the payer gives is rounded up to the minor unit,
and the spread is an amount of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from math import gcd
from typing import NamedTuple

from ..errors import SettlementError
from ..money import BAKONG, LARGEST

__all__ = ["QUOTE_MOVES", "Quote", "QuoteEvent", "QuoteState", "Quotes", "rate_of", "rounded_up"]


class QuoteState(StrEnum):
    """Where a quote is; ``USED`` and ``EXPIRED`` are final."""

    OFFERED = "offered"
    LOCKED = "locked"
    USED = "used"
    EXPIRED = "expired"


class QuoteEvent(StrEnum):
    """What happens to a quote."""

    CONFIRMED = "confirmed"
    POSTED = "posted"
    ENDED = "ended"


QUOTE_MOVES: Mapping[tuple[QuoteState, QuoteEvent], QuoteState] = {
    (QuoteState.OFFERED, QuoteEvent.CONFIRMED): QuoteState.LOCKED,
    (QuoteState.OFFERED, QuoteEvent.ENDED): QuoteState.EXPIRED,
    (QuoteState.LOCKED, QuoteEvent.POSTED): QuoteState.USED,
    (QuoteState.LOCKED, QuoteEvent.ENDED): QuoteState.EXPIRED,
}
"""State and event to the next state. A payment that fails ends its quote: the next one needs a new
rate."""


def rounded_up(above: int, below: int) -> int:
    """Return a fraction rounded up to a whole number.

    >>> rounded_up(41_000 * 100, 4_080), rounded_up(8, 4)
    (1005, 2)
    """
    return -(-above // below)


def rate_of(rate: int | str | Decimal) -> tuple[int, int]:
    """Return riel for a dollar as a fraction of two integers.

    Raises:
        SettlementError: ``AMOUNT_NOT_POSITIVE`` or ``AMOUNT_PRECISION``: a rate is plain digits
            with at most six decimals, from 1 to 1,000,000.
        TypeError: for `float` and other types.

    >>> rate_of("4100.5")
    (8201, 2)
    """
    if isinstance(rate, bool) or not isinstance(rate, int | str | Decimal):
        raise TypeError(f"a rate is int, str or Decimal, not {type(rate).__name__}")
    text = str(rate) if not isinstance(rate, int) or rate.bit_length() < 64 else ""
    whole, _, part = text.partition(".")
    if not (whole + part).isascii() or not (whole + part).isdigit() or len(whole) > 7:
        raise SettlementError("AMOUNT_NOT_POSITIVE", "a rate is digits with at most one point")
    if len(part) > 6:
        raise SettlementError("AMOUNT_PRECISION", "a rate has at most six decimals")
    above, below = int(whole + part), 10 ** len(part)
    if not below <= above <= 1_000_000 * below:
        raise SettlementError("AMOUNT_NOT_POSITIVE", "a rate lies from 1 to 1,000,000 riel")
    common = gcd(above, below)
    return above // common, below // common


class Quote(NamedTuple):
    """An offer of a payer's bank to convert.

    Attributes:
        id: its id.
        bank: who offers it.
        sold: the currency that the payer gives.
        bought: the currency that the payee gets.
        rate: riel for a dollar, as a fraction.
        spread: minor units of ``sold`` that the bank takes on top.
        expires_at: the last moment at which it may be posted, in milliseconds since 1970.

    >>> Quote("q1", "devb", "KHR", "USD", (4100, 1), 500, 0).cost(12_50)
    51250
    >>> Quote("q2", "devb", "USD", "KHR", (4080, 1), 0, 0).cost(41_000)
    1005
    """

    id: str
    bank: str
    sold: str
    bought: str
    rate: tuple[int, int]
    spread: int
    expires_at: int

    def cost(self, units: int) -> int:
        """Return the minor units of ``sold`` for those of ``bought``, rounded up, less the spread.

        Raises:
            SettlementError: ``AMOUNT_TOO_LARGE`` if no posting could hold it.
        """
        above, below = self.rate
        cents = 10 ** BAKONG["USD"]
        cost = (
            rounded_up(units * above, cents * below)
            if self.sold == "KHR"
            else rounded_up(units * cents * below, above)
        )
        if cost + self.spread > LARGEST:
            raise SettlementError("AMOUNT_TOO_LARGE", f"over {LARGEST} minor units of {self.sold}")
        return cost


class Quotes:
    """The quotes that were offered, and where they are."""

    def __init__(self) -> None:
        self._quotes: dict[str, Quote] = {}
        self._states: dict[str, QuoteState] = {}

    def offer(self, quote: Quote) -> None:
        """Enter a new quote."""
        self._quotes[quote.id] = quote
        self._states[quote.id] = QuoteState.OFFERED

    def reset(self) -> None:
        """Let no quote be locked, to work out anew which are; what is final stays."""
        for key, state in self._states.items():
            if state is QuoteState.LOCKED:
                self._states[key] = QuoteState.OFFERED

    def __contains__(self, quote_id: str) -> bool:
        return quote_id in self._quotes

    def __getitem__(self, quote_id: str) -> Quote:
        quote = self._quotes.get(quote_id)
        if quote is None:
            raise SettlementError("NOT_FOUND", "there is no such quote")
        return quote

    def state(self, quote_id: str, now: int) -> QuoteState:
        """Return where a quote is; at the moment of its expiry it may be used."""
        quote = self[quote_id]
        if now > quote.expires_at:
            self.move(quote_id, QuoteEvent.ENDED)
        return self._states[quote_id]

    def check(self, quote_id: str, bank: str, bought: str, now: int) -> Quote:
        """Return a quote that may be locked for a payment.

        Raises:
            SettlementError: ``NOT_FOUND``, ``QUOTE_EXPIRED``, ``QUOTE_USED`` or
                ``QUOTE_PAIR_MISMATCH``.
        """
        quote = self[quote_id]
        if quote.bank != bank:
            raise SettlementError("NOT_FOUND", f"{bank} has offered no such quote")
        state = self.state(quote_id, now)
        if state is QuoteState.EXPIRED:
            raise SettlementError("QUOTE_EXPIRED", f"the quote ended by {quote.expires_at}")
        if state is not QuoteState.OFFERED:
            raise SettlementError("QUOTE_USED", "the quote is another payment's")
        if quote.bought != bought:
            raise SettlementError(
                "QUOTE_PAIR_MISMATCH", f"the quote buys {quote.bought}, the code is in {bought}"
            )
        return quote

    def move(self, quote_id: str, event: QuoteEvent) -> None:
        """Let something happen to a quote; what cannot happen in its state changes nothing."""
        state = self._states[quote_id]
        self._states[quote_id] = QUOTE_MOVES.get((state, event), state)
