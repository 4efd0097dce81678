"""Which objects may say who somebody is. What no table knows to be harmless is personal."""

from __future__ import annotations

import re

from ..emv.dictionary import ADDITIONAL_DATA, LANGUAGE_TEMPLATE, ROOT

__all__ = ["AMOUNTS", "inner_objects", "is_network", "is_personal", "personal_length"]

AMOUNTS = frozenset({"54", "56"})
"""Objects that hold an amount of money; kept, unless the caller wants them replaced."""

_KEPT: dict[str, int] = {
    f"{template}{object_id}": dictionary.entry(object_id).maximum
    for template, dictionary, kept in (
        ("", ROOT, ("00", "01", "52", "53", *AMOUNTS, "55", "57", "58", "63")),
        ("62.", ADDITIONAL_DATA, ("09", "11")),
        ("64.", LANGUAGE_TEMPLATE, ("00",)),
    )
    for object_id in kept
}
"""Objects whose values come from a short list, or say only what the payment is like, and how
long such a value is."""

_TIMES = frozenset({"99.00", "99.01"})
_MILLISECONDS = re.compile(r"[0-9]{13}")

_KEPT_BY_NETWORK: dict[str, frozenset[str]] = {
    network: frozenset(kept.split())
    for network, kept in {
        "a000000727": "02",
        "a0000006150001": "01",
        "a005266284662577": "01 02",
        "sg.paynow": "01 03 04",
        "sg.sgqr": "02 07",
        "ph.ppmi.p2m": "01 05",
        "com.p2pqrpay": "01 02",
        "id.co.qris.www": "03",
        "id.or.gpnqr.www": "03",
        "hk.com.hkicl": "01 05 06",
    }.items()
}
"""Inside the template of a network: what is a code of a bank, a type, a version or a time."""

_INNER: dict[tuple[str, str], frozenset[str]] = {
    ("a000000727", "01"): frozenset({"00"}),
    ("", "00"): frozenset({"00", "01"}),
}
"""Values that are made of objects although EMVCo does not say so, and what is kept of them: the
bank and account of VietQR, and the reference of a Thai slip."""

_AID = re.compile(r"[A-F][0-9A-F]{9,31}", re.IGNORECASE)
_UUID = re.compile(r"(?=[0-9]*[A-F])[0-9A-F]{32}", re.IGNORECASE)
_REVERSED_DOMAIN = re.compile(
    r"(?:[a-z]{2}|com|org|net|int)(?:\.[a-z0-9][a-z0-9-]*)+", re.IGNORECASE
)
_BANK = re.compile(r"[a-z]{4}", re.IGNORECASE)


def is_personal(path: str, guid: str = "", value: str = "") -> bool:
    """Whether the object at ``path`` may say who somebody is.

    Args:
        path: dotted IDs, such as ``62.01``.
        guid: the globally unique identifier of the template that it stands in.
        value: its value; one too long for what is expected is personal.

    Source: library policy.

    >>> is_personal("59"), is_personal("52"), is_personal("38.02", "A000000727")
    (True, False, False)
    """
    parent, _, object_id = path.rpartition(".")
    if path in _KEPT:
        return len(value) > _KEPT[path]
    if path in _TIMES:
        return _MILLISECONDS.fullmatch(value) is None
    if object_id == "00" and parent:
        return not is_network(value)
    return object_id not in _KEPT_BY_NETWORK.get(guid.casefold(), ())


def is_network(guid: str) -> bool:
    """Whether a globally unique identifier names a network: an AID, a UUID or a domain.

    >>> is_network("A000000727"), is_network("sg.paynow"), is_network("demo_user@devb")
    (True, True, False)
    """
    return any(shape.fullmatch(guid) for shape in (_AID, _UUID, _REVERSED_DOMAIN))


def inner_objects(guid: str, object_id: str) -> frozenset[str] | None:
    """Return which objects inside a value are kept, or None if it is not made of objects.

    >>> inner_objects("A000000727", "01"), inner_objects("sg.paynow", "02")
    (frozenset({'00'}), None)
    """
    return _INNER.get((guid.casefold(), object_id))


def personal_length(account: str) -> int:
    """Return how many characters at the beginning of an account are personal.

    The bank behind the ``@`` of a Bakong account takes part in the system under a public code of
    four letters. It is kept, unless it repeats the name before it.

    >>> personal_length("demo_user@devb"), personal_length("demo.user@example.com")
    (9, 21)
    """
    name, _, bank = account.rpartition("@")
    repeated = len(name) > 2 and name.casefold() in bank.casefold()
    if not name or repeated or _BANK.fullmatch(bank) is None:
        return len(account)
    return len(name)
