"""What must be true of customers' accounts: balances equal the sums of the ledger."""

from smartpos.core.books import ONLY, Check

_LEDGER = f"""
SELECT organization_id, customer_id AS id, sum(amount) AS balance, sum(points_earned - points_used) AS points
FROM customer_transactions WHERE {ONLY} GROUP BY organization_id, customer_id
"""


def _balance(column: str) -> str:
    return f"""
    SELECT organization_id, 'customer ' || customer.customer_number, customer.{column}, coalesce(ledger.{column}, 0)
    FROM (SELECT * FROM customers WHERE {ONLY}) AS customer
    LEFT JOIN ({_LEDGER}) AS ledger USING (organization_id, id)
    WHERE customer.{column} <> coalesce(ledger.{column}, 0)
    """


def book_checks() -> list[Check]:
    """The laws of customers' accounts."""
    return [
        Check("customer balance = sum of the account", _balance("balance")),
        Check("customer points = sum of the account", _balance("points")),
        Check(
            "a counter-entry takes back an entry of the same account",
            f"""
            SELECT organization_id, 'account entry ' || entry.id, entry.customer_id, first.customer_id
            FROM (SELECT * FROM customer_transactions WHERE {ONLY} AND reverses_id IS NOT NULL) AS entry
            LEFT JOIN (SELECT organization_id, id AS reverses_id, customer_id FROM customer_transactions) AS first
              USING (organization_id, reverses_id)
            WHERE first.customer_id IS DISTINCT FROM entry.customer_id
            """,
        ),
        Check(
            "who was deleted neither owes nor owns anything",
            f"""
            SELECT organization_id, 'customer ' || customer_number, balance, points FROM customers
            WHERE {ONLY} AND deleted_at IS NOT NULL AND (balance <> 0 OR points <> 0)
            """,
        ),
    ]
