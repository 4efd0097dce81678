"""What must be true of payments over links, held against the journal.

A choice of this library. The checks have the names of those of domestic payments that they extend.
Each reads what was posted and held, and works out anew what rates, fees and terms make of it; what
was read and checked once is not read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..ledger.audit import Audit, Invariant
from ..ledger.compensations import Compensation
from ..ledger.holds import HoldState
from ..ledger.view import Entry
from ..money import BOOKS, Money
from .payment import OPEN, CrossPayment, CrossState
from .posted import Posted
from .terms import Direction

if TYPE_CHECKING:
    from .links import Links

__all__ = ["link_invariants"]

_NOTHING = (0, 0, 0, 0)
"""What went back of a payment of which nothing did."""

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
    """The checks, and what they have read."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._posted = Posted(links)
        self._codes: dict[tuple[str, str], str] = {}
        self._quotes: dict[str, str] = {}
        self._open: dict[str, None] = {}
        self._back: dict[int, Sequence[int]] = {}
        self._wrong: list[str] = []

    def once(self, audit: Audit) -> Iterator[str]:
        self._posted.read_on(audit)
        yield from self._posted.each("once", self._once)

    def _once(self, payment: CrossPayment, _: int) -> Iterator[str]:
        terms, code = self._links.terms[payment.link], payment.code
        if payment.direction is Direction.INBOUND:
            if code.currency != "KHR" and not terms.dollar_codes:
                yield f"payment {payment.id} is by a code in {code.currency}"
            return
        first = self._codes.setdefault((payment.link, code.key), payment.id)
        if code.dynamic and first != payment.id:
            yield f"payment {payment.id} is another by one dynamic code"

    def whole(self, audit: Audit) -> Iterator[str]:
        self._posted.read_on(audit)
        yield from self._posted.each("whole", self._whole)

    def _whole(self, payment: CrossPayment, row: int) -> Iterator[str]:
        if payment.state not in _PAID:
            yield f"payment {payment.id} is {payment.state.value}, and was posted"
        if payment.cancel_asked is not None and row >= payment.cancel_asked:
            yield f"payment {payment.id} was posted after its cancel"
        for quote_id in payment.quotes:
            if self._quotes.setdefault(quote_id, payment.id) != payment.id:
                yield f"payment {payment.id} was posted by a used rate"
            over = self._links.quote(quote_id).expires_at
            if payment.sent_at is None or payment.sent_at > over:
                yield f"payment {payment.id} was sent by a rate that was over"
        yield from self._rates(payment)
        yield from self._legs(payment, list(self._links.simulation.ledger.postings(row)))

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
        self._posted.read_on(audit)
        self._open |= dict.fromkeys(self._posted.new_payments())
        waits: dict[tuple[str, str, str], int] = defaultdict(int)
        for payment_id in list(self._open):
            payment = self._links.payments[payment_id]
            pending = (
                payment.hold is not None
                and audit.ledger.find_hold(payment.hold).state is HoldState.PENDING
            )
            if pending and not _may_be_held(payment):
                yield f"payment {payment.id} is {payment.state.value}, and its hold is not over"
            hop = self._posted.hops.get(payment_id)
            arrived = payment_id in self._posted.rows
            if hop is not None and payment.debited is not None:
                if not arrived and not self._posted.is_compensated(hop):
                    sponsor = self._links.terms[payment.link].sponsor
                    held_as = f"out_hold:{payment.held_as}"
                    waits[sponsor, held_as, payment.debited.currency] += payment.debited.units
                    if payment.state not in OPEN:
                        yield f"payment {payment.id} is {payment.state.value}, and its money waits"
                    continue
                arrived = True
            if not pending and arrived:
                del self._open[payment_id]  # what was refused may be tried again, and is kept
        yield from self._waiting(audit, waits)

    def _waiting(self, audit: Audit, waits: dict[tuple[str, str, str], int]) -> Iterator[str]:
        """Yield where something else waits than the open payments come to."""
        state = audit.ledger.state
        sponsors = {terms.sponsor for terms in self._links.terms.values()}
        for number in self._posted.out_holds:
            account = state.accounts.rows[number]
            has, due = state.balance(number), waits.get(account[:3], 0)
            if has != due and account.book in sponsors:
                yield f"{account} has {has}, the open payments come to {due}"

    # Money back.

    def refunded(self, audit: Audit) -> Iterator[str]:
        self._posted.read_on(audit)
        for payment, one in self._posted.new_refunds():
            self._wrong += self._refund(payment, audit, one)
        yield from self._wrong
        for payment_id, row in self._posted.rows.items():
            payment = self._links.payments[payment_id]
            fee = self._back.get(row, _NOTHING)[3]
            free = payment.fee if payment.state is CrossState.CANCELLED else 0
            if fee != free:
                yield f"{fee} of the fee of {payment.id} went back, not {free}"

    def _refund(self, payment: CrossPayment, audit: Audit, one: Compensation) -> Iterator[str]:
        """Add up what went back of a payment, and yield what is wrong with it."""
        time = audit.ledger.journal.row(one.original).time
        if one.time - time > self._links.simulation.refund_window:
            yield f"row {one.row} refunds {payment.id} after its time"
        before, more = self._back.get(one.original, _NOTHING), self._parts(payment, audit, one.row)
        back = [units + part for units, part in zip(before, more, strict=True)]
        self._back[one.original] = back
        yield from self._at_the_rate(payment, back)

    def _parts(self, payment: CrossPayment, audit: Audit, row: int) -> tuple[int, int, int, int]:
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

    def capped(self, audit: Audit) -> Iterator[str]:
        self._posted.read_on(audit)
        yield from self._posted.each("capped", self._capped)

    def _capped(self, payment: CrossPayment, _: int) -> Iterator[str]:
        caps = self._links.terms[payment.link].caps
        for side in _amounts(payment):
            if side.units > caps.get(side.currency, side.units):
                yield f"payment {payment.id} is over the cap with {side}"


def _may_be_held(payment: CrossPayment) -> bool:
    """Say whether the hold of a payment may still be there."""
    if payment.direction is Direction.OUTBOUND:
        return payment.state is CrossState.HELD and payment.row is None
    return payment.state in OPEN and payment.row is None


def _amounts(payment: CrossPayment) -> tuple[Money, Money, Money]:
    assert payment.money is not None and payment.gross is not None  # noqa: PT018 - of a posted one
    assert payment.debited is not None
    return payment.money, payment.gross, payment.debited
