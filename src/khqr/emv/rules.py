"""The rules R1-R71 of EMVCo merchant-presented mode, in one pass over the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from ..errors import Finding, Severity, quote
from .catalogue import Locator
from .dictionary import MERCHANT_ACCOUNTS, Dictionary, Entry
from .iso import currency_exponent
from .limits import ADVISED_LENGTH
from .profile import Profile
from .source import is_blank, leading_data
from .structure import check_sum_problem, every_object, structural_findings
from .tree import DataObject, Tree, is_complete, read_tree
from .units import LengthUnit, measure, units_for
from .values import AMOUNT, SPECIAL_VALUES, character_problems, decimals, is_zero

__all__ = ["Reading", "examine", "read"]

_NOTHING = Tree((), None, LengthUnit.CODE_POINT)


class Reading:
    """A text, the part of it that is the payload, its tree, and what was said of the edges."""

    def __init__(
        self,
        text: str,
        start: int,
        stop: int,
        tree: Tree,
        locator: Locator,
        edges: tuple[Finding, ...] = (),
        *,
        walked: bool = True,
    ) -> None:
        self.text = text
        self.start = start
        self.stop = stop
        self.tree = tree
        self.locator = locator
        self.edges = edges
        self.walked = walked

    def first(self, path: str) -> DataObject | None:
        """Return the first object at ``path``, or None."""
        level = self.tree.objects
        found = None
        for object_id in path.split("."):
            found = next((item for item in level if item.id == object_id), None)
            level = found.objects if found else ()
        return found

    @cached_property
    def _values_by_place(self) -> dict[tuple[str, int], str]:
        """The value of every object, by its path and each offset that a finding about it has."""
        return {
            (item.path, offset): item.value
            for item in every_object(self.tree.objects)
            for offset in (item.offset, item.offset + 2, item.value_offset, item.end)
        }

    def value_at(self, finding: Finding) -> str:
        """Return the value that ``finding`` is about: for an absent object, its template's."""
        values, path = self._values_by_place, finding.path
        around = values.get((path.rpartition(".")[0], finding.offset), "")
        return values.get((path, finding.offset), around)

    def value(self, path: str) -> str | None:
        """Return the value of the first object at ``path``, or None where there is none."""
        found = self.first(path)
        return None if found is None else found.value


def read(text: str, profile: Profile, *, lenient: bool = False) -> Reading:
    """Walk ``text`` by ``profile``; ``lenient`` forgives blanks around it, with a warning.

    >>> from khqr.emv.profile import EMVCO
    >>> read(" 000201", EMVCO, lenient=True).value("00")
    '01'
    """
    locator = Locator(text)
    before = leading_data(text, locator)
    if before is not None and not lenient:
        return Reading(text, 0, len(text), _NOTHING, locator, (before,), walked=False)
    start, stop = 0, len(text)
    edges = []
    if before is not None:
        edges.append(_forgiven(before))
        start = next((i for i, c in enumerate(text) if not is_blank(c)), stop)
    while lenient and stop > start and is_blank(text[stop - 1]):
        stop -= 1
    if stop < len(text) and start < stop:
        message = f"{quote(text[stop:])} follows the CRC, which ends the payload"
        edges.append(_forgiven(locator.finding("payload.trailing-data", "", stop, message)))
    trees = [
        read_tree(text, profile.dictionary, unit, start=start, stop=stop)
        for unit in units_for(text, profile.units)
    ]
    whole = next(filter(is_complete, trees), None)
    tree = whole or next((t for t in trees if t.unit is LengthUnit.CODE_POINT), trees[0])
    return Reading(text, start, stop, tree, locator, tuple(edges))


def _forgiven(finding: Finding) -> Finding:
    hint = "forgiven by lenient=True; remove it"
    return replace(finding, severity=Severity.WARNING, hint=hint)


def examine(reading: Reading, profile: Profile) -> Iterator[Finding]:
    """Yield every finding of the EMVCo rules, as ``profile`` judges them, in no fixed order.

    >>> from khqr.emv.profile import EMVCO
    >>> sorted(f.path for f in examine(read("000201", EMVCO), EMVCO))
    ['02-51', '52', '53', '58', '59', '60', '63']
    """
    for finding in _all_findings(reading, profile):
        judged = profile.judged(finding, reading.value_at(finding))
        if judged is not None:
            yield judged


def _all_findings(reading: Reading, profile: Profile) -> Iterator[Finding]:
    yield from reading.edges
    if not reading.walked:
        return
    text, start, stop = reading.text, reading.start, reading.stop
    tree, locator = reading.tree, reading.locator
    if stop - start > ADVISED_LENGTH:
        message = f"{stop - start} characters, at most {ADVISED_LENGTH} are advised"
        yield locator.finding("payload.too-long", "", start + ADVISED_LENGTH, message)
    yield from structural_findings(tree, text, start, stop, locator)
    if start == stop:
        return
    yield from _level(tree.objects, profile.dictionary, reading)
    if tree.fault is None:
        yield from _missing_from_root(reading, profile)
    yield from _format_indicator_first(reading)
    yield from _check_sum(reading)
    yield from _amount_and_initiation(reading, profile)
    yield from _fees(reading)


