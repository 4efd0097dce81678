"""The links that Bakong has, with what is reported of their terms.

What is not public has a default of this library, and every member can be given otherwise. Nothing
here says how a real link settles.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...alipayplus import CodeKind
from .terms import Terms

__all__ = ["alipayplus", "malaysia", "thailand", "vietnam"]


def alipayplus(
    sponsor: str = "S",
    partner: str = "ALP",
    *,
    currency: str = "USD",
    fee: int = 0,
    dollar_codes: bool = False,
    domains: Mapping[str, CodeKind] | None = None,
) -> Terms:
    """Return terms for Alipay+.

    Inbound is live since October 2024, for merchants with a riel account; outbound was announced
    [observed]. The cycle of UTC+8, its value date of two working days and the time to cancel are
    documented, in documents that could be read in part. Which bank settles, in which currency and
    at what fee is not public: defaults of this library.

    >>> alipayplus().currency, alipayplus().value_days
    ('USD', 2)
    """
    return Terms(
        name="alipayplus",
        sponsor=sponsor,
        partner=partner,
        currency=currency,
        codes=("alipayplus",),
        dollar_codes=dollar_codes,
        fee=fee,
        hours_east=8,
        value_days=2,
        domains=domains or {},
    )


def thailand(
    sponsor: str = "S", partner: str = "X", *, cap: int | None = 5_000_000, fee: int = 0
) -> Terms:
    """Return terms for the link with Thailand's PromptPay.

    Open since February 2020, both ways since June 2023; an account in riel is needed, and payers
    give their own currency [observed]. The cap of 5,000,000 riel was reported for a day, at the
    start; here it is one of a payment, ``cap`` minor units or None. That it settles in baht, by the
    sponsor's rate, net and on the next working day is a choice of this library.

    >>> thailand().caps, sorted(thailand().payers)
    ({'KHR': 5000000}, ['KHR'])
    """
    return Terms(
        name="thailand",
        sponsor=sponsor,
        partner=partner,
        currency="THB",
        codes=("thaiqr", "thaiqr_bill"),
        caps={} if cap is None else {"KHR": cap},
        fee=fee,
        payers=frozenset({"KHR"}),
    )


def vietnam(sponsor: str = "S", partner: str = "X", *, fee: int = 0) -> Terms:
    """Return terms for the link with Vietnam's NAPAS.

    Both ways since December 2023, at a direct rate without a third currency [observed]. The rest is
    a choice of this library.

    >>> vietnam().codes, vietnam().currency
    (('vietqr',), 'VND')
    """
    return Terms(
        name="vietnam",
        sponsor=sponsor,
        partner=partner,
        currency="VND",
        codes=("vietqr",),
        fee=fee,
        payers=frozenset({"KHR"}),
    )


def malaysia(sponsor: str = "S", partner: str = "X", *, fee: int = 0) -> Terms:
    """Return terms for the link with Malaysia's DuitNow.

    Since September 2024, outbound first, with riel as the base currency and settlement in ringgit
    [observed]. That it is open both ways here, and the rest, is a choice of this library.

    >>> malaysia().codes, malaysia().currency
    (('duitnow',), 'MYR')
    """
    return Terms(
        name="malaysia",
        sponsor=sponsor,
        partner=partner,
        currency="MYR",
        codes=("duitnow",),
        fee=fee,
        payers=frozenset({"KHR"}),
    )
