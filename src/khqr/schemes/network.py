"""A network that a code can be paid through, with what the code says to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..emv.catalogue import Locator
from ..emv.payload import Payload
from ..errors import DecodeError
from .description import Scheme
from .fields import Fields
from .findings import scheme_finding
from .recognise import Sighting, recognise, view

__all__ = ["Network", "Unknown"]

_STRANGER = Scheme(
    name="unknown", title="Unknown network", source="no document", grade="unverified", hosts=False
)

Source = Payload | tuple[tuple[str, str], ...]
"""The code itself, or the parameters of a link."""


@dataclass(frozen=True, slots=True)
class Network:
    """One network in a code.

    Attributes:
        description: all that is known of the scheme.
        identifier: the identifier as written; empty where the number of the object says it.
        object_path: the ID of the object; the first, where there are several. Empty for a link.

    >>> from khqr import identify
    >>> (network,) = identify(
    ...     "00020101021138560010A0000007270126000699999901120000000000010208QRIBFTTA"
    ...     "53037045802VN6304A185")
    >>> network.scheme, network.country, network.object_path, network.fields["38"]["02"]
    ('vietqr', 'VN', '38', 'QRIBFTTA')
    """

    description: Scheme = field(repr=False)
    identifier: str
    object_path: str
    _own: tuple[str, ...] = field(repr=False)
    _source: Source = field(repr=False)

    @property
    def scheme(self) -> str:
        """The stable name of the scheme; ``unknown`` for an identifier that is not known."""
        return self.description.name

    @property
    def country(self) -> str | None:
        """The country of the scheme, ISO 3166-1; None for one of no single country."""
        return self.description.country

    @property
    def pays(self) -> bool:
        """Whether money can be sent; a slip only proves that it was."""
        return self.description.pays

    @property
    def fields(self) -> Fields:
        """What the code says, by the table of the scheme.

        Raises:
            DecodeError: if something in the code occurs twice, as choosing one could redirect
                money.
        """
        table, source = self.description.fields, self._source
        if isinstance(source, Payload):
            sightings = recognise(source.objects)
            _refuse_repeated(source, sightings)
            written = view(source.objects, sightings)
            return table(written, self._own, self.identifier.lower())
        named = dict(source)
        if len(named) < len(source):
            names = [name for name, _ in source]
            again = next(name for name in named if names.count(name) > 1)
            message = f"{again} is there more than once"
            code = "scheme.field.repeated"
            finding = scheme_finding(code, again, message, self.description, Locator(""), 0)
            raise DecodeError("the link is ambiguous", [finding])
        return table({**named})

    def __repr__(self) -> str:
        return (
            f"Network(scheme={self.scheme!r}, country={self.country!r}, "
            f"object_path={self.object_path!r})"
        )


def _refuse_repeated(payload: Payload, sightings: list[Sighting]) -> None:
    """Raise if an object occurs twice at a level that the fields show."""
    opaque = {tag for one in sightings if one.scheme for tag in one.scheme.opaque}
    shown = [item.objects for item in payload if item.id not in opaque and item.fault is None]
    for level in (payload.objects, *shown):
        seen: set[str] = set()
        for item in level:
            if item.id in seen:
                message = f"object {item.path} occurs again, expected once"
                finding = Locator(str(payload)).finding(
                    "tlv.duplicate-id", item.path, item.offset, message
                )
                raise DecodeError("the payload is ambiguous", [finding])
            seen.add(item.id)


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Unknown(Network):
    """A network whose identifier no scheme here has.

    >>> from khqr import identify
    >>> identify("00020126280015com.example.pay0105M000163040000")
    (Unknown(guid='com.example.pay', path='26'),)
    """

    __match_args__ = ("guid", "path")

    def __init__(self, guid: str, path: str, source: Source = ()) -> None:
        values = (_STRANGER, guid, path, (path,), source)
        names = ("description", "identifier", "object_path", "_own", "_source")
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type[Unknown], tuple[str, str, Source]]:
        return Unknown, (self.guid, self.path, self._source)

    @property
    def guid(self) -> str:
        """The identifier, as written."""
        return self.identifier

    @property
    def path(self) -> str:
        """The ID of the object in which it stands."""
        return self.object_path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Unknown):
            return NotImplemented
        return (self.guid, self.path) == (other.guid, other.path)

    def __hash__(self) -> int:
        return hash((self.guid, self.path))

    def __repr__(self) -> str:
        return f"Unknown(guid={self.guid!r}, path={self.path!r})"
