"""The command `anonymise`: a payload that may be shown to others."""

from __future__ import annotations

import click

from .. import anonymiser
from .console import Output
from .options import face, payload_argument, payload_examples, payload_from

__all__ = ["anonymise"]


@click.command(epilog=payload_examples('khqr anonymise "PAYLOAD"', "khqr anonymise < code.txt"))
@payload_argument
@click.option("--seed", help="The same seed gives the same result; else each run gives another.")
@click.option("--replace-amounts", is_flag=True, help="Replace amounts of money too.")
@click.option("--keep-wrong-crc", is_flag=True, help="Leave a wrong CRC wrong.")
@face
def anonymise(
    output: Output,
    payload: str | None,
    *,
    seed: str | None,
    replace_amounts: bool,
    keep_wrong_crc: bool,
) -> None:
    """Replace names, accounts, phones and references, to share a code in a bug report.

    Structure and lengths stay, the CRC is made right. A broken payload stays broken. Look at the
    result before you share it.
    """
    text = anonymiser.anonymise(
        payload_from(payload),
        seed=seed,
        replace_amounts=replace_amounts,
        keep_wrong_crc=keep_wrong_crc,
    )
    if output.as_json:
        output.document({"payload": text})
    else:
        output.line(text)
