"""A run of a plan from its first payment to its last, audited, and its figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ledger.audit import Violation
from ..payments.payment import PaymentState
from ..report.figures import Figures, InvariantRow
from .audit import JournalAudit
from .columns import OUTCOMES, Outcomes, require_numpy
from .morning import begin_day
from .plan import Plan
from .tally import Tally
from .texts import check_texts
from .traffic import Traffic
from .watch import Watch
from .world import World

if TYPE_CHECKING:
    from .straight_through import StraightThrough

__all__ = ["Run", "run"]

_AUDIT_EVERY = 30
"""Business days between two audits."""

Progress = Callable[[str, int], None]
"""Takes what is being done and how many payments are done."""


def _silent(_: str, __: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a run.

    Attributes:
        plan: what was run.
        bank: who paid and was paid, as they are at its end.
        figures: everything that is shown of it.
        broken: what does not hold; empty after a good run.
        audits: how often everything was audited.
        texts: how many texts of dynamic codes were really written, read and hashed.
    """

    plan: Plan
    bank: StraightThrough
    figures: Figures
    broken: tuple[Violation, ...]
    audits: int
    texts: int

    @property
    def settled(self) -> dict[str, tuple[int, int]]:
        """Number and value of the settled payments by currency, the value in minor units."""
        found: dict[str, tuple[int, int]] = {}
        for row in self.figures.volume:
            count, value = found.get(row.currency, (0, 0))
            found[row.currency] = count + row.payments, value + row.value
        return found

    def worth(self, riel_for_a_dollar: int = 4_100) -> int:
        """Return the settled value in whole dollars, riel by a rate that is only for this sum."""
        settled = self.settled
        riel = settled.get("KHR", (0, 0))[1]
        return riel // riel_for_a_dollar + settled.get("USD", (0, 0))[1] // 100


def run(plan: Plan, *, progress: Progress = _silent, title: str = "") -> Run:
    """Run a plan: build its world, pay all its payments, audit the whole.

    The same plan gives the same journal on any machine.

    Args:
        plan: what to run.
        progress: is called with what is being done and the number of payments so far.
        title: what the figures are called.

    Raises:
        MissingDependency: if numpy is not installed.

    >>> done = run(Plan(payments=500, days=2, payers=40, shops=10, banks=3))
    >>> done.broken, sum(count for count, _ in done.settled.values()) > 300
    ((), True)
    """
    require_numpy()
    progress("opening accounts", 0)
    world = World(plan)
    watch = Watch(world.bank)
    tally = Tally(world.bank)
    audit = JournalAudit(world.bank, (watch.invariant,), tally=tally)
    counts: Counter[str] = Counter()
    paid = texts = audits = 0
    broken: list[Violation] = []
    for number, (day, columns) in enumerate(Traffic(plan, world).days(), start=1):
        begin_day(world, day)
        outcomes = world.bank.pay_many(columns)
        watch.look(columns, outcomes)
        _count(outcomes, counts)
        texts += check_texts(world, columns, every=plan.texts)
        paid += len(outcomes.rows)
        progress("paying", paid)
        if number % _AUDIT_EVERY == 0:
            broken += audit.sweep()
            audits += 1
    progress("auditing", paid)
    broken += audit.sweep()
    figures = _figures(title or f"{plan.payments:,} payments", world, audit, tally, counts, broken)
    return Run(
        plan=plan,
        bank=world.bank,
        figures=figures,
        broken=tuple(broken),
        audits=audits + 1,
        texts=texts,
    )


def _count(outcomes: Outcomes, counts: Counter[str]) -> None:
    import numpy as np

    for code, number in enumerate(np.bincount(outcomes.refusals).tolist()):
        if number:
            counts[OUTCOMES[code]] += number


def _figures(
    title: str,
    world: World,
    audit: JournalAudit,
    tally: Tally,
    counts: Counter[str],
    broken: list[Violation],
) -> Figures:
    bank = world.bank
    of_each = Counter(violation.name for violation in broken)
    balances: dict[tuple[str, str, str], int] = defaultdict(int)
    for number, account in enumerate(bank.ledger.state.accounts.rows):
        kind = "holder" if "@" in account.name else account.name.partition(":")[0]
        balances[account.book, kind, account.currency] += bank.ledger.state.balance(number)
    refusals = {name: count for name, count in counts.most_common() if name}
    posted = sum(row.payments for row in tally.volume())
    waiting = sum(len(due) // 3 for due in bank.waiting.values())
    return Figures(
        title=title,
        volume=tally.volume(),
        banks=tally.banks(),
        links=(),
        states={
            PaymentState.ACKNOWLEDGED.value: posted - waiting,
            PaymentState.RECEIVED.value: waiting,
            PaymentState.REJECTED.value: sum(refusals.values()),
        },
        refusals=refusals,
        balances=dict(balances),
        invariants=tuple(
            InvariantRow(rule.name, rule.statement, of_each[rule.name])
            for rule in sorted(audit.invariants, key=lambda rule: int(rule.name[1:]))
        ),
        chain=bank.ledger.chain,
        rows=len(bank.ledger.journal),
    )
