"""What must be true of goods that came back."""

from smartpos.core.books import ONLY, Check

_BACK = f"""
SELECT organization_id, returns_id AS id, -sum(quantity) AS quantity, -sum(gross_amount) AS gross,
       -sum(promotion_amount) AS promotion, -sum(discount_amount) AS discount,
       -sum(cart_discount_amount) AS cart_discount, -sum(tax_amount) AS tax, -sum(total_amount) AS total,
       -sum(cost_amount) AS cost, bool_or(restock = 'none') AS some_lost
FROM sale_items WHERE {ONLY} AND returns_id IS NOT NULL GROUP BY organization_id, returns_id
"""
_LINES = f"""
SELECT item.*, back.quantity AS returned, back.gross AS back_gross, back.promotion AS back_promotion,
       back.discount AS back_discount, back.cart_discount AS back_cart_discount, back.tax AS back_tax,
       back.total AS back_total, back.cost AS back_cost, back.some_lost,
       item.gross_amount - item.promotion_amount - item.discount_amount - item.cart_discount_amount AS net,
       item.gross_amount - item.promotion_amount - item.discount_amount AS with_cart,
       item.gross_amount - item.promotion_amount AS with_discount
FROM (SELECT * FROM sale_items WHERE {ONLY}) AS item JOIN ({_BACK}) AS back USING (organization_id, id)
"""


def _share(amount: str) -> str:
    # In whole numbers: a quotient would be rounded before it is rounded.
    return f"div(200 * {amount} * returned + quantity, 2 * quantity) * 0.01"


def _component(name: str, recorded: str, computed: str, condition: str = "true") -> Check:
    return Check(
        f"{name} of what came back = its share of the line",
        f"""
        SELECT organization_id, 'sale item ' || id, {recorded}, {computed} FROM ({_LINES}) AS line
        WHERE quantity > 0 AND {condition} AND {recorded} <> {computed}
        """,
    )


def return_checks() -> list[Check]:
    """The laws of refunds and exchanges."""
    return [*_lines(), *_receipts(), *_goods()]


def _lines() -> list[Check]:
    net, with_cart, with_discount = _share("net"), _share("with_cart"), _share("with_discount")
    gross, tax = _share("gross_amount"), _share("tax_amount")
    return [
        Check(
            "what came back <= what was sold",
            f"""
            SELECT organization_id, 'sale item ' || id, returned, quantity FROM ({_LINES}) AS line
            WHERE returned > quantity OR returned <= 0
            """,
        ),
        Check(
            "a line gives back one of the receipt that its own receipt names",
            f"""
            SELECT item.organization_id, 'sale item ' || item.id, sale.original_id, original.sale_id
            FROM (SELECT * FROM sale_items WHERE {ONLY} AND returns_id IS NOT NULL) AS item
            JOIN sales AS sale ON sale.organization_id = item.organization_id AND sale.id = item.sale_id
            JOIN sale_items AS original
              ON original.organization_id = item.organization_id AND original.id = item.returns_id
            WHERE sale.original_id IS DISTINCT FROM original.sale_id OR item.product_id <> original.product_id
            """,
        ),
        _component("gross", "back_gross", gross),
        _component("promotion", "back_promotion", f"({gross} - {with_discount})"),
        _component("discount", "back_discount", f"({with_discount} - {with_cart})"),
        _component("receipt's discount", "back_cart_discount", f"({with_cart} - {net})"),
        _component("tax", "back_tax", tax),
        _component("total", "back_total", f"({net} + CASE WHEN vat_included THEN 0 ELSE {tax} END)"),
        _component("cost", "back_cost", _share("cost_amount"), "NOT some_lost"),
    ]


