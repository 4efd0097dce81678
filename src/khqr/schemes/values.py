"""Codes of the linked countries that can be written, as plain frozen values.

The texts are those of the scheme's table, under the same names; numbers are never reshaped. An
amount goes in as `int`, `str` or `Decimal` and comes out as `Decimal`, never as `float`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import ClassVar

from ..currency import amount_from
from ..model.values import shown
from .description import Scheme
from .duitnow import DUITNOW
from .thai_qr import (
    BILL,
    CROSS_BORDER_BILL,
    DOMESTIC_BILL,
    ONE_TIME,
    THAI_TRANSFER,
    TRANSFER,
    LocalAmount,
)
from .vietqr import VIETQR

__all__ = ["BillPayment", "CreditTransfer", "DuitNow", "SchemeCode", "VietQR"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SchemeCode(ABC):
    """What every code that can be written has.

    Attributes:
        amount: in units of the scheme's currency; None leaves it to the payer.
        point_of_initiation: object 01; None for what the scheme usually writes.
        merchant_category_code: four digits.
        merchant_name: up to 25 characters.
        merchant_city: up to 15 characters.
        postal_code: up to 10 characters.
        bill_number: 62.01, and the others of 62 up to 62.08, up to 25 characters each.
    """

    description: ClassVar[Scheme]
    tag: ClassVar[str]

    amount: Decimal | None = None
    point_of_initiation: str | None = None
    merchant_category_code: str | None = None
    merchant_name: str | None = None
    merchant_city: str | None = None
    postal_code: str | None = None
    bill_number: str | None = None
    mobile_number: str | None = None
    store_label: str | None = None
    loyalty_number: str | None = None
    reference_label: str | None = None
    customer_label: str | None = None
    terminal_label: str | None = None
    purpose_of_transaction: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", amount_from(self.amount))
        for field in fields(self):
            value = getattr(self, field.name)
            if (
                isinstance(field.type, str)
                and field.type.startswith("str")
                and not (value is None or isinstance(value, str))
            ):
                raise TypeError(f"{field.name} is str, not {type(value).__name__}")

    __repr__ = shown

    @property
    @abstractmethod
    def guid(self) -> str:
        """The identifier that the code gets."""

    @property
    def initiation(self) -> str:
        """Object 01: as given, or 12 for a code with an amount and 11 for one without."""
        return self.point_of_initiation or ("11" if self.amount is None else "12")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CreditTransfer(SchemeCode):
    """A Thai QR credit transfer; exactly one of the four numbers says who is paid.

    Attributes:
        mobile: ``0066`` and nine digits.
        tax_id: national or tax number, 13 digits.
        e_wallet: 15 digits.
        bank_account: bank code of three digits and the account, up to 43 characters.
        ota_code: 10 characters; makes it a code for one-time use.
        message: text for TrueMoney, written into object 81.

    >>> from khqr.schemes import encode
    >>> encode(CreditTransfer(mobile="0066000000001"))
    '00020101021129370016A0000006770101110113006600000000153037645802TH6304A6DB'
    """

    description = THAI_TRANSFER
    tag = "29"

    mobile: str | None = None
    tax_id: str | None = None
    e_wallet: str | None = None
    bank_account: str | None = None
    ota_code: str | None = None
    message: str | None = None

    @property
    def guid(self) -> str:
        """The identifier of transfers, or of those with a code for one-time use."""
        return TRANSFER if self.ota_code is None else ONE_TIME


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BillPayment(SchemeCode):
    """A Thai QR bill payment.

    Attributes:
        biller_id: tax number of 13 digits and a suffix of two.
        reference_1: up to 20 characters.
        reference_2: up to 20 characters.
        cross_border: whether it is to be paid from abroad.
        local_amount: what 62.08 of such a bill says; how its amount is padded is not known.

    >>> from khqr.schemes import encode
    >>> encode(BillPayment(biller_id="000000000000000", reference_1="DEMOREF001",
    ...                    amount=Decimal("120.00"), cross_border=True))[-42:]
    '0DEMOREF00153037645406120.005802TH6304AD75'
    """

    description = BILL
    tag = "30"

    biller_id: str
    reference_1: str
    reference_2: str | None = None
    cross_border: bool = False
    local_amount: LocalAmount | None = None

    @property
    def guid(self) -> str:
        """The identifier of domestic bills, or of those paid from abroad."""
        return CROSS_BORDER_BILL if self.cross_border else DOMESTIC_BILL


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VietQR(SchemeCode):
    """A VietQR.

    Attributes:
        bank_bin: number of the bank, six digits.
        account: account or card, up to 19 characters.
        service: ``QRIBFTTA`` to an account, ``QRIBFTTC`` to a card, ``QRCASH`` for withdrawal.

    Some banks refuse accents in ``purpose_of_transaction``.

    >>> from khqr.schemes import encode
    >>> encode(VietQR(bank_bin="999999", account="000000000001"))[-30:]
    '8QRIBFTTA53037045802VN6304A185'
    """

    description = VIETQR
    tag = "38"

    bank_bin: str
    account: str
    service: str | None = "QRIBFTTA"

    @property
    def guid(self) -> str:
        """The identifier of NAPAS."""
        return "A000000727"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DuitNow(SchemeCode):
    """A static DuitNow QR; object 82, whose making is not public, is never written.

    Attributes:
        acquirer_id: six digits.
        merchant_id: number of the merchant or the code, up to 28 characters.
        descriptor: up to 20 characters.
        mobile: up to 15 characters.
        payload_format_indicator: ``02``, as PayNet says.
        tax_id: 62.10, up to 20 characters.
        channel: 62.11, three characters.
        reference_1: 62.90, reference_2: 62.91, geolocation: 62.92.

    >>> from khqr.schemes import encode
    >>> encode(DuitNow(acquirer_id="999999", merchant_id="DEMO0000000000",
    ...                merchant_name="DEMO SHOP", merchant_city="MY",
    ...                merchant_category_code="5999"))[-27:]
    '5909DEMO SHOP6002MY63042AE5'
    """

    description = DUITNOW
    tag = "26"

    acquirer_id: str
    merchant_id: str
    descriptor: str | None = None
    mobile: str | None = None
    payload_format_indicator: str = "02"
    tax_id: str | None = None
    channel: str | None = None
    reference_1: str | None = None
    reference_2: str | None = None
    geolocation: str | None = None

    @property
    def guid(self) -> str:
        """The identifier of DuitNow."""
        return "A0000006150001"

    @property
    def initiation(self) -> str:
        """Object 01: as given, or 11; one made without PayNet is static, amount or not."""
        return self.point_of_initiation or "11"
