"""In which ways money goes back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import plain, round_money
from smartpos.sales.errors import (
    CustomerNeeded,
    ForeignCashNotTaken,
    MoneyBackDiffers,
    NotEnoughCash,
    OtherTender,
    TooMuchForeignBack,
)
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.drawer import LockedShift
from smartpos.sales.operations.payments import Settled, Settlement, summary_of
from smartpos.sales.operations.refunds.requests import RefundTender
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.returns import Held
from smartpos.sales.refunding import NOTHING, Back, back_as_paid, beyond_held, is_held_in_cash

BELONG_TO_SOMEBODY = frozenset({PaymentMethod.CREDIT, PaymentMethod.POINTS})


def goes_back_in_cash(tenders: Sequence[RefundTender] | None, held: Mapping[PaymentMethod, Decimal]) -> bool:
    """Whether all goes back in cash; then the amount is a round one."""
    if tenders is None:
        return is_held_in_cash(held)
    return all(tender.method is PaymentMethod.CASH for tender in tenders)


def back_as_asked(total: Decimal, tenders: Sequence[RefundTender], held: Sequence[Held]) -> list[Back]:
    """Give ``total`` back as somebody wishes; a tender without an amount takes all of it.

    Raises MoneyBackDiffers when it does not add up, Invalid for nothing, ForeignCashNotTaken for foreign money that is
    not cash, and TooMuchForeignBack for more of it than came in.
    """
    if len(tenders) > 1 and any(tender.amount is None for tender in tenders):
        raise Invalid(_("Say how much goes back in which way."))
    if total > 0 and any(tender.amount is not None and tender.amount <= 0 for tender in tenders):
        raise Invalid(_("A payment must be more than zero."))
    backs: list[Back] = []
    own: dict[PaymentMethod, Decimal] = {}
    for tender in tenders:
        amount = total if tender.amount is None else tender.amount
        if tender.currency is not None:
            backs += _abroad(tender, amount, held)
        elif amount > 0:
            own[tender.method] = own.get(tender.method, NOTHING) + amount
    backs += [Back(method, amount) for method, amount in own.items()]
    given = sum((back.amount for back in backs), NOTHING)
    if given != total:
        raise MoneyBackDiffers(plain(total), plain(given))
    return backs


def _abroad(tender: RefundTender, amount: Decimal, held: Sequence[Held]) -> list[Back]:
    """Foreign cash goes back at the rate at which it came."""
    currency = tender.currency or ""
    if tender.method is not PaymentMethod.CASH or tender.amount is None:
        raise ForeignCashNotTaken(currency)
    came = [one for one in held if one.currency == currency and one.rate and (one.foreign_amount or 0) > 0]
    most = sum((one.foreign_amount or NOTHING for one in came), NOTHING)
    if amount > most:
        raise TooMuchForeignBack(currency, plain(most))
    backs = []
    left = amount
    for one in came:
        part = min(left, one.foreign_amount or NOTHING)
        if part > 0 and one.rate:
            backs.append(Back(PaymentMethod.CASH, round_money(part * one.rate), currency, one.rate, part))
            left -= part
    return backs


def give_back(
    total: Decimal,
    tenders: Sequence[RefundTender] | None,
    *,
    held: Sequence[Held],
    by_method: Mapping[PaymentMethod, Decimal],
    has_customer: bool,
    shift: LockedShift,
    approvals: Approvals,
) -> Settlement:
    """How ``total`` (not negative) goes back: the way it came, or as asked.

    Raises CustomerNeeded for credit and points of nobody, OtherTender when more goes back in a way than came in it and
    nobody allows that, NotEnoughCash, and what ``back_as_asked`` raises.
    """
    if tenders is None:
        backs = back_as_paid(total, by_method)
    else:
        backs = back_as_asked(total, tenders, held)
        if not has_customer and any(back.method in BELONG_TO_SOMEBODY for back in backs):
            raise CustomerNeeded
        others = beyond_held(backs, by_method)
        if others and not approvals.allow(SalesPermission.REFUND_OTHER_TENDER):
            raise OtherTender([method.value for method in others], str(SalesPermission.REFUND_OTHER_TENDER))
    return settlement_of(backs, shift)


def settlement_of(backs: Sequence[Back], shift: LockedShift) -> Settlement:
    """The money that leaves, as a receipt tells it: negative. Raises NotEnoughCash and ForeignCashNotTaken."""
    cash = sum(
        (one.amount for one in backs if one.method is PaymentMethod.CASH and not one.currency), NOTHING
    )
    foreign = sum((one.foreign_amount or NOTHING for one in backs), NOTHING)
    abroad = {one.currency for one in backs if one.currency}
    if abroad - {shift.foreign_currency}:
        raise ForeignCashNotTaken(", ".join(sorted(abroad)))
    if cash > max(shift.cash_balance, NOTHING) or foreign > max(shift.foreign_balance, NOTHING):
        raise NotEnoughCash
    total = -sum((one.amount for one in backs), NOTHING)
    return Settlement(
        payments=[
            Settled(
                one.method,
                -one.amount,
                -one.amount,
                currency=one.currency,
                rate=one.exchange_rate,
                foreign_amount=-one.foreign_amount if one.foreign_amount is not None else None,
            )
            for one in backs
        ],
        tendered=total,
        change=NOTHING,
        cash=-cash,
        foreign=-foreign,
        summary=summary_of(one.method for one in backs),
    )
