"""EMVCo consumer-presented mode: a customer shows a code and the shop scans it.

The text of the symbol is Base64 around BER-TLV and holds the number of a card. It is masked in
every ``repr``, ``str`` and finding; `Concealed.reveal` gives it in clear.
"""

from __future__ import annotations

from .ber import BerObject, template
from .code import Application, ConsumerCode, Track2
from .concealed import Concealed
from .reader import check, decode, encode, is_consumer_code

__all__ = [
    "Application",
    "BerObject",
    "Concealed",
    "ConsumerCode",
    "Track2",
    "check",
    "decode",
    "encode",
    "is_consumer_code",
    "template",
]
