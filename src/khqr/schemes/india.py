"""India: Bharat QR, and the links of UPI, which are no EMVCo codes.

[observed] Bharat QR in six codes. [second-hand] The links: NPCI, *Linking Specification* 1.6 of
November 2017; ``mode``, ``orgid``, ``purpose`` and ``sign`` are observed. [unverified] Object 28
of Bharat QR.
"""

from __future__ import annotations

from urllib.parse import unquote, unquote_plus

from .description import Parameters, Presence, Scheme
from .fields import EmvFields, Fields
from .rows import money, text

__all__ = ["SCHEMES", "BharatQRFields", "UpiFields", "read_upi"]


class BharatQRFields(EmvFields):
    """What a Bharat QR says. The numbers in 02 to 08 belong to cards: never show or log them.

    Two templates have the same identifier and different content; here alone the number of the
    template says which.
    """

    __slots__ = ()

    visa = text("02", "N")
    mastercard = text("04", "N")
    rupay = text("06", "N")
    ifsc_account = text("08", "ans", 12, 99)
    vpa = text("26*.01", "ans", pattern="[^@]+@[^@]+")
    minimum_amount = money("26*.02")
    reference = text("27*.01")
    link = text("27*.02")


class UpiFields(Fields):
    """What a link of UPI says, by the names of its parameters. No CRC guards it."""

    __slots__ = ()

    pa = text("pa", "S", presence="M", pattern="[^@]+@[^@]+")
    pn = text("pn", "S")
    mc = text("mc", "N", 0, 4)
    tid = text("tid", "S")
    tr = text("tr", "S")
    tn = text("tn", "S")
    am = money("am", optional=True)
    mam = money("mam", optional=True)
    cu = text("cu", "ans", 0, 3, pattern="INR|")
    url = text("url", "S", 1, 4096)
    mode = text("mode", "S")
    orgid = text("orgid", "S")
    purpose = text("purpose", "S")
    sign = text("sign", "S", 1, 4096)


_BEGINNING = "upi://pay?"


def read_upi(text_: str) -> Parameters | None:
    """Return the parameters of a link of UPI, or None for any other text.

    A plus sign stands for a space but in ``sign``, which is base64.

    >>> read_upi("upi://pay?pa=demo.shop@example&pn=DEMO%20SHOP&am=")
    [('pa', 'demo.shop@example'), ('pn', 'DEMO SHOP'), ('am', '')]
    """
    if text_[: len(_BEGINNING)].lower() != _BEGINNING:
        return None
    found = []
    for part in text_[len(_BEGINNING) :].partition("#")[0].split("&"):
        name, equals, value = part.partition("=")
        if name or equals:
            decode = unquote if name == "sign" else unquote_plus
            found.append((unquote_plus(name), decode(value)))
    return found


SCHEMES = (
    Scheme(
        name="bharatqr",
        title="Bharat QR",
        source="public codes (observed)",
        grade="observed",
        country="IN",
        currencies=("356",),
        guids=("a000000524",),
        usual="26, 27, 28",
        primitives=("06", "08"),
        primitives_in="IN",
        fields=BharatQRFields,
        presence=(Presence(required="01 52 59 60", advised="61"),),
    ),
    Scheme(
        name="upi_uri",
        title="UPI link",
        source="NPCI, Linking Specification 1.6 (second-hand)",
        grade="second-hand",
        country="IN",
        currencies=("356",),
        fields=UpiFields,
        reads=read_upi,
    ),
)
