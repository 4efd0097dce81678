"""Which objects are shown in one colour: those that speak of the same thing."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CARD", "FAMILIES", "UNREAD", "Family", "family_of"]


class Family(NamedTuple):
    """Objects of one colour.

    Attributes:
        key: the name of the colour in the style sheet.
        title: what the objects speak of.
        objects: which they are, for people.
    """

    key: str
    title: str
    objects: str


UNREAD = Family("unread", "Unread text", "")

_RANGES = (
    (range(2), Family("format", "Format and method", "00, 01")),
    (range(2, 52), Family("payee", "Who is paid", "02 to 51")),
    (range(53, 58), Family("money", "Currency and amount", "53 to 57")),
    (range(62, 63), Family("more", "Additional data", "62")),
    (range(63, 64), Family("crc", "Check sum", "63")),
    (range(65, 100), Family("network", "Other templates", "65 to 99")),
)
_MERCHANT = Family("merchant", "Business and place", "52, 58 to 61, 64")
CARD = Family("card", "Object of a card", "")
"""The objects of a consumer-presented code, which are shown in one colour."""

FAMILIES = (*(family for _, family in _RANGES[:2]), _MERCHANT, *(f for _, f in _RANGES[2:]), UNREAD)
"""In the order of the legend."""


def family_of(path: str) -> Family:
    """Return the family of the object at ``path``.

    >>> family_of("62.01").title, family_of("59").title
    ('Additional data', 'Business and place')
    """
    root = int(path.partition(".")[0])
    return next((family for numbers, family in _RANGES if root in numbers), _MERCHANT)
