"""From an order to its end: pay, push, inquire, cancel, refund, notify.

The plain name is the acquirer's side, which is Cambodia's for a foreign wallet; ``Mpp`` begins the
messages of the wallet's side, where the two differ. Source: as in `khqr.alipayplus.messages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .conditions import AnyOf, Condition, Final, Needs, OnSuccess
from .kinds import Doc, Inferred, Sdk
from .message import Message
from .objects import (
    S64,
    S512,
    Amount,
    Env,
    Merchant,
    Order,
    OrderCodeForm,
    PaymentFactor,
    PaymentMethod,
    Quote,
    Result,
    S,
    SettlementStrategy,
    Time,
    Transaction,
)

__all__ = [
    "Acknowledgement",
    "CancelPaymentRequest",
    "CancelPaymentResponse",
    "InquiryPaymentRequest",
    "InquiryPaymentResponse",
    "InquiryPushPaymentRequest",
    "InquiryPushPaymentResponse",
    "MppNotifyPaymentRequest",
    "MppPayRequest",
    "NotifyPaymentRequest",
    "NotifyPushPaymentRequest",
    "PayRequest",
    "PayResponse",
    "PushPaymentRequest",
    "RefundRequest",
    "RefundResponse",
]

_ORDER = Needs("order", ("reference_order_id", "order_description", "order_amount"))
_EITHER_ID = AnyOf(("payment_request_id", "payment_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Message):
    """A response that only says that a request was received, or refused."""

    result: Doc[Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPaymentRequest(Message):
    """Alipay+ tells the acquirer to pay a code; what goes beyond the ids is inferred."""

    acquirer_id: Doc[S64]
    psp_id: Doc[S64]
    code_value: Doc[S512]
    payment_id: Doc[S64]
    payment_request_id: Inferred[S64 | None] = None
    payment_amount: Inferred[Amount | None] = None
    settlement_amount: Inferred[Amount | None] = None
    order: Inferred[Order | None] = None
    merchant: Inferred[Merchant | None] = None
    customer_id: Inferred[S64 | None] = None
    env: Inferred[Env | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPushPaymentRequest(Message):
    """Alipay+ asks the acquirer what became of a payment."""

    acquirer_id: Doc[S64]
    psp_id: Doc[S64]
    code_value: Doc[S512]
    payment_id: Doc[S64]
    payment_request_id: Doc[S64 | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPushPaymentResponse(Message):
    """What became of a payment: ``result`` is that of the call, ``payment_result`` its own."""

    result: Doc[Result]
    payment_result: Doc[Result | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (OnSuccess("result", ("payment_result",)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPushPaymentRequest(Message):
    """The acquirer tells Alipay+ what became of a payment."""

    payment_result: Doc[Result]
    payment_id: Doc[S64]
    payment_request_id: Doc[S64 | None] = None
    payment_time: Doc[Time | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (
        Final("payment_result"),
        OnSuccess("payment_result", ("payment_request_id",)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRequest(Message):
    """The acquirer asks Alipay+ for a payment."""

    order: Doc[Order]
    payment_request_id: Doc[S64]
    payment_amount: Doc[Amount]
    payment_method: Sdk[PaymentMethod | None] = None
    payment_factor: Sdk[PaymentFactor | None] = None
    payment_expiry_time: Sdk[Time | None] = None
    payment_notify_url: Sdk[S | None] = None
    payment_redirect_url: Sdk[S | None] = None
    settlement_strategy: Sdk[SettlementStrategy | None] = None
    allowed_psp_regions: Sdk[tuple[S, ...] | None] = None
    user_region: Sdk[S | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (_ORDER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayResponse(Message):
    """What came of the request for a payment."""

    result: Doc[Result]
    acquirer_id: Sdk[S64 | None] = None
    psp_id: Sdk[S64 | None] = None
    payment_id: Sdk[S64 | None] = None
    payment_time: Sdk[Time | None] = None
    payment_url: Sdk[S | None] = None
    payment_amount: Sdk[Amount | None] = None
    order_code_form: Sdk[OrderCodeForm | None] = None
    customer_id: Sdk[S64 | None] = None
    wallet_brand_name: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MppPayRequest(Message):
    """Alipay+ asks a wallet for a payment."""

    acquirer_id: Doc[S64]
    psp_id: Doc[S64]
    order: Doc[Order]
    payment_request_id: Doc[S64]
    payment_amount: Inferred[Amount | None] = None
    pay_to_amount: Inferred[Amount | None] = None
    payment_quote: Inferred[Quote | None] = None
    payment_method: Inferred[PaymentMethod | None] = None
    payment_factor: Inferred[PaymentFactor | None] = None
    payment_expiry_time: Inferred[Time | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (_ORDER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPaymentRequest(Message):
    """What became of a payment, by either of its ids?"""

    payment_request_id: Doc[S64 | None] = None
    payment_id: Doc[S64 | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (_EITHER_ID,)


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPaymentResponse(Message):
    """What became of a payment: ``result`` is that of the call, ``payment_result`` its own."""

    result: Doc[Result]
    payment_result: Doc[Result | None] = None
    acquirer_id: Doc[S64 | None] = None
    psp_id: Sdk[S64 | None] = None
    payment_request_id: Sdk[S64 | None] = None
    payment_id: Sdk[S64 | None] = None
    payment_amount: Sdk[Amount | None] = None
    payment_time: Sdk[Time | None] = None
    customer_id: Sdk[S64 | None] = None
    wallet_brand_name: Sdk[S | None] = None
    settlement_amount: Sdk[Amount | None] = None
    settlement_quote: Sdk[Quote | None] = None
    transactions: Sdk[tuple[Transaction, ...] | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (
        OnSuccess("result", ("payment_result", "acquirer_id")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPaymentRequest(Message):
    """Undo a payment, by either of its ids, in full."""

    payment_request_id: Doc[S64 | None] = None
    payment_id: Doc[S64 | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (_EITHER_ID,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPaymentResponse(Message):
    """Whether the payment was undone."""

    result: Doc[Result]
    psp_id: Doc[S64 | None] = None
    acquirer_id: Doc[S64 | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest(Message):
    """Give back a payment, or a part of it."""

    refund_request_id: Doc[S64]
    payment_request_id: Doc[S64 | None] = None
    payment_id: Doc[S64 | None] = None
    refund_amount: Sdk[Amount | None] = None
    refund_reason: Sdk[S | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (_EITHER_ID,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundResponse(Message):
    """Whether it was given back."""

    result: Doc[Result]
    acquirer_id: Sdk[S64 | None] = None
    psp_id: Sdk[S64 | None] = None
    refund_id: Sdk[S64 | None] = None
    refund_time: Sdk[Time | None] = None
    refund_amount: Sdk[Amount | None] = None
    settlement_amount: Sdk[Amount | None] = None
    settlement_quote: Sdk[Quote | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPaymentRequest(Message):
    """Alipay+ tells the acquirer what became of a payment."""

    payment_result: Doc[Result]
    payment_request_id: Doc[S64]
    acquirer_id: Doc[S64]
    payment_id: Doc[S64 | None] = None
    psp_id: Doc[S64 | None] = None
    customer_id: Doc[S64 | None] = None
    payment_amount: Sdk[Amount | None] = None
    payment_time: Sdk[Time | None] = None
    wallet_brand_name: Sdk[S | None] = None
    settlement_amount: Sdk[Amount | None] = None
    settlement_quote: Sdk[Quote | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (
        Final("payment_result"),
        OnSuccess("payment_result", ("payment_id", "psp_id", "customer_id")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MppNotifyPaymentRequest(Message):
    """A wallet tells Alipay+ what became of a payment."""

    payment_result: Doc[Result]
    payment_request_id: Doc[S64]
    payment_id: Doc[S64 | None] = None
    payment_amount: Doc[Amount | None] = None
    pay_to_amount: Doc[Amount | None] = None
    customer_id: Doc[S64 | None] = None
    customs_declaration_amount: Doc[Amount | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (Final("payment_result"),)
