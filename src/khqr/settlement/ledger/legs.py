"""The leg rule: what any domestic movement of money between two accounts posts, and where."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Leg", "legs"]


class Leg(NamedTuple):
    """An account at which a movement may start or end, and the accounts behind it, by number.

    Attributes:
        account: the account itself, in its institution's book.
        unit: number of book and currency; two legs of one unit are at one institution.
        currency: the currency.
        bsa: the institution's settlement account, as its own book has it.
        central: the same account, as the central bank's book has it.
        holder: the holder of the tokens behind the account, in the token ledger.
    """

    account: int
    unit: int
    currency: str
    bsa: int
    central: int
    holder: int


def legs(payer: Leg, payee: Leg) -> tuple[tuple[int, int], ...]:
    """Return the postings of a movement, each a pair of debit and credit account.

    Debit the payer's account, credit the payee's. If their institutions differ, the payer's bank
    pays from its settlement account, the central bank moves the money between the two, and the
    payee's bank receives it. The tokens move from holder to holder, unless it is the same. All
    postings have the amount of the movement.

    The rule is a choice of this library. The hop between the settlement accounts follows NBC's
    KHQR Guideline; that the receiving bank takes over the liability for the tokens in the same
    step is our reading, and no document that could be read says it.

    >>> a = Leg(account=1, unit=0, currency="KHR", bsa=2, central=10, holder=20)
    >>> b = Leg(account=3, unit=1, currency="KHR", bsa=4, central=11, holder=21)
    >>> legs(a, b)
    ((1, 2), (10, 11), (4, 3), (20, 21))
    >>> legs(a, a._replace(account=5))
    ((1, 5),)
    """
    debit, unit, _, bsa, central, holder = payer
    credit, other_unit, _, other_bsa, other_central, other_holder = payee
    if unit != other_unit:
        hop = ((debit, bsa), (central, other_central), (other_bsa, credit))
        return (*hop, (holder, other_holder))
    if holder != other_holder:
        return (debit, credit), (holder, other_holder)
    return ((debit, credit),)
