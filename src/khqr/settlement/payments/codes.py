"""The codes that are paid: what a text says, and whether it may still be paid.

A dynamic code (object 01 is 12) is paid once and has an expiry; a static one is paid any number of
times. NBC's documents ask for a new id in every dynamic code and a life of at most ten minutes. A
code is known by its text, so two codes with the same text are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ...codec import decode, md5
from ...emv.payload import parse
from ...emv.source import payload_text
from ...errors import DecodeError, quote
from ...model import Individual, Merchant, Routing, milliseconds
from ..errors import SettlementError
from ..money import BAKONG, Money, minor_units

__all__ = ["CODE_MOVES", "CodeEvent", "CodeState", "Codes", "ShownCode", "read_code"]


class CodeState(StrEnum):
    """Where a shown code is. A static one is always ``ACTIVE``."""

    ACTIVE = "active"
    LOCKED = "locked"
    CONSUMED = "consumed"
    EXPIRED = "expired"


class CodeEvent(StrEnum):
    """What happens to a dynamic code."""

    CONFIRMED = "confirmed"
    PAID = "paid"
    FAILED = "failed"
    TIME_PASSED = "time passed"


CODE_MOVES: Mapping[tuple[CodeState, CodeEvent], CodeState] = {
    (CodeState.ACTIVE, CodeEvent.CONFIRMED): CodeState.LOCKED,
    (CodeState.ACTIVE, CodeEvent.TIME_PASSED): CodeState.EXPIRED,
    (CodeState.LOCKED, CodeEvent.PAID): CodeState.CONSUMED,
    (CodeState.LOCKED, CodeEvent.FAILED): CodeState.ACTIVE,
    (CodeState.LOCKED, CodeEvent.TIME_PASSED): CodeState.EXPIRED,
}
"""State and event to the next state of a dynamic code; what is not here cannot happen."""


class ShownCode(NamedTuple):
    """What the text of a code says to whoever settles a payment by it.

    Attributes:
        text: the text, as it was scanned.
        key: what the code is known by: the text with its CRC in capitals.
        dynamic: whether it is paid once.
        account_id: the Bakong account in it, ``name@bank``.
        bank: what stands behind the ``@``.
        routing: where the money goes, by the shape of the code.
        beneficiary: who is credited by the bank: the account, phone or merchant id in the code,
            or for a wallet its name.
        currency: of the code.
        units: minor units that it asks for, or None if the payer enters them.
        expires_at: the last moment at which it may be paid, in milliseconds since 1970, or None.
        description: purpose or bill number, or an empty text.
    """

    text: str
    key: str
    dynamic: bool
    account_id: str
    bank: str
    routing: Routing
    beneficiary: str
    currency: str
    units: int | None
    expires_at: int | None
    description: str

    @property
    def payee(self) -> str:
        """The account of the bank's book that a payment goes to first."""
        wallet = self.routing is Routing.WALLET
        return f"wallet:{self.beneficiary}" if wallet else "susp_in"

    @property
    def credited(self) -> str:
        """The account of the bank's book that is credited in the end."""
        wallet = self.routing is Routing.WALLET
        return f"{'wallet' if wallet else 'casa'}:{self.beneficiary}"

    def entered(self, amount: int | str | Decimal | Money | None) -> Money | None:
        """Return the amount that a payer enters, in the code's currency if it names none."""
        if isinstance(amount, Money):
            if type(amount.units) is not int:
                raise TypeError(f"minor units are an int, not {type(amount.units).__name__}")
            return amount
        if amount is None:
            return None
        return Money.of(amount, self.currency)

    def money(self, entered: Money | None) -> Money:
        """Return what is to be paid.

        Raises:
            SettlementError: ``QR_AMOUNT_MISMATCH`` if the payer enters another amount or currency
                than the code asks for, or none where the code leaves it open;
                ``AMOUNT_NOT_POSITIVE``.
        """
        if entered is None and self.units is None:
            raise SettlementError("QR_AMOUNT_MISMATCH", "the code has no amount; enter one")
        units = self.units if entered is None else entered.units
        assert units is not None
        if entered is not None and (
            entered.currency != self.currency or self.units not in {None, entered.units}
        ):
            asked = "any amount" if self.units is None else str(self.units)
            raise SettlementError(
                "QR_AMOUNT_MISMATCH",
                f"{entered.units} {entered.currency} entered, the code asks for {asked} "
                f"in {self.currency} (minor units)",
            )
        if units <= 0:
            raise SettlementError("AMOUNT_NOT_POSITIVE", "an amount is at least 1 minor unit")
        return Money(self.currency, units)


