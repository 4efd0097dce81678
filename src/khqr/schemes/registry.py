"""All schemes, and the way from an identifier to its scheme, built once."""

from __future__ import annotations

from . import (
    duitnow,
    fps,
    india,
    jpqr,
    khqr_scheme,
    korea,
    laoqr,
    qris,
    qrph,
    singapore,
    thai_qr,
    thai_slip,
    unionpay,
    vietqr,
    wallets,
)
from .description import Scheme

__all__ = ["BY_GUID", "BY_NAME", "BY_PRIMITIVE", "DATA_GUIDS", "KHQR", "SCHEMES", "TEXTS", "WEAK"]

SCHEMES: tuple[Scheme, ...] = (
    *khqr_scheme.SCHEMES,
    *thai_qr.SCHEMES,
    *vietqr.SCHEMES,
    *duitnow.SCHEMES,
    *laoqr.SCHEMES,
    *unionpay.SCHEMES,
    *wallets.SCHEMES,
    *singapore.SCHEMES,
    *jpqr.SCHEMES,
    *qris.SCHEMES,
    *qrph.SCHEMES,
    *fps.SCHEMES,
    *india.SCHEMES,
    *korea.SCHEMES,
    *thai_slip.SCHEMES,
)
"""Every scheme that is known."""

BY_NAME = {scheme.name: scheme for scheme in SCHEMES}
KHQR = BY_NAME["khqr"]

BY_GUID = {guid: scheme for scheme in SCHEMES for guid in scheme.guids}
"""The scheme of an identifier, which is casefolded and whole: no beginning of one counts."""

DATA_GUIDS = frozenset(guid for scheme in SCHEMES for guid in scheme.data_guids)

BY_PRIMITIVE = {
    object_id: scheme
    for scheme in SCHEMES
    if scheme.primitives_in is None
    for object_id in scheme.primitives
}
"""The scheme to which EMVCo gives an object of 02 to 25."""

WEAK = {
    object_id: scheme
    for scheme in SCHEMES
    if scheme.primitives_in is not None
    for object_id in scheme.primitives
}
"""The scheme that uses an object of 02 to 25 in its own country."""

TEXTS = tuple(scheme for scheme in SCHEMES if scheme.reads is not None)
"""Schemes whose texts are no EMVCo codes."""
