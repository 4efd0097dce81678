"""From a name to lines that fit: cleaned, cut into runs of one script, shrunk, wrapped.

A length of 1 is the size of the letters here; `Line.placed` brings a line to its place on a card.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from .drawing import Box, Text, TextRun
from .fonts import Fonts, Shaped, Typeface, draws, shape, union
from .notices import CardError, CardWarning

__all__ = ["Line", "Lines", "Writer", "script_runs"]

_SPACE_WIDTH = "\u200b"
_JOINERS = frozenset("\u200b\u200c\u200d")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ELLIPSIS = "…"
_NONE = (0.0, 0.0, 0.0, 0.0)


def _is_khmer(character: str) -> bool:
    return (
        "\u1780" <= character <= "\u17ff"
        or "\u19e0" <= character <= "\u19ff"
        or character in _JOINERS
    )


def script_runs(text: str) -> list[tuple[str, str]]:
    """Cut a text into runs of one script; a space joins the run before it.

    >>> script_runs("Demo ហាង")
    [('latin', 'Demo '), ('khmer', 'ហាង')]
    """
    runs: list[tuple[str, str]] = []
    for character in text:
        script = "khmer" if _is_khmer(character) else "latin"
        if runs and (character == " " or runs[-1][0] == script):
            runs[-1] = (runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((script, character))
    return runs


@dataclass(frozen=True, slots=True)
class Line:
    """A line of shaped runs, each with its size beside that of the line."""

    runs: tuple[tuple[Typeface, str, float, Shaped], ...]

    @property
    def advance(self) -> float:
        """How far the pen moves."""
        return sum(size * shaped.advance for _, _, size, shaped in self.runs)

    @property
    def ink(self) -> Box:
        """The box around what is black; empty, at the start, where nothing is."""
        boxes, pen = [], 0.0
        for _, _, size, shaped in self.runs:
            if shaped.ink is not None:
                left, top, right, bottom = (size * edge for edge in shaped.ink)
                boxes.append((pen + left, top, pen + right, bottom))
            pen += size * shaped.advance
        return union(boxes) or _NONE

    def placed(self, role: str, x: float, baseline: float, size: float, colour: str) -> Text:
        """Return the line as an item of a drawing, its pen starting at ``x``."""
        runs, pen = [], x
        for typeface, text, relative, shaped in self.runs:
            runs.append(TextRun(text, typeface, size * relative, pen, shaped.glyphs))
            pen += size * relative * shaped.advance
        left, top, right, bottom = (edge * size for edge in self.ink)
        ink = (x + left, baseline + top, x + right, baseline + bottom)
        return Text(role, tuple(runs), baseline, colour, ink)


@dataclass(frozen=True, slots=True)
class Lines:
    """One or two lines, and the size that they fit at."""

    lines: tuple[Line, ...]
    size: float


@dataclass(frozen=True, slots=True)
class Writer:
    """Sets text in the two fonts of a card, Khmer at ``khmer_scale`` of the size."""

    fonts: Fonts
    khmer_scale: float

    def line(self, text: str, weight: int) -> Line:
        """Return a text as one line."""
        runs = []
        for script, part in script_runs(text):
            typeface = self.fonts.typeface(script, weight)
            relative = self.khmer_scale if script == "khmer" else 1.0
            runs.append((typeface, part, relative, shape(typeface, part)))
        return Line(tuple(runs))

    def clean(self, text: str) -> str:
        """Return what of a text can be drawn: white space as spaces, accents composed.

        A character that neither font has is left out, with a `CardWarning` that lists them.

        Raises:
            CardError: if nothing is left.
        """
        kept: list[str] = []
        lost: list[str] = []
        for character in " ".join(unicodedata.normalize("NFC", text).split()):
            (kept if self._is_drawable(character) else lost).append(character)
        shown = " ".join("".join(kept).split())
        listed = ", ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(lost))
        if not shown.strip("".join(_JOINERS) + " "):
            raise CardError(
                f"the name {text[:25]!r} holds no character that the fonts of the card have "
                f"({listed or 'it is empty'}); pass font= with a font that has them"
            )
        if lost:
            warnings.warn(
                f"the card leaves out characters that its fonts do not have: {listed}; "
                "pass font= with a font that has them",
                CardWarning,
                stacklevel=2,
            )
        return shown

    def _is_drawable(self, character: str) -> bool:
        if character == " " or character in _JOINERS:
            return True
        if unicodedata.category(character)[0] == "C":  # control, format, surrogate, unassigned
            return False
        if unicodedata.bidirectional(character) in _RIGHT_TO_LEFT:
            return False
        script = "khmer" if _is_khmer(character) else "latin"
        return draws(self.fonts.typeface(script, 400), character)

    def fitted(self, text: str, weight: int, size: float, least: float, width: float) -> Lines:
        """Return a text as one line, a smaller line, two lines, or two lines and an ellipsis.

        It is shrunk down to ``least`` of its size first, then broken in two: at a space or a
        zero width space, or between letters where it has none. Only what does not fit then is cut,
        with a `CardWarning`.
        """
        whole = self.line(text, weight)
        needed = whole.advance * size
        if needed <= width:
            return Lines((whole,), size)
        if needed * least <= width:
            return Lines((whole,), size * width / needed)
        room = width / (size * least)
        for first, second in self._halves(text, weight):
            pair = (self.line(first, weight), self.line(second, weight))
            widest = max(line.advance for line in pair)
            if widest <= room:
                return Lines(pair, min(size, width / widest))
        return Lines(self._cut(text, weight, room), size * least)

    def _halves(self, text: str, weight: int) -> Iterator[tuple[str, str]]:
        """Yield the ways to break a text in two, the most even one first, words before letters."""
        spaces = [i for i, c in enumerate(text) if c in (" ", _SPACE_WIDTH)]
        letters = self._breaks(text, weight)
        for places in (spaces, letters):
            ways = []
            for place in places:
                first, second = text[:place].rstrip(), text[place:].lstrip(" " + _SPACE_WIDTH)
                if first and second:
                    wide = [self.line(part, weight).advance for part in (first, second)]
                    ways.append((max(wide), first, second))
            for _, first, second in sorted(ways):
                yield first, second

    def _breaks(self, text: str, weight: int) -> list[int]:
        """Return where a text may be cut without tearing a letter from its marks."""
        places, start = [], 0
        for _, part, _, shaped in self.line(text, weight).runs:
            places += [start + at for at in shaped.breaks if at]
            start += len(part)
        return places

    def _cut(self, text: str, weight: int, room: float) -> tuple[Line, ...]:
        """Return two lines of a text that is too long for them, and say that it is cut."""
        warnings.warn(f"the name is cut to fit the card: {text[:40]!r}…", CardWarning, stacklevel=3)
        first, rest = self._filled(text, weight, room, "")
        second, _ = self._filled(rest, weight, room, _ELLIPSIS)
        return self.line(first, weight), self.line(second + _ELLIPSIS, weight)

    def _filled(self, text: str, weight: int, room: float, tail: str) -> tuple[str, str]:
        """Return what of a text fits before ``tail``, up to a word if it can be, and the rest."""
        fitting = 0
        for place in self._breaks(text, weight):
            if self.line(text[:place].rstrip() + tail, weight).advance > room:
                break
            fitting = place
        word = max(text.rfind(" ", 0, fitting + 1), text.rfind(_SPACE_WIDTH, 0, fitting + 1))
        if not tail and word > fitting // 2:
            fitting = word
        return text[:fitting].rstrip(), text[fitting:].lstrip(" " + _SPACE_WIDTH)
