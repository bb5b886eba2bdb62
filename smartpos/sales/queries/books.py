"""What must be true of sales and shifts."""

from smartpos.core.books import ONLY, Check, Difference, differences
from smartpos.crm.queries import book_checks as account_checks
from smartpos.production.queries.books import book_checks as production_checks
from smartpos.purchasing.queries.books import book_checks as purchase_checks
from smartpos.sales.queries.debts import payment_checks
from smartpos.sales.queries.return_books import return_checks
from smartpos.sales.queries.shift_books import shift_checks
from smartpos.stock.queries import book_checks as stock_checks

_ITEMS = f"""
SELECT organization_id, sale_id AS id, sum(gross_amount) AS gross_amount,
       sum(promotion_amount + discount_amount + cart_discount_amount) AS discount_amount, sum(tax_amount) AS tax_amount,
       sum(total_amount) AS total_amount, sum(cost_amount) AS cost_amount
FROM sale_items WHERE {ONLY} GROUP BY organization_id, sale_id
"""
_PAYMENTS = f"""
SELECT organization_id, sale_id AS id, sum(amount) AS total_amount, sum(tendered_amount) AS tendered_amount
FROM sale_payments WHERE {ONLY} GROUP BY organization_id, sale_id
"""
_SALES = f"SELECT * FROM sales WHERE {ONLY}"


def _sale(recorded: str, computed: str, parts: str) -> str:
    return f"""
    SELECT organization_id, 'sale ' || sale.number, {recorded}, {computed}
    FROM ({_SALES}) AS sale LEFT JOIN ({parts}) AS part USING (organization_id, id)
    WHERE ({recorded}) <> coalesce({computed}, 0)
    """


def _account(column: str, paid: str, method: str) -> str:
    return f"""
    SELECT organization_id, 'sale id ' || id, entered.value, paid.value
    FROM (
        SELECT organization_id, origin_id AS id, sum({column}) AS value FROM customer_transactions
        WHERE {ONLY} AND origin_kind = 'sale' GROUP BY organization_id, origin_id
    ) AS entered
    FULL JOIN (
        SELECT organization_id, sale_id AS id, {paid} AS value FROM sale_payments
        WHERE {ONLY} AND method = '{method}' GROUP BY organization_id, sale_id
    ) AS paid USING (organization_id, id)
    WHERE coalesce(entered.value, 0) <> coalesce(paid.value, 0)
    """


def book_checks() -> list[Check]:
    """The laws of sales, their payments, their stock and their cash."""
    return [*_within_sales(), *_between_ledgers(), *shift_checks()]


def _within_sales() -> list[Check]:
    lines = [
        Check(f"sale {name} = sum of its lines", _sale(f"sale.{column}", f"part.{column}", _ITEMS))
        for name, column in (
            ("gross", "gross_amount"),
            ("discount", "discount_amount"),
            ("tax", "tax_amount"),
            ("cost", "cost_amount"),
        )
    ]
    return [
        *lines,
        Check(
            "sale total = sum of its lines + rounding",
            _sale("sale.total_amount - sale.rounding_amount", "part.total_amount", _ITEMS),
        ),
        Check(
            "sale total = sum of its payments",
            _sale("sale.total_amount", "part.total_amount", _PAYMENTS),
        ),
        Check(
            "tendered = sum of the tenders",
            _sale("sale.tendered_amount", "part.tendered_amount", _PAYMENTS),
        ),
        Check(
            "tendered - change = total",
            f"""
            SELECT organization_id, 'sale ' || number, tendered_amount - change_amount, total_amount
            FROM sales WHERE {ONLY} AND tendered_amount - change_amount <> total_amount
            """,
        ),
        Check(
            "line total = gross - discounts (+ tax on top)",
            f"""
            SELECT organization_id, 'sale item ' || id, total_amount, computed
            FROM (
                SELECT *, gross_amount - promotion_amount - discount_amount - cart_discount_amount
                          + CASE WHEN vat_included THEN 0 ELSE tax_amount END AS computed
                FROM sale_items WHERE {ONLY}
            ) AS item
            WHERE total_amount <> computed
            """,
        ),
    ]


