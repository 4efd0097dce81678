"""What happens to a symbol on its way into a picture: each function spoils a grey picture one way.

Everything is computed: no photograph is stored, and the same `numpy.random.Generator` in the same
state spoils in the same way. Lengths are pixels where nothing else is said.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache

import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

__all__ = [
    "bar_code",
    "cracked",
    "cylinder",
    "disc",
    "finger",
    "folded",
    "framed",
    "fringed",
    "glare",
    "gradient",
    "grey_range",
    "jpeg",
    "moire",
    "motion",
    "noise",
    "overexposed",
    "perspective",
    "power",
    "printed",
    "salt_and_pepper",
    "scene",
    "sheet",
    "symbol",
    "torn",
    "turned",
]

Grey = Image.Image
Floats = NDArray[np.float64]
Random = np.random.Generator

WHITE = 255


@lru_cache(maxsize=4096)
def _matrix(text: str, error: str, *, eci: bool, mask: int | None) -> tuple[bytes, ...]:
    code = segno.make(
        text,
        error=error,
        mode="byte",
        encoding="utf-8",
        eci=eci,
        micro=False,
        boost_error=False,
        mask=mask,
    )
    return tuple(bytes(row) for row in code.matrix)


def symbol(
    text: str,
    *,
    scale: int = 6,
    error: str = "M",
    border: int = 4,
    eci: bool = False,
    mask: int | None = None,
) -> Grey:
    """Draw a text in byte mode, ``scale`` pixels a module, ``border`` modules of white around."""
    rows = np.array([list(row) for row in _matrix(text, error, eci=eci, mask=mask)])
    modules = np.pad(np.where(rows, 0, WHITE).astype(np.uint8), border, constant_values=WHITE)
    return Image.fromarray(np.kron(modules, np.ones((scale, scale), np.uint8)))


def _floats(picture: Grey) -> Floats:
    return np.asarray(picture, dtype=np.float64)


def _grey(values: Floats) -> Grey:
    return Image.fromarray(np.clip(np.rint(values), 0, WHITE).astype(np.uint8))


# The place of the symbol in the picture


def framed(picture: Grey, ground: int, margin: int) -> Grey:
    """Put a picture on a ground of one grey."""
    whole = Image.new("L", (picture.width + 2 * margin, picture.height + 2 * margin), ground)
    whole.paste(picture, (margin, margin))
    return whole


def turned(picture: Grey, degrees: float, ground: int = WHITE) -> Grey:
    """Turn a picture counter-clockwise; what comes into sight is ``ground``."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=ground)


def perspective(picture: Grey, strength: float, random: Random, ground: int = WHITE) -> Grey:
    """Move every corner inwards by up to ``strength`` of the side."""
    width, height = picture.size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    shift = random.uniform(0, strength, (4, 2)) * (width, height)
    seen = [
        (x + (dx if x == 0 else -dx), y + (dy if y == 0 else -dy))
        for (x, y), (dx, dy) in zip(corners, shift, strict=True)
    ]
    rows, values = [], []
    for (u, v), (x, y) in zip(seen, corners, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        values += [x, y]
    data = np.linalg.solve(np.array(rows, float), np.array(values, float))
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        data.tolist(),
        Image.Resampling.BICUBIC,
        fillcolor=ground,
    )


