"""Figures can come from anywhere: what cannot be shown is refused before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...errors import quote
from ..errors import SettlementError
from ..money import BOOKS
from .figures import Figures

__all__ = ["check"]

_BITS = 224
"""Of a number: sums of very many of the largest amounts have less."""

_TIMES = 1 << 60
"""Milliseconds before and after 1970."""


def check(figures: object) -> Figures:
    """Return figures that can be shown.

    Raises:
        SettlementError: ``AMOUNT_TOO_LARGE``, ``CLOCK_INVALID`` or ``CURRENCY_NOT_SUPPORTED``.
        TypeError: for anything but whole numbers and texts where they belong.
    """
    if not isinstance(figures, Figures):
        raise TypeError(f"a page shows Figures, not {type(figures).__name__}")
    forms: tuple[tuple[Iterable[Sequence[object]], str], ...] = (
        (figures.volume, "nsnn"),
        (figures.banks, "ss" + "n" * 10),
        (figures.links, "sss" + "n" * 6 + "sss"),
        (figures.invariants, "ssn"),
        (figures.states.items(), "sn"),
        (figures.refusals.items(), "sn"),
        (((*key, units) for key, units in figures.balances.items()), "sssn"),
        ([(figures.title, figures.chain, figures.rows)], "ssn"),
    )
    for rows, form in forms:
        for values in rows:
            _cells(values, form)
    for row in figures.volume:
        if abs(row.start) > _TIMES:
            raise SettlementError("CLOCK_INVALID", "a stretch of time starts too far from 1970")
    currencies = {row.currency for row in figures.volume} | {row.currency for row in figures.links}
    currencies |= {row.currency for row in figures.banks}
    _currencies(currencies | {currency for _, _, currency in figures.balances})
    return figures


def _cells(values: Sequence[object], form: str) -> None:
    """Refuse a row that is not made of texts and whole numbers as its form says."""
    if len(values) != len(form):
        raise TypeError(f"a row of Figures has {len(form)} values, not {len(values)}")
    for value, kind in zip(values, form, strict=True):
        if kind == "s":
            if not isinstance(value, str):
                raise TypeError(f"a name in Figures is str, not {type(value).__name__}")
        elif not isinstance(value, int):
            raise TypeError(f"a number in Figures is int, not {type(value).__name__}")
        elif value.bit_length() > _BITS:
            raise SettlementError("AMOUNT_TOO_LARGE", f"a number of {value.bit_length()} bits")


def _currencies(found: set[str]) -> None:
    for currency in sorted(found - BOOKS.keys()):
        raise SettlementError(
            "CURRENCY_NOT_SUPPORTED", f"{quote(currency)} is not one of {', '.join(sorted(BOOKS))}"
        )
