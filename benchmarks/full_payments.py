"""Whole payments by code with every rule: ours, one by one and many at once, and SQLite's.

All get the same numbers for the same payments, and must refuse the same ones for the same reasons.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import numpy as np

from khqr import Individual, Merchant, encode
from khqr.model import moment_at
from khqr.settlement import Customer, Money, SettlementError, Tier
from khqr.settlement.load.columns import OUTCOMES, Columns
from khqr.settlement.load.straight_through import StraightThrough
from khqr.settlement.payments.limits import CAPS

__all__ = ["Batch", "OneCall", "Payment", "SqliteFull", "payments_for", "stream"]

BANKS = 10
PAYERS = 50_000
SHOPS = 2_000
WALLETS = 2_000
NOW = 1_672_531_200_000
DAY, EAST = 86_400_000, 7 * 3_600_000
RICH, POOR = 20_000_000, 5_000

Payment = tuple[int, int, int, int, int, int, int, int]
"""Id, payer, code, amount, time, serial, asked, expiry: the columns of `Columns`."""


def tier_of(payer: int) -> Tier:
    """Return the tier of a payer: one in 500 may not pay, one in ten is basic."""
    return Tier.NONE if payer % 500 == 7 else Tier.BASIC if payer % 10 == 3 else Tier.FULL


def stream(seed: int) -> Iterator[Payment]:
    """Yield payments without end; about one in twenty-five is refused, for every reason."""
    source = random.Random(seed)
    chance, below = source.random, source.randrange
    serials = count()
    made: Payment | None = None
    for number in count(1):
        lot = chance()
        if lot < 0.0005 and made is not None:  # the same again
            yield made
            continue
        time = NOW + 20 * number
        payer, code = below(PAYERS), below(2 * SHOPS + WALLETS)
        amount, serial, asked, expires = 100 * below(1, 400), -1, 0, -1
        if SHOPS <= code < 2 * SHOPS:
            serial, asked, expires = next(serials), amount, time + 300_000
            amount = asked + 100 if 0.002 < lot < 0.004 else 0
            if 0.004 < lot < 0.007:
                expires = time - 1
            if 0.007 < lot < 0.012:
                serial //= 2
        if lot > 0.998:
            amount = 3_000_000 if serial < 0 else amount
        made = number, payer, code, amount, time, serial, asked, expires
        yield made


def payments_for(columns: list[Payment]) -> Columns:
    """Return payments as columns."""
    return Columns(*np.ascontiguousarray(np.array(columns, np.int64).T))


class OneCall:
    """Every payment a call of its own."""

    def __init__(self) -> None:
        banks = [f"B{number}" for number in range(BANKS)]
        self.bank = bank = StraightThrough(banks, start=NOW)
        for code in banks:
            bank.fund_bank(code, Money("KHR", 10**14))
        for number in range(SHOPS):
            bank.add_customer(Customer(f"m{number}@{banks[number % BANKS]}"))
        for number in range(PAYERS):
            customer = Customer(
                f"c{number}@{banks[number % BANKS]}", tier_of(number), 0, number % 700 == 5
            )
            payer = bank.add_payer(customer, "wallet", ("KHR",))
            bank.fund(payer, Money("KHR", POOR if number % 50 == 1 else RICH))
        at = moment_at(NOW)
        for life in (None, timedelta(minutes=5)):
            for number in range(SHOPS):
                shop = Merchant(
                    bakong_account_id=f"khqr@{banks[number % BANKS]}",
                    merchant_name="Demo Shop",
                    merchant_id=f"m{number}",
                    acquiring_bank="Dev Bank",
                    amount=None if life is None else 100,
                    expires_at=None if life is None else at + life,
                )
                bank.add_code(encode(shop, at=at))
        for number in range(WALLETS):
            name = f"c{number}@{banks[number % BANKS]}"
            bank.add_code(encode(Individual(bakong_account_id=name, merchant_name="Demo")))
        self.refused: Counter[str] = Counter()

    def prepared(self, batch: list[Payment]) -> Any:
        """Return a batch as it is handed over."""
        return batch

    def take(self, batch: list[Payment]) -> None:
        """Pay all, and count the refusals by name."""
        pay, refused = self.bank.pay, self.refused
        for number, payer, code, amount, time, serial, asked, expires in batch:
            try:
                pay(
                    number, payer, code, amount,
                    time=time, serial=serial, asked=asked, expires=expires,
                )  # fmt: skip
            except SettlementError as refusal:
                refused[refusal.name] += 1


class Batch(OneCall):
    """All payments of a turn in one call."""

    def prepared(self, batch: list[Payment]) -> Any:
        """Return a batch as columns."""
        return payments_for(batch)

    def take(self, batch: Any) -> None:
        """Pay all, and count the refusals by name."""
        found = self.bank.pay_many(batch)
        for code, number in enumerate(np.bincount(found.refusals).tolist()):
            if code and number:
                self.refused[OUTCOMES[code]] += number


_TABLES = """
CREATE TABLE account (id INTEGER PRIMARY KEY, bank INTEGER, balance INTEGER);
CREATE TABLE payer (id INTEGER PRIMARY KEY, account INTEGER, holder INTEGER, frozen INTEGER,
    cap INTEGER);
CREATE TABLE code (id INTEGER PRIMARY KEY, payee INTEGER, credited INTEGER, holder INTEGER,
    bank INTEGER, units INTEGER);
CREATE TABLE used (payer INTEGER, day INTEGER, units INTEGER, PRIMARY KEY (payer, day))
    WITHOUT ROWID;
CREATE TABLE serial (id INTEGER PRIMARY KEY);
CREATE TABLE payment (id INTEGER PRIMARY KEY, payer INTEGER, code INTEGER, amount INTEGER,
    time INTEGER, refusal TEXT);
