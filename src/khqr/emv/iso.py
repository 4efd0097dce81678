"""The code lists that EMVCo refers to: countries, currencies, merchant categories.

ISO 3166-1 alpha-2, ISO 4217 (numeric code, minor unit) and ISO 18245, as of October 2026. The
lists are compared in the tests with the packages pycountry, iso4217 and iso18245.
"""

from __future__ import annotations

from functools import cache

__all__ = [
    "COUNTRIES",
    "currency_code",
    "currency_exponent",
    "currency_number",
    "is_currency",
    "is_merchant_category",
]

_COUNTRY_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""

COUNTRIES = frozenset(_COUNTRY_CODES.split())
"""The two-letter codes of ISO 3166-1."""

_CURRENCIES_BY_EXPONENT: dict[int | None, str] = {
    0: """
BIF108 CLP152 KMF174 DJF262 GNF324 ISK352 JPY392 KRW410 VUV548 PYG600 RWF646 VND704 UGX800
UYI940 XAF950 XOF952 XPF953
""",
    2: """
ALL008 DZD012 ARS032 AUD036 BSD044 BDT050 AMD051 BBD052 BMD060 BTN064 BOB068 BWP072 BZD084
SBD090 BND096 MMK104 KHR116 CAD124 CVE132 KYD136 LKR144 CNY156 COP170 CRC188 CUP192 CZK203
DKK208 DOP214 SVC222 ETB230 ERN232 FKP238 FJD242 GMD270 GIP292 GTQ320 GYD328 HTG332 HNL340
HKD344 HUF348 INR356 IDR360 IRR364 ILS376 JMD388 XAD396 KZT398 KES404 KPW408 KGS417 LAK418
LBP422 LSL426 LRD430 MOP446 MWK454 MYR458 MVR462 MUR480 MXN484 MNT496 MDL498 MAD504 NAD516
NPR524 XCG532 AWG533 NZD554 NIO558 NGN566 NOK578 PKR586 PAB590 PGK598 PEN604 PHP608 QAR634
RUB643 SHP654 SAR682 SCR690 SGD702 SOS706 ZAR710 SSP728 SZL748 SEK752 CHF756 SYP760 THB764
TOP776 TTD780 AED784 MKD807 EGP818 GBP826 TZS834 USD840 UYU858 UZS860 WST882 YER886 TWD901
ZWG924 SLE925 VED926 VES928 MRU929 STN930 BYN933 TMT934 GHS936 SDG938 RSD941 MZN943 AZN944
RON946 CHE947 CHW948 TRY949 XCD951 ZMW967 SRD968 MGA969 COU970 AFN971 TJS972 AOA973 CDF976
BAM977 EUR978 MXV979 UAH980 GEL981 BOV984 PLN985 BRL986 USN997
""",
    3: """
BHD048 IQD368 JOD400 KWD414 LYD434 OMR512 TND788
""",
    4: """
UYW927 CLF990
""",
    None: """
XBA955 XBB956 XBC957 XBD958 XAU959 XDR960 XAG961 XPT962 XTS963 XPD964 XUA965 XSU994 XXX999
""",
}
"""Letter code and number of every current currency, by the digits of its minor unit (ISO 4217)."""

_MERCHANT_CATEGORIES = """
0742-0744 0763 0780 1520 1711 1731 1740 1750 1761 1771 1799 2741 2791 2842 3000-3999 4011
4111-4112 4119 4121 4131 4214-4215 4225 4411 4457 4468 4511 4582 4722-4723 4733 4784 4789
4812-4816 4821 4829 4899-4900 5013 5021 5039 5044-5047 5051 5065 5072 5074 5085 5094 5099
5111 5122 5131 5137 5139 5169 5172 5192-5193 5198-5200 5211 5231 5251 5261-5262 5271 5300
5309-5311 5331 5399 5411 5422 5441 5451 5462 5499 5511 5521 5531-5533 5541-5542 5551-5552
5561 5571 5592 5598-5599 5611 5621 5631 5641 5651 5655 5661 5681 5691 5697-5699 5712-5715
5718-5719 5722 5732-5735 5811-5818 5832 5912 5921 5931-5933 5935 5937 5940-5950 5960-5973
5975-5978 5983 5992-5999 6010-6012 6050-6051 6211 6300 6381 6399 6513 6532-6533 6536-6538
6540 7011-7013 7032-7033 7210-7211 7216-7217 7221 7230 7251 7261 7273 7276-7278 7280
7295-7299 7311 7321-7322 7332-7333 7338-7339 7342 7349 7361 7372 7375 7379 7392-7395 7399
7511-7513 7519 7523 7531 7534-7535 7538 7542 7549 7622-7623 7629 7631 7641 7692 7699
7800-7802 7829 7832 7841 7911 7922 7929 7932-7933 7941 7991-7999 8011 8021 8031 8041-8044
8049-8050 8062 8071 8099 8111 8211 8220 8241 8244 8249 8299 8351 8398 8641 8651 8661 8675
8699 8734 8911-8912 8931 8999 9211 9222-9223 9311 9399-9400 9402 9405-9406 9700-9702 9950
"""
"""Merchant category codes of ISO 18245, with 3000-3999, which it reserves for private use."""


@cache
def _currencies() -> dict[str, tuple[str, int | None]]:
    return {
        entry[3:]: (entry[:3], exponent)
        for exponent, entries in _CURRENCIES_BY_EXPONENT.items()
        for entry in entries.split()
    }


@cache
def _merchant_categories() -> frozenset[str]:
    codes: set[str] = set()
    for entry in _MERCHANT_CATEGORIES.split():
        first, _, last = entry.partition("-")
        codes.update(f"{code:04d}" for code in range(int(first), int(last or first) + 1))
    return frozenset(codes)


def is_currency(number: str) -> bool:
    """Whether ``number`` is the numeric code of a current currency, fund or X code.

    >>> is_currency("116"), is_currency("999"), is_currency("365")
    (True, True, False)
    """
    return number in _currencies()


def currency_code(number: str) -> str:
    """Return the letter code for ``number``, or an empty text.

    >>> currency_code("764")
    'THB'
    """
    return _currencies().get(number, ("", None))[0]


def currency_number(code: str) -> str:
    """Return the number for a letter code, or an empty text.

    >>> currency_number("THB"), currency_number("764")
    ('764', '')
    """
    return next((number for number, entry in _currencies().items() if entry[0] == code), "")


def currency_exponent(number: str) -> int | None:
    """Return how many decimals the currency has, or None where it has none or is unknown.

    >>> currency_exponent("840"), currency_exponent("392"), currency_exponent("999")
    (2, 0, None)
    """
    return _currencies().get(number, ("", None))[1]


def is_merchant_category(code: str) -> bool:
    """Whether ``code`` is in ISO 18245, or the widely used ``0000``.

    >>> is_merchant_category("5999"), is_merchant_category("0000"), is_merchant_category("0001")
    (True, True, False)
    """
    return code == "0000" or code in _merchant_categories()
