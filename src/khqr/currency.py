"""Riel and dollar, and how an amount of either is written in a KHQR. Money is exact here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .emv.limits import MAX_PAYLOAD
from .errors import quote

__all__ = [
    "KHR",
    "USD",
    "Currency",
    "UnreadableAmount",
    "amount_from",
    "amount_problem",
    "amount_text",
    "currency_of",
]

MAX_AMOUNT_LENGTH = 13
"""Longest text of object 54 (EMVCo MPM 1.0 Table 3.6)."""

_TOO_LARGE = 10**MAX_AMOUNT_LENGTH


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of object 53.

    Attributes:
        code: alphabetic code of ISO 4217, empty where the number is in no list.
        number: numeric code of ISO 4217, three digits.
        decimals: digits behind the point in a KHQR: none for riel.
        minor_unit: digits of the minor unit in ISO 4217: two for riel as well.

    >>> Currency.of("USD") is USD, Currency.of("116") is KHR
    (True, True)
    >>> Currency.of("THB").is_supported
    False
    """

    code: str
    number: str
    decimals: int
    minor_unit: int

    @classmethod
    def of(cls, value: Currency | str | int) -> Currency:
        """Return the currency for a `Currency`, a code (``"USD"``) or a number (``"840"``).

        Only riel and dollar may be written into a KHQR; any other text gives a currency that
        `khqr.encode` refuses with the error number of the official SDK.

        Raises:
            TypeError: for any other type.
        """
        return currency_of(value)

    @property
    def is_supported(self) -> bool:
        """Whether a KHQR may carry it: riel and dollar may (official SDK, error 28)."""
        return self is KHR or self is USD or self in (KHR, USD)

    def __str__(self) -> str:
        return self.code or self.number


KHR = Currency("KHR", "116", decimals=0, minor_unit=2)
"""The riel. A KHQR carries whole riel, although ISO 4217 lists two decimals."""

USD = Currency("USD", "840", decimals=2, minor_unit=2)
"""The United States dollar."""

_SUPPORTED = {"KHR": KHR, "116": KHR, "USD": USD, "840": USD}


def currency_of(value: Currency | str | int) -> Currency:
    """Return what `Currency.of` gives; a function takes less time than a method of a class.

    >>> currency_of("840") is USD
    True
    """
    if isinstance(value, str):
        return _SUPPORTED.get(value) or _foreign(value)
    if isinstance(value, Currency):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return currency_of(f"{value:03d}" if abs(value) < 10**9 else "number")
    raise TypeError(
        f"currency is khqr.KHR, khqr.USD or a code such as 'USD', not {type(value).__name__}"
    )


def _foreign(value: str) -> Currency:
    from .emv.iso import currency_code, currency_exponent, currency_number

    number = currency_number(value) or value
    exponent = currency_exponent(number) or 0
    return Currency(currency_code(number), number, exponent, exponent)


class UnreadableAmount(Decimal):
    """What stands for an amount that is no number: not-a-number, with the text kept.

    `khqr.decode` gives it for a code whose object 54 is not a number, and the constructors keep
    it so that `khqr.encode` can report it with everything else. Comparing it by size raises.

    >>> amount = amount_from("1,000.50")
    >>> amount.is_nan(), amount.text
    (True, '1,000.50')
    """

    text: str

    def __new__(cls, text: str) -> Self:
        """Keep ``text``, which is no number."""
        self = super().__new__(cls, "NaN")
        self.text = text
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnreadableAmount) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[type[UnreadableAmount], tuple[str]]:
        return UnreadableAmount, (self.text,)

    def __repr__(self) -> str:
        return f"UnreadableAmount({self.text!r})"


def amount_from(value: int | str | Decimal | None) -> Decimal | None:
    """Return ``value`` as a `Decimal`; a text must be digits with at most one point.

    The digits are kept as written: ``"1.50"`` and ``"1.5"`` stay different. A text that ends with
    its point counts as two decimals, as the official SDK writes it; an empty one is no amount.

    Raises:
        TypeError: for `float`, `bool` and everything else that is not exact.

    >>> amount_from("1.50"), amount_from(4100), amount_from("5."), amount_from("")
    (Decimal('1.50'), Decimal('4100'), Decimal('5.00'), None)
    """
    if isinstance(value, str):
        whole, point, fraction = value.partition(".")
        plain = (
            len(value) <= MAX_PAYLOAD
            and value.isascii()
            and whole.isdigit()
            and (whole[0] != "0" or whole == "0")
            and (not fraction or fraction.isdigit())
        )
        if not plain:
            return UnreadableAmount(value) if value else None
        return Decimal(value + "00" if point and not fraction else value)
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        bits = value.bit_length()
        return Decimal(value) if bits < 100 else UnreadableAmount(f"an integer of {bits} bits")
    reason = ": money is never a float" if isinstance(value, float) else ""
    raise TypeError(f"amount is int, str or Decimal, not {type(value).__name__}{reason}")


def amount_text(amount: Decimal, currency: Currency) -> str | None:
    """Return the text of object 54 for a non-zero ``amount``, or None where it has none.

    Riel: whole. Dollar: no fraction digits written, none emitted; any written, exactly two
    (bakong-khqr 1.0.20). At most 13 characters.

    >>> amount_text(Decimal("1.5"), USD), amount_text(Decimal("100.00"), KHR)
    ('1.50', '100')
    >>> amount_text(Decimal("0.5"), KHR) is None
    True
    """
    text = str(amount)
    if len(text) <= MAX_AMOUNT_LENGTH:
        whole, point, cents = text.partition(".")
        if whole.isdigit() and (not point or len(cents) == currency.decimals == 2):
            return text
    if not amount.is_finite() or not 0 < amount < _TOO_LARGE:
        return None
    if currency.decimals == 0:
        text = str(int(amount)) if amount == int(amount) else ""
    else:
        exponent = amount.as_tuple().exponent
        text = f"{amount:f}" if exponent in (0, -2) else ""
        if exponent == -1:
            text = f"{amount:f}0"
        elif isinstance(exponent, int) and exponent > 0:
            text = str(int(amount))
    return text if 0 < len(text) <= MAX_AMOUNT_LENGTH else None


def amount_problem(amount: Decimal, currency: Currency) -> str:
    """Return why `amount_text` gives None: what was found, and what to write instead.

    >>> amount_problem(Decimal("100.5"), KHR)
    'amount is 100.5 KHR; riel are whole, as in 101'
    """
    if isinstance(amount, UnreadableAmount):
        return (
            f"amount is {quote(amount.text)}; write digits with at most one point, as in '1000.50'"
        )
    if not amount.is_finite():
        return f"amount is {amount}, which is no number"
    shown = str(amount) if len(amount.as_tuple().digits) < 30 else f"{str(amount)[:30]}…"
    if amount < 0:
        return f"amount is {shown}; a payment cannot be negative"
    if amount < _TOO_LARGE:
        if currency.decimals == 0 and amount != int(amount):
            return f"amount is {shown} {currency}; riel are whole, as in {int(amount) + 1}"
        if amount != round(amount, currency.decimals) or len(str(int(amount))) <= 10:
            return f"amount is {shown}; {currency} has at most {currency.decimals} decimals"
    return f"amount is {shown}; object 54 holds at most {MAX_AMOUNT_LENGTH} characters"
