"""The page of `khqr explain --html`: one file that loads nothing and runs nothing."""

from __future__ import annotations

from .write import html, page_of

__all__ = ["html", "page_of"]
