"""Images: a payload as a QR symbol (`symbol`), and an image back to its payloads (`scan`).

Drawing needs the extra ``image`` (segno), scanning ``scan`` (zxing-cpp) or ``zbar`` (pyzbar and
the system library libzbar), and for PDFs ``pdf`` (pypdfium2) too. Nothing of them is loaded before
it is used.
"""

from __future__ import annotations

from . import card, symbol
from .scanner import Scan, scan, scan_all

__all__ = ["Scan", "card", "scan", "scan_all", "symbol"]
