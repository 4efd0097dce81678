"""What happens in the story when the day is over: the calls of its last chapters."""

from __future__ import annotations

from ..clearing import clearing_invariants, day_text
from ..ledger.audit import Audit, Invariant
from ..ledger.chart import BookKind
from ..ledger.invariants import INVARIANTS
from ..links import link_invariants
from ..money import Money
from ..payments.invariants import payment_invariants
from ..report.words import amount_text, clock_text
from .stage import Fact, Grid, Stage
from .words import worded

__all__ = ["audited", "credit", "cut_off", "look_back", "positions", "set_off", "settle"]


def cut_off(stage: Stage) -> list[Fact]:
    """Close the batch of the day."""
    batch = stage.clearing.cut_off(stage.batch)
    return [
        ("batch", batch.id),
        ("open until", clock_text(batch.cut_off)),
        ("state of the batch", batch.state.value),
        ("what crossed in it", str(len(stage.clearing.crossings(batch.id)))),
    ]


def positions(stage: Stage) -> Grid:
    """Return what each party gets of the batch of the day, and that it adds up to nothing."""
    rows = stage.clearing.positions(stage.batch)
    names = ("paid", "fees", "net")
    sums = [sum(getattr(row, name) for row in rows) for name in names]
    lines = [(row.party, *(getattr(row, name) for name in names)) for row in rows]
    return Grid(
        f"what each gets, in {stage.clearing.terms.currency}",
        ("party", *names),
        tuple(
            (party, *(amount_text(units, stage.clearing.terms.currency) for units in amounts))
            for party, *amounts in (*lines, ("all", *sums))
        ),
    )


def set_off(stage: Stage) -> list[Fact]:
    """Set off what each party and the hub owe each other."""
    before = {party: stage.owed_both(party) for party in stage.parties()}
    batch = stage.clearing.clear(stage.batch)
    facts = [
        (f"{party} and the hub set off", worded(Money("USD", min(owed, owes))))
        for party, (owed, owes) in before.items()
        if owed and owes
    ]
    left = [
        (f"then {one.debtor} owes {one.creditor}", worded(Money("USD", one.amount)))
        for one in stage.clearing.transfers(batch.id)
    ]
    return [
        *facts,
        *left,
        ("state of the batch", batch.state.value),
        ("value date", day_text(batch.value_date)),
    ]


def credit(stage: Stage) -> list[Fact]:
    """Let the shop's bank credit what is due."""
    stage.simulation.credit_due()
    states = [
        (f"state of {whose} payment", stage.simulation.find(stage.payments[name]).state.value)
        for name, whose in (("home", "Dara's"), ("visit", "the visitor's"))
    ]
    return [*states, ("the shop's account", worded(stage.balance("devb", "casa:shop1", "KHR")))]


def settle(stage: Stage) -> list[Fact]:
    """Let each debtor pay the rest, on the value date."""
    stage.clearing.run_due()
    facts = [
        (f"{one.debtor} pays {one.creditor}", worded(Money("USD", one.amount)))
        for one in stage.clearing.transfers(stage.batch)
        if stage.clearing.is_paid(one)
    ]
    return [*facts, ("state of the batch", stage.clearing.batch(stage.batch).state.value)]


def _floors(stage: Stage) -> dict[str, tuple[Invariant, ...]]:
    return {
        "ledger": tuple(INVARIANTS),
        "payments": payment_invariants(stage.simulation),
        "links": link_invariants(stage.links),
        "clearing": clearing_invariants(stage.clearing),
    }


def audited(stage: Stage) -> Grid:
    """Return every invariant by its name, and whether it holds."""
    floors = _floors(stage)
    audit = Audit(stage.simulation.ledger, [rule for rules in floors.values() for rule in rules])
    broken = {rule for rule, _ in audit.findings()}
    rows = tuple(
        (floor, rule.name, rule.statement, "broken" if rule in broken else "held")
        for floor, rules in floors.items()
        for rule in rules
    )
    return Grid("what must be true", ("of", "name", "statement", "is"), rows, texts=4)


def look_back(stage: Stage) -> list[Fact]:
    """See whether everything holds, and what is left."""
    rules = audited(stage).rows
    held = sum(row[-1] == "held" for row in rules)
    across = sum(owed + owes for owed, owes in map(stage.owed_both, stage.parties()))
    facts = [
        ("invariants that hold", f"{held} of {len(rules)}"),
        ("still owed across the border", worded(Money("USD", across))),
    ]
    for book, kind in stage.simulation.books.kinds.items():
        if kind is BookKind.INSTITUTION:
            balance = stage.balance("NBC", f"bsa:{book}", "KHR")
            facts.append((f"{book} at the central bank", worded(balance)))
    facts.append(("tokens that there are", worded(stage.balance("TOK", "supply", "KHR"))))
    return [*facts, ("chain of the journal", stage.simulation.ledger.chain)]
