"""The command `scan`: from pictures to the payloads in them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, get_args

import click

from .. import codec
from ..errors import DecodeError, MissingDependency, ScanError
from ..image import Scan, scan_all
from ..image import scan as scan_one
from ..image.engines import LOADERS
from ..image.scanner import Engine
from .console import Output
from .options import examples, face, standard_input
from .read import value_rows
from .shapes import code_shape, problem_shape

__all__ = ["scan"]

_MAX_IMAGE = 1 << 28
"""The largest image file that is read, in bytes."""


@click.command(
    epilog=examples(
        "khqr scan photo.jpg", "khqr scan bill.pdf --page 2", "khqr scan --json --all *.png"
    )
)
@click.argument(
    "images",
    nargs=-1,
    metavar="IMAGE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
)
@click.option("--all", "every", is_flag=True, help="Every symbol, also those that are no KHQR.")
@click.option("--decode", "decoded", is_flag=True, help="Print what each KHQR means, not its text.")
@click.option("--engine", type=click.Choice(get_args(Engine)), default="auto", show_default=True)
@click.option("--no-retries", is_flag=True, help="Look at the image as it is, once an engine.")
@click.option(
    "--page",
    type=click.IntRange(min=1),
    help="The page of a PDF, by default all; the frame of an image, by default the first.",
)
@click.option("--engines", is_flag=True, help="List the engines, and whether each works here.")
@face
def scan(
    output: Output,
    images: tuple[str, ...],
    *,
    every: bool,
    decoded: bool,
    engine: Engine,
    no_retries: bool,
    page: int | None,
    engines: bool,
) -> None:
    """Print the text of the KHQR in images.

    There is a line for each image. IMAGE is a file, a PDF too, or - for the bytes of one on
    standard input. Of the engines, auto asks zxing, then looks again at the image sharpened and
    smoothed, then asks pyzbar, each only where nothing was found.
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
        look = {"engine": engine, "retries": not no_retries, "page": page}
        found, problem = _scanned(_image_bytes(image), look, every=every)
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


def _scanned(
    data: bytes, look: dict[str, Any], *, every: bool
) -> tuple[list[Scan], ScanError | None]:
    """Return what was found in an image, and what stands in the way."""
    if len(data) > _MAX_IMAGE:
        return [], ScanError("too-large", f"the file has more than {_MAX_IMAGE} bytes")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata; what stands in the way of reading is an error.
            warnings.simplefilter("ignore")
            if not every:
                return [scan_one(data, **look)], None
            found = scan_all(data, **look)
    except ScanError as problem:
        return [], problem
    return found, None if found else ScanError("no-symbol", "no QR symbol was found")


def _print_scan(output: Output, item: Scan, image: str, *, decoded: bool) -> bool:
    if item.raw is not None:
        shown = ScanError("not-khqr", f"a symbol holds bytes that are no text: {item.raw.hex()}")
        output.refuse(shown, about=image)
        return False
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
        "symbols": [_symbol_shape(item) for item in found],
        "error": None if problem is None else problem_shape(problem),
    }


def _symbol_shape(item: Scan) -> dict[str, Any]:
    """Return a symbol as a JSON object; bytes that are no text are hexadecimal digits."""
    return {
        "text": item.text if item.raw is None else None,
        "bytes": None if item.raw is None else item.raw.hex(),
        "engine": item.engine,
        "attempt": item.attempt,
        "page": item.page,
        "corners": [list(corner) for corner in item.corners],
        "code": code_shape(codec.decode(item.text)) if item.is_khqr else None,
    }


def _list_engines(output: Output) -> None:
    missing = {engine: _missing(engine) for engine in LOADERS}
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


def _missing(engine: str) -> MissingDependency | None:
    try:
        LOADERS[engine]()
    except MissingDependency as problem:
        return problem
    return None
