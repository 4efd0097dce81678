"""The main job on real input: build, explain, draw, scan back, decode and verify a code.

Then three codes are read as banks print them.

Run it with `make demo`, or `python examples/demo.py [FOLDER]`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import khqr
from khqr.cli.explain import explain
from khqr.image import card, scan, symbol

AT_THE_TILL = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

CODES = {
    "riel": khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name="Demo Coffee",
        merchant_id="000123",
        acquiring_bank="Dev Bank",
        amount=4100,
        bill_number="INV-1021",
        language_preference="km",
        merchant_name_alternate_language="ហាងសាកល្បង",
        merchant_city_alternate_language="ភ្នំពេញ",
    ),
    "dollar": khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name="Demo Coffee",
        merchant_id="000123",
        acquiring_bank="Dev Bank",
        currency=khqr.USD,
        amount="1.50",
        store_label="Main",
        terminal_label="POS-1",
    ),
}

AS_BANKS_PRINT_THEM = {
    "a static code with the bank's own objects": (
        "00020101021130510016abaakhppxxx@abaa01150000000000000010208ABA Bank5204599953038405802KH"
        "5909DEMO SHOP6010PHNOM PENH624168370010PAYWAY@ABA010700000010208000000026304CC45"
    ),
    "an amount without expiry, objects out of order": (
        "00020101021229360009khqr@aclb01090000000010206ACLEDA392000118550000000001011520420005802KH"
        "530384054045.005909DEMO USER6010Phnom Penh621502118550000000063041F00"
    ),
    "a Khmer name where EMVCo wants ASCII, and two currencies": (
        "00020101021129380009khqr@aclb0111000000000010206ACLEDA391300042CCY01018520459995802KH"
        "53031165910ហាងសាកល្បង6010PHNOM PENH6215021185500000000630438FB"
    ),
}


def main() -> None:
    """Show each step, and stop at the first that does not hold."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output")
    folder.mkdir(exist_ok=True)
    for name, code in CODES.items():
        print(f"\n━━━ A merchant code in {name}\n")
        payload = khqr.encode(code, at=AT_THE_TILL, expires_in=timedelta(minutes=10))
        print(payload, "\n")
        print(explain(payload))
        print(f"\nmd5, the key to look the payment up: {khqr.md5(payload)}\n")
        svg, png = folder / f"{name}.svg", folder / f"{name}.png"
        svg.write_text(symbol.svg(payload), encoding="utf-8")
        png.write_bytes(symbol.png(payload))
        print(symbol.terminal(payload))
        for engine in ("zxing", "pyzbar"):
            text = scan(png, engine=engine).text
            if text != payload or not khqr.verify(text):
                raise SystemExit(f"{png}: {engine} reads another text")
            print(f"{png}: scanned back with {engine}, CRC right")
        shown = folder / f"{name}-card.png"
        card.make(payload, language="km").save(shown)
        if scan(shown).text != payload:
            raise SystemExit(f"{shown} reads another text")
        print(f"{shown}: the card of it, scanned back too")
        back = khqr.decode(scan(png).text)
        if (back.amount, back.merchant_name) != (code.amount, code.merchant_name):
            raise SystemExit(f"{png} decodes to another code: {back}")
        print(f"decoded: {back.merchant_name}, {back.amount} {back.currency}; also {svg}")
    for what, payload in AS_BANKS_PRINT_THEM.items():
        print(f"\n━━━ As banks print them: {what}\n")
        found = khqr.decode(payload)
        amount = "any amount" if found.amount is None else f"{found.amount:f}"
        print(f"{type(found).__name__} {found.merchant_name}, paid at {found.bakong_account_id}")
        print(f"{amount} {found.currency}, {found.acquiring_bank}, {found.merchant_city}")
        print(khqr.check(payload))


if __name__ == "__main__":
    main()
