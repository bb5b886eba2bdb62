"""What must be true of purchases."""

from smartpos.core.books import ONLY, Check
from smartpos.purchasing.queries.payments import payment_checks

_ITEMS = f"""
SELECT organization_id, purchase_id AS id, sum(total) AS total, sum(tax_amount) AS tax, sum(cost_share) AS share
FROM purchase_items WHERE {ONLY} GROUP BY organization_id, purchase_id
"""
_COSTS = f"""
SELECT organization_id, purchase_id AS id, sum(amount) AS amount FROM purchase_costs
WHERE {ONLY} GROUP BY organization_id, purchase_id
"""
_PURCHASES = f"SELECT * FROM purchases WHERE {ONLY}"
_MOVED = f"""
SELECT organization_id, origin_id AS id, product_id, sum(quantity) AS quantity, sum(value) AS value,
       min(id) AS first_id, max(id) AS last_id, branch_id
FROM inventory_movements WHERE {ONLY} AND origin_kind = 'purchase' AND quantity <> 0
GROUP BY organization_id, origin_id, product_id, branch_id
"""
_MEANT = f"""
SELECT item.organization_id, item.purchase_id AS id, item.product_id, sum(item.received_quantity) AS quantity,
       sum(item.total - CASE WHEN purchase.vat_recoverable THEN item.tax_amount ELSE 0 END + item.cost_share) AS value
FROM (SELECT * FROM purchase_items WHERE {ONLY}) AS item
JOIN purchases AS purchase
  ON purchase.organization_id = item.organization_id AND purchase.id = item.purchase_id
WHERE purchase.status = 'confirmed' AND item.received_quantity <> 0
GROUP BY item.organization_id, item.purchase_id, item.product_id
"""
_PRODUCT = "'purchase id ' || id || ', product ' || product_id"


def _head(recorded: str, computed: str, parts: str, where: str = "true") -> str:
    return f"""
    SELECT organization_id, 'purchase ' || purchase.number, {recorded}, {computed}
    FROM ({_PURCHASES}) AS purchase LEFT JOIN ({parts}) AS part USING (organization_id, id)
    WHERE ({recorded}) <> coalesce({computed}, 0) AND {where}
    """


def book_checks() -> list[Check]:
    """The laws of purchases, their stock and their debts, and of payments to suppliers."""
    return [
        Check("purchase total = sum of its lines", _head("purchase.total_amount", "part.total", _ITEMS)),
        Check("purchase VAT = sum of its lines", _head("purchase.tax_amount", "part.tax", _ITEMS)),
        Check(
            "purchase total = subtotal + VAT on top",
            f"""
            SELECT organization_id, 'purchase ' || number, total_amount, computed
            FROM (
                SELECT *, subtotal + CASE WHEN vat_included THEN 0 ELSE tax_amount END AS computed
                FROM purchases WHERE {ONLY}
            ) AS purchase
            WHERE total_amount <> computed
            """,
        ),
        Check(
            "landed costs of a purchase = sum of them",
            _head("purchase.costs_amount", "part.amount", _COSTS, "purchase.type = 'purchase'"),
        ),
        Check(
            "landed costs of a confirmed purchase = shares of its lines",
            _head(
                "purchase.costs_amount", "part.share", _ITEMS, "purchase.status IN ('confirmed', 'reverted')"
            ),
        ),
        *_in_stock(),
        *_owed(),
        *payment_checks(),
    ]


def _in_stock() -> list[Check]:
    return [
        Check(
            "what came into stock = what confirmed purchases brought",
            f"""
            SELECT organization_id, {_PRODUCT}, moved.quantity, meant.quantity
            FROM ({_MOVED}) AS moved JOIN ({_MEANT}) AS meant USING (organization_id, id, product_id)
            WHERE moved.quantity <> meant.quantity
            """,
        ),
        Check(
            "worth of what came into stock = what confirmed purchases cost",
            f"""
            SELECT organization_id, {_PRODUCT}, moved.value, meant.value
            FROM ({_MOVED}) AS moved JOIN ({_MEANT}) AS meant USING (organization_id, id, product_id)
            WHERE moved.value <> meant.value AND meant.quantity > 0
            """,
        ),
        Check(
            "nothing moved for a purchase that is not confirmed; what was reverted is back",
            f"""
            SELECT moved.organization_id, 'purchase ' || purchase.number || ', product ' || moved.product_id,
                   moved.quantity, 0
            FROM ({_MOVED}) AS moved
            LEFT JOIN purchases AS purchase
              ON purchase.organization_id = moved.organization_id AND purchase.id = moved.id
            WHERE purchase.status IS DISTINCT FROM 'confirmed' AND moved.quantity <> 0
            """,
        ),
        Check(
            # What went out in between took its share of the value along, so that no more than the rest can go back.
            "what was reverted is back at the value it had, unless some of it was sold meanwhile",
            f"""
            SELECT moved.organization_id, 'purchase ' || purchase.number || ', product ' || moved.product_id,
                   moved.value, 0
            FROM ({_MOVED}) AS moved
            JOIN purchases AS purchase
              ON purchase.organization_id = moved.organization_id AND purchase.id = moved.id
            WHERE purchase.status = 'reverted' AND moved.value <> 0
              AND NOT EXISTS (
                  SELECT FROM inventory_movements AS other
                  WHERE other.organization_id = moved.organization_id AND other.branch_id = moved.branch_id
                    AND other.product_id = moved.product_id
                    AND other.id > moved.first_id AND other.id < moved.last_id
                    AND (other.origin_kind <> 'purchase' OR other.origin_id <> moved.id OR other.quantity = 0)
              )
            """,
        ),
    ]


def _owed() -> list[Check]:
    entered = f"""
        SELECT organization_id, origin_id AS id, sum(amount) AS amount FROM supplier_transactions
        WHERE {ONLY} AND origin_kind = 'purchase' GROUP BY organization_id, origin_id
    """
    return [
        Check(
            "what suppliers are owed for purchases = their totals",
            f"""
            SELECT organization_id, 'purchase id ' || id, coalesce(entered.amount, 0), coalesce(purchase.owed, 0)
            FROM ({entered}) AS entered
            FULL JOIN (
                SELECT organization_id, id, total_amount AS owed FROM purchases
                WHERE {ONLY} AND status = 'confirmed' AND supplier_id IS NOT NULL
            ) AS purchase USING (organization_id, id)
            WHERE coalesce(entered.amount, 0) <> coalesce(purchase.owed, 0)
            """,
        ),
    ]
