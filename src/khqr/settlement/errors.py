"""Every refusal of the simulator: one exception, and one table of its names.

The names are a choice of this library. A number of the Bakong Open API and one of the official SDK
may be equal and mean different things (Open API 8: e-mail registered; SDK 8: KHQR invalid), so a
refusal is known by its name and never by a bare number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeVar

from ..errors import KhqrError, quote

__all__ = ["REFUSALS", "Refusal", "SettlementError", "one_of"]


class Refusal(NamedTuple):
    """What stands behind the name of a `SettlementError`.

    Attributes:
        when: what was asked for when it is raised.
        open_api: the error codes that a look-up at the Bakong Open API answers afterwards. Codes 1
            to 11 are those of its document, 12 is seen in public code; which code belongs to which
            refusal is a choice of this library. A refusal before submission never reached Bakong:
            not found, 1.
        sdk: error numbers of the official SDK (1 to 43 in its document, later ones in its code).
        alipayplus: result codes of Alipay+, whose documents could be read in part.
        alipayplus_reported: result codes that third parties report.
        burns: whether an instruction id that is refused for it is spent.
    """

    when: str
    open_api: tuple[int, ...] = ()
    sdk: tuple[int, ...] = ()
    alipayplus: tuple[str, ...] = ()
    alipayplus_reported: tuple[str, ...] = ()
    burns: bool = False


_ILLEGAL = ("PARAM_ILLEGAL",)
_FAIL = ("PROCESS_FAIL",)
_CLOSED = ("ORDER_IS_CLOSED",)

REFUSALS: dict[str, Refusal] = {
    "UNBALANCED": Refusal("a posting has its two sides in different books, or in one account"),
    "CURRENCY_MISMATCH": Refusal("a posting has its two sides in different currencies"),
    "CURRENCY_NOT_SUPPORTED": Refusal(
        "not riel or dollar, or dollar where only riel is allowed",
        sdk=(28,),
        alipayplus=("CURRENCY_NOT_SUPPORT",),
    ),
    "AMOUNT_NOT_POSITIVE": Refusal("zero, negative or not finite", sdk=(4,), alipayplus=_ILLEGAL),
    "AMOUNT_PRECISION": Refusal("more decimals than the currency has", (), (4,), _ILLEGAL),
    "UNKNOWN_ACCOUNT": Refusal("the account does not exist", (11,)),
    "ACCOUNT_ID_INVALID": Refusal("not name@bank, or over 32 characters", (12,), (3, 6), _ILLEGAL),
    "ACCOUNT_FROZEN": Refusal(
        "the account may not pay", (1,), (), ("USER_STATUS_ABNORMAL",), burns=True
    ),
    "KYC_TIER": Refusal(
        "the account's tier may not pay", (1,), (), ("USER_KYC_NOT_QUALIFIED",), burns=True
    ),
    "INSUFFICIENT_FUNDS": Refusal(
        "the payer's available balance is too small",
        (1,),
        (),
        ("USER_BALANCE_NOT_ENOUGH",),
        burns=True,
    ),
    "INSUFFICIENT_SETTLEMENT_BALANCE": Refusal(
        "an institution's available settlement balance is too small", (3,), (), _FAIL, burns=True
    ),
    "LIMIT_PER_TX": Refusal(
        "over the limit of one payment",
        (1,),
        alipayplus_reported=("USER_AMOUNT_EXCEED_LIMIT",),
        burns=True,
    ),
    "LIMIT_PER_DAY": Refusal(
        "over the limit of a day",
        (1,),
        alipayplus_reported=("USER_AMOUNT_EXCEED_LIMIT",),
        burns=True,
    ),
    "QR_INVALID": Refusal("CRC or structure of the code", (), (8,), ("INVALID_CODE",)),
    "QR_EXPIRED": Refusal("the code's time has passed", (), (46,), ("EXPIRED_CODE",), burns=True),
    "QR_EXPIRY_MISSING": Refusal("a dynamic code without expiry", (), (45,), _ILLEGAL),
    "QR_EXPIRY_IN_PAST": Refusal("expiry before creation", (), (50,), _ILLEGAL),
    "QR_CONSUMED": Refusal(
        "the dynamic code was paid already", alipayplus_reported=_CLOSED, burns=True
    ),
    "QR_LOCKED": Refusal(
        "another payer is confirming the dynamic code", alipayplus_reported=_CLOSED, burns=True
    ),
    "QR_AMOUNT_MISMATCH": Refusal(
        "amount or currency differs from the code", alipayplus=_ILLEGAL, burns=True
    ),
    "STATIC_NOT_TRACKABLE": Refusal("a static code was looked up by md5", (2,)),
    "QUOTE_EXPIRED": Refusal("the rate's time has passed", alipayplus=_FAIL, burns=True),
    "QUOTE_USED": Refusal("the rate was used already", alipayplus=_FAIL, burns=True),
    "QUOTE_PAIR_MISMATCH": Refusal("the rate is of other currencies", (), (), _FAIL, burns=True),
    "IDEMPOTENCY_MISMATCH": Refusal(
        "a known instruction id with another body", alipayplus=("REPEAT_REQ_INCONSISTENT",)
    ),
    "IN_FLIGHT": Refusal(
        "the instruction has no result yet", (1,), (), ("PAYMENT_IN_PROCESS", "UNKNOWN_EXCEPTION")
    ),
    "RESULT_UNKNOWN": Refusal(
        "no answer came", (1,), (), ("PAYMENT_IN_PROCESS", "UNKNOWN_EXCEPTION")
    ),
    "ALREADY_REFUSED": Refusal("a refused instruction id was sent again"),
    "HOLD_EXPIRED": Refusal("the hold's time has passed", burns=True),
    "HOLD_ALREADY_POSTED": Refusal("the hold was posted already", burns=True),
    "HOLD_ALREADY_VOIDED": Refusal("the hold was voided already", burns=True),
    "HOLD_AMOUNT_EXCEEDED": Refusal("more was to be posted than is held", burns=True),
    "REFUND_EXCEEDS_ORIGINAL": Refusal(
        "the refunds would exceed the payment",
        alipayplus_reported=("REFUND_AMOUNT_EXCEED",),
        burns=True,
    ),
    "REFUND_WINDOW": Refusal(
        "too late for a refund", alipayplus_reported=("REFUND_WINDOW_EXCEED",), burns=True
    ),
    "ORIGINAL_NOT_COMMITTED": Refusal(
        "what is to be compensated was never posted", alipayplus=("ORDER_NOT_EXIST",), burns=True
    ),
    "CANCEL_WINDOW_CLOSED": Refusal(
        "cancelled after 00:15 UTC+8 of the next day",
        alipayplus=("CANCEL_WINDOW_EXCEED",),
        burns=True,
    ),
    "PARTNER_DECLINED": Refusal("the other end of a link said no", (3,), (), _FAIL, burns=True),
    "BATCH_CLOSED": Refusal("posting into a batch after its cut-off", burns=True),
    "BATCH_TOO_LARGE": Refusal("over 50 ids in a list call"),
    "NOT_FOUND": Refusal("no such payment or hold", (1,), (), ("ORDER_NOT_EXIST",)),
    "MISSING_FIELDS": Refusal("a call of the Open API lacks a field", (5,), (), _ILLEGAL),
    "UNAUTHORIZED": Refusal(
        "a call of the Open API has no valid token", (6,), (), ("ACCESS_DENIED",)
    ),
    # Not of the field, but of this ledger: what it cannot write down.
    "ACCOUNT_DIFFERS": Refusal("an account is opened again with another side or guard"),
    "AMOUNT_TOO_LARGE": Refusal("over 2^63 - 1 minor units"),
    "CLOCK_INVALID": Refusal("the clock gives a time that no row can hold"),
    "HOLD_INVALID": Refusal(
        "a hold in an account without guard or that is over already, or one that a transaction "
        "posts and does not draw on"
    ),
    "INSTRUCTION_ID_INVALID": Refusal("not an instruction id, or one that does not rise"),
    "TRANSACTION_TOO_LARGE": Refusal("no step at all, or too many in one transaction"),
    "JOURNAL_BROKEN": Refusal("a journal that is read back is not what was written"),
    "BATCH_NOT_DUE": Refusal("a step of a batch out of its order, or before its time"),
    "DATE_INVALID": Refusal("not a date of the calendar"),
    "FILE_BROKEN": Refusal("a file of a counterparty is not as it must be"),
}
"""Name to `Refusal`. Names and their mapping are a choice of this library."""


class SettlementError(KhqrError):
    """The simulator refuses what was asked; nothing was posted.

    Attributes:
        name: the stable name, a key of `REFUSALS`.
        first: for ``ALREADY_REFUSED``, the name of the first refusal.

    >>> error = SettlementError("INSUFFICIENT_FUNDS", "wallet:u of A has 5 KHR, 7 are needed")
    >>> print(error)
    INSUFFICIENT_FUNDS: wallet:u of A has 5 KHR, 7 are needed
    >>> error.open_api, error.refusal.alipayplus
    ((1,), ('USER_BALANCE_NOT_ENOUGH',))
    """

    def __init__(self, name: str, message: str, *, first: str | None = None) -> None:
        self.name = name
        self.first = first
        self.message = message
        super().__init__(f"{name}: {message}")

    @property
    def refusal(self) -> Refusal:
        """The row of `REFUSALS`; for a refusal that is repeated, the row of the first one."""
        return REFUSALS[self.first or self.name]

    @property
    def open_api(self) -> tuple[int, ...]:
        """The error codes that a look-up at the Bakong Open API answers afterwards."""
        return self.refusal.open_api

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.name, self.message, self.first)


def _rebuilt(
    kind: type[SettlementError], name: str, message: str, first: str | None
) -> SettlementError:
    return kind(name, message, first=first)


_Choice = TypeVar("_Choice", bound=StrEnum)


def one_of(kind: type[_Choice], value: object) -> _Choice:
    """Return the member of ``kind`` that ``value`` is or names.

    Raises:
        TypeError: if there is none.

    >>> from khqr.settlement import Side
    >>> one_of(Side, "debit") is Side.DEBIT
    True
    """
    for member in kind:
        if isinstance(value, str) and member.value == value:
            return member
    named = ", ".join(repr(member.value) for member in kind)
    raise TypeError(f"{kind.__name__} is {named}, not {shown(value)}")


def shown(value: object) -> str:
    """Return what was given for a message: a text cut short, a number; of all else, what it is.

    Nothing of what was given is trusted: writing out a huge number or list may fail, or take long.

    >>> shown("u@A"), shown(5), shown(10**5000), shown([])
    ("'u@A'", "'5'", 'a value of type int', 'a value of type list')
    """
    if isinstance(value, str):
        return quote(value)
    if value is None or (isinstance(value, int) and value.bit_length() <= 64):
        return quote(str(value))
    return f"a value of type {type(value).__name__}"
