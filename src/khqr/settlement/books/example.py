"""A running example: every flow once, with banks A, B and S, a hub, and banks abroad.

Rates and fees in it are invented. It opens all books from nothing, pays, converts, refunds, nets
and settles, and leaves every ``due_to`` and ``due_from`` at zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..ledger.chart import BookKind
from ..ledger.ledger import Ledger
from ..ledger.writer import Clock
from ..money import Money
from .books import Books, FlowCall

__all__ = ["PARTICIPANTS", "example_books", "example_steps", "run_example"]

PARTICIPANTS = {
    **dict.fromkeys("ABS", BookKind.INSTITUTION),
    "ALP": BookKind.HUB,
    **dict.fromkeys(("MPP", "ACQ", "X", "F"), BookKind.FOREIGN),
}
"""Code of each book to its kind: ``S`` is the bank that settles with links abroad, ``ALP`` the
hub, ``MPP`` a wallet and ``ACQ`` an acquirer behind it, ``X`` a sponsor bank abroad and ``F`` a
bank behind that."""

_A_TO_B = "payer_bank=A payee_bank=B"
_U_TO_M = f"{_A_TO_B} payer=casa:u payee=susp_in"
_M_TO_U = f"{_A_TO_B} payer=casa:u payee=casa:m"
_ALP = "hub=ALP sponsor=S wallet=MPP payer=wallet:p payee_bank=B"
_OUT = "sponsor=S payer_bank=A"
_VN = "sponsor=S partner=X foreign_bank=F"

_STEPS: tuple[tuple[str, str, str, str], ...] = (
    *(("F0", "reserve", f"bank={bank}", "amount=1000000000 KHR") for bank in "ABS"),
    *(("F0", "reserve", f"bank={bank}", "amount=100000.00 USD") for bank in "ABS"),
    ("F0", "deposit", "bank=A account=casa:u", "amount=5000000 KHR"),
    ("F0", "deposit", "bank=A account=casa:u", "amount=500.00 USD"),
    *(("F0", "endow", f"book={book}", "amount=10000.00 USD") for book in ("S", "ALP", "MPP")),
    ("F0", "deposit", "bank=MPP account=wallet:p", "amount=1000.00 CNY"),
    ("F0", "deposit", "bank=F account=casa:p", "amount=1000000 VND"),
    *(("F0", "endow", f"book={book}", "amount=5000000 VND") for book in "FX"),
    *(("F1a", "issue", f"bank={bank}", "amount=500000000 KHR") for bank in "ABS"),
    *(("F1b", "issue", f"bank={bank}", "amount=50000.00 USD") for bank in "ABS"),
    ("F2", "redeem", "bank=B", "amount=10000 KHR"),
    ("F3a", "load", "bank=A customer=u", "amount=1000000 KHR"),
    ("F3b", "unload", "bank=A customer=u", "amount=100000 KHR"),
    ("F4", "pay", "payer_bank=A payee_bank=A payer=wallet:u payee=wallet:v", "amount=10000 KHR"),
    ("F5", "pay", f"{_A_TO_B} payer=wallet:u payee=wallet:w", "amount=20000 KHR"),
    ("F6a", "pay", _U_TO_M, "amount=50000 KHR"),
    ("F6b", "credit", "bank=B account=casa:m", "amount=50000 KHR"),
    ("F6c", "pay", f"{_A_TO_B} payer=wallet:u payee=susp_in", "amount=30000 KHR"),
    ("F6d", "pay", f"{_A_TO_B} payer=wallet:u payee=wallet:w", "amount=5000 KHR"),
    ("F6e", "pay", "payer_bank=A payee_bank=A payer=casa:u payee=susp_in", "amount=7000 KHR"),
    ("F7a", "pay.converted", _U_TO_M, "sold=51250 KHR, spread=500 KHR, bought=12.50 USD"),
    ("F7b", "credit", "bank=B account=casa:m", "amount=12.50 USD"),
    ("F7c", "pay.converted", _U_TO_M, "sold=10.05 USD, bought=41000 KHR"),
    (
        "F8a",
        "inbound",
        f"{_ALP} payee=susp_in",
        "paid=71.00 CNY, gross=10.00 USD, net=9.90 USD, fee=0.10 USD, settled=41000 KHR",
    ),
    ("F8b", "credit", "bank=B account=casa:m", "amount=41000 KHR"),
    ("F9a", "outbound.hold", f"{_OUT} payer=wallet:u payment=o1", "amount=82000 KHR"),
    (
        "F9b",
        "outbound.paid",
        "sponsor=S hub=ALP acquirer=ACQ merchant=am payment=o1",
        "held=82000 KHR, gross=20.00 USD, net=19.80 USD, fee=0.20 USD",
    ),
    ("F9c", "outbound.hold", f"{_OUT} payer=wallet:u payment=o2", "amount=41000 KHR"),
    ("F9d", "outbound.reversed", f"{_OUT} payer=wallet:u payment=o2", "amount=41000 KHR"),
    ("F10a", "outbound.hold", f"{_OUT} payer=casa:u payment=v1", "amount=10000 KHR"),
    ("F10b", "corridor.out", f"{_VN} payment=v1 payee=casa:fm", "held=10000 KHR, paid=62500 VND"),
    (
        "F10c",
        "corridor.in",
        f"{_VN} payer=casa:p payee_bank=B payee=susp_in",
        "paid=125000 VND, settled=20000 KHR",
    ),
    ("F11a", "refund", _M_TO_U, "amount=20000 KHR"),
    ("F11b", "refund", f"{_A_TO_B} payer=wallet:u payee=susp_in", "amount=30000 KHR"),
    ("F11c", "refund.converted", _M_TO_U, "returned=12.50 USD, credited=51250 KHR"),
    (
        "F11d",
        "refund.inbound",
        f"{_ALP} payee=casa:m",
        "returned=20500 KHR, owed=5.00 USD, credited=35.50 CNY",
    ),
    ("F13a", "net", "one=S other=ALP", "amount=9.90 USD"),
    ("F13a", "net", "one=MPP other=ALP", "amount=5.00 USD"),
    ("F13b", "net", "one=S other=X", "amount=62500 VND"),
    ("F13b", "net", "one=F other=X", "amount=62500 VND"),
    ("F14a", "settle", "debtor=S creditor=ALP", "amount=15.10 USD"),
    ("F14b", "settle", "debtor=MPP creditor=ALP", "amount=5.00 USD"),
    ("F14c", "settle", "debtor=ALP creditor=ACQ", "amount=19.80 USD"),
    ("F14d", "settle", "debtor=F creditor=X", "amount=62500 VND"),
    ("F14d", "settle", "debtor=X creditor=S", "amount=62500 VND"),
)

_COMPENSATES = {"F9d": "F9c", "F11a": "F6a", "F11b": "F6c", "F11c": "F7a", "F11d": "F8a"}
"""Step that gives money back, to the step whose transaction it refers to."""


def example_steps() -> Iterator[tuple[str, list[FlowCall]]]:
    """Yield the steps in order: a name such as ``F6a``, and the flows that are one transaction.

    >>> name, calls = list(example_steps())[5]
    >>> name, calls[0].flow, calls[0].monies["amount"]
    ('F3b', 'unload', Money(currency='KHR', units=100000))
    """
    for name, rows in groupby(_STEPS, key=lambda row: row[0]):
        yield name, [FlowCall(flow, _parties(who), _monies(what)) for _, flow, who, what in rows]


def _parties(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split())
    return {name: value for name, _, value in pairs}


def _monies(text: str) -> dict[str, Money]:
    pairs = (part.partition("=") for part in text.split(", "))
    amounts = ((name, value.split()) for name, _, value in pairs)
    return {name: Money.of(amount, currency) for name, (amount, currency) in amounts}


def example_books(clock: Clock) -> Books:
    """Return the empty books of the example."""
    return Books(Ledger(clock=clock), PARTICIPANTS)


def run_example(books: Books) -> dict[str, int]:
    """Run all steps, and return the name of each with the row of its transaction.

    >>> books = example_books(clock=lambda: 1_750_000_000_000)
    >>> rows = run_example(books)
    >>> books.balance("A", "wallet:u", "KHR"), books.balance("S", "due_to:ALP", "USD")
    (783000, 0)
    """
    rows: dict[str, int] = {}
    for name, calls in example_steps():
        original = rows.get(_COMPENSATES.get(name, ""))
        rows[name] = books.run_all(calls, f"example/{name}", reference=original)
    return rows
