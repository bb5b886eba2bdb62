"""The figures of the dashboard of production."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor

TOP = 8

_NOW = """
SELECT count(*) FILTER (WHERE status = 'in_progress'),
       count(*) FILTER (WHERE status IN ('pending', 'scheduled')),
       count(*) FILTER (WHERE status = 'on_hold'),
       count(*) FILTER (WHERE due_at < %(now)s)
FROM production_orders
WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])
  AND status = ANY (ARRAY['pending', 'scheduled', 'in_progress', 'on_hold'])
"""
_MACHINES = """
SELECT machine.id, machine.name, branch.name, machine.status, machine.status_since, running.id, running.number,
       product.name, machine.next_upkeep_on
FROM machines AS machine
JOIN branches AS branch ON branch.organization_id = machine.organization_id AND branch.id = machine.branch_id
LEFT JOIN production_orders AS running
  ON running.organization_id = machine.organization_id AND running.machine_id = machine.id
     AND running.status = 'in_progress'
LEFT JOIN products AS product
  ON product.organization_id = running.organization_id AND product.id = running.product_id
WHERE machine.organization_id = %(organization_id)s AND machine.branch_id = ANY (%(branches)s::bigint[])
  AND machine.deleted_at IS NULL
ORDER BY array_position(ARRAY['busy', 'maintenance', 'free', 'off'], machine.status::text), machine.name, machine.id
"""
_DUE = """
SELECT the.id, the.number, product.name, branch.name, the.status, the.due_at,
       greatest(the.quantity_to_produce - the.quantity_completed - the.quantity_scrapped, 0), unit.name
FROM production_orders AS the
JOIN branches AS branch ON branch.organization_id = the.organization_id AND branch.id = the.branch_id
JOIN products AS product ON product.organization_id = the.organization_id AND product.id = the.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE the.organization_id = %(organization_id)s AND the.branch_id = ANY (%(branches)s::bigint[])
  AND the.status NOT IN ('completed', 'cancelled') AND the.due_at IS NOT NULL
ORDER BY the.due_at, the.id LIMIT %(limit)s
"""
# Both periods at once: the one that is looked at, and as many days before it.
_DONE = """
SELECT count(*) FILTER (WHERE completed_at >= %(since)s),
       coalesce(sum(quantity) FILTER (WHERE completed_at >= %(since)s), 0),
       coalesce(sum(scrapped_quantity) FILTER (WHERE completed_at >= %(since)s), 0),
       coalesce(sum(scrap_cost) FILTER (WHERE completed_at >= %(since)s), 0),
       coalesce(sum(output_cost + by_product_cost) FILTER (WHERE completed_at >= %(since)s), 0),
       count(*) FILTER (WHERE completed_at < %(since)s),
       coalesce(sum(quantity) FILTER (WHERE completed_at < %(since)s), 0),
       coalesce(sum(scrapped_quantity) FILTER (WHERE completed_at < %(since)s), 0),
       coalesce(sum(output_cost + by_product_cost) FILTER (WHERE completed_at < %(since)s), 0)
FROM production_completions
WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])
  AND completed_at >= %(before)s AND completed_at < %(until)s AND reverted_at IS NULL
"""
_PRODUCTS = """
SELECT done.product_id, product.name, unit.name, sum(done.quantity), sum(done.scrapped_quantity),
       sum(done.material_cost + done.labor_cost + done.overhead_cost), sum(done.standard_cost)
FROM production_completions AS done
JOIN products AS product ON product.organization_id = done.organization_id AND product.id = done.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE done.organization_id = %(organization_id)s AND done.branch_id = ANY (%(branches)s::bigint[])
  AND done.completed_at >= %(since)s AND done.completed_at < %(until)s AND done.reverted_at IS NULL
