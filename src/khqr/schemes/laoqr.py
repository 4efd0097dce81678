"""LAOQR of LAPNet, Laos.

[observed] in nine codes, names of fields from configuration files of banks; no specification is
public. [unverified] What the payment types mean: ``001`` stands on codes without merchant data,
``002`` on merchant codes.
"""

from __future__ import annotations

from .description import Presence, Scheme, warn_at
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "LaoQRFields"]


class LaoQRFields(EmvFields):
    """What a LAOQR says; many merchant codes have a UnionPay account beside."""

    __slots__ = ()

    iin = text("*.01", "N", 8, presence="M")
    payment_type = text("*.02", "N", 3, presence="M")
    receiver_id = text("*.03", "ans", 1, 25, presence="M")
    unionpay_account = text("15")


SCHEMES = (
    Scheme(
        name="laoqr",
        title="LAOQR",
        source="public codes (observed)",
        grade="observed",
        country="LA",
        currencies=("418",),
        guids=("a005266284662577",),
        usual="38",
        fields=LaoQRFields,
        presence=(
            Presence(required="01 52 59", advised="60", only_if=("*.02", "002")),
            Presence(required="01", optional="52 59 60"),
        ),
        severities={"consumer-data.value": warn_at("62.09")},
        exponents={"418": 0},
    ),
)
