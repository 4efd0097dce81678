"""What a card refuses, and what it warns of."""

from __future__ import annotations

from ...errors import KhqrError

__all__ = ["BadgeWarning", "CardError", "CardWarning"]


class CardError(KhqrError):
    """A card cannot be drawn as asked for, or did not scan back as its payload.

    >>> issubclass(CardError, ValueError)
    True
    """


class CardWarning(UserWarning):
    """A card is drawn, but not all of it as asked for, or too small to be scanned well."""


class BadgeWarning(CardWarning):
    """A badge hides a pattern that some readers need to find the symbol."""
