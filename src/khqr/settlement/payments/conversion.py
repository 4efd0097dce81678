"""What is wrong with the postings of a conversion: the check that looks at both legs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ledger.view import Entry
from .payment import Payment
from .quotes import Quote

__all__ = ["wrong_legs"]


def wrong_legs(payment: Payment, quote: Quote, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what is wrong with the postings of a payment that was converted."""

    def total(debit: str, credit: str = "") -> int:
        return sum(
            one.amount
            for one in entries
            if one.debit.name == debit and credit in {"", one.credit.name}
        )

    units = 0 if payment.money is None else payment.money.units
    sold = total(payment.account, "fxpos")
    above, below = quote.rate
    if quote.sold == "KHR":
        over, least = sold * 100 * below - units * above, 100 * below
    else:
        over, least = sold * above - units * 100 * below, above
    if not 0 <= over < least:
        yield f"payment {payment.id} gives {sold} {quote.sold}, not rounded up"
    if total(payment.account, "fx_income") != quote.spread:
        yield f"payment {payment.id} has another spread than {quote.spread}"
    if total("fxpos") != units:
        yield f"payment {payment.id} lacks a leg"
