"""The costs of recipes follow purchases by themselves."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import update

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.events import dispatch_events
from smartpos.production.jobs.recipes import refresh_costs_of
from smartpos.production.queries.recipes import bom_of
from smartpos.stock.models import BranchStock
from tests.cast import Shop
from tests.conftest import Api
from tests.production.recipes import make_recipe
from tests.purchasing.helpers import line, supply


def test_a_purchase_and_its_revert_change_what_recipes_cost(shop: Shop, api_of: Callable[..., Api]) -> None:
    flour = shop.product("Un", unit="kg", stock="10", cost="4000")
    dough, bread = shop.product("Xamir", unit="kg", stock=None), shop.product("Non", stock=None)
    make_recipe(shop, dough, "1", (flour, "0.5"))
    top = make_recipe(shop, bread, "10", (dough, "1"))

    def material() -> Decimal:
        with shop.inside("owner"):
            return bom_of(top).material_cost

    assert material() == 20_000
    api = api_of("manager")
    bought = api.post(
        "/api/supplies", {**supply(shop, line(flour, "30", "6000", vat_rate="0")), "confirm": True}
    )
    assert bought.status_code == 201, bought.json
    with shop.app.app_context():
        dispatch_events(shop.organization_id)
    assert material() == 27_500  # 40 kilograms are worth 220 000
    assert api.post(f"/api/supplies/{bought.json['id']}/revert", {"reason": "xato"}).status_code == 200
    with shop.app.app_context():
        dispatch_events(shop.organization_id)
    assert material() == 20_000
    with shop.inside("owner"):
        db.session.get_one(Product, flour).cost_price = Decimal(1)
        sold_out = update(BranchStock).where(BranchStock.product_id == flour).values(quantity=0, value=0)
        db.session.execute(sold_out)
    with shop.app.app_context():
        refresh_costs_of(shop.organization_id)
        db.session.commit()
    assert material() == 5
