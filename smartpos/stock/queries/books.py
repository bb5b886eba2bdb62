"""What must be true of stock: balances equal the sums of the ledger."""

from smartpos.core.books import ONLY, Check

_LEDGER = f"""
SELECT organization_id, branch_id, product_id, sum(quantity) AS quantity, sum(value) AS value
FROM inventory_movements WHERE {ONLY} GROUP BY organization_id, branch_id, product_id
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
    ]
