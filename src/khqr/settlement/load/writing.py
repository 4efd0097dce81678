"""The rows of a chunk that was decided, and what they change."""

from __future__ import annotations

from array import array
from hashlib import sha256
from typing import TYPE_CHECKING

from ..errors import SettlementError
from ..ledger.journal import Journal
from ..ledger.rows import CONTINUED, NUMBER_ID, Kind
from .columns import CODE, OUTCOMES
from .deciding import RESENT, Chunk
from .mirror import Mirror
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
    rows = np.empty((len(paid) + len(at_once) + len(burnt), 4), "<i8")
    stamps = chunk.times << 8
    follows = np.where(chunk.credited[paid] >= 0, CONTINUED, 0)
    _put(
        rows, first[paid] - start, chunk.account[paid], chunk.payee[paid], chunk.amount[paid],
        stamps[paid] | (Kind.MOVE | NUMBER_ID) | follows, chunk.ids[paid],
    )  # fmt: skip
    _put(
        rows, first[at_once] - start + 1, chunk.payee[at_once], chunk.credited[at_once],
        chunk.amount[at_once], stamps[at_once] | (Kind.POST | NUMBER_ID), chunk.ids[at_once],
    )  # fmt: skip
    _put(
        rows, first[burnt] - start, np.zeros(len(burnt), np.int64), *_digests(chunk, burnt),
        stamps[burnt] | (Kind.REFUSE | NUMBER_ID), chunk.ids[burnt],
    )  # fmt: skip
    _extend(journal, rows, first[burnt] - start, chunk.outcome[burnt])


def _extend(
    journal: Journal, rows: Numbers, refused: Numbers, reasons: npt.NDArray[np.uint8]
) -> None:
    """Append rows; the name of a refusal goes into the chain where it is used first."""
    import numpy as np

    done = 0
    found, firsts = np.unique(reasons, return_index=True)
    for place in np.argsort(firsts).tolist():
        until = int(refused[firsts[place]])
        if until > done:
            journal.extend(_bytes(rows[done:until]))
            done = until
        number = journal.number_of(OUTCOMES[int(found[place])])
        rows[refused[reasons == found[place]], 0] |= number
    if len(rows) > done:
        journal.extend(_bytes(rows[done:]))


def _bytes(rows: Numbers) -> memoryview:
    import numpy as np

    return rows.reshape(-1).view(np.uint8).data


def _put(rows: Numbers, at: Numbers, *columns: Numbers) -> None:
    """Lay out rows at some places: debit and credit share eight bytes, the little end first."""
    import numpy as np

    debit, credit, amount, stamp, ref = columns
    rows[at] = np.stack((debit | credit << 32, amount, stamp, ref), axis=1)


_STEP = [("kind", "u1"), ("debit", "<u4"), ("credit", "<u4"), ("amount", "<i8")]
_LINKS = [("hold", "<i8"), ("reference", "<i8")]
_BODIES = (
    [("hop", _STEP), ("links", _LINKS)],
    [("hop", _STEP), ("behind", _STEP), ("links", _LINKS)],
)
"""What `khqr.settlement.ledger.instructions.body_digest` hashes, of one step and of two."""


def _digests(chunk: Chunk, burnt: Numbers) -> tuple[Numbers, Numbers]:
    """Return the digests of the bodies of refused payments, as rows store them."""
    import numpy as np

    account, payee, credited, amount = (column[burnt] for column in _body(chunk))
    found = np.zeros(len(burnt), [("one", ">u4"), ("two", ">u8")])
    for number, layout in enumerate(_BODIES):
        chosen = np.flatnonzero((credited >= 0) == bool(number))
        bodies = np.zeros(len(chosen), np.dtype(layout))
        bodies["hop"]["kind"], bodies["links"] = Kind.MOVE, (-1, -1)
        bodies["hop"]["debit"], bodies["hop"]["credit"] = account[chosen], payee[chosen]
        bodies["hop"]["amount"] = amount[chosen]
        if number:
            bodies["behind"]["kind"], bodies["behind"]["amount"] = Kind.POST, amount[chosen]
            bodies["behind"]["debit"], bodies["behind"]["credit"] = payee[chosen], credited[chosen]
        raw, size = bodies.tobytes(), bodies.itemsize
        hashed = [sha256(raw[at : at + size]).digest()[:12] for at in range(0, len(raw), size)]
        found[chosen] = np.frombuffer(b"".join(hashed), found.dtype)
    return found["one"].astype(np.int64), (found["two"] >> np.uint64(1)).astype(np.int64)


def _change(chunk: Chunk, mirror: Mirror, bank: StraightThrough, paid: Numbers) -> None:
    """Change balances, limits and serials by what was paid, and keep what is credited later."""
    import numpy as np

    amount = np.where(chunk.outcome == 0, chunk.amount, 0)
    posted = mirror.posted
    np.subtract.at(posted, chunk.account, amount)
    np.add.at(posted, chunk.fed, amount)
    hops, moved = np.where(chunk.between, amount, 0), np.where(chunk.tokens, amount, 0)
    net = np.zeros(len(posted), np.int64)  # there are no more units than accounts
    np.subtract.at(net, chunk.unit, hops)
    np.add.at(net, chunk.to_unit, hops)
    unit, bsa, central = mirror.unit_ends.T
    posted[bsa] -= net[unit]
    posted[central] += net[unit]
    np.subtract.at(posted, chunk.holder, moved)
    np.add.at(posted, chunk.to_holder, moved)
    np.add.at(mirror.used, chunk.place, amount)
    serials = chunk.serials[paid]
    serials = serials[serials >= 0]
    if len(serials):
        np.frombuffer(bank.paid_serials, np.uint8)[serials] = 1
    later = np.flatnonzero(chunk.later[paid] > 0)
    for days in np.unique(chunk.later[paid][later]).tolist():
        chosen = paid[later[chunk.later[paid][later] == days]]
        due = (chunk.payee[chosen], chunk.merchant[chosen], chunk.amount[chosen])
        bank.wait(bank.day + days, np.stack(due, axis=1).ravel().tolist())
    ends = [chunk.account, chunk.fed, chunk.holder, chunk.to_holder, mirror.banks]
    mirror.took(bank, ends)
