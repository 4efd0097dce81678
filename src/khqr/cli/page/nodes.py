"""The objects of an explained code as the page shows them: a tree that covers its whole text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...errors import Finding, Severity
from ..explain import Explained
from .families import CARD, UNREAD, Family, family_of
from .pieces import Piece, language_of, pieces

__all__ = ["Node", "nodes_of", "walk"]

_HEADER = 4


@dataclass(slots=True)
class Node:
    """One object on the page, or a part of the text that could not be read.

    Attributes:
        path: the IDs from the root down; empty for what could not be read.
        name: what it is called.
        family: what it speaks of.
        start: where it starts in the text, in characters.
        end: where it ends.
        header: ID and length as they stand in the text.
        value: its value; empty for a template whose objects follow.
        meaning: what the value says, or empty.
        number: its number on the page, from 1.
        pieces: the value as it is shown.
        findings: what is found about it.
        inside: the objects inside it.
    """

    path: str
    name: str
    family: Family
    start: int
    end: int
    header: str = ""
    value: str = ""
    meaning: str = ""
    number: int = 0
    pieces: list[Piece] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    inside: list[Node] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The language of the value, or empty."""
        return language_of(self.value)

    @property
    def problem(self) -> Severity | None:
        """The gravest severity found about it, or None."""
        severities = {finding.severity for finding in self.findings}
        return next((one for one in Severity if one in severities), None)

    @property
    def title(self) -> str:
        """Its number and name."""
        return f"{self.path} {self.name}".strip()


def walk(nodes: Iterable[Node]) -> list[Node]:
    """Return nodes and all inside them, in the order of the text."""
    return [one for node in nodes for one in (node, *walk(node.inside))]


def nodes_of(said: Explained) -> list[Node]:
    """Return the nodes under the root.

    >>> from khqr.cli.explain import explained
    >>> [node.title for node in nodes_of(explained("0002016199AB"))]
    ['00 Payload Format Indicator', 'Unread text']
    """
    roots = _tree(said)
    if said.text is not None:
        roots = _covering(roots, 0, len(said.text), said.text)
    listed = walk(roots)
    places = _Places(listed)
    for finding in said.report:
        owner = places.owner(finding)
        if owner is not None:
            owner.findings.append(finding)
    for number, node in enumerate(listed, 1):
        node.number = number
        marks = {finding.offset for finding in node.findings}
        node.pieces = pieces(node.value, node.start + len(node.header), marks)
    return roots


def _tree(said: Explained) -> list[Node]:
    roots: list[Node] = []
    if said.text is not None and not "0" <= said.text[:1] <= "9":
        return roots  # a link or a barcode has parameters, and no objects to colour
    inside = {-1: roots}
    for row in said.rows:
        family = CARD if said.text is None else family_of(row.path)
        node = Node(row.path, row.name, family, row.offset, row.end)
        node.value, node.meaning = row.value, row.meaning
        if said.text is not None:
            node.header = said.text[row.offset : row.offset + _HEADER]
        inside[row.depth - 1].append(node)
        inside[row.depth] = node.inside
    return roots


def _covering(nodes: Sequence[Node], start: int, end: int, text: str) -> list[Node]:
    """Return the nodes of a level with what could not be read behind them, in templates too."""
    for node in nodes:
        if node.inside:
            node.inside = _covering(node.inside, node.start + _HEADER, node.end, text)
    read = nodes[-1].end if nodes else start
    if read >= end:
        return list(nodes)
    return [*nodes, Node("", UNREAD.title, UNREAD, read, end, value=text[read:end])]


class _Places:
    """Which node stands at a position, and which at a path."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._starts = [node.start for node in nodes]
        self._by_path: dict[str, list[Node]] = {}
        for node in nodes:
            self._by_path.setdefault(node.path, []).append(node)

    def owner(self, finding: Finding) -> Node | None:
        """Return the node that a finding is about, or None if that is absent, or is no object."""
        index = bisect_right(self._starts, finding.offset) - 1
        there = self._nodes[index] if index >= 0 else None
        if there is not None and there.end <= finding.offset:
            there = None
        if there is not None and there.family is UNREAD:
            return there
        if not finding.path:
            return there
        above = finding.path.rpartition(".")[0]
        named = self._by_path.get(finding.path) or (above and self._by_path.get(above)) or []
        behind = bisect_right(named, finding.offset, key=lambda node: node.start)
        return named[max(behind - 1, 0)] if named else None
