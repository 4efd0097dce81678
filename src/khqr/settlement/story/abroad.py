"""What happens in the story across the border: the calls of its chapters.

Every payment goes over `khqr.settlement.links.Links`; what was said about it, and what it posts, is
read back from there and from the journal.
"""

from __future__ import annotations

from ...codec import md5
from ..links import CrossPayment, CrossQuote, PartnerAnswer
from ..money import Money
from ..report.words import clock_text
from .stage import LINK, Fact, Stage
from .words import worded

__all__ = [
    "ask_again", "ask_here", "offer_here", "pay_here", "scan_abroad", "scan_here", "send_abroad",
    "visit",
]  # fmt: skip

_LIFE = 600_000
"""Milliseconds for which a rate of the story is good."""

_ORDER = "https://qr.example.com/281000041234567890123456"


def visit(stage: Stage) -> list[Fact]:
    """Give the visitor and the books abroad their money."""
    for book in ("ALP", "MPP", "devs"):
        stage.run("endow", {"book": book}, amount=Money.of("1000.00", "USD"))
    stage.links.fund("visitor@MPP", Money.of(500, "CNY"))
    return [("the visitor's wallet", worded(stage.balance("MPP", "wallet:visitor", "CNY")))]


def _offer(stage: Stage, sold: str, bought: str, price: str, owner: str) -> Fact:
    """Offer a rate in dollars, and say what it says."""
    quote = stage.links.offer(LINK, sold, bought, price, base="USD", owner=owner, life=_LIFE)
    stage.quotes.append(quote.id)
    other = bought if sold == "USD" else sold
    return (
        f"{quote.id}, of {owner}",
        f"1 USD is {quote.price_text} {other}, until {clock_text(quote.expires_at)}",
    )


def offer_here(stage: Stage) -> list[Fact]:
    """Offer the two rates between the visitor's yuan and the shop's riel."""
    return [_offer(stage, "CNY", "USD", "7.1", "ALP"), _offer(stage, "USD", "KHR", "4100", "devs")]


def _reckoned(stage: Stage, payment: CrossPayment) -> list[Fact]:
    """Return how the amounts of a payment come out of its rates, from the payee's side on."""
    facts, money = [], payment.money
    assert money is not None and payment.gross is not None  # noqa: PT018 - since it was confirmed
    for quote in map(stage.links.quote, reversed(payment.quotes)):
        given = Money(quote.sold, quote.cost(money.units))
        facts.append((_sum_text(quote, money), worded(given)))
        money = given
    fee, parts = Money(payment.gross.currency, payment.fee), stage.links.terms[LINK].fee
    exact = payment.gross.units * parts % 10_000 == 0
    name = f"the hub keeps {parts} of 10,000" + ("" if exact else ", rounded down")
    return [*facts, (name, worded(fee))]


def _sum_text(quote: CrossQuote, money: Money) -> str:
    """Return what a rate does to an amount; its cost is exact, or was rounded up."""
    above, below = quote.fraction()
    exact = money.units * above % below == 0
    sign = "x" if quote.base == quote.bought else "/"
    return f"{worded(money)} {sign} {quote.price_text}" + ("" if exact else ", rounded up")


def scan_here(stage: Stage) -> list[Fact]:
    """Let the visitor scan a code of the shop, and say yes."""
    text = stage.show_code("visit", 20_000, "INV-002")
    payment = stage.links.confirm(
        text,
        LINK,
        "inbound",
        payer="visitor@MPP",
        quotes=stage.offered(),
        instruction="visit",
    )
    stage.payments["visit"] = payment.id
    ledger = stage.simulation.ledger
    held = Money("KHR", ledger.held(ledger.find("devs", "bsa", "KHR")))
    return [
        *_reckoned(stage, payment),
        ("state of the payment", payment.state.value),
        ("devs sets aside", worded(held)),
    ]


def pay_here(stage: Stage) -> list[Fact]:
    """Let the wallet abroad confirm."""
    payment = stage.links.send(stage.payments["visit"])
    return [
        ("state of the payment", payment.state.value),
        ("the visitor's wallet", worded(stage.balance("MPP", "wallet:visitor", "CNY"))),
        ("with the shop's bank, in suspense", worded(stage.balance("devb", "susp_in", "KHR"))),
    ]


def ask_here(stage: Stage) -> list[Fact]:
    """Ask what became of the code, as the till did at home."""
    answer = stage.simulation.status_by_md5(md5(stage.codes["visit"]))
    data = answer["data"]
    assert isinstance(data, dict)
    names = ("fromAccountId", "toAccountId", "currency", "amount", "trackingStatus")
    return [
        ("responseCode", str(answer["responseCode"])),
        *((name, str(data[name])) for name in names),
    ]


def scan_abroad(stage: Stage) -> list[Fact]:
    """Let Dara scan a code abroad, and say yes."""
    stage.links.add_order(LINK, _ORDER, "ACQ", "cafe1", Money.of("10.00", "USD"))
    rate = _offer(stage, "KHR", "USD", "4100", "devs")
    payment = stage.links.confirm(
        _ORDER,
        LINK,
        "outbound",
        payer="dara@deva",
        quotes=stage.offered(),
        instruction="o1",
    )
    stage.payments["o1"] = payment.id
    ledger = stage.simulation.ledger
    wallet = ledger.find("deva", "wallet:dara", "KHR")
    return [
        rate,
        *_reckoned(stage, payment),
        ("state of the payment", payment.state.value),
        ("set aside in Dara's wallet", worded(Money("KHR", ledger.held(wallet)))),
    ]


def send_abroad(stage: Stage) -> list[Fact]:
    """Let Dara's money go to the bank of the link, and no answer come."""
    stage.answers.append(PartnerAnswer.UNKNOWN)
    payment = stage.links.send(stage.payments["o1"])
    return [
        ("state of the payment", payment.state.value),
        ("Dara's wallet", worded(stage.balance("deva", "wallet:dara", "KHR"))),
        ("waits at devs", worded(stage.balance("devs", f"out_hold:{payment.held_as}", "KHR"))),
    ]


def ask_again(stage: Stage) -> list[Fact]:
    """Ask the hub, which says that the shop abroad is paid."""
    payment = stage.links.inquire(stage.payments["o1"])
    return [
        ("state of the payment", payment.state.value),
        ("the shop abroad is owed", worded(stage.balance("ACQ", "payable:cafe1", "USD"))),
    ]
