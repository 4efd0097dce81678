"""The page of schemes holds what the tables hold; run this file to write the page anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from khqr.schemes import SCHEMES, EmvFields, Scheme
from khqr.schemes.description import Presence
from khqr.schemes.findings import SCHEME_CATALOGUE

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "schemes.md"
MARK = "<!-- from here on the page is made from the tables; see tests/test_schemes_docs.py -->"


def rows(scheme: Scheme) -> Iterator[str]:
    """Yield the lines about the fields that are the scheme's own."""
    for name, row in scheme.fields.rows.items():
        if row is EmvFields.rows.get(name):
            continue
        low, high = row.minimum, row.maximum
        length = str(high) if low == high else f"{low} to {high}" if high < 99 else "any"
        only = ", ".join(f"`{guid}`" for guid in row.guids)
        yield f"| `{name}` | `{row.path}` | {row.format} | {length} | {row.presence} | {only} |"


def presence(variant: Presence) -> str:
    """Say what must stand under the root."""
    parts = [
        f"{word} {', '.join(ids.split())}"
        for word, ids in (
            ("asks for", variant.required),
            ("advises", variant.advised),
            ("does without", variant.optional),
        )
        if ids
    ]
    if variant.only_if is not None:
        parts.insert(0, f"with `{variant.only_if[0]}` = `{variant.only_if[1]}`")
    return "; ".join(parts)


def section(scheme: Scheme) -> str:
    """Return what the page says of one scheme."""
    guids = ", ".join(f"`{guid}`" for guid in scheme.guids) or "-"
    lines = [
        f"## {scheme.title}: `{scheme.name}`",
        "",
        f"Source: {scheme.source.removesuffix(f' ({scheme.grade})')}, [{scheme.grade}].",
        "",
        f"- identifiers: {guids}",
        f"- seen in: {scheme.usual or '-'}",
        f"- currency, country: {', '.join(scheme.currencies) or 'any'}; {scheme.country or 'any'}",
    ]
    lines += [f"- root: {presence(variant)}" for variant in scheme.presence]
    if scheme.severities:
        lines.append(f"- relaxes: {', '.join(f'`{code}`' for code in sorted(scheme.severities))}")
    own = list(rows(scheme))
    if own:
        lines += ["", "| field | path | format | length | presence | only with |",
                  "| --- | --- | --- | --- | --- | --- |", *own]  # fmt: skip
    return "\n".join(lines)


def page() -> str:
    """Return the page: what was written by hand, and what the tables say."""
    head = PAGE.read_text("utf-8").partition(MARK)[0]
    return f"{head}{MARK}\n\n" + "\n\n".join(map(section, SCHEMES)) + "\n"


def test_the_page_is_that_of_the_tables() -> None:
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_grade_stands_in_the_docstring_of_the_module(scheme: Scheme) -> None:
    name = scheme.fields.__module__
    module = __import__(name, fromlist=["__doc__"])
    assert f"[{scheme.grade}]" in (module.__doc__ or ""), name


def test_rules_page_holds_the_catalogue_of_schemes() -> None:
    listed = {}
    for line in (DOCS / "rules.md").read_text("utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if line.startswith("| `scheme."):
            listed[cells[0]] = cells[1]
    assert listed == {code: severity.value for code, severity in SCHEME_CATALOGUE.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
