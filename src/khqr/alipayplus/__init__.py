"""Alipay+: its codes, its messages, and the way between them and a KHQR.

No public document shows how KHQR itself runs on Alipay+. What is documented, what is inferred and
what is this library's choice stands in its documentation, row by row. Not affiliated with Alipay+.
"""

from __future__ import annotations

from .code_rules import CodeAction, CodeRule, CodeRules
from .codes import Code, CodeKind, CodeUrl, GenericObject, PaymentCode, classify_code
from .results import RESULT_CODES, AlipayPlusError, Grade, ResultStatus
from .template import AlipayTemplate, Embedded, Extracted, embed, extract, find_template

__all__ = [
    "RESULT_CODES",
    "AlipayPlusError",
    "AlipayTemplate",
    "Code",
    "CodeAction",
    "CodeKind",
    "CodeRule",
    "CodeRules",
    "CodeUrl",
    "Embedded",
    "Extracted",
    "GenericObject",
    "Grade",
    "PaymentCode",
    "ResultStatus",
    "classify_code",
    "embed",
    "extract",
    "find_template",
]
