"""Which badge a symbol bears at its centre, so that it can still be read.

zbar needs the alignment pattern that stands at the centre of versions 7 to 13: with ``$`` over it
a third of the cards are lost, with ``៛`` none is. zxing-cpp reads all of them (both measured).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..symbol import ErrorCorrection
from .modules import hidden_patterns
from .notices import BadgeWarning, CardError
from .style import CardStyle, StandStyle

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["badge_for"]

_LARGEST_AT = {"L": 0.25, "M": 0.25}
_SAFE_SIGNS = frozenset("៛")


def badge_for(
    wanted: Image.Image | str | None,
    sign: str | None,
    version: int,
    error: ErrorCorrection,
    style: CardStyle | StandStyle,
) -> Image.Image | str | None:
    """Return the badge of one symbol.

    Args:
        wanted: ``auto``, ``currency``, a picture or None.
        sign: of the currency, or None.
        version: of the symbol.
        error: its level of error correction.
        style: how large the badge is.

    Raises:
        CardError: for a badge above 25 % of the symbol's side at level L or M, or a currency
            without sign.

    >>> [badge_for("auto", "$", version, "M", CardStyle()) for version in (6, 8, 14)]
    ['$', None, '$']
    >>> badge_for("auto", "៛", 8, "M", CardStyle())
    '៛'
    """
    hides = hidden_patterns(version, style.badge_ring)
    if wanted is None or (
        wanted == "auto" and (sign is None or (hides and sign not in _SAFE_SIGNS))
    ):
        return None
    most = _LARGEST_AT.get(error, 1.0)
    if style.badge_side > most:
        raise CardError(
            f"badge_side is {style.badge_side} of the symbol, at most {most} at level {error}; "
            "take error='Q' or 'H', or a smaller badge"
        )
    if wanted == "currency" and sign is None:
        raise CardError("the currency of the payload has no sign; only riel and dollar have")
    shown = sign if isinstance(wanted, str) else wanted
    if hides and not (isinstance(shown, str) and shown in _SAFE_SIGNS):
        listed = _versions_at_risk(style.badge_ring)
        warnings.warn(
            f"the badge hides an alignment pattern: the symbol is version {version}, and zbar "
            f"misses many of versions {listed}; min_version=14 or badge=None avoids that",
            BadgeWarning,
            stacklevel=2,
        )
    return shown


def _versions_at_risk(part: float) -> str:
    """Return the versions in which the badge hides a pattern, as in ``7-13, 21``."""
    ranges: list[list[int]] = []
    for version in (v for v in range(1, 41) if hidden_patterns(v, part)):
        if ranges and ranges[-1][-1] == version - 1:
            ranges[-1][1:] = [version]
        else:
            ranges.append([version])
    return ", ".join("-".join(str(v) for v in pair) for pair in ranges)
