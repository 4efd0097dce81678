"""What Alipay+ is answered: the result codes, and one exception for each kind of refusal.

A refusal that leaves this room is an `AlipayPlusError`. It says in words what is wrong, and in
``result_code`` and ``result_status`` what to answer the other side with.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ..errors import DecodeError, EncodeError, KhqrError

__all__ = [
    "RESULT_CODES",
    "AlipayPlusError",
    "AmountError",
    "CancelWindowClosed",
    "CurrencyNotSupported",
    "ExpiredCode",
    "Grade",
    "Inconsistent",
    "InvalidClient",
    "InvalidCode",
    "InvalidSignature",
    "MessageError",
    "NotFound",
    "NotParticipating",
    "OrderClosed",
    "OutcomeUnknown",
    "RepeatInconsistent",
    "ResultCode",
    "ResultStatus",
    "Unmappable",
    "because",
    "result_status",
]


class Grade(StrEnum):
    """How well a statement about Alipay+ is known; nothing inferred is shown as documented.

    >>> Grade.DOCUMENTED.value
    'doc'
    """

    DOCUMENTED = "doc"
    SDK = "sdk"
    OBSERVED = "observed"
    INFERRED = "inferred"
    CHOICE = "choice"


class ResultStatus(StrEnum):
    """The letter of a result: S and F are final, U is not and asks for an inquiry.

    >>> ResultStatus.UNKNOWN == "U"
    True
    """

    SUCCESS = "S"
    FAILURE = "F"
    UNKNOWN = "U"


class ResultCode(NamedTuple):
    """A result code: its letter, and how well code and letter are known."""

    status: ResultStatus
    grade: Grade
    letter: Grade


def _codes(status: ResultStatus, grade: Grade, letter: Grade, names: str) -> dict[str, ResultCode]:
    return dict.fromkeys(names.split(), ResultCode(status, grade, letter))


_DOC, _OBSERVED, _INFERRED = Grade.DOCUMENTED, Grade.OBSERVED, Grade.INFERRED
_S, _F, _U = ResultStatus.SUCCESS, ResultStatus.FAILURE, ResultStatus.UNKNOWN

RESULT_CODES: dict[str, ResultCode] = {
    **_codes(_S, _DOC, _DOC, "SUCCESS"),
    **_codes(_U, _DOC, _DOC, "PAYMENT_IN_PROCESS UNKNOWN_EXCEPTION REQUEST_TRAFFIC_EXCEED_LIMIT"),
    **_codes(
        _F,
        _DOC,
        _DOC,
        "ORDER_NOT_EXIST REPEAT_REQ_INCONSISTENT CANCEL_WINDOW_EXCEED RISK_REJECT "
        "MERCHANT_KYB_NOT_QUALIFIED INVALID_CONTRACT INVALID_CODE EXPIRED_CODE "
        "CURRENCY_NOT_SUPPORT PROCESS_FAIL PARAM_ILLEGAL KEY_NOT_FOUND ACCESS_DENIED INVALID_API "
        "INVALID_CLIENT INVALID_SIGNATURE METHOD_NOT_SUPPORTED MEDIA_TYPE_NOT_ACCEPTABLE",
    ),
    **_codes(
        _F,
        _DOC,
        _INFERRED,
        "USER_BALANCE_NOT_ENOUGH USER_NOT_EXIST USER_STATUS_ABNORMAL USER_KYC_NOT_QUALIFIED "
        "USER_PAYMENT_VERIFICATION_FAILED UNAVAILABLE_PAYMENT_METHOD",
    ),
    **_codes(
        _F,
        _OBSERVED,
        _INFERRED,
        "ORDER_IS_CLOSED PAYMENT_AMOUNT_EXCEED_LIMIT PAYMENT_COUNT_EXCEED_LIMIT "
        "USER_AMOUNT_EXCEED_LIMIT MERCHANT_NOT_REGISTERED BUSINESS_NOT_SUPPORT "
        "REGULATION_RESTRICTION NO_INTERFACE_DEF INVALID_TOKEN REFUND_AMOUNT_EXCEED "
        "REFUND_WINDOW_EXCEED",
    ),
}
"""The result codes that are known; the public tables are incomplete, so others occur."""


def result_status(code: str, given: str | None = None) -> ResultStatus:
    """Return the letter for a result code; of an unknown code, the letter that came with it.

    Raises:
        MessageError: for an unknown code without a letter.

    >>> result_status("PAYMENT_IN_PROCESS").value, result_status("NEW_CODE", "F").value
    ('U', 'F')
    """
    if given in set(ResultStatus):
        return ResultStatus(given)
    known = RESULT_CODES.get(code)
    if known is None:
        raise MessageError([f"resultCode {code[:40]!r} is unknown and has no resultStatus"])
    return known.status


class AlipayPlusError(KhqrError):
    """Something that Alipay+, or a participant, has to be refused.

    Args:
        message: what was found, what was expected, and what to do.
        result_code: what to answer, where it is not the usual code of the class.

    >>> error = InvalidCode("the CRC is wrong")
    >>> error.result_code, error.result_status.value, str(error)
    ('INVALID_CODE', 'F', 'the CRC is wrong [INVALID_CODE F]')
    """

    result_code = "PARAM_ILLEGAL"

    def __init__(self, message: str, *, result_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if result_code is not None:
            self.result_code = result_code

    @property
    def result_status(self) -> ResultStatus:
        """The letter that goes with ``result_code``; a code that no table knows refuses."""
        known = RESULT_CODES.get(self.result_code)
        return known.status if known else ResultStatus.FAILURE

    def __str__(self) -> str:
        return f"{self.message} [{self.result_code} {self.result_status.value}]"

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.message, self.result_code)


def _again(cls: type[AlipayPlusError], message: str, result_code: str) -> AlipayPlusError:
    """Make an exception again that was pickled or copied."""
    error = cls.__new__(cls, message)
    AlipayPlusError.__init__(error, message, result_code=result_code)
    return error


class InvalidCode(AlipayPlusError):
    """The text is no KHQR that may be paid: not readable, a wrong CRC, no account, and the like."""

    result_code = "INVALID_CODE"


class ExpiredCode(AlipayPlusError):
    """The KHQR has expired, or expires before it was made."""

    result_code = "EXPIRED_CODE"


class CurrencyNotSupported(AlipayPlusError):
    """The currency is neither riel nor dollar, or dollar while dollar is switched off."""

    result_code = "CURRENCY_NOT_SUPPORT"


class AmountError(AlipayPlusError):
    """The amount is no number, zero, a fraction of a riel, too long, or not that of the code."""


class Unmappable(AlipayPlusError):
    """The other side has no place for a value, or for one so long; nothing is ever cut."""


class Inconsistent(AlipayPlusError):
    """The JSON and the code inside it do not say the same."""


class NotParticipating(AlipayPlusError):
    """The payee may not be paid this way: not enrolled, or a person where only shops may be."""

    result_code = "MERCHANT_NOT_REGISTERED"


class RepeatInconsistent(AlipayPlusError):
    """A request repeats the key of an earlier one with other content."""

    result_code = "REPEAT_REQ_INCONSISTENT"


class OrderClosed(AlipayPlusError):
    """The order was cancelled, has expired, or was paid already."""

    result_code = "ORDER_IS_CLOSED"


class NotFound(AlipayPlusError):
    """There is no order under this id."""

    result_code = "ORDER_NOT_EXIST"


class CancelWindowClosed(AlipayPlusError):
    """The time in which the payment could be cancelled is over; it can be refunded."""

    result_code = "CANCEL_WINDOW_EXCEED"


class InvalidSignature(AlipayPlusError):
    """A signature does not hold; its subclasses say why."""

    result_code = "INVALID_SIGNATURE"


class InvalidClient(AlipayPlusError):
    """The Client-Id is not one that is known here."""

    result_code = "INVALID_CLIENT"


class OutcomeUnknown(AlipayPlusError):
    """Nobody can say yet what became of the payment; inquire, and never answer F on silence."""

    result_code = "UNKNOWN_EXCEPTION"


class MessageError(AlipayPlusError):
    """A message is not what its table of members says; ``problems`` holds every reason.

    >>> MessageError(["codeValue is missing", "customerId is empty"]).problems
    ('codeValue is missing', 'customerId is empty')
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems[:_SHOWN]) + ("; and more" if problems[_SHOWN:] else ""))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (list(self.problems),)


_SHOWN = 10
"""How many problems the text of an exception names."""


def because(problem: DecodeError | EncodeError) -> str:
    """Return in one line why a payload was refused: the first finding, and how many there are.

    >>> because(DecodeError("the payload is empty"))
    'the payload is empty'
    """
    if not problem.findings:
        return problem.summary
    more = len(problem.findings) - 1
    return problem.findings[0].message + (f", and {more} more" if more else "")
