"""What must be true of production: nothing is lost, and nothing comes from nowhere."""

from smartpos.core.books import ONLY, Check

_COMPLETIONS = f"SELECT * FROM production_completions WHERE {ONLY}"
_USED = f"""
SELECT organization_id, completion_id AS id, sum(value) AS value FROM production_uses
WHERE {ONLY} GROUP BY organization_id, completion_id
"""
_YIELDED = f"""
SELECT organization_id, completion_id AS id,
       coalesce(sum(quantity) FILTER (WHERE kind = 'product'), 0) AS good,
       coalesce(sum(quantity) FILTER (WHERE kind = 'scrap'), 0) AS scrapped,
       coalesce(sum(value) FILTER (WHERE kind = 'product'), 0) AS output,
       coalesce(sum(value) FILTER (WHERE kind = 'by_product'), 0) AS besides,
       coalesce(sum(value) FILTER (WHERE kind = 'scrap'), 0) AS scrap
FROM production_outputs WHERE {ONLY} GROUP BY organization_id, completion_id
"""
# What a completion means for stock: what came out less what went in. Scrap comes to no stock.
_MEANT = f"""
SELECT organization_id, completion_id AS id, product_id, sum(quantity) AS quantity, sum(value) AS value
FROM (
    SELECT organization_id, completion_id, product_id, quantity, value FROM production_outputs
    WHERE {ONLY} AND kind <> 'scrap'
    UNION ALL
    SELECT organization_id, completion_id, product_id, -quantity, -value FROM production_uses
    WHERE {ONLY} AND quantity > 0
) AS part GROUP BY organization_id, completion_id, product_id
"""
# Rows of quantity zero put right what had gone out at a guess; they are no part of what was made.
_MOVED = f"""
SELECT organization_id, origin_id AS id, product_id, sum(quantity) AS quantity, sum(value) AS value
FROM inventory_movements WHERE {ONLY} AND origin_kind = 'production_completion' AND quantity <> 0
GROUP BY organization_id, origin_id, product_id
"""
_SUBJECT = "'completion id ' || completion.id"
_STANDING = f"""
SELECT organization_id, order_id AS id, sum(quantity) AS quantity_completed,
       sum(scrapped_quantity) AS quantity_scrapped, sum(material_cost) AS material_cost,
       sum(labor_cost) AS labor_cost, sum(overhead_cost) AS overhead_cost, sum(scrap_cost) AS scrap_cost
FROM production_completions WHERE {ONLY} AND reverted_at IS NULL GROUP BY organization_id, order_id
"""


def _rows_of(recorded: str, computed: str, parts: str) -> str:
    return f"""
    SELECT organization_id, {_SUBJECT}, completion.{recorded}, coalesce(part.{computed}, 0)
    FROM ({_COMPLETIONS}) AS completion LEFT JOIN ({parts}) AS part USING (organization_id, id)
    WHERE completion.{recorded} <> coalesce(part.{computed}, 0)
    """


def _order(column: str) -> str:
    return f"""
    SELECT organization_id, 'production order ' || made.number, made.{column}, coalesce(part.{column}, 0)
    FROM (SELECT * FROM production_orders WHERE {ONLY}) AS made
    LEFT JOIN ({_STANDING}) AS part USING (organization_id, id)
    WHERE made.{column} <> coalesce(part.{column}, 0)
    """


def _ledger(column: str) -> str:
    """What stands in the ledger is what was used and yielded; what was kept without stock is in no ledger."""
    return f"""
    SELECT completion.organization_id, {_SUBJECT} || ', product ' || coalesce(moved.product_id, meant.product_id),
           moved.{column}, meant.{column}
    FROM ({_MOVED}) AS moved
    FULL JOIN ({_MEANT}) AS meant USING (organization_id, id, product_id)
    JOIN production_completions AS completion USING (organization_id, id)
    LEFT JOIN products AS product
      ON product.organization_id = completion.organization_id AND product.id = meant.product_id
    WHERE completion.reverted_at IS NULL AND moved.{column} IS DISTINCT FROM meant.{column}
      AND (moved.product_id IS NOT NULL
           OR (product.track_inventory AND product.type NOT IN ('service', 'digital') AND meant.quantity <> 0))
    """


