"""Which browser the tests open pages in."""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["chromium"]

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATIONS = ("Google Chrome", "Chromium")


def chromium() -> str:
    """Return the path of a browser of the Chromium family."""
    commands = (shutil.which(name) for name in _COMMANDS)
    applications = (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in _APPLICATIONS)
    found = [path for path in (*commands, *applications) if path and Path(path).exists()]
    assert found, "there is no Chromium; run scripts/ensure_chromium.sh"
    return found[0]
