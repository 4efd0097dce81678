"""What is said over Alipay+ about a payment: real messages, each read again from its JSON.

That a KHQR runs so on Alipay+ is inferred, and outbound was only announced; see the notes of
`khqr.alipayplus`. Corridors between banks have no public messages, so nothing is said there.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from ...alipayplus import AlipayPlusError
from ...alipayplus.mapping import Policy, request_for, response_for, to_khqr
from ...alipayplus.messages import (
    Acknowledgement,
    Amount,
    CancelPaymentRequest,
    CancelPaymentResponse,
    InquiryPaymentRequest,
    InquiryPaymentResponse,
    Message,
    MppNotifyPaymentRequest,
    MppUserInitiatedPayRequest,
    MppUserInitiatedPayResponse,
    NotifyPushPaymentRequest,
    PushPaymentRequest,
    Quote,
    RefundRequest,
    RefundResponse,
    Result,
    UserInitiatedPayRequest,
    UserInitiatedPayResponse,
    moment_text,
)
from ...model import moment_at
from ..errors import REFUSALS, SettlementError
from ..money import ALIPAYPLUS, BOOKS, Money, rescaled
from .payment import CrossPayment, CrossState, PartnerAnswer, Said
from .quotes import CrossQuote
from .terms import Direction, Terms

__all__ = ["Dialogue"]

_LIMIT = 10**18
"""What an amount of a message lies below: it has at most 18 digits."""

_M = TypeVar("_M", bound=Message)

_NAMES = {
    "INVALID_CODE": "QR_INVALID",
    "EXPIRED_CODE": "QR_EXPIRED",
    "CURRENCY_NOT_SUPPORT": "CURRENCY_NOT_SUPPORTED",
}
"""Result code of a mapping that refuses to the name of the refusal here; else ``QR_INVALID``."""

_RESULTS = {
    PartnerAnswer.SUCCESS: "SUCCESS",
    PartnerAnswer.FAILURE: "PROCESS_FAIL",
    PartnerAnswer.UNKNOWN: "PAYMENT_IN_PROCESS",
}


def _read(message: _M) -> _M:
    return type(message).from_json(message.to_json())


def _amount(money: Money) -> Amount:
    value = rescaled(money.units, money.currency, BOOKS, ALIPAYPLUS)
    if value >= _LIMIT:
        raise SettlementError("AMOUNT_TOO_LARGE", f"{value} is more than a message can hold")
    return Amount(currency=money.currency, value=value)


def _quote(quotes: Sequence[CrossQuote]) -> Quote | None:
    """Return the rate that the wallet is told: that of the payer's currency."""
    if not quotes:
        return None
    first = quotes[0]
    return Quote(
        quote_id=first.id,
        quote_currency_pair=first.pair,
        quote_price=first.price_text,
        quote_start_time=moment_text(moment_at(first.starts_at)),
        quote_expiry_time=moment_text(moment_at(first.expires_at)),
        base_currency=first.base,
    )


def _result(answer: PartnerAnswer) -> Result:
    code = _RESULTS[answer]
    return Result.of(code, code.lower().replace("_", " "))


