"""Findings about the grammar of a text: what could not be walked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import hexdigits

from ..errors import Finding, quote
from .catalogue import Locator
from .crc import checksum
from .tlv import Fault, read_level
from .tree import DataObject, Tree
from .units import LengthUnit, ruler

__all__ = [
    "check_sum_problem",
    "crc_is_right",
    "every_object",
    "fault_finding",
    "structural_findings",
]

_UNIT_HINTS = {
    LengthUnit.UTF8: "unit=utf8-bytes: the length counts bytes, not characters",
    LengthUnit.UTF16: "unit=utf16: the length counts UTF-16 units, not characters",
    LengthUnit.CODE_POINT: "unit=codepoint: the length counts code points",
}


def check_sum_problem(found: str, covered: str) -> tuple[str, str] | None:
    """Return the code and message of what is wrong with a CRC, the first that applies (R20-R23).

    Args:
        found: the value of object 63.
        covered: everything before that value.

    >>> check_sum_problem("0000", "0002016304")
    ('crc.mismatch', 'CRC is 0000, expected AAE6')
    """
    if len(found) != 4:
        return "crc.length", f"CRC has {len(found)} characters, expected 4"
    if not set(found) <= set(hexdigits):
        return "crc.not-hex", f"CRC is {quote(found)}, expected four hexadecimal characters"
    try:
        expected = checksum(covered)
    except UnicodeEncodeError:
        return "crc.mismatch", f"CRC is {found}, but the text has half a character and no CRC"
    if found.upper() != expected:
        return "crc.mismatch", f"CRC is {found}, expected {expected}"
    if found != expected:
        return "crc.lower-case", f"CRC is {found}, usually written {expected}"
    return None


def crc_is_right(found: str, covered: str) -> bool:
    """Whether ``found`` is the check sum of ``covered``, in either case.

    >>> crc_is_right("aae6", "0002016304")
    True
    """
    problem = check_sum_problem(found, covered)
    return problem is None or problem[0] == "crc.lower-case"


def every_object(objects: Iterable[DataObject]) -> Iterator[DataObject]:
    """Yield every object in payload order, a template before its sub-objects."""
    for item in objects:
        yield item
        yield from every_object(item.objects)


def structural_findings(
    tree: Tree, text: str, start: int, stop: int, locator: Locator
) -> Iterator[Finding]:
    """Yield R1-R7, R10 for ``tree``, which was read from ``text[start:stop]``."""
    if start == stop:
        yield locator.finding(
            "payload.empty", "", start, "the text is empty", hint="pass the text of a QR code"
        )
    for item in every_object(tree.objects):
        if not item.value:
            yield locator.finding(
                "tlv.length-zero",
                item.path,
                item.offset + 2,
                "length is 00, expected 01 to 99",
                hint="leave the object out instead of writing it empty",
            )
        if item.fault is not None:
            yield fault_finding(item.fault, item.path, text, item.end, locator)
    if tree.fault is not None:
        hint = _unit_hint(tree, text, start, stop) or _tail_hint(text, start, stop)
        tail = tree.objects[-1].end if tree.objects else start
        if any(item.id == "63" and len(item.value) == 4 for item in tree.objects):
            yield locator.finding(
                "payload.trailing-data",
                "",
                tail,
                f"{quote(text[tail:stop])} follows the CRC, which ends the payload",
                hint=hint or "remove it; khqr.check forgives white space with lenient=True",
            )
        else:
            yield fault_finding(tree.fault, "", text, stop, locator, hint)


def fault_finding(
    fault: Fault, path: str, text: str, stop: int, locator: Locator, hint: str = ""
) -> Finding:
    """Return the finding about a break in the level of ``path``, which ends at ``stop``."""
    at = fault.offset
    if fault.id:
        path = f"{path}.{fault.id}" if path else fault.id
    message = {
        "tlv.header-truncated": lambda: (
            f"{quote(text[at:stop])} is left over, an object has at least 4 characters"
        ),
        "tlv.id-not-digits": lambda: f"ID is {quote(text[at : at + 2])}, expected two ASCII digits",
        "tlv.length-not-digits": lambda: (
            f"length is {quote(text[at : at + 2])}, expected two ASCII digits, 01 to 99"
        ),
        "tlv.length-overrun": lambda: (
            f"length is {text[at : at + 2]}, but {max(stop - at - 2, 0)} characters are left"
        ),
        "template.not-tlv": lambda: f"{quote(text[at:stop])} is not made of data objects",
    }[fault.code]()
    return locator.finding(fault.code, path, at, message, hint=hint)


def _unit_hint(tree: Tree, text: str, start: int, stop: int) -> str:
    """Name the unit in which the lengths do lead to a right CRC, if there is one."""
    for unit in (LengthUnit.UTF8, LengthUnit.UTF16, LengthUnit.CODE_POINT):
        if unit is tree.unit or text.isascii():
            continue
        level = read_level(text, start, stop, ruler(text, unit))
        if level.fault is None and level.spans and level.spans[-1].id == "63":
            crc = level.spans[-1].value_start
            if crc_is_right(text[crc:stop], text[start:crc]):
                return _UNIT_HINTS[unit]
    return ""


def _tail_hint(text: str, start: int, stop: int) -> str:
    """Say whether the last eight characters are a right CRC: a miscount, or damage."""
    crc = stop - 4
    if text[max(crc - 4, start) : crc] != "6304":
        return ""
    if crc_is_right(text[crc:stop], text[start:crc]):
        return "the text ends with a right CRC: the generator counted a length wrongly"
    return "the text ends with a wrong CRC: it was damaged or changed after it was made"