def _between_ledgers() -> list[Check]:
    moved = f"""
        SELECT organization_id, origin_id AS sale_id, product_id, sum(quantity) AS quantity,
               sum(value) FILTER (WHERE quantity <> 0) AS value
        FROM inventory_movements WHERE {ONLY} AND origin_kind = 'sale'
        GROUP BY organization_id, origin_id, product_id
    """
    sold = f"""
        SELECT organization_id, sale_id, product_id, -sum(round(quantity * multiplier, 3)) AS quantity,
               -sum(cost_amount) AS cost, count(*) AS lines
        FROM sale_items WHERE {ONLY} AND is_tracked GROUP BY organization_id, sale_id, product_id
    """
    subject = "'sale id ' || sale_id || ', product ' || product_id"
    return [
        Check(
            "what left stock = what was sold",
            f"""
            SELECT organization_id, {subject}, moved.quantity, sold.quantity
            FROM ({moved}) AS moved FULL JOIN ({sold}) AS sold USING (organization_id, sale_id, product_id)
            WHERE moved.quantity IS DISTINCT FROM sold.quantity
            """,
        ),
        Check(
            "cost of sale lines = value of their movements",
            f"""
            SELECT organization_id, {subject}, sold.cost, moved.value
            FROM ({moved}) AS moved JOIN ({sold}) AS sold USING (organization_id, sale_id, product_id)
            WHERE abs(moved.value - sold.cost) > 0.005 * sold.lines
            """,
        ),
        Check(
            "cash ledger of sales = their cash payments, each currency by itself",
            f"""
            SELECT organization_id, 'sale id ' || sale_id || coalesce(' ' || currency, ''), cash.amount, paid.amount
            FROM (
                SELECT organization_id, origin_id AS sale_id, shift_id, coalesce(currency, '') AS currency,
                       sum(amount) AS amount
                FROM cash_entries
                WHERE {ONLY} AND origin_kind = 'sale' AND kind IN ('sale', 'refund', 'late')
                GROUP BY organization_id, origin_id, shift_id, coalesce(currency, '')
            ) AS cash
            FULL JOIN (
                SELECT payment.organization_id, payment.sale_id, sale.shift_id,
                       coalesce(payment.currency, '') AS currency,
                       sum(coalesce(payment.foreign_amount, payment.amount)) AS amount
                FROM (SELECT * FROM sale_payments WHERE {ONLY} AND method = 'cash') AS payment
                JOIN sales AS sale
                  ON sale.organization_id = payment.organization_id AND sale.id = payment.sale_id
                GROUP BY payment.organization_id, payment.sale_id, sale.shift_id, coalesce(payment.currency, '')
                HAVING sum(coalesce(payment.foreign_amount, payment.amount)) <> 0
            ) AS paid USING (organization_id, sale_id, shift_id, currency)
            WHERE cash.amount IS DISTINCT FROM paid.amount
            """,
        ),
        Check("credit of sales = their customers' accounts", _account("amount", "-sum(amount)", "credit")),
        Check(
            "points used in sales = their customers' accounts",
            _account("points_used", "sum(amount)", "points"),
        ),
        Check(
            "turnover of customers = their receipts",
            f"""
            SELECT organization_id, 'sale ' || sale.number, entry.turnover, sale.total_amount
            FROM ({_SALES} AND customer_id IS NOT NULL) AS sale
            LEFT JOIN (
                SELECT organization_id, origin_id AS id, sum(turnover) AS turnover FROM customer_transactions
                WHERE {ONLY} AND origin_kind = 'sale' GROUP BY organization_id, origin_id
            ) AS entry USING (organization_id, id)
            WHERE entry.turnover IS DISTINCT FROM sale.total_amount
            """,
        ),
    ]


def verify_books(organization_id: int | None = None) -> list[Difference]:
    """Where the books of stock, cash and sales do not agree, of one organization or of all. In the platform scope."""
    checks = [
        *stock_checks(),
        *account_checks(),
        *purchase_checks(),
        *production_checks(),
        *payment_checks(),
        *book_checks(),
    ]
    checks += return_checks()
    return list(differences(checks, organization_id))
