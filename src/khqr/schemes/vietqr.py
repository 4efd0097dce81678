"""VietQR, the transfers of NAPAS 247, and VNPAY-QR, which is domestic.

[second-hand] NAPAS, *QR Switching specification* 1.5.2 (January 2021) and *Techspecs NAPAS QR
Code*, through public copies and the tests of libraries. [observed] in 15 codes of VietQR and six
of VNPAY; everything about VNPAY is observed. [unverified] The service ``QRPUSH``.
"""

from __future__ import annotations

from .description import Presence, Scheme, warn_at
from .fields import EmvFields
from .rows import text
from .thai_qr import local_script

__all__ = ["SCHEMES", "VIETQR", "VietQRFields", "VnpayFields"]


class VietQRFields(EmvFields):
    """What a VietQR says: bank and account, and to which kind of number the money goes."""

    __slots__ = ()

    bank_bin = text("*.01.00", "N", 6, presence="M")
    account = text("*.01.01", "ans", 1, 19, presence="M")
    service = text("*.02", "ans", 1, 10, pattern="QRIBFTTA|QRIBFTTC|QRCASH|QRPUSH")


class VnpayFields(EmvFields):
    """What a VNPAY-QR says."""

    __slots__ = ()

    merchant_id = text("*.01", "ans", 1, 15, presence="M")


VIETQR = Scheme(
    name="vietqr",
    title="VietQR",
    source="NAPAS, QR Switching specification 1.5.2 (second-hand)",
    grade="second-hand",
    country="VN",
    currencies=("704",),
    guids=("a000000727",),
    usual="38",
    fields=VietQRFields,
    presence=(Presence(required="01", optional="52 59 60"),),
    severities=local_script("59", "60", "62.08"),
    opened=("*.01",),
)
VNPAY = Scheme(
    name="vnpay",
    title="VNPAY-QR",
    source="public codes (observed)",
    grade="observed",
    country="VN",
    currencies=("704",),
    guids=("a000000775",),
    usual="26",
    fields=VnpayFields,
    presence=(Presence(required="01 59", advised="52 60"),),
    severities={"name.too-long": warn_at("59")},
)
SCHEMES = (VIETQR, VNPAY)
