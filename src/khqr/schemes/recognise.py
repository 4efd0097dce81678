"""Which networks stand in the objects of a code: one walk of the root, by identifiers.

EMVCo gives 02 to 25 to networks by number; everywhere else the number of an object says nothing,
and the identifier inside it says all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..emv.tree import DataObject
from .description import Scheme
from .fields import Written, written
from .registry import BY_GUID, BY_PRIMITIVE, DATA_GUIDS, KHQR, TEXTS, WEAK
from .thai_slip import SLIP, is_slip

__all__ = ["Sighting", "host_of", "recognise", "recognised_text", "view"]


class Sighting(NamedTuple):
    """A network, and where it was seen.

    Attributes:
        scheme: what is known of it, or None where the identifier is unknown.
        identifier: as written; empty for an object that needs none.
        path: the first object of it.
        own: every object of it, in payload order.
    """

    scheme: Scheme | None
    identifier: str
    path: str
    own: tuple[str, ...]


def recognise(objects: tuple[DataObject, ...]) -> list[Sighting]:
    """Return the networks in payload order, each scheme once, at its first object."""
    found: dict[str, Sighting] = {}
    weak = False
    for item in objects:
        object_id = item.id
        if item.objects:
            if object_id >= "80" or "26" <= object_id <= "51":
                for child in item.objects:
                    if child.id == "00" and child.value:
                        _see(found, _scheme_of(child.value, item), child.value, object_id)
        elif object_id in BY_PRIMITIVE:
            _see(found, BY_PRIMITIVE[object_id], "", object_id)
        elif object_id in WEAK:
            weak = True
    if not found and is_slip(objects):
        return [Sighting(SLIP, _slip_variant(objects), "00", ("00",))]
    sightings = list(found.values())
    if weak:
        sightings += _weak(objects, found)
        order = {item.id: index for index, item in reversed(list(enumerate(objects)))}
        sightings.sort(key=lambda sighting: order[sighting.path])
    if any(sighting.scheme is None for sighting in sightings):
        data = {tag for one in sightings if one.scheme for tag in one.scheme.data_tags}
        sightings = [one for one in sightings if one.scheme or one.path not in data]
    return sightings


def _scheme_of(guid: str, item: DataObject) -> Scheme | None:
    # Letters beyond ASCII that fold to ASCII ones would give a stranger another's identifier.
    scheme = BY_GUID.get(guid.lower()) if guid.isascii() else None
    if scheme is None:
        return KHQR if "@" in guid and item.id <= "51" else None
    for sub_id, value in scheme.companions.items():
        if not any(one.id == sub_id and one.value.lower() == value for one in item.objects):
            return None
    return scheme


def _see(
    found: dict[str, Sighting], scheme: Scheme | None, identifier: str, object_id: str
) -> None:
    if scheme is None:
        if not (identifier.isascii() and identifier.lower() in DATA_GUIDS):
            key = f"{object_id} {identifier}"
            found[key] = Sighting(None, identifier, object_id, (object_id,))
        return
    before = found.get(scheme.name)
    if before is None:
        found[scheme.name] = Sighting(scheme, identifier, object_id, (object_id,))
    else:
        own = (*before.own, object_id)
        found[scheme.name] = before._replace(identifier=before.identifier or identifier, own=own)


def _weak(objects: tuple[DataObject, ...], found: dict[str, Sighting]) -> Iterable[Sighting]:
    country = next((item.value for item in objects if item.id == "58"), "")
    seen: dict[str, Sighting] = {}
    for item in objects:
        scheme = WEAK.get(item.id)
        if scheme and scheme.name not in found and scheme.primitives_in == country:
            _see(seen, scheme, "", item.id)
    return seen.values()


def _slip_variant(objects: tuple[DataObject, ...]) -> str:
    inside = written(objects[:1], opaque=frozenset(), opened=frozenset({"00"}))["00"]
    assert isinstance(inside, dict), "a slip's 00 was read before"
    return str(inside["00"])


def recognised_text(text: str) -> tuple[Scheme, tuple[tuple[str, str], ...]] | None:
    """Return the scheme of a text that is no EMVCo code, and its parameters, or None.

    >>> recognised_text("upi://pay?pa=demo.shop@example")[0].name
    'upi_uri'
    """
    for scheme in TEXTS:
        assert scheme.reads is not None, "these schemes read texts"
        parameters = scheme.reads(text)
        if parameters is not None:
            return scheme, tuple(parameters)
    return None


def host_of(sightings: list[Sighting], country: str | None) -> Scheme | None:
    """Return the scheme whose rules a code follows: that of its country first, or None."""
    hosts = [one.scheme for one in sightings if one.scheme is not None and one.scheme.hosts]
    return next((host for host in hosts if host.country == country), hosts[0] if hosts else None)


def view(objects: tuple[DataObject, ...], sightings: list[Sighting]) -> dict[str, Written]:
    """Return what is written in a code, its templates opened as its schemes say."""
    known = [(one.scheme, one.own) for one in sightings if one.scheme is not None]
    opened = {
        path.replace("*", own)
        for scheme, owners in known
        for path in scheme.opened
        for own in owners
    }
    opaque = frozenset(tag for scheme, _ in known for tag in scheme.opaque)
    return written(objects, opaque=opaque, opened=frozenset(opened))
