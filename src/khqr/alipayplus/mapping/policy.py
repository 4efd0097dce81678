"""What a participant decides for itself about the mapping, and what a mapping gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Generic, TypeVar

from ...model import Code
from ..results import Unmappable

__all__ = ["ISO_MINOR_UNITS", "Mapped", "Policy", "kept"]

T_co = TypeVar("T_co", covariant=True)

ISO_MINOR_UNITS: Mapping[str, int] = MappingProxyType({"KHR": 2, "USD": 2})
"""Decimals of an amount of Alipay+, which goes by ISO 4217 "by default"; riel has two there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What no public document settles, and every participant must.

    Attributes:
        allow_usd: whether codes in dollars pass. The NBC speaks of riel alone.
        minor_units: decimals of an amount in JSON, by currency. A programme that sends whole riel
            is ``{"KHR": 0, "USD": 2}``.
        default_life: how long an order lives whose code does not say it.
        settlement_currency: what the acquirer asks to be settled in, or None to leave it out. That
            riel is accepted there is a guess.
        allow_individuals: whether object 29 may be paid.
        enrolled: says of a code whether its payee takes part; everybody does without it.
        bank_as_indirect_acquirer: write the bank of 29.02 or 30.02 into ``indirectAcquirer``.
        alternate_name_as_display: write the name of 64.01 into ``merchantDisplayName``.
        mobile_as_store_phone: write 62.02 into ``storePhoneNo``; it may be the payer's own number.
    """

    allow_usd: bool = False
    minor_units: Mapping[str, int] = field(default_factory=lambda: ISO_MINOR_UNITS, hash=False)
    default_life: timedelta = timedelta(minutes=3)
    settlement_currency: str | None = "KHR"
    allow_individuals: bool = True
    enrolled: Callable[[Code], bool] | None = None
    bank_as_indirect_acquirer: bool = False
    alternate_name_as_display: bool = False
    mobile_as_store_phone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped(Generic[T_co]):
    """What came of a mapping, and what did not.

    Attributes:
        value: the message, or the text of the KHQR.
        carried: what only the code itself holds, by its path or member, with a word where that is
            not all. Whoever has the code has it.
        lost: what neither the value nor a code beside it holds.
        issues: what was odd and passed all the same, in words.
        reconstructed: whether a KHQR was made anew, as there was no ``codeValue``; its text and
            md5 are not those of the code that was shown.
    """

    value: T_co
    carried: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    reconstructed: bool = False


def kept(mapped: Mapped[T_co], *, strict: bool) -> Mapped[T_co]:
    """Return a mapping as it is, or refuse it if it is to be strict and loses anything.

    Raises:
        Unmappable: with everything that would be lost.
    """
    if strict and mapped.lost:
        raise Unmappable(f"strict: {', '.join(mapped.lost)} would be lost")
    return mapped
