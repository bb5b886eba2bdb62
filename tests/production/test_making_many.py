"""However many materials an order has, it takes the same number of statements; and what is sold has its true cost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, event

from smartpos.catalog.models import Product
from smartpos.core.db import db, utc_now
from smartpos.production.operations.completing import CompletionRequest, complete_order
from smartpos.production.operations.orders import OrderRequest, create_order, schedule_order, start_order
from smartpos.production.operations.reverting import revert_order
from smartpos.production.queries.orders import materials_of, order_of
from smartpos.sales.models import SaleItem
from smartpos.sales.queries import SoldSale
from smartpos.stock.operations import set_opening_balances
from tests.cast import Shop
from tests.production.making import Bakery, D, recipe


@contextmanager
def counted(into: dict[str, int], name: str) -> Iterator[None]:
    """How many statements were sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL", "SELECT set_config")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    into[name] = len(sent)


def materials(shop: Shop, count: int) -> dict[int, str]:
    with shop.inside("owner"):
        products = [
            Product(name=f"Xom {place}", sku=f"X-{count}-{place}", unit_id=shop.unit_ids["kg"])
            for place in range(count)
        ]
        db.session.add_all(products)
        db.session.flush()
        set_opening_balances(
            shop.branch_id, [(one.id, D(100), D(10)) for one in products], notes="test", actor=shop.actor()
        )
        return {one.id: "0.5" for one in products}


def statements_for(shop: Shop, count: int) -> dict[str, int]:
    """What each act on an order with so many materials takes."""
    product = shop.product(stock="1", cost="5", track_batches=True)
    recipe(shop, product, materials(shop, count))
    found: dict[str, int] = {}
    with shop.inside("manager"):
        actor = shop.actor("manager")
        with counted(found, "create"):
            order = create_order(OrderRequest(product, D(10), shop.branch_id), actor=actor)
        number = order.id
        db.session.commit()
        with counted(found, "schedule"):
            schedule_order(number, utc_now(), actor=actor)
        with counted(found, "start"):
            start_order(number, actor=actor)
        db.session.commit()
        with counted(found, "complete in part"):
            complete_order(number, CompletionRequest(D(3), D(1), client_uuid=uuid4()), actor=actor)
        db.session.commit()
        with counted(found, "complete"):
            complete_order(number, CompletionRequest(D(6)), actor=actor)
        db.session.commit()
        with counted(found, "look"):
            assert len(materials_of(order_of(number))) == count
        with counted(found, "revert"):
            revert_order(number, actor=actor)
        db.session.commit()
    return found


def test_many_materials_take_no_more_statements(shop: Shop) -> None:
    few, many = statements_for(shop, 3), statements_for(shop, 300)
    assert many == few
    assert max(few.values()) <= 40, few


def test_what_is_sold_has_the_cost_of_its_making(
    bakery: Bakery, open_till: int, sell: Callable[..., SoldSale]
) -> None:
    shop = bakery.shop
    bakery.complete(bakery.ask(bakery.dough, "10"), "10")
    done = bakery.completion(bakery.complete(bakery.ask(quantity="10"), "9", "1"))
    sale = sell((bakery.bread, "3"), cash="12000")
    with shop.inside():
        query = db.select(SaleItem.cost_amount).where(SaleItem.sale_id == sale.id)
        assert db.session.execute(query).scalar_one() == (done.output_cost / 3).quantize(D("0.01"))
    # Nine good ones carry nine tenths of 5 kg of dough, 100 g of salt, labour and overhead.
    assert done.output_cost == D("12348.0000")
    assert bakery.holds(bakery.bread) == (6, 8232)
    assert bakery.books() == []
