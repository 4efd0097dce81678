"""From text to a tree of data objects: the templates of a dictionary, read level by level."""

from __future__ import annotations

from typing import NamedTuple

from .dictionary import Dictionary
from .tlv import Fault, read_level, two_digits
from .units import Advance, LengthUnit, ruler

__all__ = ["DataObject", "Tree", "is_complete", "read_tree"]


class DataObject(NamedTuple):
    """One data object of a payload, as it was written.

    Attributes:
        id: two digits.
        path: the IDs from the root down, dotted (``62.01``).
        value: the text of the value; for a template, of all its objects.
        offset: position of the ID in the text, in characters.
        end: position behind the value.
        objects: the sub-objects of a template that could be read.
        fault: the break that ended the reading of a template, or None.
    """

    id: str
    path: str
    value: str
    offset: int
    end: int
    objects: tuple[DataObject, ...] = ()
    fault: Fault | None = None

    @property
    def value_offset(self) -> int:
        """Position of the first character of the value."""
        return self.offset + 4


class Tree(NamedTuple):
    """All objects of a text, and the break that ended the root level, or None."""

    objects: tuple[DataObject, ...]
    fault: Fault | None
    unit: LengthUnit


def read_tree(
    text: str,
    dictionary: Dictionary,
    unit: LengthUnit = LengthUnit.CODE_POINT,
    *,
    start: int = 0,
    stop: int | None = None,
) -> Tree:
    """Read ``text`` from ``start`` to ``stop``; what cannot be read is left, never skipped.

    Depth is bounded by the dictionary, time by the length of the text.
    """
    advance = ruler(text, unit)
    objects, fault = _read(
        text, start, len(text) if stop is None else stop, "", dictionary, advance
    )
    return Tree(objects, fault, unit)


def _read(
    text: str, start: int, stop: int, prefix: str, dictionary: Dictionary, advance: Advance
) -> tuple[tuple[DataObject, ...], Fault | None]:
    level = read_level(text, start, stop, advance)
    objects = []
    for object_id, begin, end in level.spans:
        inside = dictionary.entry(object_id).inside
        path = prefix + object_id
        value = text[begin + 4 : end]
        if inside is None or not value:
            objects.append(DataObject(object_id, path, value, begin, end))
        elif len(value) < 4 or two_digits(value[:2]) is None:
            fault = Fault("template.not-tlv", begin + 4, "")
            objects.append(DataObject(object_id, path, value, begin, end, (), fault))
        else:
            objects.append(
                DataObject(
                    object_id,
                    path,
                    value,
                    begin,
                    end,
                    *_read(text, begin + 4, end, path + ".", inside, advance),
                )
            )
    return tuple(objects), level.fault


def is_complete(tree: Tree) -> bool:
    """Whether the root was read to its end and ends with object 63 of four characters."""
    if tree.fault is not None or not tree.objects:
        return False
    last = tree.objects[-1]
    return last.id == "63" and len(last.value) == 4
