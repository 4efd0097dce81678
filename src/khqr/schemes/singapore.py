"""Singapore: PayNow, the SGQR envelope, NETS, and Liquid's template inside SGQR.

[second-hand] MAS, *SGQR specification*, through the sample of a parser and public guides.
[observed] in 12 codes; NETS and Liquid are only observed. [unverified] Whether Liquid's template
is what the link with Bakong (RoamQR) uses, and how the digits of a PayNow expiry are read.
"""

from __future__ import annotations

from .description import Presence, Scheme
from .fields import EmvFields
from .rows import day, flag, text

__all__ = ["SCHEMES", "LiquidFields", "NetsFields", "PayNowFields", "SgqrFields"]

_SOURCE = "MAS, SGQR specification (second-hand)"
_PRESENCE = (Presence(required="01 52 59 60"),)


class PayNowFields(EmvFields):
    """What a PayNow template says; the expiry is as written, of 8, 12 or 14 digits."""

    __slots__ = ()

    proxy_type = text("*.01", "N", 1, 1, presence="M", pattern="[02]")
    proxy = text("*.02", "ans", presence="M")
    editable = flag("*.03")
    expiry = text("*.04", "N", 8, 14, pattern="[0-9]{8}|[0-9]{12}|[0-9]{14}")
    reference = text("*.05", "ans")


class SgqrFields(EmvFields):
    """What the SGQR envelope says."""

    __slots__ = ()

    sgqr_id = text("*.01", "ans", 12, 13, presence="M")
    version = text("*.02", "ans", presence="M")
    postal = text("*.03", "N", 6)
    level = text("*.04", "ans")
    unit = text("*.05", "ans")
    miscellaneous = text("*.06", "S")
    version_date = day("*.07")


class NetsFields(EmvFields):
    """What a NETS template says: version digit, UEN and expiry stand in one text."""

    __slots__ = ()

    version_uen_expiry = text("*.01", presence="M")
    merchant_id = text("*.02")
    terminal_id = text("*.03")
    editable = flag("*.09")
    signature = text("*.99")


class LiquidFields(EmvFields):
    """What Liquid's template says."""

    __slots__ = ()

    alliance = text("*.01", presence="M")
    id = text("*.02")
    kind = text("*.03")


def _scheme(
    name: str, title: str, guid: str, usual: str, fields: type[EmvFields], *, envelope: bool
) -> Scheme:
    return Scheme(
        name=name,
        title=title,
        source=_SOURCE if envelope else "public SGQR codes (observed)",
        grade="second-hand" if envelope else "observed",
        country="SG",
        currencies=("702",),
        guids=(guid,),
        usual=usual,
        companions={"01": "com.lqdpalliance.www"} if name == "liquid" else {},
        fields=fields,
        presence=_PRESENCE,
    )


SCHEMES = (
    _scheme("paynow", "PayNow", "sg.paynow", "26, 36", PayNowFields, envelope=True),
    _scheme("sgqr", "SGQR", "sg.sgqr", "51", SgqrFields, envelope=True),
    _scheme("nets", "NETS", "sg.com.nets", "26, 33", NetsFields, envelope=False),
    _scheme("liquid", "Liquid", "a0000007620001", "27", LiquidFields, envelope=False),
)
