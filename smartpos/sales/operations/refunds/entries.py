"""What a refund or an exchange enters into its customer's account."""

from dataclasses import dataclass
from decimal import Decimal

from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.operations import LockedCustomer, post_entry
from smartpos.identity.actors import Actor
from smartpos.sales.operations.accounts import Account
from smartpos.sales.operations.drafts import SALE_ORIGIN
from smartpos.sales.queries import Buyer, SoldSale
from smartpos.sales.refunding import NOTHING


@dataclass(frozen=True, slots=True)
class AccountChange:
    """All amounts are positive. ``new`` is what the new goods of an exchange enter.

    ``credit_back`` lessens the debt, ``points_back`` were used for the goods, ``points_lost`` were earned by them.
    ``entry_id`` is the line of the account by which they were bought, ``debt_entry_id`` the one that made the debt.
    """

    customer: LockedCustomer
    credit_back: Decimal
    points_back: Decimal
    points_lost: Decimal
    turnover_back: Decimal
    entry_id: int | None
    debt_entry_id: int | None
    new: Account | None
    new_turnover: Decimal
    branch_id: int
    reason: str | None

    @property
    def buyer(self) -> Buyer:
        """The customer as the receipt tells it, with the account as it is afterwards."""
        new_credit = self.new.credit if self.new else NOTHING
        earned = (self.new.points_earned if self.new else NOTHING) - self.points_lost
        used = (self.new.points_used if self.new else NOTHING) - self.points_back
        return Buyer(
            id=self.customer.id,
            name=self.customer.name,
            phone=self.customer.phone,
            balance=self.customer.balance + self.credit_back - new_credit,
            points=self.customer.points + earned - used,
            points_earned=earned,
            points_used=used,
        )


def post_changes(change: AccountChange, sold: SoldSale, *, actor: Actor) -> None:
    """Enter it: one line for what came back, one for what went out."""
    post_entry(
        change.customer.id,
        CustomerEntryKind.REFUND,
        amount=change.credit_back,
        turnover=-change.turnover_back,
        points_earned=-change.points_lost,
        points_used=-change.points_back,
        reverses_id=change.debt_entry_id if change.credit_back else change.entry_id,
        origin_kind=SALE_ORIGIN,
        origin_id=sold.id,
        branch_id=change.branch_id,
        note=change.reason,
        occurred_at=sold.sold_at,
        actor=actor,
    )
    if change.new is not None:
        post_entry(
            change.customer.id,
            CustomerEntryKind.SALE,
            amount=-change.new.credit,
            turnover=change.new_turnover,
            points_earned=change.new.points_earned,
            points_used=change.new.points_used,
            due_date=change.new.due_date,
            origin_kind=SALE_ORIGIN,
            origin_id=sold.id,
            branch_id=change.branch_id,
            occurred_at=sold.sold_at,
            actor=actor,
        )
