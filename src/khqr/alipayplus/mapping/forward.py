"""From a KHQR to the messages of the acquirer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ...currency import KHR, UnreadableAmount, amount_from
from ...errors import quote
from ...model import Individual, aware_moment
from ..messages import (
    Address,
    Amount,
    Env,
    IndirectAcquirer,
    Merchant,
    Order,
    PaymentFactor,
    PaymentMethod,
    PayRequest,
    Result,
    SettlementStrategy,
    Store,
    UserInitiatedPayRequest,
    UserInitiatedPayResponse,
    moment_text,
)
from ..results import AmountError, MessageError, Unmappable
from .fields import SIDECAR, homeless_objects
from .money import to_minor
from .policy import Mapped, Policy, kept
from .reading import Reading, is_usual_amount, life_of, read_khqr

__all__ = ["merchant_of", "pay_for", "request_for", "response_for", "sidecar"]


def request_for(
    payload: str | bytes,
    *,
    acquirer_id: str | None = None,
    psp_id: str | None = None,
    customer_id: str | None = None,
    policy: Policy | None = None,
) -> Mapped[UserInitiatedPayRequest]:
    """Return the request by which Alipay+ asks the acquirer about a KHQR: the code, verbatim.

    Raises:
        AlipayPlusError: for a code that may not be paid; expiry is not judged here.

    >>> from khqr.alipayplus.mapping import request_for
    >>> plain = ("00020101021129180014demo_user@devb5204599953031165802KH"
    ...          "5909Demo User6010Phnom Penh6304119A")
    >>> request_for(plain, psp_id="PSP-DEMO").value.code_value == plain
    True
    """
    reading = read_khqr(payload, policy or Policy(), None)
    try:
        value = UserInitiatedPayRequest(
            code_value=reading.text, acquirer_id=acquirer_id, psp_id=psp_id, customer_id=customer_id
        )
    except MessageError as problem:
        raise Unmappable(problem.message) from problem
    return Mapped(value=value, issues=reading.issues)


def response_for(
    payload: str | bytes,
    *,
    at: datetime,
    payment_request_id: str,
    policy: Policy | None = None,
    strict: bool = False,
) -> Mapped[UserInitiatedPayResponse]:
    """Return what the acquirer answers when Alipay+ asks what a KHQR says.

    A code with an amount is an order code, one without an entry code. The request holds the code,
    so what the answer cannot hold is carried there, and nothing is lost.

    Args:
        payload: the ``codeValue`` of the request.
        at: now, an aware `datetime`.
        payment_request_id: the acquirer's own number of the order, at most 64; it stands for the
            bill number where the code has none.
        policy: what the participant decided.
        strict: refuse a mapping that loses anything.

    Raises:
        AlipayPlusError: with the result code to answer instead, see ``Result.refusal``.
        TypeError: for a wrong Python type.

    Source: names of Alipay+'s SDK and documents; that KHQR runs so is inferred.

    >>> from datetime import UTC
    >>> answer = response_for("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A", at=datetime(2026, 11, 1, tzinfo=UTC),
    ...     payment_request_id="REQ-1").value
    >>> answer.code_type, answer.order.merchant.store.reference_store_id
    ('STORE_CODE', 'demo_user@devb')
    """
    policy = policy or Policy()
    if payment_request_id == "":
        raise Unmappable("payment_request_id is empty; the order needs a number")
    reading = read_khqr(payload, policy, at)
    amount, expiry, issues = _money(reading, policy, at)
    try:
        value = UserInitiatedPayResponse(
            result=Result.success(),
            code_type="ORDER_CODE" if reading.is_dynamic else "STORE_CODE",
            payment_request_id=payment_request_id,
            payment_amount=amount,
            payment_factor=_factor(reading),
            order=_order(reading, policy, amount, payment_request_id),
            payment_expiry_time=expiry,
            settlement_strategy=_settlement(policy),
        )
    except MessageError as problem:
        raise Unmappable(problem.message) from problem
    carried = _unsaid(reading, policy, payment_request_id)
    mapped = Mapped(value=value, carried=carried, issues=(*reading.issues, *issues))
    return kept(mapped, strict=strict)


def pay_for(
    payload: str | bytes,
    *,
    at: datetime,
    payment_request_id: str,
    amount: int | str | Decimal | None = None,
    user_agent: str | None = None,
    notify_url: str | None = None,
    policy: Policy | None = None,
    strict: bool = False,
) -> Mapped[PayRequest]:
    """Return the request by which the acquirer asks Alipay+ for the payment of a KHQR.

    This message has no place for the code, so what it cannot hold is lost; `sidecar` gives most of
    it, for the caller to keep.

    Args:
        payload: the code.
        at: now, an aware `datetime`.
        payment_request_id: as for `response_for`.
        amount: what the user entered for a code without an amount, in its currency.
        user_agent: the user's browser, which Alipay+ asks for with entry and order codes.
        notify_url: where the acquirer wants to be told.
        policy: what the participant decided.
        strict: refuse a mapping that loses anything.

    Raises:
        AlipayPlusError: with the result code that fits.
        TypeError: for a wrong Python type.
    """
    policy = policy or Policy()
    reading = _with_amount(read_khqr(payload, policy, at), amount, policy)
    money, expiry, issues = _money(reading, policy, at)
    try:
        order = _order(reading, policy, money, payment_request_id)
        value = PayRequest(
            order=replace(order, env=Env(user_agent=user_agent)) if user_agent else order,
            payment_request_id=payment_request_id,
            payment_amount=money,  # type: ignore[arg-type] # `_with_amount` made sure of it
            payment_method=PaymentMethod(payment_method_type="CONNECT_WALLET"),
            payment_factor=_factor(reading),
            payment_expiry_time=expiry,
            payment_notify_url=notify_url,
            settlement_strategy=_settlement(policy),
        )
    except MessageError as problem:
        raise Unmappable(problem.message) from problem
    lost = _unsaid(reading, policy, payment_request_id)
    return kept(Mapped(value=value, lost=lost, issues=(*reading.issues, *issues)), strict=strict)


def sidecar(payload: str | bytes, *, policy: Policy | None = None) -> dict[str, str]:
    """Return the objects without a home in JSON that `to_khqr` takes back, by their paths.

    Keep it beside an order, as plain JSON; it is no feature of Alipay+.

    >>> sidecar("00020101021130350009khqr@devb01060001230208Dev Bank5204581453031165802KH"
    ...         "5911Demo Coffee6010Phnom Penh62170304Main0705POS-16304A30B")
    {'30.02': 'Dev Bank'}
    """
    reading = read_khqr(payload, policy or Policy(allow_usd=True), None)
    return {path: text for path in SIDECAR if (text := reading.get(path))}


def merchant_of(reading: Reading, policy: Policy) -> Merchant:
    """Return the payee of a code, with its shop."""
    template = "29" if isinstance(reading.code, Individual) else "30"
    account, name, category = reading.get(f"{template}.00"), reading.get("59"), reading.get("52")
    other_name = reading.get("64.01") if policy.alternate_name_as_display else None
    return Merchant(
        reference_merchant_id=reading.get(f"{template}.01") or account,
        merchant_mcc=category,
        merchant_name=name,
        merchant_display_name=other_name or name,
        merchant_address=Address(
            region=reading.get("58") or "",
            city=reading.get("60"),
            zip_code=reading.get("61"),
        ),
        store=Store(
            reference_store_id=account,
            store_name=reading.get("62.03") or name,
            store_mcc=category,
            store_terminal_id=reading.get("62.07"),
            store_phone_no=reading.get("62.02") if policy.mobile_as_store_phone else None,
        ),
    )


def _order(
    reading: Reading, policy: Policy, amount: Amount | None, payment_request_id: str
) -> Order:
    """Return the order; without an amount, only what the code itself says."""
    template = "29" if isinstance(reading.code, Individual) else "30"
    bank = reading.get(f"{template}.02") if policy.bank_as_indirect_acquirer else None
    fallback_id, fallback_text = (payment_request_id, reading.get("59")) if amount else (None, None)
    return Order(
        reference_order_id=reading.get("62.01") or fallback_id,
        order_description=reading.get("62.08") or fallback_text,
        order_amount=amount,
        merchant=merchant_of(reading, policy),
        indirect_acquirer=IndirectAcquirer(acquirer_name=bank) if bank else None,
    )


def _money(
    reading: Reading, policy: Policy, at: datetime
) -> tuple[Amount | None, str | None, list[str]]:
    """Return amount, expiry and issues of an order; a code without an amount has none."""
    if reading.amount is None:
        return None, None, []
    moment = aware_moment("at", at)
    if moment is None:
        raise TypeError("at is an aware datetime, not None")
    expires, issues = life_of(reading, policy, moment)
    amount = Amount(currency=reading.code.currency.code, value=reading.amount)
    return amount, moment_text(expires), issues


def _with_amount(reading: Reading, amount: int | str | Decimal | None, policy: Policy) -> Reading:
    given = amount_from(amount)
    if given is None:
        if reading.amount is None:
            raise AmountError("the code has no amount; pass the one that the user entered")
        return reading
    if isinstance(given, UnreadableAmount):
        raise AmountError(f"the amount is {quote(given.text)}, which is no number")
    value = to_minor(given, reading.code.currency.code, policy.minor_units)
    if reading.amount is not None and reading.amount != value:
        raise AmountError(f"the amount is {given}, but the code says {reading.get('54')}")
    return replace(reading, amount=value)


def _factor(reading: Reading) -> PaymentFactor:
    scenario = "OrderCode" if "54" in reading.source else "EntryCode"
    return PaymentFactor(is_in_store_payment=True, in_store_payment_scenario=scenario)


def _settlement(policy: Policy) -> SettlementStrategy | None:
    currency = policy.settlement_currency
    return SettlementStrategy(settlement_currency=currency) if currency else None


def _unsaid(reading: Reading, policy: Policy, payment_request_id: str) -> tuple[str, ...]:
    """Return what the code says and the message does not, by path."""
    asked_for: set[str] = {"29.02", "30.02"} if policy.bank_as_indirect_acquirer else set()
    if policy.mobile_as_store_phone:
        asked_for.add("62.02")
    found = homeless_objects(reading.source, frozenset(asked_for))
    name = reading.get("59")
    dynamic = "54" in reading.source
    odd = {
        "01": reading.get("01") != ("12" if dynamic else "11"),
        "30 (without 01)": "30" in reading.source and reading.get("30.01") is None,
        "53 (without amount)": not reading.is_dynamic and reading.code.currency != KHR,
        "54 (as written)": dynamic and not is_usual_amount(reading, policy),
        "62.01 (as paymentRequestId)": reading.get("62.01") == payment_request_id,
        "62.03 (as 59)": reading.get("62.03") == name,
        "62.08 (as 59)": reading.get("62.08") == name,
        "99.01 (milliseconds)": bool(reading.expires_at and reading.expires_at.microsecond),
        "99.01": reading.expires_at is None and reading.get("99.01") is not None,
    }
    return tuple(dict.fromkeys([*found, *(word for word, is_so in odd.items() if is_so)]))
