"""Outbound: a Cambodian app scans codes abroad, and asks Alipay+ about those that it may pay.

The launch of this direction was announced, and is not confirmed. Here the app is a wallet (MPP):
it decides by its rule list, asks, checks the answer, and reports the payment. Alipay+ is played by
a function. It needs the extra ``alipayplus``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from khqr.alipayplus import CodeAction, CodeRules, classify_code
from khqr.alipayplus.messages import (
    Amount,
    InquiryCodeRulesResponse,
    MppNotifyPaymentRequest,
    MppUserInitiatedPayRequest,
    MppUserInitiatedPayResponse,
    Quote,
    Result,
    dump,
    moment,
    moment_text,
)

NOW = datetime.now(UTC)
RULES = dump(
    {
        "result": Result.success().to_document(),
        "codeRules": ["https://qr[.]example[.]com/.*", "0002.*"],
        "version": "7",
    }
)
SCANNED = (
    "https://qr.example.com/281000041234567890123456",
    "https://shop.example.org/menu",
    "251001020123456789012345",
)


def alipay(request: MppUserInitiatedPayRequest) -> str:
    """Answer as Alipay+ might: an order of 17.86 yuan, and what it costs in riel."""
    assert request.customer_id == "CUST-DEMO"
    return MppUserInitiatedPayResponse(
        result=Result.success(),
        code_type="ORDER_CODE",
        payment_request_id="A-0001",
        payment_amount=Amount(currency="CNY", value=1786),
        pay_to_amount=Amount(currency="KHR", value=1_000_000),
        payment_quote=Quote(
            quote_id="Q-1",
            quote_currency_pair="CNY/KHR",
            quote_price="560",
            quote_expiry_time=moment_text(NOW + timedelta(minutes=3)),
        ),
    ).to_json()


def pay(code: str) -> MppNotifyPaymentRequest | None:
    """Ask about a code, let the user confirm, and return the report of the payment."""
    request = MppUserInitiatedPayRequest(code_value=code, customer_id="CUST-DEMO")
    answer = MppUserInitiatedPayResponse.from_json(alipay(request))
    price, quote = answer.pay_to_amount, answer.payment_quote
    if answer.result.status != "S" or price is None or answer.payment_request_id is None:
        print(f"  no: {answer.result.result_code}")
        return None
    if quote is not None and quote.quote_expiry_time and moment(quote.quote_expiry_time) < NOW:
        print("  no: the rate is over, ask again")
        return None
    print(f"  debit {price.value // 100} {price.currency}")
    return MppNotifyPaymentRequest(
        payment_result=Result.success(),
        payment_request_id=answer.payment_request_id,
        payment_id="PAY-0001",
        payment_amount=answer.payment_amount,
        pay_to_amount=price,
        customer_id="CUST-DEMO",
    )


def main() -> None:
    """Take the rules, and then every code that was scanned."""
    listed = InquiryCodeRulesResponse.from_json(RULES)
    rules = CodeRules(listed.version or "", listed.code_rules or (), fetched_at=NOW)
    print(f"{len(listed.code_rules or ())} rules of version {rules.version}")
    for text in SCANNED:
        code = classify_code(text)
        action = rules.decide(text)
        print(f"{code.kind.value}: {action or 'not for us'}")
        if action is CodeAction.DECODE:
            report = pay(text)
            print(f"  report {report.to_json() if report else 'nothing'}")


if __name__ == "__main__":
    main()
