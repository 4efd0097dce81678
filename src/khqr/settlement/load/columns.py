"""Many payments as columns of numbers, and what came of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...errors import MissingDependency
from ..errors import SettlementError
from ..ledger.rows import LARGEST_TIME

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]
    Column = Sequence[int] | Numbers

__all__ = ["CODE", "LARGEST_SERIAL", "OUTCOMES", "Columns", "Outcomes", "checked", "require_numpy"]

LARGEST_SERIAL = 2**28 - 1
"""The largest serial of a dynamic code: what was paid takes a byte for each."""

OUTCOMES = (
    "",
    "UNKNOWN_ACCOUNT",
    "UNBALANCED",
    "QR_CONSUMED",
    "QR_EXPIRED",
    "QR_AMOUNT_MISMATCH",
    "ACCOUNT_FROZEN",
    "KYC_TIER",
    "LIMIT_PER_TX",
    "LIMIT_PER_DAY",
    "INSUFFICIENT_FUNDS",
    "INSUFFICIENT_SETTLEMENT_BALANCE",
    "IDEMPOTENCY_MISMATCH",
    "ALREADY_REFUSED",
    "INSTRUCTION_ID_INVALID",
)
"""What may come of a payment, by number: 0 is paid, the others are names of `REFUSALS`. From 1 to
11 they stand in the order in which a payment is checked; an id that is known comes before all."""


CODE = {name: number for number, name in enumerate(OUTCOMES)}
"""The other way round."""


class Columns(NamedTuple):
    """Payments, one in each place of all columns.

    Attributes:
        ids: instruction ids; a new one is above all that took effect.
        payers: numbers of payers, as the register gave them.
        codes: numbers of codes.
        amounts: minor units that the payer enters, or 0 to pay what the code asks for.
        times: when it is confirmed, in milliseconds since 1970.
        serials: for a dynamic code, which one it is: a number that no other has; else -1.
        asked: for a dynamic code, the minor units that it asks for; 0 for what its text says.
        expiries: for a dynamic code, the last moment at which it may be paid; -1 for what its text
            says.
    """

    ids: Column
    payers: Column
    codes: Column
    amounts: Column
    times: Column
    serials: Column
    asked: Column
    expiries: Column


class Outcomes(NamedTuple):
    """What came of payments.

    Attributes:
        rows: the first row of each payment's transaction, or -1 if it was refused.
        refusals: number in `OUTCOMES` of why it was refused, or 0.
    """

    rows: Numbers
    refusals: npt.NDArray[np.uint8]


_LEAST = Columns(0, 0, 0, 0, 0, -1, 0, -1)  # type: ignore[arg-type] # numbers by the names of columns
_MOST = 2**63 - 1


def require_numpy() -> None:
    """Refuse to go on without numpy.

    Raises:
        MissingDependency: if numpy is not installed.
    """
    try:
        import numpy as np  # noqa: F401 - whether it is there
    except ImportError:
        raise MissingDependency(
            "numpy", needed_for="many payments at once", extra="simulate"
        ) from None


def checked(columns: Columns, payers: int, codes: int) -> list[Numbers]:
    """Return columns as arrays, or refuse them all: then nothing was posted.

    Args:
        columns: the payments.
        payers: how many payers there are.
        codes: how many codes there are.

    Raises:
        TypeError: for columns that are not whole numbers of 64 bits, or not of one length.
        SettlementError: ``UNKNOWN_ACCOUNT`` for a payer and ``QR_INVALID`` for a code or serial
            that there is not; ``AMOUNT_NOT_POSITIVE``; ``INSTRUCTION_ID_INVALID``;
            ``CLOCK_INVALID``.
    """
    import numpy as np

    if not isinstance(columns, Columns):
        raise TypeError(f"payments are Columns, not {type(columns).__name__}")
    most = Columns(_MOST, payers - 1, codes - 1, _MOST, LARGEST_TIME, LARGEST_SERIAL, _MOST, _MOST)  # type: ignore[arg-type] # as above
    arrays = []
    for name, column in zip(Columns._fields, columns, strict=True):
        try:
            raw = np.asarray(column)
        except ValueError:
            raise TypeError(f"{name} holds columns of several lengths, and no numbers") from None
        if raw.ndim != 1 or (raw.size and raw.dtype.kind not in "iu"):
            raise TypeError(f"{name} is no column of whole numbers of 64 bits, but {raw.dtype}")
        if raw.size and not getattr(_LEAST, name) <= raw.min() <= raw.max() <= getattr(most, name):
            below = np.flatnonzero((raw < getattr(_LEAST, name)) | (raw > getattr(most, name)))
            raise SettlementError(
                _REFUSED_FOR[name],
                f"{name}[{below[0]}] is {raw[below[0]]}; it lies from {getattr(_LEAST, name)} to "
                f"{getattr(most, name)}",
            )
        arrays.append(np.ascontiguousarray(raw, dtype=np.int64))
    if len({len(array) for array in arrays}) > 1:
        raise TypeError("the columns are not of one length")
    return arrays


_REFUSED_FOR = {
    "ids": "INSTRUCTION_ID_INVALID",
    "payers": "UNKNOWN_ACCOUNT",
    "codes": "QR_INVALID",
    "amounts": "AMOUNT_NOT_POSITIVE",
    "times": "CLOCK_INVALID",
    "serials": "QR_INVALID",
    "asked": "AMOUNT_NOT_POSITIVE",
    "expiries": "QR_INVALID",
}
