"""Alipay and WeChat Pay: templates inside codes of others, and their own links.

[observed] ``com.alipay`` in codes of Singapore, Indonesia, Nepal and the Philippines, with a link
or a flag; ``COM.QQ.WEIXIN.PAY`` in SGQR. [unverified] Which addresses the links of their own
stickers have: those below are recognised, and no other.
"""

from __future__ import annotations

from collections.abc import Callable

from .description import Parameters, Scheme
from .fields import EmvFields, Fields
from .rows import text

__all__ = ["SCHEMES", "AlipayFields", "LinkFields", "WeChatFields"]


class AlipayFields(EmvFields):
    """What a template of Alipay says: a link, or a flag."""

    __slots__ = ()

    link = text("*.01", "ans", 1, 81, presence="M")


class WeChatFields(EmvFields):
    """What a template of WeChat Pay says."""

    __slots__ = ()

    id_1 = text("*.01", presence="M")
    id_2 = text("*.02")


class LinkFields(Fields):
    """The link of a sticker, which is no EMVCo code."""

    __slots__ = ()

    link = text("link", "S", 1, 4096, presence="M")


def _link(*beginnings: str) -> Callable[[str], Parameters | None]:
    def reads(text_: str) -> Parameters | None:
        return [("link", text_)] if text_[:40].lower().startswith(beginnings) else None

    return reads


SCHEMES = (
    Scheme(
        name="alipay",
        title="Alipay",
        source="public codes (observed)",
        grade="observed",
        guids=("com.alipay",),
        usual="27, 49, 80",
        fields=AlipayFields,
        hosts=False,
    ),
    Scheme(
        name="wechat",
        title="WeChat Pay",
        source="public SGQR codes (observed)",
        grade="observed",
        guids=("com.qq.weixin.pay",),
        usual="28, 34",
        fields=WeChatFields,
        hosts=False,
    ),
    Scheme(
        name="alipay_link",
        title="Alipay link",
        source="no document (unverified)",
        grade="unverified",
        fields=LinkFields,
        reads=_link("https://qr.alipay.com/"),
    ),
    Scheme(
        name="wechat_link",
        title="WeChat Pay link",
        source="no document (unverified)",
        grade="unverified",
        fields=LinkFields,
        reads=_link("wxp://", "weixin://wxpay/"),
    ),
)