def _receipts() -> list[Check]:
    given = f"""
        SELECT organization_id, original_id AS id, sum(returned_amount) AS amount
        FROM sales WHERE {ONLY} AND original_id IS NOT NULL GROUP BY organization_id, original_id
    """
    return [
        Check(
            "status of a receipt = what came back of its lines",
            f"""
            SELECT organization_id, 'sale ' || number, status, computed FROM (
                SELECT sale.organization_id, sale.number, sale.status,
                       CASE WHEN coalesce(line.returned, 0) = 0 THEN 'completed'
                            WHEN line.open = 0 THEN 'returned' ELSE 'partly_returned' END AS computed
                FROM (SELECT * FROM sales WHERE {ONLY}) AS sale LEFT JOIN (
                    SELECT item.organization_id, item.sale_id AS id, count(back.id) AS returned,
                           count(*) FILTER (WHERE back.quantity IS DISTINCT FROM item.quantity) AS open
                    FROM (SELECT * FROM sale_items WHERE {ONLY} AND quantity > 0) AS item
                    LEFT JOIN ({_BACK}) AS back USING (organization_id, id)
                    GROUP BY item.organization_id, item.sale_id
                ) AS line USING (organization_id, id)
            ) AS sale WHERE status <> computed
            """,
        ),
        Check(
            "what was given back of a receipt <= what it cost, and all of it in the end",
            f"""
            SELECT organization_id, 'sale ' || sale.number, given.amount,
                   greatest(sale.total_amount + sale.returned_amount, 0)
            FROM (SELECT * FROM sales WHERE {ONLY}) AS sale JOIN ({given}) AS given USING (organization_id, id)
            WHERE given.amount > greatest(sale.total_amount + sale.returned_amount, 0)
               OR (sale.status = 'returned'
                   AND given.amount <> greatest(sale.total_amount + sale.returned_amount, 0))
            """,
        ),
        Check(
            "points that a receipt earned are taken back with the last of it",
            f"""
            SELECT organization_id, 'sale ' || sale.number, lost.points, -earned.points
            FROM (SELECT * FROM sales WHERE {ONLY} AND status = 'returned') AS sale
            JOIN (
                SELECT organization_id, origin_id AS id, sum(points_earned) AS points FROM customer_transactions
                WHERE {ONLY} AND origin_kind = 'sale' AND transaction_type = 'sale'
                GROUP BY organization_id, origin_id
            ) AS earned USING (organization_id, id)
            JOIN (
                SELECT entry.organization_id, back.original_id AS id, sum(entry.points_earned) AS points
                FROM (
                    SELECT * FROM customer_transactions
                    WHERE {ONLY} AND origin_kind = 'sale' AND transaction_type = 'refund'
                ) AS entry
                JOIN sales AS back ON back.organization_id = entry.organization_id AND back.id = entry.origin_id
                GROUP BY entry.organization_id, back.original_id
            ) AS lost USING (organization_id, id)
            WHERE lost.points <> -earned.points
            """,
        ),
    ]


def _goods() -> list[Check]:
    return [
        Check(
            "what did not come back moved nothing and kept no cost",
            f"""
            SELECT organization_id, 'sale item ' || id, cost_amount, 0 FROM sale_items
            WHERE {ONLY} AND restock = 'none' AND (cost_amount <> 0 OR is_tracked)
            """,
        ),
        Check(
            "what came back damaged was written off",
            f"""
            SELECT damaged.organization_id, 'sale ' || number || ', product ' || damaged.product_id, gone.quantity,
                   damaged.quantity
            FROM (
                SELECT item.organization_id, sale.number, sale.client_uuid, item.product_id,
                       sum(round(item.quantity * item.multiplier, 3)) AS quantity
                FROM (SELECT * FROM sale_items WHERE {ONLY} AND restock = 'damaged' AND is_tracked) AS item
                JOIN sales AS sale ON sale.organization_id = item.organization_id AND sale.id = item.sale_id
                GROUP BY item.organization_id, sale.number, sale.client_uuid, item.product_id
            ) AS damaged
            LEFT JOIN (
                SELECT document.organization_id, document.client_uuid, movement.product_id,
                       sum(movement.quantity) AS quantity
                FROM (SELECT * FROM stock_adjustments WHERE {ONLY} AND client_uuid LIKE 'refund:%%') AS document
                JOIN inventory_movements AS movement
                  ON movement.organization_id = document.organization_id
                 AND movement.origin_kind = 'stock_adjustment' AND movement.origin_id = document.id
                GROUP BY document.organization_id, document.client_uuid, movement.product_id
            ) AS gone
              ON gone.organization_id = damaged.organization_id AND gone.product_id = damaged.product_id
             AND gone.client_uuid = 'refund:' || damaged.client_uuid
            WHERE gone.quantity IS DISTINCT FROM damaged.quantity
            """,
        ),
    ]
