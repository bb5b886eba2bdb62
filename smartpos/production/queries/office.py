"""What the back office shows of a production order besides the order itself."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.money import round_cost
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.models import (
    ProductionCompletion,
    ProductionOrder,
    ProductionSpell,
    ProductionUse,
)
from smartpos.stock.models import Batch

MOST_PARTS = 200
MOST_SPELLS = 500
NOTHING = Decimal("0.0000")


def parts_of(order_id: int) -> list[Any]:
    """The orders that make parts for an order: (order, product, unit) each."""
    query = (
        select(ProductionOrder, Product.name.label("product"), Unit.name.label("unit"))
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .join(Product, Product.id == ProductionOrder.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .where(ProductionOrder.parent_id == order_id)
        .order_by(ProductionOrder.id)
        .limit(MOST_PARTS)
    )
    return list(db.session.execute(query))


def completions_with_names(order_id: int) -> list[Any]:
    """What an order has yielded: (completion, lot's number, who did it, who took it back) each, the oldest first."""
    author, undoer = aliased(User), aliased(User)
    query = (
        select(
            ProductionCompletion,
            Batch.batch_number,
            shown_name(author).label("author"),
            shown_name(undoer).label("undoer"),
        )
        .outerjoin(Batch, Batch.id == ProductionCompletion.batch_id)
        .outerjoin(author, author.id == ProductionCompletion.created_by)
        .outerjoin(undoer, undoer.id == ProductionCompletion.reverted_by)
        .where(ProductionCompletion.order_id == order_id)
        .order_by(ProductionCompletion.sequence_number)
    )
    return list(db.session.execute(query))


@dataclass(frozen=True, slots=True)
class UsedMaterial:
    """What was used of a material beside what the recipe asks for, in all completions that stand."""

    product_id: int
    name: str
    unit: str
    used: Decimal
    standard: Decimal
    value: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more than the recipe asks for; negative for less."""
        return self.used - self.standard

    @property
    def difference_value(self) -> Decimal | None:
        """What the difference is worth, at what was really paid; None where nothing was used to tell a cost."""
        return round_cost(self.value * self.difference / self.used) if self.used else None


def used_materials(order_id: int) -> list[UsedMaterial]:
    """What the completions of an order that stand have used, by material."""
    query = (
        select(
            ProductionUse.product_id,
            Product.name,
            Unit.name,
            func.sum(ProductionUse.quantity),
            func.sum(ProductionUse.standard_quantity),
            func.sum(ProductionUse.value),
        )
        .join(ProductionCompletion, ProductionCompletion.id == ProductionUse.completion_id)
        .join(Product, Product.id == ProductionUse.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .where(ProductionCompletion.order_id == order_id, ProductionCompletion.reverted_at.is_(None))
        .group_by(ProductionUse.product_id, Product.name, Unit.name)
        .order_by(func.sum(ProductionUse.value).desc(), ProductionUse.product_id)
    )
    return [UsedMaterial(*row) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """What an order has cost so far beside its recipe; ``unit`` is None while there is nothing good."""

    material: Decimal
    labor: Decimal
    overhead: Decimal
    standard: Decimal
    good: Decimal
    by_products: Decimal
    scrap: Decimal
    unit: Decimal | None

    @property
    def total(self) -> Decimal:
        """All that went in."""
        return self.material + self.labor + self.overhead

    @property
    def difference(self) -> Decimal:
        """How much more it cost than the recipe says; negative for less."""
        return self.total - self.standard


def costs_of(order: ProductionOrder) -> OrderCosts | None:
    """The costs of the completions that stand; None when there are none."""
    row: Any = db.session.execute(
        select(
            func.sum(ProductionCompletion.standard_cost),
            func.sum(ProductionCompletion.output_cost),
            func.sum(ProductionCompletion.by_product_cost),
            func.sum(ProductionCompletion.quantity),
        ).where(ProductionCompletion.order_id == order.id, ProductionCompletion.reverted_at.is_(None))
    ).one()
    standard, good, besides, quantity = tuple(row)
    if standard is None:
        return None
    return OrderCosts(
        order.material_cost,
        order.labor_cost,
        order.overhead_cost,
        standard,
        good,
        besides,
        order.scrap_cost,
        round_cost(good / quantity) if quantity else None,
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody worked on an order; ``ended_at`` is None while they do."""

    who: str
    machine_id: int | None
    started_at: datetime
    ended_at: datetime | None


def stretches_of(order_id: int) -> list[Stretch]:
    """The stretches of work on an order, the oldest first."""
    query = (
        select(shown_name(), ProductionSpell.machine_id, ProductionSpell.started_at, ProductionSpell.ended_at)
        .outerjoin(User, User.id == ProductionSpell.user_id)
        .where(ProductionSpell.order_id == order_id)
        .order_by(ProductionSpell.started_at, ProductionSpell.id)
        .limit(MOST_SPELLS)
    )
    return [Stretch(row[0] or "", *row[1:]) for row in db.session.execute(query)]
