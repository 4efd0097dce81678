"""Thai QR: credit transfer and bill payment of PromptPay, and the tables of bank APIs.

[second-hand] Bank of Thailand, *Policy Guideline: Standardized Thai QR Code for Payment
Transactions*, 17 April 2019, as public references quote it. [observed] in 22 codes: the identifier
``A000000677010113``, object 81 as UTF-16 in hexadecimal, biller numbers of 13 digits, an
identifier for one-time use without its code. [unverified] How 62.08 of a cross-border bill pads
its amount, and whether Cambodian apps ask for the cross-border identifier.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..emv.dictionary import ROOT, Dictionary, Entry
from ..emv.profile import Relaxation
from ..errors import Finding, Severity
from .description import Presence, Scheme
from .fields import EmvFields
from .rows import SchemeField, text

__all__ = [
    "BILL",
    "CROSS_BORDER_BILL",
    "DOMESTIC_BILL",
    "ONE_TIME",
    "SCHEMES",
    "THAI_TRANSFER",
    "TRANSFER",
    "LocalAmount",
    "ThaiApiFields",
    "ThaiBillFields",
    "ThaiTransferFields",
    "local_script",
]

SOURCE = "Bank of Thailand, Thai QR guideline of 17 April 2019 (second-hand)"
TRANSFER = "A000000677010111"
ONE_TIME = "A000000677010114"
DOMESTIC_BILL = "A000000677010112"
CROSS_BORDER_BILL = "A000000677012006"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def local_script(*paths: str) -> dict[str, Relaxation]:
    """Return the relaxation of codes that write their own script where EMVCo wants ASCII."""

    def judge(finding: Finding, value: str) -> Severity | None:
        if finding.path in paths and not _CONTROL.search(value):
            return Severity.WARNING
        return finding.severity

    return {"charset.not-ans": judge}


class LocalAmount(NamedTuple):
    """What 62.08 of a cross-border bill says, in its 18 characters, as written.

    How the amount is padded is not known, so it stays text.
    """

    currency: str
    amount: str
    country: str


def _read_local_amount(written: str) -> LocalAmount | None:
    if len(written) != 18:
        return None
    return LocalAmount(written[:3], written[3:16], written[16:])


def _read_message(written: str) -> str | None:
    """Return the text of UTF-16BE in hexadecimal, or None."""
    if not re.fullmatch("(?:[0-9A-Fa-f]{4})+", written):
        return None
    try:
        return bytes.fromhex(written).decode("utf-16-be")
    except UnicodeDecodeError:
        return None


def _write_message(message: str) -> str:
    return message.encode("utf-16-be", "surrogatepass").hex().upper()


class ThaiTransferFields(EmvFields):
    """What a credit transfer says: the payee by exactly one kind of number."""

    __slots__ = ()

    mobile = text("*.01", "N", 13, pattern="0066[0-9]{9}")
    tax_id = text("*.02", "N", 13)
    e_wallet = text("*.03", "N", 15)
    bank_account = text("*.04", "ans", 4, 43, pattern="[0-9]{3}.+")
    ota_code = text("*.05", "ans", 10, guids=(ONE_TIME.lower(),), presence="M")
    message = SchemeField(path="81", read=_read_message, write=_write_message)


class ThaiBillFields(EmvFields):
    """What a bill says: who is paid, and the references under which the biller books it."""

    __slots__ = ()

    biller_id = text("*.01", "N", 13, 15, pattern="[0-9]{13}([0-9]{2})?", presence="M")
    reference_1 = text("*.02", "ans", 1, 20, presence="M")
    reference_2 = text("*.03", "ans", 1, 20)
    local_amount = SchemeField(
        path="62.08",
        read=_read_local_amount,
        write="".join,
        minimum=18,
        maximum=18,
        guids=(CROSS_BORDER_BILL.lower(),),
    )
    vat_branch = text("80.00", "ans", 4)
    vat_rate = text("80.01", "ans", 1, 5)
    vat_amount = text("80.02", "ans", 1, 13)

    @property
    def is_cross_border(self) -> bool:
        """Whether the code has the identifier of bills that are paid from abroad."""
        return self._identifier == CROSS_BORDER_BILL.lower()


class ThaiApiFields(EmvFields):
    """What the template of a bank's API says, as KShop and mPAY codes have it."""

    __slots__ = ()

    acquirer_id = text("*.01", "N", 3)
    reference_1 = text("*.02")
    reference_2 = text("*.04")
    reference_3 = text("*.05")


_VAT = Dictionary(
    {
        "00": Entry("VAT branch", "ans"),
        "01": Entry("VAT rate", "ans"),
        "02": Entry("VAT amount", "ans"),
    },
    other=Entry("Unknown", "S"),
)
_DICTIONARY = ROOT.with_entries(
    {
        "80": Entry("VAT", "S", inside=_VAT),
        "81": Entry("Message in UTF-16, hexadecimal", "ans"),
    }
)


def _scheme(
    name: str,
    title: str,
    guids: tuple[str, ...],
    usual: str,
    fields: type[EmvFields],
    exactly_one: tuple[str, ...] = (),
) -> Scheme:
    return Scheme(
        name=name,
        title=title,
        source=SOURCE,
        grade="second-hand",
        country="TH",
        currencies=("764",),
        guids=tuple(guid.lower() for guid in guids),
        usual=usual,
        fields=fields,
        exactly_one=exactly_one,
        presence=(Presence(required="01", optional="52 59 60"),),
        severities=local_script("59", "60"),
        dictionary=_DICTIONARY,
        opaque=frozenset({"81"}),
        data_tags=frozenset({"80", "81"}),
    )


THAI_TRANSFER = _scheme(
    "thaiqr",
    "Thai QR credit transfer",
    (TRANSFER, ONE_TIME),
    "29",
    ThaiTransferFields,
    exactly_one=("mobile", "tax_id", "e_wallet", "bank_account"),
)
BILL = _scheme(
    "thaiqr_bill",
    "Thai QR bill payment",
    (DOMESTIC_BILL, CROSS_BORDER_BILL),
    "30",
    ThaiBillFields,
)
API = _scheme(
    "thaiqr_api",
    "Thai QR payment innovation API",
    ("A000000677012004", "A000000677010113"),
    "31",
    ThaiApiFields,
)
SCHEMES = (THAI_TRANSFER, BILL, API)
