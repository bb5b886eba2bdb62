"""What the back office shows of a production order besides the order itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Product, Unit
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.money import round_cost
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, BranchKind, User
from smartpos.identity.queries import is_workplace, shown_name
from smartpos.production.models import (
    BillOfMaterials,
    BomStatus,
    BomSubstitute,
    Machine,
    ProductionCompletion,
    ProductionOrder,
    ProductionSpell,
    ProductionUse,
)
from smartpos.production.queries.machines import may_work
from smartpos.stock.models import Batch, BranchStock
from smartpos.stock.queries.goods import is_tracked

MOST_PARTS = 200
MOST_SPELLS = 500
MOST_CHOICES = 500
NONE_THERE = Decimal("0.000")


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


# --- To choose from ---------------------------------------------------------------------------------------------------


def people_choices() -> list[tuple[int, str]]:
    """Who may be named as an operator, by name."""
    name = shown_name()
    query = select(User.id, name).where(may_work()).order_by(name, User.id).limit(MOST_CHOICES)
    return [(row[0], row[1]) for row in db.session.execute(query)]


def machine_choices(branch_id: int | None = None) -> list[Any]:
    """Machines of a branch, or of all that the person sees: (id, name, code, branch_id, branch) each, by name."""
    query = (
        select(Machine.id, Machine.name, Machine.code, Machine.branch_id, Branch.name.label("branch"))
        .join(Branch, Branch.id == Machine.branch_id)
        .where(Machine.deleted_at.is_(None))
        .order_by(Branch.name, Machine.name, Machine.id)
        .limit(MOST_CHOICES)
    )
    return list(
        db.session.execute(query if branch_id is None else query.where(Machine.branch_id == branch_id))
    )


def branch_choices() -> list[Any]:
    """Branches in which something may be made: (id, name, kind) each, workshops first, by name."""
    query = select(Branch.id, Branch.name, Branch.kind).where(is_workplace())
    order = (Branch.kind != BranchKind.WORKSHOP, Branch.name, Branch.id)
    return list(db.session.execute(query.order_by(*order).limit(MOST_CHOICES)))


def usual_branch(branches: Sequence[Any], actor: Actor) -> int | None:
    """Where a person mostly has things made: in their own branch, unless it is no workshop and there are some."""
    workshops = [row.id for row in branches if row.kind is BranchKind.WORKSHOP]
    known = workshops or [row.id for row in branches]
    return actor.default_branch_id if actor.default_branch_id in known else next(iter(known), None)


def recipes_to_make_by(product_id: int, on: date) -> list[BillOfMaterials]:
    """The recipes by which a product may be made on a day, the one that is taken by itself first."""
    query = (
        select(BillOfMaterials)
        .where(
            BillOfMaterials.product_id == product_id,
            BillOfMaterials.status == BomStatus.ACTIVE,
            or_(BillOfMaterials.valid_from.is_(None), BillOfMaterials.valid_from <= on),
            or_(BillOfMaterials.valid_to.is_(None), BillOfMaterials.valid_to >= on),
        )
        .order_by(BillOfMaterials.is_default.desc(), BillOfMaterials.id.desc())
        .limit(MOST_PARTS)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product with what of it is available in a branch; nothing is kept count of where ``is_tracked`` is false."""

    id: int
    name: str
    sku: str
    unit: str
    digits: int
    available: Decimal
    is_tracked: bool


def stocked(product_ids: Collection[int], branch_id: int) -> dict[int, Stocked]:
    """Products by id, with what is available of them in a branch: there, and not set aside."""
    if not product_ids:
        return {}
    query = (
        select(
            Product.id,
            Product.name,
            Product.sku,
            Unit.name.label("unit"),
            Unit.digits,
            Product.type,
            Product.track_inventory,
            func.coalesce(BranchStock.quantity - BranchStock.reserved_quantity, NONE_THERE).label(
                "available"
            ),
        )
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(
            BranchStock, and_(BranchStock.product_id == Product.id, BranchStock.branch_id == branch_id)
        )
        .where(in_ids(Product.id, sorted(set(product_ids))))
    )
    return {
        row.id: Stocked(
            row.id,
            row.name,
            row.sku,
            row.unit,
            row.digits,
            row.available,
            is_tracked(row.type, row.track_inventory),
        )
        for row in db.session.execute(query)
    }


def substitutes_of(component_ids: Collection[int]) -> dict[int, list[Any]]:
    """What may be taken instead of components of recipes: (product id, name, ratio) each, by the component's id."""
    if not component_ids:
        return {}
    query = (
        select(BomSubstitute.bom_component_id, Product.id, Product.name, BomSubstitute.ratio)
        .join(Product, Product.id == BomSubstitute.product_id)
        .where(in_ids(BomSubstitute.bom_component_id, component_ids), Product.deleted_at.is_(None))
        .order_by(BomSubstitute.id)
    )
    found: dict[int, list[Any]] = {}
    for component_id, *substitute in db.session.execute(query):
        found.setdefault(component_id, []).append(tuple(substitute))
    return found
