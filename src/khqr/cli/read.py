"""The commands that read a payload: `decode`, `check`, `verify` and `explain`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from rich.text import Text
from rich.tree import Tree

from .. import checks, codec
from ..checks import Report, profile_names
from ..errors import DecodeError
from ..model import Code
from .console import STYLES, Output
from .explain import Row, rows
from .explain import explain as table_of
from .options import face, moment_option, payload_argument, payload_examples, payload_from
from .printable import printable
from .shapes import code_shape, finding_shape, object_shapes

__all__ = ["check", "decode", "explain", "value_rows", "verify"]

_profile = click.option(
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
@_profile
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
        output.document(_report_shape(report))
    else:
        output.report(report)
    _exit(report)


def _report_shape(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "profile": report.profile,
        "findings": [finding_shape(finding) for finding in report],
    }


def _exit(report: Report) -> None:
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


@click.command(
    epilog=payload_examples('khqr explain "PAYLOAD"', "khqr scan photo.jpg | khqr explain")
)
@payload_argument
@_profile
@face
def explain(output: Output, payload: str | None, profile: str) -> None:
    """Show a payload object by object.

    Each has its number, name, value, and what the value means. A broken payload is explained as
    far as it can be read; what is wrong with it stands below, and the exit code is 1.
    """
    text = payload_from(payload)
    report = checks.check(text, profile=profile)
    try:
        explained = list(rows(text, profile=profile))
    except DecodeError:
        explained = []  # not one object can be read; the report says why
    if output.as_json:
        output.document(_report_shape(report) | {"objects": object_shapes(explained)})
        _exit(report)
        return
    if explained:
        if output.is_terminal:
            output.tree(_tree(explained))
        else:
            output.text(Text(table_of(text, profile=profile)))
        output.text("")
    output.report(report)
    _exit(report)


def _tree(explained: list[Row]) -> Tree:
    tree = Tree("payload", hide_root=True)
    inside = {-1: tree}
    for row in explained:
        style = STYLES[row.problem] if row.problem else "cyan"
        label = Text.assemble((row.path, style), "  ", (row.name, "bold"))
        if row.value:
            label.append("  " + printable(row.value))
        if row.meaning:
            label.append(f"  ({row.meaning})", style if row.problem else "green")
        inside[row.depth] = inside[row.depth - 1].add(label)
    return tree
