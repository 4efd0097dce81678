"""A grey picture that was scaled, cropped or turned, and the way back to the one it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Affine", "View"]

WHITE = 255


class Affine(NamedTuple):
    """A map of the plane: x becomes ``a x + b y + c``, y becomes ``d x + e y + f``.

    >>> Affine(2, 0, 1, 0, 2, 0)(3, 4)
    (7, 8)
    """

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 0
    e: float = 1
    f: float = 0

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point goes."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def after(self, first: Affine) -> Affine:
        """Return the map that does ``first``, and then this one."""
        c, f = self(first.c, first.f)
        x, y = self(first.a + first.c, first.d + first.f)
        u, v = self(first.b + first.c, first.e + first.f)
        return Affine(x - c, u - c, c, y - f, v - f, f)


_AS_GIVEN = Affine()


@dataclass(frozen=True, slots=True)
class View:
    """A grey picture, and the map from its pixels to those of the picture that was given.

    Every method returns a new view; a point of it still leads back to the same place.
    """

    picture: Image.Image
    back: Affine = _AS_GIVEN

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.picture.width * self.picture.height

    def resized(self, factor: float) -> View:
        """Return the view with both sides ``factor`` times as long."""
        from PIL import Image

        # Pixels are squares: the middle of the first one is at a half.
        if factor < 1 and (1 / factor).is_integer():
            block = round(1 / factor)
            back = Affine(block, 0, (block - 1) / 2, 0, block, (block - 1) / 2)
            return View(self.picture.reduce(block), self.back.after(back))
        width, height = self.picture.size
        size = max(1, round(width * factor)), max(1, round(height * factor))
        how = Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BILINEAR
        across, down = width / size[0], height / size[1]
        back = Affine(across, 0, (across - 1) / 2, 0, down, (down - 1) / 2)
        return View(self.picture.resize(size, how), self.back.after(back))

    def within(self, pixels: int) -> View:
        """Return the view made smaller, if it has more than ``pixels``."""
        return self if self.pixels <= pixels else self.resized(math.sqrt(pixels / self.pixels))

    def cropped(self, box: tuple[int, int, int, int], margin: int) -> View:
        """Return the part of the view in a box, with a white margin around."""
        from PIL import ImageOps

        part = ImageOps.expand(self.picture.crop(box), margin, WHITE)
        shift = Affine(c=box[0] - margin, f=box[1] - margin)
        return View(part, self.back.after(shift))

    def turned(self, degrees: float) -> View:
        """Return the view turned counter-clockwise, on white; no corner is lost."""
        from PIL import Image

        picture = self.picture.rotate(
            degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE
        )
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        old_x, old_y = (self.picture.width - 1) / 2, (self.picture.height - 1) / 2
        new_x, new_y = (picture.width - 1) / 2, (picture.height - 1) / 2
        back = Affine(
            cosine,
            -sine,
            old_x - cosine * new_x + sine * new_y,
            sine,
            cosine,
            old_y - sine * new_x - cosine * new_y,
        )
        return View(picture, self.back.after(back))

    def filtered(self, *filters: Any) -> View:
        """Return the view after filters of Pillow, one after the other."""
        picture = self.picture
        for item in filters:
            picture = picture.filter(item)
        return View(picture, self.back)

    def stretched(self) -> View:
        """Return the view with its darkest pixel black and its lightest white."""
        from PIL import ImageOps

        return View(ImageOps.autocontrast(self.picture), self.back)
