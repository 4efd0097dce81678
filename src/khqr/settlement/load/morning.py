"""What happens before a day's payments: banks look to their settlement balance, wages come in.

A choice of this library. A bank whose free settlement balance is below its target issues what is
missing, and one that has far too much redeems. A payer whose account is down to a quarter of its
target gets what is missing, from the account of the bank's employers, on one day of the week.
"""

from __future__ import annotations

from collections import defaultdict

from ..money import Money
from ..payments.limits import day_starts
from .register import CURRENCIES
from .world import World

__all__ = ["begin_day"]

_TOO_MUCH = 3
"""Times the target."""


def begin_day(world: World, day: int) -> None:
    """Credit what is due, and bring banks and payers up to their targets.

    Args:
        world: whose banks and payers.
        day: the business day, in days since 1970.
    """
    bank = world.bank
    bank.credit_due(day_starts(day))
    wages = _wages(world, day)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    loads: dict[tuple[str, str], int] = defaultdict(int)
    for till, account, amount in wages:
        row = bank.ledger.account(till)
        paid[row.book, row.currency] += amount
        if bank.ledger.account(account).tokens == "customer":
            loads[row.book, row.currency] += amount
    for place, name in enumerate(world.names):
        for currency in CURRENCIES:
            if paid[name, currency]:
                money = Money(currency, paid[name, currency])
                who = {"bank": name, "account": "casa:wages"}
                bank.books.run("deposit", who, {"amount": money})
            _settle(world, name, currency, world.settles(place, currency), loads[name, currency])
    paid_out = bank.ledger.move_many((*move, None) for move in wages)
    assert all(isinstance(result, int) for result in paid_out), "wages are funded before"


def _wages(world: World, day: int) -> list[tuple[int, int, int]]:
    """Return what payers get today: from which account, to which, how much."""
    posted, accounts = world.bank.ledger.state.posted, world.bank.accounts
    width = len(CURRENCIES)
    first = day == world.plan.first_day
    moves = []
    for payer, target in enumerate(world.targets):
        if first or (payer + day) % 7 == 0:
            account = max(accounts[width * payer : width * payer + width])
            if posted[account] <= target // 4:
                moves.append((world.tills[payer], account, target - posted[account]))
    return moves


def _settle(world: World, name: str, currency: str, target: int, load: int) -> None:
    """Bring a bank's free settlement balance to its target, wallets that are loaded apart."""
    books = world.bank.books
    free = books.balance("TOK", f"khqr@{name}", currency)
    missing = target + load - free
    if missing > 0:
        world.bank.fund_bank(name, Money(currency, missing))
    elif free > _TOO_MUCH * target + load:
        books.run("redeem", {"bank": name}, {"amount": Money(currency, free - target - load)})
