"""Payments by KHQR between model banks: pay the text of a code, and look the payment up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..errors import SettlementError
from ..ledger.audit import Audit
from ..ledger.invariants import INVARIANTS
from ..money import Money, minor_units
from .invariants import payment_invariants
from .lookup import answered, found, not_found
from .payment import Payment, Source
from .recovering import Recovering

__all__ = ["Simulation"]


class Simulation(Recovering):
    """Model banks in memory, which settle payments by KHQR; a model, and not a copy of Bakong.

    Calls from several threads come one after the other.

    Args:
        participants: codes of the banks, as they stand behind the ``@`` of an account; or a
            mapping of the code of each book to its `BookKind`.
        clock: gives the time in milliseconds since 1970, UTC. There is no other source of time.
        ids: gives a new id at each call, for what is sent without an instruction id.
        limits: the limits of customers, see `khqr.settlement.payments.limits.Limits`.
        refused: what becomes of a refused instruction id, see `Refused`.
        link: says for each hop what answer comes back, to play lost ones.
        refund_window: milliseconds after the hop in which money may go back.

    >>> from itertools import count
    >>> from khqr import Individual, encode
    >>> numbers = count(1)
    >>> simulation = Simulation(["deva", "devb"], clock=lambda: 1_750_000_000_000,
    ...                         ids=lambda: str(next(numbers)))
    >>> for bank in ("deva", "devb"):
    ...     simulation.fund_bank(bank, Money.of(1_000_000, "KHR"))
    >>> dara = simulation.add_customer("dara", "deva")
    >>> shop = simulation.add_customer("shop", "devb")
    >>> simulation.fund("dara@deva", Money.of(50_000, "KHR"))
    >>> code = encode(Individual(bakong_account_id="shop@devb", merchant_name="Demo Shop"))
    >>> simulation.pay(code, payer="dara@deva", amount=4_100).state.value
    'acknowledged'
    >>> simulation.books.balance("devb", "wallet:shop", "KHR")
    4100
    """

    def pay(
        self,
        payload: str | bytes,
        *,
        payer: str,
        source: Source | str = Source.WALLET,
        amount: int | str | Decimal | Money | None = None,
        quote: str = "",
        instruction: str | None = None,
    ) -> Payment:
        """Confirm and submit a payment of a code.

        Args:
            payload: the text of the code.
            payer: the customer, ``name@bank``.
            source: wallet, or account at the bank.
            amount: what the payer enters, in major units of the code's currency; None where the
                code has an amount.
            quote: id of a quote, where the payer gives the other currency.
            instruction: makes it take effect once; a number of the payer's bank.

        Returns:
            The payment. Its state is ``UNKNOWN`` if no answer came: then `inquire`, and never pay
            again under another id.

        Raises:
            SettlementError: by the names in `REFUSALS`; nothing was posted.
        """
        with self.call():
            payment = self.confirm(
                payload,
                payer=payer,
                source=source,
                amount=amount,
                quote=quote,
                instruction=instruction,
            )
            return self.submit(payment.id)

    def audit(self) -> Audit:
        """Return an audit of the ledger, the books and the payments."""
        return Audit(self.ledger, (*INVARIANTS, *payment_invariants(self)))

    # Looking a payment up.

    def status_by_md5(self, md5: str) -> dict[str, object]:
        """Answer as Bakong's Open API does about a code, by the MD5 of its text.

        Source: Bakong Open API Documentation, ``/v1/check_transaction_by_md5``.

        >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=str)
        >>> simulation.status_by_md5("0" * 32)["errorCode"]
        1
        """
        with self.call():
            code = self.codes.by_md5(md5)
            if code is None:
                return not_found(1)
            if not code.dynamic:
                return not_found(2)
            return self._best(self._by_code.get(code.key, ()))

    def status_by_hash(self, hash: str) -> dict[str, object]:  # noqa: A002 - the field's name
        """Answer about a payment by its hash of 64 digits; failed ones have none."""
        with self.call():
            known = self._by_hash.get(hash[:8], ())
            return self._best([key for key in known if self.payments[key].hash == hash])

    def status_by_short_hash(
        self,
        hash: str,  # noqa: A002 - the field's name
        amount: int | str | Decimal,
        currency: str,
    ) -> dict[str, object]:
        """Answer about a payment by the first 8 digits of its hash, its amount and currency."""
        try:
            money = Money(currency, minor_units(amount, currency))
        except SettlementError:
            return not_found(1)
        with self.call():
            known = self._by_hash.get(hash, ())
            return self._best([key for key in known if self.payments[key].money == money])

    def status_by_instruction(self, payment_id: str) -> dict[str, object]:
        """Answer about a payment by its id, the payer's bank before it."""
        with self.ledger.locked():
            self.tick()
            payment = self.payments.get(payment_id)
            return self._best([] if payment is None else [payment_id])

    def check_account(self, account_id: str) -> dict[str, object]:
        """Answer whether a Bakong account exists."""
        if not isinstance(account_id, str):
            raise TypeError(f"an account id is str, not {type(account_id).__name__}")
        if account_id in self.customers:
            return answered(0, "Account ID exists", None, None)
        name, _, bank = account_id.partition("@")
        formed = name and bank and "@" not in bank and len(account_id) <= 32
        return not_found(11 if formed else 12)

    def _best(self, keys: Sequence[str]) -> dict[str, object]:
        """Answer by the payment that was posted, else by the last one."""
        payments = [self.payments[key] for key in keys]
        posted = [payment for payment in payments if payment.row is not None]
        return found((posted or payments)[-1]) if payments else not_found(1)
