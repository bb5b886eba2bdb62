"""What is paid with what, and what is given back: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import MONEY_LIMIT, plain
from smartpos.sales.errors import AmountTooLarge, CashNotNeeded, Overpaid, Underpaid
from smartpos.sales.models import PaymentMethod, PaymentSummary
from smartpos.sales.requests import Tender

NOTHING = Decimal("0.00")

# A trillion. However many receipts a shift has, the sum of its cash still fits into the books when it is counted.
MOST_CASH = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class Settled:
    """One tender: ``amount`` counts towards the total, ``tendered`` was handed over."""

    method: PaymentMethod
    amount: Decimal
    tendered: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a receipt is paid. ``change`` is given on cash alone; ``cash`` is what stays in the drawer."""

    payments: list[Settled]
    tendered: Decimal
    change: Decimal
    cash: Decimal
    summary: PaymentSummary


def is_cash_only(tenders: Sequence[Tender]) -> bool:
    """Whether a receipt is paid in cash alone; then its total is rounded. One that costs nothing is."""
    return all(tender.method is PaymentMethod.CASH for tender in tenders)


def settle(total: Decimal, tenders: Sequence[Tender]) -> Settlement:
    """Pay ``total``. Several amounts of cash become one.

    Raises Underpaid with what is missing, Overpaid when card and transfer exceed the total, CashNotNeeded when they
    cover it alone, AmountTooLarge for more than the books can hold, and Invalid for a payment of nothing.
    """
    if total > 0 and any(tender.amount <= 0 for tender in tenders):
        raise Invalid(_("A payment must be more than zero."))
    given = [tender for tender in tenders if tender.amount > 0]
    cash = sum((tender.amount for tender in given if tender.method is PaymentMethod.CASH), NOTHING)
    other = sum((tender.amount for tender in given if tender.method is not PaymentMethod.CASH), NOTHING)
    if cash + other > MONEY_LIMIT:
        raise AmountTooLarge
    if other > total:
        raise Overpaid(plain(other - total), plain(total))
    if cash + other < total:
        raise Underpaid(plain(total - cash - other), plain(total))
    if cash and other == total > 0:
        raise CashNotNeeded
    if cash and total - other > MOST_CASH:
        raise AmountTooLarge
    payments = [
        Settled(tender.method, tender.amount, tender.amount)
        for tender in given
        if tender.method is not PaymentMethod.CASH
    ]
    if cash:
        payments.insert(0, Settled(PaymentMethod.CASH, total - other, cash))
    return Settlement(
        payments=payments,
        tendered=cash + other,
        change=cash + other - total,
        cash=total - other if cash else NOTHING,
        summary=_summary(payments),
    )


def _summary(payments: Sequence[Settled]) -> PaymentSummary:
    methods = {payment.method for payment in payments}
    if len(methods) > 1:
        return PaymentSummary.MIXED
    return PaymentSummary(methods.pop().value) if methods else PaymentSummary.CASH
