"""The figures of a simulation, counted from its journal and its payments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from ..errors import SettlementError
from ..ledger.audit import Audit
from ..ledger.chart import TOKEN_LEDGER
from ..ledger.journal import Kind, Row
from ..ledger.state import State
from ..ledger.view import View
from ..payments.limits import DAY
from ..payments.payment import Payment
from ..payments.simulation import Simulation
from .figures import BankRow, Figures, InvariantRow, LinkRow, VolumeRow

__all__ = ["balances_of", "banks_of", "figures_of", "invariants_of", "volume_of"]

_HOUR = 3_600_000


def figures_of(
    simulation: Simulation,
    *,
    title: str = "A run of the settlement simulator",
    first: int = 0,
    links: Iterable[LinkRow] = (),
    audit: Audit | None = None,
) -> Figures:
    """Return the figures of a simulation as it is now.

    Args:
        simulation: what is looked at.
        title: what was run.
        first: the row of the journal with which the run begins; what rows before it add up to is
            what the banks open with. Payments and refusals before it are not counted.
        links: what the parties of links are owed, from whoever clears them.
        audit: an audit that goes on; by default one is made that reads everything.

    Raises:
        SettlementError: ``NOT_FOUND`` if the journal has no such row to begin with.

    >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=str)
    >>> figures_of(simulation).rows
    0
    """
    ledger = simulation.ledger
    if type(first) is not int:
        raise TypeError(f"a row is known by an int, not {type(first).__name__}")
    with ledger.locked():
        if not 0 <= first <= len(ledger.journal):
            raise SettlementError("NOT_FOUND", f"the journal has no row {first} to begin with")
        payments = [one for one in simulation.payments.values() if _counts(one, ledger, first)]
        rows = ledger.journal.rows(first)
        text = ledger.journal.text
        reasons = Counter(text(row.debit) for row in rows if row.kind is Kind.REFUSE)
        states = Counter(payment.state.value for payment in payments)
        return Figures(
            title=title,
            volume=volume_of(payments),
            banks=banks_of(ledger, first),
            links=tuple(links),
            states=dict(sorted(states.items())),
            refusals=dict(sorted(reasons.items())),
            balances=balances_of(ledger),
            invariants=invariants_of(simulation.audit() if audit is None else audit),
            chain=ledger.chain,
            rows=len(ledger.journal),
        )


def _counts(payment: Payment, ledger: View, first: int) -> bool:
    """Say whether a payment is of the rows from ``first`` on."""
    outcome = ledger.outcome(f"pay/{payment.id}")
    return first == 0 or (outcome is not None and outcome.row >= first)


def volume_of(payments: Iterable[Payment]) -> tuple[VolumeRow, ...]:
    """Return what was settled: by the hour, or by the day where it took more than ten of them."""
    settled = [
        (payment.committed_at, payment.money)
        for payment in payments
        if payment.committed_at is not None and payment.money is not None
    ]
    times = [time for time, _ in settled]
    width = DAY if times and max(times) - min(times) > 10 * DAY else _HOUR
    east = 7 * _HOUR
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for time, money in settled:
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
    broken = Counter(violation.name for violation in audit.sweep())
    return tuple(
        InvariantRow(rule.name, rule.statement, broken[rule.name]) for rule in audit.invariants
    )


def banks_of(ledger: View, first: int = 0) -> tuple[BankRow, ...]:
    """Return a row for each bank and currency, read from the journal and from nothing else.

    What comes from or goes to the bank's current account at the central bank was issued or
    redeemed; all else that touches the settlement account is a payment. A movement that passes
    through the account counts once.

    >>> from khqr.settlement import BookKind, Books, Ledger, Money
    >>> books = Books(Ledger(clock=lambda: 0), {"A": BookKind.INSTITUTION})
    >>> for flow in ("reserve", "issue"):
    ...     row = books.run(flow, {"bank": "A"}, {"amount": Money("KHR", 1000)})
    >>> bank, = banks_of(books.ledger)
    >>> bank.opening, bank.issued, bank.closing
    (0, 1000, 1000)
    """
    banks = _Banks(ledger.state)
    for row in ledger.journal.rows():
        banks.take(row, opening=row.number < first)
    return tuple(banks.rows(ledger))


class _Banks:
    """What the settlement account of each bank came to, by number of account."""

    def __init__(self, state: State) -> None:
        self._state = state
        accounts = state.accounts.rows
        self._sums: dict[int, Counter[str]] = {
            number: Counter()
            for number, account in enumerate(accounts)
            if account.name == "bsa" and account.settles
        }
        self._current = {n for n, account in enumerate(accounts) if account.name == "nbc_current"}

    def take(self, row: Row, *, opening: bool) -> None:
        """Count what a row posts on settlement accounts."""
        for debit, credit in self._state.pairs(row):
            for account, other, sign in ((debit, credit, 1), (credit, debit, -1)):
                sums = self._sums.get(account)
                if sums is None:
                    continue
                if opening:
                    sums["opening"] += sign * row.amount
                elif other in self._current:
                    sums["issued" if sign > 0 else "redeemed"] += row.amount
                else:
                    way = "in" if sign > 0 else "out"
                    sums[f"value_{way}"] += row.amount
                    sums[f"count_{way}"] += 1

    def rows(self, ledger: View) -> list[BankRow]:
        """Return the rows in order of bank and currency."""
        held: Counter[tuple[str, str]] = Counter()
        for number, account in enumerate(self._state.accounts.rows):
            held[account.book, account.currency] += self._state.held(number)
        rows = []
        for number, sums in self._sums.items():
            book, _, currency = ledger.account(number)[:3]
            suspense = ledger.state.accounts.find(book, "susp_in", currency)
            waiting = 0 if suspense is None else ledger.balance(suspense)
            rows.append(
                BankRow(
                    bank=book,
                    currency=currency,
                    opening=sums["opening"],
                    issued=sums["issued"],
                    redeemed=sums["redeemed"],
                    count_in=sums["count_in"],
                    value_in=sums["value_in"],
                    count_out=sums["count_out"],
                    value_out=sums["value_out"],
                    closing=ledger.balance(number),
                    in_suspense=waiting,
                    held=held[book, currency],
                )
            )
        return sorted(rows)