def sheet(pictures: list[Grey], columns: int, degrees: float = 0) -> Grey:
    """Lay pictures out in rows, and turn the whole sheet."""
    side = max(max(picture.size) for picture in pictures) + 12
    rows = math.ceil(len(pictures) / columns)
    whole = Image.new("L", (side * columns, side * rows), WHITE)
    for number, picture in enumerate(pictures):
        whole.paste(picture, (number % columns * side, number // columns * side))
    return turned(whole, degrees) if degrees else whole


def scene(picture: Grey | None, random: Random, size: tuple[int, int] = (1920, 1080)) -> Grey:
    """Put a picture somewhere in a shop: a shaded wall, boxes, stripes and small print."""
    width, height = size
    ramp = np.linspace(random.uniform(60, 160), random.uniform(140, 230), width)
    whole = _grey(np.tile(ramp, (height, 1)) + random.normal(0, 6, (height, width)))
    draw = ImageDraw.Draw(whole)

    def place() -> tuple[int, int]:
        return int(random.integers(0, width)), int(random.integers(0, height))

    def ink(lightest: int = 256) -> int:
        return int(random.integers(0, lightest))

    for _ in range(60):
        (x, y), (w, h) = place(), random.integers(8, 300, 2).tolist()
        draw.rectangle((x, y, x + w, y + h), fill=ink())
    for _ in range(40):
        text = "".join(random.choice(list("KHQRabcdefgh 0123456789"), 24))
        draw.text(place(), text, fill=ink(80))
    for x in range(int(random.integers(0, 900)), width, 40)[:12]:
        draw.line((x, 0, x + 200, height), fill=ink(), width=7)
    if picture is not None:
        left = int(random.integers(20, width - picture.width - 20))
        top = int(random.integers(20, height - picture.height - 20))
        whole.paste(picture, (left, top))
    return whole.filter(ImageFilter.GaussianBlur(0.4))


# Light, lens and sensor


def motion(picture: Grey, length: int, degrees: float) -> Grey:
    """Smear along a line of ``length`` pixels: the camera moved."""
    ink = np.pad(_floats(picture), length, mode="edge")
    total = np.zeros_like(ink)
    angle = math.radians(degrees)
    for step in np.linspace(-(length - 1) / 2, (length - 1) / 2, length):
        total += _shifted(ink, step * math.cos(angle), step * math.sin(angle))
    return _grey((total / length)[length:-length, length:-length])


def _shifted(values: Floats, dx: float, dy: float) -> Floats:
    """Move by parts of a pixel, what lies between mixed by distance."""
    x, y = math.floor(dx), math.floor(dy)
    fx, fy = dx - x, dy - y
    parts = (
        ((1 - fx) * (1 - fy), 0, 0),
        (fx * (1 - fy), 1, 0),
        ((1 - fx) * fy, 0, 1),
        (fx * fy, 1, 1),
    )
    return sum(  # type: ignore[return-value] # never empty, so never the int 0
        weight * np.roll(values, (y + down, x + right), (0, 1)) for weight, right, down in parts
    )


def noise(picture: Grey, sigma: float, random: Random) -> Grey:
    """Add Gaussian noise."""
    values = _floats(picture)
    return _grey(values + random.normal(0, sigma, values.shape))


def salt_and_pepper(picture: Grey, share: float, random: Random) -> Grey:
    """Make a share of the pixels black or white."""
    values = _floats(picture)
    hit = random.random(values.shape) < share
    return _grey(np.where(hit, WHITE * random.integers(0, 2, values.shape), values))


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """Go through a JPEG file."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    with Image.open(out) as back:
        return back.copy()


def grey_range(picture: Grey, span: int) -> Grey:
    """Leave only ``span`` levels between black and white, around the middle."""
    return _grey(127.5 + (_floats(picture) / WHITE - 0.5) * span)


def gradient(picture: Grey, strength: float, random: Random) -> Grey:
    """Let the light fall off by ``strength`` across the picture, in some direction."""
    values = _floats(picture)
    height, width = values.shape
    angle = random.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:height, 0:width]
    across = (x / width - 0.5) * math.cos(angle) + (y / height - 0.5) * math.sin(angle)
    light = (across - across.min()) / (across.max() - across.min())
    return _grey(values * (1 - strength * light))


def power(picture: Grey, gamma: float) -> Grey:
    """Bend the scale of greys."""
    return _grey(WHITE * (_floats(picture) / WHITE) ** gamma)


def overexposed(picture: Grey, factor: float) -> Grey:
    """Let white flow over into black, as a sensor with too much light does."""
    bloomed = _floats(picture.filter(ImageFilter.GaussianBlur(1.5)))
    return _grey(60 + bloomed * factor)


def glare(picture: Grey, size: float, random: Random) -> Grey:
    """Put a soft white spot, ``size`` of the side wide, on the picture."""
    values = _floats(picture)
    height, width = values.shape
    y, x = np.mgrid[0:height, 0:width]
    cx, cy = random.uniform(0.25, 0.75, 2) * (width, height)
    far = ((x - cx) ** 2 + (y - cy) ** 2) / (size * width / 2) ** 2
    return _grey(values + 200 * np.exp(-far))


def moire(picture: Grey, depth: float, random: Random) -> Grey:
    """Lay the pattern of two grids over the picture, as a photographed screen has."""
    values = _floats(picture)
    height, width = values.shape
    y, x = np.mgrid[0:height, 0:width]
    period, angle = random.uniform(2.2, 9), random.uniform(0, math.pi)
    wave = np.sin(2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / period)
    lines = np.sin(2 * math.pi * y / 3.1)
    return _grey(values * (1 - depth) + WHITE * depth * (0.5 + 0.3 * wave + 0.2 * lines))


def fringed(picture: Grey, shift: int) -> Image.Image:
    """Move red and blue apart, as the sub-pixels of a screen stand."""
    return Image.merge(
        "RGB",
        (ImageChops.offset(picture, shift, 0), picture, ImageChops.offset(picture, -shift, 0)),
    )


# The surface


def disc(picture: Grey, share: float, border: int) -> Grey:
    """Put a dark disc in a white one over the middle, ``share`` of the symbol's side wide."""
    middle = picture.width / 2
    outer = share * (picture.width - 2 * border) / 2
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    for radius, ink in ((outer, WHITE), (outer * 0.86, 30)):
        draw.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), fill=ink)
    return marked


