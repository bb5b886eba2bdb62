"""Whoever breaks a balance of production by hand is found out."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.production.operations.orders import schedule_order, start_order
from tests.production.machines import machine
from tests.production.making import Bakery, recipe

LAW = "what a completion "
BROKEN = {
    "material cost of a completion = sum of its uses": (
        "UPDATE production_completions SET material_cost = material_cost + 1, output_cost = output_cost + 1"
        " WHERE id = :done"
    ),
    "output cost of a completion = its goods": (
        "UPDATE production_completions SET scrap_cost = scrap_cost + 1, output_cost = output_cost - 1"
        " WHERE id = :done"
    ),
    "by-product cost of a completion = its by-products": (
        "UPDATE production_completions SET by_product_cost = by_product_cost + 1, output_cost = output_cost - 1"
        " WHERE id = :done"
    ),
    "scrap cost of a completion = its scrap": (
        "UPDATE production_outputs SET value = value + 1 WHERE completion_id = :done AND kind = 'scrap'"
    ),
    "quantity of a completion = its goods": "UPDATE production_completions SET quantity = 9 WHERE id = :done",
    "scrapped quantity of a completion = its scrap": (
        "UPDATE production_completions SET scrapped_quantity = 9 WHERE id = :done"
    ),
    "what a completion moved = what it yielded - what it used": (
        "UPDATE production_uses SET quantity = quantity + 1 WHERE completion_id = :done AND product_id = :flour"
    ),
    "value that a completion moved = what it yielded - what it used": (
        "UPDATE production_uses SET value = value + 1 WHERE completion_id = :done AND product_id = :flour"
    ),
    "a completion that was taken back moved nothing in the end": (
        "UPDATE production_completions SET reverted_at = now() WHERE id = :done"
    ),
    "quantity completed of a production order = its completions": (
        "UPDATE production_orders SET quantity_completed = 5 WHERE id = :order"
    ),
    "quantity scrapped of a production order = its completions": (
        "UPDATE production_orders SET quantity_scrapped = 5 WHERE id = :order"
    ),
    "material cost of a production order = its completions": (
        "UPDATE production_orders SET material_cost = 5 WHERE id = :order"
    ),
    "labor cost of a production order = its completions": (
        "UPDATE production_orders SET labor_cost = 5 WHERE id = :order"
    ),
    "overhead cost of a production order = its completions": (
        "UPDATE production_orders SET overhead_cost = 5 WHERE id = :order"
    ),
    "scrap cost of a production order = its completions": (
        "UPDATE production_orders SET scrap_cost = 5 WHERE id = :order"
    ),
    "used quantity of a material = what the completions of its order used": (
        "UPDATE production_materials SET used_quantity = 77 WHERE order_id = :order AND product_id = :flour"
    ),
    "a machine is busy exactly while an order is in progress on it": (
        "UPDATE machines SET status = 'free' WHERE id = :oven"
    ),
    "somebody works on an order exactly while it is in progress": (
        "UPDATE production_spells SET ended_at = now() + interval '1 hour' WHERE order_id = :order"
    ),
    "what is set aside for a production order <= what it still takes": (
        "UPDATE production_materials SET planned_quantity = 0 WHERE order_id = :order AND product_id = :flour"
    ),
}


@pytest.fixture
def numbers(bakery: Bakery) -> dict[str, int]:
    """An order in progress on an oven that has yielded goods, scrap and a by-product."""
    shop = bakery.shop
    crumbs = shop.product("Urvoq", unit="kg", stock=None)
    loaf = shop.product("Buxanka", unit="dona", stock=None)
    recipe(shop, loaf, {bakery.flour: "1", bakery.water: "0.5"}, by_products=[(crumbs, "0.1", "10")])
    oven = machine(shop)
    order = bakery.ask(loaf, "10", machine_id=oven)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        schedule_order(order, utc_now() + timedelta(hours=1), actor=actor)
        start_order(order, actor=actor)
    done = bakery.complete(order, "3", "1")
    return {"order": order, "oven": oven, "done": done, "flour": bakery.flour}


def test_every_broken_balance_is_found(bakery: Bakery, numbers: dict[str, int]) -> None:
    assert bakery.books() == []
    missed = {}
    for law, statement in BROKEN.items():
        with bakery.shop.app.app_context(), platform_scope(reason="break the books"):
            session = db.session()
            connection = session.connection()
            savepoint = connection.begin_nested()
            connection.execute(text("RESET ROLE"))
            changed = connection.execute(text(statement), numbers).rowcount
            from smartpos.sales.queries.books import verify_books

            found = {one.check for one in verify_books()}
            savepoint.rollback()
            if changed != 1 or law not in found:
                missed[law] = (changed, sorted(found))
    assert missed == {}
    assert bakery.books() == []
