"""What a customer has scanned: every network in the code, whom it pays, and whether it is sound.

Run it with `python examples/what_was_scanned.py [PAYLOAD]`; it needs no extra.
"""

from __future__ import annotations

import sys

import khqr
from khqr.schemes import (
    Fields,
    KhqrFields,
    ThaiBillFields,
    ThaiTransferFields,
    Unknown,
    UpiFields,
    VietQRFields,
)

THAI_BILL = (
    "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
    "53037645406120.005802TH5909DEMO CAFE6304B166"
)
SCANNED = (
    THAI_BILL,
    "00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A",
    "00020101021138560010A0000007270126000699999901120000000000010208QRIBFTTA53037045802VN6304A185",
    "upi://pay?pa=demo.shop@example&pn=DEMO%20SHOP&am=50.00&cu=INR",
    "0039000600000101030000218DEMO202601010000015102TH91043805",
    "https://example.com/menu",
)


def payee(fields: Fields) -> str:
    """Say who is paid, as far as the scheme tells."""
    match fields:
        case KhqrFields():
            return f"Bakong account {fields.bakong_account_id}"
        case ThaiBillFields():
            return f"biller {fields.biller_id}, reference {fields.reference_1}"
        case ThaiTransferFields():
            return f"PromptPay {fields.mobile or fields.tax_id or fields.e_wallet}"
        case VietQRFields():
            return f"account {fields.account} at bank {fields.bank_bin}"
        case UpiFields():
            return f"{fields.pa}, {fields.pn}, {fields.am} {fields.cu}"
        case _:
            return "see its fields"


def main() -> None:
    """Print what each code is."""
    for scanned in sys.argv[1:] or SCANNED:
        print(scanned if len(scanned) < 60 else scanned[:59] + "…")
        try:
            networks = khqr.identify(scanned)
        except khqr.DecodeError:
            print("  not a code to pay")
            continue
        for network in networks:
            if isinstance(network, Unknown):
                print(f"  unknown network {network.guid} in object {network.path}")
            elif not network.pays:
                print(f"  {network.description.title}: proves a payment, cannot be paid")
            else:
                print(f"  {network.description.title}: {payee(network.fields)}")
        report = khqr.check(scanned)
        print(f"  {'sound' if report.ok else report.errors[0]} by the rules of {report.profile}")


if __name__ == "__main__":
    main()
