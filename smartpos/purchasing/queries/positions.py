"""How products stand: what is there, set aside, promised, on order and on its way, and how fast it sells."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from smartpos.core.db import utc_now
from smartpos.core.paging import decode_cursor, encode_cursor
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.purchasing.suggestions import Position

# What sales caused, their refunds included: both carry the same origin and net by their signs.
SOLD_BY = "sale"
# Up to so many products are read one by one.
A_FEW = 300

_WORKPLACE = """
stock.branch_id = ANY (ARRAY(
    SELECT id FROM branches
    WHERE organization_id = %(organization_id)s AND deleted_at IS NULL AND kind <> 'transit'))
"""
_HERE = f"stock.organization_id = %(organization_id)s AND {_WORKPLACE}"
# A few products are read by the index of their stock, all of them by that of time.
_SOLD_OF_SOME = """
SELECT stock.branch_id, stock.product_id, -sum(moved.quantity) AS quantity
FROM branch_stocks AS stock JOIN inventory_movements AS moved
  ON moved.organization_id = stock.organization_id AND moved.branch_id = stock.branch_id
 AND moved.product_id = stock.product_id
WHERE {here} AND moved.occurred_at >= %(since)s AND moved.origin_kind = %(sold_by)s
GROUP BY stock.branch_id, stock.product_id
"""
_SOLD_OF_ALL = """
SELECT stock.branch_id, stock.product_id, -sum(stock.quantity) AS quantity
FROM inventory_movements AS stock
WHERE {here} AND stock.occurred_at >= %(since)s AND stock.origin_kind = %(sold_by)s
GROUP BY stock.branch_id, stock.product_id
"""
_POSITIONS = """
WITH sold AS MATERIALIZED ({sold}), ordered AS MATERIALIZED (
    SELECT purchase.branch_id, item.product_id,
           sum(CASE WHEN purchase.status = 'received' THEN coalesce(item.received_quantity, item.quantity)
                    ELSE item.quantity END) AS quantity
    FROM purchases AS purchase JOIN purchase_items AS item
      ON item.organization_id = purchase.organization_id AND item.purchase_id = purchase.id
    WHERE purchase.organization_id = %(organization_id)s AND purchase.type = 'purchase'
      AND purchase.status = ANY (ARRAY['draft', 'ordered', 'received']) AND item.product_id IS NOT NULL
    GROUP BY purchase.branch_id, item.product_id
), moving AS MATERIALIZED (
    SELECT transfer.from_branch_id, transfer.to_branch_id, transfer.status, line.product_id, line.quantity
    FROM stock_transfers AS transfer JOIN stock_transfer_lines AS line
      ON line.organization_id = transfer.organization_id AND line.transfer_id = transfer.id
    WHERE transfer.organization_id = %(organization_id)s
      AND transfer.status = ANY (ARRAY['pending', 'approved', 'in_transit'])
), coming AS (
    SELECT to_branch_id AS branch_id, product_id, sum(quantity) AS quantity FROM moving GROUP BY 1, 2
), promised AS (
    SELECT from_branch_id AS branch_id, product_id, sum(quantity) AS quantity FROM moving
    WHERE status <> 'in_transit' GROUP BY 1, 2
)
SELECT branch_id, product_id, coalesce(stock.quantity, 0), coalesce(stock.reserved_quantity, 0),
       coalesce(promised.quantity, 0), coalesce(ordered.quantity, 0), coalesce(coming.quantity, 0),
       greatest(coalesce(sold.quantity, 0), 0) / %(days)s::numeric, coalesce(stock.min_quantity, 0),
       stock.reorder_point, stock.max_quantity
