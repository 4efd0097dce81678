"""The command `render`: from a payload to its picture."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import click

from .. import checks, codec
from ..errors import DecodeError
from ..image import symbol
from ..image.drawable import FILES
from ..image.sizes import MAX_DPI, MAX_QUIET_ZONE, MAX_SCALE
from ..image.symbol import ErrorCorrection, PrintWarning, Segmentation, Sizing, Symbol
from .console import Output
from .options import guarded, option_name, payload_argument, payload_examples, payload_from

__all__ = ["render", "write_file"]

_LARGEST_SCALE = 64
_FILES = ("svg", "png", "pdf", "eps")
_BINARY = ("png", "pdf")
_SIZES = ("scale", "size_mm", "module_mm")
_KINDS_OF = dict.fromkeys(_SIZES, _FILES) | {"dpi": ("png",), "invert": ("terminal",)}
"""The options that only some formats have."""

_MILLIMETRES = click.FloatRange(0, MAX_SCALE, min_open=True)


@click.command(
    epilog=payload_examples(
        'khqr render "PAYLOAD"',
        'khqr render "PAYLOAD" --out code.svg',
        'khqr render "PAYLOAD" --out code.pdf --size-mm 40',
    )
)
@payload_argument
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--format",
    "kind",
    type=click.Choice([*_FILES, "terminal"]),
    help="By the ending of the file where nothing is said; terminal without a file.",
)
@click.option(
    "--scale",
    type=click.IntRange(1, _LARGEST_SCALE),
    help="Size of a module: 8 pixels in PNG, 4 units in SVG, 4 points in PDF and EPS "
    "where nothing is said.",
)
@click.option(
    "--size-mm", type=_MILLIMETRES, help="Side of the symbol in millimetres, without quiet zone."
)
@click.option("--module-mm", type=_MILLIMETRES, help="Size of a module in millimetres.")
@click.option(
    "--dpi",
    type=click.IntRange(1, MAX_DPI),
    help="Dots per inch of a PNG: 300 with millimetres, not written without.",
)
@click.option(
    "--quiet-zone",
    type=click.IntRange(0, MAX_QUIET_ZONE),
    default=4,
    show_default=True,
    help="Light modules on each side.",
)
@click.option("--allow-narrow", is_flag=True, help="Let the quiet zone be less than 4.")
@click.option(
    "--error",
    type=click.Choice(get_args(ErrorCorrection)),
    help="How much of the symbol may be lost: M where nothing is said, L on a terminal.",
)
@click.option(
    "--segments",
    type=click.Choice(get_args(Segmentation)),
    default="byte",
    show_default=True,
    help="mixed is smaller, and EMVCo forbids it: for closed systems only.",
)
@click.option("--invert", is_flag=True, help="For a terminal with dark text on a light ground.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@guarded
def render(
    output: Output,
    payload: str | None,
    *,
    out: Path | None,
    kind: str | None,
    scale: int | None,
    size_mm: float | None,
    module_mm: float | None,
    dpi: int | None,
    quiet_zone: int,
    allow_narrow: bool,
    error: ErrorCorrection | None,
    segments: Segmentation,
    invert: bool,
    force: bool,
) -> None:
    """Draw the QR symbol of a payload.

    It goes into the terminal, or into an SVG, PNG, PDF or EPS file. A payload whose CRC is wrong
    is refused, as nobody could pay it.
    """
    out = None if out == Path("-") else out
    kind = kind or _kind_of(out)
    given = {"scale": scale, "size_mm": size_mm, "module_mm": module_mm, "dpi": dpi}
    _refuse_useless(kind, given | {"invert": invert or None})
    if kind in _BINARY and out is None and output.is_terminal:
        raise click.UsageError(f"a {kind.upper()} is no text; give --out FILE, or pipe it.")
    text = payload_from(payload)
    if not codec.verify(text):
        errors = checks.check(text).errors
        raise DecodeError("the payload has no right CRC, so its symbol could not be paid", errors)
    level = error or ("L" if kind == "terminal" else "M")
    code = symbol.make(text, error=level, segments=segments)
    if kind == "terminal":
        art = code.terminal(invert=invert, quiet_zone=quiet_zone, allow_narrow=allow_narrow)
        if out is None and not invert:
            output.picture(art)
            return
        data = art.encode()
    else:
        sizing = _sizing(given)
        sizing |= {"quiet_zone": quiet_zone, "allow_narrow": allow_narrow}
        data = _drawn(output, code, kind, sizing)
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        write_file(out, data, force=force)


def _kind_of(out: Path | None) -> str:
    if out is None:
        return "terminal"
    kind = out.suffix.lower()[1:]
    if kind not in _FILES:
        raise click.UsageError(
            f"{str(out)!r} ends with none of .{', .'.join(_FILES)}; give --format."
        )
    return kind


def _refuse_useless(kind: str, given: Mapping[str, object]) -> None:
    """Refuse an option that would do nothing, and sizes that contradict each other."""
    for name, kinds in _KINDS_OF.items():
        if given[name] is not None and kind not in kinds:
            raise click.UsageError(f"{option_name(name)} is for {', '.join(kinds)}.")
    sizes = [option_name(name) for name in _SIZES if given[name] is not None]
    if len(sizes) > 1:
        raise click.UsageError(f"{' and '.join(sizes)} are given; give one of them.")


def _sizing(given: Mapping[str, float | None]) -> Sizing:
    sizing: Sizing = {}
    if (scale := given["scale"]) is not None:
        sizing["scale"] = scale
    if (size := given["size_mm"]) is not None:
        sizing["size_mm"] = size
    if (module := given["module_mm"]) is not None:
        sizing["module_mm"] = module
    if (dpi := given["dpi"]) is not None:
        sizing["dpi"] = int(dpi)
    return sizing


def _drawn(output: Output, code: Symbol, kind: str, sizing: Sizing) -> bytes:
    """Return the picture as the bytes of a file, and say on standard error if it is too small."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PrintWarning)
        data = FILES[f".{kind}"](code, sizing)
    for warning in caught:
        output.caution(str(warning.message))
    return data


def write_file(out: Path, data: bytes, *, force: bool) -> None:
    """Write a new file, or with ``force`` over an old one."""
    try:
        with out.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError:
        raise click.UsageError(f"{str(out)!r} exists; --force overwrites it.") from None
    except OSError as problem:
        raise click.UsageError(f"{str(out)!r} cannot be written: {problem.strerror}.") from None
