"""The page that says what rests on what holds exactly what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from khqr.alipayplus import RESULT_CODES, results
from khqr.alipayplus.mapping import FIELD_TABLE
from khqr.alipayplus.messages import Member, members, objects, paying, scanning
from khqr.alipayplus.messages.kinds import Flag, Moment, Natural

PAGE = (Path(__file__).parent.parent / "docs" / "alipayplus.md").read_text(encoding="utf-8")


def rows(heading: str) -> Iterator[list[str]]:
    """Yield the cells of the first table under a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = iter(section[section.index("\n|") + 1 :].partition("\n\n")[0].splitlines()[2:])
    for line in lines:
        yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


def kind(member: Member) -> str:
    """Say what a member is, as the page does."""
    found = member.kind
    words = {Natural: "whole number", Flag: "true, false", Moment: "time"}
    if isinstance(found, type):
        said = found.__name__
    else:
        longest = getattr(found, "maximum", None)
        said = words.get(type(found)) or ("text" if longest is None else f"text {longest}")
    return f"list of {said}" if member.many else said


def described(module: object) -> list[list[str]]:
    found = []
    for name in module.__all__:  # type: ignore[attr-defined] # a module of messages
        for member in members(getattr(module, name)):
            presence = "required" if member.required else "optional"
            found.append([name, member.name, kind(member), presence, member.grade.value])
    return found


def test_every_member_is_on_the_page() -> None:
    assert list(rows("Members of messages")) == described(scanning) + described(paying)
    assert list(rows("Members of the objects inside")) == described(objects)


def test_every_result_code_is_on_the_page() -> None:
    assert list(rows("Result codes")) == [
        [code, row.status.value, row.grade.value, row.letter.value]
        for code, row in RESULT_CODES.items()
    ]


def test_every_row_of_the_field_table_is_on_the_page() -> None:
    assert [[cell.replace("`", "") for cell in row] for row in rows("Mapping: fields")] == [
        [", ".join(row.objects), ", ".join(row.members), row.grade.value, row.note or "-"]
        for row in FIELD_TABLE
    ]


def test_every_refusal_is_on_the_page_with_its_answer() -> None:
    listed: dict[str, set[str]] = {}
    for _, name, answer in rows("Refusals"):
        listed.setdefault(name, set()).add(answer.replace("`", ""))
    del listed["none, an issue"]
    classes = results.AlipayPlusError.__subclasses__()
    assert set(listed) == {cls.__name__ for cls in classes}
    for cls in classes:
        letter = RESULT_CODES[cls.result_code].status.value
        assert f"{cls.result_code} {letter}" in listed[cls.__name__]
