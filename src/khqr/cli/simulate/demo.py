"""`khqr simulate demo`: a story of payments, with what each step says and posts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..console import Output
from ..options import examples, face
from ..printable import printable
from .files import check_files, journal_option, report_option, write_journal, write_report

if TYPE_CHECKING:
    from ...settlement.money import Money
    from ...settlement.story import Grid, Line, Page, Scene, Spoken, Story

__all__ = ["demo"]

_WIDEST = 100
"""Columns that a text takes at most: longer lines are hard to read."""

_NOTE = """A model and not Bakong: banks, rates and fees are invented, and which bank settles a \
link, in which currency and when, is not public."""


@click.command(
    epilog=examples("khqr simulate demo", "khqr simulate demo --report demo.html --journal j.jsonl")
)
@journal_option
@report_option
@face
def demo(output: Output, *, journal: Path | None, report: Path | None) -> None:
    """Tell a payment at home, one from abroad, one to abroad and their settlement, step by step.

    Each step says who does what, and shows the messages that go and what is posted in each book.
    The story is the same every time: its clock starts at a fixed time, and nothing in it is left
    to chance.
    """
    from ...settlement.report import figures_of
    from ...settlement.story import tell

    check_files(report, journal)
    story = tell()
    if report is not None:
        title, clearings = "A story of payments", [story.clearing]
        write_report(figures_of(story.simulation, title=title, clearings=clearings), report)
    if journal is not None:
        write_journal(story.simulation.ledger, journal)
    if output.as_json:
        output.document(_shape(story))
        return
    console = output.console()
    width = min(_WIDEST, console.width)
    for shown in _told(story):
        console.print(shown, width=width)


def _told(story: Story) -> Iterator[RenderableType]:
    yield Text(_NOTE, "dim")
    part = ""
    for scene in story.scenes:
        if scene.part != part:
            part = scene.part
            yield Text.assemble("\n", (part.upper(), "bold cyan"))
        yield Group(*_scene(scene))


def _scene(scene: Scene) -> Iterator[RenderableType]:
    from ...settlement.report.words import clock_text

    heading = Text(f"\n{scene.number}. {scene.title}", "bold")
    heading.append(f"  {clock_text(scene.time)}", "not bold dim")
    yield heading
    yield Text(scene.text)
    if scene.messages:
        yield Padding(Group(*map(_message, scene.messages)), (1, 0, 0, 2))
    yield Padding(_facts(scene.facts), (1, 0, 0, 2))
    if scene.grid:
        yield Padding(_grid(scene.grid), (1, 0, 0, 2))
    for page in scene.pages:
        yield Padding(_page(page), (1, 0, 0, 2))


def _facts(facts: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", overflow="fold")
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(printable(name), printable(value))
    return table


def _message(said: Spoken) -> RenderableType:
    heading = Text.assemble((f"{said.sender} to {said.receiver}", "bold"), f"  {said.kind}")
    return Group(heading, Padding(_facts(said.members), (0, 0, 0, 2)))


def _grid(grid: Grid) -> Table:
    table = _titled(Text(grid.title, "bold"))
    for place, head in enumerate(grid.heads):
        table.add_column(
            head,
            header_style="dim",
            justify="left" if place < grid.texts else "right",
            overflow="fold",
        )
    for row in grid.rows:
        table.add_row(*map(printable, row))
    return table


def _titled(title: Text, **more: Any) -> Table:
    return Table(
        title=title, title_justify="left", title_style="", box=None, padding=(0, 2, 0, 0), **more
    )


def _page(page: Page) -> Table:
    title = Text.assemble((page.book, "bold"), f", {page.about}")
    table = _titled(title, expand=True)
    table.add_column("account", header_style="dim", ratio=3, overflow="fold")
    for name in ("debit", "credit", "balance"):
        table.add_column(name, header_style="dim", justify="right", ratio=2, overflow="fold")
    for line in page.lines:
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> tuple[str, str, str, Text]:
    return (
        line.account if line.credit is None else f"  {line.account}",
        _amount(line.debit),
        _amount(line.credit),
        Text(_amount(line.balance), "dim"),
    )


def _amount(money: Money | None) -> str:
    from ...settlement.report.words import amount_text

    return "" if money is None else f"{amount_text(money.units, money.currency)} {money.currency}"


def _shape(story: Story) -> dict[str, Any]:
    """Return the story for programs; amounts are minor units, times milliseconds since 1970."""
    ledger = story.simulation.ledger
    return {
        "scenes": [_scene_shape(scene) for scene in story.scenes],
        "rows": len(ledger.journal),
        "chain": ledger.chain,
    }


def _scene_shape(scene: Scene) -> dict[str, Any]:
    pages = [
        {
            "book": page.book,
            "about": page.about,
            "lines": [_line_shape(line) for line in page.lines],
        }
        for page in scene.pages
    ]
    tokens = [
        {"from": giver, "to": taker, "amount": _money(money)}
        for giver, taker, money in scene.tokens
    ]
    return {
        "number": scene.number,
        "part": scene.part,
        "title": scene.title,
        "text": scene.text,
        "time": scene.time,
        "messages": [_message_shape(said) for said in scene.messages],
        "facts": dict(scene.facts),
        "table": _grid_shape(scene.grid),
        "books": pages,
        "tokens": tokens,
    }


def _message_shape(said: Spoken) -> dict[str, Any]:
    return {
        "from": said.sender,
        "to": said.receiver,
        "kind": said.kind,
        "members": dict(said.members),
    }


def _grid_shape(grid: Grid | None) -> dict[str, Any] | None:
    if grid is None:
        return None
    return {"title": grid.title, "heads": list(grid.heads), "rows": [list(r) for r in grid.rows]}


def _line_shape(line: Line) -> dict[str, Any]:
    return {
        "account": line.account,
        "debit": _money(line.debit),
        "credit": _money(line.credit),
        "balance": _money(line.balance),
    }


def _money(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else money._asdict()
