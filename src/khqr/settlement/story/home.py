"""What happens in the story inside Cambodia: the calls of its chapters."""

from __future__ import annotations

from ...codec import md5
from ..money import Money
from ..payments.codes import read_code
from .stage import Fact, Stage
from .words import worded

__all__ = ["ask", "confirm", "issue_tokens", "load_wallet", "show_code", "submit"]

_DARA = "dara@deva"


def issue_tokens(stage: Stage) -> list[Fact]:
    """Give three banks settlement balance, and so tokens."""
    for bank in ("deva", "devb", "devs"):
        stage.simulation.fund_bank(bank, Money.of(5_000_000, "KHR"))
    return [("tokens that there are", worded(stage.balance("TOK", "supply", "KHR")))]


def load_wallet(stage: Stage) -> list[Fact]:
    """Enter the customers, and let Dara load a wallet."""
    stage.simulation.add_customer("dara", "deva")
    stage.simulation.add_customer("shop1", "devb", credit_days=1)
    stage.simulation.fund(_DARA, Money.of(200_000, "KHR"))
    return [("Dara's wallet", worded(stage.balance("deva", "wallet:dara", "KHR")))]


def show_code(stage: Stage) -> list[Fact]:
    """Let the shop show a code."""
    code = read_code(stage.show_code("home", 50_000, "INV-001"))
    assert code.units is not None
    return [
        ("text of the code", code.text),
        ("who is paid on Bakong", code.account_id),
        ("whom that bank credits", code.beneficiary),
        ("amount", worded(Money(code.currency, code.units))),
    ]


def confirm(stage: Stage) -> list[Fact]:
    """Let Dara confirm the payment."""
    payment = stage.simulation.confirm(stage.codes["home"], payer=_DARA, instruction="home")
    stage.payments["home"] = payment.id
    ledger = stage.simulation.ledger
    wallet = ledger.find("deva", "wallet:dara", "KHR")
    return [
        ("state of the payment", payment.state.value),
        ("balance of the wallet", worded(Money("KHR", ledger.balance(wallet)))),
        ("of it set aside", worded(Money("KHR", ledger.held(wallet)))),
        ("left to spend", worded(Money("KHR", ledger.available(wallet)))),
    ]


def submit(stage: Stage) -> list[Fact]:
    """Let Dara's bank submit it."""
    payment = stage.simulation.submit(stage.payments["home"])
    return [("state of the payment", payment.state.value), ("hash", payment.hash)]


def ask(stage: Stage) -> list[Fact]:
    """Ask what became of it, as a till does."""
    key = md5(stage.codes["home"])
    answer = stage.simulation.status_by_md5(key)
    data = answer["data"]
    assert isinstance(data, dict)
    names = ("fromAccountId", "toAccountId", "currency", "amount", "trackingStatus")
    return [
        ("MD5 of the code", key),
        ("responseCode", str(answer["responseCode"])),
        *((name, str(data[name])) for name in names),
    ]