def book_checks() -> list[Check]:
    """The laws of production orders, of what they have yielded, and of the machines they run on."""
    return [
        Check(
            "what a completion consumed and cost = what it yielded with by-products and scrap",
            f"""
            SELECT organization_id, {_SUBJECT}, material_cost + labor_cost + overhead_cost,
                   output_cost + by_product_cost + scrap_cost
            FROM ({_COMPLETIONS}) AS completion
            WHERE material_cost + labor_cost + overhead_cost <> output_cost + by_product_cost + scrap_cost
            """,
        ),
        Check("material cost of a completion = sum of its uses", _rows_of("material_cost", "value", _USED)),
        Check("output cost of a completion = its goods", _rows_of("output_cost", "output", _YIELDED)),
        Check(
            "by-product cost of a completion = its by-products",
            _rows_of("by_product_cost", "besides", _YIELDED),
        ),
        Check("scrap cost of a completion = its scrap", _rows_of("scrap_cost", "scrap", _YIELDED)),
        Check("quantity of a completion = its goods", _rows_of("quantity", "good", _YIELDED)),
        Check(
            "scrapped quantity of a completion = its scrap",
            _rows_of("scrapped_quantity", "scrapped", _YIELDED),
        ),
        Check("what a completion moved = what it yielded - what it used", _ledger("quantity")),
        Check("value that a completion moved = what it yielded - what it used", _ledger("value")),
        Check(
            "a completion that was taken back moved nothing in the end",
            f"""
            SELECT moved.organization_id, {_SUBJECT} || ', product ' || moved.product_id, moved.quantity, 0
            FROM (SELECT organization_id, origin_id AS id, product_id, batch_id, sum(quantity) AS quantity
                  FROM inventory_movements WHERE {ONLY} AND origin_kind = 'production_completion'
                  GROUP BY organization_id, origin_id, product_id, batch_id) AS moved
            JOIN production_completions AS completion USING (organization_id, id)
            WHERE completion.reverted_at IS NOT NULL AND moved.quantity <> 0
            """,
        ),
        *(
            Check(f"{column.replace('_', ' ')} of a production order = its completions", _order(column))
            for column in (
                "quantity_completed",
                "quantity_scrapped",
                "material_cost",
                "labor_cost",
                "overhead_cost",
                "scrap_cost",
            )
        ),
        Check(
            "used quantity of a material = what the completions of its order used",
            f"""
            SELECT organization_id, 'production order id ' || order_id || ', product ' || product_id,
                   coalesce(material.used_quantity, 0), coalesce(used.quantity, 0)
            FROM (SELECT * FROM production_materials WHERE {ONLY}) AS material
            FULL JOIN (
                SELECT use.organization_id, completion.order_id, use.product_id, sum(use.quantity) AS quantity
                FROM (SELECT * FROM production_uses WHERE {ONLY}) AS use
                JOIN production_completions AS completion
                  ON completion.organization_id = use.organization_id AND completion.id = use.completion_id
                WHERE completion.reverted_at IS NULL
                GROUP BY use.organization_id, completion.order_id, use.product_id
            ) AS used USING (organization_id, order_id, product_id)
            WHERE coalesce(material.used_quantity, 0) <> coalesce(used.quantity, 0)
            """,
        ),
        Check(
            "a machine is busy exactly while an order is in progress on it",
            f"""
            SELECT organization_id, 'machine ' || machine.code, (machine.status = 'busy')::int,
                   coalesce(running.orders, 0)
            FROM (SELECT * FROM machines WHERE {ONLY}) AS machine
            LEFT JOIN (SELECT organization_id, machine_id AS id, count(*) AS orders FROM production_orders
                       WHERE {ONLY} AND status = 'in_progress' AND machine_id IS NOT NULL
                       GROUP BY organization_id, machine_id) AS running USING (organization_id, id)
            WHERE (machine.status = 'busy')::int <> coalesce(running.orders, 0)
            """,
        ),
        Check(
            "somebody works on an order exactly while it is in progress",
            f"""
            SELECT organization_id, 'production order ' || made.number, (made.status = 'in_progress')::int,
                   coalesce(work.spells, 0)
            FROM (SELECT * FROM production_orders WHERE {ONLY}) AS made
            LEFT JOIN (SELECT organization_id, order_id AS id, count(*) AS spells FROM production_spells
                       WHERE {ONLY} AND ended_at IS NULL GROUP BY organization_id, order_id) AS work
              USING (organization_id, id)
            WHERE (made.status = 'in_progress')::int <> coalesce(work.spells, 0)
            """,
        ),
        Check(
            "what is set aside for a production order <= what it still takes",
            f"""
            SELECT promised.organization_id, 'production order id ' || promised.origin_id || ', product '
                   || promised.product_id, promised.quantity,
                   CASE WHEN made.status IN ('completed', 'cancelled') OR made.branch_id <> promised.branch_id THEN 0
                        ELSE coalesce(material.planned_quantity - material.used_quantity, 0) END
            FROM (SELECT * FROM stock_reservations WHERE {ONLY} AND origin_kind = 'production_order') AS promised
            LEFT JOIN production_orders AS made
              ON made.organization_id = promised.organization_id AND made.id = promised.origin_id
            LEFT JOIN production_materials AS material
              ON material.organization_id = promised.organization_id AND material.order_id = promised.origin_id
             AND material.product_id = promised.product_id
            WHERE promised.quantity >
                   CASE WHEN made.status IN ('completed', 'cancelled') OR made.branch_id <> promised.branch_id THEN 0
                        ELSE coalesce(material.planned_quantity - material.used_quantity, 0) END
            """,
        ),
    ]
