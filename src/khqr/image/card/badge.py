"""Which badge a symbol bears at its centre, so that it can still be read.

zbar searches for the alignment pattern that stands at the centre of versions 7 to 13, and takes a
light sign on a dark disc for it, at the wrong place: a third of such cards or more are lost to it.
A dark sign on a white disc resembles that pattern too little to be taken for it. So a badge over a
pattern is drawn in outline, and in full elsewhere. zxing-cpp reads all of them either way. Both
are measured by ``benchmarks/badges.py``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..patterns import alignment_centres
from ..symbol import ErrorCorrection
from .notices import BadgeWarning, CardError
from .style import CardStyle, StandStyle

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Badge", "badge_for", "hidden_patterns"]

_LARGEST_AT = {"L": 0.25, "M": 0.25}


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands at the centre of a symbol.

    Attributes:
        sign: of a currency, or None.
        picture: the caller's, where there is no sign.
        outlined: a dark sign on white within a dark ring, not a white one on a dark disc.
    """

    sign: str | None = None
    picture: Image.Image | None = None
    outlined: bool = False


def badge_for(
    wanted: Image.Image | str | None,
    sign: str | None,
    version: int,
    error: ErrorCorrection,
    style: CardStyle | StandStyle,
) -> Badge | None:
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

    >>> [badge_for("auto", "$", version, "M", CardStyle()).outlined for version in (6, 8, 14)]
    [False, True, False]
    """
    if wanted is None or (wanted == "auto" and sign is None):
        return None
    most = _LARGEST_AT.get(error, 1.0)
    if style.badge_side > most:
        raise CardError(
            f"badge_side is {style.badge_side} of the symbol, at most {most} at level {error}; "
            "take error='Q' or 'H', or a smaller badge"
        )
    if isinstance(wanted, str) and sign is None:
        raise CardError("the currency of the payload has no sign; only riel and dollar have")
    hides = hidden_patterns(version, style.badge_ring)
    if wanted == "auto":
        return Badge(sign, outlined=hides)
    if hides:
        warnings.warn(
            f"the badge hides an alignment pattern: the symbol is version {version}, and zbar "
            f"misses many of versions {_versions_at_risk(style.badge_ring)}; badge='auto', "
            "min_version=14 or badge=None avoids that",
            BadgeWarning,
            stacklevel=3,
        )
    return Badge(sign) if isinstance(wanted, str) else Badge(picture=wanted)


def _versions_at_risk(part: float) -> str:
    """Return the versions in which the badge hides a pattern, as in ``7-13, 21``."""
    ranges: list[list[int]] = []
    for version in (v for v in range(1, 41) if hidden_patterns(v, part)):
        if ranges and ranges[-1][-1] == version - 1:
            ranges[-1][1:] = [version]
        else:
            ranges.append([version])
    return ", ".join("-".join(str(v) for v in pair) for pair in ranges)


def hidden_patterns(version: int, part: float) -> bool:
    """Whether a disc at the centre, ``part`` of the symbol's side wide, touches a pattern.

    >>> [v for v in range(1, 21) if hidden_patterns(v, 0.204)]
    [7, 8, 9, 10, 11, 12, 13]
    """
    side = 17 + 4 * version
    middle, radius = side / 2, part * side / 2
    for x, y in alignment_centres(version):
        across = max(abs(x + 0.5 - middle) - 2.5, 0.0)
        down = max(abs(y + 0.5 - middle) - 2.5, 0.0)
        if across * across + down * down < radius * radius:
            return True
    return False
