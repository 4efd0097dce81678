"""The figures of a simulation, counted from its journal, its payments, and its links."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from ..clearing import Clearing, Domestic, cross_border, whole_audit
from ..errors import SettlementError
from ..ledger.audit import Audit
from ..ledger.chart import TOKEN_LEDGER
from ..ledger.rows import Kind
from ..ledger.view import View
from ..links import CrossPayment, Links
from ..money import Money
from ..payments.limits import DAY
from ..payments.payment import Payment
from ..payments.simulation import Simulation
from .figures import BankRow, Figures, InvariantRow, VolumeRow

__all__ = ["balances_of", "banks_of", "figures_of", "invariants_of", "volume_of"]

_HOUR = 3_600_000


def figures_of(
    simulation: Simulation,
    *,
    title: str = "A run of the settlement simulator",
    first: int = 0,
    clearings: Iterable[Clearing] = (),
    audit: Audit | None = None,
) -> Figures:
    """Return the figures of a simulation as it is now, with what went over its links.

    Args:
        simulation: what is looked at.
        title: what was run.
        first: the row of the journal with which the run begins, the first one of a transaction;
            what rows before it add up to is what the banks open with. Payments and refusals before
            it are not counted.
        clearings: the clearing of each link. All its batches are shown, whatever ``first`` is.
        audit: an audit that goes on; by default one is made that reads everything.

    Raises:
        SettlementError: ``NOT_FOUND`` if the journal has no such row to begin with;
            ``ACCOUNT_DIFFERS`` for a clearing of other books, and for two of one link.
        TypeError: for anything but an int, and for a clearing that is none.

    >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=str)
    >>> figures_of(simulation).rows
    0
    """
    ledger, cleared = simulation.ledger, tuple(clearings)
    if type(first) is not int:
        raise TypeError(f"a row is known by an int, not {type(first).__name__}")
    for one in cleared:
        if not isinstance(one, Clearing):
            raise TypeError(f"a link is cleared by a Clearing, not {type(one).__name__}")
        if one.books.ledger is not ledger:
            raise SettlementError("ACCOUNT_DIFFERS", f"{one.terms.name} is cleared in other books")
    for name, number in Counter(one.terms.name for one in cleared).items():
        if number > 1:
            raise SettlementError("ACCOUNT_DIFFERS", f"{name} is cleared {number} times")
    with ledger.locked():
        if not 0 <= first <= len(ledger.journal):
            raise SettlementError("NOT_FOUND", f"the journal has no row {first} to begin with")
        payments = [one for one in simulation.payments.values() if _counts(one.id, ledger, first)]
        crossed = [one for one in _crossed(simulation) if _counts(one.id, ledger, first)]
        rows = ledger.journal.rows(first)
        text = ledger.journal.text
        reasons = Counter(text(row.debit) for row in rows if row.kind is Kind.REFUSE)
        states = Counter(one.state.value for one in payments)
        states.update(one.state.value for one in crossed)
        invariants = invariants_of(whole_audit(simulation, cleared) if audit is None else audit)
        return Figures(
            title=title,
            volume=volume_of([*_settled(payments), *_hops(crossed, ledger)]),
            banks=banks_of(ledger, first),
            links=tuple(row for one in cleared for row in cross_border(one)),
            states=dict(sorted(states.items())),
            refusals=dict(sorted(reasons.items())),
            balances=balances_of(ledger),
            invariants=invariants,
            chain=ledger.chain,
            rows=len(ledger.journal),
        )


def _crossed(simulation: Simulation) -> list[CrossPayment]:
    """Return the payments over links that the simulation does not have among its own.

    One that came in and was posted is a payment of the simulation like any other.
    """
    abroad, own = simulation.abroad, simulation.payments
    payments = abroad.payments.values() if isinstance(abroad, Links) else ()
    return [payment for payment in payments if payment.id not in own]


def _counts(payment_id: str, ledger: View, first: int) -> bool:
    """Say whether a payment is of the rows from ``first`` on."""
    outcome = ledger.outcome(f"pay/{payment_id}")
    return first == 0 or (outcome is not None and outcome.row >= first)


def _settled(payments: Iterable[Payment]) -> Iterator[tuple[int, Money]]:
    for payment in payments:
        if payment.committed_at is not None and payment.money is not None:
            yield payment.committed_at, payment.money


def _hops(crossed: Iterable[CrossPayment], ledger: View) -> Iterator[tuple[int, Money]]:
    """Yield the hops to banks of links; as at home, what came back afterwards is not taken off."""
    for payment in crossed:
        if payment.hop is not None and payment.debited is not None:
            yield ledger.journal.row(payment.hop).time, payment.debited


def volume_of(settled: Iterable[tuple[int, Money]]) -> tuple[VolumeRow, ...]:
    """Return what was settled: by the hour, or by the day where it took more than ten of them.

    Args:
        settled: the time and the amount of each payment.

    >>> volume_of([(0, Money("KHR", 5)), (3_599_999, Money("KHR", 6))])
    (VolumeRow(start=0, currency='KHR', payments=2, value=11),)
    """
    found = list(settled)
    times = [time for time, _ in found]
    width = DAY if times and max(times) - min(times) > 10 * DAY else _HOUR
    east = 7 * _HOUR
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for time, money in found:
        here = sums[(time + east) // width * width - east, money.currency]
        here[0] += 1
        here[1] += money.units
    return tuple(VolumeRow(*key, *counted) for key, counted in sorted(sums.items()))


def balances_of(ledger: View) -> dict[tuple[str, str, str], int]:
    """Return the sum of the balances by book, kind of account and currency.

    >>> from khqr.settlement import Ledger, Side
    >>> ledger = Ledger(clock=lambda: 0)
    >>> cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    >>> dara, shop = (ledger.open("devb", f"casa:{name}", "KHR", side=Side.CREDIT)
    ...               for name in ("dara", "shop"))
    >>> row, row = ledger.post(cash, dara, 500), ledger.post(cash, shop, 20)
    >>> balances_of(ledger)
    {('devb', 'casa', 'KHR'): 520, ('devb', 'cash', 'KHR'): 520}
    """
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for number, (book, name, currency, *_) in enumerate(ledger.state.accounts.rows):
        kind = name.partition(":")[0]
        if book == TOKEN_LEDGER and "@" in name:
            kind = "holder"
        sums[book, kind, currency] += ledger.state.balance(number)
    return dict(sorted(sums.items()))


def invariants_of(audit: Audit) -> tuple[InvariantRow, ...]:
    """Return what an audit checks, and how often it finds each broken now."""
    broken = Counter(invariant for invariant, _ in audit.findings())
    return tuple(InvariantRow(rule.name, rule.statement, broken[rule]) for rule in audit.invariants)


def banks_of(ledger: View, first: int = 0) -> tuple[BankRow, ...]:
    """Return a row for each bank and currency: the domestic report, over all days together.

    Args:
        ledger: whose journal is read.
        first: the row with which the run begins.

    >>> from khqr.settlement import BookKind, Books, Ledger, Money
    >>> books = Books(Ledger(clock=lambda: 0), {"A": BookKind.INSTITUTION})
    >>> for flow in ("reserve", "issue"):
    ...     row = books.run(flow, {"bank": "A"}, {"amount": Money("KHR", 1000)})
    >>> bank, = banks_of(books.ledger)
    >>> bank.opening, bank.issued, bank.closing
    (0, 1000, 1000)
    """
    return tuple(
        BankRow._make(getattr(row, name) for name in BankRow._fields)
        for row in Domestic(ledger, first).whole()
    )
