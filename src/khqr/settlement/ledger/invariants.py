"""What must be true of a ledger after every call: one named check for each statement.

A choice of this library, modelled on the invariants of ledgers in use. The numbers leave gaps for
what only payments, quotes and batches can break; whoever adds those passes a longer tuple to
`khqr.settlement.ledger.audit.Audit`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import SettlementError
from .audit import Audit, Invariant
from .instructions import Outcome, checked_id

__all__ = ["INVARIANTS"]


def _balanced(audit: Audit) -> Iterator[str]:
    state = audit.ledger.state
    units = state.accounts.units
    sums = [0] * (max(units, default=-1) + 1)
    for unit, posted in zip(units, state.posted, strict=True):
        sums[unit] += posted
    for unit, amount in enumerate(sums):
        if amount:
            book, _, currency = state.accounts.rows[units.index(unit)][:3]
            yield f"{book} in {currency} is out of balance by {amount}"


def _backed(audit: Audit) -> Iterator[str]:
    currencies = {currency for _, currency in (*audit.groups["supply"], *audit.groups["central"])}
    for currency in sorted(currencies):
        supply = audit.total("supply", ("", currency))
        keys = [key for key in audit.groups["central"] if key[1] == currency]
        backing = sum(audit.total("central", key) for key in keys)
        if supply != backing:
            yield f"the supply of {currency} is {supply}, the settlement accounts hold {backing}"


def _mirrored(audit: Audit) -> Iterator[str]:
    for bank, currency in sorted({*audit.groups["central"], *audit.groups["holder"]}):
        tokens, central, own = (
            audit.total(group, (bank, currency)) for group in ("holder", "central", "bsa")
        )
        if not tokens == central == own:
            yield f"{bank} in {currency}: tokens {tokens}, at NBC {central}, in its book {own}"


def _owed(audit: Audit) -> Iterator[str]:
    for bank, currency in sorted({*audit.groups["wallet"], *audit.groups["user"]}):
        wallets = audit.total("wallet", (bank, currency))
        tokens = audit.total("user", (bank, currency))
        if wallets != tokens:
            yield f"{bank} in {currency} owes its wallets {wallets}, they hold tokens of {tokens}"


def _covered(audit: Audit) -> Iterator[str]:
    state = audit.ledger.state
    for number, (account, held) in enumerate(zip(state.accounts.rows, audit.held, strict=False)):
        if account.guarded and state.balance(number) < held:
            yield f"{account} has {state.balance(number)}, {held} of it held"


def _once(audit: Audit) -> Iterator[str]:
    for key, state in audit.touched.items():
        row = audit.shadow.ids.get(key)
        outcome = _answer(audit, key)
        if outcome is None or (outcome.state, outcome.row) != (state, row):
            yield f"id {key!r} is {state.value} in row {row}, and the ledger answers {outcome}"


def _answer(audit: Audit, key: int | str) -> Outcome | None:
    """Return what the ledger answers to an id; a damaged row may hold what is none."""
    ledger = audit.ledger
    try:
        checked_id(key)
    except SettlementError:
        return None
    row = ledger.state.ids.get(key)
    return None if row is None or row >= len(ledger.journal) else ledger.outcome(key)


def _held(audit: Audit) -> Iterator[str]:
    state = audit.ledger.state
    if state.holds.states != audit.shadow.holds.states:
        yield "the holds are not in the states that the journal leads to"
    for number, (account, held) in enumerate(zip(state.accounts.rows, audit.held, strict=False)):
        if account.guarded and state.held(number) != held:
            yield f"{state.held(number)} of {account} are set aside, the holds say {held}"


def _chained(audit: Audit) -> Iterator[str]:
    if audit.sha.hexdigest() != audit.ledger.journal.chain:
        yield "the rows are not those that went into the chain"


def _folded(audit: Audit) -> Iterator[str]:
    live, shadow = audit.ledger.state, audit.shadow
    if live.accounts.rows != shadow.accounts.rows:
        yield "the accounts are not those that the journal opens"
    elif live.posted != shadow.posted:
        pairs = enumerate(zip(live.posted, shadow.posted, strict=True))
        wrong = [number for number, (one, other) in pairs if one != other]
        for number in wrong[:3]:
            name = live.accounts.rows[number]
            yield f"{name} has {live.balance(number)}, the journal says {shadow.balance(number)}"


def _numbered(audit: Audit) -> Iterator[str]:
    if audit.read != len(audit.ledger.journal):
        yield f"{audit.read} rows were read, and the journal has {len(audit.ledger.journal)}"


def _matched(audit: Audit) -> Iterator[str]:
    for pair, currency in sorted({*audit.groups["due_to"], *audit.groups["due_from"]}):
        debtor, _, creditor = pair.partition(":")
        owes = audit.total("due_to", (pair, currency))
        claims = audit.total("due_from", (pair, currency))
        if owes != claims:
            yield f"{debtor} owes {creditor} {owes} {currency}, {creditor} is due {claims}"


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1", "every posting has one book and one currency; debits equal credits", _balanced),
    Invariant("I2", "tokens in circulation equal the settlement accounts at NBC", _backed),
    Invariant("I3", "a bank's tokens equal its settlement account, in both books", _mirrored),
    Invariant("I4", "a bank's wallets equal the tokens of its customers", _owed),
    Invariant("I5", "a guarded account covers its holds, at every moment", _covered),
    Invariant("I6", "an instruction takes effect once, and is answered as it ended", _once),
    Invariant("I9", "a hold ends once, in its time, with at most its amount", _held),
    Invariant("I11", "the journal grows and never changes", _chained),
    Invariant("I12", "every balance is what the journal adds up to", _folded),
    Invariant("I14", "rows are numbered without a gap, and time never goes back", _numbered),
    Invariant("I16", "what one book owes another is what that one is due", _matched),
)
"""The invariants of the ledger and its books."""
