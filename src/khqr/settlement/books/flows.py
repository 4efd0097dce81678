"""What each kind of payment posts, and where: the templates of all flows, as a table.

A choice of this library, except that the hop between settlement accounts follows NBC's KHQR
Guideline. Rates, fees and the parties that convert are parameters: who converts, in what currency
and how late a link settles, and what it costs are not public.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..ledger.chart import CENTRAL_BANK, TOKEN_LEDGER

__all__ = ["FLOWS", "Pay", "Post"]


class Post(NamedTuple):
    """One posting of a flow. Names in braces are parties, ``money`` names an amount.

    Attributes:
        book: the book.
        debit: the account to debit.
        credit: the account to credit.
        money: which of the flow's amounts.
        optional: leave the posting out where the amount is not given.
    """

    book: str
    debit: str
    credit: str
    money: str = "amount"
    optional: bool = False


class Pay(NamedTuple):
    """One domestic movement of a flow, which the leg rule turns into postings.

    Attributes:
        payer_book: the payer's institution.
        payer: the account that pays.
        payee_book: the payee's institution.
        payee: the account that is paid.
        money: which of the flow's amounts.
        optional: leave the movement out where the amount is not given.
    """

    payer_book: str
    payer: str
    payee_book: str
    payee: str
    money: str = "amount"
    optional: bool = False


_HOP = Pay("{payer_bank}", "{payer}", "{payee_bank}", "{payee}")

FLOWS: Mapping[str, tuple[Post | Pay, ...]] = {
    # Opening: where the first money comes from.
    "reserve": (
        Post("{bank}", "nbc_current", "capital"),
        Post(CENTRAL_BANK, "contra", "current:{bank}"),
    ),
    "deposit": (Post("{bank}", "cash", "{account}"),),
    "endow": (Post("{book}", "nostro", "capital"),),
    # An institution funds its settlement account and tokens appear, and the mirror.
    "issue": (
        Post(CENTRAL_BANK, "current:{bank}", "bsa:{bank}"),
        Post("{bank}", "bsa", "nbc_current"),
        Post(TOKEN_LEDGER, "supply", "khqr@{bank}"),
    ),
    "redeem": (
        Post(CENTRAL_BANK, "bsa:{bank}", "current:{bank}"),
        Post("{bank}", "nbc_current", "bsa"),
        Post(TOKEN_LEDGER, "khqr@{bank}", "supply"),
    ),
    "load": (Pay("{bank}", "casa:{customer}", "{bank}", "wallet:{customer}"),),
    "unload": (Pay("{bank}", "wallet:{customer}", "{bank}", "casa:{customer}"),),
    # Payments inside Cambodia: person to person, and to a shop by way of suspense.
    "pay": (_HOP,),
    "credit": (Post("{bank}", "susp_in", "{account}"),),
    "interchange": (Pay("{payee_bank}", "fee_expense", "{payer_bank}", "fee_income"),),
    "pay.converted": (
        Pay("{payer_bank}", "{payer}", "{payer_bank}", "fxpos", "sold"),
        Pay("{payer_bank}", "{payer}", "{payer_bank}", "fx_income", "spread", optional=True),
        Pay("{payer_bank}", "fxpos", "{payee_bank}", "{payee}", "bought"),
    ),
    # Alipay+: a wallet abroad pays a shop here, and a wallet here pays a shop abroad.
    "inbound": (
        Post("{wallet}", "{payer}", "fxpos", "paid"),
        Post("{wallet}", "fxpos", "due_to:{hub}", "gross"),
        Post("{hub}", "due_from:{wallet}", "due_to:{sponsor}", "net"),
        Post("{sponsor}", "due_from:{hub}", "fxpos", "net"),
        Post("{hub}", "due_from:{wallet}", "fee_income", "fee", optional=True),
        Post("{sponsor}", "fee_expense", "fxpos", "fee", optional=True),
        Pay("{sponsor}", "fxpos", "{payee_bank}", "{payee}", "settled"),
    ),
    "outbound.hold": (Pay("{payer_bank}", "{payer}", "{sponsor}", "out_hold:{payment}"),),
    "outbound.paid": (
        Post("{sponsor}", "out_hold:{payment}", "fxpos", "held"),
        Post("{sponsor}", "fxpos", "due_to:{hub}", "gross"),
        Post("{hub}", "due_from:{sponsor}", "due_to:{acquirer}", "net"),
        Post("{acquirer}", "due_from:{hub}", "payable:{merchant}", "net"),
        Post("{hub}", "due_from:{sponsor}", "fee_income", "fee", optional=True),
    ),
    "outbound.reversed": (Pay("{sponsor}", "out_hold:{payment}", "{payer_bank}", "{payer}"),),
    # Corridors: two sponsor banks with a switch or nothing between them.
    "corridor.out": (
        Post("{sponsor}", "out_hold:{payment}", "fxpos", "held"),
        Post("{sponsor}", "fxpos", "due_to:{partner}", "paid"),
        Post("{partner}", "due_from:{sponsor}", "due_to:{foreign_bank}", "paid"),
        Post("{foreign_bank}", "due_from:{partner}", "{payee}", "paid"),
        Post("{sponsor}", "fxpos", "due_to:{partner}", "fee", optional=True),
        Post("{partner}", "due_from:{sponsor}", "fee_income", "fee", optional=True),
    ),
    "corridor.in": (
        Post("{foreign_bank}", "{payer}", "due_to:{partner}", "paid"),
        Post("{partner}", "due_from:{foreign_bank}", "due_to:{sponsor}", "paid"),
        Post("{sponsor}", "due_from:{partner}", "fxpos", "paid"),
        Post("{foreign_bank}", "{payer}", "due_to:{partner}", "fee", optional=True),
        Post("{partner}", "due_from:{foreign_bank}", "fee_income", "fee", optional=True),
        Post("{sponsor}", "fee_expense", "fxpos", "fee", optional=True),
        Pay("{sponsor}", "fxpos", "{payee_bank}", "{payee}", "settled"),
    ),
    # Refunds: new transactions that name the original. Over a link the fee is kept; where a payment
    # is cancelled and costs nothing, it goes back too.
    "refund": (Pay("{payee_bank}", "{payee}", "{payer_bank}", "{payer}"),),
    "refund.converted": (
        Pay("{payee_bank}", "{payee}", "{payer_bank}", "fxpos", "returned"),
        Pay("{payer_bank}", "fxpos", "{payer_bank}", "{payer}", "credited"),
    ),
    "refund.inbound": (
        Pay("{payee_bank}", "{payee}", "{sponsor}", "fxpos", "returned"),
        Post("{sponsor}", "fxpos", "due_to:{hub}", "owed"),
        Post("{hub}", "due_from:{sponsor}", "due_to:{wallet}", "owed"),
        Post("{wallet}", "due_from:{hub}", "fxpos", "owed"),
        Post("{wallet}", "fxpos", "{payer}", "credited"),
        Post("{hub}", "fee_income", "due_to:{sponsor}", "fee", optional=True),
        Post("{sponsor}", "due_from:{hub}", "fee_expense", "fee", optional=True),
    ),
    "refund.outbound": (
        Post("{acquirer}", "payable:{merchant}", "due_to:{hub}", "taken"),
        Post("{hub}", "due_from:{acquirer}", "due_to:{sponsor}", "taken"),
        Post("{hub}", "fee_income", "due_to:{sponsor}", "fee", optional=True),
        Post("{sponsor}", "due_from:{hub}", "fxpos", "returned"),
        Pay("{sponsor}", "fxpos", "{payer_bank}", "{payer}", "credited"),
    ),
    "refund.corridor.out": (
        Post("{foreign_bank}", "{payee}", "due_to:{partner}", "taken"),
        Post("{partner}", "due_from:{foreign_bank}", "due_to:{sponsor}", "taken"),
        Post("{partner}", "fee_income", "due_to:{sponsor}", "fee", optional=True),
        Post("{sponsor}", "due_from:{partner}", "fxpos", "returned"),
        Pay("{sponsor}", "fxpos", "{payer_bank}", "{payer}", "credited"),
    ),
    "refund.corridor.in": (
        Pay("{payee_bank}", "{payee}", "{sponsor}", "fxpos", "returned"),
        Post("{sponsor}", "fxpos", "due_to:{partner}", "owed"),
        Post("{partner}", "due_from:{sponsor}", "due_to:{foreign_bank}", "owed"),
        Post("{foreign_bank}", "due_from:{partner}", "{payer}", "owed"),
        Post("{partner}", "fee_income", "due_to:{sponsor}", "fee", optional=True),
        Post("{sponsor}", "due_from:{partner}", "fee_expense", "fee", optional=True),
    ),
    # Between the books of a link: what both owe is set off, the rest is paid.
    "net": (
        Post("{one}", "due_to:{other}", "due_from:{other}"),
        Post("{other}", "due_to:{one}", "due_from:{one}"),
    ),
    "settle": (
        Post("{debtor}", "due_to:{creditor}", "nostro"),
        Post("{creditor}", "nostro", "due_from:{debtor}"),
    ),
}
"""Name of a flow to what it posts, all of it as one transaction."""
