"""What is paid with what, and what is given back: pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import MONEY_LIMIT, plain, round_money
from smartpos.sales.errors import (
    AmountTooLarge,
    CashNotNeeded,
    ForeignCashNotTaken,
    Overpaid,
    Underpaid,
)
from smartpos.sales.models import PaymentMethod, PaymentSummary
from smartpos.sales.requests import NOTHING, Tender

# A drawer holds at most this much for one receipt, so that the sums of a shift always fit into the books.
MOST_CASH = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class ForeignCash:
    """The currency a shift takes besides the shop's own, and what one unit of it is worth."""

    currency: str
    rate: Decimal

    def worth(self, amount: Decimal) -> Decimal:
        """The value in the shop's own currency, rounded to the minor unit."""
        return round_money(amount * self.rate)


@dataclass(frozen=True, slots=True)
class Settled:
    """One tender: ``amount`` counts towards the total, ``tendered`` was handed over, both in the shop's own currency.

    Of foreign cash ``foreign_amount`` is what stays in the drawer.
    """

    method: PaymentMethod
    amount: Decimal
    tendered: Decimal
    due_date: date | None = None
    currency: str | None = None
    rate: Decimal | None = None
    foreign_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a receipt is paid. ``change`` is given on cash alone.

    ``cash`` and ``foreign`` are what stays in the drawer in the shop's own and in foreign currency; the own may be
    negative when change is given in it for foreign money.
    """

    payments: list[Settled]
    tendered: Decimal
    change: Decimal
    cash: Decimal
    foreign: Decimal
    summary: PaymentSummary

    def paid_by(self, method: PaymentMethod) -> Decimal:
        """What of the total was paid by a method."""
        return sum((one.amount for one in self.payments if one.method is method), NOTHING)


def is_cash_only(tenders: Sequence[Tender]) -> bool:
    """Whether a receipt is paid in cash alone; then its total is rounded. One that costs nothing is."""
    return all(tender.method is PaymentMethod.CASH for tender in tenders)


def settle(
    total: Decimal,
    tenders: Sequence[Tender],
    *,
    foreign: ForeignCash | None = None,
    foreign_change: Decimal = NOTHING,
) -> Settlement:
    """Pay ``total``. Several amounts of cash of one currency become one; change comes in the shop's own currency but
    for ``foreign_change``.

    Raises Underpaid with what is missing, Overpaid when what is not cash exceeds the total, CashNotNeeded when it
    covers it alone, ForeignCashNotTaken, AmountTooLarge for more than the books can hold, and Invalid for a payment of
    nothing or more foreign change than there is change.
    """
    if total > 0 and any(tender.amount <= 0 for tender in tenders):
        raise Invalid(_("A payment must be more than zero."))
    given = [tender for tender in tenders if tender.amount > 0]
    own, abroad = _cash_of(given, foreign)
    abroad_worth = foreign.worth(abroad) if foreign else NOTHING
    cash = own + abroad_worth
    others = [tender for tender in given if tender.method is not PaymentMethod.CASH]
    other = sum((tender.amount for tender in others), NOTHING)
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
    change = cash + other - total
    payments = [Settled(one.method, one.amount, one.amount, due_date=one.due_date) for one in others]
    kept_abroad = abroad - foreign_change
    if abroad and foreign:
        worth = abroad_worth - _change_worth(foreign_change, abroad, change, foreign)
        payments.insert(
            0,
            Settled(
                PaymentMethod.CASH,
                worth,
                abroad_worth,
                currency=foreign.currency,
                rate=foreign.rate,
                foreign_amount=kept_abroad,
            ),
        )
        own_kept = total - other - worth
    elif foreign_change:
        raise Invalid(_("Change in a foreign currency is given on foreign cash alone."))
    else:
        own_kept = total - other if cash else NOTHING
    if own or own_kept:
        payments.insert(0, Settled(PaymentMethod.CASH, own_kept, own))
    return Settlement(
        payments=payments,
        tendered=cash + other,
        change=change,
        cash=own_kept,
        foreign=kept_abroad if abroad else NOTHING,
        summary=summary_of(payment.method for payment in payments),
    )


def _cash_of(tenders: Sequence[Tender], foreign: ForeignCash | None) -> tuple[Decimal, Decimal]:
    """The cash handed over in the shop's own and in foreign currency."""
    own = abroad = NOTHING
    for tender in tenders:
        if tender.currency is None:
            own += tender.amount if tender.method is PaymentMethod.CASH else NOTHING
        elif (
            tender.method is not PaymentMethod.CASH or foreign is None or tender.currency != foreign.currency
        ):
            raise ForeignCashNotTaken(tender.currency)
        else:
            abroad += tender.amount
    return own, abroad


def _change_worth(foreign_change: Decimal, abroad: Decimal, change: Decimal, foreign: ForeignCash) -> Decimal:
    worth = foreign.worth(foreign_change)
    if foreign_change < 0 or foreign_change > abroad or worth > change:
        raise Invalid(_("There is not so much change to give."))
    return worth


def summary_of(methods: Iterable[PaymentMethod]) -> PaymentSummary:
    """How a receipt was paid, at a glance; one that cost nothing counts as paid in cash."""
    used = set(methods)
    if len(used) > 1:
        return PaymentSummary.MIXED
    return PaymentSummary(used.pop().value) if used else PaymentSummary.CASH
