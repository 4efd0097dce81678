"""The schemes around KHQR: which networks a code can be paid through, and what it says to each.

`identify` gives the networks of any code, `khqr.check` judges a code by the profile of a scheme,
and `encode` writes those of the linked countries: Thai QR, VietQR and DuitNow. Each scheme is a
table in a small module, which names its sources and how well they are known. A name is loaded
when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .description import Presence, Scheme
    from .duitnow import DuitNowFields
    from .encoder import decode, encode
    from .fields import EmvFields, Fields
    from .fps import FpsFields
    from .identification import identify
    from .india import BharatQRFields, UpiFields
    from .jpqr import JpqrFields
    from .khqr_scheme import KhqrFields
    from .korea import KoreaFields
    from .laoqr import LaoQRFields
    from .network import Network, Unknown
    from .qris import QrisFields
    from .qrph import QrPhFields
    from .registry import BY_NAME, SCHEMES
    from .rows import SchemeField
    from .singapore import LiquidFields, NetsFields, PayNowFields, SgqrFields
    from .thai_qr import LocalAmount, ThaiApiFields, ThaiBillFields, ThaiTransferFields
    from .thai_slip import ThaiBarcodeFields, ThaiSlipFields
    from .unionpay import CardFields, UnionPayFields
    from .values import BillPayment, CreditTransfer, DuitNow, SchemeCode, VietQR
    from .vietqr import VietQRFields, VnpayFields
    from .wallets import AlipayFields, LinkFields, WeChatFields

__all__ = [
    "BY_NAME",
    "SCHEMES",
    "AlipayFields",
    "BharatQRFields",
    "BillPayment",
    "CardFields",
    "CreditTransfer",
    "DuitNow",
    "DuitNowFields",
    "EmvFields",
    "Fields",
    "FpsFields",
    "JpqrFields",
    "KhqrFields",
    "KoreaFields",
    "LaoQRFields",
    "LinkFields",
    "LiquidFields",
    "LocalAmount",
    "NetsFields",
    "Network",
    "PayNowFields",
    "Presence",
    "QrPhFields",
    "QrisFields",
    "Scheme",
    "SchemeCode",
    "SchemeField",
    "SgqrFields",
    "ThaiApiFields",
    "ThaiBarcodeFields",
    "ThaiBillFields",
    "ThaiSlipFields",
    "ThaiTransferFields",
    "UnionPayFields",
    "Unknown",
    "UpiFields",
    "VietQR",
    "VietQRFields",
    "VnpayFields",
    "WeChatFields",
    "decode",
    "encode",
    "identify",
]

_HOME = {
    name: module
    for module, names in {
        "description": "Presence Scheme",
        "duitnow": "DuitNowFields",
        "encoder": "decode encode",
        "fields": "EmvFields Fields",
        "fps": "FpsFields",
        "identification": "identify",
        "india": "BharatQRFields UpiFields",
        "jpqr": "JpqrFields",
        "khqr_scheme": "KhqrFields",
        "korea": "KoreaFields",
        "laoqr": "LaoQRFields",
        "network": "Network Unknown",
        "qris": "QrisFields",
        "qrph": "QrPhFields",
        "registry": "BY_NAME SCHEMES",
        "rows": "SchemeField",
        "singapore": "LiquidFields NetsFields PayNowFields SgqrFields",
        "thai_qr": "LocalAmount ThaiApiFields ThaiBillFields ThaiTransferFields",
        "thai_slip": "ThaiBarcodeFields ThaiSlipFields",
        "unionpay": "CardFields UnionPayFields",
        "values": "BillPayment CreditTransfer DuitNow SchemeCode VietQR",
        "vietqr": "VietQRFields VnpayFields",
        "wallets": "AlipayFields LinkFields WeChatFields",
    }.items()
    for name in names.split()
}
"""The module of each name."""


def __getattr__(name: str) -> object:
    from importlib import import_module

    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module 'khqr.schemes' has no attribute {name!r}")
    value = getattr(import_module(f"khqr.schemes.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
