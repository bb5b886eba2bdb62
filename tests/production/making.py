"""Helpers of the tests about production orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.production.models import (
    BillOfMaterials,
    BomByProduct,
    BomComponent,
    BomStatus,
    Machine,
    ProductionCompletion,
    ProductionOrder,
)
from smartpos.production.operations.completing import CompletionRequest, complete_order
from smartpos.production.operations.orders import OrderRequest, create_order
from smartpos.production.operations.reverting import revert_order
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BatchStock, BranchStock, InventoryMovement
from tests.cast import Shop

D = Decimal


def recipe(
    shop: Shop,
    product_id: int,
    components: Mapping[int, Any],
    *,
    by_products: Sequence[tuple[int, str, str]] = (),
    scrap: str = "0",
    **facts: Any,
) -> int:
    """An active recipe in force; ``components``: what one unit takes of each. Gives its id."""
    facts = {"version": "1.0", "name": "Retsept", "quantity": D(1), "is_default": True} | facts
    with shop.inside("manager"):
        bom = BillOfMaterials(
            product_id=product_id,
            status=facts.pop("status", BomStatus.ACTIVE),
            approved_at=utc_now(),
            **facts,
        )
        bom.components.extend(
            BomComponent(
                component_id=component_id,
                sequence_number=place,
                quantity_per_unit=D(each),
                scrap_factor=D(scrap),
                specifications={},
            )
            for place, (component_id, each) in enumerate(components.items(), start=1)
        )
        bom.by_products.extend(
            BomByProduct(product_id=number, quantity_per_unit=D(each), cost_percent=D(percent))
            for number, each, percent in by_products
        )
        db.session.add(bom)
        db.session.flush()
        return bom.id


@dataclass
class Bakery:
    """A shop with a recipe over two levels: a kilogram of dough of flour and water, a bread of dough and salt."""

    shop: Shop
    flour: int
    water: int
    salt: int
    dough: int
    bread: int
    dough_recipe: int
    bread_recipe: int

    def ask(
        self, product_id: int | None = None, quantity: str = "10", who: str = "manager", **facts: Any
    ) -> int:
        """An order; gives its id."""
        facts = {"branch_id": self.shop.branch_id} | facts
        with self.shop.inside(who):
            request = OrderRequest(
                product_id=product_id or self.bread, quantity_to_produce=D(quantity), **facts
            )
            return create_order(request, actor=self.shop.actor(who)).id

    def complete(
        self, order_id: int, quantity: str, scrapped: str = "0", who: str = "manager", **facts: Any
    ) -> int:
        """Complete an order; gives the completion's id."""
        materials = tuple((number, D(used)) for number, used in facts.pop("materials", {}).items())
        with self.shop.inside(who):
            request = CompletionRequest(D(quantity), D(scrapped), materials, **facts)
            return complete_order(order_id, request, actor=self.shop.actor(who)).id

    def revert(self, order_id: int, completion_id: int | None = None) -> None:
        with self.shop.inside("manager"):
            revert_order(order_id, completion_id=completion_id, actor=self.shop.actor("manager"))

    def order(self, order_id: int) -> ProductionOrder:
        """The order as it stands, detached from any session."""
        with self.shop.inside():
            order = db.session.execute(
                select(ProductionOrder)
                .where(ProductionOrder.id == order_id)
                .execution_options(populate_existing=True)
            ).scalar_one()
            _ = [one.product_id for one in order.materials]
            db.session.expunge_all()
            return order

    def completion(self, completion_id: int) -> ProductionCompletion:
        with self.shop.inside():
            found = db.session.get_one(ProductionCompletion, completion_id, populate_existing=True)
            _ = [one.product_id for one in found.uses], [one.product_id for one in found.outputs]
            db.session.expunge_all()
            return found

    def machine(self, machine_id: int) -> Machine:
        with self.shop.inside():
            found = db.session.get_one(Machine, machine_id, populate_existing=True)
            db.session.expunge(found)
            return found

    def holds(self, product_id: int) -> tuple[Decimal, Decimal]:
        """Quantity and value of a product in the shop's branch."""
        return self.stock().get(product_id, (D(0), D(0)))

    def stock(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Quantity and value of all that lies in the shop's branch."""
        with self.shop.inside():
            query = select(BranchStock.product_id, BranchStock.quantity, BranchStock.value).where(
                BranchStock.branch_id == self.shop.branch_id, BranchStock.quantity != 0
            )
            return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}

    def lots(self) -> dict[int, Decimal]:
        """What lies of each lot in the shop's branch."""
        with self.shop.inside():
            query = select(BatchStock.batch_id, BatchStock.quantity).where(
                BatchStock.branch_id == self.shop.branch_id, BatchStock.quantity > 0
            )
            return dict(db.session.execute(query).all())  # type: ignore[arg-type]

    def reserved(self) -> dict[int, Decimal]:
        """What is set aside in the shop's branch."""
        with self.shop.inside():
            query = select(BranchStock.product_id, BranchStock.reserved_quantity).where(
                BranchStock.branch_id == self.shop.branch_id, BranchStock.reserved_quantity > 0
            )
            return dict(db.session.execute(query).all())  # type: ignore[arg-type]

    def moved_by(self, completion_id: int) -> list[tuple[int, Decimal, Decimal]]:
        """What a completion has moved, in the order of the ledger."""
        with self.shop.inside():
            query = select(
                InventoryMovement.product_id, InventoryMovement.quantity, InventoryMovement.value
            ).where(
                InventoryMovement.origin_kind == "production_completion",
                InventoryMovement.origin_id == completion_id,
            )
            return [tuple(row) for row in db.session.execute(query.order_by(InventoryMovement.id))]

    def books(self) -> list[Any]:
        """Where the books do not agree."""
        with self.shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    @property
    def today(self) -> date:
        with self.shop.inside():
            return self.shop.actor("manager").organization.today


def bakery_of(shop: Shop, *, stock: str = "100", **facts: Any) -> Bakery:
    """Flour at 4 000, water at 10, salt at 2 000 a kilogram; a kilogram of dough takes 0.6 flour and 0.4 water,

    a bread 0.5 of dough and 0.01 of salt with 100 of labour and 50 of overhead for a batch of ten.
    """
    flour = shop.product("Un", unit="kg", cost="4000", stock=stock)
    water = shop.product("Suv", unit="kg", cost="10", stock=stock)
    salt = shop.product("Tuz", unit="kg", cost="2000", stock=stock)
    dough = shop.product("Xamir", unit="kg", cost="0", stock=None)
    bread = shop.product("Non", unit="dona", cost="0", price="4000", stock=None, **facts)
    dough_recipe = recipe(shop, dough, {flour: "0.6", water: "0.4"})
    bread_recipe = recipe(
        shop,
        bread,
        {dough: "0.5", salt: "0.01"},
        quantity=D(10),
        labor_cost=D(1000),
        overhead_cost=D(500),
        material_cost=D(12000),
    )
    return Bakery(shop, flour, water, salt, dough, bread, dough_recipe, bread_recipe)
