"""What was sold, read from the summaries and, beyond their mark, straight from the receipts.

Summaries hold the receipts up to a mark and no later one, so that both together are always all receipts, each once:
a few thousand rows of summaries and the receipts of the last minutes, however many years of sales there are.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, BranchKind

T = TypeVar("T")

_MARK = "SELECT last_sale_id FROM summary_marks WHERE organization_id = %(organization_id)s"
_MOST_READ = 3

_WHERE = """
WHERE organization_id = %(organization_id)s AND business_date BETWEEN %(since)s AND %(until)s
  AND branch_id = ANY (%(branches)s::bigint[])
"""
_TAIL = """
WHERE sale.organization_id = %(organization_id)s AND sale.id > %(mark)s
  AND sale.business_date BETWEEN %(since)s AND %(until)s AND sale.branch_id = ANY (%(branches)s::bigint[])
"""
_DAYS = f"""
SELECT business_date, branch_id, sum(receipts)::bigint, sum(refunds)::bigint, sum(revenue), sum(refunded_amount),
       sum(discount_amount), sum(tax_amount), sum(cost_amount)
FROM (
    SELECT business_date, branch_id, receipts, refunds, revenue, refunded_amount, discount_amount, tax_amount,
           cost_amount
    FROM daily_sales {_WHERE}
    UNION ALL
    SELECT business_date, branch_id, (type <> 'refund')::int, (type = 'refund')::int, total_amount, returned_amount,
           discount_amount, tax_amount, cost_amount
    FROM sales AS sale {_TAIL}
) AS part
GROUP BY business_date, branch_id ORDER BY business_date, branch_id
"""
_TOTALS = f"""
SELECT coalesce(sum(receipts), 0)::bigint, coalesce(sum(revenue), 0.00), coalesce(sum(tax_amount), 0.00),
       coalesce(sum(cost_amount), 0.00)
FROM (
    SELECT receipts, revenue, tax_amount, cost_amount FROM daily_sales {_WHERE}
    UNION ALL
    SELECT (type <> 'refund')::int, total_amount, tax_amount, cost_amount FROM sales AS sale {_TAIL}
) AS part
"""
_HOURS = f"""
SELECT business_date, hour, sum(receipts)::bigint, sum(revenue)
FROM (
    SELECT business_date, hour, receipts, revenue FROM hourly_sales {_WHERE}
    UNION ALL
    SELECT business_date, extract(hour FROM sold_at AT TIME ZONE %(zone)s)::smallint, (type <> 'refund')::int,
           total_amount
    FROM sales AS sale {_TAIL}
) AS part
GROUP BY business_date, hour ORDER BY business_date, hour
"""
_PRODUCTS = f"""
SELECT product.id, product.name, unit.name, round(best.quantity, 3), best.revenue, best.tax, best.cost
FROM (
    SELECT product_id, sum(quantity) AS quantity, sum(revenue) AS revenue, sum(tax) AS tax,
           sum(cost) AS cost
    FROM (
        SELECT product_id, quantity, revenue, tax_amount AS tax, cost_amount AS cost FROM daily_product_sales {_WHERE}
        UNION ALL
        SELECT item.product_id, item.quantity * item.multiplier, item.total_amount, item.tax_amount,
               item.cost_amount
        FROM sales AS sale
        JOIN sale_items AS item ON item.organization_id = sale.organization_id AND item.sale_id = sale.id
        {_TAIL}
    ) AS part
    GROUP BY product_id HAVING sum(quantity) > 0 OR sum(revenue) > 0
    ORDER BY revenue DESC, product_id LIMIT %(limit)s
) AS best
JOIN products AS product ON product.organization_id = %(organization_id)s AND product.id = best.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
ORDER BY best.revenue DESC, product.id
"""
_PAYMENTS = f"""
SELECT method, sum(payments)::bigint, sum(amount)
FROM (
    SELECT method, payments, amount FROM daily_payments {_WHERE}
    UNION ALL
    SELECT payment.method, 1, payment.amount
    FROM sales AS sale
    JOIN sale_payments AS payment ON payment.organization_id = sale.organization_id AND payment.sale_id = sale.id
    {_TAIL}
) AS part
GROUP BY method ORDER BY 3 DESC, method
"""


class DayOfBranch(NamedTuple):
    """What a branch sold on a business day; refunds are taken off already."""

    day: date
    branch_id: int
    receipts: int
    refunds: int
    revenue: Decimal
    refunded: Decimal
    discount: Decimal
    tax: Decimal
    cost: Decimal


class Totals(NamedTuple):
    """What was sold in some days together."""

    receipts: int
    revenue: Decimal
    tax: Decimal
    cost: Decimal


class HourOfDay(NamedTuple):
    """What was sold within an hour of a business day, in the tenant's time zone."""

    day: date
    hour: int
    receipts: int
    revenue: Decimal


