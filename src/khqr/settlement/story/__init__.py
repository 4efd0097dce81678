"""A story for students: payments step by step, with what each step posts in each book."""

from __future__ import annotations

from .saying import Spoken
from .stage import Grid
from .telling import Line, Page, Scene, Story, tell
from .words import worded

__all__ = ["Grid", "Line", "Page", "Scene", "Spoken", "Story", "tell", "worded"]
