"""From a picture to what it pays, with both readers, and with a reason where it does not work.

Run it with `python examples/read_photo.py [PICTURE ...]`; it needs the extras ``image``, ``scan``
and ``zbar``. Without a picture it draws one, turns it, and reads it back.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

import khqr
from khqr.image import scan, symbol


def turned_picture() -> bytes:
    """Return a PNG of a code that lies askew on a grey table."""
    payload = khqr.encode(
        khqr.Individual(
            bakong_account_id="demo_user@devb",
            merchant_name="Demo User",
            language_preference="km",
            merchant_name_alternate_language="ហាងសាកល្បង",
        )
    )
    with Image.open(io.BytesIO(symbol.png(payload))) as drawn:
        picture = drawn.convert("L").rotate(17, expand=True, fillcolor=190)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def read(name: str, picture: bytes) -> None:
    """Print what the only KHQR of a picture says, once both readers agree on it."""
    try:
        texts = {scan(picture, engine=engine).text for engine in ("zxing", "pyzbar")}
    except khqr.ScanError as problem:
        print(f"{name}: {problem.reason}: {problem}")
        return
    if len(texts) > 1:
        print(f"{name}: the readers disagree, do not pay it")
        return
    payload = texts.pop()
    code = khqr.decode(payload)
    print(f"{name}: {code.merchant_name} ({code.bakong_account_id})")
    print(f"  also known as {code.merchant_name_alternate_language or '-'}")
    print(f"  amount {code.amount or 'of your choice'} {code.currency}")
    print(f"  {khqr.check(payload)}")


def main() -> None:
    """Read the pictures that are named, or one of its own."""
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            read(name, Path(name).read_bytes())
        return
    read("drawn and turned", turned_picture())
    blank = io.BytesIO()
    Image.new("L", (300, 300), "white").save(blank, "PNG")
    read("a white sheet", blank.getvalue())


if __name__ == "__main__":
    main()
