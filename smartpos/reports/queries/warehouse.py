"""The figures of the warehouse's dashboard."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lots import Watch

DEAD_AFTER = timedelta(days=60)
TOP = 8

_STOCK = """
SELECT branch_id, count(*) FILTER (WHERE quantity > 0), coalesce(sum(value), 0)
FROM branch_stocks WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])
GROUP BY branch_id
"""
_LOW = """
SELECT stock.product_id, product.name, branch.name, unit.name, stock.quantity,
       greatest(stock.min_quantity, stock.reorder_point), stock.id
FROM branch_stocks AS stock
JOIN branches AS branch ON branch.organization_id = stock.organization_id AND branch.id = stock.branch_id
JOIN products AS product ON product.organization_id = stock.organization_id AND product.id = stock.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = ANY (%(branches)s::bigint[])
  AND (stock.min_quantity > 0 OR stock.reorder_point IS NOT NULL)
  AND stock.quantity <= greatest(stock.min_quantity, stock.reorder_point)
  AND product.deleted_at IS NULL AND product.track_inventory
ORDER BY stock.quantity / nullif(greatest(stock.min_quantity, stock.reorder_point), 0) NULLS FIRST, product.name,
         stock.id
LIMIT %(limit)s
"""
_LOTS = """
SELECT lot.id, product.name, branch.name, unit.name, lot.batch_number, lot.expiration_date, stock.quantity
FROM batches AS lot
JOIN batch_stocks AS stock ON stock.organization_id = lot.organization_id AND stock.batch_id = lot.id
JOIN branches AS branch ON branch.organization_id = stock.organization_id AND branch.id = stock.branch_id
JOIN products AS product ON product.organization_id = lot.organization_id AND product.id = lot.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE lot.organization_id = %(organization_id)s AND stock.branch_id = ANY (%(branches)s::bigint[])
  AND lot.expiration_date <= %(until)s AND stock.quantity > 0
ORDER BY lot.expiration_date, lot.id, branch.id LIMIT %(limit)s
"""
# The dearest first, so that few movements are looked for: of each until so many are found that did not go out.
_DEAD = """
SELECT stock.product_id, product.name, branch.name, unit.name, stock.quantity, stock.value
FROM branch_stocks AS stock
JOIN branches AS branch ON branch.organization_id = stock.organization_id AND branch.id = stock.branch_id
JOIN products AS product ON product.organization_id = stock.organization_id AND product.id = stock.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = ANY (%(branches)s::bigint[])
  AND stock.quantity > 0 AND product.deleted_at IS NULL
  AND NOT EXISTS (
      SELECT FROM inventory_movements AS moved
      WHERE moved.organization_id = stock.organization_id AND moved.branch_id = stock.branch_id
        AND moved.product_id = stock.product_id AND moved.occurred_at >= %(since)s
        AND moved.quantity < 0)
  AND EXISTS (
      SELECT FROM inventory_movements AS moved
      WHERE moved.organization_id = stock.organization_id AND moved.branch_id = stock.branch_id
        AND moved.product_id = stock.product_id AND moved.occurred_at < %(since)s)
ORDER BY stock.value DESC, stock.id LIMIT %(limit)s
"""
_TRANSFERS = """
SELECT transfer.id, transfer.number, source.name, target.name, transfer.status,
       coalesce(transfer.shipped_at, transfer.approved_at, transfer.created_at)
FROM stock_transfers AS transfer
JOIN branches AS source ON source.organization_id = transfer.organization_id AND source.id = transfer.from_branch_id
JOIN branches AS target ON target.organization_id = transfer.organization_id AND target.id = transfer.to_branch_id
WHERE transfer.organization_id = %(organization_id)s
  AND transfer.status = ANY (ARRAY['pending', 'approved', 'in_transit'])
  AND (transfer.from_branch_id = ANY (%(branches)s::bigint[]) OR transfer.to_branch_id = ANY (%(branches)s::bigint[]))
ORDER BY 6, transfer.id LIMIT %(limit)s
"""
_PURCHASES = """
SELECT purchase.id, purchase.number, supplier.name, branch.name, purchase.expected_on, purchase.total_amount
FROM purchases AS purchase
JOIN branches AS branch ON branch.organization_id = purchase.organization_id AND branch.id = purchase.branch_id
LEFT JOIN suppliers AS supplier
  ON supplier.organization_id = purchase.organization_id AND supplier.id = purchase.supplier_id
