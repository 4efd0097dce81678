"""A hundred invented shop names that cards are drawn for, and the payloads made of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import khqr
from material import CLOCK

LATIN = [
    "A",
    "Demo",
    "Demo Coffee",
    "Café Crème",
    "Ünïcödé Größe",
    "Smörgåsbord & Söhne",
    "Pho Đặc Biệt Hà Nội",
    "Łódź Żółć Ćma",
    "Demo Mini Mart No. 12",
    "Demo Coffee Riverside",
    "Demo Riverside Hotel, Spa",
    "DEMO TRADING COMPANY LTD.",
    "WWWWWWWWWWWWWWWWWWWWWWWWW",
    "MMMMMMMMMMMM MMMMMMMMMMMM",
    "iiiiiiiiiiiiiiiiiiiiiiiii",
    "The-Very-Long-Hyphenated-",
    "Salon \"Rose\" <&> 'Lily'",
    "100% Fresh / 24h",
    "K. H. Q. R.",
    "a  b   c",
    "Naïve façade №5",
    "Кафе Демо",
    "Restaurant Œuf à la coque",
    "Fjord & Ångström Ærø",
    "ABCDEFGHIJKLMNOPQRSTUVWXY",
]
KHMER = [
    "ក",
    "ហាងសាកល្បង",
    "ហាងកាហ្វេ",
    "ភោជនីយដ្ឋាន",
    "ផ្សារថ្មី",
    "ហាងលក់គ្រឿងទេស",
    "ស្ត្រី",
    "ក្រុមហ៊ុនសាកល្បង",
    "ញ្ញើញ៉ាំបាយ",
    "ខ្ញុំស្រឡាញ់កម្ពុជា",
    "ហាងសំលៀកបំពាក់ថ្មីៗ",
    "គ្លីនិកធ្មេញសុខភាព",
    "សាលារៀនអន្តរជាតិដេម៉ូ",
    "ផ្ទះសំណាក់មាត់ទន្លេមេគង្គ",
    "ហាងបាយ\u200bស្រស់\u200bៗ\u200bជានិច្ច",
    "ហាង\u200bកាហ្វេ\u200bមាត់\u200bទន្លេ\u200bស្អ",
    "ឱសថស្ថានទី១២៣",
    "ហាងលេខ ៤៥៦",
    "ឃ្លាំងអ៊ុំស៊ូហ្គា",
    "ព្រះអាទិត្យរះ",
    "ហាងទំនិញ៛ថោក",
    "ញ៉ូវញ៉ាវ",
    "ឲ្យខ្ញុំញ៉ាំ",
    "ផ្លែឈើស្រស់ៗ ដេម៉ូ",
    "ស្ម្ត្រ្យ៉ូ",
]
MIXED = [
    "Demo ហាង",
    "ហាង Demo",
    "KFC ហាងមាន់ 24h",
    "កាហ្វេ Coffee ទឹកដោះគោ",
    "ហាង (Demo) ១២៣",
    "A\u200bB\u200bC",
    "ស Café ស",
    "៛ Exchange $",
    "Shop១ ហាង2",
    "ភ្នំពេញ-Phnom Penh",
    "  ហាង   ដេម៉ូ  ",
    "Demo\u200bហាង\u200bDemo\u200bហាង\u200bDemo",
    "ក\u200bខ\u200bគ\u200bឃ\u200bង\u200bច\u200bឆ\u200bជ\u200bឈ\u200bញ\u200bដ\u200bឋ\u200bឌ",
    "ហាងទំនិញ No.1 & ដៃគូ",
    "B ប B ប B ប B ប B ប B ប B",
]
ODD = [
    "Demo ☕ Coffee",
    "✈✈✈ Noodles",
    "ហាង ☀ ថ្មី",
    "文山 Demo",
    "Demo ร้านค้า",
    "Demo متجر",
    "Demo ☎ Line",
    "Żółw\ufe0f Łódź",
    "e\u0301t\u0301e\u0301 o\u0308\u0304\u0301",
    "Z\u0301\u0302\u0303\u0304a\u0300\u0301\u0302l\u0303\u0304go",
    "Demo\u00a0No\u00a0Break",
    "Soft\u00adhyphen",
    "\u202eEvil Shop",
    "ក\u17d2 dangling",
    "\u17b6\u17b7 vowels",
]
WORDS = ["Demo", "Mart", "ហាង", "ថ្មី", "Cafe", "ភ្នំ", "No.7", "ស្រី", "Wat", "ទឹក"]
MADE = [
    " ".join(WORDS[(n * 3 + k * (n % 4 + 1)) % 10] for k in range(n % 4 + 2))[:25].strip()
    for n in range(20)
]

NAMES = [*LATIN, *KHMER, *MIXED, *ODD, *MADE]
"""All of them; at most 25 characters each, as object 59 holds."""


def payload_for(
    name: str, *, currency: str = "KHR", amount: Any = None, khmer: str | None = None
) -> str:
    """Return the payload of a merchant's code."""
    code = khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name=name,
        merchant_id="000123",
        acquiring_bank="Dev Bank",
        currency=currency,
        amount=amount,
        language_preference="km" if khmer else None,
        merchant_name_alternate_language=khmer,
    )
    if amount is None:
        return khqr.encode(code)
    return khqr.encode(code, at=CLOCK, expires_in=timedelta(minutes=5))
