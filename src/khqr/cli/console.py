"""Where the output goes: text for people through rich, lines and JSON for programs as they are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text
from rich.tree import Tree

from ..checks import Report
from ..errors import Finding, KhqrError, Severity
from .printable import one_line, printable
from .shapes import document, parts, problem_shape

__all__ = ["STYLES", "Output"]

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}

_AS_OPTIONS = {
    "pass expires_in=timedelta(minutes=10), or set expires_at": (
        "give --expires-in 10m, or --expires-at"
    ),
    "pass an aware datetime, such as datetime.now(timezone.utc)": "end it with Z or +07:00",
    "language_preference='km'": "--language-preference km",
    "forgiven by lenient=True": "forgiven by --lenient",
    "khqr.check forgives it with lenient=True": "khqr check --lenient forgives it",
    "khqr.check forgives white space with lenient=True": (
        "khqr check --lenient forgives white space"
    ),
    "scan_all gives": "--all gives",
    "pass allow_narrow=True": "give --allow-narrow",
    "draw it at size_mm=": "draw it at --size-mm ",
    "ignore them by ignore_unknown=True": "pass over them with --ignore-columns",
    "name one with page=": "name one with --page",
}
"""What the library tells a Python programmer, and how it is said to whoever types a command."""


@dataclass(frozen=True, slots=True)
class Output:
    """The output of one run of a command.

    Attributes:
        as_json: whether it is read by a program.
        plain: whether colours are not wanted, even on a terminal.
    """

    as_json: bool
    plain: bool

    def console(self, *, stderr: bool = False) -> Console:
        """Return rich's console; it writes no codes where nobody looks."""
        bare = self.plain or bool(os.environ.get("NO_COLOR"))
        return Console(
            stderr=stderr,
            color_system=None if bare else "auto",
            markup=False,
            highlight=False,
            emoji=False,
        )

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads the standard output."""
        return self.console().is_terminal

    def text(self, shown: RenderableType) -> None:
        """Print for people; long lines stay whole."""
        self.console().print(shown, soft_wrap=True)

    def line(self, text: str) -> None:
        """Print one line that is text of a code: exact for a program, harmless on a terminal."""
        shown = printable(text) if self.is_terminal else one_line(text)
        sys.stdout.write(shown + "\n")

    def document(self, value: Any) -> None:
        """Print a JSON document."""
        sys.stdout.write(document(value) + "\n")

    def table(self, rows: Iterable[tuple[str, str]]) -> None:
        """Print names and what belongs to them in two columns."""
        listed = list(rows)
        width = max((len(name) for name, _ in listed), default=0) + 2
        for name, value in listed:
            self.text(Text.assemble((f"{name:{width}}", "bold"), printable(value)))

    def picture(self, art: str) -> None:
        """Print a symbol drawn in blocks: white on black, whatever the colours of a terminal."""
        self.text(Text(art.rstrip("\n"), "#ffffff on #000000"))

    def tree(self, tree: Tree) -> None:
        """Print a tree; lines are broken inside its branches."""
        self.console().print(tree)

    def report(self, report: Report) -> None:
        """Print the findings of a report, and their number first."""
        style = STYLES[Severity.ERROR] if report.errors else "green"
        if report.warnings and not report.errors:
            style = STYLES[Severity.WARNING]
        self.text(Text(str(report).partition("\n")[0], style))
        for finding in report:
            self.text(_line(finding))

    def warn(self, findings: Iterable[Finding]) -> None:
        """Print findings beside the output, to standard error."""
        console = self.console(stderr=True)
        for finding in findings:
            console.print(_line(finding, indent=""), soft_wrap=True)

    def caution(self, message: str) -> None:
        """Print to standard error what somebody should know who has what he asked for."""
        text = printable(_as_options(message))
        shown = Text.assemble(("Warning: ", STYLES[Severity.WARNING]), text)
        self.console(stderr=True).print(shown, soft_wrap=True)

    def refuse(self, problem: KhqrError, about: str = "") -> None:
        """Print to standard error why something cannot be done, with every finding."""
        if self.as_json:
            sys.stderr.write(document({"error": problem_shape(problem)}) + "\n")
            return
        message, findings = parts(problem)
        console = self.console(stderr=True)
        beginning = f"{printable(about)}: " if about else ""
        text = printable(_as_options(message), keep="\n")
        console.print(Text.assemble(("Error: ", "bold red"), beginning, text), soft_wrap=True)
        for finding in findings:
            console.print(_line(finding), soft_wrap=True)


def _line(finding: Finding, indent: str = "  ") -> Text:
    text = Text(indent + printable(_as_options(str(finding))))
    text.stylize(STYLES[finding.severity], 0, len(indent) + len(finding.severity.value))
    return text


def _as_options(text: str) -> str:
    for python, option in _AS_OPTIONS.items():
        text = text.replace(python, option)
    return text
