"""What a sale does to its customer's account: credit, points used, points earned."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from smartpos.catalog.models import CustomerTier
from smartpos.core.money import plain, round_money
from smartpos.crm.operations import LockedCustomer
from smartpos.identity.actors import Actor
from smartpos.sales.errors import CreditLimitExceeded, CustomerNeeded, DueDateInPast, NotEnoughPoints
from smartpos.sales.models import PaymentMethod, SaleFlag
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.operations.payments import Settlement
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import Buyer

NOTHING = Decimal("0.00")
ONE_POINT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Account:
    """The line that is entered into a customer's account. ``settlement`` has the day on which credit is due."""

    customer: LockedCustomer
    credit: Decimal
    due_date: date | None
    points_earned: Decimal
    points_used: Decimal
    settlement: Settlement

    @property
    def buyer(self) -> Buyer:
        """The customer as the receipt tells it, with the account as it is afterwards."""
        return Buyer(
            id=self.customer.id,
            name=self.customer.name,
            phone=self.customer.phone,
            balance=self.customer.balance - self.credit,
            points=self.customer.points + self.points_earned - self.points_used,
            points_earned=self.points_earned,
            points_used=self.points_used,
        )


def settle_account(sale: OngoingSale, total: Decimal, settlement: Settlement) -> Account | None:
    """What a sale enters into its customer's account; None without a customer.

    Raises CustomerNeeded, Forbidden (credit without the right), CreditLimitExceeded, DueDateInPast and
    NotEnoughPoints; what has happened is flagged instead, all but the missing customer.
    """
    credit = settlement.paid_by(PaymentMethod.CREDIT)
    points = settlement.paid_by(PaymentMethod.POINTS)
    if sale.customer is None:
        if credit or points:
            raise CustomerNeeded
        return None
    customer = sale.customer
    if points:
        _check_points(sale, customer, points, total)
    due_date = _check_credit(sale, customer, credit, settlement) if credit else None
    return Account(
        customer=customer,
        credit=credit,
        due_date=due_date,
        points_earned=points_for(customer.tier, total - points, sale.actor),
        points_used=points,
        settlement=_with_due_date(settlement, due_date),
    )


def credit_limit_of(customer: LockedCustomer, actor: Actor) -> Decimal:
    """How much a customer may owe: their own limit, else the shop's default."""
    if customer.credit_limit is not None:
        return customer.credit_limit
    limit: Decimal = actor.setting("default_credit_limit")
    return limit


def points_for(tier: CustomerTier, amount: Decimal, actor: Actor) -> Decimal:
    """Whole points for an amount, by the tenant's rules for the tier; parts of a point are not given."""
    own = actor.setting(f"loyalty_percent_{tier.value}") if tier is not CustomerTier.STANDARD else 0
    percent = own or actor.setting("loyalty_percent")
    if not actor.setting("loyalty_percent") or amount <= 0:
        return NOTHING
    return (amount * percent / 100).quantize(ONE_POINT, ROUND_FLOOR).quantize(NOTHING)


def _check_points(sale: OngoingSale, customer: LockedCustomer, points: Decimal, total: Decimal) -> None:
    share: int = sale.actor.setting("loyalty_most_percent")
    most = min(max(customer.points, NOTHING), (total * share / 100).quantize(NOTHING, ROUND_FLOOR))
    if points <= most:
        return
    if not sale.has_happened:
        raise NotEnoughPoints(plain(most))
    sale.flag(SaleFlag.OVER_CREDIT_LIMIT)


def _check_credit(
    sale: OngoingSale, customer: LockedCustomer, credit: Decimal, settlement: Settlement
) -> date | None:
    """Check the limit; give the day on which the debt is due, None when a prepayment covers it."""
    actor, approvals = sale.actor, sale.approvals
    limit = credit_limit_of(customer, actor)
    after = customer.balance - credit
    if sale.has_happened:
        if not approvals.allow(SalesPermission.SALE_CREDIT) or (
            -after > limit and not approvals.allow(SalesPermission.CREDIT_ABOVE_LIMIT)
        ):
            sale.flag(SaleFlag.OVER_CREDIT_LIMIT)
    else:
        approvals.require(SalesPermission.SALE_CREDIT)
        if -after > limit and not approvals.allow(SalesPermission.CREDIT_ABOVE_LIMIT):
            raise CreditLimitExceeded(
                limit=plain(round_money(limit)),
                balance=plain(customer.balance),
                credit=plain(credit),
                approval=str(SalesPermission.CREDIT_ABOVE_LIMIT),
            )
    if after >= 0:
        return None
    today = sale.sold_at.astimezone(actor.organization.zone).date()
    asked = [one.due_date for one in settlement.payments if one.due_date is not None]
    due_date = asked[0] if asked else today + timedelta(days=customer.payment_terms.days)
    if due_date < today:
        if not sale.has_happened:
            raise DueDateInPast
        due_date = today
    return due_date


def _with_due_date(settlement: Settlement, due_date: date | None) -> Settlement:
    payments = [
        replace(one, due_date=due_date) if one.method is PaymentMethod.CREDIT else one
        for one in settlement.payments
    ]
    return replace(settlement, payments=payments)
