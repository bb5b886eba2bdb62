"""What must be true of stock: balances equal the sums of the ledger."""

from smartpos.core.books import ONLY, Check

_LEDGER = f"""
SELECT organization_id, branch_id, product_id, sum(quantity) AS quantity, sum(value) AS value
FROM inventory_movements WHERE {ONLY} GROUP BY organization_id, branch_id, product_id
"""
_LOT_LEDGER = f"""
SELECT organization_id, branch_id, product_id, batch_id, sum(quantity) AS quantity
FROM inventory_movements WHERE {ONLY} AND batch_id IS NOT NULL
GROUP BY organization_id, branch_id, product_id, batch_id
"""
_SUBJECT = "'branch ' || branch_id || ', product ' || product_id"


def _balance(column: str) -> str:
    return f"""
    SELECT organization_id, {_SUBJECT}, stock.{column}, ledger.{column}
    FROM (SELECT * FROM branch_stocks WHERE {ONLY}) AS stock
    FULL JOIN ({_LEDGER}) AS ledger USING (organization_id, branch_id, product_id)
    WHERE coalesce(stock.{column}, 0) <> coalesce(ledger.{column}, 0)
    """


def book_checks() -> list[Check]:
    """The laws of stock."""
    return [
        Check("stock quantity = sum of its movements", _balance("quantity")),
        Check("stock value = sum of its movements", _balance("value")),
        Check(
            "average cost = value / quantity",
            f"""
            SELECT organization_id, {_SUBJECT}, average_cost, round(value / quantity, 4) FROM branch_stocks
            WHERE {ONLY} AND quantity > 0 AND average_cost <> round(value / quantity, 4)
            """,
        ),
        Check(
            "nothing is worth nothing",
            f"""
            SELECT organization_id, {_SUBJECT}, value, 0 FROM branch_stocks
            WHERE {ONLY} AND quantity = 0 AND value <> 0
            """,
        ),
        Check(
            "quantity of a lot = sum of its movements",
            f"""
            SELECT organization_id, {_SUBJECT} || ', lot ' || batch_id, stock.quantity, ledger.quantity
            FROM (SELECT * FROM batch_stocks WHERE {ONLY}) AS stock
            FULL JOIN ({_LOT_LEDGER}) AS ledger USING (organization_id, branch_id, product_id, batch_id)
            WHERE coalesce(stock.quantity, 0) <> coalesce(ledger.quantity, 0)
            """,
        ),
        Check(
            "lots together <= stock quantity",
            f"""
            SELECT organization_id, {_SUBJECT}, coalesce(stock.quantity, 0), lots.quantity
            FROM (SELECT organization_id, branch_id, product_id, sum(quantity) AS quantity
                  FROM batch_stocks WHERE {ONLY} GROUP BY organization_id, branch_id, product_id) AS lots
            LEFT JOIN branch_stocks AS stock USING (organization_id, branch_id, product_id)
            WHERE lots.quantity > greatest(coalesce(stock.quantity, 0), 0)
            """,
        ),
        Check(
            "a lot is of the product that it is kept and moved as",
            f"""
            SELECT lot.organization_id, 'lot ' || lot.id, lot.product_id, moved.product_id
            FROM (SELECT organization_id, batch_id, product_id FROM ({_LOT_LEDGER}) AS ledger
                  UNION SELECT organization_id, batch_id, product_id FROM batch_stocks WHERE {ONLY}) AS moved
            JOIN batches AS lot ON lot.organization_id = moved.organization_id AND lot.id = moved.batch_id
            WHERE lot.product_id <> moved.product_id
            """,
        ),
        Check(
            "reserved quantity = sum of its reservations",
            f"""
            SELECT organization_id, {_SUBJECT}, stock.reserved_quantity, promised.quantity
            FROM (SELECT * FROM branch_stocks WHERE {ONLY}) AS stock
            FULL JOIN (SELECT organization_id, branch_id, product_id, sum(quantity) AS quantity
                       FROM stock_reservations WHERE {ONLY} GROUP BY organization_id, branch_id, product_id) AS promised
              USING (organization_id, branch_id, product_id)
            WHERE coalesce(stock.reserved_quantity, 0) <> coalesce(promised.quantity, 0)
            """,
        ),
    ]
