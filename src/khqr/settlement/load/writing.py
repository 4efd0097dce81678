"""The rows of a chunk that was decided, and what they change."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from ..errors import SettlementError
from ..ledger.instructions import body_digest
from ..ledger.journal import CONTINUED, NUMBER_ID, Kind
from .columns import CODE, OUTCOMES
from .deciding import RESENT, Chunk
from .mirror import Mirror
from .reading import ROW
from .register import steps

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .columns import Numbers
    from .straight_through import StraightThrough

__all__ = ["write"]


def write(
    chunk: Chunk, mirror: Mirror, bank: StraightThrough
) -> tuple[Numbers, npt.NDArray[np.uint8]]:
    """Write the chunk down, and return first rows and outcomes as `Outcomes` has them."""
    import numpy as np

    outcome = chunk.outcome
    paid = np.flatnonzero(outcome == 0)
    burnt = np.flatnonzero((outcome >= CODE["QR_CONSUMED"]) & (outcome != RESENT))
    at_once = paid[chunk.credited[paid] >= 0]
    count = np.zeros(len(outcome), np.int64)
    count[paid] = count[burnt] = 1
    count[at_once] = 2
    first = len(bank.ledger.journal) + np.cumsum(count) - count
    _append(chunk, bank, first, paid, burnt, at_once)
    entered = np.flatnonzero(count)
    ids, rows = array("q"), array("q")
    ids.frombytes(chunk.ids[entered].tobytes())
    rows.frombytes(first[entered].tobytes())
    bank.ids.extend(ids, rows)
    _change(chunk, mirror, bank, paid)
    bank.go_on(int(chunk.times[-1]))
    result = np.where(outcome == 0, first, -1)
    for item in np.flatnonzero(outcome == RESENT).tolist():
        body = steps(*(int(column[item]) for column in _body(chunk)))
        try:
            result[item] = bank.known(int(chunk.ids[item]), body)
            outcome[item] = 0
        except SettlementError as problem:
            outcome[item] = OUTCOMES.index(problem.name)
    return result, outcome


def _body(chunk: Chunk) -> tuple[Numbers, ...]:
    return chunk.account, chunk.payee, chunk.credited, chunk.amount


def _append(
    chunk: Chunk,
    bank: StraightThrough,
    first: Numbers,
    paid: Numbers,
    burnt: Numbers,
    at_once: Numbers,
) -> None:
    """Lay out all rows and append them to the journal."""
    import numpy as np

    journal = bank.ledger.journal
    start = len(journal)
    rows = np.zeros(len(paid) + len(at_once) + len(burnt), np.dtype(ROW))
    stamps = chunk.times << 8
    hops = first[paid] - start
    rows["debit"][hops], rows["credit"][hops] = chunk.account[paid], chunk.payee[paid]
    rows["amount"][hops], rows["ref"][hops] = chunk.amount[paid], chunk.ids[paid]
    follows = np.where(chunk.credited[paid] >= 0, CONTINUED, 0)
    rows["stamp"][hops] = stamps[paid] | (Kind.MOVE | NUMBER_ID) | follows
    behind = first[at_once] - start + 1
    rows["debit"][behind], rows["credit"][behind] = chunk.payee[at_once], chunk.credited[at_once]
    rows["amount"][behind], rows["ref"][behind] = chunk.amount[at_once], chunk.ids[at_once]
    rows["stamp"][behind] = stamps[at_once] | (Kind.POST | NUMBER_ID)
    refused = first[burnt] - start
    texts = np.array([journal.number_of(name) if name else 0 for name in OUTCOMES])
    rows["debit"][refused], rows["ref"][refused] = texts[chunk.outcome[burnt]], chunk.ids[burnt]
    rows["stamp"][refused] = stamps[burnt] | (Kind.REFUSE | NUMBER_ID)
    bodies = zip(*(column[burnt].tolist() for column in _body(chunk)), strict=True)
    digests = [body_digest(steps(*body)) for body in bodies]
    if digests:
        rows["credit"][refused] = [digest[0] for digest in digests]
        rows["amount"][refused] = [digest[1] for digest in digests]
    journal.extend(rows.tobytes())


def _change(chunk: Chunk, mirror: Mirror, bank: StraightThrough, paid: Numbers) -> None:
    """Change balances, limits and serials by what was paid, and keep what is credited later."""
    import numpy as np

    account, payee, amount = chunk.account[paid], chunk.payee[paid], chunk.amount[paid]
    final = np.where(chunk.credited[paid] < 0, payee, chunk.credited[paid])
    between, tokens = chunk.between[paid], chunk.tokens[paid]
    posted = mirror.posted
    np.subtract.at(posted, account, amount)
    np.add.at(posted, final, amount)
    one, other, moved = account[between], payee[between], amount[between]
    np.add.at(posted, mirror.bsa[one], moved)
    np.subtract.at(posted, mirror.central[one], moved)
    np.subtract.at(posted, mirror.bsa[other], moved)
    np.add.at(posted, mirror.central[other], moved)
    gives, takes = mirror.holder[account[tokens]], mirror.holder[payee[tokens]]
    np.subtract.at(posted, gives, amount[tokens])
    np.add.at(posted, takes, amount[tokens])
    place = chunk.place[paid]
    np.add.at(mirror.used, place, amount)
    serials = chunk.serials[paid]
    serials = serials[serials >= 0]
    if len(serials):
        np.frombuffer(bank.paid_serials, np.uint8)[serials] = 1
    later = np.flatnonzero(chunk.later[paid] > 0)
    for days in np.unique(chunk.later[paid][later]).tolist():
        chosen = paid[later[chunk.later[paid][later] == days]]
        due = (chunk.payee[chosen], chunk.merchant[chosen], chunk.amount[chosen])
        bank.wait(bank.day + days, np.stack(due, axis=1).ravel().tolist())
    mirror.took(bank, [account, final, gives, takes, mirror.banks])
