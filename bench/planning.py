"""Planning a workshop of 5,000 products in four levels beside one of 500: as many statements, and no more per product.

Every product but the bought ones has a recipe of three components; those that are sold have sales in two shops, levels
here and there, stock, and orders under way.
"""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event, text

from bench.figures import Figure
from bench.shop import new_shop
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.actors import Actor
from smartpos.identity.models import BranchKind
from smartpos.identity.operations import create_branch
from smartpos.identity.queries import system_actor
from smartpos.production.queries.planning import Plan, net_needs

FEW, MANY = 500, 5_000
ROUNDS = 5
LEVELS = 4  # a quarter of the products each: sold, parts of two levels, bought

_PRODUCTS = """
INSERT INTO products (organization_id, name, sku, unit_id, price, cost_price, search_key)
SELECT :organization_id, 'Mahsulot ' || :batch || '-' || n, 'B' || :batch || '-' || n,
       (SELECT id FROM units WHERE organization_id = :organization_id AND name = 'kg'), 1000, 700, ''
FROM generate_series(1, :count) AS n
"""
_NUMBERED = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS place,
       (row_number() OVER (ORDER BY id) - 1) * :levels / :count AS level
FROM products WHERE organization_id = :organization_id AND sku LIKE 'B' || :batch || '-%'
"""
_RECIPES = """
INSERT INTO bills_of_materials (organization_id, product_id, name, quantity, status, is_default, approved_at,
                                lead_time_days)
SELECT :organization_id, id, 'Retsept', 10, 'active', true, now(), 1 FROM numbered WHERE level < :levels - 1
"""
_COMPONENTS = """
INSERT INTO bom_components (organization_id, bom_id, component_id, sequence_number, quantity_per_unit, scrap_factor,
                            specifications)
SELECT :organization_id, bom.id, below.id, step, 0.2 + step * 0.1, 0.02, '{}'
FROM numbered JOIN bills_of_materials AS bom
  ON bom.organization_id = :organization_id AND bom.product_id = numbered.id
CROSS JOIN generate_series(1, 3) AS step
JOIN numbered AS below ON below.place = numbered.place + :count / :levels + step - 1 AND below.level > numbered.level
"""
_STOCK = """
INSERT INTO branch_stocks (organization_id, branch_id, product_id, quantity, value, average_cost, min_quantity)
SELECT :organization_id, branch.id, numbered.id, place % 40, 0, 0, CASE WHEN place % 3 = 0 THEN 30 ELSE 0 END
FROM numbered CROSS JOIN branches AS branch WHERE branch.organization_id = :organization_id
"""
_SALES = """
INSERT INTO inventory_movements (organization_id, branch_id, product_id, movement_type, quantity, unit_cost, value,
                                 origin_kind, origin_id, occurred_at, created_at)
SELECT :organization_id, branch.id, numbered.id, 'out', -(1 + place % 5), 0, 0, 'sale', 1,
       CAST(:now AS timestamptz) - day * interval '1 day', now()
FROM numbered CROSS JOIN branches AS branch CROSS JOIN generate_series(1, 10) AS day
WHERE branch.organization_id = :organization_id AND numbered.level = 0
"""
_ORDERS = """
INSERT INTO production_orders (organization_id, number, branch_id, product_id, quantity_to_produce, status,
                               custom_fields)
SELECT :organization_id, 'B' || :batch || '-' || numbered.place, :branch_id, numbered.id, 10, 'pending', '{}'
FROM numbered WHERE level < :levels - 1 AND place % 10 = 0
"""
_MATERIALS = """
INSERT INTO production_materials (organization_id, order_id, position, product_id, planned_quantity)
SELECT :organization_id, made.id, component.sequence_number, component.component_id, 5
FROM production_orders AS made
JOIN bills_of_materials AS bom ON bom.organization_id = made.organization_id AND bom.product_id = made.product_id
JOIN bom_components AS component ON component.organization_id = bom.organization_id AND component.bom_id = bom.id
WHERE made.organization_id = :organization_id AND made.number LIKE 'B' || :batch || '-%'
"""


def measure() -> list[Figure]:
    """Seconds, milliseconds per product and statements of a large plan beside a small one."""
    few_plan, few_sent, few = _planned(FEW)
    many_plan, many_sent, many = _planned(MANY)
    assert len(many_plan.orders) > 5 * len(few_plan.orders)
    what = f"Planning {_shown(MANY)} products in {LEVELS} levels"
    against = f"of {FEW} products"
    return [
        Figure(f"{what}, {_shown(len(many_plan.orders))} orders suggested", many, "s", few, against),
        Figure(f"{what}, per product", many * 1000 / MANY, "ms", few * 1000 / FEW, against, "no more"),
        Figure(f"{what} in all", many_sent, "statements", few_sent, against, "the same"),
    ]


def _planned(count: int) -> tuple[Plan, int, float]:
    with new_shop() as (app, organization_id), app.app_context(), tenant_scope(organization_id):
        actor = system_actor(organization_id)
        branch_id = create_branch(name="Sex", kind=BranchKind.WORKSHOP, actor=actor).id
        for name in ("Doʻkon", "Bozor"):
            create_branch(name=name, actor=actor)
        db.session.commit()
        _fill(count, organization_id, branch_id)
        with _counted() as sent:
            found = net_needs(branch_id, 7, actor)
        db.session.rollback()
        return found, len(sent), statistics.median(_timed(branch_id, actor) for _turn in range(ROUNDS))


def _timed(branch_id: int, actor: Actor) -> float:
    begun = perf_counter()
    net_needs(branch_id, 7, actor)
    seconds = perf_counter() - begun
    db.session.rollback()
    return seconds


def _fill(count: int, organization_id: int, branch_id: int) -> None:
    facts = {
        "organization_id": organization_id,
        "branch_id": branch_id,
        "batch": str(count),
        "count": count,
        "levels": LEVELS,
        "now": utc_now() - timedelta(hours=1),
    }
    for statement in (_PRODUCTS, _NUMBERED, _RECIPES, _COMPONENTS, _STOCK, _SALES, _ORDERS, _MATERIALS):
        used = {name: value for name, value in facts.items() if f":{name}" in statement}
        db.session.execute(text(statement), used)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that are sent within."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _shown(count: int) -> str:
    return f"{count:,}".replace(",", " ")