def cracked(picture: Grey, lines: int, random: Random) -> Grey:
    """Draw the thin bright lines of broken glass."""
    broken = picture.copy()
    draw = ImageDraw.Draw(broken)
    start = random.uniform(0.2, 0.8, 2) * picture.size
    for _ in range(lines):
        points = [tuple(start)]
        angle = random.uniform(0, 2 * math.pi)
        for _ in range(6):
            angle += random.normal(0, 0.25)
            x, y = points[-1]
            step = picture.width / 6
            points.append((x + step * math.cos(angle), y + step * math.sin(angle)))
        draw.line(points, fill=int(random.integers(170, 256)), width=2)
    return broken


def cylinder(picture: Grey, bend: float) -> Grey:
    """Wrap round a cup: columns crowd at both sides, rows sag; ``bend`` is the half angle."""
    width, height = picture.size
    values = _floats(picture)
    y, x = np.mgrid[0:height, 0:width]
    across = (2 * x / (width - 1) - 1) * math.sin(bend)
    source_x = (np.arcsin(across) / bend + 1) / 2 * (width - 1)
    sag = (np.sqrt(1 - across**2) - math.cos(bend)) * 0.25 * height / max(bend, 1e-9)
    return _sampled(values, source_x, y - sag + sag.max() / 2)


def _sampled(values: Floats, x: Floats, y: Floats) -> Grey:
    """Take the values at places between the pixels; outside is white."""
    height, width = values.shape
    padded = np.pad(values, 1, constant_values=WHITE)
    x, y = np.clip(x + 1, 0, width), np.clip(y + 1, 0, height)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - left, y - top
    upper = padded[top, left] * (1 - fx) + padded[top, left + 1] * fx
    lower = padded[top + 1, left] * (1 - fx) + padded[top + 1, left + 1] * fx
    return _grey(upper * (1 - fy) + lower * fy)


def folded(picture: Grey, shift: float, random: Random) -> Grey:
    """Fold across: one side moves by ``shift`` pixels and lies in shadow, the crease is dark."""
    values = _floats(picture)
    height, width = values.shape
    y, x = np.mgrid[0:height, 0:width]
    crease = int(random.uniform(0.3, 0.7) * width)
    beyond = x > crease
    moved = np.asarray(_sampled(values, x.astype(float), np.where(beyond, y + shift, y)), float)
    moved[:, crease - 1 : crease + 2] *= 0.5
    return _grey(np.where(beyond, moved * 0.75, moved))


def torn(picture: Grey, share: float, ground: int) -> Grey:
    """Tear off the lower right corner, ``share`` of each side: the one without a finder."""
    ripped = picture.copy()
    width, height = picture.size
    ImageDraw.Draw(ripped).polygon(
        [(width * (1 - share), height), (width, height), (width, height * (1 - share))], fill=ground
    )
    return ripped


def finger(picture: Grey, share: float, random: Random) -> Grey:
    """Hold the picture at its lower right corner."""
    held = picture.copy()
    width, height = picture.size
    tilt = random.uniform(0.8, 1.2)
    ImageDraw.Draw(held).ellipse(
        (width * (1 - share), height * (1 - share * tilt), width * 1.3, height * 1.3), fill=140
    )
    return held


def printed(picture: Grey, pixels: float, random: Random) -> Grey:
    """Print and scan: ``pixels`` a module of a picture that has one, ink that runs, a lamp."""
    side = round(picture.width * pixels)
    raster = picture.resize((side, side), Image.Resampling.BOX).point(lambda v: 255 * (v > 127))
    inked = raster.filter(ImageFilter.MinFilter(3)) if pixels > 4 else raster
    scanned = inked.filter(ImageFilter.GaussianBlur(pixels / 6))
    return noise(grey_range(turned(scanned, random.uniform(-2, 2)), 200), 4, random)


def bar_code(random: Random) -> Grey:
    """Draw bars of many widths, as a one-dimensional code has."""
    columns = np.repeat(random.integers(0, 2, 120), 3) * WHITE
    return framed(_grey(np.tile(columns.astype(float), (120, 1))), WHITE, 40)