class ProductSold(NamedTuple):
    """How much was sold of a product, in base units, without what came back."""

    product_id: int
    name: str
    unit: str
    quantity: Decimal
    revenue: Decimal
    tax: Decimal
    cost: Decimal

    @property
    def profit(self) -> Decimal:
        """What was earned: the revenue without its VAT, less what the goods cost."""
        return self.revenue - self.tax - self.cost


class MethodPaid(NamedTuple):
    """What was paid by a method, without what was paid back by it."""

    method: str
    payments: int
    amount: Decimal


class BranchSeen(NamedTuple):
    """A branch that a person sees; one that is closed still has a past."""

    id: int
    name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose receipts are read: those of a tenant and of some of its branches, with the mark of the summaries."""

    organization_id: int
    zone: str
    branch_ids: tuple[int, ...]
    mark: int

    def days(self, since: date, until: date) -> list[DayOfBranch]:
        """What each branch sold on each of these days, both included; days without receipts are missing."""
        return [DayOfBranch(*row) for row in self._ask(_DAYS, since, until)]

    def totals(self, since: date, until: date) -> Totals:
        """What was sold in all of these days."""
        return Totals(*self._ask(_TOTALS, since, until)[0])

    def hours(self, since: date, until: date) -> list[HourOfDay]:
        """What was sold in each hour of each of these days."""
        return [HourOfDay(*row) for row in self._ask(_HOURS, since, until)]

    def products(self, since: date, until: date, *, limit: int) -> list[ProductSold]:
        """What brought most in these days."""
        return [ProductSold(*row) for row in self._ask(_PRODUCTS, since, until, limit=limit)]

    def payments(self, since: date, until: date) -> list[MethodPaid]:
        """How it was paid for, what was paid most first."""
        return [MethodPaid(*row) for row in self._ask(_PAYMENTS, since, until)]

    def _ask(self, statement: str, since: date, until: date, **more: Any) -> list[tuple[Any, ...]]:
        return send(
            statement,
            {
                "organization_id": self.organization_id,
                "zone": self.zone,
                "branches": array(self.branch_ids),
                "mark": self.mark,
                "since": since,
                "until": until,
                **more,
            },
        )


def branches_seen() -> list[BranchSeen]:
    """The branches that the person in force sees, by name; the wall of workspaces stands in the table of branches."""
    query = (
        select(Branch.id, Branch.name, Branch.deleted_at.is_(None))
        .where(Branch.kind != BranchKind.TRANSIT)
        .order_by(Branch.name, Branch.id)
    )
    return [BranchSeen(*row) for row in db.session.execute(query)]


def read_together(actor: Actor, branch_ids: Collection[int], read: Callable[[Reach], T]) -> T:
    """What ``read`` gives for these branches, all of it by the same mark.

    The mark is a value of its own rather than part of each statement: the planner then knows that few receipts are
    beyond it. A refresh that comes between two statements would count some receipts twice; then it is read again.
    """
    here = {"organization_id": actor.organization.id}
    mark = _mark(here)
    for _turn in range(_MOST_READ):
        found = read(
            Reach(actor.organization.id, actor.organization.timezone, tuple(sorted(branch_ids)), mark)
        )
        now = _mark(here)
        if now == mark:
            break
        mark = now
    return found


def _mark(here: dict[str, Any]) -> int:
    rows = send(_MARK, here)
    return int(rows[0][0]) if rows else 0
