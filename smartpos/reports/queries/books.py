"""What must be true of the summaries, and of all books together: this is the top floor that proves them."""

from smartpos.core.books import ONLY, Check, Difference, differences
from smartpos.sales.queries import books

# What is beyond the mark is not summed up yet, and does not count.
_SETTLED = f"""
SELECT sale.* FROM (SELECT * FROM sales WHERE {ONLY}) AS sale
JOIN summary_marks AS mark ON mark.organization_id = sale.organization_id AND sale.id <= mark.last_sale_id
"""
_OF_LINES = """
FROM settled AS sale JOIN sale_items AS item ON item.organization_id = sale.organization_id AND item.sale_id = sale.id
"""
_OF_PAYMENTS = """
FROM settled AS sale
JOIN sale_payments AS payment ON payment.organization_id = sale.organization_id AND payment.sale_id = sale.id
"""


def _equal(
    table: str, columns: tuple[str, ...], computed: str, key: str = "", *, is_summed: bool = False
) -> str:
    """``columns`` of a summary against sums over receipts; ``key`` is what it is kept by besides day and branch."""
    keys = ", ".join(("organization_id", "business_date", "branch_id", *filter(None, (key,))))
    subject = "'day ' || business_date || ', branch id ' || branch_id"
    if key:
        subject += f" || ', {key} ' || {key}"
    recorded_row = ", ".join(f"recorded.{name}" for name in columns)
    computed_row = ", ".join(f"computed.{name}" for name in columns)
    kept = f"SELECT {keys}, {', '.join(columns)} FROM {table} WHERE {ONLY}"
    if is_summed:
        sums = ", ".join(f"sum({name}) AS {name}" for name in columns)
        kept = f"SELECT {keys}, {sums} FROM {table} WHERE {ONLY} GROUP BY {keys}"
    return f"""
    WITH settled AS ({_SETTLED})
    SELECT organization_id, {subject}, concat_ws(' ', {recorded_row}), concat_ws(' ', {computed_row})
    FROM ({kept}) AS recorded
    FULL JOIN (
        SELECT sale.organization_id, sale.business_date, sale.branch_id, {computed}
    ) AS computed USING ({keys})
    WHERE ROW({recorded_row}) IS DISTINCT FROM ROW({computed_row})
    """


def summary_checks() -> list[Check]:
    """The laws of summaries: each equals the sums of the receipts up to the mark of its tenant."""
    by_day = "GROUP BY sale.organization_id, sale.business_date, sale.branch_id"
    return [
        Check(
            "sales of a day = its receipts",
            _equal(
                "daily_sales",
                (
                    *("receipts", "refunds", "customers", "gross_amount", "discount_amount", "revenue"),
                    *("refunded_amount", "tax_amount", "cost_amount"),
                ),
                f"""count(*) FILTER (WHERE sale.type <> 'refund') AS receipts,
                    count(*) FILTER (WHERE sale.type = 'refund') AS refunds,
                    count(DISTINCT sale.customer_id) AS customers, sum(sale.gross_amount) AS gross_amount,
                    sum(sale.discount_amount) AS discount_amount, sum(sale.total_amount) AS revenue,
                    sum(sale.returned_amount) AS refunded_amount, sum(sale.tax_amount) AS tax_amount,
                    sum(sale.cost_amount) AS cost_amount
                    FROM settled AS sale {by_day}""",
            ),
        ),
        Check(
            "sales of a product on a day = lines of receipts",
            _equal(
                "daily_product_sales",
                ("quantity", "receipts", "discount_amount", "revenue", "tax_amount", "cost_amount"),
                f"""item.product_id, round(sum(item.quantity * item.multiplier), 3) AS quantity,
                    count(DISTINCT item.sale_id) AS receipts,
                    sum(item.promotion_amount + item.discount_amount + item.cart_discount_amount) AS discount_amount,
                    sum(item.total_amount) AS revenue, sum(item.tax_amount) AS tax_amount,
                    sum(item.cost_amount) AS cost_amount
                    {_OF_LINES} {by_day}, item.product_id""",
                "product_id",
            ),
        ),
        Check(
            # The hour itself is that of the time zone in force when it was summed up, so the day is compared.
            "sales by hour = receipts of the day",
            _equal(
                "hourly_sales",
                ("receipts", "revenue"),
                f"""count(*) FILTER (WHERE sale.type <> 'refund') AS receipts, sum(sale.total_amount) AS revenue
                    FROM settled AS sale {by_day}""",
                is_summed=True,
            ),
        ),
        Check(
            "payments of a day = payments of receipts",
            _equal(
                "daily_payments",
                ("payments", "amount"),
                f"""payment.method, count(*) AS payments, sum(payment.amount) AS amount
                    {_OF_PAYMENTS} {by_day}, payment.method""",
                "method",
            ),
        ),
    ]


def verify_books(organization_id: int | None = None) -> list[Difference]:
    """Where any books do not agree, of one organization or of all. In the platform scope."""
    found = books.verify_books(organization_id)
    return [*found, *differences(summary_checks(), organization_id)]
