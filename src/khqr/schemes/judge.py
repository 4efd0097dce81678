"""A scheme as a profile: EMVCo's rules as the scheme relaxes them, and the rules of its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from ..emv.catalogue import Locator
from ..emv.dictionary import ROOT
from ..emv.profile import EMVCO, Profile
from ..emv.rules import Reading, examine, read
from ..errors import Finding, Severity, quote
from .description import Scheme
from .fields import EmvFields, Fields, repeats
from .findings import scheme_finding
from .recognise import Sighting, recognise, view
from .rows import SchemeField
from .thai_slip import SLIP, is_slip, slip_findings

__all__ = ["judge", "not_a_payment"]


def judge(text: str, scheme: Scheme, *, lenient: bool = False) -> list[Finding]:
    """Return every finding about ``text`` as a code of ``scheme``, in no fixed order."""
    if scheme.reads is not None:
        return list(_parameter_findings(text, scheme, lenient=lenient))
    profile = Profile(
        name=scheme.name,
        dictionary=scheme.dictionary,
        exponents=scheme.exponents,
        severities=scheme.severities,
        source=scheme.source,
    )
    reading = read(text, profile, lenient=lenient)
    slip = is_slip(reading.tree.objects)
    if slip and scheme is not SLIP:
        return [not_a_payment(reading)]
    if scheme is SLIP and not slip:
        profile = replace(profile, dictionary=ROOT)
        reading = read(text, profile, lenient=lenient)
    sightings = recognise(reading.tree.objects)
    own = next((one for one in sightings if one.scheme is scheme), None)
    fields = _fields(reading, scheme, own)
    profile = replace(profile, presence=_presence(scheme, fields))
    findings = list(slip_findings(reading) if slip else examine(reading, profile))
    if reading.walked and reading.start < reading.stop:
        said = {finding.path for finding in findings}
        findings += _Table(reading, scheme, fields, said).findings(own)
    return findings


def not_a_payment(reading: Reading) -> Finding:
    """Return the finding about a slip that is judged as a code to pay."""
    message = "this proves a payment that was made, and nobody can be paid with it"
    at = reading.start
    return scheme_finding("scheme.not-a-payment", "00", message, SLIP, reading.locator, at)


def _fields(reading: Reading, scheme: Scheme, own: Sighting | None) -> Fields:
    if own is None:
        return scheme.fields({})
    return scheme.fields(view(reading.tree.objects, [own]), own.own, own.identifier.lower())


def _presence(scheme: Scheme, fields: Fields) -> dict[str, Severity | None]:
    for variant in scheme.presence:
        if variant.only_if is None or fields.text_at(variant.only_if[0]) == variant.only_if[1]:
            return variant.severities()
    return {}


class _Table(NamedTuple):
    """What the table of a scheme says of one code; ``said`` are paths with a finding already."""

    reading: Reading
    scheme: Scheme
    fields: Fields
    said: set[str]

    def findings(self, own: Sighting | None) -> Iterator[Finding]:
        if own is None:
            if self.reading.tree.fault is None:
                message = "the code does not carry its identifier"
                yield self._absent("scheme.identifier.missing", "02-51", message)
            return
        yield from self._home()
        for name, row in self.fields.rows.items():
            if row is EmvFields.rows.get(name):  # EMVCo's rules judge it
                continue
            place = self.fields.place(row.path)
            if place is not None and self.fields.applies(row):
                yield from self._row(row, place)
        yield from self._payee(own)
        for path in self.scheme.unexpected:
            found = self.reading.first(path)
            if found is not None:
                message = f"object {path} has no place in its codes"
                yield self._finding("scheme.field.unexpected", path, message, found.offset)

    def _home(self) -> Iterator[Finding]:
        """Currency and country."""
        currency, country = self.reading.value("53"), self.reading.value("58")
        if self.scheme.currencies and currency and currency not in self.scheme.currencies:
            wanted = " or ".join(self.scheme.currencies)
            message = f"currency is {quote(currency)}, expected {wanted}"
            yield self._at("scheme.currency.other", "53", message)
        if self.scheme.country and country and country != self.scheme.country:
            message = f"country is {quote(country)}, expected {self.scheme.country}"
            yield self._at("scheme.country.other", "58", message)

    def _row(self, row: SchemeField[Any], place: str) -> Iterator[Finding]:
        written = self.fields.text_at(row.path)
        if written is None:
            around = self.reading.first(place.split(".", maxsplit=1)[0])
            if row.presence == "M" and not (around and around.fault):
                message = f"{row.name} ({place}) is missing"
                yield self._absent("scheme.field.missing", place, message)
            return
        problem = row.problem(written)
        if problem and place not in self.said:
            yield self._at("scheme.field.format", place, f"{row.name} {problem}")

    def _payee(self, own: Sighting) -> Iterator[Finding]:
        rows = [self.fields.rows[name] for name in self.scheme.exactly_one]
        named = [row for row in rows if self.fields.text_of(row) is not None]
        names = ", ".join(row.name for row in named or rows)
        if rows and not named and not self.reading.tree.fault:
            message = f"none of {names} says who is paid"
            yield self._absent("scheme.field.missing", f"{own.path}.01", message)
        if len(named) > 1:
            message = f"{names} name different payees, expected one of them"
            second = self.fields.place(named[1].path) or own.path
            yield self._at("scheme.payee.ambiguous", second, message)
        for path in self.scheme.opened:
            place = self.fields.place(path)
            value = self.reading.value(place) if place else None
            if place and value and repeats(value):
                message = f"an object inside {place} occurs again, expected once"
                yield self._at("scheme.payee.ambiguous", place, message)

    def _at(self, code: str, path: str, message: str) -> Finding:
        """Return a finding about a value; what is nested deeper than EMVCo has its parent's."""
        found = self.reading.first(path) or self.reading.first(path.rpartition(".")[0])
        assert found is not None, "what has a text stands somewhere"
        return self._finding(code, path, message, found.value_offset)

    def _absent(self, code: str, path: str, message: str) -> Finding:
        around = self.reading.first(path.rpartition(".")[0])
        return self._finding(code, path, message, around.end if around else self.reading.stop)

    def _finding(self, code: str, path: str, message: str, offset: int) -> Finding:
        return scheme_finding(code, path, message, self.scheme, self.reading.locator, offset)


def _parameter_findings(text: str, scheme: Scheme, *, lenient: bool) -> Iterator[Finding]:
    """Yield what is wrong with a link or a barcode; behind it stand no rules of EMVCo."""
    assert scheme.reads is not None, "only these schemes have parameters"
    reading, locator = read(text, EMVCO, lenient=lenient), Locator(text)
    yield from reading.edges
    if not reading.walked:
        return
    parameters = scheme.reads(text[reading.start : reading.stop])
    if parameters is None:
        message = "the text is not one of its codes"
        yield scheme_finding("scheme.identifier.missing", "", message, scheme, locator, 0)
        return
    named = dict(reversed(parameters))
    for name, times in Counter(name for name, _ in parameters).items():
        if times > 1:
            message = f"{quote(name)} is there more than once"
            yield scheme_finding("scheme.field.repeated", name, message, scheme, locator, 0)
    for row in scheme.fields.rows.values():
        grave = Severity.ERROR if row.presence == "M" or row.is_money else None
        problem = row.problem(named[row.path]) if row.path in named else ""
        code = "scheme.field.format"
        if row.path not in named and row.presence == "M":
            code, problem = "scheme.field.missing", "is missing"
        if problem:
            message = f"{row.name} {problem}"
            yield scheme_finding(code, row.path, message, scheme, locator, 0, severity=grave)