def _level(
    objects: tuple[DataObject, ...], dictionary: Dictionary, reading: Reading
) -> Iterator[Finding]:
    locator = reading.locator
    seen: set[str] = set()
    for item in objects:
        if item.id in seen:
            message = f"object {item.path} occurs again, expected once"
            hint = "readers disagree which one counts; make the code anew with one"
            yield locator.finding("tlv.duplicate-id", item.path, item.offset, message, hint=hint)
        seen.add(item.id)
        if not item.value:
            continue
        entry = dictionary.entry(item.id)
        yield from _object(item, entry, reading)
        if entry.inside is None or (item.fault and not item.objects):
            continue
        yield from _level(item.objects, entry.inside, reading)
        if item.fault is None:
            present = {child.id for child in item.objects}
            for object_id in entry.inside.required:
                if object_id not in present:
                    path = f"{item.path}.{object_id}"
                    name = entry.inside.entry(object_id).name
                    message = f"{entry.name} has no object {object_id} ({name})"
                    yield locator.finding(entry.inside.missing_code, path, item.end, message)


def _object(item: DataObject, entry: Entry, reading: Reading) -> Iterator[Finding]:
    """What one object's own entry says of its value."""
    locator, at = reading.locator, item.value_offset
    if entry.reserved:
        message = f"object {item.path} is not in use ({entry.name})"
        yield locator.finding(entry.reserved, item.path, item.offset, message)
    if entry.length_code:
        length = measure(item.value, reading.tree.unit)
        if not entry.minimum <= length <= entry.maximum:
            exact = entry.minimum == entry.maximum
            wanted = str(entry.maximum) if exact else f"{entry.minimum} to {entry.maximum}"
            message = f"{entry.name} has {length} characters, expected {wanted}"
            yield locator.finding(entry.length_code, item.path, at, message)
    template = entry.inside is not None and (item.fault is None or bool(item.objects))
    severity = Severity.WARNING if template else None
    for code, message in character_problems(item.value, entry.format, leaf=not template):
        yield locator.finding(code, item.path, at, message, severity=severity)
    if item.path in SPECIAL_VALUES:
        for code, message in SPECIAL_VALUES[item.path](item.value):
            yield locator.finding(code, item.path, at, message)


def _missing_from_root(reading: Reading, profile: Profile) -> Iterator[Finding]:
    present = {item.id for item in reading.tree.objects}
    locator, stop, dictionary = reading.locator, reading.stop, profile.dictionary
    for object_id in sorted({*dictionary.required, *profile.presence} - present):
        severity = profile.presence.get(object_id, Severity.ERROR)
        if severity is None:
            continue
        name = dictionary.entry(object_id).name
        message = f"{name} is missing"
        finding = locator.finding("root.missing", object_id, stop, message, severity=severity)
        if object_id in profile.presence:
            message = f"{message}, which {profile.name} asks for"
            finding = replace(finding, message=message, clause=profile.source)
        yield finding
    if not present & MERCHANT_ACCOUNTS:
        message = "no object from 02 to 51 says who is to be paid"
        yield locator.finding("merchant-account.missing", "02-51", stop, message)
    if "63" not in present:
        message = "no object 63 ends the payload; without a CRC it cannot be trusted"
        yield locator.finding("crc.missing", "63", stop, message)


def _format_indicator_first(reading: Reading) -> Iterator[Finding]:
    first = reading.first("00")
    if first is not None and first.offset != reading.start:
        message = "the payload format indicator is not the first object"
        yield reading.locator.finding("pfi.not-first", "00", first.offset, message)


def _check_sum(reading: Reading) -> Iterator[Finding]:
    objects, locator = reading.tree.objects, reading.locator
    places = [index for index, item in enumerate(objects) if item.id == "63"]
    if not places:
        return
    if places[0] + 1 < len(objects):
        after = objects[places[0] + 1]
        message = f"object {after.id} follows the CRC, which ends the payload"
        yield locator.finding("crc.not-last", "63", after.offset, message)
    crc = objects[places[-1]]
    if not crc.value:
        return
    found = crc.value
    problem = check_sum_problem(found, reading.text[reading.start : crc.value_offset])
    if problem is not None:
        code, message = problem
        hint = ""
        if code == "crc.mismatch":
            hint = "the text was damaged or changed; scan or copy it again, never pay it"
        yield locator.finding(code, "63", crc.value_offset, message, hint=hint)


def _amount_and_initiation(reading: Reading, profile: Profile) -> Iterator[Finding]:
    amount, locator = reading.first("54"), reading.locator
    initiation, currency = reading.first("01"), reading.value("53") or ""
    if amount and AMOUNT.fullmatch(amount.value) and not is_zero(amount.value):
        allowed = profile.exponents.get(currency, currency_exponent(currency))
        if allowed is not None and decimals(amount.value) > allowed:
            message = f"{amount.value} has more than the {allowed} decimals of currency {currency}"
            yield locator.finding("amount.too-many-decimals", "54", amount.value_offset, message)
    if initiation and initiation.value == "11" and amount:
        message = "the code says it serves many payments (11) and carries an amount"
        yield locator.finding("poi.static-with-amount", "01", initiation.value_offset, message)
    if initiation and initiation.value == "12" and not amount:
        message = "the code says it serves one payment (12) and carries no amount"
        yield locator.finding("poi.dynamic-without-amount", "01", initiation.value_offset, message)


def _fees(reading: Reading) -> Iterator[Finding]:
    """55=02 if and only if 56, 55=03 if and only if 57 (R41, R42)."""
    indicator = reading.value("55")
    for wanted, object_id, family in (("02", "56", "fee-fixed"), ("03", "57", "fee-percent")):
        fee = reading.first(object_id)
        if indicator == wanted and fee is None:
            message = f"object 55 is {wanted}, but object {object_id} is missing"
            yield reading.locator.finding(f"{family}.missing", object_id, reading.stop, message)
        elif indicator != wanted and fee is not None:
            message = f"object {object_id} is only for object 55 = {wanted}"
            yield reading.locator.finding(f"{family}.unexpected", object_id, fee.offset, message)
