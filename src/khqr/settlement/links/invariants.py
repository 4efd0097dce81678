"""What must be true of payments over links, held against the journal.

A choice of this library. The checks have the names of those of domestic payments that they extend.
Each reads what was posted and held, and works out anew what rates, fees and terms make of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..ledger.audit import Audit, Invariant
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState
from ..ledger.journal import Kind
from ..ledger.view import Entry
from ..money import BOOKS, Money
from .payment import OPEN, CrossPayment, CrossState
from .terms import Direction

if TYPE_CHECKING:
    from .links import Links

__all__ = ["link_invariants"]

_PAID = frozenset(
    {CrossState.COMMITTED, CrossState.CANCELLING, CrossState.CANCELLED}
    | {CrossState.PARTIALLY_REFUNDED, CrossState.REFUNDED}
)


def link_invariants(links: Links) -> tuple[Invariant, ...]:
    """Return the invariants of the payments of links, for a longer tuple of an `Audit`."""
    checks = _Checks(links)
    return (
        Invariant("I7", "a link pays its kinds of codes, each dynamic one once", checks.once),
        Invariant(
            "I8",
            "a payment over a link has all its legs, at its rates and fee, or none",
            checks.whole,
        ),
        Invariant(
            "I9", "money waits for a payment over a link as long as its answer is open", checks.held
        ),
        Invariant("I10", "refunds over a link go by the rates of their payment", checks.refunded),
        Invariant("I13", "a payment over a link keeps to its cap", checks.capped),
    )


class _Checks:
    """The checks, and what they read."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def _committed(self, instruction: str) -> int | None:
        outcome = self._links.simulation.ledger.outcome(instruction)
        if outcome is None or outcome.state is not InstructionState.COMMITTED:
            return None
        return outcome.row

    def _posted(self) -> Iterator[tuple[CrossPayment, int]]:
        """Yield the payments that the ledger says are posted to the end, each with its row."""
        for payment in list(self._links.payments.values()):
            sent = "pay" if payment.direction is Direction.INBOUND else "paid"
            row = self._committed(f"{sent}/{payment.id}")
            if row is not None:
                yield payment, row

    def once(self, _: Audit) -> Iterator[str]:
        paid: set[tuple[str, str]] = set()
        for payment, _row in self._posted():
            terms, code = self._links.terms[payment.link], payment.code
            if payment.direction is Direction.INBOUND:
                if code.currency != "KHR" and not terms.dollar_codes:
                    yield f"payment {payment.id} is by a code in {code.currency}"
                continue
            if code.dynamic and (payment.link, code.key) in paid:
                yield f"payment {payment.id} is the second by one dynamic code"
            paid.add((payment.link, code.key))

    def whole(self, _: Audit) -> Iterator[str]:
        ledger, used = self._links.simulation.ledger, set[str]()
        for payment, row in self._posted():
            if payment.state not in _PAID:
                yield f"payment {payment.id} is {payment.state.value}, and was posted"
            if payment.cancel_asked is not None and row >= payment.cancel_asked:
                yield f"payment {payment.id} was posted after its cancel"
            for quote_id in payment.quotes:
                if quote_id in used:
                    yield f"payment {payment.id} was posted by a used rate"
                used.add(quote_id)
                over = self._links.quote(quote_id).expires_at
                if payment.sent_at is None or payment.sent_at > over:
                    yield f"payment {payment.id} was sent by a rate that was over"
            yield from self._rates(payment)
            yield from self._legs(payment, list(ledger.postings(row)))

    def _rates(self, payment: CrossPayment) -> Iterator[str]:
        """Yield what is wrong with the amounts of a payment."""
        money, gross, debited = _amounts(payment)
        terms = self._links.terms[payment.link]
        steps, rates = [(gross, money), (debited, gross)], list(payment.quotes)
        for given, got in steps:
            if given.currency == got.currency:
                if given != got:
                    yield f"payment {payment.id} changes {got} into {given}"
                continue
            quote = self._links.quote(rates.pop())
            if (quote.sold, quote.bought) != (given.currency, got.currency):
                yield f"payment {payment.id} goes by a rate of {quote.pair}"
                continue
            above, below = quote.price if quote.base == got.currency else quote.price[::-1]
            above, below = above * 10 ** BOOKS[quote.sold], below * 10 ** BOOKS[quote.bought]
            if not 0 <= given.units * below - got.units * above < below:
                yield f"payment {payment.id} gives {given} for {got}, not rounded up"
        if payment.fee != gross.units * terms.fee // 10_000:
            yield f"payment {payment.id} has a fee of {payment.fee}"

    def _legs(self, payment: CrossPayment, entries: Sequence[Entry]) -> Iterator[str]:
        """Yield what is missing of the legs of a payment: each party's own account says it."""
        money, gross, debited = _amounts(payment)
        terms, fee = self._links.terms[payment.link], payment.fee
        sponsor, partner, net = terms.sponsor, terms.partner, gross.units - payment.fee
        settled = gross.currency
        expected = {(partner, "fee_income"): (settled, fee)}
        if payment.direction is Direction.INBOUND:
            expected[sponsor, f"due_from:{partner}"] = settled, -net
            expected[sponsor, "fee_expense"] = settled, -fee
            expected[payment.bank, payment.account] = debited.currency, -debited.units
            expected[payment.payee] = money
        else:
            expected[sponsor, f"due_to:{partner}"] = gross
            expected[sponsor, f"out_hold:{payment.held_as}"] = debited.currency, -debited.units
            expected[payment.payee] = settled, net
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for entry in entries:
            found[entry.debit.book, entry.debit.name][entry.debit.currency] -= entry.amount
            found[entry.credit.book, entry.credit.name][entry.credit.currency] += entry.amount
        for account, (currency, units) in expected.items():
            has = {key: value for key, value in found[account].items() if value}
            if has != ({currency: units} if units else {}):
                where = " ".join(account)
                yield f"payment {payment.id} posts {has} to {where}, not {units} {currency}"

    def held(self, audit: Audit) -> Iterator[str]:
        waits: dict[tuple[str, str, str], int] = defaultdict(int)
        hops = {row.amount for row in audit.ledger.journal.rows() if row.kind is Kind.REFERENCE}
        for payment in list(self._links.payments.values()):
            inbound = payment.direction is Direction.INBOUND
            if payment.hold is not None:
                pending = audit.ledger.find_hold(payment.hold).state is HoldState.PENDING
                open_ = payment.state in OPEN and payment.row is None
                if pending and not (open_ and (inbound or payment.state is CrossState.HELD)):
                    yield f"payment {payment.id} is {payment.state.value}, and its hold is not over"
            hop = None if inbound else self._committed(f"pay/{payment.id}")
            if hop is None or payment.debited is None:
                continue
            sponsor = self._links.terms[payment.link].sponsor
            key = sponsor, f"out_hold:{payment.held_as}", payment.debited.currency
            if self._committed(f"paid/{payment.id}") is None and hop not in hops:
                waits[key] += payment.debited.units
                if payment.state not in OPEN:
                    yield f"payment {payment.id} is {payment.state.value}, and its money waits"
        state = audit.ledger.state
        for number, account in enumerate(state.accounts.rows):
            if account.name.startswith("out_hold:"):
                has, due = state.balance(number), waits.pop(account[:3], 0)
                if has != due and self._is_sponsor(account.book):
                    yield f"{account} has {has}, the open payments come to {due}"

    def _is_sponsor(self, book: str) -> bool:
        return any(terms.sponsor == book for terms in self._links.terms.values())

    # Money back.

    def refunded(self, audit: Audit) -> Iterator[str]:
        originals = {row: payment for payment, row in self._posted()}
        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        simulation = self._links.simulation
        for row in audit.ledger.journal.rows():
            payment = originals.get(row.amount) if row.kind is Kind.REFERENCE else None
            if payment is None:
                continue
            time = audit.ledger.journal.row(row.amount).time
            if row.time - time > simulation.refund_window:
                yield f"row {row.number} refunds {payment.id} after its time"
            back = sums[row.amount]
            for place, units in enumerate(self._back(payment, audit, row.number)):
                back[place] += units
            yield from self._at_the_rate(payment, back)
        for original, payment in originals.items():
            free = payment.fee if payment.state is CrossState.CANCELLED else 0
            if sums[original][3] != free:
                yield f"{sums[original][3]} of the fee of {payment.id} went back, not {free}"

    def _back(self, payment: CrossPayment, audit: Audit, row: int) -> tuple[int, int, int, int]:
        """Return what a transaction takes from the payee, what crosses, what arrives, what fee."""
        terms = self._links.terms[payment.link]
        due = f"due_to:{terms.partner}", f"due_from:{terms.partner}"
        taken = crossed = arrived = fee = 0
        inbound = payment.direction is Direction.INBOUND
        payees = payment.payee[0]
        accounts = {payment.payee[1], "susp_in"}
        if inbound:
            accounts.add(f"casa:{getattr(payment.code, 'beneficiary', '')}")
        for entry in audit.ledger.postings(row):
            if entry.debit.book == payees and entry.debit.name in accounts:
                taken += entry.amount
            if (entry.credit.book, entry.credit.name) == (payment.bank, payment.account):
                arrived += entry.amount
            if entry.debit.book == entry.credit.book == terms.sponsor:
                names = {entry.debit.name, entry.credit.name}
                if "fxpos" in names and names & set(due):
                    crossed += entry.amount
            if (entry.debit.book, entry.debit.name) == (terms.partner, "fee_income"):
                fee += entry.amount
        return taken, crossed, arrived, fee

    def _at_the_rate(self, payment: CrossPayment, back: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong with the sums of what went back so far."""
        money, gross, debited = _amounts(payment)
        taken, crossed, arrived, _ = back
        if payment.direction is Direction.INBOUND:
            if taken > money.units:
                yield f"{taken} of {money.units} of {payment.id} went back"
            rates = (crossed, gross.units), (arrived, debited.units)
            if any(share != whole * taken // money.units for share, whole in rates):
                yield f"{payment.id} goes back at another rate: {taken}, {crossed}, {arrived}"
            return
        if crossed > gross.units:
            yield f"{crossed} of {gross.units} of {payment.id} went back"
        # both are rounded down from one share, which is in a currency that may not be posted
        apart = arrived * gross.units - crossed * debited.units
        if not -gross.units < apart < debited.units:
            yield f"{payment.id} goes back at another rate: {crossed} for {arrived}"

    def capped(self, _: Audit) -> Iterator[str]:
        for payment, _row in self._posted():
            caps = self._links.terms[payment.link].caps
            for side in _amounts(payment):
                if side.units > caps.get(side.currency, side.units):
                    yield f"payment {payment.id} is over the cap with {side}"


def _amounts(payment: CrossPayment) -> tuple[Money, Money, Money]:
    assert payment.money is not None and payment.gross is not None  # noqa: PT018 - of a posted one
    assert payment.debited is not None
    return payment.money, payment.gross, payment.debited
