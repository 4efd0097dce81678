"""What objects are called beyond EMVCo's own names: one namer for each family of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..emv.dictionary import ROOT, Dictionary
from ..emv.payload import Payload
from ..fields import FIELDS_BY_PATH
from ..schemes.fields import EmvFields
from ..schemes.recognise import recognise
from ..schemes.registry import BY_NAME

__all__ = ["NAMERS", "dictionary_of", "names", "opened_paths"]

Namer = Callable[[Payload, str], Mapping[str, str]]
"""From a payload, and the profile that judges it, to the names of its objects by their paths."""

_KINDS = {"29": "individual", "30": "merchant"}


def _networks(payload: Payload, _: str) -> Mapping[str, str]:
    """Return what the schemes of the networks in a code call their objects."""
    found: dict[str, str] = {}
    for scheme, identifier, path, own in recognise(payload.objects):
        if scheme is None:
            continue
        if path >= "26":
            found |= dict.fromkeys(own, f"Merchant Account Information Template: {scheme.title}")
        said = scheme.fields({}, own, identifier.lower())
        for name, row in said.rows.items():
            place = said.place(row.path)
            if place and "." in place and said.applies(row) and name not in EmvFields.rows:
                found[place] = _title(name)
    return found


def _title(attribute: str) -> str:
    return f"{attribute.replace('_', ' ').capitalize()} ".replace(" id ", " ID ").strip()


def _khqr(_: Payload, profile: str) -> Mapping[str, str]:
    """Return the names of the NBC's fields, which are not those of EMVCo inside templates."""
    if profile != "khqr":
        return {}
    fields = {path: field.attribute for path, field in FIELDS_BY_PATH.items() if "." in path}
    titles = {path: _title(attribute) for path, attribute in fields.items()}
    kinds = {
        path: f"Merchant Account Information Template: {kind}" for path, kind in _KINDS.items()
    }
    return kinds | titles


NAMERS: tuple[Namer, ...] = (_networks, _khqr)
"""Who is asked for names; of two that know an object, the later one is believed."""


def names(payload: Payload, profile: str) -> dict[str, str]:
    """Return the names of objects by their paths; what is not in it has EMVCo's name.

    >>> from khqr.emv.payload import parse
    >>> names(parse("000201"), "khqr")["29.00"]
    'Bakong account ID'
    """
    return {path: name for namer in NAMERS for path, name in namer(payload, profile).items()}


def dictionary_of(profile: str) -> Dictionary:
    """Return the objects as the scheme of a profile reads them, EMVCo's for any other.

    >>> dictionary_of("thaislip").entry("91").name, dictionary_of("emvco").entry("91").name
    ('CRC', 'Unreserved Template')
    """
    return BY_NAME[profile].dictionary if profile in BY_NAME else ROOT


def opened_paths(payload: Payload) -> frozenset[str]:
    """Return the paths of values that are templates though EMVCo does not say so.

    >>> from khqr.emv.payload import parse
    >>> sorted(opened_paths(parse("00020138140010A000000727")))
    ['38.01']
    """
    return frozenset(
        path.replace("*", tag)
        for scheme, _, _, own in recognise(payload.objects)
        if scheme is not None
        for path in scheme.opened
        for tag in own
    )
