"""What was said over Alipay+ in a chapter: who to whom, what kind, and the members that matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from ..links import CrossPayment, Said
from ..money import ALIPAYPLUS, BOOKS, Money, rescaled
from .stage import Fact
from .words import worded

__all__ = ["Listener", "Spoken"]


class Spoken(NamedTuple):
    """A message of Alipay+.

    Attributes:
        sender: code of the book that sends it.
        receiver: code of the book that it goes to.
        kind: the name of the message.
        members: the members that matter here; it has more.
    """

    sender: str
    receiver: str
    kind: str
    members: tuple[Fact, ...]


_MEMBERS = {
    "MppUserInitiatedPayRequest": ("codeValue",),
    "UserInitiatedPayRequest": ("codeValue", "pspId"),
    "UserInitiatedPayResponse": (
        "paymentAmount", "order.merchant.merchantName", "order.merchant.store.referenceStoreId",
    ),
    "MppUserInitiatedPayResponse": (
        "paymentAmount", "payToAmount", "paymentQuote.quoteCurrencyPair", "paymentQuote.quotePrice",
    ),
    "MppNotifyPaymentRequest": ("paymentResult.resultStatus", "payToAmount"),
    "PushPaymentRequest": ("codeValue", "paymentAmount", "settlementAmount"),
    "NotifyPushPaymentRequest": ("paymentResult.resultStatus", "paymentTime"),
    "InquiryPaymentRequest": ("paymentId",),
    "InquiryPaymentResponse": ("paymentResult.resultStatus",),
    "Acknowledgement": ("result.resultStatus",),
}  # fmt: skip
"""Kind of message to the members that are shown of it, where it has them."""


class Listener:
    """Hears what is said about payments, each message once, and each text of a code once."""

    def __init__(self) -> None:
        self._heard: dict[str, int] = defaultdict(int)
        self._texts: set[str] = set()

    def spoken(self, payments: Mapping[str, CrossPayment]) -> tuple[Spoken, ...]:
        """Return the messages that came since the last call."""
        new: list[Said] = []
        for payment in payments.values():
            new += payment.messages[self._heard[payment.id] :]
            self._heard[payment.id] = len(payment.messages)
        return tuple(self._spoken(said) for said in new)

    def _spoken(self, said: Said) -> Spoken:
        kind, document = type(said.message).__name__, said.message.to_document()
        found = ((path, _at(document, path)) for path in _MEMBERS.get(kind, ()))
        members = tuple(
            (path.rpartition(".")[2], self._text(value)) for path, value in found if value
        )
        return Spoken(said.sender, said.receiver, kind, members)

    def _text(self, value: object) -> str:
        if isinstance(value, Mapping):
            currency, units = str(value["currency"]), int(value["value"])
            money = Money(currency, rescaled(units, currency, ALIPAYPLUS, BOOKS))
            return f"{units} {currency}, that is {worded(money)}"
        text = str(value)
        if text in self._texts:
            return "the same text"
        if len(text) > 40:
            self._texts.add(text)
        return text


def _at(document: object, path: str) -> object:
    """Return a member of a document, or None if it has none."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document