FROM {places}
LEFT JOIN sold USING (branch_id, product_id)
LEFT JOIN ordered USING (branch_id, product_id)
LEFT JOIN coming USING (branch_id, product_id)
LEFT JOIN promised USING (branch_id, product_id)
WHERE {wanted}
"""
_STOCKED = "(SELECT * FROM branch_stocks AS stock WHERE {here}) AS stock"
# What is coming for the first time has no stock yet. One pass, for a join of two guesses is a long one.
_STOCKED_OR_COMING = """(
    SELECT branch_id, product_id, sum(quantity) AS quantity, sum(reserved_quantity) AS reserved_quantity,
           sum(min_quantity) AS min_quantity, sum(reorder_point) AS reorder_point, sum(max_quantity) AS max_quantity
    FROM (
        SELECT branch_id, product_id, quantity, reserved_quantity, min_quantity, reorder_point, max_quantity
        FROM branch_stocks AS stock WHERE {here}
        UNION ALL SELECT branch_id, product_id, 0, 0, 0, NULL, NULL FROM ordered AS stock WHERE {coming_here}
        UNION ALL SELECT branch_id, product_id, 0, 0, 0, NULL, NULL FROM coming AS stock WHERE {coming_here}
    ) AS place GROUP BY branch_id, product_id
) AS stock
"""
_MATTERS = "(sold.quantity > 0 OR stock.min_quantity > 0 OR stock.reorder_point IS NOT NULL)"
_LOW = """
SELECT stock.branch_id, branch.name, stock.product_id, product.name, product.sku, unit.name, stock.id
FROM branch_stocks AS stock
JOIN branches AS branch ON branch.organization_id = stock.organization_id AND branch.id = stock.branch_id
JOIN products AS product ON product.organization_id = stock.organization_id AND product.id = stock.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE {here} AND (stock.min_quantity > 0 OR stock.reorder_point IS NOT NULL)
  AND stock.quantity <= greatest(stock.min_quantity, stock.reorder_point)
  AND product.deleted_at IS NULL AND product.track_inventory {beyond}
ORDER BY product.name, stock.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Low:
    """A product at or below its level in a branch."""

    branch: str
    product: str
    sku: str
    unit: str
    position: Position


@dataclass(frozen=True, slots=True)
class LowPage:
    """Some of what runs low, by name of the product, and the cursor of the rest."""

    items: list[Low]
    next_cursor: str | None


def velocity_days(actor: Actor) -> int:
    """How many days back sales are counted."""
    return max(1, int(actor.setting("sales_velocity_days")))


def positions(
    actor: Actor, *, branch_id: int | None = None, product_ids: Collection[int] | None = None
) -> list[Position]:
    """How products stand in a branch or in all, also what a branch has never held but expects.

    Without ``product_ids`` those that sell or have a level.
    """
    narrow = ""
    if branch_id is not None:
        narrow += " AND stock.branch_id = %(branch_id)s"
    if product_ids is not None:
        narrow += " AND stock.product_id = ANY (%(product_ids)s::bigint[])"
    parts = {"here": _HERE + narrow, "coming_here": _WORKPLACE + narrow}
    if product_ids is None:
        sold, places, wanted = _SOLD_OF_ALL, _STOCKED, _MATTERS
    else:
        sold = _SOLD_OF_SOME if len(product_ids) <= A_FEW else _SOLD_OF_ALL
        places, wanted = _STOCKED_OR_COMING, "true"
    statement = _POSITIONS.format(sold=sold.format(**parts), places=places.format(**parts), wanted=wanted)
    days = velocity_days(actor)
    parameters: dict[str, Any] = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(sorted(product_ids or ())),
        "since": utc_now() - timedelta(days=days),
        "days": days,
        "sold_by": SOLD_BY,
    }
    return [Position(*row) for row in send(statement, parameters)]


def low_stock(
    actor: Actor, *, limit: int, branch_id: int | None = None, cursor: str | None = None
) -> LowPage:
    """What is at or below its level now. Raises Invalid for a cursor of another list."""
    after, after_id = decode_cursor(cursor, [str, int]) if cursor else (None, None)
    here = _HERE + (" AND stock.branch_id = %(branch_id)s" if branch_id is not None else "")
    beyond = "AND (product.name, stock.id) > (%(after)s, %(after_id)s)" if cursor else ""
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "after": after,
        "after_id": after_id,
        "limit": limit + 1,
    }
    rows = send(_LOW.format(here=here, beyond=beyond), parameters)
    following = encode_cursor([rows[limit - 1][3], rows[limit - 1][6]]) if len(rows) > limit else None
    rows = rows[:limit]
    found = positions(actor, branch_id=branch_id, product_ids={row[2] for row in rows}) if rows else []
    by_place = {(one.branch_id, one.product_id): one for one in found}
    items = [Low(row[1], row[3], row[4], row[5], by_place[row[0], row[2]]) for row in rows]
    return LowPage(items, following)
