"""From the messages of Alipay+ to a KHQR: the code inside them, or one made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from ...errors import KhqrError
from ..messages import Amount, Merchant, Message, Order, Store, moment
from ..results import AmountError, Inconsistent
from .fields import homeless_members, homeless_objects
from .forward import merchant_of
from .money import decimal_of
from .policy import Mapped, Policy, kept
from .reading import Reading, read_khqr
from .rebuild import Told, rebuilt

__all__ = ["AmountInconsistent", "to_khqr"]


class AmountInconsistent(AmountError, Inconsistent):
    """The amount in the JSON is not that of the code inside it."""


def to_khqr(
    message: Message,
    *,
    code_value: str | None = None,
    at: datetime | None = None,
    policy: Policy | None = None,
    acquiring_bank: str | None = None,
    kind: Literal["individual", "merchant"] | None = None,
    beside: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Mapped[str]:
    """Return the KHQR that a message is about.

    Where there is a ``codeValue``, in the message or beside it, that text comes back byte for byte,
    and the message must agree with it in currency, amount, merchant and country. Else a KHQR is
    made from the members, and marked ``reconstructed``: it means the same as far as the members
    go, but its text and md5 are new.

    Args:
        message: any that tells of a code or an order, such as `UserInitiatedPayResponse`,
            `PushPaymentRequest` or `PayRequest`.
        code_value: the code, where the message has no place for it.
        at: now, an aware `datetime`. With a code, expiry is judged only if it is given; a dynamic
            code cannot be made without it.
        policy: what the participant decided.
        acquiring_bank: name of the merchant's bank, for a code that is made: with it, object 30.
        kind: which kind to make, where the members would say another.
        beside: what `sidecar` gave, to be put back into a code that is made.
        strict: refuse if the KHQR cannot hold everything that the message says.

    Raises:
        AlipayPlusError: with the result code that fits.
        KhqrError: for a ``kind`` that is none.
        TypeError: for a wrong Python type.

    Source: this library's choice.
    """
    if not isinstance(message, Message):
        raise TypeError(f"message is a Message, not {type(message).__name__}")
    if beside is not None and not isinstance(beside, Mapping):
        raise TypeError(f"beside is a mapping, not {type(beside).__name__}")
    if kind not in {None, "individual", "merchant"}:
        raise KhqrError(f"kind is {kind!r:.40}, expected individual or merchant")
    policy = policy or Policy()
    told = _told(message)
    code = _code_of(message, code_value)
    lost = homeless_members(message)
    if code is None:
        value, issues = rebuilt(
            told, policy, at=at, bank=acquiring_bank, kind=kind, beside=dict(beside or {})
        )
        lost += _unheld(told, read_khqr(value, policy, at))
        mapped = Mapped(value=value, lost=tuple(lost), issues=issues, reconstructed=True)
        return kept(mapped, strict=strict)
    reading = read_khqr(code, policy, at)
    _refuse_disagreement(told, reading, policy)
    if not reading.is_dynamic and told.amount is not None:
        lost.append("paymentAmount")
    lost += _unheld(told, reading)
    carried = tuple(homeless_objects(reading.source))
    mapped = Mapped(value=reading.text, carried=carried, lost=tuple(lost), issues=reading.issues)
    return kept(mapped, strict=strict)


def _code_of(message: Message, given: str | None) -> str | None:
    own: str | None = getattr(message, "code_value", None)
    if own is not None and given is not None and own != given:
        raise Inconsistent("the code in the message is not the code beside it")
    return given if own is None else own


def _told(message: Message) -> Told:
    """Return what a message says of an order, whichever message it is."""
    order: Order | None = getattr(message, "order", None)
    merchant: Merchant | None = getattr(message, "merchant", None)
    paid: Amount | None = getattr(message, "payment_amount", None)
    asked = order.order_amount if order else None
    if paid and asked and (paid.currency, paid.value) != (asked.currency, asked.value):
        raise AmountInconsistent("paymentAmount and order.orderAmount are not the same")
    ordered = order.merchant if order else None
    if ordered and merchant and ordered != merchant:
        raise Inconsistent("merchant and order.merchant are not the same")
    return Told(
        order=order,
        merchant=ordered or merchant,
        amount=paid or asked,
        expiry=getattr(message, "payment_expiry_time", None),
        request_id=getattr(message, "payment_request_id", None),
    )


def _refuse_disagreement(told: Told, reading: Reading, policy: Policy) -> None:
    """Raise if a message does not say what the code inside it says."""
    amount, currency = told.amount, reading.code.currency.code
    if amount is not None and amount.currency != currency:
        raise Inconsistent(f"the message is in {amount.currency}, the code in {currency}")
    if amount is not None and reading.amount not in (None, amount.value):
        raise AmountInconsistent(
            f"the message says {amount.value} of the smallest unit of {currency}, "
            f"the code {reading.amount}"
        )
    if amount is not None:
        decimal_of(amount, policy.minor_units)  # refuses what no code of the currency can be paid
    if told.merchant is None:
        return
    expected = dict(_compared(merchant_of(reading, policy)))
    wrong = [name for name, said in _compared(told.merchant) if said not in (None, expected[name])]
    if wrong:
        raise Inconsistent(f"{', '.join(wrong)} is not what the code says")


def _unheld(told: Told, reading: Reading) -> Iterator[str]:
    """Yield the members that have a place in a KHQR, but are not what stands there in this one."""
    order, merchant = told.order or Order(), told.merchant or Merchant()
    store, bank = merchant.store or Store(), order.indirect_acquirer
    path = "order.merchant" if order.merchant else "merchant"
    account, name = reading.code.bakong_account_id, reading.get("59")
    said_and_held: tuple[tuple[str, str | None, set[str | None]], ...] = (
        (
            "order.referenceOrderId",
            order.reference_order_id,
            {reading.get("62.01"), told.request_id},
        ),
        ("order.orderDescription", order.order_description, {reading.get("62.08"), name}),
        (
            "order.indirectAcquirer.acquirerName",
            bank.acquirer_name if bank else None,
            {reading.get("29.02"), reading.get("30.02")},
        ),
        (
            f"{path}.merchantDisplayName",
            merchant.merchant_display_name,
            {name, reading.get("64.01")},
        ),
        (f"{path}.store.referenceStoreId", store.reference_store_id, {account}),
        (f"{path}.store.storeName", store.store_name, {reading.get("62.03"), name}),
        (f"{path}.store.storeDisplayName", store.store_display_name, {reading.get("62.03"), name}),
        (f"{path}.store.storeTerminalId", store.store_terminal_id, {reading.get("62.07")}),
        (f"{path}.store.storePhoneNo", store.store_phone_no, {reading.get("62.02")}),
    )
    for member, said, held in said_and_held:
        if said is not None and said not in held:
            yield member
    if told.expiry is not None and not _lives_until(told.expiry, reading):
        yield "paymentExpiryTime"


def _lives_until(expiry: str, reading: Reading) -> bool:
    """Whether a code ends in that second; one with an amount that does not say may end then."""
    if reading.expires_at is None:
        return reading.is_dynamic
    return moment(expiry).replace(microsecond=0) == reading.expires_at.replace(microsecond=0)


def _compared(merchant: Merchant) -> Iterator[tuple[str, str | None]]:
    """Yield what must be the same in message and code: who is paid, and in which country."""
    address, store = merchant.merchant_address, merchant.store or Store()
    yield "referenceMerchantId", merchant.reference_merchant_id
    yield "merchantMCC", merchant.merchant_mcc
    yield "merchantName", merchant.merchant_name
    if address is not None:
        yield "region", address.region
        yield "city", address.city
        yield "zipCode", address.zip_code
    yield "referenceStoreId", store.reference_store_id
    yield "storeMCC", store.store_mcc
