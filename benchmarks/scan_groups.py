"""The groups of the scanning corpus: what is drawn, how it is spoilt, and what must be read.

The groups and parameters of ``BASE`` are those that the figures in README.md speak of. ``EXTRA``
is harder or rarer, and ``NEGATIVE`` holds what must not be read as anything else than it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import NamedTuple

import numpy as np
import segno
from PIL import Image, ImageFilter, ImageOps

from khqr.image import card

from . import degrade
from .payloads import CLOCK, written

__all__ = ["BASE", "EXTRA", "NEGATIVE", "Case", "Group", "cases", "name_in", "payloads"]

Picture = Image.Image
Draw = np.random.Generator
BORDER = 4
SCALE = 6
KHMER = "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ"
SCRIPTS: Mapping[str, str] = {
    "Khmer": KHMER + "ាិីឹឺុូេែៃោ",
    "accents": "àâäáãåçéèêëíìîïñóòôöõúùûüýÿßæøœ ÀÉÑÖÜ",
    "Vietnamese": "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "Chinese": "文山商店茶水果花木火土金天地人大小中国東西南北美食",
    "Thai": "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศสหอฮะาิีึืุูเแโ",
    "Korean": "가나다라마바사아자차카타파하커피상점시장",
    "Japanese": "あいうえおかきくけこデモ喫茶ショップ寿司",
    "signs": "☕⚡♥★☀✂✈☎♨",
}


class Case(NamedTuple):
    """One picture: the group it belongs to, and every text that is to be read from it."""

    group: str
    what: str
    picture: Picture
    expected: tuple[str, ...]


Group = Callable[[Sequence[str], Draw], Iterator[tuple[str, Picture, tuple[str, ...]]]]


def name_in(script: str, random: Random, longest: int = 25) -> str:
    """Return a name in the letters of a script."""
    return "".join(random.choices(SCRIPTS[script], k=random.randint(4, longest))).strip() or "ab"


def payloads(seed: int) -> list[str]:
    """Return five codes: short and long, riel and dollar, with Khmer in two of them."""
    random = Random(seed)
    soon = CLOCK + timedelta(seconds=random.randrange(60, 600))
    number = random.randrange
    person = {"bakong_account_id": f"demo_{number(10**6)}@devb", "merchant_name": "Demo Shop"}
    shop = {
        "bakong_account_id": f"shop{number(10**4)}@devb",
        "merchant_name": random.choice(("Demo Coffee", "Mekong Mart", "Angkor Books")),
        "merchant_id": f"{number(10**9):09d}",
        "acquiring_bank": "Dev Bank",
        "merchant_city": random.choice(("Phnom Penh", "Siem Reap", "Battambang")),
        "expires_at": soon,
    }
    bill = {
        "amount": str(number(1, 9000) * 100),
        "bill_number": f"INV-{number(10**7)}",
        "store_label": f"Store {number(100)}",
        "terminal_label": f"POS-{number(100)}",
    }
    dollars = bill | {
        "currency": "USD",
        "amount": f"{number(900)}.{number(1, 100):02d}",
        "mobile_number": f"8551{number(10**7):07d}",
        "purpose_of_transaction": "Lunch for two",
    }
    alternate = {
        "language_preference": "km",
        "merchant_name_alternate_language": name_in("Khmer", random, 12),
        "merchant_city_alternate_language": "ភ្នំពេញ",
    }
    khmer = {"merchant_name": name_in("Khmer", random, 14), "account_information": "012345678"}
    return [
        written(person | {"acquiring_bank": "Dev Bank", "account_information": "85512345678"}),
        written(shop | bill),
        written(shop | dollars),
        written(shop | bill | alternate),
        written(person | khmer),
    ]


def _swept(
    values: Sequence[float], spoil: Callable[[Picture, float, Draw], Picture], **settings: int
) -> Group:
    """Return a group of each payload times each value."""

    def group(texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
        for value in values:
            for text in texts:
                picture = degrade.symbol(text, **{"scale": SCALE, **settings})  # type: ignore[arg-type] # numbers all
                yield f"{value}", spoil(picture, value, random), (text,)

    return group


def _scale(texts: Sequence[str], _random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for scale in (1, 2, 3, 4, 10):
        for text in texts:
            yield f"{scale} px", degrade.symbol(text, scale=scale), (text,)


def _quiet(texts: Sequence[str], _random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for ground in (128, 0):
        for border in (0, 1, 2):
            for text in texts:
                bare = degrade.symbol(text, scale=SCALE, border=border)
                yield f"{border} on {ground}", degrade.framed(bare, ground, 60), (text,)


def _inverted(
    texts: Sequence[str], _random: Draw
) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for ground in (0, 255):
        for text in texts:
            negative = ImageOps.invert(degrade.symbol(text, scale=SCALE))
            yield f"on {ground}", degrade.framed(negative, ground, 40), (text,)


def _logo(error: str) -> Group:
    def group(
        texts: Sequence[str], _random: Draw
    ) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
        for share in (0.10, 0.15, 0.18, 0.20, 0.25, 0.30):
            for text in texts:
                plain = degrade.symbol(text, scale=SCALE, error=error)
                yield f"{share}", degrade.disc(plain, share, BORDER * SCALE), (text,)

    return group


def _scene(texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for scale in (1, 2, 3):
        for text in texts:
            yield f"{scale} px", degrade.scene(degrade.symbol(text, scale=scale), random), (text,)


def phone(text: str, random: Draw, hard: float = 1.0) -> Picture:
    """Return what a phone makes of a code on a counter; ``hard`` multiplies what goes wrong."""
    ground = int(random.choice([255, 220, 180]))
    code = degrade.disc(degrade.symbol(text, scale=SCALE), 0.18, BORDER * SCALE)
    seen = degrade.turned(degrade.framed(code, ground, 80), random.uniform(-25, 25), ground)
    seen = degrade.perspective(seen, 0.08 * hard, random, ground)
    seen = seen.resize((int(seen.width * 0.7), int(seen.height * 0.7)), Image.Resampling.BICUBIC)
    seen = seen.filter(ImageFilter.GaussianBlur(hard))
    seen = degrade.gradient(seen, random.uniform(0, 0.5), random)
    return degrade.jpeg(degrade.noise(seen, 12 * hard, random), 40)


def _phone(hard: float) -> Group:
    def group(texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
        for text in texts:
            for number in range(10):
                yield f"{number}", phone(text, random, hard), (text,)

    return group


def _several(_texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    seed = int(random.integers(2**31))
    many = [text for number in range(4) for text in payloads(seed + number)]
    for count, columns in ((2, 2), (4, 2), (9, 3), (20, 5)):
        pictures = [degrade.symbol(text, scale=4) for text in many[:count]]
        for degrees in (0, 10):
            whole = degrade.sheet(pictures, columns, degrees)
            yield f"{count}, {degrees} degrees", whole, tuple(many[:count])


def _scripts(names: Sequence[str], each: int) -> Group:
    def group(
        _texts: Sequence[str], random: Draw
    ) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
        seeded = Random(int(random.integers(2**31)))
        for script in names:
            for number in range(each):
                fields = {
                    "bakong_account_id": "demo_user@devb",
                    "merchant_name": name_in(script, seeded),
                }
                text, eci = written(fields), bool(number % 2)
                yield f"{script}, eci {eci}", degrade.symbol(text, scale=4, eci=eci), (text,)

    return group


def _turn(picture: Picture, degrees: float, _random: Draw) -> Picture:
    return degrade.turned(picture, degrees)


def _blur(picture: Picture, radius: float, _random: Draw) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _motion(picture: Picture, length: float, random: Draw) -> Picture:
    return degrade.motion(picture, int(length), float(random.choice([0, 45, 90, 135])))


def _motion_any(picture: Picture, length: float, random: Draw) -> Picture:
    return degrade.motion(picture, int(length), float(random.uniform(0, 180)))


BASE: Mapping[str, Group] = {
    "clean": _swept([0], lambda picture, _value, _random: picture),
    "scale": _scale,
    "quiet zone": _quiet,
    "rotation": _swept([5, 10, 20, 30, 45, 60, 90, 135, 180, 270], _turn),
    "Gaussian blur": _swept([1, 2, 3, 4, 5], _blur),
    "motion blur": _swept([5, 9, 13], _motion),
    "Gaussian noise": _swept([20, 40, 60, 80, 110], degrade.noise),
    "salt and pepper": _swept([0.05, 0.1, 0.2, 0.3], degrade.salt_and_pepper),
    "perspective": _swept([0.05, 0.1, 0.15, 0.2, 0.25], degrade.perspective),
    "JPEG": _swept(
        [30, 15, 8, 4], lambda picture, q, _random: degrade.jpeg(picture, int(q)), scale=3
    ),
    "low contrast": _swept(
        [140, 60, 30, 15], lambda picture, span, _random: degrade.grey_range(picture, int(span))
    ),
    "gradient": _swept([0.4, 0.7, 0.85], degrade.gradient),
    "inverted": _inverted,
    "mirrored": _swept([0], lambda picture, _value, _random: ImageOps.mirror(picture)),
    "badge, level L": _logo("L"),
    "badge, level M": _logo("M"),
    "badge, level Q": _logo("Q"),
    "badge, level H": _logo("H"),
    "small in a scene": _scene,
    "phone photo": _phone(1.0),
    "several in one": _several,
    "Khmer and accents": _scripts(["Khmer", "accents", "Vietnamese", "Thai", "Chinese"], 6),
}


def _noisy_blur(picture: Picture, radius: float, random: Draw) -> Picture:
    return degrade.noise(picture.filter(ImageFilter.GaussianBlur(radius)), 4, random)


def _noisy_motion(picture: Picture, length: float, random: Draw) -> Picture:
    return degrade.noise(_motion_any(picture, length, random), 3, random)


def _bare(texts: Sequence[str], _random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for border in (0, 1):
        for text in texts:
            yield f"{border}", degrade.symbol(text, scale=SCALE, border=border), (text,)


def _printed(texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for dpi in (300, 600):
        for millimetres in (0.4, 0.3):
            for text in texts:
                raw = degrade.symbol(text, scale=1)
                picture = degrade.printed(raw, dpi / 25.4 * millimetres, random)
                yield f"{dpi} dpi, {millimetres} mm", picture, (text,)


def _cards(texts: Sequence[str], _random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for width in (240, 360, 600, 1200):
        for text in texts:
            yield f"{width} px", card.make(text).image(width), (text,)


EXTRA: Mapping[str, Group] = {
    "no margin, edge of picture": _bare,
    "motion, any angle": _swept([5, 7, 9, 11, 13, 15], _motion_any),
    "blur and noise": _swept([1, 2, 3, 4], _noisy_blur),
    "motion and noise": _swept([5, 9, 13], _noisy_motion),
    "hard phone photo": _phone(1.7),
    "all scripts": _scripts(list(SCRIPTS), 6),
    "moire": _swept([0.2, 0.4, 0.6], degrade.moire),
    "gamma": _swept([0.3, 0.5, 2, 4], lambda picture, g, _random: degrade.power(picture, g)),
    "over-exposure": _swept(
        [1.5, 3, 6], lambda picture, f, _random: degrade.overexposed(picture, f)
    ),
    "glare": _swept([0.2, 0.4, 0.6], degrade.glare),
    "cracked glass": _swept(
        [4, 8, 12], lambda picture, n, random: degrade.cracked(picture, int(n), random)
    ),
    "colour fringes": _swept(
        [1, 2, 3], lambda picture, n, _random: degrade.fringed(picture, int(n))
    ),
    "cylinder": _swept(
        [0.4, 0.8, 1.1], lambda picture, bend, _random: degrade.cylinder(picture, bend)
    ),
    "fold": _swept([1, 3, 5], degrade.folded),
    "torn corner": _swept(
        [0.15, 0.25, 0.3], lambda picture, share, _random: degrade.torn(picture, share, 90)
    ),
    "finger": _swept([0.15, 0.2, 0.25], degrade.finger),
    "print and scan": _printed,
    "cards": _cards,
}


def _wrong_crc(
    texts: Sequence[str], _random: Draw
) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for text in texts:
        wrong = text[:-4] + ("0000" if text[-4:] != "0000" else "FFFF")
        yield "wrong CRC", degrade.symbol(wrong, scale=SCALE), (wrong,)


def _halves(texts: Sequence[str], _random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    for text in texts:
        whole = degrade.symbol(text, scale=SCALE)
        width, height = whole.size
        for what, box in (
            ("left half", (0, 0, width // 2, height)),
            ("upper half", (0, 0, width, height // 2)),
            ("right half", (width // 2, 0, width, height)),
        ):
            yield what, degrade.framed(whole.crop(box), 255, 40), ()


def _others(_texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    number = int(random.integers(10**6))
    for text in (f"https://example.com/{number}", f"WIFI:T:WPA;S:demo{number};P:secret;;", "hello"):
        yield "other text", degrade.symbol(text, scale=SCALE), (text,)
    micro = Image.fromarray(
        np.array([list(row) for row in segno.make_micro("12345").matrix], np.uint8)
    )
    large = ImageOps.invert(micro.point(lambda v: 255 * v)).resize(
        (90, 90), Image.Resampling.NEAREST
    )
    yield "Micro QR", degrade.framed(large, 255, 40), ()
    for _ in range(3):
        yield "bars", degrade.bar_code(random), ()


def _nothing(_texts: Sequence[str], random: Draw) -> Iterator[tuple[str, Picture, tuple[str, ...]]]:
    yield "white", Image.new("L", (400, 400), 255), ()
    yield "scene", degrade.scene(None, random), ()
    yield "noise", degrade.noise(Image.new("L", (400, 400), 128), 80, random), ()
    modules = Image.fromarray((random.integers(0, 2, (41, 41)) * 255).astype(np.uint8))
    large = modules.resize((246, 246), Image.Resampling.NEAREST)
    yield "random modules", degrade.framed(large, 255, 30), ()


NEGATIVE: Mapping[str, Group] = {
    "wrong CRC": _wrong_crc,
    "half a code": _halves,
    "other codes": _others,
    "nothing": _nothing,
}


def cases(groups: Mapping[str, Group], seed: int) -> Iterator[Case]:
    """Yield the pictures of groups; each group draws its own chances, so it stays as it is."""
    texts = payloads(seed)
    for name, group in groups.items():
        random = np.random.default_rng([seed, zlib.crc32(name.encode())])
        for what, picture, expected in group(texts, random):
            yield Case(name, what, picture, expected)
