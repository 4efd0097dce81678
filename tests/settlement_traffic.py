"""Two banks, their customers and codes, and requests that a seed chooses, for tests of payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count

import khqr
from khqr.model import moment_at
from khqr.settlement import Money, Refused, Simulation
from khqr.settlement.faults import Clock, Ref, Request, Sent, SplitMix64

START = 1_750_000_000_000
DAY = 86_400_000
PAYERS = ("u@A", "v@A", "w@B")
SHOPS = ("m", "n", "nobody")


def made(clock: Callable[[], int], refused: Refused = Refused.BURN) -> Simulation:
    """Banks A and B, each with 50 million riel and 20,000 dollars; u, v, m, n and w."""
    numbers = count(1)
    sim = Simulation("AB", clock=clock, ids=lambda: f"n{next(numbers)}", refused=refused)
    for bank in "AB":
        sim.fund_bank(bank, Money("KHR", 50_000_000))
        sim.fund_bank(bank, Money("USD", 20_000_00))
    for name, bank in (("u", "A"), ("v", "A"), ("m", "B"), ("w", "B")):
        sim.add_customer(name, bank)
    sim.add_customer("n", "B", credit_days=1)
    for payer in PAYERS:
        sim.fund(payer, Money("KHR", 2_000_000))
        sim.fund(payer, Money("KHR", 3_000_000), "account")
        sim.fund(payer, Money("USD", 900_00), "account")
    return sim


def shop_code(
    shop: str = "m", amount: str | None = None, currency: str = "KHR", *, at: int = START,
    life: int = 600_000, bank: str = "B", bill: str | None = None,
) -> str:  # fmt: skip
    """A code of a shop; dynamic if it has an amount."""
    moment = moment_at(at)
    merchant = khqr.Merchant(
        bakong_account_id=f"khqr@{bank}",
        merchant_name="Demo Shop",
        merchant_id=shop,
        acquiring_bank="Demo Bank",
        amount=amount,
        currency=currency,
        bill_number=bill,
        expires_at=moment + timedelta(milliseconds=life) if amount else None,
    )
    return khqr.encode(merchant, at=moment)


def wallet_code(currency: str = "KHR") -> str:
    """The static code of the wallet w."""
    return khqr.encode(
        khqr.Individual(bakong_account_id="w@B", merchant_name="Demo User", currency=currency)
    )


def scenario(seed: int, length: int) -> list[Request]:
    """Requests that go well together: payments of all kinds, and what may follow them."""
    source = SplitMix64(seed)
    pick = source.below
    asked: list[Request] = []
    paid: list[str] = []
    for number in range(length):
        chosen = pick(10)
        if chosen < 6 or not paid:
            asked += _payment(pick, number)
            paid.append(f"{asked[-1].arguments['payer'][-1]}/{number}")
            if asked[-1].call == "confirm" and pick(4):
                asked.append(Request(("submit", "void")[pick(3) == 0], {"payment_id": paid[-1]}))
        elif chosen < 8:
            amount = None if pick(2) else ("1", "700", "2.50")[pick(3)]
            asked.append(
                Request(
                    "refund",
                    {
                        "payment_id": paid[pick(len(paid))],
                        "amount": amount,
                        "instruction": f"r{number}",
                    },
                )
            )
        elif chosen < 9:
            asked.append(
                Request(
                    ("inquire", "void", "submit")[pick(3)], {"payment_id": paid[pick(len(paid))]}
                )
            )
        else:
            asked.append(Request("credit_due", {}))
    return asked


def _payment(pick: Callable[[int], int], number: int) -> list[Request]:
    """A payment: static or dynamic, of a shop or a wallet, in one currency or two."""
    payer = PAYERS[pick(len(PAYERS))]
    arguments: dict[str, object] = {
        "payer": payer, "source": "account", "instruction": str(number)
    }  # fmt: skip
    call = "pay" if pick(3) else "confirm"
    shop, before = SHOPS[pick(3)], []
    kind = pick(5)
    if kind == 0:
        arguments |= {"payload": shop_code(shop), "amount": str(1 + pick(3_000))}
    elif kind == 1:
        arguments |= {"payload": shop_code(shop, str(1_000 + 10 * pick(8)))}
    elif kind == 2 and payer != "w@B":
        arguments |= {"payload": wallet_code(), "amount": 1 + pick(5_000), "source": "wallet"}
    else:
        sold, bought = ("KHR", "USD") if pick(2) else ("USD", "KHR")
        amount = {"KHR": str(2_000 + pick(90_000)), "USD": f"{1 + pick(20)}.{10 + pick(90)}"}[
            bought
        ]
        offer = {"bank": payer[-1], "sold": sold, "bought": bought, "rate": f"41{pick(100):02}.5"}
        if pick(2):
            offer["spread"] = {"KHR": "500", "USD": "0.25"}[sold]
        before.append(Request("offer", offer, f"q{number}"))
        arguments |= {"payload": shop_code(shop, amount, bought, bill=str(number))}
        arguments["quote"] = Ref(f"q{number}")
        arguments["source"] = ("account", "wallet")[pick(2)]
    return [*before, Request(call, arguments, f"p{number}")]


def balances(sim: Simulation) -> Mapping[tuple[str, str, str], int]:
    """All balances that are not zero, by book, account and currency."""
    state = sim.ledger.state
    every = {row[:3]: state.balance(number) for number, row in enumerate(state.accounts.rows)}
    return {name: units for name, units in every.items() if units}


def outcomes(sent: list[Sent]) -> Counter[str]:
    """How often clients got which answer."""
    return Counter(
        one.refusal
        or (getattr(getattr(one.answer, "state", None), "value", "ok") if one.is_answered else "?")
        for one in sent
    )


def stopped_clock() -> Clock:
    """A clock at the start."""
    return Clock(START)
