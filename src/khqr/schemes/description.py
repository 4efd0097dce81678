"""What is known of a scheme, declared once: identifiers, fields, presence, and what it relaxes.

A new scheme is one more value of `Scheme`; recognising, typing, checking and the page of schemes
in the documentation read it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..emv.dictionary import ROOT, Dictionary
from ..emv.profile import Relaxation
from ..errors import Finding, Severity
from .fields import EmvFields, Fields

__all__ = ["Grade", "Parameters", "Presence", "Scheme", "accept", "accept_all", "warn_at"]

Grade = Literal["spec", "second-hand", "observed", "unverified"]
"""How a thing is known: read in the owner's text; quoted by others; seen in codes with a right
CRC; not confirmed."""


Parameters = Sequence[tuple[str, str]]
"""Names and texts of a link or a barcode, in their order, repeated ones twice."""


class Presence(NamedTuple):
    """What must stand under the root beside what EMVCo asks for, as IDs in one text each.

    Attributes:
        required: an absent one is an error.
        advised: an absent one is a warning.
        optional: EMVCo asks for it, the scheme does not.
        only_if: a path inside the scheme's template and the value with which this goes; the
            first that fits counts, so the one without condition stands last.
    """

    required: str = ""
    advised: str = ""
    optional: str = ""
    only_if: tuple[str, str] | None = None

    def severities(self) -> dict[str, Severity | None]:
        """Return how grave the absence of each ID is.

        >>> Presence(required="01", optional="52 59").severities()["52"] is None
        True
        """
        return {
            **dict.fromkeys(self.optional.split(), None),
            **dict.fromkeys(self.advised.split(), Severity.WARNING),
            **dict.fromkeys(self.required.split(), Severity.ERROR),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scheme:
    """A scheme of payment codes.

    Attributes:
        name: the stable name, which is also that of its profile.
        title: the name for people.
        source: where the table comes from.
        grade: how well that source is known.
        country: ISO 3166-1 code, or None for a scheme of no one country.
        currencies: numbers of ISO 4217 that its codes carry; empty for any.
        guids: identifiers in object 00 of a template, casefolded.
        usual: the tags it was seen in, for people; nothing is recognised by them.
        companions: by sub-object, what must stand beside the identifier, casefolded.
        primitives: IDs among 02 to 25 that EMVCo, or the scheme, gives to it.
        primitives_in: the country whose codes alone use those IDs so.
        data_guids: identifiers that mark data of the scheme and no network.
        fields: its table.
        exactly_one: names of fields of which a code has one.
        unexpected: paths that must be absent.
        presence: what must stand under the root; none for EMVCo's own rules.
        severities: by finding code, what the scheme makes of it.
        exponents: decimals of a currency (by number) as its codes are written.
        dictionary: EMVCo's objects as the scheme reads them.
        opened: paths of values that are templates though EMVCo does not say so; ``*`` is the
            template of the scheme.
        opaque: IDs whose value stays text, whatever it looks like.
        data_tags: IDs of its own data, whose 00 identifies nobody.
        hosts: whether the scheme sets the rules of a whole code, or is a guest in others.
        pays: whether money can be sent with it.
        reads: for a text that is no EMVCo code: returns its parameters, or None.
    """

    name: str
    title: str
    source: str
    grade: Grade
    country: str | None = None
    currencies: tuple[str, ...] = ()
    guids: tuple[str, ...] = ()
    usual: str = ""
    companions: Mapping[str, str] = field(default_factory=dict)
    primitives: tuple[str, ...] = ()
    primitives_in: str | None = None
    data_guids: tuple[str, ...] = ()
    fields: type[Fields] = EmvFields
    exactly_one: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    presence: tuple[Presence, ...] = ()
    severities: Mapping[str, Relaxation] = field(default_factory=dict)
    exponents: Mapping[str, int] = field(default_factory=dict)
    dictionary: Dictionary = ROOT
    opened: tuple[str, ...] = ()
    opaque: frozenset[str] = frozenset()
    data_tags: frozenset[str] = frozenset()
    hosts: bool = True
    pays: bool = True
    reads: Callable[[str], Parameters | None] | None = None

    def __reduce__(self) -> tuple[Callable[[str], Scheme], tuple[str]]:
        return _named, (self.name,)


def _named(name: str) -> Scheme:
    """Return a scheme of the registry: a copy of one is the same."""
    from .registry import BY_NAME

    return BY_NAME[name]


def accept(*values: str) -> Relaxation:
    """Return the relaxation that finds nothing wrong with ``values``."""

    def judge(finding: Finding, value: str) -> Severity | None:
        return None if value in values else finding.severity

    return judge


def warn_at(*paths: str) -> Relaxation:
    """Return the relaxation that makes a finding a warning at ``paths``."""

    def judge(finding: Finding, _value: str) -> Severity | None:
        return Severity.WARNING if finding.path in paths else finding.severity

    return judge


def accept_all(_finding: Finding, _value: str) -> None:
    """Find nothing wrong."""
