"""Many payments at once, with numpy: decided by columns, written as one block of rows.

Most payments of a chunk cannot depend on their order: their payer has money and limit for all that
he pays in the chunk together, and so has every account behind him. Whatever else the chunk holds,
they are paid. Only payments that touch an account of which that cannot be said are decided one by
one, by numbers alone.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

from ..errors import SettlementError
from ..payments.limits import business_day
from .columns import OUTCOMES, Outcomes
from .deciding import Chunk, decide
from .mirror import Mirror
from .writing import write

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .columns import Numbers
    from .straight_through import StraightThrough

__all__ = ["pay_in_chunks"]

_LARGE = 2**61
"""Sums from here on are left to Python, whose numbers have no end."""


def pay_in_chunks(bank: StraightThrough, columns: list[Numbers], chunk: int) -> Outcomes:
    """Pay columns that were checked; see `StraightThrough.pay_many`."""
    import numpy as np

    if type(chunk) is not int or chunk < 1:
        raise TypeError("chunk is a whole number of payments, at least 1")
    _check_serials(bank, columns)
    size = len(columns[0])
    rows = np.full(size, -1, np.int64)
    refusals = np.zeros(size, np.uint8)
    columns[4] = np.maximum.accumulate(np.maximum(columns[4], bank.time)) if size else columns[4]
    try:
        for start, end in _stretches(columns[4], size, chunk):
            part = [column[start:end] for column in columns]
            rows[start:end], refusals[start:end] = _pay_part(bank, part)
    finally:
        _settle(bank)
    return Outcomes(rows, refusals)


def _check_serials(bank: StraightThrough, columns: list[Numbers]) -> None:
    """Refuse a serial with a static code, or none with a dynamic one."""
    import numpy as np

    _, _, codes, _, _, serials, asked, expiries = columns
    dynamic = np.frombuffer(bank.dynamic, np.int64)[codes] if len(codes) else codes
    wrong = np.flatnonzero(
        ((serials >= 0) != dynamic.astype(np.bool_))
        | ((serials < 0) & ((asked > 0) | (expiries >= 0)))
    )
    if len(wrong):
        raise SettlementError(
            "QR_INVALID",
            f"serials[{wrong[0]}]: serial, asked and expiry stand with a dynamic code, "
            "and with nothing else",
        )


def _stretches(times: Numbers, size: int, chunk: int) -> list[tuple[int, int]]:
    """Cut the places up to ``size`` into pieces of one business day and at most ``chunk``."""
    import numpy as np

    days = business_day(times)  # type: ignore[arg-type] # it counts arrays as well
    edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), size] if size else [0]
    pieces = []
    for first, last in pairwise(edges):
        pieces += [(start, min(start + chunk, last)) for start in range(first, last, chunk)]
    return pieces


def _settle(bank: StraightThrough) -> None:
    """Bring the lists up to what the mirror holds."""
    if isinstance(bank.mirror, Mirror):
        bank.mirror.keep(bank)


def _pay_part(bank: StraightThrough, part: list[Numbers]) -> tuple[Numbers, npt.NDArray[np.uint8]]:
    """Pay what lies in one business day, together if that can be done in 64 bits."""
    if bank.ledger.state.holds.due or int(part[3].max()) + int(part[6].max()) >= _LARGE:
        return _one_by_one(bank, part)
    if business_day(int(part[4][0])) != bank.day:
        _settle(bank)
        bank.go_on(int(part[4][0]))
    mirror = Mirror.of(bank)
    made = None if mirror is None else Chunk.of(bank, mirror, part)
    if mirror is None or made is None:
        return _one_by_one(bank, part)
    decide(made, mirror)
    return write(made, mirror, bank)


def _one_by_one(
    bank: StraightThrough, part: list[Numbers]
) -> tuple[Numbers, npt.NDArray[np.uint8]]:
    """Pay by single calls: for numbers too large, and where holds run out in between."""
    import numpy as np

    _settle(bank)
    rows, refusals = array("q"), bytearray()
    for item in zip(*(column.tolist() for column in part), strict=True):
        try:
            row, refusal = bank.pay_checked(item), 0
        except SettlementError as problem:
            row, refusal = -1, OUTCOMES.index(problem.name)
        rows.append(row)
        refusals.append(refusal)
    return np.array(rows, np.int64), np.array(refusals, np.uint8)
