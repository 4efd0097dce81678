"""What was written: a payload, lossless, and the edits that keep all the rest of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from ..errors import DecodeError, EncodeError, Finding, KhqrError, ObjectMissing, quote
from .catalogue import Locator
from .crc import checksum
from .dictionary import ROOT
from .limits import MAX_LENGTH, MAX_PAYLOAD
from .source import leading_data, payload_text
from .structure import structural_findings
from .tlv import two_digits, write_object
from .tree import DataObject, Tree, read_tree
from .units import LengthUnit, measure

__all__ = ["Payload", "break_findings", "parse"]


class Payload:
    """A payload as it was written: every object in its order, known or not.

    ``str(payload)`` is the text it was read from, byte for byte. A payload never changes;
    `replace` and `remove` give a new one.

    >>> payload = parse("00020101021129180014demo_user@devb5204599953031165802KH"
    ...                 "5909Demo User6010Phnom Penh6304119A")
    >>> payload["29.00"], payload.get("62.01"), "59" in payload
    ('demo_user@devb', None, True)
    >>> [item.id for item in payload]
    ['00', '01', '29', '52', '53', '58', '59', '60', '63']
    """

    __slots__ = ("_findings", "_text", "_tree")

    def __init__(self, text: str, tree: Tree, findings: Sequence[Finding] = ()) -> None:
        self._text = text
        self._tree = tree
        self._findings = tuple(findings)

    @property
    def objects(self) -> tuple[DataObject, ...]:
        """The objects under the root, in their order."""
        return self._tree.objects

    @property
    def length_unit(self) -> LengthUnit:
        """The unit in which the lengths were counted."""
        return self._tree.unit

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In recovery mode, what was skipped and why; empty otherwise."""
        return self._findings

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"parse({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Payload) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __iter__(self) -> Iterator[DataObject]:
        return iter(self._tree.objects)

    def __len__(self) -> int:
        return len(self._tree.objects)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and bool(self.find_all(path))

    def find_all(self, path: str) -> tuple[DataObject, ...]:
        """Return every object at ``path``: more than one where an ID was repeated.

        >>> len(parse("00020100020163040000").find_all("00"))
        2
        """
        level = self._tree.objects
        found: tuple[DataObject, ...] = ()
        for object_id in path.split("."):
            found = tuple(item for item in level if item.id == object_id)
            level = tuple(child for item in found for child in item.objects)
        return found

    def find(self, path: str) -> DataObject | None:
        """Return the object at ``path``, or None.

        Raises:
            DecodeError: if the object occurs more than once; choosing one could redirect money.
        """
        found = self.find_all(path)
        if len(found) > 1:
            message = f"object {path} occurs {len(found)} times, expected once"
            finding = Locator(self._text).finding(
                "tlv.duplicate-id", path, found[1].offset, message
            )
            raise DecodeError("the payload is ambiguous", [finding])
        return found[0] if found else None

    def __getitem__(self, path: str) -> str:
        found = self.find(path)
        if found is None:
            raise ObjectMissing(f"the payload has no object {path}")
        return found.value

    @overload
    def get(self, path: str) -> str | None: ...
    @overload
    def get(self, path: str, default: str) -> str: ...
    def get(self, path: str, default: str | None = None) -> str | None:
        """Return the value of the object at ``path``, or ``default`` where there is none."""
        found = self.find(path)
        return default if found is None else found.value

    def replace(self, path: str, value: str) -> Payload:
        """Return a payload with ``value`` at ``path`` and the CRC made right.

        An object that is there keeps its place; a new one goes before the first with a higher
        number, never behind 63. Nothing else changes but the lengths above it (R71).

        Args:
            path: dotted IDs, such as ``54`` or ``62.01``.
            value: 1 to 99 characters.

        Raises:
            EncodeError: if the path or the value is not one that can be written.
            DecodeError: if an object on the path occurs twice, or its level was not readable.

        >>> str(parse("0002016304AAE6").replace("62.01", "INV-1"))
        '00020162090105INV-16304B810'
        """
        if not isinstance(value, str):
            raise TypeError(f"a value is str, not {type(value).__name__}")
        for object_id in path.split("."):
            if two_digits(object_id) is None:
                message = f"{object_id!r} is not an ID of two digits"
                raise self._refusal("encode.id-invalid", path, message)
        return self._sealed(self._rewritten(path, value), reseal=path != "63")

    def remove(self, path: str) -> Payload:
        """Return a payload without the object at ``path`` and with the CRC made right.

        A template that loses its last object goes with it.

        Raises:
            ObjectMissing: if there is no such object.

        >>> str(parse("00020162090105INV-16304B810").remove("62.01"))
        '0002016304AAE6'
        """
        if self.find(path) is None:
            raise ObjectMissing(f"the payload has no object {path}")
        return self._sealed(self._rewritten(path, None), reseal=True)

    def _rewritten(self, path: str, value: str | None) -> str:
        """Return the whole text with ``value`` at ``path``, or without the object for None."""
        parent_path, _, object_id = path.rpartition(".")
        parent = self.find(parent_path) if parent_path else None
        siblings = self._tree.objects if not parent_path else parent.objects if parent else ()
        if (parent.fault if parent else self._tree.fault) is not None:
            raise DecodeError(f"the objects beside {path} could not be read to their end")
        target = self.find(path)
        written = "" if value is None else self._written(path, object_id, value)
        texts = [self._text[item.offset : item.end] for item in siblings]
        if target is not None:
            texts[siblings.index(target)] = written
        else:
            texts.insert(_position(object_id, siblings, at_root=not parent_path), written)
        level = "".join(texts)
        return self._rewritten(parent_path, level or None) if parent_path else level

    def _written(self, path: str, object_id: str, value: str) -> str:
        length = measure(value, self.length_unit)
        if not value:
            code = "additional.empty" if path == "62" else "encode.value-empty"
            raise self._refusal(code, path, "the value is empty; remove the object instead")
        if length > MAX_LENGTH:
            message = f"the value has {length} characters, at most {MAX_LENGTH} can be written"
            raise self._refusal("encode.value-too-long", path, message)
        return write_object(object_id, value, self.length_unit)

    def _refusal(self, code: str, path: str, message: str) -> EncodeError:
        found = self.find_all(path)
        offset = found[0].offset if found else len(self._text)
        finding = Locator(self._text).finding(code, path, offset, message)
        return EncodeError("the payload cannot be changed so", [finding])

    def _sealed(self, text: str, *, reseal: bool) -> Payload:
        tree = read_tree(text, ROOT, self.length_unit)
        last = tree.objects[-1] if tree.objects else None
        if reseal and last is not None and last.id == "63" and len(last.value) == 4:
            text = text[:-4] + checksum(text[:-4])
            tree = read_tree(text, ROOT, self.length_unit)
        return Payload(text, tree)


