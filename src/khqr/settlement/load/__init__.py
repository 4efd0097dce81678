"""Many payments at once: straight-through processing, traffic, the half-year, and its audit.

What one call decides in plain Python, a call for many decides with numpy, with the same result and
the same journal.
"""

from __future__ import annotations
