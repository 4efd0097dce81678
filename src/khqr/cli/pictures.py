"""The commands between a payload and its picture: `render` and `scan`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any, get_args

import click

from .. import checks, codec
from ..errors import DecodeError, MissingDependency, ScanError
from ..image import Scan, scan_all, symbol
from ..image import scan as scan_one
from ..image.scanner import Engine
from ..image.symbol import ErrorCorrection
from .console import Output
from .options import (
    examples,
    face,
    guarded,
    payload_argument,
    payload_examples,
    payload_from,
    standard_input,
)
from .read import value_rows
from .shapes import code_shape, problem_shape

__all__ = ["render", "scan"]

_LARGEST_SCALE = 64
_MAX_IMAGE = 1 << 28
"""The largest image file that is read, in bytes."""

_ENGINES: tuple[Engine, ...] = ("zxing", "pyzbar")
_BLANK = b"P5 8 8 255\n" + bytes([255]) * 64
"""A white image of eight by eight pixels, in the simplest format there is."""


@click.command(
    epilog=payload_examples('khqr render "PAYLOAD"', 'khqr render "PAYLOAD" --out code.svg')
)
@payload_argument
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["svg", "png", "terminal"]),
    help="By the ending of the file where nothing is said; terminal without a file.",
)
@click.option(
    "--scale",
    type=click.IntRange(1, _LARGEST_SCALE),
    help="Units or pixels a module: 4 in SVG, 8 in PNG where nothing is said.",
)
@click.option(
    "--error",
    type=click.Choice(get_args(ErrorCorrection)),
    help="How much of the symbol may be lost: M where nothing is said, L on a terminal.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
@guarded
def render(
    output: Output,
    payload: str | None,
    *,
    out: Path | None,
    kind: str | None,
    scale: int | None,
    error: ErrorCorrection | None,
    force: bool,
) -> None:
    """Draw the QR symbol of a payload.

    It goes into the terminal, or into an SVG or PNG file. A payload whose CRC is wrong is refused,
    as nobody could pay it.
    """
    out = None if out == Path("-") else out
    kind = kind or _kind_of(out)
    if kind == "terminal" and scale is not None:
        raise click.UsageError("--scale is for svg and png.")
    if kind == "png" and out is None and output.is_terminal:
        raise click.UsageError("a PNG is no text; give --out FILE, or pipe it.")
    text = payload_from(payload)
    if not codec.verify(text):
        errors = checks.check(text).errors
        raise DecodeError("the payload has no right CRC, so its symbol could not be paid", errors)
    if kind == "terminal" and out is None:
        output.picture(symbol.terminal(text, error=error or "L"))
        return
    data = _drawn(text, kind, scale, error)
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        _write(out, data, force=force)


def _kind_of(out: Path | None) -> str:
    if out is None:
        return "terminal"
    kind = out.suffix.lower()[1:]
    if kind not in {"svg", "png"}:
        raise click.UsageError(f"{str(out)!r} ends neither with .svg nor .png; give --format.")
    return kind


def _drawn(text: str | bytes, kind: str, scale: int | None, error: ErrorCorrection | None) -> bytes:
    if kind == "svg":
        return symbol.svg(text, scale=scale or 4, error=error or "M").encode()
    if kind == "png":
        return symbol.png(text, scale=scale or 8, error=error or "M")
    return symbol.terminal(text, error=error or "L").encode()


def _write(out: Path, data: bytes, *, force: bool) -> None:
    try:
        with out.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError:
        raise click.UsageError(f"{str(out)!r} exists; --force overwrites it.") from None
    except OSError as problem:
        raise click.UsageError(f"{str(out)!r} cannot be written: {problem.strerror}.") from None


@click.command(epilog=examples("khqr scan photo.jpg", "khqr scan --json --all *.png"))
@click.argument(
    "images",
    nargs=-1,
    metavar="IMAGE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
)
@click.option("--all", "every", is_flag=True, help="Every symbol, also those that are no KHQR.")
@click.option("--decode", "decoded", is_flag=True, help="Print what each KHQR means, not its text.")
@click.option("--engine", type=click.Choice(get_args(Engine)), default="auto", show_default=True)
@click.option("--engines", is_flag=True, help="List the engines, and whether each works here.")
@face
def scan(
    output: Output,
    images: tuple[str, ...],
    *,
    every: bool,
    decoded: bool,
    engine: Engine,
    engines: bool,
) -> None:
    """Print the text of the KHQR in images.

    There is a line for each image. IMAGE is a file, or - for the bytes of one on standard input.
    An image with no KHQR, or with several, is an error; --all prints every symbol instead. A line
    end inside a text is escaped; --json is exact.
    """
    if engines:
        _list_engines(output)
        return
    if not images:
        raise click.UsageError("no image is given; - reads one from standard input.")
    good = True
    shapes = []
    for image in images:
        found, problem = _scanned(_image_bytes(image), engine, every=every)
        good = good and problem is None
        shapes.append(_image_shape(image, found, problem))
        if output.as_json:
            continue
        for item in found:
            good = _print_scan(output, item, image, decoded=decoded) and good
        if problem is not None:
            output.refuse(problem, about=image)
    if output.as_json:
        output.document({"images": shapes})
    if not good:
        raise click.exceptions.Exit(1)


def _image_bytes(image: str) -> bytes:
    if image == "-":
        return standard_input(_MAX_IMAGE)
    try:
        with Path(image).open("rb") as file:
            return file.read(_MAX_IMAGE + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise click.UsageError(f"{image!r} cannot be read: {reason}.") from None


def _scanned(data: bytes, engine: Engine, *, every: bool) -> tuple[list[Scan], ScanError | None]:
    """Return what was found in an image, and what stands in the way."""
    if len(data) > _MAX_IMAGE:
        return [], ScanError("too-large", f"the file has more than {_MAX_IMAGE} bytes")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata; what stands in the way of reading is an error.
            warnings.simplefilter("ignore")
            if not every:
                return [scan_one(data, engine=engine)], None
            found = scan_all(data, engine=engine)
    except ScanError as problem:
        return [], problem
    return found, None if found else ScanError("no-symbol", "no QR symbol was found")


def _print_scan(output: Output, item: Scan, image: str, *, decoded: bool) -> bool:
    if not decoded:
        output.line(item.text)
        return True
    try:
        code = codec.decode(item.text)
    except DecodeError as problem:
        output.refuse(problem, about=image)
        return False
    output.table([("image", image), *value_rows(code)])
    output.text("")
    return True


def _image_shape(image: str, found: list[Scan], problem: ScanError | None) -> dict[str, Any]:
    return {
        "image": image,
        "symbols": [
            {
                "text": item.text,
                "engine": item.engine,
                "corners": [list(corner) for corner in item.corners],
                "code": code_shape(codec.decode(item.text)) if item.is_khqr else None,
            }
            for item in found
        ],
        "error": None if problem is None else problem_shape(problem),
    }


def _list_engines(output: Output) -> None:
    missing = {engine: _missing(engine) for engine in _ENGINES}
    if output.as_json:
        shapes = [
            {"engine": engine, "works": what is None, "install": what.install if what else None}
            for engine, what in missing.items()
        ]
        output.document({"engines": shapes})
    else:
        output.table((engine, str(what or "works")) for engine, what in missing.items())
    if all(missing.values()):
        raise click.exceptions.Exit(2)


def _missing(engine: Engine) -> MissingDependency | None:
    try:
        scan_all(_BLANK, engine=engine)
    except MissingDependency as problem:
        return problem
    return None