CREATE TABLE credit (payment INTEGER, debit INTEGER, credit INTEGER, amount INTEGER);
"""


class SqliteFull:
    """The same on SQLite in memory, with every payment committed.

    Each rule is looked up where it stands, and what a payment changes is written: its row, the
    row of the credit, the balances of the payer, the payee, both banks in their own and the central
    bank's book and both holders, the used limit, the serial. A refused one writes its row as well.
    What is read together comes by one query, and what is changed alike by one call.
    """

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(_TABLES)
        many = self.connection.executemany
        # 0 to 99: of the banks; then wallets and their holders; then accounts of shops.
        banks = [
            (number, number % 10, 10**14 if number < 30 else 0) for number in range(10 * BANKS)
        ]
        funds = [POOR if number % 50 == 1 else RICH for number in range(PAYERS)]
        wallets = [(100 + n, n % BANKS, funds[n]) for n in range(PAYERS)]
        holders = [(100 + PAYERS + n, n % BANKS, funds[n]) for n in range(PAYERS)]
        shops = [(100 + 2 * PAYERS + n, n % BANKS, 0) for n in range(SHOPS)]
        many("INSERT INTO account VALUES (?, ?, ?)", [*banks, *wallets, *holders, *shops])
        many(
            "INSERT INTO payer VALUES (?, ?, ?, ?, ?)",
            (
                (n, 100 + n, 100 + PAYERS + n, n % 700 == 5, CAPS[tier_of(n)].get("KHR"))
                for n in range(PAYERS)
            ),
        )
        for first, units in ((0, 0), (SHOPS, 100)):
            many(
                "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        first + n,
                        30 + n % BANKS,
                        100 + 2 * PAYERS + n,
                        20 + n % BANKS,
                        n % BANKS,
                        units,
                    )
                    for n in range(SHOPS)
                ),
            )
        many(
            "INSERT INTO code VALUES (?, ?, NULL, ?, ?, 0)",
            ((2 * SHOPS + n, 100 + n, 100 + PAYERS + n, n % BANKS) for n in range(WALLETS)),
        )
        self.refused: Counter[str] = Counter()

    def prepared(self, batch: list[Payment]) -> Any:
        """Return a batch as it is handed over."""
        return batch

    def take(self, batch: list[Payment]) -> None:
        """Pay all, and count the refusals by name."""
        run = self.connection.execute
        for item in batch:
            run("BEGIN")
            name = self._pay(item)
            run("COMMIT")
            if name:
                self.refused[name] += 1

    def _pay(self, item: Payment) -> str:  # noqa: C901 - the rules, in their order
        number, payer, code, entered, time, serial, asked, expires = item
        run = self.connection.execute
        payee, credited, to_holder, to_bank, units = run(
            "SELECT payee, credited, holder, bank, units FROM code WHERE id = ?", (code,)
        ).fetchone()
        need = asked or units
        amount = entered or need
        known = run(
            "SELECT payer, code, amount, refusal FROM payment WHERE id = ?", (number,)
        ).fetchone()
        if known is not None:
            if known[:3] != (payer, code, amount):
                return "IDEMPOTENCY_MISMATCH"
            return "ALREADY_REFUSED" if known[3] else ""
        account, holder, frozen, cap, bank, balance = run(
            "SELECT account, holder, frozen, cap, bank, balance FROM payer "
            "JOIN account ON account.id = payer.account WHERE payer.id = ?",
            (payer,),
        ).fetchone()
        if account == payee:
            return "UNBALANCED"
        day = (time + EAST) // DAY
        name = ""
        if serial >= 0 and run("SELECT 1 FROM serial WHERE id = ?", (serial,)).fetchone():
            name = "QR_CONSUMED"
        elif 0 <= expires < time:
            name = "QR_EXPIRED"
        elif not amount or (need and amount != need):
            name = "QR_AMOUNT_MISMATCH"
        elif frozen:
            name = "ACCOUNT_FROZEN"
        elif cap is None:
            name = "KYC_TIER"
        else:
            used = run(
                "SELECT units FROM used WHERE payer = ? AND day = ?", (payer, day)
            ).fetchone()
            if amount > cap - (used[0] if used else 0):
                name = "LIMIT_PER_DAY"
            elif balance < amount:
                name = "INSUFFICIENT_FUNDS"
            else:
                settles, tokens = run(
                    "SELECT (SELECT min(balance) FROM account WHERE id IN (?, ?)), "
                    "(SELECT balance FROM account WHERE id = ?)",
                    (bank, 10 + bank, holder),
                ).fetchone()
                if tokens < amount or (bank != to_bank and settles < amount):
                    name = "INSUFFICIENT_SETTLEMENT_BALANCE"
        run(
            "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?)",
            (number, payer, code, amount, time, name or None),
        )
        if name:
            return name
        changes = [(-amount, account), (amount, payee if credited is None else credited)]
        changes += [(-amount, holder), (amount, to_holder)]
        if bank != to_bank:
            changes += [(-amount, bank), (-amount, 10 + bank)]
            changes += [(amount, to_bank), (amount, 10 + to_bank)]
        self.connection.executemany(
            "UPDATE account SET balance = balance + ? WHERE id = ?", changes
        )
        if credited is not None:
            run("INSERT INTO credit VALUES (?, ?, ?, ?)", (number, payee, credited, amount))
        run(
            "INSERT INTO used VALUES (?, ?, ?) "
            "ON CONFLICT (payer, day) DO UPDATE SET units = units + excluded.units",
            (payer, day, amount),
        )
        if serial >= 0:
            run("INSERT INTO serial VALUES (?)", (serial,))
        return ""
