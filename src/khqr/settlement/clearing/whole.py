"""Every invariant there is, over a simulation with its links and their clearing.

That all of them are checked together is a choice of this library.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..ledger.audit import Audit, Invariant
from ..ledger.invariants import INVARIANTS
from ..links.invariants import link_invariants
from ..links.links import Links
from ..payments.invariants import payment_invariants
from ..payments.simulation import Simulation
from .clearing import Clearing
from .invariants import clearing_invariants

__all__ = ["every_invariant", "whole_audit"]


def every_invariant(
    simulation: Simulation, clearings: Iterable[Clearing] = ()
) -> tuple[Invariant, ...]:
    """Return the invariants of ledger, books, payments, links and batches, as one tuple.

    Args:
        simulation: what is checked, with its links, if it has any.
        clearings: the clearing of each link; ``I15`` and ``I17`` stand once for each.

    >>> from khqr.settlement import BookKind
    >>> from khqr.settlement.links import vietnam
    >>> books = {"S": BookKind.INSTITUTION, "X": BookKind.FOREIGN}
    >>> simulation = Simulation(books, clock=lambda: 0, ids=lambda: "1")
    >>> links = Links(simulation, [vietnam()])
    >>> clearing = Clearing(simulation.books, links.terms["vietnam"])
    >>> names = {invariant.name for invariant in every_invariant(simulation, [clearing])}
    >>> sorted(names, key=lambda name: (name[0], int(name[1:])))
    ... # doctest: +NORMALIZE_WHITESPACE
    ['D1', 'D2', 'D3', 'I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12',
     'I13', 'I14', 'I15', 'I16', 'I17']
    """
    links = simulation.abroad
    return (
        *INVARIANTS,
        *payment_invariants(simulation),
        *(link_invariants(links) if isinstance(links, Links) else ()),
        *(one for clearing in clearings for one in clearing_invariants(clearing)),
    )


def whole_audit(simulation: Simulation, clearings: Iterable[Clearing] = ()) -> Audit:
    """Return an audit of every invariant, see `every_invariant`.

    >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=lambda: "1")
    >>> whole_audit(simulation).sweep()
    []
    """
    return Audit(simulation.ledger, every_invariant(simulation, clearings))
