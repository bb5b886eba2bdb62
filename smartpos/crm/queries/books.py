"""What must be true of customers' and suppliers' accounts: balances equal the sums of the ledgers."""

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


def _same_account(accounts: str, entries: str, key: str) -> Check:
    return Check(
        f"a counter-entry takes back an entry of the same account ({accounts})",
        f"""
        SELECT organization_id, 'account entry ' || entry.id, entry.{key}, first.{key}
        FROM (SELECT * FROM {entries} WHERE {ONLY} AND reverses_id IS NOT NULL) AS entry
        LEFT JOIN (SELECT organization_id, id AS reverses_id, {key} FROM {entries}) AS first
          USING (organization_id, reverses_id)
        WHERE first.{key} IS DISTINCT FROM entry.{key}
        """,
    )


def book_checks() -> list[Check]:
    """The laws of customers' and suppliers' accounts."""
    return [
        Check("customer balance = sum of the account", _balance("balance")),
        Check("customer points = sum of the account", _balance("points")),
        _same_account("customers", "customer_transactions", "customer_id"),
        Check(
            "who was deleted neither owes nor owns anything",
            f"""
            SELECT organization_id, 'customer ' || customer_number, balance, points FROM customers
            WHERE {ONLY} AND deleted_at IS NOT NULL AND (balance <> 0 OR points <> 0)
            """,
        ),
        Check(
            "supplier balance = sum of the account",
            f"""
            SELECT organization_id, 'supplier ' || supplier.id || ' ' || supplier.name, supplier.balance,
                   coalesce(ledger.balance, 0)
            FROM (SELECT * FROM suppliers WHERE {ONLY}) AS supplier
            LEFT JOIN (
                SELECT organization_id, supplier_id AS id, sum(amount) AS balance FROM supplier_transactions
                WHERE {ONLY} GROUP BY organization_id, supplier_id
            ) AS ledger USING (organization_id, id)
            WHERE supplier.balance <> coalesce(ledger.balance, 0)
            """,
        ),
        _same_account("suppliers", "supplier_transactions", "supplier_id"),
        Check(
            "a deleted supplier neither is owed nor owns anything",
            f"""
            SELECT organization_id, 'supplier ' || id || ' ' || name, balance, 0 FROM suppliers
            WHERE {ONLY} AND deleted_at IS NOT NULL AND balance <> 0
            """,
        ),
    ]
