"""Realistic traffic: who pays what to whom and when, all of it from a seed.

The shape of a day, the growth, the shares of currencies, kinds of codes and refusals, and the
amounts are invented; only the number of payments and their mean are public, see
`khqr.settlement.load.plan`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..payments.limits import day_starts
from .columns import Columns
from .dice import Dice, Table, zipf
from .plan import HOURS, SHARES, Plan

if TYPE_CHECKING:
    from .columns import Numbers
    from .world import World

__all__ = ["Traffic"]

_HOUR = 3_600_000
_LIFE = 600_000
"""Milliseconds that a dynamic code lives: what NBC's documents allow at most."""

_BANDS = (
    (314, 1_00, 5_00),
    (273, 5_00, 20_00),
    (149, 20_00, 100_00),
    (112, 100_00, 500_00),
    (89, 500_00, 2_000_00),
    (43, 2_000_00, 5_000_00),
    (20, 5_000_00, 9_900_00),
)
"""Weight, least and most of amounts in cents: most are small, and few make most of the value."""

_RIEL_PER_CENT = 40
_COIN = 100
"""Riel are paid in hundreds: there is no smaller note."""


class Traffic:
    """The payments of a plan in a world, day by day.

    Args:
        plan: how many, when, from which seed.
        world: who pays, and what codes there are.
    """

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan, self.world = plan, world
        self._dice = Dice(plan.seed)
        self._hours = Table(HOURS)
        self._bands = Table([weight for weight, _, _ in _BANDS])
        self._shops = Table(zipf(world.shops))
        self._wallets = Table(zipf(world.wallets))
        self._kinds = Table([SHARES["static"], SHARES["dynamic"], SHARES["wallet"]])
        self._next_id = self._next_serial = 1

    def days(self) -> Iterator[tuple[int, Columns]]:
        """Yield each business day with its payments, in the order of their times."""
        for day, count in self.plan.counts():
            yield day, self._day(day, count)

    def _day(self, day: int, count: int) -> Columns:
        import numpy as np

        dice, world = self._dice, self.world
        hours = dice.places(self._hours, count)
        times = np.sort(day_starts(day) + hours * _HOUR + dice.below(_HOUR, count))
        kinds = dice.places(self._kinds, count)
        dollars = (dice.below(100, count) < SHARES["dollars"]).astype(np.int64)
        shops, wallets = dice.places(self._shops, count), dice.places(self._wallets, count)
        codes = np.where(
            kinds == 2,
            world.wallet_codes[dollars] + wallets,
            np.where(kinds == 1, world.dynamic_codes[dollars], world.static_codes[dollars]) + shops,
        )
        amounts = self._amounts(dollars, count)
        is_dynamic = kinds == 1
        serials = np.where(is_dynamic, self._next_serial + np.cumsum(is_dynamic) - 1, -1)
        self._next_serial += int(is_dynamic.sum())
        asked = np.where(is_dynamic, amounts, 0)
        expiries = np.where(is_dynamic, times + dice.below(_LIFE, count), -1)
        lots = dice.below(100_000, count)
        back = 1 + dice.below(200, count)
        self._spoil(lots, back, times, (codes, serials, asked, expiries, amounts))
        payers = self._payers(world.currency_of[codes], count)
        ids = self._next_id + np.arange(count)
        self._next_id += count
        entered = np.where(serials >= 0, np.where(lots % 1000 == 7, amounts + _COIN, 0), amounts)
        columns = [ids, payers, codes, entered, times, serials, asked, expiries]
        self._send_again(lots, back, columns)
        return Columns(*columns)

    def _amounts(self, dollars: Numbers, count: int) -> Numbers:
        """Return amounts in minor units: cents, or whole hundreds of riel."""
        import numpy as np

        bands = self._dice.places(self._bands, count)
        least = np.array([low for _, low, _ in _BANDS])[bands]
        most = np.array([high for _, _, high in _BANDS])[bands]
        cents = least + self._dice.raw(count) % (most - least + 1)
        riel = np.maximum(cents * _RIEL_PER_CENT // _COIN, 1) * _COIN
        amounts: Numbers = np.where(dollars > 0, cents, riel)
        return amounts

    def _payers(self, dollars: Numbers, count: int) -> Numbers:
        """Return payers who have the currency; a fifth of them make half of the payments."""
        import numpy as np

        each = self.world.payers_each
        active = self._dice.below(2, count) > 0
        among = np.where(active, max(1, each // 5), each)
        payers: Numbers = dollars * each + self._dice.raw(count) % among
        return payers

    def _spoil(
        self,
        lots: Numbers,
        back: Numbers,
        times: Numbers,
        columns: tuple[Numbers, Numbers, Numbers, Numbers, Numbers],
    ) -> None:
        """Let some dynamic codes be over, some be paid a second time, and some have no payee."""
        import numpy as np

        codes, serials, _, expiries, _ = columns
        is_dynamic, edge = serials >= 0, SHARES["expired"]
        late = is_dynamic & (lots < edge)
        expiries[late] = times[late] - 1
        places = np.flatnonzero(is_dynamic & (lots >= edge) & (lots < edge + SHARES["consumed"]))
        sources = np.maximum(places - back[places], 0)
        places, sources = places[is_dynamic[sources]], sources[is_dynamic[sources]]
        for column in columns:
            column[places] = column[sources]
        in_riel = self.world.currency_of[codes] == 0
        nobody = (serials < 0) & in_riel & (lots < SHARES["unknown"])
        codes[nobody] = self.world.unknown_code

    def _send_again(self, lots: Numbers, back: Numbers, columns: list[Numbers]) -> None:
        """Let some payments be one that was sent shortly before, once more."""
        import numpy as np

        again = lots >= 100_000 - SHARES["sent again"]
        places = np.flatnonzero(again)
        sources = np.maximum(places - back[places], 0)
        places, sources = places[~again[sources]], sources[~again[sources]]
        times = columns[4].copy()
        for column in columns:
            column[places] = column[sources]
        columns[4][:] = times
