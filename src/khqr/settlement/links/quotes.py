"""Rates across the border: exact fractions, offered for a time, locked once, used once.

Alipay+ fixes a rate for each payment, one to the wallet and one to the acquirer, and gives it an
id, a currency pair, a price, a start, an expiry and a base currency (its documents, read in part).
Who owns the rate of a corridor is not public. What a payer gives is rounded up to the minor unit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from ...errors import quote as quoted
from ..errors import SettlementError, shown
from ..money import BOOKS, LARGEST
from ..payments.quotes import QUOTE_MOVES, QuoteEvent, QuoteState, rounded_up

__all__ = ["CrossQuote", "CrossQuotes", "price_of"]

_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)


def price_of(price: int | str | Decimal) -> tuple[int, int]:
    """Return a price as a fraction of two integers in lowest terms.

    Raises:
        SettlementError: ``AMOUNT_NOT_POSITIVE`` for zero, and for what is not up to nine digits
            with up to nine decimals.
        TypeError: for `float` and other types.

    >>> price_of("6.25"), price_of(4100)
    ((25, 4), (4100, 1))
    """
    if isinstance(price, bool) or not isinstance(price, int | str | Decimal):
        raise TypeError(f"a price is int, str or Decimal, not {type(price).__name__}")
    text = _text(price)
    if not _PLAIN.fullmatch(text):
        raise SettlementError(
            "AMOUNT_NOT_POSITIVE",
            f"the price is {quoted(text[:50])}; write up to nine digits and nine decimals",
        )
    whole, _, part = text.partition(".")
    above, below = int(whole + part), 10 ** len(part)
    if not above:
        raise SettlementError("AMOUNT_NOT_POSITIVE", "the price is zero")
    common = gcd(above, below)
    return above // common, below // common


def _text(price: int | str | Decimal) -> str:
    """Return a price in digits; one of a length that no price has is not written out."""
    if isinstance(price, Decimal):
        return format(price, "f") if price and abs(price.adjusted()) < 20 else str(price)
    return str(price) if isinstance(price, str) or price.bit_length() < 64 else "too long"


class CrossQuote(NamedTuple):
    """A rate for one payment.

    Attributes:
        id: its id.
        link: name of the link.
        owner: code of the book that offers it.
        sold: the currency that the payer's side gives.
        bought: the currency that it gets for it.
        base: that of the two of which one unit is priced.
        price: major units of the other one, as a fraction.
        starts_at: the first moment at which it may be locked, in milliseconds since 1970.
        expires_at: the last moment at which the payment may be sent.

    >>> quote = CrossQuote("q1", "vietnam", "S", "KHR", "VND", "KHR", (25, 4), 0, 0)
    >>> quote.pair, quote.price_text, quote.cost(62_500), quote.cost(62_501)
    ('KHR/VND', '6.25', 10000, 10001)
    """

    id: str
    link: str
    owner: str
    sold: str
    bought: str
    base: str
    price: tuple[int, int]
    starts_at: int
    expires_at: int

    @property
    def pair(self) -> str:
        """The currency pair as Alipay+ writes one: the base, and what it is priced in."""
        return f"{self.base}/{self.bought if self.base == self.sold else self.sold}"

    @property
    def price_text(self) -> str:
        """The price in digits, exactly."""
        above, below = self.price
        places = 0
        while 10**places % below:
            places += 1
        digits = str(above * 10**places // below).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}" if places else digits

    def fraction(self) -> tuple[int, int]:
        """Return the minor units of ``sold`` for one of ``bought``, as a fraction."""
        above, below = self.price if self.base == self.bought else self.price[::-1]
        return above * 10 ** BOOKS[self.sold], below * 10 ** BOOKS[self.bought]

    def cost(self, units: int) -> int:
        """Return the minor units of ``sold`` for those of ``bought``, rounded up.

        Raises:
            SettlementError: ``AMOUNT_TOO_LARGE`` if no posting could hold it.
        """
        above, below = self.fraction()
        cost = rounded_up(units * above, below)
        if cost > LARGEST:
            raise SettlementError("AMOUNT_TOO_LARGE", f"over {LARGEST} minor units of {self.sold}")
        return cost


class CrossQuotes:
    """The rates that were offered, and where they are."""

    def __init__(self) -> None:
        self._quotes: dict[str, CrossQuote] = {}
        self._states: dict[str, QuoteState] = {}

    def offer(self, quote: CrossQuote) -> None:
        """Enter a new rate."""
        if quote.id in self._quotes:
            raise SettlementError("IDEMPOTENCY_MISMATCH", f"{quoted(quote.id)} is another quote's")
        self._quotes[quote.id] = quote
        self._states[quote.id] = QuoteState.OFFERED

    def reset(self) -> None:
        """Let no rate be locked, to work out anew which are; what is final stays."""
        for key, state in self._states.items():
            if state is QuoteState.LOCKED:
                self._states[key] = QuoteState.OFFERED

    def __getitem__(self, quote_id: str) -> CrossQuote:
        quote = self._quotes.get(quote_id)
        if quote is None:
            raise SettlementError("NOT_FOUND", f"there is no quote {shown(quote_id)}")
        return quote

    def state(self, quote_id: str, now: int) -> QuoteState:
        """Return where a rate is; at the moment of its expiry it may be used."""
        if now > self[quote_id].expires_at and self._states[quote_id] is QuoteState.OFFERED:
            self.move(quote_id, QuoteEvent.ENDED)
        return self._states[quote_id]

    def move(self, quote_id: str, event: QuoteEvent) -> None:
        """Let something happen to a rate; what cannot happen in its state changes nothing."""
        state = self._states[quote_id]
        self._states[quote_id] = QUOTE_MOVES.get((state, event), state)

    def chain(
        self, ids: Sequence[str], link: str, path: Sequence[str], now: int
    ) -> tuple[CrossQuote, ...]:
        """Return the rates that lead from the payer's currency to the payee's.

        Args:
            ids: the quotes, in the order of the path.
            link: name of the link.
            path: the payer's currency, where there is one between the currency in which the link
                settles, and the payee's.
            now: the time.

        Raises:
            SettlementError: ``NOT_FOUND``, ``QUOTE_EXPIRED``, ``QUOTE_USED`` or
                ``QUOTE_PAIR_MISMATCH``.
        """
        found = tuple(self[one] for one in ids)
        for quote in found:
            if quote.link != link:
                raise SettlementError("NOT_FOUND", f"{link} has offered no quote {quote.id}")
            state = self.state(quote.id, now)
            if state is QuoteState.EXPIRED:
                raise SettlementError("QUOTE_EXPIRED", f"the quote ended by {quote.expires_at}")
            if state is not QuoteState.OFFERED or ids.count(quote.id) > 1:
                raise SettlementError("QUOTE_USED", "the quote is another payment's")
        pairs = [(one.sold, one.bought) for one in found]
        if pairs != [pair for pair in pairwise(path) if pair[0] != pair[1]]:
            raise SettlementError(
                "QUOTE_PAIR_MISMATCH",
                f"the quotes convert {' and '.join(map('/'.join, pairs)) or 'nothing'}, "
                f"the payment goes {' to '.join(path)}",
            )
        return found
