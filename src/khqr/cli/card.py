"""The command `card`: from a payload, or two, to a KHQR card or stand."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any, get_args

import click

from ..image import card as cards
from ..image.symbol import ErrorCorrection
from .console import Output
from .options import guarded, payload_examples, payload_from
from .render import write_file

__all__ = ["card"]

_KINDS = ("png", "jpeg", "svg", "pdf")
_STYLES: dict[str, cards.CardStyle | cards.StandStyle] = {
    "card": cards.CardStyle(),
    "stand": cards.StandStyle(),
}


@click.command(
    epilog=payload_examples(
        'khqr card "PAYLOAD" --out card.png',
        'khqr card "PAYLOAD" --out stand.pdf --style stand --width-mm 105',
        'khqr card "RIEL PAYLOAD" "DOLLAR PAYLOAD" --out both.svg',
    )
)
@click.argument("payloads", metavar="[PAYLOAD [PAYLOAD]]", nargs=-1)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--format", "kind", type=click.Choice(_KINDS), help="By the ending of the file.")
@click.option("--style", type=click.Choice(list(_STYLES)), default="card", show_default=True)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--width", type=int, help="Of the card in pixels, or units of an SVG: 600.")
@click.option("--width-mm", type=float, help="Of a PDF, in millimetres: 80.")
@click.option("--language", help="Show the name in this language, if the code has it: km.")
@click.option(
    "--badge",
    default="auto",
    show_default=True,
    help="auto, currency, none, or a picture of your own.",
)
@click.option(
    "--logo",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture of your own for the header.",
)
@click.option("--error", type=click.Choice(get_args(ErrorCorrection)), default="M")
@click.option("--verify", is_flag=True, help="Scan the card back before it is written.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@guarded
def card(
    output: Output,
    payloads: tuple[str, ...],
    *,
    out: Path | None,
    kind: str | None,
    style: str,
    width: int | None,
    width_mm: float | None,
    badge: str,
    force: bool,
    **options: Any,
) -> None:
    """Draw the KHQR card of a payload, or one card for two payloads of one shop.

    The header says KHQR in plain letters: no artwork of the National Bank of Cambodia is part of
    this program, which is not affiliated with it.
    """
    out = None if out == Path("-") else out
    kind = kind or _kind_of(out)
    if (width if kind == "pdf" else width_mm) is not None:
        raise click.UsageError("--width is for png, jpeg and svg, --width-mm for pdf.")
    if kind != "svg" and out is None and output.is_terminal:
        raise click.UsageError(f"a {kind.upper()} is no text; give --out FILE, or pipe it.")
    sources = [payload_from(payload) for payload in payloads] or [payload_from(None)]
    size = {"width_mm": width_mm} if kind == "pdf" else {"width": width}
    given: Any = {name: value for name, value in size.items() if value is not None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", cards.CardWarning)
        warnings.simplefilter("always", cards.PrintWarning)
        made = cards.make(
            sources if len(sources) > 1 else sources[0],
            style=_STYLES[style],
            badge=None if badge == "none" else badge,
            **options,
        )
        drawn = getattr(made, kind)(**given)
    for warning in caught:
        output.caution(str(warning.message))
    data = drawn.encode() if isinstance(drawn, str) else drawn
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        write_file(out, data, force=force)


def _kind_of(out: Path | None) -> str:
    suffix = "" if out is None else out.suffix.lower().removeprefix(".")
    kind = "jpeg" if suffix == "jpg" else suffix
    if kind not in _KINDS:
        wanted = ", .".join(_KINDS)
        where = "no file is named" if out is None else f"{str(out)!r} ends with none of .{wanted}"
        raise click.UsageError(f"{where}; give --format.")
    return kind
