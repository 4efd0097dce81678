"""Dynamic codes are paid once and in time: seen from what was asked for and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..ledger.audit import Audit, Invariant
from .columns import Columns, Outcomes

if TYPE_CHECKING:
    from .columns import Numbers
    from .straight_through import StraightThrough

__all__ = ["Watch"]


class Watch:
    """Looks at payments and their outcomes, and keeps its own list of the codes that were paid.

    The journal does not say which dynamic code a payment was by, so no audit of it can tell.
    """

    def __init__(self, bank: StraightThrough) -> None:
        self._bank = bank
        self._paid = bytearray()
        self._rows = -1
        self._found: list[str] = []
        self.invariant = Invariant(
            "I7", "a dynamic code is paid once, and none after its time", self._once
        )

    def look(self, columns: Columns, outcomes: Outcomes) -> None:
        """Look at payments that were just made, after all that came before them."""
        import numpy as np

        new = np.flatnonzero(outcomes.rows > self._rows)
        if not len(new):
            return
        _, first = np.unique(outcomes.rows[new], return_index=True)
        new = new[first]  # not those that were sent again
        self._rows = int(outcomes.rows.max())
        serials = np.asarray(columns.serials)[new]
        new, serials = new[serials >= 0], serials[serials >= 0]
        self._look_at_times(columns, new)
        if not len(serials):
            return
        self._paid.extend(bytes(max(0, int(serials.max()) + 1 - len(self._paid))))
        paid = np.frombuffer(self._paid, np.uint8)
        ordered = np.sort(serials)
        twice = {*ordered[1:][ordered[1:] == ordered[:-1]].tolist()}
        twice |= {*serials[paid[serials] > 0].tolist()}
        paid[serials] = 1
        self._found += [f"the dynamic code {serial} is paid again" for serial in sorted(twice)[:3]]

    def _look_at_times(self, columns: Columns, new: Numbers) -> None:
        import numpy as np

        own = np.array(self._bank.expiries, np.int64)[np.asarray(columns.codes)[new]]
        expiries = np.asarray(columns.expiries)[new]
        over = np.where(expiries < 0, own, expiries) < np.asarray(columns.times)[new]
        for place in new[over][:3].tolist():
            self._found.append(f"payment {columns.ids[place]} came after the expiry of its code")

    def _once(self, _: Audit) -> Iterator[str]:
        found, self._found = self._found, []
        yield from found
        known = self._bank.paid_serials.rstrip(b"\0")
        if known != self._paid.rstrip(b"\0"):
            yield "the codes that count as paid are not those that were paid"
