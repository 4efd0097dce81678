"""Codes abroad: what their texts say, and who stands behind them.

A code of a corridor is read by the profile of its scheme; it names a bank account, a phone number
or a merchant, and a directory says in whose book that is. A code of Alipay+ says nothing by itself:
the hub knows the order behind it. Both directories are part of the model, not of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ... import check
from ...alipayplus import CodeKind, classify_code
from ...alipayplus.codes import MAX_CODE_VALUE
from ...emv.iso import currency_code
from ...errors import KhqrError, quote
from ...schemes import (
    BillPayment,
    CreditTransfer,
    DuitNow,
    EmvFields,
    Network,
    SchemeCode,
    VietQR,
    decode,
    identify,
)
from ..errors import SettlementError
from ..money import Money, minor_units
from .terms import Terms

__all__ = ["ALIPAYPLUS", "ForeignCode", "Payee", "read_order_code", "read_scheme_code"]

ALIPAYPLUS = "alipayplus"
"""The name by which `Terms.codes` means the codes of Alipay+."""

_ORDER_KINDS = frozenset(
    {
        CodeKind.ORDER_CODE,
        CodeKind.PRIVATE_ORDER_CODE,
        CodeKind.ENTRY_CODE,
        CodeKind.MPM_GENERIC,
        CodeKind.ALIPAY_URL,
    }
)

_PAYEES: Mapping[type[SchemeCode], Callable[..., str | None]] = {
    VietQR: lambda code: f"{code.bank_bin}/{code.account}",
    DuitNow: lambda code: f"{code.acquirer_id}/{code.merchant_id}",
    BillPayment: lambda code: code.biller_id,
    CreditTransfer: lambda code: code.mobile or code.tax_id or code.e_wallet or code.bank_account,
}
"""Kind of code to what names the payee in it."""


_KINDS: Mapping[str, type[SchemeCode]] = {kind.description.name: kind for kind in _PAYEES}
"""Name of a scheme whose codes can be read to the kind of code."""


class Payee(NamedTuple):
    """Who stands behind a code abroad.

    Attributes:
        book: code of the bank or acquirer abroad.
        account: the account in its book.
        amount: what the order of Alipay+ asks for, or None if the payer enters it.
        currency: of the order.
    """

    book: str
    account: str
    amount: int | None = None
    currency: str = ""


class ForeignCode(NamedTuple):
    """What a code abroad says to whoever settles a payment by it.

    Attributes:
        text: the text, as it was scanned.
        key: what the code is known by: for a scheme's, the text with its CRC in capitals.
        scheme: as `khqr.identify` names it, or ``alipayplus``.
        dynamic: whether it is paid once.
        payee_id: what names the payee in it.
        name: of the shop, or an empty text.
        currency: of the code.
        units: minor units that it asks for, or None if the payer enters them.
    """

    text: str
    key: str
    scheme: str
    dynamic: bool
    payee_id: str
    name: str
    currency: str
    units: int | None

    def money(self, entered: Money | None) -> Money:
        """Return what is to be paid.

        Raises:
            SettlementError: ``QR_AMOUNT_MISMATCH`` or ``AMOUNT_NOT_POSITIVE``.
        """
        asked = None if self.units is None else Money(self.currency, self.units)
        money = asked if entered is None else entered
        if money is None:
            raise SettlementError("QR_AMOUNT_MISMATCH", "the code has no amount; enter one")
        if money.currency != self.currency or asked not in {None, money}:
            raise SettlementError(
                "QR_AMOUNT_MISMATCH",
                f"{money.units} {money.currency} entered, the code asks for "
                f"{'any amount' if self.units is None else self.units} in {self.currency}",
            )
        if money.units <= 0:
            raise SettlementError("AMOUNT_NOT_POSITIVE", "an amount is at least 1 minor unit")
        return money


def read_scheme_code(payload: str | bytes, terms: Terms) -> ForeignCode:
    """Return what a code of a linked country says.

    Raises:
        SettlementError: ``QR_INVALID`` if it is none of the link's schemes, breaks the profile of
            its scheme, or cannot be read; ``CURRENCY_NOT_SUPPORTED`` if it is not in the currency
            in which the link settles; ``AMOUNT_PRECISION``.
        TypeError: for anything but text and bytes.

    >>> from khqr.schemes import encode
    >>> from .known import vietnam
    >>> text = encode(VietQR(bank_bin="999999", account="000000000001", amount=62_500))
    >>> code = read_scheme_code(text, vietnam())
    >>> code.payee_id, code.currency, code.units, code.dynamic
    ('999999/000000000001', 'VND', 62500, True)
    """
    try:
        network = _network(payload, terms)
        code, fields = decode(payload, _KINDS[network.scheme]), network.fields
    except SettlementError:
        raise
    except KhqrError as problem:
        raise SettlementError("QR_INVALID", str(problem).partition("\n")[0]) from None
    assert isinstance(fields, EmvFields)
    currency = currency_code(fields.currency or "")
    if currency != terms.currency:
        raise SettlementError(
            "CURRENCY_NOT_SUPPORTED",
            f"the code is in {currency or 'no known currency'}, {terms.name} in {terms.currency}",
        )
    text = payload.decode() if isinstance(payload, bytes) else payload
    asked = fields.get("amount")
    units = None
    if isinstance(asked, str):
        units = minor_units(asked, terms.currency)
    return ForeignCode(
        text,
        text[:-4] + text[-4:].upper(),
        network.scheme,
        fields.point_of_initiation == "12",
        _PAYEES[type(code)](code) or "",
        code.merchant_name or "",
        currency,
        units,
    )


def _network(payload: str | bytes, terms: Terms) -> Network:
    """Return the network of a code that a link pays, if its scheme finds nothing wrong."""
    found = identify(payload)
    networks = [one for one in found if one.scheme in terms.codes and one.scheme in _KINDS]
    if len(networks) != 1:
        seen = ", ".join(one.scheme for one in found) or "no scheme"
        raise SettlementError(
            "QR_INVALID", f"the code is of {seen}; {terms.name} pays {', '.join(terms.codes)}"
        )
    report = check(payload, profile=networks[0].scheme)
    if not report.ok:
        raise SettlementError("QR_INVALID", str(report.errors[0]))
    return networks[0]


def read_order_code(
    payload: str | bytes, terms: Terms, orders: Mapping[tuple[str, str], Payee]
) -> ForeignCode:
    """Return what a code of Alipay+ says, by what the hub knows of its order.

    Args:
        payload: the text of the code.
        terms: of the link.
        orders: name of the link and text of the code to what the hub knows.

    Raises:
        SettlementError: ``QR_INVALID`` for a text that is no code of a shop, and for one that the
            hub does not know.
        TypeError: for anything but text and bytes.

    >>> from .known import alipayplus
    >>> text = "https://qr.example.com/281000041234567890123456"
    >>> orders = {("alipayplus", text): Payee("ACQ", "payable:am", 2000, "USD")}
    >>> read_order_code(text, alipayplus(), orders).units
    2000
    """
    if isinstance(payload, bytes):
        payload = payload.decode("utf-8", "replace")
    kind = classify_code(payload, domains=terms.domains).kind
    if kind not in _ORDER_KINDS or len(payload) > MAX_CODE_VALUE:
        raise SettlementError("QR_INVALID", f"the text is {kind.value}, not a code of a shop")
    order = orders.get((terms.name, payload))
    if order is None:
        raise SettlementError("QR_INVALID", f"the hub knows no order behind {quote(payload[:80])}")
    return ForeignCode(
        payload,
        payload,
        ALIPAYPLUS,
        order.amount is not None,
        payload,
        order.account.partition(":")[2],
        order.currency,
        order.amount,
    )
