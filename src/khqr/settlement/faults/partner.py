"""The other end of a link, whose answers get lost, or come late.

A choice of this library.
"""

from __future__ import annotations

from collections.abc import Callable

from ..links.payment import CrossPayment, CrossState, PartnerAnswer
from ..payments.desk import Answer

__all__ = ["Partner"]


class Partner:
    """Answers for the other end of a link, as far as its answers come through.

    Args:
        knows: what the other end would answer; the same to the same question.

    Attributes:
        hop: what becomes of a question: what never arrived is not known there later, either.
        silent: whether it answers nothing for now.
    """

    def __init__(self, knows: Callable[[CrossPayment], PartnerAnswer]) -> None:
        self._knows = knows
        self._lost: set[str] = set()
        self.hop = Answer.GIVEN
        self.silent = False

    def __call__(self, payment: CrossPayment) -> PartnerAnswer:
        """Answer, as `khqr.settlement.links.Links.ask` does."""
        if self.hop is Answer.NEVER_ARRIVED:
            self._lost.add(payment.id)
        if self.silent or self.hop is not Answer.GIVEN:
            return PartnerAnswer.UNKNOWN
        return self.told(payment)

    def told(self, payment: CrossPayment) -> PartnerAnswer:
        """Return what the other end says when it does answer."""
        if payment.id in self._lost and payment.state is not CrossState.CANCELLING:
            return PartnerAnswer.FAILURE
        return self._knows(payment)
