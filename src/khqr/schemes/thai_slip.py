"""Thai proofs and barcodes, which are no payment codes of EMVCo: slip mini-QR and bill barcode.

[observed] in six slips: a template in 00, ``TH`` in 51, the CRC in 91; TrueMoney's own variant has
no 51 and a CRC in lower case; some bank apps drop leading zeros of the CRC. [second-hand] The
barcode of a bill: ``|biller``, two references and the amount in satang, parted by carriage
returns, without a CRC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..emv.dictionary import Dictionary, Entry
from ..emv.rules import Reading
from ..emv.structure import check_sum_problem, structural_findings
from ..emv.tree import DataObject
from ..errors import Finding, quote
from .description import Parameters, Scheme
from .fields import Fields, open_value
from .findings import scheme_finding
from .rows import SchemeField, day, text

__all__ = ["SCHEMES", "SLIP", "ThaiBarcodeFields", "ThaiSlipFields", "is_slip", "slip_findings"]

_BANK = ("000001",)
_TRUE_MONEY = ("01",)

_INSIDE = Dictionary({}, other=Entry("Slip data", "ans"))
_DICTIONARY = Dictionary(
    {
        "00": Entry("Slip", "ans", inside=_INSIDE),
        "51": Entry("Country Code", "ans"),
        "91": Entry("CRC", "ans"),
    },
    other=Entry("Unknown", "S"),
)


class ThaiSlipFields(Fields):
    """What the mini-QR of a transfer slip says; the bank that sent the money vouches for it."""

    __slots__ = ()

    api_id = text("00.00", "N", 1, 6, presence="M")
    sending_bank = text("00.01", "N", 3, guids=_BANK, presence="M")
    transaction_reference = text("00.02", "ans", 1, 25, guids=_BANK, presence="M")
    event = text("00.02", "ans", guids=_TRUE_MONEY)
    transaction_id = text("00.03", "ans", guids=_TRUE_MONEY, presence="M")
    transaction_date = day("00.04", day_first=True, guids=_TRUE_MONEY)


def is_slip(objects: tuple[DataObject, ...]) -> bool:
    """Whether the objects of a root are those of a slip: 00 is a template, 91 the CRC.

    >>> from khqr import parse
    >>> is_slip(parse("0039000600000101030000218DEMO202601010000015102TH91043805").objects)
    True
    """
    if not objects or objects[0].id != "00" or objects[-1].id != "91":
        return False
    return "00" in (open_value(objects[0].value) or {}) and all(o.id != "63" for o in objects)


def slip_findings(reading: Reading) -> Iterator[Finding]:
    """Yield what is wrong with a slip as such: its grammar and its CRC."""
    text_, locator, objects = reading.text, reading.locator, reading.tree.objects
    yield from reading.edges
    yield from structural_findings(reading.tree, text_, reading.start, reading.stop, locator)
    seen: set[str] = set()
    for item in objects:
        if item.id in seen:
            message = f"object {item.id} occurs again, expected once"
            yield locator.finding("tlv.duplicate-id", item.path, item.offset, message)
        seen.add(item.id)
    crc = objects[-1]
    found = crc.value.rjust(4, "0")
    covered = text_[reading.start : crc.value_offset]
    problem = check_sum_problem(found, covered)
    if len(crc.value) < 4:
        # An app may have summed up before it dropped the zeros, when the length was still 04.
        if problem is not None:
            problem = check_sum_problem(found, covered[:-2] + "04")
        message = f"the CRC is {quote(crc.value)}, without its leading zeros"
        yield scheme_finding(
            "scheme.crc.shortened", "91", message, SLIP, reading.locator, crc.value_offset
        )
    if problem is not None:
        code, message = problem
        yield locator.finding(code, "91", crc.value_offset, message)


def read_barcode(text_: str) -> Parameters | None:
    r"""Return the parts of a bill's barcode, or None for any other text.

    >>> read_barcode("|000000000000000\rDEMOREF001\r\r12000")[-1]
    ('amount', '12000')
    """
    if not text_.startswith("|"):
        return None
    parts = re.split("\r\n|\r|\n", text_[1:])
    names = ("biller_id", "reference_1", "reference_2", "amount")
    return list(zip(names, parts, strict=True)) if len(parts) == len(names) else None


def _read_satang(written: str) -> Decimal | None:
    if not re.fullmatch("[0-9]{1,13}", written):
        return None
    return Decimal(written).scaleb(-2) if written.strip("0") else None


class ThaiBarcodeFields(Fields):
    """What the barcode of a bill says; an amount of zero leaves it to the payer."""

    __slots__ = ()

    biller_id = text("biller_id", "N", 13, 15, presence="M")
    reference_1 = text("reference_1", "ans", 1, 20, presence="M")
    reference_2 = text("reference_2", "ans", 0, 20)
    amount: SchemeField[Decimal] = SchemeField(
        path="amount", read=_read_satang, format="N", minimum=1, maximum=13, is_money=True
    )


SLIP = Scheme(
    name="thaislip",
    title="Thai transfer slip",
    source="public slips (observed)",
    grade="observed",
    country="TH",
    usual="00, 51, 91",
    fields=ThaiSlipFields,
    dictionary=_DICTIONARY,
    opened=("00",),
    pays=False,
)
BARCODE = Scheme(
    name="thai_barcode",
    title="Thai bill barcode",
    source="Bank of Thailand, bill payment barcode (second-hand)",
    grade="second-hand",
    country="TH",
    fields=ThaiBarcodeFields,
    reads=read_barcode,
)
SCHEMES = (SLIP, BARCODE)