WHERE purchase.organization_id = %(organization_id)s AND purchase.status = 'ordered' AND purchase.type = 'purchase'
  AND purchase.branch_id = ANY (%(branches)s::bigint[])
ORDER BY purchase.expected_on NULLS LAST, purchase.id LIMIT %(limit)s
"""
_COUNTS = """
SELECT count.id, count.number, branch.name, count.status, count.created_at
FROM stock_counts AS count
JOIN branches AS branch ON branch.organization_id = count.organization_id AND branch.id = count.branch_id
WHERE count.organization_id = %(organization_id)s AND count.status = ANY (ARRAY['counting', 'review'])
  AND count.branch_id = ANY (%(branches)s::bigint[])
ORDER BY count.created_at, count.id LIMIT %(limit)s
"""


class StockOfBranch(NamedTuple):
    """How many products lie in a branch, and what they are worth at cost."""

    branch_id: int
    products: int
    value: Decimal


class LowProduct(NamedTuple):
    """A product at or below its level in a branch, the emptiest shelf first."""

    product_id: int
    product: str
    branch: str
    unit: str
    quantity: Decimal
    level: Decimal
    stock_id: int


class LotAtRisk(NamedTuple):
    """A lot whose last day is near or has passed."""

    batch_id: int
    product: str
    branch: str
    unit: str
    number: str
    expires: date
    quantity: Decimal


class DeadProduct(NamedTuple):
    """Goods that have lain for long and of which nothing has gone out."""

    product_id: int
    product: str
    branch: str
    unit: str
    quantity: Decimal
    value: Decimal


class TransferUnderWay(NamedTuple):
    """A transfer that is not finished; ``since`` is when it came to be as it is."""

    id: int
    number: str
    source: str
    target: str
    status: str
    since: datetime


class PurchaseExpected(NamedTuple):
    """Goods that were ordered and have not come."""

    id: int
    number: str
    supplier: str | None
    branch: str
    expected_on: date | None
    total: Decimal


class CountOpen(NamedTuple):
    """A stock count that is not posted."""

    id: int
    number: str
    branch: str
    status: str
    since: datetime


class Warehouse:
    """Questions about the stock of some branches, each by one statement; None where the person may not ask it."""

    def __init__(self, actor: Actor, branch_ids: Sequence[int], now: datetime) -> None:
        self._actor = actor
        self._facts: dict[str, Any] = {
            "organization_id": actor.organization.id,
            "branches": array(branch_ids),
            "limit": TOP,
            "until": Watch(actor).until,
            "since": now - DEAD_AFTER,
        }

    def stock(self) -> list[StockOfBranch] | None:
        """What lies in each branch."""
        return self._rows(StockPermission.STOCK_READ, _STOCK, StockOfBranch)

    def low(self) -> list[LowProduct] | None:
        """What is emptiest against its level."""
        return self._rows(StockPermission.STOCK_READ, _LOW, LowProduct)

    def lots(self) -> list[LotAtRisk] | None:
        """What expires first."""
        return self._rows(StockPermission.BATCH_READ, _LOTS, LotAtRisk)

    def dead(self) -> list[DeadProduct] | None:
        """The dearest goods of which nothing has gone out for two months."""
        return self._rows(StockPermission.MOVEMENT_READ, _DEAD, DeadProduct)

    def transfers(self) -> list[TransferUnderWay] | None:
        """Transfers under way, the oldest first."""
        return self._rows(StockPermission.TRANSFER_READ, _TRANSFERS, TransferUnderWay)

    def purchases(self) -> list[PurchaseExpected] | None:
        """What is to come from suppliers, the first expected first."""
        return self._rows(PurchasingPermission.PURCHASE_READ, _PURCHASES, PurchaseExpected)

    def counts(self) -> list[CountOpen] | None:
        """Counts that are open or wait to be posted."""
        return self._rows(StockPermission.COUNT_READ, _COUNTS, CountOpen)

    def _rows(self, permission: str, statement: str, kind: Any) -> list[Any] | None:
        if not self._actor.can(permission):
            return None
        return [kind(*row) for row in send(statement, self._facts)]