def read_code(payload: str | bytes) -> ShownCode:
    """Return what a KHQR says to whoever settles it; its time and its use are not judged.

    Args:
        payload: the text of a code, or its UTF-8 bytes.

    Raises:
        SettlementError: ``QR_INVALID`` if `khqr.decode` refuses it or its amount cannot be read;
            ``ACCOUNT_ID_INVALID``; ``CURRENCY_NOT_SUPPORTED``; ``AMOUNT_PRECISION``;
            ``QR_EXPIRY_MISSING`` and ``QR_EXPIRY_IN_PAST`` for a dynamic code.
        TypeError: for anything but text and bytes.

    Source: KHQR Content Guideline (routing by objects 29 and 30).

    >>> code = read_code("00020101021129180014demo_user@devb5204599953031165802KH"
    ...                  "5909Demo User6010Phnom Penh6304119A")
    >>> code.dynamic, code.bank, code.payee
    (False, 'devb', 'wallet:demo_user')
    """
    try:
        text = payload_text(payload)
        meaning, tree = decode(text), parse(text, recover=True)
    except DecodeError as problem:
        raise SettlementError("QR_INVALID", str(problem)) from None
    if meaning.currency.code not in BAKONG:
        raise SettlementError("CURRENCY_NOT_SUPPORTED", f"the code is in {meaning.currency.code}")
    account_id = meaning.bakong_account_id
    name, _, bank = account_id.partition("@")
    if not (name and bank) or "@" in bank or len(account_id) > 32:
        raise SettlementError(
            "ACCOUNT_ID_INVALID", f"{quote(account_id)} is not name@bank of at most 32 characters"
        )
    dynamic = tree.get("01", "") == "12"
    code = ShownCode(
        text,
        text[:-4] + text[-4:].upper(),
        dynamic,
        account_id,
        bank,
        meaning.routing,
        _beneficiary(meaning) or name,
        meaning.currency.code,
        _asked(meaning),
        None if meaning.expires_at is None else milliseconds(meaning.expires_at),
        meaning.purpose_of_transaction or meaning.bill_number or "",
    )
    if dynamic:
        _check_life(code, meaning)
    return code


def _beneficiary(meaning: Individual | Merchant) -> str | None:
    if isinstance(meaning, Merchant):
        return meaning.merchant_id
    return meaning.account_information


def _asked(meaning: Individual | Merchant) -> int | None:
    """Return the minor units in the code; an amount of zero leaves them open, as an absent one."""
    amount = meaning.amount
    if amount is None or not (amount.is_nan() or amount):
        return None
    if not amount.is_finite() or amount < 0:
        raise SettlementError("QR_INVALID", "the amount of the code is no number above zero")
    return minor_units(format(amount, "f"), meaning.currency.code)


def _check_life(code: ShownCode, meaning: Individual | Merchant) -> None:
    if code.expires_at is None:
        raise SettlementError("QR_EXPIRY_MISSING", "the code is dynamic and has no expiry")
    if meaning.created_at is not None and code.expires_at < milliseconds(meaning.created_at):
        raise SettlementError("QR_EXPIRY_IN_PAST", "the code expires before it was made")


class Codes:
    """The codes that were seen, and where the dynamic ones are."""

    def __init__(self) -> None:
        self._states: dict[str, CodeState] = {}
        self._by_md5: dict[str, ShownCode] = {}

    def show(self, code: ShownCode) -> None:
        """Enter a code, so that it is known; one that is known stays as it is."""
        self._by_md5.setdefault(md5(code.text), code)
        self._states.setdefault(code.key, CodeState.ACTIVE)

    def reset(self) -> None:
        """Let no code be locked, to work out anew which are; what is final stays."""
        for key, state in self._states.items():
            if state is CodeState.LOCKED:
                self._states[key] = CodeState.ACTIVE

    def by_md5(self, key: str) -> ShownCode | None:
        """Return the code whose text has this MD5, or None."""
        return self._by_md5.get(key)

    def state(self, code: ShownCode, now: int) -> CodeState:
        """Return where a code is; one that nobody has seen is active."""
        if self.is_over(code, now):
            self._move(code, CodeEvent.TIME_PASSED)
        return self._states.get(code.key, CodeState.ACTIVE)

    def is_over(self, code: ShownCode, now: int) -> bool:
        """Say whether a code's time has passed; at the moment of its expiry it may be paid."""
        return code.expires_at is not None and now > code.expires_at

    def check_free(self, code: ShownCode, now: int) -> None:
        """Refuse a code that may not be paid now.

        Raises:
            SettlementError: ``QR_EXPIRED``, ``QR_CONSUMED`` or ``QR_LOCKED``.
        """
        state = self.state(code, now)
        if state is CodeState.CONSUMED:
            raise SettlementError("QR_CONSUMED", "the code is dynamic and was paid")
        if state is CodeState.EXPIRED or self.is_over(code, now):
            raise SettlementError("QR_EXPIRED", f"the code expired at {code.expires_at}, now {now}")
        if state is CodeState.LOCKED:
            raise SettlementError("QR_LOCKED", "another payment by the code is under way")

    def lock(self, code: ShownCode) -> None:
        """Keep a dynamic code for one payment."""
        self._move(code, CodeEvent.CONFIRMED)

    def unlock(self, code: ShownCode) -> None:
        """Let a dynamic code be paid by another payment: this one came to nothing."""
        self._move(code, CodeEvent.FAILED)

    def consume(self, code: ShownCode) -> None:
        """Let a dynamic code never be paid again."""
        self._move(code, CodeEvent.PAID)

    def _move(self, code: ShownCode, event: CodeEvent) -> None:
        if code.dynamic:
            state = self._states.get(code.key, CodeState.ACTIVE)
            self._states[code.key] = CODE_MOVES.get((state, event), state)
