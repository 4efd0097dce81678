"""Straight-through processing: payments that are confirmed, hopped and credited in one go.

The rules are those of `khqr.settlement.Simulation` for a payment in one currency. Between the
confirmation and the hop nothing waits here, so there is no hold: a payment is one transaction, the
hop and, where the payee's bank credits at once, the credit behind it. A choice of this library, as
is the order in which the rules are looked at.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NoReturn

from ..errors import REFUSALS, SettlementError
from ..ledger.instructions import InstructionState, body_digest, recorded_digest
from ..ledger.journal import CONTINUED, LARGEST_TIME, NUMBER_ID, PACK, Kind
from ..ledger.steps import Step
from ..payments.limits import business_day, day_starts
from .columns import LARGEST_SERIAL, Columns, Outcomes, checked, require_numpy
from .register import CURRENCIES, Register, steps

__all__ = ["CHUNK", "StraightThrough"]

CHUNK = 32_768
"""Payments that `StraightThrough.pay_many` decides at a time."""

_MOVE, _MOVE_ON = Kind.MOVE | NUMBER_ID, Kind.MOVE | NUMBER_ID | CONTINUED
_POST, _REFUSE = Kind.POST | NUMBER_ID, Kind.REFUSE | NUMBER_ID
_WIDTH = len(CURRENCIES)


class StraightThrough(Register):
    """A register whose payers pay its codes, one by one or many at once, with the same result.

    >>> from khqr import Individual, encode
    >>> from khqr.settlement import Customer, Money
    >>> bank = StraightThrough(["deva", "devb"])
    >>> for code in ("deva", "devb"):
    ...     bank.fund_bank(code, Money.of(1_000_000, "KHR"))
    >>> dara = bank.add_payer(Customer("dara@deva"))
    >>> shop = bank.add_customer(Customer("shop@devb"))
    >>> bank.fund(dara, Money.of(50_000, "KHR"))
    >>> text = encode(Individual(bakong_account_id="shop@devb", merchant_name="Demo Shop"))
    >>> code = bank.add_code(text)
    >>> row = bank.pay(1, dara, code, 4_100, time=1_672_531_200_000)
    >>> [entry.amount for entry in bank.ledger.postings(row)]
    [4100, 4100, 4100, 4100]
    >>> bank.books.balance("devb", "wallet:shop", "KHR")
    4100
    """

    waiting: dict[int, array[int]]
    """Business day to what is credited on it: suspense, account and amount of each payment."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # as Register takes them
        self.waiting = {}
        self.mirror: object = None
        self.lock = self.ledger.locked()
        self.go_on(self.time)

    # One by one.

    def pay(
        self,
        number: int,
        payer: int,
        code: int,
        amount: int = 0,
        *,
        time: int,
        serial: int = -1,
        asked: int = 0,
        expires: int = -1,
    ) -> int:
        """Pay a code, and return the first row of the transaction; see `Columns` for the arguments.

        The same id again posts nothing and gives the row of then.

        Raises:
            SettlementError: by the names in `OUTCOMES`; nothing was posted. For arguments that no
                column could have, as `checked` raises it.
            TypeError: for anything but `int`.
        """
        if not (
            number.__class__
            is payer.__class__
            is code.__class__
            is amount.__class__
            is time.__class__
            is serial.__class__
            is asked.__class__
            is expires.__class__
            is int
            and 0 <= number < 2**63
            and 0 <= payer < len(self.customer_of)
            and 0 <= code < len(self.payees)
            and 0 <= amount < 2**63
            and 0 <= time <= LARGEST_TIME
            and -1 <= serial <= LARGEST_SERIAL
            and 0 <= asked < 2**63
            and -1 <= expires < 2**63
            and (serial >= 0) == self.dynamic[code]
            and (serial >= 0 or (not asked and expires < 0))
        ):
            self._refuse_form((number, payer, code, amount, time, serial, asked, expires))
        with self.lock:
            return self.pay_checked(number, payer, code, amount, time, serial, asked, expires)

    def _refuse_form(self, item: tuple[int, ...]) -> NoReturn:
        """Refuse a payment that no column could hold, by the column that could not."""
        for value in item:
            if type(value) is not int:
                raise TypeError(f"a payment is of int, not {type(value).__name__}")
        number, payer, code, amount, time, serial, asked, expires = item
        for name, held in (
            ("INSTRUCTION_ID_INVALID", 0 <= number < 2**63),
            ("UNKNOWN_ACCOUNT", 0 <= payer < len(self.customer_of)),
            ("AMOUNT_NOT_POSITIVE", 0 <= amount < 2**63 and 0 <= asked < 2**63),
            ("CLOCK_INVALID", 0 <= time <= LARGEST_TIME),
        ):
            if not held:
                raise SettlementError(name, f"{item} is no payment: see Columns")
        raise SettlementError(
            "QR_INVALID",
            f"code {code:#x} of {len(self.payees)} with serial {serial:#x}, asked {asked:#x}, "
            f"expiry {expires:#x}: a serial stands with a dynamic code, and with nothing else",
        )

    def pay_checked(
        self,
        number: int,
        payer: int,
        code: int,
        amount: int,
        time: int,
        serial: int,
        asked: int,
        expires: int,
    ) -> int:
        """Decide a payment of good form and write it down. The rules stand in their order."""
        if time > self.time:
            self.go_on(time)
        currency, payee = self.currency_of[code], self.payees[code]
        account = self.accounts[_WIDTH * payer + currency]
        credited = -1 if self.credit_days[code] else self.credited[code]
        need, entered = asked or self.units[code], amount
        amount = entered or need
        journal = self.ledger.journal
        body = account, payee, credited, amount
        if number <= self.ids.last:
            return self.known(number, steps(*body))
        if account < 0 or payee < 0:
            raise SettlementError("UNKNOWN_ACCOUNT", f"payer {payer} or payee of code {code}")
        if account == payee:
            raise SettlementError("UNBALANCED", f"payer {payer} would pay itself")
        name, customer = "", self.customer_of[payer]
        place = _WIDTH * customer + currency
        cap = self.caps[place]
        if serial >= 0 and self._is_paid(serial):
            name = "QR_CONSUMED"
        elif self.time > (self.expiries[code] if expires < 0 else expires):
            name = "QR_EXPIRED"
        elif not amount or (need and amount != need):
            name = "QR_AMOUNT_MISMATCH"
        elif self.frozen[customer]:
            name = "ACCOUNT_FROZEN"
        elif cap < 0:
            name = "KYC_TIER"
        elif amount > self.per_payment[currency]:
            name = "LIMIT_PER_TX"
        elif amount > cap - self.used[place]:
            name = "LIMIT_PER_DAY"
        else:
            name = self._post(account, payee, credited, amount)
        stamp = self.time << 8
        if name:
            digest = body_digest(steps(*body))
            text = journal.number_of(name)
            self.ids[number] = journal.append(text, *digest, stamp | _REFUSE, number)
            raise SettlementError(name, REFUSALS[name].when)
        if credited >= 0:
            row = journal.extend(
                PACK(account, payee, amount, stamp | _MOVE_ON, number)
                + PACK(payee, credited, amount, stamp | _POST, number)
            )
        else:
            row = journal.append(account, payee, amount, stamp | _MOVE, number)
        self.ids[number] = row
        self.used[place] += amount
        if serial >= 0:
            self._consume(serial)
        if self.credit_days[code]:
            self.wait(self.day + self.credit_days[code], (payee, self.credited[code], amount))
        return row

    def go_on(self, time: int) -> None:
        """Let the clock go on to a time, never back, and begin a new day where one begins."""
        if time > self.time or self.day < 0:
            self.time = max(time, self.time)
            self.ledger.expire()
            day = business_day(self.time)
            if day != self.day:
                self.day = day
                self.used = array("q", bytes(8 * len(self.used)))
                self.changes += 1

    def _post(self, account: int, payee: int, credited: int, amount: int) -> str:
        """Change the balances by the leg rule, or return the name of what is short."""
        state = self.ledger.state
        posted, floor, ceiling = state.posted, state.floor, state.ceiling
        one, other = state.accounts.legs[account], state.accounts.legs[payee]
        assert one is not None and other is not None  # noqa: PT018 - the register opens only such
        if posted[account] - amount < floor[account]:
            return "INSUFFICIENT_FUNDS"
        _, unit, _, bsa, central, holder = one
        _, to_unit, _, to_bsa, to_central, to_holder = other
        if unit != to_unit and (
            posted[bsa] + amount > ceiling[bsa] or posted[central] - amount < floor[central]
        ):
            return "INSUFFICIENT_SETTLEMENT_BALANCE"
        if holder != to_holder and posted[holder] - amount < floor[holder]:
            return "INSUFFICIENT_SETTLEMENT_BALANCE"
        posted[account] -= amount
        posted[payee if credited < 0 else credited] += amount
        if unit != to_unit:
            posted[bsa] += amount
            posted[central] -= amount
            posted[to_bsa] -= amount
            posted[to_central] += amount
        if holder != to_holder:
            posted[holder] -= amount
            posted[to_holder] += amount
        return ""

    def known(self, number: int, body: list[Step]) -> int:
        """Answer an id that is not above all others: its row, if the same was paid by it."""
        row = self.ids.get(number)
        if row is None:
            raise SettlementError("INSTRUCTION_ID_INVALID", f"{number} is new; ids must rise")
        if recorded_digest(self.ledger.journal.transaction(row)) != body_digest(body):
            raise SettlementError("IDEMPOTENCY_MISMATCH", f"row {row} has another body")
        outcome = self.ledger.outcome(number)
        assert outcome is not None
        if outcome.state is InstructionState.COMMITTED:
            return row
        raise SettlementError("ALREADY_REFUSED", f"row {row} refused it", first=outcome.refusal)

    def _is_paid(self, serial: int) -> bool:
        return serial < len(self.paid_serials) and bool(self.paid_serials[serial])

    def _consume(self, serial: int) -> None:
        self.room_for(serial)
        self.paid_serials[serial] = 1

    def room_for(self, serial: int) -> None:
        """Make ``paid_serials`` long enough for a serial."""
        more = serial + 1 - len(self.paid_serials)
        if more > 0:
            self.paid_serials.extend(bytes(max(more, len(self.paid_serials) // 8)))

    # What is credited later.

    def wait(self, day: int, credit: Iterable[int]) -> None:
        """Keep a credit, its suspense account, account and amount, until a business day."""
        self.waiting.setdefault(day, array("q")).extend(credit)

    def credit_due(self, time: int) -> int:
        """Let banks credit what is due by a time, and return how many payments that were.

        Each is a posting of its own, in the order of the payments.
        """
        with self.ledger.locked():
            self.go_on(time)
            due = [day for day in sorted(self.waiting) if day_starts(day) <= self.time]
            return sum(self._credit(self.waiting.pop(day)) for day in due)

    def _credit(self, credits: array[int]) -> int:
        def items() -> Iterator[tuple[int, int, int, None]]:
            for place in range(0, len(credits), 3):
                yield credits[place], credits[place + 1], credits[place + 2], None

        for result in self.ledger.post_many(items()):
            if isinstance(result, SettlementError):
                raise result
        return len(credits) // 3

    # Many at once.

    def pay_many(self, columns: Columns, *, chunk: int = CHUNK) -> Outcomes:
        """Pay many, and return what came of each: the same as if they had been paid one by one.

        Each stands alone: one that is refused does not hold up the others.

        Args:
            columns: the payments, in order.
            chunk: how many are decided at a time; no result hangs on it.

        Raises:
            MissingDependency: if numpy is not installed.
            SettlementError: as `checked` raises it; then nothing was posted.
            TypeError: as `checked` raises it.
        """
        require_numpy()
        from .many import pay_in_chunks

        arrays = checked(columns, len(self.customer_of), len(self.payees))
        with self.ledger.locked():
            return pay_in_chunks(self, arrays, chunk)
