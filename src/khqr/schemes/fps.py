"""FPS in the common QR code of Hong Kong (HKQR).

[second-hand] HKMA, *Common QR Code Specification* 1.0 and *FPS QR* 1.2 of February 2019.
[observed] in six codes. [unverified] How the digits of the time-out are read, and what 06 is.
"""

from __future__ import annotations

from .description import Presence, Scheme, warn_at
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "FpsFields"]


class FpsFields(EmvFields):
    """What an FPS code says: the payee by FPS number, mobile or e-mail."""

    __slots__ = ()

    clearing_code = text("*.01", "N", 3)
    fps_id = text("*.02", "N", 7, 9, pattern="[0-9]{7}|[0-9]{9}")
    mobile = text("*.03", "ans", pattern=r"\+[0-9]+-[0-9]+")
    email = text("*.04", "ans", pattern="[^@]+@[^@]+")
    timeout = text("*.05", "N", 12)
    flag = text("*.06", "ans")


SCHEMES = (
    Scheme(
        name="fps",
        title="FPS (HKQR)",
        source="HKMA, Common QR Code Specification 1.0 (second-hand)",
        grade="second-hand",
        country="HK",
        currencies=("344", "156"),
        guids=("hk.com.hkicl",),
        usual="26",
        fields=FpsFields,
        presence=(Presence(required="01 52 59 60"),),
        severities={"tlv.length-zero": warn_at("62")},
    ),
)
