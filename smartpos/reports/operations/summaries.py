"""Keeping the summaries of days: what each branch sold, of what, at which hour and how it was paid.

Summaries hold the receipts up to the mark of their tenant, and no later one; whoever reads them adds the receipts
beyond the mark straight from the ledger (``reports.queries.summaries``), so that figures are right at any moment,
however long ago the last refresh was.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.sql import array, send
from smartpos.identity.models import Organization

SETTLES_AFTER = timedelta(minutes=15)
"""How old receipts are before they are summed up.

Receipts are numbered before they are committed, so one with a smaller number may still be on its way when a later one
is seen already. None takes a quarter of an hour to be committed; up to the youngest receipt of that age there are no
gaps, and the mark may pass.
"""

_SUMMARIES = ("daily_sales", "daily_product_sales", "hourly_sales", "daily_payments")

_MARK = """
INSERT INTO summary_marks (organization_id, last_sale_id, refreshed_at)
VALUES (%(organization_id)s, 0, now()) ON CONFLICT (organization_id) DO NOTHING
"""
# The row of the mark is the lock: two who refresh one tenant come one after the other.
_LOCK = """
SELECT last_sale_id FROM summary_marks WHERE organization_id = %(organization_id)s FOR UPDATE
"""
_SETTLED = """
SELECT coalesce(min(id) FILTER (WHERE created_at >= %(since)s) - 1, max(id), %(mark)s) FROM sales
WHERE organization_id = %(organization_id)s AND id > %(mark)s
"""
_TOUCHED = """
SELECT DISTINCT business_date, branch_id FROM sales
WHERE organization_id = %(organization_id)s AND id > %(mark)s AND id <= %(settled)s
ORDER BY business_date, branch_id
"""
_FORGET = """
DELETE FROM {table} AS old USING unnest(%(days)s::date[], %(branches)s::bigint[]) AS touched (day, branch_id)
WHERE old.organization_id = %(organization_id)s AND old.business_date = touched.day
  AND old.branch_id = touched.branch_id
"""
_RECEIPTS = """
FROM unnest(%(days)s::date[], %(branches)s::bigint[]) AS touched (day, branch_id)
JOIN sales AS sale
  ON sale.organization_id = %(organization_id)s AND sale.business_date = touched.day
 AND sale.branch_id = touched.branch_id AND sale.id <= %(settled)s
"""
_FILL = {
    "daily_sales": f"""
INSERT INTO daily_sales (organization_id, business_date, branch_id, receipts, refunds, customers, gross_amount,
                         discount_amount, revenue, refunded_amount, tax_amount, cost_amount, refreshed_at)
SELECT %(organization_id)s, touched.day, touched.branch_id, count(*) FILTER (WHERE sale.type <> 'refund'),
       count(*) FILTER (WHERE sale.type = 'refund'), count(DISTINCT sale.customer_id), sum(sale.gross_amount),
       sum(sale.discount_amount), sum(sale.total_amount), sum(sale.returned_amount), sum(sale.tax_amount),
       sum(sale.cost_amount), %(now)s
{_RECEIPTS} GROUP BY touched.day, touched.branch_id
""",
    "daily_product_sales": f"""
INSERT INTO daily_product_sales (organization_id, business_date, branch_id, product_id, quantity, receipts,
                                 discount_amount, revenue, tax_amount, cost_amount)
SELECT %(organization_id)s, touched.day, touched.branch_id, item.product_id, sum(item.quantity * item.multiplier),
       count(DISTINCT item.sale_id), sum(item.promotion_amount + item.discount_amount + item.cart_discount_amount),
       sum(item.total_amount), sum(item.tax_amount), sum(item.cost_amount)
{_RECEIPTS}
JOIN sale_items AS item ON item.organization_id = sale.organization_id AND item.sale_id = sale.id
GROUP BY touched.day, touched.branch_id, item.product_id
""",
    "hourly_sales": f"""
INSERT INTO hourly_sales (organization_id, business_date, branch_id, hour, receipts, revenue)
SELECT %(organization_id)s, touched.day, touched.branch_id,
       extract(hour FROM sale.sold_at AT TIME ZONE %(zone)s)::smallint,
       count(*) FILTER (WHERE sale.type <> 'refund'), sum(sale.total_amount)
{_RECEIPTS} GROUP BY 2, 3, 4
""",
    "daily_payments": f"""
INSERT INTO daily_payments (organization_id, business_date, branch_id, method, payments, amount)
SELECT %(organization_id)s, touched.day, touched.branch_id, payment.method, count(*), sum(payment.amount)
{_RECEIPTS}
JOIN sale_payments AS payment ON payment.organization_id = sale.organization_id AND payment.sale_id = sale.id
GROUP BY touched.day, touched.branch_id, payment.method
""",
}
_MOVE_MARK = """
UPDATE summary_marks SET last_sale_id = %(settled)s, refreshed_at = %(now)s
WHERE organization_id = %(organization_id)s
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh has done: how many days of branches were summed up anew, and up to which receipt."""

    sets: int
    last_sale_id: int


def refresh_summaries(organization_id: int, *, settles_after: timedelta = SETTLES_AFTER) -> Refreshed:
    """Sum up anew every day of every branch to which receipts have come since the mark, and move the mark.

    Receipts younger than ``settles_after`` wait for the next time. A day is always summed up whole, whatever came to it
    late: refunds, and sales that a till made without a connection days ago. A fixed number of statements; safe to
    repeat and to run twice at once. Inside the tenant; flushes.
    """
    return _bring_to_date(organization_id, _lock_mark(organization_id), settles_after)


def rebuild_summaries(organization_id: int, *, settles_after: timedelta = SETTLES_AFTER) -> Refreshed:
    """Forget all summaries of a tenant and make them again from the ledgers. Inside the tenant; flushes."""
    _lock_mark(organization_id)
    here = {"organization_id": organization_id}
    for table in _SUMMARIES:
        send(f"DELETE FROM {table} WHERE organization_id = %(organization_id)s", here)
    return _bring_to_date(organization_id, 0, settles_after)


def _lock_mark(organization_id: int) -> int:
    here = {"organization_id": organization_id}
    send(_MARK, here)
    return int(send(_LOCK, here)[0][0])


def _bring_to_date(organization_id: int, mark: int, settles_after: timedelta) -> Refreshed:
    now = utc_now()
    facts = {"organization_id": organization_id, "mark": mark, "now": now, "since": now - settles_after}
    settled = int(send(_SETTLED, facts)[0][0])
    facts["settled"] = settled
    touched = send(_TOUCHED, facts) if settled > mark else []
    if touched:
        facts["days"] = "{" + ",".join(day.isoformat() for day, _branch in touched) + "}"
        facts["branches"] = array(branch for _day, branch in touched)
        facts["zone"] = _zone(organization_id)
        # Years of receipts are grouped in memory rather than on disk.
        send("SET LOCAL work_mem = '64MB'", {})
        for table in _SUMMARIES:
            send(_FORGET.format(table=table), facts)
            send(_FILL[table], facts)
    send(_MOVE_MARK, facts)
    return Refreshed(len(touched), settled)


def _zone(organization_id: int) -> str:
    query = select(Organization.timezone).where(Organization.id == organization_id)
    return str(db.session.scalars(query).one())
