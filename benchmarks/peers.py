"""The packages that khqr is measured against: installed on demand, one pinned version each.

They live in `benchmarks/peers/`, which git ignores. The Python ones are imported into the process
that measures, behind everything else on the path; nothing of them enters khqr.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent / "peers"
NODE = FOLDER / "node"
PYTHON = FOLDER / "python"

SDK = ("bakong-khqr", "1.0.20")
PACKAGES = {
    "bakong-khqr": "0.6.5",
    "konthaina-khqr": "0.1.7",
    "vietnam-qr-pay": "1.0.0",
    "qriskit": "0.2.0",
    "abacus-minimal": "0.14.2",
}


class PeerMissing(Exception):  # noqa: N818 - says what it is
    """A peer cannot be measured; the message says why."""


def official_sdk() -> Path:
    """Return the folder of the official SDK, installed if need be.

    Raises:
        PeerMissing: if Node or npm is missing, or the installation failed.
    """
    name, version = SDK
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise PeerMissing(f"{tool} is missing, so the official SDK cannot run")
    folder = NODE / "node_modules" / name
    if f'"version": "{version}"' not in _text(folder / "package.json"):
        NODE.mkdir(parents=True, exist_ok=True)
        npm = str(shutil.which("npm"))
        quiet = ("--no-audit", "--no-fund", "--silent")
        _run(npm, "install", *quiet, "--prefix", str(NODE), f"{name}@{version}")
    return folder


def python_peers() -> dict[str, str]:
    """Make the Python peers importable, installed if need be; return why some are missing."""
    names = {"base": str(PYTHON), "platbase": str(PYTHON)}
    site = sysconfig.get_path("purelib", scheme="venv", vars=names)
    scripts = sysconfig.get_path("scripts", scheme="venv", vars=names)
    missing: dict[str, str] = {}
    for name, version in PACKAGES.items():
        if _installed(site).get(name) == version:
            continue
        try:
            if not Path(site).exists():
                _run(sys.executable, "-m", "venv", "--clear", str(PYTHON))
            python = shutil.which("python", path=scripts) or "benchmarks/peers/python"
            _run(python, "-m", "pip", "install", "--quiet", f"{name}=={version}")
        except PeerMissing as reason:
            missing[name] = str(reason)
    sys.path.append(site)
    return missing


def peer_module(package: str, module: str, missing: dict[str, str]) -> ModuleType:
    """Import a module of a peer.

    Raises:
        PeerMissing: if the peer could not be installed.
    """
    if package in missing:
        raise PeerMissing(missing[package])
    return import_module(module)


def _installed(site: str) -> dict[str, str]:
    return {found.metadata["Name"]: found.version for found in distributions(path=[site])}


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise PeerMissing(f"{' '.join(command[:3])} … failed: {words[-1]}")
