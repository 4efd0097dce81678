"""The objects that stand inside the messages of Alipay+, each as its table of members.

Source: Alipay+ developer documentation (`Doc`), Ant's SDK for Java 2.2.8 (`Sdk`), public code of
others (`Observed`). Presence that could not be read counts as optional.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from ..results import AlipayPlusError, InvalidSignature, ResultStatus, result_status
from .kinds import Doc, Flag, Moment, Name, Natural, Observed, Sdk, Text
from .message import Message

__all__ = [
    "Address",
    "Amount",
    "Buyer",
    "CodeDetail",
    "Env",
    "Goods",
    "IndirectAcquirer",
    "Merchant",
    "Order",
    "OrderCodeForm",
    "PaymentFactor",
    "PaymentMethod",
    "Quote",
    "Result",
    "SettlementStrategy",
    "Store",
    "Transaction",
]

S: TypeAlias = Annotated[str, Text()]
S8: TypeAlias = Annotated[str, Text(8)]
S16: TypeAlias = Annotated[str, Text(16)]
S32: TypeAlias = Annotated[str, Text(32)]
S64: TypeAlias = Annotated[str, Text(64)]
S256: TypeAlias = Annotated[str, Text(256)]
S512: TypeAlias = Annotated[str, Text(512)]
Time: TypeAlias = Annotated[str, Moment()]
YesNo: TypeAlias = Annotated[bool, Flag()]
CurrencyCode: TypeAlias = Annotated[str, Text(3, "[A-Z]{3}", "three letters of ISO 4217")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Message):
    """Money: a whole number of the smallest unit of its currency.

    >>> Amount(currency="KHR", value=1000000).to_json()
    '{"currency":"KHR","value":"1000000"}'
    """

    currency: Doc[CurrencyCode]
    value: Doc[Annotated[int, Natural()]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Message):
    """The result of a call, or of a payment.

    >>> Result.success().to_json()
    '{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}'
    """

    result_code: Doc[S64]
    result_status: Doc[Annotated[str, Text(1, "[SFU]", "S, F or U")]]
    result_message: Doc[S]

    @classmethod
    def success(cls) -> Result:
        """Return S with ``SUCCESS``."""
        return cls.of("SUCCESS", "success")

    @classmethod
    def of(cls, code: str, message: str) -> Result:
        """Return the result for a known code; its letter comes from the table of codes."""
        return cls(
            result_code=code, result_status=result_status(code).value, result_message=message
        )

    @classmethod
    def refusal(cls, error: AlipayPlusError) -> Result:
        """Return what to answer for a refusal, at most 256 characters of it in words.

        Why a signature does not hold is for one's own log, and is not told.
        """
        told = "" if isinstance(error, InvalidSignature) else error.message[:256]
        return cls(
            result_code=error.result_code,
            result_status=error.result_status.value,
            result_message=told or error.result_code,
        )

    @property
    def status(self) -> ResultStatus:
        """The letter; an unknown code is judged by it alone."""
        return ResultStatus(self.result_status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Message):
    """A place."""

    region: Doc[Annotated[str, Text(2, "[A-Z]{2}", "two letters of ISO 3166")]]
    state: Doc[S8 | None] = None
    city: Doc[S32 | None] = None
    address1: Doc[S256 | None] = None
    address2: Doc[S256 | None] = None
    zip_code: Doc[S32 | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Store(Message):
    """A shop of a merchant."""

    reference_store_id: Sdk[S | None] = None
    store_name: Sdk[S | None] = None
    store_mcc: Sdk[Annotated[S, Name("storeMCC")] | None] = None
    store_display_name: Sdk[S | None] = None
    store_terminal_id: Sdk[S | None] = None
    store_operator_id: Sdk[S | None] = None
    store_phone_no: Sdk[S | None] = None
    store_address: Sdk[Address | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant(Message):
    """Who is paid. The length of the id is that of a sister product's page."""

    reference_merchant_id: Doc[S32 | None] = None
    merchant_mcc: Sdk[Annotated[S, Name("merchantMCC")] | None] = None
    merchant_name: Sdk[S | None] = None
    merchant_display_name: Sdk[S | None] = None
    merchant_register_date: Sdk[S | None] = None
    merchant_address: Sdk[Address | None] = None
    store: Sdk[Store | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndirectAcquirer(Message):
    """The bank behind an acquirer."""

    reference_acquirer_id: Observed[S | None] = None
    acquirer_name: Observed[S | None] = None
    acquirer_address: Observed[Address | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods(Message):
    """One thing that is sold."""

    reference_goods_id: Sdk[S | None] = None
    goods_name: Sdk[S | None] = None
    goods_category: Sdk[S | None] = None
    goods_brand: Sdk[S | None] = None
    goods_unit_amount: Sdk[Amount | None] = None
    goods_quantity: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer(Message):
    """Who buys. Their name is kept as an unknown member, as sources differ in its shape."""

    reference_buyer_id: Sdk[S | None] = None
    buyer_phone_no: Sdk[S | None] = None
    buyer_email: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Env(Message):
    """Where the user is."""

    terminal_type: Doc[S | None] = None
    os_type: Doc[S | None] = None
    device_token_id: Doc[S64 | None] = None
    client_ip: Doc[S32 | None] = None
    store_terminal_id: Doc[S64 | None] = None
    user_agent: Sdk[S | None] = None
    cookie_id: Sdk[S | None] = None
    store_terminal_request_time: Sdk[Time | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Message):
    """What is paid for. What `pay` asks of it is a condition there, as a static code has less."""

    reference_order_id: Doc[S64 | None] = None
    order_description: Doc[S256 | None] = None
    order_amount: Doc[Amount | None] = None
    merchant: Sdk[Merchant | None] = None
    goods: Sdk[tuple[Goods, ...] | None] = None
    buyer: Sdk[Buyer | None] = None
    env: Sdk[Env | None] = None
    indirect_acquirer: Observed[IndirectAcquirer | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFactor(Message):
    """In which way a payment came about."""

    is_in_store_payment: Sdk[YesNo | None] = None
    is_cashier_payment: Sdk[YesNo | None] = None
    in_store_payment_scenario: Sdk[S | None] = None
    presentment_mode: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod(Message):
    """How the user pays. The id, a payment code where the user shows one, is not printed."""

    payment_method_type: Doc[S]
    payment_method_id: Sdk[S | None] = field(default=None, repr=False)
    customer_id: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementStrategy(Message):
    """In which currency the acquirer is settled."""

    settlement_currency: Sdk[CurrencyCode | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Message):
    """A rate. ``A/B`` with price p reads 1 A = p B in a demo; the documents do not say."""

    quote_id: Doc[S]
    quote_currency_pair: Doc[Annotated[str, Text(7, "[A-Z]{3}/[A-Z]{3}", "two codes with a /")]]
    quote_price: Doc[Annotated[str, Text(40, "[0-9]+([.][0-9]+)?", "a decimal in digits")]]
    quote_start_time: Sdk[Time | None] = None
    quote_expiry_time: Sdk[Time | None] = None
    base_currency: Sdk[CurrencyCode | None] = None
    quote_unit: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDetail(Message):
    """One way to show an order code."""

    code_value_type: Sdk[S | None] = None
    code_value: Sdk[Annotated[str, Text(2048)] | None] = None
    display_type: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCodeForm(Message):
    """An order code that Alipay+ made."""

    payment_method_type: Sdk[S | None] = None
    expire_time: Sdk[Time | None] = None
    code_details: Sdk[Annotated[tuple[CodeDetail, ...], 4] | None] = None
    extend_info: Sdk[S | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Message):
    """One step of a payment: paid, cancelled, refunded."""

    transaction_result: Sdk[Result | None] = None
    transaction_id: Sdk[S | None] = None
    transaction_type: Sdk[S | None] = None
    transaction_status: Sdk[S | None] = None
    transaction_amount: Sdk[Amount | None] = None
    transaction_request_id: Sdk[S | None] = None
    transaction_time: Sdk[Time | None] = None
