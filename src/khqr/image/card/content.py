"""What a card says: the payload, the name to show, the amount as text, the sign of the currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from ...codec import decode, encode
from ...currency import KHR, USD, Currency
from ...emv.source import payload_text
from ...model import Individual, Merchant
from .notices import CardError

__all__ = ["Content", "Source", "amount_shown", "content_of", "contents_of"]

Source = str | bytes | Individual | Merchant
"""What a symbol is made for: a payload, or a code that is encoded first."""

_SIGNS = {KHR: "៛", USD: "$"}
_MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Content:
    """One symbol's worth of a card.

    Attributes:
        payload: the text of the symbol.
        name: of the merchant, in the language of the card.
        amount: with thousands separators, or None in a static code.
        currency: its code, or its number where it has none.
        sign: of the currency, for the badge; None but for riel and dollar.
        number: the bank's number of the merchant, or None.
    """

    payload: str
    name: str
    amount: str | None
    currency: str
    sign: str | None
    number: str | None


def amount_shown(amount: Decimal, currency: Currency) -> str:
    """Return an amount with commas between thousands: riel whole, dollars with two decimals.

    Nothing is rounded: an amount with more decimals than its currency has keeps them.

    Raises:
        CardError: for what is no number, or has more than 40 digits.

    >>> amount_shown(Decimal("10000"), KHR), amount_shown(Decimal("1234.5"), USD)
    ('10,000', '1,234.50')
    >>> amount_shown(Decimal("100.00"), KHR), amount_shown(Decimal("0.125"), USD)
    ('100', '0.125')
    """
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS:
        raise CardError("the amount of the payload is no number that a card could show")
    plain = f"{amount:,f}"
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0").ljust(currency.decimals, "0")
    if len(plain) > _MOST_DIGITS:
        raise CardError(f"the amount of the payload has {len(plain)} characters, too many to show")
    return f"{whole}.{fraction}" if fraction else whole


def content_of(source: Source, language: str | None, clean: Callable[[str], str]) -> Content:
    """Return what a card says about a payload or code, its name cleaned for the fonts.

    The name is that of the alternate language (object 64) where ``language`` is the one that
    object 64 names, and the merchant's name (object 59) otherwise.

    Raises:
        DecodeError: for a payload that `khqr.decode` refuses, such as one with a wrong CRC.
        EncodeError: for a code that `khqr.encode` refuses.
    """
    if language is not None and not isinstance(language, str):
        raise TypeError(f"language is str, such as 'km', not {type(language).__name__}")
    if isinstance(source, (Individual, Merchant)):
        payload = encode(source)
    elif isinstance(source, (str, bytes)):
        payload = payload_text(source)
    else:
        raise TypeError(
            f"a card is made for a payload or a code, or two of them, not {type(source).__name__}"
        )
    code = decode(payload)
    name = code.merchant_name
    if language is not None and code.language_preference is not None:
        wanted = code.language_preference.casefold() == language.casefold()
        name = (wanted and code.merchant_name_alternate_language) or name
    return Content(
        payload=payload,
        name=clean(name),
        amount=amount_shown(code.amount, code.currency) if code.amount else None,
        currency=str(code.currency),
        sign=_SIGNS.get(code.currency),
        number=code.merchant_id if isinstance(code, Merchant) else None,
    )


def contents_of(
    source: Source | Sequence[Source], language: str | None, clean: Callable[[str], str]
) -> tuple[Content, ...]:
    """Return the content of a card for one payload, or for two of one merchant.

    Raises:
        CardError: for a sequence that is not two payloads of the same merchant name in two
            currencies.
    """
    if not isinstance(source, (list, tuple)):
        return (content_of(cast("Source", source), language, clean),)
    if len(source) != 2:
        raise CardError(f"a card has one symbol or two, not {len(source)}")
    first, second = (content_of(one, language, clean) for one in source)
    if first.name != second.name:
        raise CardError(
            f"the two payloads name different merchants, {first.name[:25]!r} and "
            f"{second.name[:25]!r}; a card is for one"
        )
    if first.currency == second.currency:
        raise CardError(
            f"both payloads are in {first.currency}; a card with two symbols is for two currencies"
        )
    return (first, second)
