"""From a scanned code to an order: rules, decoding, the order of an entry code, a rate.

The plain name is the acquirer's side, which is Cambodia's for a foreign wallet; ``Mpp`` begins the
messages of the wallet's side, where the two differ. Source: as in `khqr.alipayplus.messages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from .conditions import Condition, OnSuccess
from .kinds import Also, Doc, Inferred, Observed, Sdk, Text
from .message import Message
from .objects import (
    S16,
    S64,
    S512,
    Amount,
    CurrencyCode,
    Env,
    Merchant,
    Order,
    PaymentFactor,
    Quote,
    Result,
    S,
    SettlementStrategy,
    Time,
)

__all__ = [
    "InquiryCodeRulesRequest",
    "InquiryCodeRulesResponse",
    "InquiryForeignExchangeQuoteRequest",
    "InquiryForeignExchangeQuoteResponse",
    "MppUserInitiatedPayRequest",
    "MppUserInitiatedPayResponse",
    "PlaceOrderRequest",
    "PlaceOrderResponse",
    "UserInitiatedPayRequest",
    "UserInitiatedPayResponse",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryCodeRulesRequest(Message):
    """A wallet asks for the rules of codes; the request has no members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryCodeRulesResponse(Message):
    """The rules of codes, and their version."""

    result: Doc[Result]
    code_rules: Doc[tuple[S, ...] | None] = None
    version: Doc[S16 | None] = None

    CONDITIONS: ClassVar[tuple[Condition, ...]] = (OnSuccess("result", ("code_rules", "version")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInitiatedPayRequest(Message):
    """Alipay+ asks the acquirer what a scanned code says."""

    code_value: Doc[S512]
    acquirer_id: Doc[S64 | None] = None
    psp_id: Doc[S64 | None] = None
    customer_id: Doc[S64 | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInitiatedPayResponse(Message):
    """What the acquirer says of a code. Java's model calls the amount ``amount``: both are read."""

    result: Doc[Result]
    code_type: Sdk[S | None] = None
    payment_request_id: Sdk[S64 | None] = None
    payment_amount: Sdk[Annotated[Amount, Also("amount")] | None] = None
    payment_factor: Sdk[PaymentFactor | None] = None
    order: Sdk[Order | None] = None
    payment_expiry_time: Sdk[Time | None] = None
    payment_notify_url: Sdk[S | None] = None
    payment_redirect_url: Sdk[S | None] = None
    settlement_strategy: Sdk[SettlementStrategy | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MppUserInitiatedPayRequest(Message):
    """A wallet asks Alipay+ what a scanned code says."""

    code_value: Doc[S512]
    customer_id: Doc[S64]
    pass_through_info: Doc[Annotated[str, Text(20_000)] | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MppUserInitiatedPayResponse(UserInitiatedPayResponse):
    """What Alipay+ says of a code: the acquirer's answer, and what the user will pay."""

    pay_to_amount: Observed[Amount | None] = None
    payment_quote: Observed[Quote | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrderRequest(Message):
    """Alipay+ tells the acquirer what the user entered for an entry code."""

    code_value: Doc[S512]
    payment_id: Doc[S64]
    acquirer_id: Doc[S64 | None] = None
    psp_id: Doc[S64 | None] = None
    payment_amount: Doc[Amount | None] = None
    settlement_amount: Doc[Amount | None] = None
    merchant: Doc[Merchant | None] = None
    customer_id: Doc[S64 | None] = None
    env: Doc[Env | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrderResponse(Message):
    """The acquirer's number for the order."""

    result: Doc[Result]
    payment_request_id: Doc[S64 | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryForeignExchangeQuoteRequest(Message):
    """A wallet asks for a rate, for reference only."""

    sell_currency: Doc[CurrencyCode]
    buy_currency: Doc[CurrencyCode]


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryForeignExchangeQuoteResponse(Message):
    """A rate, for reference only."""

    result: Inferred[Result | None] = None
    quote_id: Doc[S | None] = None
    quote_currency_pair: Doc[S | None] = None
    quote_price: Doc[S | None] = None
