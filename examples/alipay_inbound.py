"""Inbound: a foreign wallet pays a KHQR, and the acquirer in Cambodia answers Alipay+.

It plays both sides in one process, with keys made on the spot: Alipay+ asks what a scanned code
says, the acquirer answers, Alipay+ has it paid, the acquirer reports. That KHQR runs so on Alipay+
is inferred; no public document shows it. It needs the extra ``alipayplus``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import khqr
from khqr.alipayplus import AlipayPlusError
from khqr.alipayplus.keys import PrivateKey, load_private_key
from khqr.alipayplus.mapping import Policy, from_minor, request_for, response_for, to_khqr
from khqr.alipayplus.messages import (
    Acknowledgement,
    Amount,
    Message,
    NotifyPushPaymentRequest,
    PushPaymentRequest,
    Result,
    UserInitiatedPayRequest,
    UserInitiatedPayResponse,
    moment_text,
)
from khqr.alipayplus.results import RepeatInconsistent
from khqr.alipayplus.signature import SeenInMemory, sign_request, verify_request

NOW = datetime.now(UTC)
DECODE_PATH = "/aps/api/v1/payments/userInitiatedPay"
PUSH_PATH = "/acquirer/pushPayment"
POLICY = Policy(enrolled=lambda code: code.bakong_account_id.endswith("@devb"))
SEEN = SeenInMemory()
PAID: dict[str, Amount] = {}


def new_key() -> PrivateKey:
    """Return a key for this run; real ones come from a file or a hardware module."""
    key = rsa.generate_private_key(65537, 2048)
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return load_private_key(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))


ALIPAY_KEY = new_key()


class Acquirer:
    """The Cambodian side: checks who asks, answers what a code says, and pays it once."""

    keys = {1: ALIPAY_KEY.public_key()}  # noqa: RUF012 - the keys of the other side, by version

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Message:
        """Answer one request, whatever it holds."""
        try:
            verify_request(
                self.keys,
                path=path,
                client_id="ALIPAY_DEMO",
                headers=headers,
                body=body,
                at=NOW,
                seen=SEEN,
                other_paths=[PUSH_PATH],
            )
            return self.decode(body) if path == DECODE_PATH else self.push(body)
        except AlipayPlusError as refusal:
            return Acknowledgement(result=Result.refusal(refusal))

    def decode(self, body: bytes) -> UserInitiatedPayResponse:
        """Say what the scanned code says."""
        request = UserInitiatedPayRequest.from_json(body)
        mapped = response_for(
            request.code_value, at=NOW, payment_request_id="REQ-0001", policy=POLICY
        )
        return mapped.value

    def push(self, body: bytes) -> Acknowledgement:
        """Pay the account in the code; the same paymentId is never paid twice."""
        request = PushPaymentRequest.from_json(body)
        code = khqr.decode(to_khqr(request, at=NOW, policy=POLICY).value)
        assert request.payment_amount is not None, "this example pushes an amount"
        amount = request.payment_amount
        if PAID.get(request.payment_id, amount) != amount:
            raise RepeatInconsistent("this paymentId came before with another amount")
        if request.payment_id not in PAID:
            riel = from_minor(amount.value, amount.currency)
            print(f"  Bakong: {riel} {amount.currency} to {code.bakong_account_id}")
        PAID[request.payment_id] = amount
        return Acknowledgement(result=Result.success())


def ask(path: str, message: Message, after: timedelta = timedelta(0)) -> Message:
    """Send a signed request from Alipay+ to the acquirer, a while from now."""
    body, at = message.to_json().encode(), NOW + after
    headers = sign_request(ALIPAY_KEY, path=path, client_id="ALIPAY_DEMO", body=body, at=at)
    return Acquirer().take(path, headers, body)


def main() -> None:
    """Let a wallet pay one code, and be refused another."""
    shop = khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name="Demo Coffee",
        merchant_id="000123",
        acquiring_bank="Dev Bank",
        amount=10_000,
        bill_number="INV-1",
    )
    code = khqr.encode(shop, at=NOW, expires_in=timedelta(minutes=5))

    request = request_for(code, acquirer_id="ACQ-DEMO", psp_id="PSP-DEMO").value
    answer = ask(DECODE_PATH, request)
    assert isinstance(answer, UserInitiatedPayResponse)
    assert answer.payment_amount is not None
    assert answer.order is not None
    assert answer.order.merchant is not None
    amount = answer.payment_amount
    print(f"code: {answer.code_type}, {amount.value} of {amount.currency}'s smallest unit")
    print(f"  to: {answer.order.merchant.merchant_name}, until {answer.payment_expiry_time}")

    push = PushPaymentRequest(
        acquirer_id="ACQ-DEMO",
        psp_id="PSP-DEMO",
        code_value=code,
        payment_id="PAY-0001",
        payment_request_id=answer.payment_request_id,
        payment_amount=amount,
    )
    print(f"push: {ask(PUSH_PATH, push).to_json()}")
    print(f"again, signed anew: {ask(PUSH_PATH, push, timedelta(seconds=4)).to_json()}")
    print(f"replayed by a thief: {ask(PUSH_PATH, push).to_json()}")
    notice = NotifyPushPaymentRequest(
        payment_result=Result.success(),
        payment_id="PAY-0001",
        payment_request_id=answer.payment_request_id,
        payment_time=moment_text(NOW),
    )
    print(f"told: {notice.to_json()}")

    broken = UserInitiatedPayRequest(code_value=code[:-4] + "0000")
    print(f"poor: {ask(DECODE_PATH, broken).to_json()}")


if __name__ == "__main__":
    main()
