"""The files that both commands write: a page of figures, and the journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...settlement.ledger.view import View
    from ...settlement.report import Figures

__all__ = ["check_files", "journal_option", "report_option", "write_journal", "write_report"]

_JOURNALS = (".jsonl", ".parquet")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _in_a_folder(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before a long run, not after it."""
    if path is None:
        return None
    if path.is_dir():
        raise click.BadParameter(f"{str(path)!r} is a folder.")
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(path.parent)!r}.")
    if (path.is_file() or not path.exists()) and not os.access(path.parent, os.W_OK):
        raise click.BadParameter(f"no file can be made in the folder {str(path.parent)!r}.")
    return path


def _journal(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix not in _JOURNALS:
        raise click.BadParameter("the name of the file must end with .jsonl or .parquet.")
    return _in_a_folder(context, option, path)


def report_option(command: _Command) -> _Command:
    """Give a command the option ``--report``."""
    return click.option(
        "--report",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=_in_a_folder,
        help="Also write a page with figures and charts: FILE.html.",
    )(command)


def journal_option(command: _Command) -> _Command:
    """Give a command the option ``--journal``."""
    return click.option(
        "--journal",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=_journal,
        help="Also write the journal: FILE.jsonl or FILE.parquet.",
    )(command)


def check_files(report: Path | None, journal: Path | None) -> None:
    """Refuse before a long run what could not be written after it.

    Raises:
        MissingDependency: for what is not installed.
        click.UsageError: if both are one file.
    """
    from ...settlement.ledger.columns import require_pyarrow
    from ...settlement.report.page import require_page

    if report is not None:
        if journal is not None and report.resolve() == journal.resolve():
            raise click.UsageError("--report and --journal are one file; name two.")
        require_page()
    if journal is not None and journal.suffix == ".parquet":
        require_pyarrow()


def write_report(figures: Figures, path: Path) -> None:
    """Write figures as a page."""
    from ...settlement.report import html

    page = html(figures)
    with _whole(path) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


def write_journal(ledger: View, path: Path) -> None:
    """Write a journal as JSON Lines or Parquet, by the end of the name of the file."""
    from ...settlement.ledger.columns import write_parquet
    from ...settlement.ledger.lines import journal_lines

    with _whole(path) as part:
        if path.suffix == ".parquet":
            write_parquet(ledger, part)
        else:
            with part.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(journal_lines(ledger))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a path to write to, which becomes the file once it is whole.

    Half of a journal, left behind by Ctrl-C or a full disk, would read as one of a shorter run.
    """
    from ...bulk.journal import replaced

    path = path.resolve()
    if path.exists() and not path.is_file():  # such as a pipe
        yield path
    else:
        with replaced(path) as part:
            yield part
