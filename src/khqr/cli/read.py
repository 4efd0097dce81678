"""The commands that read and judge a payload: `decode`, `check` and `verify`."""

from __future__ import annotations

from datetime import datetime

import click
from rich.text import Text

from .. import checks, codec
from ..checks import profile_names
from ..model import Code
from .console import Output
from .options import face, moment_option, payload_argument, payload_examples, payload_from
from .shapes import code_shape, report_shape

__all__ = ["check", "decode", "profile_option", "value_rows", "verify"]

profile_option = click.option(
    "--profile",
    type=click.Choice(["auto", *profile_names()]),
    default="auto",
    show_default=True,
    help="The rules to judge by; auto chooses by the code.",
)


@click.command(
    epilog=payload_examples(
        'khqr decode "PAYLOAD"', 'khqr decode --json "PAYLOAD" | khqr encode --from-json -'
    )
)
@payload_argument
@face
def decode(output: Output, payload: str | None) -> None:
    """Say what a KHQR means.

    That is whom it pays, how much, and all it says beside. A wrong CRC is always refused.
    """
    code = codec.decode(payload_from(payload))
    if output.as_json:
        output.document(code_shape(code))
    else:
        output.table(value_rows(code))


def value_rows(code: Code) -> list[tuple[str, str]]:
    """Return the value of a code for people: what is absent is left out."""
    return [(name, value) for name, value in code_shape(code).items() if value is not None]


@click.command(epilog=payload_examples('khqr check --at now "PAYLOAD"'))
@payload_argument
@profile_option
@click.option("--lenient", is_flag=True, help="Forgive white space and a BOM around the payload.")
@moment_option("--at", help="Judge expiry at this time, or now; else it is not judged.")
@face
def check(
    output: Output, payload: str | None, profile: str, lenient: bool, at: datetime | None
) -> None:
    """List every finding about a payload.

    The exit code is 1 if one of them is an error.
    """
    report = checks.check(payload_from(payload), profile=profile, lenient=lenient, at=at)
    if output.as_json:
        output.document(report_shape(report))
    else:
        output.report(report)
    if not report.ok:
        raise click.exceptions.Exit(1)


@click.command(epilog=payload_examples('khqr verify "PAYLOAD"'))
@payload_argument
@face
def verify(output: Output, payload: str | None) -> None:
    """Say whether the CRC of a payload is right.

    Nothing else about it is judged; `khqr check` does that. The exit code is 1 if it is not.
    """
    right = codec.verify(payload_from(payload))
    if output.as_json:
        output.document({"verified": right})
    else:
        word, style = ("right", "green") if right else ("wrong", "red")
        output.text(Text.assemble("the CRC is ", (word, style)))
    if not right:
        raise click.exceptions.Exit(1)
