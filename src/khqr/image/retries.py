"""What else is tried where a reader finds nothing: the same picture, made easier in one way each.

A retry never makes up a text: what is read went through the error correction of the symbol, and a
KHQR through its CRC too. Each works on a copy of bounded size, so that a hostile picture costs
bounded time. The order is that of cost and of how often a retry helps, measured by
``benchmarks/scan_corpus.py`` on seeds 101 and 102; other seeds tell how well they do.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .view import View

if TYPE_CHECKING:
    from PIL import Image, ImageFilter

__all__ = ["AS_IS", "INVERTED", "MAX_SIDE", "RETRIES", "SECOND_READER", "Retry"]

WHITE = 255

_LEAST_SIDE = 21
"""The smallest symbol has 21 modules; what is smaller holds none."""

MAX_SIDE = 65_535
"""The longest side that zxing-cpp takes; a retry may make a strip longer than it was."""

_LARGE = 2_000_000
_MEDIUM = 1_000_000
_SMALL = 400_000
"""How many pixels quick and slow filters are given."""


class Retry(NamedTuple):
    """A way to make a picture easier to read.

    Attributes:
        name: what `khqr.image.Scan.attempt` says.
        pixels: larger pictures are made smaller first.
        views: gives the pictures to read, none where it cannot help.
    """

    name: str
    pixels: int
    views: Callable[[View], Iterator[View]]

    def of(self, view: View) -> Iterator[View]:
        """Yield the views of a picture that are worth reading."""
        if min(view.picture.size) < _LEAST_SIDE:
            return
        for changed in self.views(view.within(self.pixels)):
            size = changed.picture.size
            if min(size) >= _LEAST_SIDE and max(size) <= MAX_SIDE:
                yield changed


def _smaller(factor: int) -> Callable[[View], Iterator[View]]:
    """Average blocks of pixels: noise and specks get weaker, modules stay."""

    def views(view: View) -> Iterator[View]:
        yield view.resized(1 / factor)

    return views


def _smooth(radius: float) -> Callable[[View], Iterator[View]]:
    """Blur a little, then use the whole range of greys: noise, specks and weak contrast."""

    def views(view: View) -> Iterator[View]:
        from PIL import ImageFilter

        yield view.filtered(ImageFilter.GaussianBlur(radius)).stretched()

    return views


def _cut_out(view: View) -> Iterator[View]:
    """Cut what is light out of a dark ground: a symbol without its quiet zone.

    The outermost row and column of each side of a symbol have light modules, beside the finder
    patterns, so the box around all that is light is the symbol's own.
    """
    darkest, lightest = view.picture.getextrema()
    middle = (darkest + lightest) // 2  # type: ignore[operator] # a grey picture has one band
    box = view.picture.point([WHITE * (grey > middle) for grey in range(256)]).getbbox()
    if box is not None:
        left, top, right, bottom = box
        # Four modules of the smallest symbol that could fill the box.
        yield view.cropped(box, margin=min(right - left, bottom - top) * 4 // 21)


def _deblurred(
    scale: float, radius: float, rounds: int, zoom: float, smooth: float = 0
) -> Callable[[View], Iterator[View]]:
    """Undo a Gaussian blur of ``radius`` pixels in the view made ``scale`` times as large."""

    def views(view: View) -> Iterator[View]:
        from PIL import ImageFilter

        start = view.resized(scale) if scale != 1 else view
        if smooth:
            start = start.filtered(ImageFilter.GaussianBlur(smooth))
        blur = ImageFilter.GaussianBlur(radius)
        yield _sharpened(start.stretched(), blur, rounds).resized(zoom)

    return views


def _sharpened(
    view: View, blur: ImageFilter.MultibandFilter, rounds: int, *, twice: bool = False
) -> View:
    """Look for the picture that ``blur`` turns into the one at hand.

    Van Cittert's iteration: what is missing is added, over and over. That greys end at black and
    white, where a symbol's greys are, is what makes it go so far. ``twice`` blurs what is missing
    once more (Landweber), without which a blur that turns greys over, as motion does, diverges.
    """
    from PIL import ImageChops

    guess = view.picture
    for _ in range(rounds):
        missing = ImageChops.subtract(view.picture, guess.filter(blur), 1, 128)
        guess = ImageChops.add(guess, missing.filter(blur) if twice else missing, 1, -128)
    return View(guess, view.back)


# Motion


def _still(view: View) -> Iterator[View]:
    """Undo the smear of a camera that moved along a line."""
    from PIL import ImageFilter

    if max(view.picture.size) > _SLIMMEST * min(view.picture.size):
        return  # turned, a strip would fill a square of its own length
    half = view.resized(0.5).stretched()
    direction, strength = _smear(half.filtered(ImageFilter.GaussianBlur(0.7)).picture)
    if strength < _LEAST_SMEAR:
        return
    level = half.turned(direction)
    for length in _lengths(level.picture)[:2]:
        smear = ImageFilter.BoxBlur(((length - 1) / 2, 0))
        yield _sharpened(level, smear, 20, twice=True)


_LEAST_SMEAR = 0.2
"""How uneven a picture is whose smear is worth a retry: 0 is even, 1 has stripes only."""

_LONGEST_SMEAR = 20
"""In pixels of the halved picture."""

_SLIMMEST = 8
"""How many times as long as broad a picture may be to be turned."""


def _smear(picture: Image.Image) -> tuple[float, float]:
    """Return the direction in which a picture changes least, in degrees, and how uneven it is.

    The changes of a symbol are the same in all directions, however it is turned: in the mean of
    squares, those along one direction and across it do not differ. Smear takes away from those
    along it.
    """

    def change(dx: int, dy: int) -> float:
        return _difference(picture, dx, dy) + 1e-9

    across, down, falling, rising = change(1, 0), change(0, 1), change(1, 1), change(1, -1)
    straight = (across - down) / (across + down)
    slanted = (falling - rising) / (falling + rising)
    return math.degrees(math.atan2(-slanted, -straight)) / 2, math.hypot(straight, slanted)


def _difference(picture: Image.Image, dx: int, dy: int) -> float:
    """Return the mean of the squares by which pixels differ from those (2 dx, 2 dy) off."""
    from PIL import ImageChops, ImageStat

    width, height = picture.size
    one = picture.crop((1 + dx, 1 + dy, width - 1 + dx, height - 1 + dy))
    other = picture.crop((1 - dx, 1 - dy, width - 1 - dx, height - 1 - dy))
    return ImageStat.Stat(ImageChops.difference(one, other)).sum2[0] / (width * height)


def _lengths(picture: Image.Image) -> list[float]:
    """Return how long a level smear may be, in pixels, the likeliest first.

    A smeared edge rises at one end of the smear and stops rising at the other: the slopes of a
    picture are least like themselves when moved by just that length.
    """
    from PIL import ImageChops, ImageStat

    width, height = picture.size
    slopes = ImageChops.subtract(
        picture.crop((1, 0, width, height)), picture.crop((0, 0, width - 1, height)), 1, 128
    )
    width -= 1
    unlike: dict[float, float] = {}
    for length in range(3, min(_LONGEST_SMEAR, width // 4) + 1):
        moved = ImageChops.difference(
            slopes.crop((length, 0, width, height)), slopes.crop((0, 0, width - length, height))
        )
        unlike[length] = ImageStat.Stat(moved).mean[0]
    return sorted(unlike, key=unlike.__getitem__, reverse=True)


RETRIES: tuple[Retry, ...] = (
    Retry("a third", _LARGE, _smaller(3)),
    Retry("smooth", _LARGE, _smooth(1.2)),
    Retry("cut out", _LARGE, _cut_out),
    Retry("half", _LARGE, _smaller(2)),
    Retry("deblurred", _LARGE, _deblurred(0.5, 2.25, 8, 2)),
    Retry("deblurred a little", _LARGE, _deblurred(0.5, 1.25, 4, 3)),
    Retry("still", _MEDIUM, _still),
    Retry("smoother", _LARGE, _smooth(2)),
    Retry("deblurred coarse", _LARGE, _deblurred(0.25, 2.25, 8, 2)),
    Retry("smoothed and deblurred", _SMALL, _deblurred(1, 2.5, 4, 2, smooth=1)),
    Retry("deblurred fine", _SMALL, _deblurred(1, 2.25, 12, 2)),
)
"""In this order, each only where those before found nothing."""


def _negative(view: View) -> Iterator[View]:
    from PIL import ImageOps

    yield View(ImageOps.invert(view.picture), view.back)


AS_IS = Retry("as is", sys.maxsize, lambda view: iter([view]))
"""The first look, and the only one of a reader that is asked alone."""

SECOND_READER = Retry("second reader", 2 * _LARGE, lambda view: iter([view]))
"""The look of the other reader, where the first one found nothing; zbar is slow on large noise."""

INVERTED = Retry("inverted", _LARGE, _negative)
"""For readers that do not try it themselves, as zbar."""
