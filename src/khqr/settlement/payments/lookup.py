"""How a payment is answered about, as plain dictionaries in the shape of Bakong's Open API.

Codes and the members of the first version are those of its document; ``createdDateMs`` and what
follows are seen in public clients. That a failed payment answers 3 is a choice between two
documents, and the messages other than that of success are this library's own.
"""

from __future__ import annotations

from decimal import Decimal

from ..money import Money, major_units
from .payment import Payment, PaymentState, Source

__all__ = ["answered", "found", "not_found"]

_MESSAGES = {
    1: "No such transaction.",
    2: "A static code cannot be tracked.",
    3: "The transaction failed.",
    11: "No such account.",
    12: "Not an account id.",
}


def answered(code: int, message: str, error: int | None, data: object) -> dict[str, object]:
    """Return the envelope of every answer.

    >>> answered(0, "Account ID exists", None, None)["responseCode"]
    0
    """
    return {"responseCode": code, "responseMessage": message, "errorCode": error, "data": data}


def not_found(code: int) -> dict[str, object]:
    """Return the answer with an error code and no data.

    >>> not_found(1)["responseCode"]
    1
    """
    return answered(1, _MESSAGES[code], code, None)


def _number(money: Money) -> int | Decimal:
    """Return an amount in major units as a number; dollars keep their cents exactly."""
    amount = major_units(*money[::-1])
    return int(amount) if amount == int(amount) else amount


def found(payment: Payment) -> dict[str, object]:
    """Return the answer about a payment: posted, failed, or unknown to Bakong."""
    if payment.row is None or payment.money is None:
        return not_found(3 if payment.state is PaymentState.FAILED else 1)
    code, wallet = payment.code, payment.source is Source.WALLET
    data = {
        "hash": payment.hash,
        "fromAccountId": payment.payer if wallet else f"khqr@{payment.bank}",
        "toAccountId": code.account_id,
        "currency": code.currency,
        "amount": _number(payment.money),
        "description": code.description,
        "createdDateMs": payment.committed_at,
        "acknowledgedDateMs": payment.acknowledged_at,
        "externalRef": None,
        "instructionRef": payment.id,
        "trackingStatus": payment.tracking or "RECEIVE_AT_ACH",
        "receiverBank": None,
        "receiverBankAccount": None,
    }
    return answered(0, "Getting transaction successfully.", None, data)
