"""How large a symbol is drawn: units a module, or millimetres and dots, and its quiet zone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TypedDict

from ..errors import EncodeError

__all__ = [
    "QUIET_ZONE",
    "SIZING",
    "SMALLEST_MODULE_MM",
    "SMALLEST_SYMBOL_MM",
    "PrintWarning",
    "Sizing",
    "known",
    "light_modules",
    "pixels",
    "points",
    "units",
]

QUIET_ZONE = 4
"""Light modules around a symbol, as ISO/IEC 18004 asks for."""

SMALLEST_SYMBOL_MM = 20.0
SMALLEST_MODULE_MM = 0.4
"""The smallest print that a public KHQR print tool makes. No document of the NBC was found."""

SMALLEST = 0.001
MAX_SCALE = 10_000
MAX_QUIET_ZONE = 100
MAX_DPI = 9_600
MAX_PIXELS = 64_000_000
"""The largest PNG, as large as the largest image that is scanned."""

_MM_PER_INCH = 25.4
_MM_PER_POINT = _MM_PER_INCH / 72
_PRINTED_DPI = 300
_TOLERANCE_MM = 1e-6


class PrintWarning(UserWarning):
    """A symbol is smaller on paper than 20 mm, or its modules are smaller than 0.4 mm."""


class Sizing(TypedDict, total=False):
    """How large a symbol is drawn. At most one of ``scale``, ``module_mm`` and ``size_mm``.

    Attributes:
        scale: size of a module: units of an SVG, points of a PDF or EPS (1/72 inch), whole pixels
            of a PNG.
        module_mm: size of a module in millimetres.
        size_mm: side of the symbol in millimetres, its quiet zone not counted.
        dpi: dots per inch of a PNG; 300 where millimetres are given and nothing is said.
        quiet_zone: light modules on each side.
        allow_narrow: let ``quiet_zone`` be less than 4, where what stands around is white.
    """

    scale: float
    module_mm: float
    size_mm: float
    dpi: int
    quiet_zone: int
    allow_narrow: bool


SIZING = frozenset(Sizing.__annotations__)
_COLOURS = {"color", "colour", "dark", "light", "fill", "foreground", "background"}


def known(given: Mapping[str, object], names: frozenset[str]) -> None:
    """Refuse an argument that there is none of, as Python does where it knows the names."""
    unknown = sorted(set(given) - names)
    if unknown:
        hint = "; a KHQR is black on white" if _COLOURS & set(unknown) else ""
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}{hint}")


def light_modules(sizing: Sizing) -> int:
    """Return the light modules on each side.

    Raises:
        EncodeError: for fewer than 4 without ``allow_narrow``.

    >>> light_modules({}), light_modules({"quiet_zone": 0, "allow_narrow": True})
    (4, 0)
    """
    zone = sizing.get("quiet_zone", QUIET_ZONE)
    if isinstance(zone, bool) or not isinstance(zone, int):
        raise TypeError(f"quiet_zone is a whole number of modules, not {zone!r:.40}")
    if not 0 <= zone <= MAX_QUIET_ZONE:
        raise EncodeError(f"quiet_zone is {zone}, expected 0 to {MAX_QUIET_ZONE} modules")
    if zone < QUIET_ZONE and not sizing.get("allow_narrow", False):
        raise EncodeError(
            f"quiet_zone is {zone}, expected at least {QUIET_ZONE} modules; where white space "
            "stands around the picture, pass allow_narrow=True"
        )
    return zone


def units(modules: int, sizing: Sizing, *, usual: float) -> tuple[float, str]:
    """Return the size of a module in an SVG, and its unit: ``mm``, or none.

    Args:
        modules: modules a side, without the quiet zone.
        sizing: what is asked for.
        usual: the size where nothing is asked for.

    >>> units(45, {"size_mm": 22.5}, usual=4), units(45, {"scale": 2}, usual=4)
    ((0.5, 'mm'), (2, ''))
    """
    _without_dots(sizing)
    module = _millimetres(modules, sizing)
    if module is None:
        return sizing.get("scale", usual), ""
    _warn_of_small_print(modules, module)
    return module, "mm"


def points(modules: int, sizing: Sizing, *, usual: float) -> float:
    """Return the size of a module in points of 1/72 inch.

    >>> points(45, {"module_mm": 25.4}, usual=4)
    72.0
    """
    _without_dots(sizing)
    module = _millimetres(modules, sizing)
    size = sizing.get("scale", usual) if module is None else module / _MM_PER_POINT
    _warn_of_small_print(modules, size * _MM_PER_POINT)
    return size


def pixels(modules: int, sizing: Sizing, *, usual: int) -> tuple[int, int | None]:
    """Return the whole pixels of a module, and the dots per inch to write down, if any.

    >>> pixels(45, {"module_mm": 0.5}, usual=8), pixels(45, {}, usual=8)
    ((6, 300), (8, None))
    """
    module = _millimetres(modules, sizing)
    dpi = sizing.get("dpi", None if module is None else _PRINTED_DPI)
    if dpi is not None:
        _whole("dpi", _number("dpi", dpi, MAX_DPI))
    if module is not None and dpi is not None:
        size = max(1, round(module / _MM_PER_INCH * dpi))
    else:
        size = _whole("scale", sizing.get("scale", usual))
    side = (modules + 2 * light_modules(sizing)) * size
    if side * side > MAX_PIXELS:
        raise EncodeError(
            f"the PNG would have {side} x {side} pixels, at most {MAX_PIXELS} are drawn; "
            "take a smaller scale or dpi, or an SVG"
        )
    if dpi is not None:
        _warn_of_small_print(modules, size * _MM_PER_INCH / dpi)
    return size, dpi


def _millimetres(modules: int, sizing: Sizing) -> float | None:
    """Return the size of a module in millimetres if it is given so."""
    asked = {
        "scale": sizing.get("scale"),
        "module_mm": sizing.get("module_mm"),
        "size_mm": sizing.get("size_mm"),
    }
    given = {name: size for name, size in asked.items() if size is not None}
    if len(given) > 1:
        raise EncodeError(f"{' and '.join(given)} are given, expected one of them")
    for name, size in given.items():
        _number(name, size, MAX_SCALE)
    if "size_mm" in given:
        return given["size_mm"] / modules
    return given.get("module_mm")


def _number(name: str, value: float, largest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is a number, not {value!r:.40}")
    if not SMALLEST <= value <= largest:  # also what is not a number at all
        raise EncodeError(f"{name} is {value}, expected {SMALLEST} to {largest}")
    return value


def _whole(name: str, value: float) -> int:
    if value != int(value):
        raise EncodeError(f"{name} is {value}, expected a whole number for a PNG")
    return int(value)


def _without_dots(sizing: Sizing) -> None:
    if "dpi" in sizing:
        raise EncodeError("dpi is for a PNG; the other formats have no dots")


def _warn_of_small_print(modules: int, module_mm: float) -> None:
    symbol_mm = modules * module_mm
    small = []
    if symbol_mm < SMALLEST_SYMBOL_MM - _TOLERANCE_MM:
        small.append(f"the symbol is {symbol_mm:.1f} mm wide, under {SMALLEST_SYMBOL_MM:g} mm")
    if module_mm < SMALLEST_MODULE_MM - _TOLERANCE_MM:
        small.append(f"its modules are {module_mm:.2f} mm, under {SMALLEST_MODULE_MM:g} mm")
    if small:
        least = max(SMALLEST_SYMBOL_MM, modules * SMALLEST_MODULE_MM)
        message = f"{', and '.join(small)}; draw it at size_mm={least:.1f} or more"
        warnings.warn(message, PrintWarning, stacklevel=4)
