"""What happens in the story across the border: the calls of its chapters."""

from __future__ import annotations

from ..money import Money
from ..payments.codes import read_code
from .stage import Fact, Stage
from .words import worded

__all__ = [
    "count_owed", "credit_here", "owed", "pay_abroad", "pay_here", "scan_abroad", "scan_here",
    "set_off", "settle", "visit",
]  # fmt: skip


def visit(stage: Stage) -> list[Fact]:
    """Give the visitor and the books abroad their money."""
    for book in ("ALP", "MPP", "devs"):
        stage.run("endow", {"book": book}, amount=Money.of("1000.00", "USD"))
    stage.run("deposit", {"bank": "MPP", "account": "wallet:visitor"}, amount=Money.of(500, "CNY"))
    return [("the visitor's wallet", worded(stage.balance("MPP", "wallet:visitor", "CNY")))]


def scan_here(stage: Stage) -> list[Fact]:
    """Let the visitor scan a code of the shop."""
    code = read_code(stage.show_code("visit", 20_500, "INV-002"))
    return [
        ("codeValue, wallet to hub", code.text),
        ("payTo", f"{code.beneficiary} at {code.account_id}"),
        ("paymentAmount", f"{code.units} {code.currency}"),
    ]


def pay_here(stage: Stage) -> list[Fact]:
    """Let the visitor pay."""
    paid, owed = Money.of("35.50", "CNY"), Money.of("5.00", "USD")
    fee = owed._replace(units=owed.units // 100)
    settled = Money.of(20_500, "KHR")
    parties = {
        "wallet": "MPP",
        "payer": "wallet:visitor",
        "hub": "ALP",
        "sponsor": "devs",
        "payee_bank": "devb",
        "payee": "susp_in",
    }
    net = owed._replace(units=owed.units - fee.units)
    stage.run("inbound", parties, paid=paid, gross=owed, net=net, fee=fee, settled=settled)
    return [
        ("the visitor gives", worded(paid)),
        ("the wallet owes the hub", worded(owed)),
        ("the hub keeps", worded(fee)),
        ("the hub owes devs", worded(net)),
        ("the shop's bank gets", worded(settled)),
    ]


def credit_here(stage: Stage) -> list[Fact]:
    """Let the shop's bank credit the visitor's payment."""
    amount = Money.of(20_500, "KHR")
    stage.run("credit", {"bank": "devb", "account": "casa:shop1"}, amount=amount)
    return [("the shop's account", worded(stage.balance("devb", "casa:shop1", "KHR")))]


def scan_abroad(stage: Stage) -> list[Fact]:
    """Let Dara pay to the bank of the link."""
    parties = {"payer_bank": "deva", "payer": "wallet:dara", "sponsor": "devs", "payment": "o1"}
    stage.run("outbound.hold", parties, amount=Money.of(41_000, "KHR"))
    return [("Dara's wallet", worded(stage.balance("deva", "wallet:dara", "KHR")))]


def pay_abroad(stage: Stage) -> list[Fact]:
    """Let the hub say that the shop abroad is paid."""
    gross = Money.of("10.00", "USD")
    fee = gross._replace(units=gross.units // 100)
    net = gross._replace(units=gross.units - fee.units)
    parties = {
        "sponsor": "devs",
        "hub": "ALP",
        "acquirer": "ACQ",
        "merchant": "cafe1",
        "payment": "o1",
    }
    held = stage.balance("devs", "out_hold:o1", "KHR")
    stage.run("outbound.paid", parties, held=held, gross=gross, net=net, fee=fee)
    return [
        ("Dara gave", worded(held)),
        ("devs owes the hub", worded(gross)),
        ("the shop abroad gets", worded(net)),
    ]


_PAIRS = (("MPP", "ALP"), ("ALP", "devs"), ("devs", "ALP"), ("ALP", "ACQ"))
"""Who may owe whom in the story."""


def owed(stage: Stage) -> list[tuple[str, str, Money]]:
    """Return who owes whom how much."""
    pairs = ((one, other, stage.balance(one, f"due_to:{other}", "USD")) for one, other in _PAIRS)
    return [(one, other, money) for one, other, money in pairs if money.units]


def count_owed(stage: Stage) -> list[Fact]:
    """Count what each party owes and is owed."""
    open_pairs = owed(stage)
    nets = {party: 0 for pair in _PAIRS for party in pair}
    for debtor, creditor, money in open_pairs:
        nets[debtor] -= money.units
        nets[creditor] += money.units
    facts = [(f"{debtor} owes {creditor}", worded(money)) for debtor, creditor, money in open_pairs]
    facts += [(f"net of {party}", worded(Money("USD", net))) for party, net in nets.items()]
    return [*facts, ("all nets together", worded(Money("USD", sum(nets.values()))))]


def set_off(stage: Stage) -> list[Fact]:
    """Set off what goes both ways."""
    there, back = (
        stage.balance(one, f"due_to:{other}", "USD")
        for one, other in (("devs", "ALP"), ("ALP", "devs"))
    )
    both = min(there, back)
    stage.run("net", {"one": "devs", "other": "ALP"}, amount=both)
    return [("set off", worded(both))]


def settle(stage: Stage) -> list[Fact]:
    """Let each debtor pay the rest."""
    facts = []
    for debtor, creditor, money in owed(stage):
        stage.run("settle", {"debtor": debtor, "creditor": creditor}, amount=money)
        facts.append((f"{debtor} pays {creditor}", worded(money)))
    return facts
