"""From an image to the payloads in it: `scan` for exactly one KHQR, `scan_all` for every symbol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from ..codec import decode
from ..errors import DecodeError, KhqrError, MissingDependency, ScanError
from .engines import LOADERS, Corners, Reader, Symbol
from .retries import AS_IS, INVERTED, RETRIES, SECOND_READER, Retry
from .sources import grey_pictures
from .view import View

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Engine", "Scan", "scan", "scan_all"]

Engine = Literal["auto", "zxing", "pyzbar"]
MAX_PIXELS = 64_000_000
"""The largest image that is read: about 8000 by 8000."""


_LOOKS = {"zxing": (AS_IS, *RETRIES), "pyzbar": (AS_IS, INVERTED, *RETRIES)}
"""What the first reader looks at; zxing inverts by itself."""


class Scan(NamedTuple):
    """One symbol of an image.

    Attributes:
        text: what the symbol says, UTF-8 decoded exactly; empty if its bytes are not UTF-8.
        corners: its points in pixels of the image, clockwise from the top left.
        engine: the reader that found it: ``zxing`` or ``pyzbar``.
        attempt: ``as is``, or the name of the retry that found it.
        page: the page of a PDF, from 1.
        repaired: an old zbar guessed at the text, and the CRC showed which bytes it came from.
        raw: the bytes, only where they are not UTF-8.
    """

    text: str
    corners: Corners
    engine: str
    attempt: str = "as is"
    page: int = 1
    repaired: bool = False
    raw: bytes | None = None

    @property
    def data(self) -> bytes:
        """The bytes of the symbol, exactly."""
        return self.text.encode() if self.raw is None else self.raw

    @property
    def is_khqr(self) -> bool:
        """Whether `khqr.decode` reads the text."""
        try:
            decode(self.text)
        except DecodeError:
            return False
        return True


def scan_all(
    image: Any,
    *,
    engine: Engine = "auto",
    retries: bool = True,
    expected: int = 1,
    page: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> list[Scan]:
    """Return every QR symbol of an image, by page, then from top to bottom and left to right.

    Args:
        image: a path, the bytes of a file, an open file, a Pillow image, a NumPy array; or a PDF
            as path, bytes or file. EXIF orientation is honoured.
        engine: ``zxing`` or ``pyzbar`` for one look by that reader; ``auto`` for zxing, then the
            retries, then pyzbar, each only if fewer symbols than ``expected`` were found, and
            pyzbar in the place of zxing if that is not installed.
        retries: whether ``auto`` may change the picture and look again.
        expected: how many symbols the image is known to hold.
        page: the page of a PDF, by default every page of at most 20; or the frame of a picture
            that has several, by default the first. From 1.
        max_pixels: larger images are refused unread.

    Raises:
        ScanError: with the reason ``unreadable-image`` or ``too-large``.
        MissingDependency: if no reader is installed, or for a PDF without pypdfium2.

    >>> from khqr.image import symbol
    >>> png = symbol.png("00020101021129180014demo_user@devb5204599953031165802KH"
    ...                  "5909Demo User6010Phnom Penh6304119A")
    >>> [(item.is_khqr, item.engine, item.attempt) for item in scan_all(png)]
    [(True, 'zxing', 'as is')]
    """
    if engine not in get_args(Engine):
        raise KhqrError(f"engine is {engine!r}, expected auto, zxing or pyzbar")
    views = [View(picture) for picture in grey_pictures(image, page, max_pixels)]
    found: list[Scan] = []
    for name, read, attempt in _attempts(engine, retries=retries):
        for number, view in enumerate(views, start=page or 1):
            for seen in attempt.of(view):
                symbols = _back(read(seen.picture), seen)
                _add(found, (_scan(symbol, name, attempt.name, number) for symbol in symbols))
        if len(found) >= expected:
            break
    return _in_reading_order(found)


def scan(
    image: Any,
    *,
    engine: Engine = "auto",
    retries: bool = True,
    page: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Scan:
    """Return the only KHQR of an image; symbols of other kinds beside it do not count.

    Arguments are those of `scan_all`.

    Raises:
        ScanError: with the reason ``no-symbol``, ``not-khqr`` or ``several``, or one of
            `scan_all`.
        MissingDependency: as `scan_all`.

    >>> from khqr.image import symbol
    >>> png = symbol.png("00020101021129180014demo_user@devb5204599953031165802KH"
    ...                  "5909Demo User6010Phnom Penh6304119A")
    >>> scan(png).text[:24]
    '00020101021129180014demo'
    """
    found = scan_all(image, engine=engine, retries=retries, page=page, max_pixels=max_pixels)
    if not found:
        raise ScanError("no-symbol", "no QR symbol was found; is the whole symbol in the picture?")
    codes = [item for item in found if item.is_khqr]
    if len(codes) > 1:
        raise ScanError("several", f"{len(codes)} KHQR were found; scan_all gives them all")
    if not codes:
        raise _no_khqr(found[0])
    return codes[0]


def _no_khqr(item: Scan) -> ScanError:
    if item.raw is not None:
        return ScanError("not-khqr", "the symbol is no KHQR: its bytes are not UTF-8")
    try:
        decode(item.text)
    except DecodeError as problem:
        error = ScanError("not-khqr", f"the symbol is no KHQR: {problem}")
        error.__cause__ = problem
        return error
    raise AssertionError("a symbol that is no KHQR was read as one")


def _attempts(engine: Engine, *, retries: bool) -> Iterator[tuple[str, Reader, Retry]]:
    """Yield who looks at which views of the picture: the first reader does all the work."""
    if engine != "auto":
        yield engine, LOADERS[engine](), AS_IS
        return
    missing: list[MissingDependency] = []
    asked = 0
    for name, load in LOADERS.items():
        try:
            read = load()
        except MissingDependency as problem:
            missing.append(problem)
            continue
        looks = _LOOKS[name] if retries else (AS_IS,)
        yield from ((name, read, look) for look in ((SECOND_READER,) if asked else looks))
        asked += 1
    if not asked:
        raise missing[0]


def _back(symbols: Iterable[Symbol], seen: View) -> Iterator[Symbol]:
    """Yield the symbols of a view with their corners in the picture that was given."""
    for symbol in symbols:
        corners = (seen.back(x, y) for x, y in symbol.corners)
        yield symbol._replace(corners=tuple((round(x), round(y)) for x, y in corners))


def _scan(symbol: Symbol, engine: str, attempt: str, page: int) -> Scan:
    raw = None
    try:
        text = symbol.data.decode()
    except UnicodeDecodeError:
        text, raw = "", symbol.data
    return Scan(text, symbol.corners, engine, attempt, page, symbol.repaired, raw)


# Places


def _add(found: list[Scan], items: Iterable[Scan]) -> None:
    """Add what is not there yet; of two readings of one place the first stands."""
    known = list(found)
    found += (item for item in items if not any(_same_place(item, old) for old in known))


def _box(item: Scan) -> tuple[int, int, int, int]:
    xs, ys = [x for x, _ in item.corners], [y for _, y in item.corners]
    return min(xs), min(ys), max(xs), max(ys)


def _middle(item: Scan) -> tuple[float, float]:
    left, top, right, bottom = _box(item)
    return (left + right) / 2, (top + bottom) / 2


def _same_place(one: Scan, other: Scan) -> bool:
    x, y = _middle(one)
    left, top, right, bottom = _box(other)
    return one.page == other.page and left <= x <= right and top <= y <= bottom


def _in_reading_order(found: list[Scan]) -> list[Scan]:
    """Sort by page and by row: what begins above the middle of a row's first symbol is in it."""
    rows: list[list[Scan]] = []
    for item in sorted(found, key=lambda item: (item.page, _box(item)[1])):
        first = rows[-1][0] if rows else None
        if first and first.page == item.page and _box(item)[1] < _middle(first)[1]:
            rows[-1].append(item)
        else:
            rows.append([item])
    return [item for row in rows for item in sorted(row, key=_box)]