GROUP BY done.product_id, product.name, unit.name
ORDER BY sum(done.material_cost + done.labor_cost + done.overhead_cost) DESC, done.product_id LIMIT %(limit)s
"""
_DAYS = """
WITH day AS (
    SELECT day::date AS day FROM generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp,
                                                 interval '1 day') AS day
), planned AS (
    SELECT (coalesce(planned_end_at, due_at) AT TIME ZONE %(zone)s)::date AS day, count(*) AS orders
    FROM production_orders
    WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])
      AND status <> 'cancelled' AND planned_start_at >= %(chart_since)s - interval '14 days'
      AND coalesce(planned_end_at, due_at) >= %(chart_since)s AND coalesce(planned_end_at, due_at) < %(until)s
    GROUP BY 1
), finished AS (
    SELECT (completed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS orders
    FROM production_orders
    WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])
      AND completed_at >= %(chart_since)s AND completed_at < %(until)s
    GROUP BY 1
)
SELECT day.day, coalesce(planned.orders, 0), coalesce(finished.orders, 0)
FROM day LEFT JOIN planned ON planned.day = day.day LEFT JOIN finished ON finished.day = day.day ORDER BY day.day
"""
# What open orders still want of each material, against what lies there.
_SHORT = """
SELECT want.product_id, product.name, branch.name, unit.name, want.quantity, coalesce(stock.quantity, 0)
FROM (
    SELECT the.branch_id, material.product_id,
           sum(greatest(material.planned_quantity - material.used_quantity, 0)) AS quantity
    FROM production_orders AS the
    JOIN production_materials AS material
      ON material.organization_id = the.organization_id AND material.order_id = the.id
    WHERE the.organization_id = %(organization_id)s AND the.branch_id = ANY (%(branches)s::bigint[])
      AND the.status = ANY (ARRAY['pending', 'scheduled', 'in_progress', 'on_hold'])
    GROUP BY the.branch_id, material.product_id
) AS want
JOIN branches AS branch ON branch.organization_id = %(organization_id)s AND branch.id = want.branch_id
JOIN products AS product ON product.organization_id = %(organization_id)s AND product.id = want.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
LEFT JOIN branch_stocks AS stock
  ON stock.organization_id = %(organization_id)s AND stock.branch_id = want.branch_id
     AND stock.product_id = want.product_id
WHERE product.track_inventory AND want.quantity > coalesce(stock.quantity, 0)
ORDER BY coalesce(stock.quantity, 0) / want.quantity, product.name, branch.id LIMIT %(limit)s
"""


class OrdersNow(NamedTuple):
    """How many orders are open, and how many of them should be finished."""

    running: int
    waiting: int
    on_hold: int
    late: int


class MachineNow(NamedTuple):
    """What a machine does at this moment, and on which order."""

    id: int
    name: str
    branch: str
    status: str
    since: datetime
    order_id: int | None
    order: str | None
    product: str | None
    next_upkeep_on: date | None


class OrderDue(NamedTuple):
    """An open order that is wanted by a moment; ``left`` is what is still to be made of it."""

    id: int
    number: str
    product: str
    branch: str
    status: str
    due_at: datetime
    left: Decimal
    unit: str


class Done(NamedTuple):
    """What was completed in a period and in as many days before it; money at cost."""

    completions: int
    good: Decimal
    scrapped: Decimal
    scrap_cost: Decimal
    worth: Decimal
    completions_before: int
    good_before: Decimal
    scrapped_before: Decimal
    worth_before: Decimal


class MadeProduct(NamedTuple):
    """What was made of a product, what it cost, and what the recipe says that it costs."""

    product_id: int
    product: str
    unit: str
    good: Decimal
    scrapped: Decimal
    cost: Decimal
    by_recipe: Decimal


class DayOfOrders(NamedTuple):
    """How many orders were to be finished on a day, and how many were."""

    day: date
    planned: int
    finished: int


class ShortMaterial(NamedTuple):
    """A material of which open orders want more than there is."""

    product_id: int
    product: str
    branch: str
    unit: str
    wanted: Decimal
    there: Decimal


class Production:
    """Questions about the production of some branches, each by one statement."""

    def __init__(
        self,
        actor: Actor,
        branch_ids: Sequence[int],
        *,
        now: datetime,
        since: datetime,
        before: datetime,
        until: datetime,
    ) -> None:
        self._facts: dict[str, Any] = {
            "organization_id": actor.organization.id,
            "branches": array(branch_ids),
            "limit": TOP,
            "now": now,
            "since": since,
            "before": before,
            "until": until,
            "zone": actor.organization.timezone,
        }

    def now(self) -> OrdersNow:
        """How many orders are open."""
        return OrdersNow(*send(_NOW, self._facts)[0])

    def machines(self) -> list[MachineNow]:
        """What every machine does, those at work first."""
        return [MachineNow(*row) for row in send(_MACHINES, self._facts)]

    def due(self) -> list[OrderDue]:
        """Open orders by when they are due."""
        return [OrderDue(*row) for row in send(_DUE, self._facts)]

    def done(self) -> Done:
        """What was completed."""
        return Done(*send(_DONE, self._facts)[0])

    def products(self) -> list[MadeProduct]:
        """What was made, the dearest first."""
        return [MadeProduct(*row) for row in send(_PRODUCTS, self._facts)]

    def days(self, first: date, last: date, since: datetime) -> list[DayOfOrders]:
        """Orders by the day on which they were to be finished, and were. ``since`` is when the first day begins."""
        facts = self._facts | {"first": first, "last": last, "chart_since": since}
        return [DayOfOrders(*row) for row in send(_DAYS, facts)]

    def short(self) -> list[ShortMaterial]:
        """Materials that will not do for the open orders, the scarcest first."""
        return [ShortMaterial(*row) for row in send(_SHORT, self._facts)]
