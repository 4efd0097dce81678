"""KHQR, the payment QR of Cambodia's Bakong: build, encode, decode, check and amend it.

The names below are the whole face of the library; `khqr.image`, `khqr.nbc`, `khqr.schemes` and
`khqr.testing` are imported by name. A name is loaded when it is first used, so that importing the
package costs almost nothing.

>>> import khqr
>>> code = khqr.Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User")
>>> payload = khqr.encode(code)
>>> khqr.decode(payload) == code
True
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .anonymiser import anonymise
    from .checks import Report, check
    from .codec import amend, decode, encode, md5, verify
    from .currency import KHR, USD, Currency
    from .emv import DataObject, Payload, parse
    from .errors import (
        DecodeError,
        EncodeError,
        Finding,
        KhqrError,
        MissingDependency,
        ScanError,
        Severity,
    )
    from .model import Individual, Merchant
    from .schemes import Network, identify

__all__ = [
    "KHR",
    "USD",
    "Currency",
    "DataObject",
    "DecodeError",
    "EncodeError",
    "Finding",
    "Individual",
    "KhqrError",
    "Merchant",
    "MissingDependency",
    "Network",
    "Payload",
    "Report",
    "ScanError",
    "Severity",
    "amend",
    "anonymise",
    "check",
    "decode",
    "encode",
    "identify",
    "md5",
    "parse",
    "verify",
]

__version__ = "0.1.0"

_HOME = {
    "anonymise": "anonymiser",
    **dict.fromkeys(("Report", "check"), "checks"),
    **dict.fromkeys(("amend", "decode", "encode", "md5", "verify"), "codec"),
    **dict.fromkeys(("KHR", "USD", "Currency"), "currency"),
    **dict.fromkeys(("DataObject", "Payload", "parse"), "emv"),
    **dict.fromkeys(("Individual", "Merchant"), "model"),
    **dict.fromkeys(("Network", "identify"), "schemes"),
    **dict.fromkeys(
        (
            "DecodeError",
            "EncodeError",
            "Finding",
            "KhqrError",
            "MissingDependency",
            "ScanError",
            "Severity",
        ),
        "errors",
    ),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    room = _HOME.get(name)
    if room is None:
        raise AttributeError(f"module 'khqr' has no attribute {name!r}")
    value = getattr(import_module(f"khqr.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
