"""Random inputs to write a code from: mostly near a rule, on either side of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .payloads import CLOCK_MS, EPOCH

__all__ = ["ALPHABETS", "joined", "random_fields", "random_text"]

Make = Callable[[Random], Any]

ALPHABETS: Mapping[str, str] = {
    "ascii": "".join(map(chr, range(0x20, 0x7F))),
    "digits": "0123456789",
    "khmer": "".join(map(chr, range(0x1780, 0x17D4))),
    "digits of other scripts": "០១២៣\u0660\u0661\u0662\uff13\uff14",
    "latin": "éüñßÆ",
    "blanks": " \t\n\r\v\f\x1c\x85\xa0\u180e\u2003\u2028\u3000\ufeff",
    "controls": "\x00\x01\x1f\x7f\x80\x9f",
    "astral": "\U0001f600\U0001d7d9\U00010348\U0010ffff",
    "halves": "\ud800\udbff\udc00\udfff",
    "noncharacters": "\ufffd\uffff\u200b\u202e",
}
_USUAL = ("ascii", "digits", "khmer")
_ODD = tuple(set(ALPHABETS) - set(_USUAL))


def joined(text: str) -> str:
    """Return ``text`` with each pair of halves as the one character that JavaScript sees."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def random_text(random: Random, maximum: int, odd: float = 0.02) -> str:
    """Return a text whose length is often near ``maximum``; ``odd`` is how often it is strange."""
    over = maximum + 1 if random.random() < odd else maximum
    length = random.choice((1, random.randint(1, maximum), maximum - 1, over))
    kind = random.choice(_USUAL)
    text = "".join(random.choices(ALPHABETS[kind], k=length))
    if text and random.random() < odd:
        at = random.randrange(len(text))
        text = text[:at] + random.choice(ALPHABETS[random.choice(_ODD)]) + text[at + 1 :]
    return joined(text)


def _account(random: Random) -> str:
    if random.random() < 0.92:
        name = "".join(random.choices("abcdefgh_0123456789.", k=random.randint(1, 12)))
        return f"{name}@{random.choice(('devb', 'abaa', 'aclb', 'wing'))}"
    odd = ("", "@", "a@", "@b", "a@b@c", "demo", " @ ", "a" * 27 + "@devb", "a" * 28 + "@devb")
    return random.choice((*odd, "ក@ខ", "a@b\n", "😀@devb", "x" * 40))


_WHOLE_AMOUNTS: tuple[Make, ...] = (
    lambda random: random.randrange(1, 10 ** random.randint(1, 14)),
    lambda random: str(random.randrange(1, 10 ** random.randint(1, 14))),
    lambda random: f"{random.randrange(1, 10**6)}.{'0' * random.randint(0, 20)}",
    lambda random: Decimal(random.randrange(1, 10**12)).scaleb(random.randint(0, 2)),
    lambda _: 100,
    lambda _: "100",
)
_AMOUNTS: tuple[Make, ...] = (
    *_WHOLE_AMOUNTS,
    lambda random: f"{random.randrange(10 ** random.randint(1, 11))}.{random.randrange(100):02d}",
    lambda random: f"{random.randrange(10 ** random.randint(1, 11))}.{random.randrange(10)}",
    lambda random: Decimal(random.randrange(1, 10**13)).scaleb(-random.randint(0, 2)),
    lambda random: f"{random.randrange(10**4)}.{random.randrange(10**3):03d}",
    lambda _: "0.01",
)
_ODD_AMOUNTS = (
    *("0", "0.00", "00", 0, -0, -1, -100, "-5", "+5", " 5", "5 ", "  ", "abc", "NaN", "Infinity"),
    *("1e3", "1E3", "0x10", "0b11", "0x0", "1,000", "1,000.50", "1_000", "007", "0100", "00.5"),
    *(".5", "5.", ".", "1.2.3", "1.5.0", "..", "1..5", "១០០", "\uff11\uff10\uff10"),
    *("9999999999999", 10**13, "99999999999.99", "0.001", "1.005", "1.999", "100.5", "100.0"),
    *("-0", "-0.00"),
    *("100.0000000000000000000000001", "12345678901.5", "1" * 30, "0.0000000001", "5.0e1", "1e-7"),
    *(Decimal("NaN"), Decimal("Infinity"), Decimal("-1.5"), Decimal("0.00"), Decimal("1E+5")),
    *("0.", "true", "null", "\ufeff5", "5\n", "\U0001d7d9", ""),
)

