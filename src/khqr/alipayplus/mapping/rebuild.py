"""A KHQR made anew from the members of a message, where no code came with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ...codec import encode
from ...currency import KHR, USD
from ...emv.payload import parse
from ...emv.units import LengthUnit
from ...errors import EncodeError, quote
from ...fields import FIELDS_BY_PATH, is_bakong_account
from ...model import Code, Individual, aware_moment, moment_at
from ...model import Merchant as MerchantCode
from ..messages import Amount, Merchant, Order, Store, moment
from ..results import CurrencyNotSupported, ExpiredCode, Inconsistent, Unmappable, because
from .fields import SIDECAR
from .money import decimal_of
from .policy import Policy
from .reading import REFUSALS

__all__ = ["Told", "rebuilt"]

_MAX_ZIP = 10
"""The longest object 61, in characters (EMVCo MPM 1.0 Table 3.6)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says of an order, whichever message it was."""

    order: Order | None
    merchant: Merchant | None
    amount: Amount | None
    expiry: str | None
    request_id: str | None


def rebuilt(
    told: Told,
    policy: Policy,
    *,
    at: datetime | None,
    bank: str | None,
    kind: Literal["individual", "merchant"] | None,
    beside: dict[str, str],
) -> tuple[str, tuple[str, ...]]:
    """Return a KHQR that means what was told, and what had to be assumed for it.

    Raises:
        AlipayPlusError: for what a KHQR cannot hold, with the result code that fits.
    """
    merchant = told.merchant
    if merchant is None:
        raise Unmappable("the message has neither a code nor a merchant to make one from")
    odd = [path for path in beside if path not in SIDECAR]
    if odd:
        raise Unmappable(f"{quote(odd[0])} is no path that a side-car holds")
    issues: list[str] = []
    values = _texts(told, merchant, issues) | _money(told, policy, at, beside, issues)
    for path, text in beside.items():
        if path[:2] in {"62", "64"}:
            values[FIELDS_BY_PATH[path].attribute] = text
    code = _code(merchant, values, _bank(told, bank, beside), kind or _kind(beside))
    try:
        text = encode(code)
    except EncodeError as problem:
        _refuse(problem)
    address = merchant.merchant_address
    if address is not None and address.zip_code is not None:
        text = _with_zip(text, address.zip_code)
    return text, tuple(issues)


def _texts(told: Told, merchant: Merchant, issues: list[str]) -> dict[str, Any]:
    """Return the fields that are text; a fallback of the way there is not written back."""
    order, store = told.order or Order(), merchant.store or Store()
    address = merchant.merchant_address
    name = merchant.merchant_name
    if name is None:
        raise Unmappable("merchantName is missing, and a KHQR must name its payee")
    if address is not None and address.region != "KH":
        raise Unmappable(f"the region is {address.region}, a KHQR is of KH")
    if address is None or address.city is None:
        issues.append("no city is told; it is the default of the official SDK")
    label = store.store_name or store.store_display_name
    bill, purpose = order.reference_order_id, order.order_description
    return {
        "merchant_name": name,
        "merchant_city": address.city if address else None,
        "merchant_category_code": _category(merchant, store, issues),
        "bill_number": None if bill == told.request_id else bill,
        "mobile_number": store.store_phone_no,
        "store_label": None if label == name else label,
        "terminal_label": store.store_terminal_id,
        "purpose_of_transaction": None if purpose == name else purpose,
    }


def _category(merchant: Merchant, store: Store, issues: list[str]) -> str | None:
    told = {code for code in (merchant.merchant_mcc, store.store_mcc) if code is not None}
    if len(told) > 1:
        raise Inconsistent("merchantMCC and storeMCC are not the same")
    for code in told:
        if not re.fullmatch("[0-9]{4}", code):
            raise Unmappable(f"merchantMCC is {quote(code)}, expected four digits")
        return code
    issues.append("no merchant category is told; it is the default of the official SDK")
    return None


def _money(
    told: Told, policy: Policy, at: datetime | None, beside: dict[str, str], issues: list[str]
) -> dict[str, Any]:
    amount = told.amount
    if amount is None:
        issues.append("no currency is told; it is riel")
        return {}
    if amount.currency == USD.code and not policy.allow_usd:
        raise CurrencyNotSupported("the currency is USD; allow_usd is off")
    now = aware_moment("at", at)
    if now is None:
        raise TypeError("at is an aware datetime, which a code with an amount needs")
    if told.expiry is None:
        raise Unmappable("paymentExpiryTime is missing, and a code with an amount must have one")
    expires = moment(told.expiry)
    if expires < now:
        raise ExpiredCode(f"the order expired at {told.expiry}")
    return {
        "currency": {KHR.code: KHR}.get(amount.currency, amount.currency),
        "amount": decimal_of(amount, policy.minor_units),
        "created_at": _created(beside.pop("99.00", None)) or now,
        "expires_at": expires,
    }


def _created(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not re.fullmatch("[0-9]{13}", text):
        raise Unmappable(f"99.00 in the side-car is {quote(text)}, expected 13 digits")
    return moment_at(int(text))


def _bank(told: Told, given: str | None, beside: dict[str, str]) -> str | None:
    order = told.order
    indirect = order.indirect_acquirer if order else None
    banks = (given, beside.get("30.02"), beside.get("29.02"), indirect and indirect.acquirer_name)
    return next((bank for bank in banks if bank), None)


def _kind(beside: dict[str, str]) -> Literal["individual", "merchant"] | None:
    """Return the kind that a side-car tells by the template its bank stood in."""
    if "30.02" in beside:
        return "merchant"
    return "individual" if "29.02" in beside else None


def _code(
    merchant: Merchant,
    values: dict[str, Any],
    bank: str | None,
    kind: Literal["individual", "merchant"] | None,
) -> Code:
    """Return the code of the account that is told, and of the kind that it must be."""
    store_id = merchant.store.reference_store_id if merchant.store else None
    merchant_id = merchant.reference_merchant_id
    told = [text for text in (store_id, merchant_id) if text and is_bakong_account(text)]
    account = told[0] if told else None
    if account is None:
        raise Unmappable("neither referenceStoreId nor referenceMerchantId is a Bakong account")
    detail = None if merchant_id == account else merchant_id
    if kind == "merchant" or (kind is None and detail and bank):
        return MerchantCode(
            bakong_account_id=account,
            merchant_id=detail or "",
            acquiring_bank=bank or "",
            **values,
        )
    return Individual(
        bakong_account_id=account, account_information=detail, acquiring_bank=bank, **values
    )


def _refuse(problem: EncodeError) -> None:
    """Raise the refusal for what cannot be encoded: by its number, or as without a place."""
    numbers = [finding.nbc_code for finding in problem.findings]
    refusals = [REFUSALS[number] for number in numbers if number in REFUSALS]
    refusal = refusals[0] if refusals else Unmappable
    raise refusal(f"no KHQR can be made: {because(problem)}") from problem


def _with_zip(text: str, zip_code: str) -> str:
    if not re.fullmatch(f"[ -~]{{1,{_MAX_ZIP}}}", zip_code):
        raise Unmappable(f"zipCode is {quote(zip_code)}, a KHQR holds {_MAX_ZIP} of plain ASCII")
    return str(parse(text, unit=LengthUnit.UTF16).replace("61", zip_code))
