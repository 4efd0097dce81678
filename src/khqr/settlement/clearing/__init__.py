"""Clearing of a link at cut-off, its settlement, reports and files, and reconciliation."""

from __future__ import annotations
