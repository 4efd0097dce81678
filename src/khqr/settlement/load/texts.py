"""The texts of dynamic codes: really written, read back and hashed, for some or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...codec import md5
from ..errors import SettlementError
from ..payments.codes import read_code
from .columns import Columns
from .register import CURRENCIES

if TYPE_CHECKING:
    from .world import World

__all__ = ["check_texts"]

_LIFE = 600_000


def check_texts(world: World, columns: Columns, *, every: int) -> int:
    """Write the text of every so many dynamic codes, read it, and hold it against its payment.

    Args:
        world: whose shops show the codes.
        columns: the payments.
        every: 1 for all of them, 0 for none.

    Returns:
        How many texts that were.

    Raises:
        SettlementError: ``QR_INVALID`` if a text does not say what the payment says.
    """
    import numpy as np

    if not every:
        return 0
    codes, serials = np.asarray(columns.codes), np.asarray(columns.serials)
    places = np.flatnonzero((serials >= 0) & (serials % every == 0))
    hashes = set()
    for place in places.tolist():
        code, serial = int(codes[place]), int(serials[place])
        units, until = int(columns.asked[place]), int(columns.expiries[place])
        currency = int(world.bank.currency_of[code])
        shop = code - int(world.dynamic_codes[currency])
        text = world.shop_code(
            shop, CURRENCIES[currency], str(serial), units, _LIFE, at=until - _LIFE
        )
        said = read_code(text)
        if (said.dynamic, said.units, said.expires_at, said.payee, said.description) != (
            (True, units, until, "susp_in", str(serial))
        ):
            raise SettlementError("QR_INVALID", f"the text of code {serial} reads as {said}")
        hashes.add(md5(text))
    if len(hashes) < len(np.unique(serials[places])):
        raise SettlementError("QR_INVALID", "two dynamic codes have one MD5")
    return len(places)