class Dialogue:
    """Both sides of a conversation; each step returns the payment with what was said.

    Args:
        terms: of a link whose partner is the hub of Alipay+.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._policy = Policy(allow_usd=terms.dollar_codes)

    def _say(self, payment: CrossPayment, *steps: tuple[str, str, Message]) -> CrossPayment:
        said = tuple(Said(one, other, _read(message)) for one, other, message in steps)
        return payment._replace(messages=(*payment.messages, *said))

    def _ids(self, payment: CrossPayment) -> tuple[str, str]:
        """Return the ids of payment and request, which Alipay+ cuts at 64 characters."""
        text = payment.id
        if len(text) > 60 or not text.isascii():
            text = sha256(text.encode()).hexdigest()[:60]
        return text, f"REQ-{text}"

    def _wallet(self, payment: CrossPayment) -> str:
        """Return the code of the book that is the wallet's: outbound, the bank of the link."""
        return payment.bank if payment.direction is Direction.INBOUND else self._terms.sponsor

    def asked(self, payment: CrossPayment, quotes: Sequence[CrossQuote], now: int) -> CrossPayment:
        """Say what is asked and answered about a scanned code, and at what rate.

        Raises:
            SettlementError: by the result code with which a mapping refuses; ``CLOCK_INVALID`` for
                a time that no message can hold.
        """
        try:
            return self._asked(payment, quotes, now)
        except AlipayPlusError as problem:
            name = _NAMES.get(problem.result_code, "QR_INVALID")
            raise SettlementError(name, str(problem).partition("\n")[0]) from None
        except OverflowError:
            raise SettlementError("CLOCK_INVALID", f"no message can hold {now} ms") from None

    def _asked(self, payment: CrossPayment, quotes: Sequence[CrossQuote], now: int) -> CrossPayment:
        assert payment.money is not None and payment.debited is not None  # noqa: PT018 - by the checks
        assert payment.gross is not None
        _amount(payment.gross)  # it stands in a later message
        inbound = payment.direction is Direction.INBOUND
        hub, wallet, sponsor = self._terms.partner, self._wallet(payment), self._terms.sponsor
        between: list[tuple[str, str, Message]] = []
        if inbound:
            request, answer = self._decoded(payment, now)
            between = [(hub, sponsor, request), (sponsor, hub, answer)]
        else:
            answer = UserInitiatedPayResponse(
                result=Result.success(),
                code_type="ENTRY_CODE" if payment.code.units is None else "ORDER_CODE",
                payment_request_id=self._ids(payment)[1],
            )
        rate = _quote(quotes)
        shown = MppUserInitiatedPayResponse.from_document(
            {
                **answer.to_document(),
                "paymentAmount": _amount(payment.money).to_document(),
                "payToAmount": _amount(payment.debited).to_document(),
                **({"paymentQuote": rate.to_document()} if rate else {}),
            }
        )
        scanned = MppUserInitiatedPayRequest(
            code_value=payment.code.text, customer_id=payment.payer.partition("@")[0]
        )
        return self._say(payment, (wallet, hub, scanned), *between, (hub, wallet, shown))

    def _decoded(
        self, payment: CrossPayment, now: int
    ) -> tuple[UserInitiatedPayRequest, UserInitiatedPayResponse]:
        """Return the question what a KHQR says, and the acquirer's answer to its JSON."""
        request = _read(
            request_for(
                payment.code.text,
                acquirer_id=self._terms.sponsor,
                psp_id=payment.bank,
                policy=self._policy,
            ).value
        )
        response = response_for(
            request.code_value,
            at=moment_at(now),
            payment_request_id=self._ids(payment)[1],
            policy=self._policy,
        ).value
        return request, response

    def sent(self, payment: CrossPayment, answer: PartnerAnswer) -> CrossPayment:
        """Say what the wallet reports of the payment; nothing, if no answer came."""
        hub, wallet = self._terms.partner, self._wallet(payment)
        assert payment.money is not None and payment.debited is not None  # noqa: PT018 - by the checks
        number, request = self._ids(payment)
        inbound = payment.direction is Direction.INBOUND
        if inbound and answer is PartnerAnswer.UNKNOWN:
            return payment
        report = MppNotifyPaymentRequest(
            payment_result=_result(answer) if inbound else Result.success(),
            payment_request_id=request,
            payment_id=number,
            payment_amount=_amount(payment.money),
            pay_to_amount=_amount(payment.debited),
            customer_id=payment.payer.partition("@")[0],
        )
        steps: list[tuple[str, str, Message]] = []
        if inbound or payment.state is CrossState.WAITING:
            steps.append((wallet, hub, report))
        if not inbound and answer is not PartnerAnswer.UNKNOWN:
            steps.append((hub, wallet, Acknowledgement(result=_result(answer))))
        return self._say(payment, *steps)

    def pushed(self, payment: CrossPayment) -> CrossPayment:
        """Say that the acquirer is to pay, and check that message and code are of one payment.

        Raises:
            SettlementError: ``QR_AMOUNT_MISMATCH`` if they are not.
        """
        assert payment.money is not None and payment.gross is not None  # noqa: PT018 - by the checks
        number, request = self._ids(payment)
        push = _read(
            PushPaymentRequest(
                acquirer_id=self._terms.sponsor,
                psp_id=payment.bank,
                code_value=payment.code.text,
                payment_id=number,
                payment_request_id=request,
                payment_amount=_amount(payment.money),
                settlement_amount=_amount(payment.gross),
            )
        )
        try:
            assert to_khqr(push, policy=self._policy).value == payment.code.text
        except AlipayPlusError as problem:
            raise SettlementError("QR_AMOUNT_MISMATCH", str(problem).partition("\n")[0]) from None
        return self._say(payment, (self._terms.partner, self._terms.sponsor, push))

    def posted(self, payment: CrossPayment, time: int) -> CrossPayment:
        """Say that the acquirer has paid, or why it has not."""
        number, request = self._ids(payment)
        code = payment.result_code
        result = Result.of(code, REFUSALS[payment.refusal].when if payment.refusal else "success")
        hub, sponsor = self._terms.partner, self._terms.sponsor
        notice = NotifyPushPaymentRequest(
            payment_result=result,
            payment_id=number,
            payment_request_id=request,
            payment_time=moment_text(moment_at(time)),
        )
        return self._say(
            payment,
            (sponsor, hub, Acknowledgement(result=result)),
            (sponsor, hub, notice),
        )

    def inquired(self, payment: CrossPayment, answer: PartnerAnswer) -> CrossPayment:
        """Say what was asked about a payment without an answer, and what came back."""
        number, request = self._ids(payment)
        hub, sponsor = self._terms.partner, self._terms.sponsor
        asked = InquiryPaymentRequest(payment_request_id=request, payment_id=number)
        told = InquiryPaymentResponse(
            result=Result.success(),
            payment_result=_result(answer),
            acquirer_id=sponsor,
            payment_request_id=request,
            payment_id=number,
        )
        return self._say(payment, (sponsor, hub, asked), (hub, sponsor, told))

    def cancelled(self, payment: CrossPayment, answer: PartnerAnswer) -> CrossPayment:
        """Say that a payment is to be cancelled, and what came back."""
        number, request = self._ids(payment)
        hub, sponsor = self._terms.partner, self._terms.sponsor
        asked = CancelPaymentRequest(payment_request_id=request, payment_id=number)
        told = CancelPaymentResponse(result=_result(answer))
        return self._say(payment, (sponsor, hub, asked), (hub, sponsor, told))

    def refunded(self, payment: CrossPayment, number: str, money: Money, time: int) -> CrossPayment:
        """Say that money goes back, and that it went."""
        original, request = self._ids(payment)
        hub, sponsor = self._terms.partner, self._terms.sponsor
        if len(number) > 64 or not number.isascii():
            number = sha256(number.encode()).hexdigest()
        asked = RefundRequest(
            refund_request_id=number,
            payment_request_id=request,
            payment_id=original,
            refund_amount=_amount(money),
        )
        told = RefundResponse(
            result=Result.success(),
            acquirer_id=sponsor,
            refund_time=moment_text(moment_at(time)),
            refund_amount=_amount(money),
        )
        ends = (sponsor, hub) if payment.direction is Direction.INBOUND else (hub, sponsor)
        return self._say(payment, (*ends, asked), (*ends[::-1], told))
