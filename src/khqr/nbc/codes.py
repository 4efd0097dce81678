"""The 51 error numbers of the official SDK, bakong-khqr 1.0.20, with its names.

Other official material numbers 35 and 36 the other way round; this table is the SDK's.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

__all__ = ["ErrorCode"]


class ErrorCode(IntEnum):
    """An error number of the official SDK: its name, what it means, and who raises it.

    ``raised_by`` holds ``generate``, ``verify`` and ``network``; three numbers are never raised.

    >>> ErrorCode(45).name, ErrorCode(45).meaning
    ('EXPIRATION_TIMESTAMP_REQUIRED', 'a code with an amount has no time of expiry')
    """

    meaning: str
    raised_by: frozenset[str]

    def __new__(cls, number: int, meaning: str, raised_by: str) -> Self:
        """Keep what the number means and who raises it."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        member.raised_by = frozenset(raised_by.split())
        return member

    BAKONG_ACCOUNT_ID_REQUIRED = 1, "the Bakong account id is missing", "generate verify"
    MERCHANT_NAME_REQUIRED = 2, "the merchant name is missing", "generate verify"
    BAKONG_ACCOUNT_ID_INVALID = (
        3,
        "the Bakong account id is not name@bank",
        "generate verify network",
    )
    TRANSACTION_AMOUNT_INVALID = 4, "the amount is invalid", "generate verify"
    MERCHANT_TYPE_REQUIRED = 5, "neither object 29 nor 30 is there", "verify"
    BAKONG_ACCOUNT_ID_LENGTH_INVALID = (
        6,
        "the Bakong account id is too long",
        "generate verify network",
    )
    MERCHANT_NAME_LENGTH_INVALID = 7, "the merchant name is too long", "generate verify"
    KHQR_INVALID = 8, "the text is no valid KHQR", "verify network"
    CURRENCY_TYPE_REQUIRED = 9, "the currency is missing", "verify"
    BILL_NUMBER_LENGTH_INVALID = 10, "the bill number is empty or too long", "generate verify"
    STORE_LABEL_LENGTH_INVALID = 11, "the store label is empty or too long", "generate verify"
    TERMINAL_LABEL_LENGTH_INVALID = 12, "the terminal label is empty or too long", "generate verify"
    CONNECTION_TIMEOUT = 13, "the service cannot be reached", "network"
    INVALID_DEEP_LINK_SOURCE_INFO = (
        14,
        "the source information of a deep link is incomplete",
        "network",
    )
    INTERNAL_SERVER = 15, "internal error of the service", ""
    PAYLOAD_FORMAT_INDICATOR_LENGTH_INVALID = (
        16,
        "the payload format indicator is too long",
        "verify",
    )
    POINT_INITIATION_LENGTH_INVALID = 17, "the point of initiation method is too long", "verify"
    MERCHANT_CODE_LENGTH_INVALID = 18, "the merchant category code is too long", "generate verify"
    TRANSACTION_CURRENCY_LENGTH_INVALID = 19, "the currency is too long", "generate verify"
    COUNTRY_CODE_LENGTH_INVALID = 20, "the country code is too long", "verify"
    MERCHANT_CITY_LENGTH_INVALID = 21, "the merchant city is too long", "generate verify"
    CRC_LENGTH_INVALID = 22, "the CRC is too long", "verify"
    PAYLOAD_FORMAT_INDICATOR_TAG_REQUIRED = 23, "the payload format indicator is missing", "verify"
    CRC_TAG_REQUIRED = 24, "the CRC is missing", "verify"
    MERCHANT_CATEGORY_TAG_REQUIRED = 25, "the merchant category code is missing", "verify"
    COUNTRY_CODE_TAG_REQUIRED = 26, "the country code is missing", "verify"
    MERCHANT_CITY_TAG_REQUIRED = 27, "the merchant city is missing", "verify"
    UNSUPPORTED_CURRENCY = 28, "the currency is neither KHR nor USD", "generate verify"
    INVALID_DEEP_LINK_URL = 29, "the URL for deep links is invalid", "network"
    MERCHANT_ID_REQUIRED = 30, "the merchant id is missing", "generate"
    ACQUIRING_BANK_REQUIRED = 31, "the acquiring bank is missing", "generate verify"
    MERCHANT_ID_LENGTH_INVALID = 32, "the merchant id is too long", "generate"
    ACQUIRING_BANK_LENGTH_INVALID = 33, "the acquiring bank is too long", "generate verify"
    MOBILE_NUMBER_LENGTH_INVALID = 34, "the mobile number is empty or too long", "generate verify"
    ACCOUNT_INFORMATION_LENGTH_INVALID = (
        35,
        "the account information is too long",
        "generate verify",
    )
    TAG_NOT_IN_ORDER = 36, "the objects are out of order", ""
    LANGUAGE_PREFERENCE_REQUIRED = 37, "the language preference is missing", ""
    LANGUAGE_PREFERENCE_LENGTH_INVALID = (
        38,
        "the language preference is empty or too long",
        "generate verify",
    )
    MERCHANT_NAME_ALTERNATE_LANGUAGE_REQUIRED = (
        39,
        "the alternate merchant name is missing",
        "generate verify",
    )
    MERCHANT_NAME_ALTERNATE_LANGUAGE_LENGTH_INVALID = (
        40,
        "the alternate merchant name is empty or too long",
        "generate verify",
    )
    MERCHANT_CITY_ALTERNATE_LANGUAGE_LENGTH_INVALID = (
        41,
        "the alternate merchant city is empty or too long",
        "generate verify",
    )
    PURPOSE_OF_TRANSACTION_LENGTH_INVALID = (
        42,
        "the purpose of transaction is empty or too long",
        "generate verify",
    )
    UPI_ACCOUNT_INFORMATION_LENGTH_INVALID = 43, "the UnionPay account is too long", "generate"
    UPI_ACCOUNT_INFORMATION_INVALID_CURRENCY = (
        44,
        "a UnionPay account does not go with USD",
        "generate",
    )
    EXPIRATION_TIMESTAMP_REQUIRED = (
        45,
        "a code with an amount has no time of expiry",
        "generate verify",
    )
    KHQR_EXPIRED = 46, "the code has expired", "verify"
    INVALID_DYNAMIC_KHQR = 47, "a dynamic code has no amount", "verify"
    POINT_OF_INITIATION_METHOD_INVALID = (
        48,
        "the point of initiation method is neither 11 nor 12",
        "verify",
    )
    EXPIRATION_TIMESTAMP_LENGTH_INVALID = (
        49,
        "the time of expiry is not 13 digits",
        "generate verify",
    )
    EXPIRATION_TIMESTAMP_IN_THE_PAST = (
        50,
        "the time of expiry is before the creation",
        "generate verify",
    )
    INVALID_MERCHANT_CATEGORY_CODE = (
        51,
        "the merchant category code is not digits",
        "generate verify",
    )
