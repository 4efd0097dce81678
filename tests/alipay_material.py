"""What the tests of Alipay+ share: documented shapes, and strategies made from the tables."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from khqr.alipayplus.messages import APIS, Amount, Message, members
from khqr.alipayplus.messages.conditions import AnyOf, Final, Needs, OnSuccess
from khqr.alipayplus.messages.kinds import Flag, Moment, Natural, Text

KHQR = (
    "00020101021230350009khqr@devb01060001230208Dev Bank5204581453031165405100005802KH"
    "5911Demo Coffee6010Phnom Penh62260105INV-10304Main0705POS-1"
    "9934001317500000000000113175000030050063045FCE"
)
"""A dynamic code of 10,000 riel, made at the clock of the vectors; it lives for 300.5 seconds."""

SUCCESS = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}
AMOUNT = {"currency": "KHR", "value": "1000000"}
REQUEST: dict[str, Any] = {
    "acquirerId": "ACQ-DEMO",
    "pspId": "PSP-DEMO",
    "codeValue": KHQR,
    "customerId": "CUST-DEMO",
}
ORDER: dict[str, Any] = {
    "referenceOrderId": "INV-1",
    "orderDescription": "Demo Coffee",
    "orderAmount": AMOUNT,
    "merchant": {
        "referenceMerchantId": "000123",
        "merchantMCC": "5814",
        "merchantName": "Demo Coffee",
        "merchantDisplayName": "Demo Coffee",
        "merchantAddress": {"region": "KH", "city": "Phnom Penh"},
        "store": {
            "referenceStoreId": "khqr@devb",
            "storeName": "Main",
            "storeMCC": "5814",
            "storeTerminalId": "POS-1",
        },
    },
}
ANSWER: dict[str, Any] = {
    "result": SUCCESS,
    "codeType": "ORDER_CODE",
    "paymentRequestId": "REQ-0001",
    "paymentAmount": AMOUNT,
    "paymentFactor": {"isInStorePayment": "true", "inStorePaymentScenario": "OrderCode"},
    "order": ORDER,
    "paymentExpiryTime": "2025-06-15T22:11:40+07:00",
    "settlementStrategy": {"settlementCurrency": "KHR"},
}
"""The request and the answer of the documented example, for `KHQR`."""

PUSH: dict[str, Any] = {
    "acquirerId": "ACQ-DEMO",
    "pspId": "PSP-DEMO",
    "codeValue": KHQR,
    "paymentId": "PAY-0001",
    "paymentRequestId": "REQ-0001",
    "paymentAmount": AMOUNT,
}
IN_PROCESS = {
    "resultCode": "PAYMENT_IN_PROCESS",
    "resultStatus": "U",
    "resultMessage": "in process",
}
RISK = {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "risk"}
QUOTE = {
    "quoteId": "Q-1",
    "quoteCurrencyPair": "CNY/KHR",
    "quotePrice": "560",
    "quoteStartTime": "2025-06-15T22:06:40+07:00",
    "quoteExpiryTime": "2025-06-15T22:11:40+07:00",
    "baseCurrency": "CNY",
    "quoteUnit": "1",
}
IDS = {"acquirerId": "ACQ-DEMO", "pspId": "PSP-DEMO"}
PAYMENT_IDS = {"paymentId": "PAY-0001", "paymentRequestId": "REQ-0001"}
URLS = {
    "paymentNotifyUrl": "https://acq.example.com/notify",
    "paymentRedirectUrl": "https://acq.example.com/back",
}
ENV = {
    "terminalType": "APP",
    "osType": "IOS",
    "deviceTokenId": "D-1",
    "clientIp": "192.0.2.1",
    "storeTerminalId": "POS-1",
    "userAgent": "DemoWallet/1.0",
    "cookieId": "C-1",
    "storeTerminalRequestTime": "2019-04-04T12:08:56+05:30",
}
FULL_ORDER = ORDER | {
    "goods": [
        {"referenceGoodsId": "G-1", "goodsName": "Coffee", "goodsQuantity": "1"},
        {"goodsCategory": "5814", "goodsBrand": "Demo", "goodsUnitAmount": AMOUNT},
    ],
    "buyer": {
        "referenceBuyerId": "B-1",
        "buyerPhoneNo": "85500000000",
        "buyerEmail": "demo@example.com",
        "buyerName": {"firstName": "Demo", "lastName": "User"},
    },
    "env": ENV,
    "shipping": {"shipToRegion": "KH"},
    "indirectAcquirer": {
        "referenceAcquirerId": "DEVB",
        "acquirerName": "Dev Bank",
        "acquirerAddress": {"region": "KH", "state": "12", "address1": "1", "address2": "2"},
    },
}

SAMPLES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "inquiryCodeRules",
        "MPP -> A+",
        {},
        {"result": SUCCESS, "codeRules": ["https://qr[.]example[.]com/.*"], "version": "7"},
    ),
    (
        "userInitiatedPay",
        "MPP -> A+",
        {"codeValue": KHQR, "customerId": "CUST-DEMO", "passThroughInfo": "a=b"},
        ANSWER
        | URLS
        | {"payToAmount": {"currency": "CNY", "value": "1786"}, "paymentQuote": QUOTE},
    ),
    ("userInitiatedPay", "A+ -> ACQP", REQUEST, ANSWER | URLS),
    ("pushPayment", "A+ -> ACQP", PUSH, {"result": SUCCESS}),
    (
        "inquiryPushPayment",
        "A+ -> ACQP",
        {**IDS, "codeValue": KHQR, **PAYMENT_IDS},
        {"result": SUCCESS, "paymentResult": IN_PROCESS},
    ),
    (
        "notifyPushPayment",
        "ACQP -> A+",
        {
            "paymentResult": SUCCESS,
            **PAYMENT_IDS,
            "paymentTime": "2025-06-15T22:07:02+07:00",
        },
        {"result": SUCCESS},
    ),
    (
        "placeOrder",
        "A+ -> ACQP",
        {
            **IDS,
            "codeValue": "https://qr.example.com/s/1",
            "paymentId": "PAY-0001",
            "paymentAmount": {"currency": "CNY", "value": "1786"},
            "settlementAmount": AMOUNT,
            "merchant": {"store": {"referenceStoreId": "S-1"}},
            "customerId": "CUST-DEMO",
            "env": {"userAgent": "DemoWallet/1.0"},
        },
        {"result": SUCCESS, "paymentRequestId": "REQ-0001"},
    ),
    (
        "pay",
        "ACQP -> A+",
        {
            "order": FULL_ORDER,
            "paymentRequestId": "REQ-0001",
            "paymentAmount": AMOUNT,
            "paymentMethod": {
                "paymentMethodType": "CONNECT_WALLET",
                "paymentMethodId": "281010020123456789012345",
                "customerId": "CUST-DEMO",
                "paymentMethodMetaData": {"a": ["1"]},
            },
            "paymentFactor": {
                "isInStorePayment": "true",
                "isCashierPayment": "false",
                "inStorePaymentScenario": "PaymentCode",
                "presentmentMode": "BUNDLE",
            },
            "paymentExpiryTime": "2025-06-15T22:11:40+07:00",
            "paymentNotifyUrl": "https://acq.example.com/notify",
            "paymentRedirectUrl": "https://acq.example.com/back",
            "settlementStrategy": {"settlementCurrency": "KHR"},
            "allowedPspRegions": ["CN", "KR"],
            "userRegion": "CN",
        },
        {
            "result": IN_PROCESS,
            **IDS,
            "paymentId": "PAY-0001",
            "paymentTime": "2025-06-15T22:07:02+07:00",
            "paymentUrl": "https://qr.example.com/o/1",
            "paymentAmount": AMOUNT,
            "orderCodeForm": {
                "paymentMethodType": "CONNECT_WALLET",
                "expireTime": "2025-06-15T22:11:40+07:00",
                "codeDetails": [
                    {
                        "codeValueType": "QRCODE",
                        "codeValue": "https://qr.example.com/o/1",
                        "displayType": "BIGIMAGE",
                    }
                ],
                "extendInfo": "{}",
            },
            "customerId": "CUST-DEMO",
            "walletBrandName": "DemoWallet",
        },
    ),
    (
        "pay",
        "A+ -> MPP",
        {
            **IDS,
            "order": ORDER,
            "paymentRequestId": "A-0001",
            "payToAmount": {"currency": "CNY", "value": "1786"},
            "paymentQuote": QUOTE,
        },
        {"result": SUCCESS},
    ),
    *(
        (
            "inquiryPayment",
            leg,
            ids,
            {
                "result": SUCCESS,
                "paymentResult": RISK,
                **IDS,
                **PAYMENT_IDS,
                "paymentAmount": AMOUNT,
                "paymentTime": "2025-06-15T22:07:02+07:00",
                "customerId": "CUST-DEMO",
                "walletBrandName": "DemoWallet",
                "transactions": [
                    {
                        "transactionResult": SUCCESS,
                        "transactionId": "T-1",
                        "transactionType": "PAYMENT",
                        "transactionStatus": "SUCCESS",
                        "transactionAmount": AMOUNT,
                        "transactionRequestId": "REQ-0001",
                        "transactionTime": "2025-06-15T22:07:02+07:00",
                    }
                ],
                "settlementAmount": AMOUNT,
                "settlementQuote": QUOTE,
            },
        )
        for leg, ids in (("ACQP -> A+", PAYMENT_IDS), ("A+ -> MPP", {"paymentId": "PAY-0001"}))
    ),
    *(
        (
            "cancelPayment",
            leg,
            ids,
            {"result": SUCCESS, **IDS},
        )
        for leg, ids in (("ACQP -> A+", PAYMENT_IDS), ("A+ -> MPP", {"paymentId": "PAY-0001"}))
    ),
    *(
        (
            "refund",
            leg,
            {
                **ids,
                "refundRequestId": "REF-1",
                "refundAmount": AMOUNT,
                "refundReason": "cold",
            },
            {
                "result": SUCCESS,
                **IDS,
                "refundId": "R-1",
                "refundTime": "2025-06-16T08:00:00+07:00",
                "refundAmount": AMOUNT,
                "settlementAmount": AMOUNT,
                "settlementQuote": QUOTE,
            },
        )
        for leg, ids in (("ACQP -> A+", PAYMENT_IDS), ("A+ -> MPP", {"paymentId": "PAY-0001"}))
    ),
    (
        "notifyPayment",
        "MPP -> A+",
        {
            "paymentResult": SUCCESS,
            **PAYMENT_IDS,
            "paymentAmount": AMOUNT,
            "payToAmount": {"currency": "CNY", "value": "1786"},
            "customerId": "CUST-DEMO",
            "customsDeclarationAmount": AMOUNT,
        },
        {"result": SUCCESS},
    ),
    (
        "notifyPayment",
        "A+ -> ACQP",
        {
            "paymentResult": SUCCESS,
            **PAYMENT_IDS,
            **IDS,
            "customerId": "CUST-DEMO",
            "paymentAmount": AMOUNT,
            "paymentTime": "2025-06-15T22:07:02+07:00",
            "walletBrandName": "DemoWallet",
            "settlementAmount": AMOUNT,
            "settlementQuote": QUOTE,
        },
        {"result": SUCCESS},
    ),
    (
        "inquiryForeignExchangeQuote",
        "MPP -> A+",
        {"sellCurrency": "KHR", "buyCurrency": "CNY"},
        {
            "result": SUCCESS,
            "quoteId": "Q-1",
            "quoteCurrencyPair": "CNY/KHR",
            "quotePrice": "560",
        },
    ),
]
"""Name, leg, request and response: the shapes of the documents, filled with invented values."""


def all_classes() -> list[type[Message]]:
    """Return every class of a request or response once."""
    return list(dict.fromkeys(cls for api in APIS for cls in (api.request, api.response)))


_TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_FORMS = {
    "[A-Z]{3}": st.text("ABCXYZ", min_size=3, max_size=3),
    "[A-Z]{2}": st.text("KHCN", min_size=2, max_size=2),
    "[SFU]": st.sampled_from("SFU"),
    "[A-Z]{3}/[A-Z]{3}": st.just("CNY/KHR"),
    "[0-9]+([.][0-9]+)?": st.decimals(0, 999, places=3).map(str),
}
_SINCE = datetime(2000, 1, 1)  # noqa: DTZ001 - the offset is written behind it
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers().map(str) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=4,
)
_EXTRA = st.dictionaries(_TEXTS.map("zz{}".format), _JSON, max_size=2).map(
    lambda unknown: tuple((name, json.dumps(value)) for name, value in unknown.items())
)


def _kind(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, type):
        return messages(kind)
    if isinstance(kind, Natural):
        return st.integers(1, 10**18 - 1)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Moment):
        offsets = st.sampled_from(("Z", "+07:00", "-03:30", ".5+0545"))
        return st.builds("{:%Y-%m-%dT%H:%M:%S}{}".format, st.datetimes(_SINCE), offsets)
    assert isinstance(kind, Text)
    texts = _FORMS.get(kind.pattern, _TEXTS)
    return texts.map(lambda text: text[: kind.maximum])


@st.composite
def messages(draw: st.DrawFn, cls: type[Message]) -> Message:
    """Values of a message class, made from its table and conditions."""
    values: dict[str, Any] = {}
    needed = {
        name
        for condition in cls.CONDITIONS
        if isinstance(condition, (AnyOf, OnSuccess))
        for name in condition.attributes
    }
    for member in members(cls):
        if member.required or member.attribute in needed or draw(st.booleans()):
            single = _kind(member.kind)
            many = st.lists(single, min_size=1, max_size=2).map(tuple)
            values[member.attribute] = draw(many if member.many else single)
    for condition in cls.CONDITIONS:
        if isinstance(condition, Final):
            result = values[condition.attribute]
            letter = result.result_status.replace("U", "F")
            values[condition.attribute] = type(result)(
                result_code="X", result_status=letter, result_message="x"
            )
        elif isinstance(condition, Needs) and condition.attribute in values:
            values[condition.attribute] = draw(_filled(type(values[condition.attribute])))
    return cls(**values, extra=draw(_EXTRA))


def _filled(cls: type[Message]) -> st.SearchStrategy[Message]:
    amount = st.integers(1, 10**15).map(lambda value: Amount(currency="KHR", value=value))
    return st.builds(cls, reference_order_id=_TEXTS, order_description=_TEXTS, order_amount=amount)
