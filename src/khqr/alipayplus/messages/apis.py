"""Every interface of Alipay+ that has messages here: its path, its legs, its key."""

from __future__ import annotations

from typing import NamedTuple

from ..results import Grade
from . import paying, scanning
from .message import Message

__all__ = ["APIS", "Api"]


class Api(NamedTuple):
    """One interface, on one leg.

    Attributes:
        name: as documented.
        leg: who calls whom: MPP is the wallet, A+ Alipay+, ACQP the acquirer.
        path: path of the URL without host, empty where the acquirer chooses its own.
        request: class of the request.
        response: class of the response.
        key: attribute of the request by which a repetition is known, or empty.
        grade: how well the interface is known; what of the key is inferred, the page says.
    """

    name: str
    leg: str
    path: str
    request: type[Message]
    response: type[Message]
    key: str
    grade: Grade = Grade.DOCUMENTED


_PAYMENTS = "/aps/api/v1/payments/"
_ACK = paying.Acknowledgement

APIS = (
    Api(
        "inquiryCodeRules",
        "MPP -> A+",
        "/aps/api/v1/codes/inquiryCodeRules",
        scanning.InquiryCodeRulesRequest,
        scanning.InquiryCodeRulesResponse,
        "",
    ),
    Api(
        "userInitiatedPay",
        "MPP -> A+",
        _PAYMENTS + "userInitiatedPay",
        scanning.MppUserInitiatedPayRequest,
        scanning.MppUserInitiatedPayResponse,
        "code_value",
    ),
    Api(
        "userInitiatedPay",
        "A+ -> ACQP",
        _PAYMENTS + "userInitiatedPay",
        scanning.UserInitiatedPayRequest,
        scanning.UserInitiatedPayResponse,
        "code_value",
    ),
    Api("pushPayment", "A+ -> ACQP", "", paying.PushPaymentRequest, _ACK, "payment_id"),
    Api(
        "inquiryPushPayment",
        "A+ -> ACQP",
        "",
        paying.InquiryPushPaymentRequest,
        paying.InquiryPushPaymentResponse,
        "",
    ),
    Api(
        "notifyPushPayment",
        "ACQP -> A+",
        _PAYMENTS + "notifyPushPayment",
        paying.NotifyPushPaymentRequest,
        _ACK,
        "payment_id",
    ),
    Api(
        "placeOrder",
        "A+ -> ACQP",
        "",
        scanning.PlaceOrderRequest,
        scanning.PlaceOrderResponse,
        "payment_id",
    ),
    Api(
        "pay",
        "ACQP -> A+",
        _PAYMENTS + "pay",
        paying.PayRequest,
        paying.PayResponse,
        "payment_request_id",
    ),
    Api(
        "pay",
        "A+ -> MPP",
        _PAYMENTS + "pay",
        paying.MppPayRequest,
        paying.PayResponse,
        "payment_request_id",
    ),
    *(
        Api(
            "inquiryPayment",
            leg,
            _PAYMENTS + "inquiryPayment",
            paying.InquiryPaymentRequest,
            paying.InquiryPaymentResponse,
            "",
        )
        for leg in ("ACQP -> A+", "A+ -> MPP")
    ),
    *(
        Api(
            "cancelPayment",
            leg,
            _PAYMENTS + "cancelPayment",
            paying.CancelPaymentRequest,
            paying.CancelPaymentResponse,
            "payment_request_id",
        )
        for leg in ("ACQP -> A+", "A+ -> MPP")
    ),
    *(
        Api(
            "refund",
            leg,
            _PAYMENTS + "refund",
            paying.RefundRequest,
            paying.RefundResponse,
            "refund_request_id",
        )
        for leg in ("ACQP -> A+", "A+ -> MPP")
    ),
    Api(
        "notifyPayment",
        "MPP -> A+",
        _PAYMENTS + "notifyPayment",
        paying.MppNotifyPaymentRequest,
        _ACK,
        "payment_request_id",
    ),
    Api("notifyPayment", "A+ -> ACQP", "", paying.NotifyPaymentRequest, _ACK, "payment_request_id"),
    Api(
        "inquiryForeignExchangeQuote",
        "MPP -> A+",
        "/aps/v1/payments/inquiryForeignExchangeQuote",
        scanning.InquiryForeignExchangeQuoteRequest,
        scanning.InquiryForeignExchangeQuoteResponse,
        "",
    ),
)
"""In the order of the documentation. Paths are Alipay+'s where the acquirer has its own."""