_OPTIONAL: Mapping[str, Make] = {
    "unionpay_account": lambda random: random.choice(
        (f"{random.randrange(10**31):031d}", random_text(random, 31), random_text(random, 99))
    ),
    "bill_number": lambda random: random_text(random, 25),
    "mobile_number": lambda random: random_text(random, 25),
    "store_label": lambda random: random_text(random, 25),
    "terminal_label": lambda random: random_text(random, 25),
    "purpose_of_transaction": lambda random: random_text(random, 25),
    "merchant_city_alternate_language": lambda random: random_text(random, 15),
}

_CATEGORIES = (
    *("5999", "0000", "742", "1", "12345", "59a9", "", " 599", "5e3", "-123", "+599"),
    *("\uff15999", "\u17e5999", "5999\n"),
)

_CURRENCIES = ("840", "116", 840, 116)
_ODD_CURRENCIES = (
    *("764", 764, "THB", "8400", "84", " 116", "116 ", "0116", "84O", "11\uff16", "usd", "1.2"),
    *("116\n", "\u17e1\u17e1\u17e6", "840.", "+84", "0x74"),
)

_TIMES: tuple[int, ...] = (
    *(CLOCK_MS + plus for plus in (-1, 0, 1, 599_999, 600_000, 600_001, 86_400_000)),
    *(0, 1, -1, 10**12 - 1, 10**12, 10**13 - 1, 10**13, -(10**12) + 1, -(10**12), 253402300799999),
)


def random_fields(random: Random) -> dict[str, Any]:
    """Return keyword arguments for `khqr.Individual`, or with a merchant id `khqr.Merchant`."""
    fields: dict[str, Any] = {
        "bakong_account_id": _account(random),
        "merchant_name": random_text(random, 25),
        "merchant_city": random_text(random, 15) if random.random() < 0.7 else "Phnom Penh",
    }
    if random.random() < 0.5:
        fields["merchant_id"] = random_text(random, 32)
        fields["acquiring_bank"] = random_text(random, 32)
    else:
        for name in ("account_information", "acquiring_bank"):
            if random.random() < 0.5:
                fields[name] = random_text(random, 32)
    odd = random.random() < 0.04
    if random.random() < 0.8:
        fields["currency"] = random.choice(_ODD_CURRENCIES if odd else _CURRENCIES)
    if random.random() < 0.7:
        dollar = fields.get("currency") in {"840", 840} or random.random() < 0.1
        make = random.choice(_AMOUNTS if dollar else _WHOLE_AMOUNTS)
        plain = random.random() < 0.85
        fields["amount"] = make(random) if plain else random.choice(_ODD_AMOUNTS)
    if random.random() < 0.9:
        fields["expires_at"] = _moment(random)
    if random.random() < 0.4:
        fields["merchant_category_code"] = random.choice((*("5812",) * 80, *_CATEGORIES))
    busy = random.random() ** 2
    fields |= {name: make(random) for name, make in _OPTIONAL.items() if random.random() < busy / 2}
    if random.random() < 0.3:
        fields["language_preference"] = random.choice((*("km",) * 20, "KM", "k", "kmr", "ក", ""))
    if ("language_preference" in fields) != (random.random() < 0.05):
        fields["merchant_name_alternate_language"] = random_text(random, 25)
    return fields


def _moment(random: Random) -> datetime:
    usual = CLOCK_MS + random.randrange(600_001)
    return EPOCH + timedelta(milliseconds=usual if random.random() < 0.9 else random.choice(_TIMES))