def _position(object_id: str, siblings: Sequence[DataObject], *, at_root: bool) -> int:
    for index, item in enumerate(siblings):
        if item.id > object_id or (at_root and item.id == "63"):
            return index
    return len(siblings)


def parse(
    payload: str | bytes,
    *,
    recover: bool = False,
    unit: LengthUnit | str = LengthUnit.CODE_POINT,
    max_length: int = MAX_PAYLOAD,
) -> Payload:
    """Read any EMVCo payload into a lossless tree.

    Reading depends neither on the CRC nor on any rule about values, only on objects that can be
    walked (EMVCo MPM 1.0 §3.2). A template whose value is not made of objects keeps its value.

    Args:
        payload: the text of a code, or its UTF-8 bytes.
        recover: return what could be read before a break, with the break in ``findings``.
        unit: what lengths count, see `LengthUnit`; EMVCo counts characters.
        max_length: longest text that is read, in characters.

    Raises:
        DecodeError: if the objects cannot be walked; with ``recover`` only if none can.
        KhqrError: for an unknown unit.
        TypeError: if ``payload`` is neither text nor bytes.

    >>> str(parse("000201" "6304a6bd"))
    '0002016304a6bd'
    >>> broken = parse("000201" "6199AB", recover=True)
    >>> [item.id for item in broken], broken.findings[0].code
    (['00'], 'tlv.length-overrun')
    """
    if unit not in set(LengthUnit):
        raise KhqrError(f"unit is {quote(unit)}, expected one of {', '.join(LengthUnit)}")
    text = payload_text(payload, limit=max_length)
    tree = read_tree(text, ROOT, LengthUnit(unit))
    if tree.fault is None and tree.objects:
        return Payload(text, tree, break_findings(text, tree) if recover else ())
    findings = break_findings(text, tree)
    if recover and tree.objects:
        return Payload(text, tree, findings)
    raise DecodeError("the text is not a payload", findings)


def break_findings(text: str, tree: Tree) -> list[Finding]:
    """Return why ``text`` could not be walked, blanks before it named first (R8)."""
    locator = Locator(text)
    before = leading_data(text, locator)
    if before is not None:
        return [before]
    return list(structural_findings(tree, text, 0, len(text), locator))
