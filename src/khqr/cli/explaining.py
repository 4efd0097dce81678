"""The command `explain`: a code object by object, in a terminal, as JSON, or on a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from rich.text import Text
from rich.tree import Tree

from .console import STYLES, Output
from .explain import Row, explained, table
from .options import face, payload_argument, payload_examples, payload_from
from .page import page_of
from .printable import printable
from .read import profile_option
from .shapes import object_shapes, report_shape

__all__ = ["explain"]


@click.command(
    epilog=payload_examples(
        'khqr explain "PAYLOAD"',
        "khqr scan photo.jpg | khqr explain",
        'khqr explain --html code.html "PAYLOAD"',
    )
)
@payload_argument
@profile_option
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a page for a browser, whole in itself, and print nothing.",
)
@face
def explain(output: Output, payload: str | None, profile: str, page: Path | None) -> None:
    """Show a payload object by object.

    Each has its number, the span of text that it covers, its name, value, and what the value
    means. A broken payload is explained as far as it can be read; what is wrong with it stands
    below, and the exit code is 1. Card data of a consumer-presented code is masked.
    """
    said = explained(payload_from(payload), profile=profile)
    if page is not None:
        _write(page, page_of(said))
    elif output.as_json:
        output.document(report_shape(said.report) | {"objects": object_shapes(said.rows)})
    else:
        if said.rows:
            if output.is_terminal:
                output.tree(_tree(said.rows))
            else:
                output.text(Text(table(said.rows)))
            output.text("")
        output.report(said.report)
    if not said.report.ok:
        raise click.exceptions.Exit(1)


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise click.UsageError(f"'{page}' cannot be written: {problem.strerror}.") from None


def _tree(explained_rows: Iterable[Row]) -> Tree:
    tree = Tree("payload", hide_root=True)
    inside = {-1: tree}
    for row in explained_rows:
        style = STYLES[row.problem] if row.problem else "cyan"
        label = Text.assemble((row.path, style), (f"  {row.span}  ", "dim"), (row.name, "bold"))
        if row.value:
            label.append("  " + printable(row.value))
        if row.meaning:
            label.append(f"  ({row.meaning})", style if row.problem else "green")
        inside[row.depth] = inside[row.depth - 1].add(label)
    return tree
