"""The command `render`: from a payload to its picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from .. import checks, codec
from ..errors import DecodeError
from ..image import symbol
from ..image.symbol import ErrorCorrection
from .console import Output
from .options import guarded, payload_argument, payload_examples, payload_from

__all__ = ["render"]

_LARGEST_SCALE = 64


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
