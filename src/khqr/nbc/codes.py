"""The 51 error numbers of the official SDK, bakong-khqr 1.0.20, with its names.

Other official material numbers 35 and 36 the other way round; this table is the SDK's.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ErrorCode"]


class ErrorCode(IntEnum):
    """An error number of the official SDK, by the SDK's name.

    >>> ErrorCode(45).name, ErrorCode(45).meaning
    ('EXPIRATION_TIMESTAMP_REQUIRED', 'a code with an amount has no time of expiry')
    """

    BAKONG_ACCOUNT_ID_REQUIRED = 1
    MERCHANT_NAME_REQUIRED = 2
    BAKONG_ACCOUNT_ID_INVALID = 3
    TRANSACTION_AMOUNT_INVALID = 4
    MERCHANT_TYPE_REQUIRED = 5
    BAKONG_ACCOUNT_ID_LENGTH_INVALID = 6
    MERCHANT_NAME_LENGTH_INVALID = 7
    KHQR_INVALID = 8
    CURRENCY_TYPE_REQUIRED = 9
    BILL_NUMBER_LENGTH_INVALID = 10
    STORE_LABEL_LENGTH_INVALID = 11
    TERMINAL_LABEL_LENGTH_INVALID = 12
    CONNECTION_TIMEOUT = 13
    INVALID_DEEP_LINK_SOURCE_INFO = 14
    INTERNAL_SERVER = 15
    PAYLOAD_FORMAT_INDICATOR_LENGTH_INVALID = 16
    POINT_INITIATION_LENGTH_INVALID = 17
    MERCHANT_CODE_LENGTH_INVALID = 18
    TRANSACTION_CURRENCY_LENGTH_INVALID = 19
    COUNTRY_CODE_LENGTH_INVALID = 20
    MERCHANT_CITY_LENGTH_INVALID = 21
    CRC_LENGTH_INVALID = 22
    PAYLOAD_FORMAT_INDICATOR_TAG_REQUIRED = 23
    CRC_TAG_REQUIRED = 24
    MERCHANT_CATEGORY_TAG_REQUIRED = 25
    COUNTRY_CODE_TAG_REQUIRED = 26
    MERCHANT_CITY_TAG_REQUIRED = 27
    UNSUPPORTED_CURRENCY = 28
    INVALID_DEEP_LINK_URL = 29
    MERCHANT_ID_REQUIRED = 30
    ACQUIRING_BANK_REQUIRED = 31
    MERCHANT_ID_LENGTH_INVALID = 32
    ACQUIRING_BANK_LENGTH_INVALID = 33
    MOBILE_NUMBER_LENGTH_INVALID = 34
    ACCOUNT_INFORMATION_LENGTH_INVALID = 35
    TAG_NOT_IN_ORDER = 36
    LANGUAGE_PREFERENCE_REQUIRED = 37
    LANGUAGE_PREFERENCE_LENGTH_INVALID = 38
    MERCHANT_NAME_ALTERNATE_LANGUAGE_REQUIRED = 39
    MERCHANT_NAME_ALTERNATE_LANGUAGE_LENGTH_INVALID = 40
    MERCHANT_CITY_ALTERNATE_LANGUAGE_LENGTH_INVALID = 41
    PURPOSE_OF_TRANSACTION_LENGTH_INVALID = 42
    UPI_ACCOUNT_INFORMATION_LENGTH_INVALID = 43
    UPI_ACCOUNT_INFORMATION_INVALID_CURRENCY = 44
    EXPIRATION_TIMESTAMP_REQUIRED = 45
    KHQR_EXPIRED = 46
    INVALID_DYNAMIC_KHQR = 47
    POINT_OF_INITIATION_METHOD_INVALID = 48
    EXPIRATION_TIMESTAMP_LENGTH_INVALID = 49
    EXPIRATION_TIMESTAMP_IN_THE_PAST = 50
    INVALID_MERCHANT_CATEGORY_CODE = 51

    @property
    def meaning(self) -> str:
        """What the number says, in a few words."""
        return _DETAILS[self][0]

    @property
    def raised_by(self) -> frozenset[str]:
        """Which of ``generate``, ``verify`` and ``network`` can give it; three numbers, none."""
        return frozenset(_DETAILS[self][1].split())


_DETAILS: dict[int, tuple[str, str]] = {
    1: ("the Bakong account id is missing", "generate verify"),
    2: ("the merchant name is missing", "generate verify"),
    3: ("the Bakong account id is not name@bank", "generate verify network"),
    4: ("the amount is invalid", "generate verify"),
    5: ("neither object 29 nor 30 is there", "verify"),
    6: ("the Bakong account id is too long", "generate verify network"),
    7: ("the merchant name is too long", "generate verify"),
    8: ("the text is no valid KHQR", "verify network"),
    9: ("the currency is missing", "verify"),
    10: ("the bill number is empty or too long", "generate verify"),
    11: ("the store label is empty or too long", "generate verify"),
    12: ("the terminal label is empty or too long", "generate verify"),
    13: ("the service cannot be reached", "network"),
    14: ("the source information of a deep link is incomplete", "network"),
    15: ("internal error of the service", ""),
    16: ("the payload format indicator is too long", "verify"),
    17: ("the point of initiation method is too long", "verify"),
    18: ("the merchant category code is too long", "generate verify"),
    19: ("the currency is too long", "generate verify"),
    20: ("the country code is too long", "verify"),
    21: ("the merchant city is too long", "generate verify"),
    22: ("the CRC is too long", "verify"),
    23: ("the payload format indicator is missing", "verify"),
    24: ("the CRC is missing", "verify"),
    25: ("the merchant category code is missing", "verify"),
    26: ("the country code is missing", "verify"),
    27: ("the merchant city is missing", "verify"),
    28: ("the currency is neither KHR nor USD", "generate verify"),
    29: ("the URL for deep links is invalid", "network"),
    30: ("the merchant id is missing", "generate"),
    31: ("the acquiring bank is missing", "generate verify"),
    32: ("the merchant id is too long", "generate"),
    33: ("the acquiring bank is too long", "generate verify"),
    34: ("the mobile number is empty or too long", "generate verify"),
    35: ("the account information is too long", "generate verify"),
    36: ("the objects are out of order", ""),
    37: ("the language preference is missing", ""),
    38: ("the language preference is empty or too long", "generate verify"),
    39: ("the alternate merchant name is missing", "generate verify"),
    40: ("the alternate merchant name is empty or too long", "generate verify"),
    41: ("the alternate merchant city is empty or too long", "generate verify"),
    42: ("the purpose of transaction is empty or too long", "generate verify"),
    43: ("the UnionPay account is too long", "generate"),
    44: ("a UnionPay account does not go with USD", "generate"),
    45: ("a code with an amount has no time of expiry", "generate verify"),
    46: ("the code has expired", "verify"),
    47: ("a dynamic code has no amount", "verify"),
    48: ("the point of initiation method is neither 11 nor 12", "verify"),
    49: ("the time of expiry is not 13 digits", "generate verify"),
    50: ("the time of expiry is before the creation", "generate verify"),
    51: ("the merchant category code is not digits", "generate verify"),
}
