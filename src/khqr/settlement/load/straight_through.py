"""Straight-through processing: payments that are confirmed, hopped and credited in one go.

The rules are those of `khqr.settlement.Simulation` for a payment in one currency. Between the
confirmation and the hop nothing waits here, so there is no hold: a payment is one transaction, the
hop and, where the payee's bank credits at once, the credit behind it. A choice of this library, as
is the order in which the rules are looked at.
"""

from __future__ import annotations

from typing import NoReturn

from ..errors import REFUSALS, SettlementError
from ..ledger.instructions import InstructionState, body_digest, recorded_digest
from ..ledger.rows import CONTINUED, LARGEST_TIME, NUMBER_ID, PACK, Kind
from ..ledger.steps import Step
from .columns import LARGEST_SERIAL, Columns, Outcomes, checked, require_numpy
from .register import CURRENCIES, steps
from .waiting import Waiting

__all__ = ["CHUNK", "StraightThrough"]

CHUNK = 32_768
"""Payments that `StraightThrough.pay_many` decides at a time."""

_MOVE, _MOVE_ON = Kind.MOVE | NUMBER_ID, Kind.MOVE | NUMBER_ID | CONTINUED
_POST, _REFUSE = Kind.POST | NUMBER_ID, Kind.REFUSE | NUMBER_ID
_WIDTH = len(CURRENCIES)

Item = tuple[int, int, int, int, int, int, int, int]
"""A payment: one place of all `Columns`."""

Body = tuple[int, int, int, int]
"""What `steps` takes: payer's account, where the hop goes, the account credited at once, amount."""


class StraightThrough(Waiting):
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

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        state = self.ledger.state
        self._posted, self._floor, self._ceiling = state.posted, state.floor, state.ceiling
        self._legs = state.accounts.legs
        self.mirror: object = None

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
            return self.pay_checked((number, payer, code, amount, time, serial, asked, expires))

    def _refuse_form(self, item: Item) -> NoReturn:
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

    def pay_checked(self, item: Item) -> int:
        """Decide a payment of good form and write it down; `pay` and `pay_many` end here."""
        number, payer, code, entered, time, serial, asked, _ = item
        if time > self.time:
            self.go_on(time)
        currency, payee, days = self.currency_of[code], self.payees[code], self.credit_days[code]
        account = self.accounts[_WIDTH * payer + currency]
        amount = entered or asked or self.units[code]
        body = account, payee, -1 if days else self.credited[code], amount
        if number <= self.ids.last:
            return self.known(number, steps(*body))
        if account < 0 or payee < 0:
            raise SettlementError("UNKNOWN_ACCOUNT", f"payer {payer}, or the payee of code {code}")
        if account in {payee, self.credited[code]}:
            raise SettlementError("UNBALANCED", f"payer {payer} would pay itself")
        place = _WIDTH * self.customer_of[payer] + currency
        name = self._rule(item, amount, place) or self._short(account, payee, amount)
        if name:
            self._refuse(name, number, body)
        row = self._write(number, body)
        self.used[place] += amount
        if serial >= 0:
            self.room_for(serial)
            self.paid_serials[serial] = 1
        if days:
            self.wait(self.day + days, (payee, self.credited[code], amount))
        return row

    def _rule(self, item: Item, amount: int, place: int) -> str:
        """Return the first rule about code, payer and limits that a payment breaks, or nothing."""
        _, payer, code, _, _, serial, asked, expires = item
        need = asked or self.units[code]
        if 0 <= serial < len(self.paid_serials) and self.paid_serials[serial]:
            return "QR_CONSUMED"
        if self.time > (self.expiries[code] if expires < 0 else expires):
            return "QR_EXPIRED"
        if not amount or (need and amount != need):
            return "QR_AMOUNT_MISMATCH"
        if self.frozen[self.customer_of[payer]]:
            return "ACCOUNT_FROZEN"
        cap = self.caps[place]
        if cap < 0:
            return "KYC_TIER"
        if amount > self.per_payment[self.currency_of[code]]:
            return "LIMIT_PER_TX"
        return "LIMIT_PER_DAY" if amount > cap - self.used[place] else ""

    def _short(self, account: int, payee: int, amount: int) -> str:
        """Return the name of what is short for a hop, or nothing."""
        posted, floor = self._posted, self._floor
        if posted[account] - amount < floor[account]:
            return "INSUFFICIENT_FUNDS"
        one, other = self._legs[account], self._legs[payee]
        assert one is not None and other is not None  # noqa: PT018 - the register opens only such
        if one.unit != other.unit and (
            posted[one.bsa] + amount > self._ceiling[one.bsa]
            or posted[one.central] - amount < floor[one.central]
        ):
            return "INSUFFICIENT_SETTLEMENT_BALANCE"
        if one.holder != other.holder and posted[one.holder] - amount < floor[one.holder]:
            return "INSUFFICIENT_SETTLEMENT_BALANCE"
        return ""

    def _refuse(self, name: str, number: int, body: Body) -> NoReturn:
        """Write down that an id is refused, and refuse."""
        journal = self.ledger.journal
        stamp, text = self.time << 8 | _REFUSE, journal.number_of(name)
        self.ids[number] = journal.append(text, *body_digest(steps(*body)), stamp, number)
        raise SettlementError(name, REFUSALS[name].when)

    def _write(self, number: int, body: Body) -> int:
        """Write the rows of a payment, change the balances by the leg rule, return the row."""
        account, payee, credited, amount = body
        journal, stamp, posted = self.ledger.journal, self.time << 8, self._posted
        if credited < 0:
            row = journal.append(account, payee, amount, stamp | _MOVE, number)
        else:
            row = journal.extend(
                PACK(account, payee, amount, stamp | _MOVE_ON, number)
                + PACK(payee, credited, amount, stamp | _POST, number)
            )
        self.ids[number] = row
        one, other = self._legs[account], self._legs[payee]
        assert one is not None and other is not None  # noqa: PT018 - as above
        _, unit, _, bsa, central, holder = one
        _, to_unit, _, to_bsa, to_central, to_holder = other
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
        return row

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

    def room_for(self, serial: int) -> None:
        """Make ``paid_serials`` long enough for a serial."""
        more = serial + 1 - len(self.paid_serials)
        if more > 0:
            self.paid_serials.extend(bytes(max(more, len(self.paid_serials) // 8)))

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
        with self.lock:
            return pay_in_chunks(self, arrays, chunk)
