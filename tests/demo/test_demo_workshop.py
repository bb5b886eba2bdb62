"""The bakery of the demo: recipes over two levels, machines, three operators, many orders, bread in the stores."""

from decimal import Decimal
from itertools import pairwise

from flask import Flask
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.production.models import (
    BillOfMaterials,
    BomComponent,
    BomStatus,
    Machine,
    MachineStatus,
    OrderStatus,
    ProductionCompletion,
    ProductionOrder,
)
from smartpos.sales.models import SaleItem
from smartpos.stock.models import InventoryMovement


def test_there_are_recipes_over_two_levels(demo: Flask) -> None:
    active = dict(
        db.session.execute(
            select(BillOfMaterials.product_id, BillOfMaterials.id).where(
                BillOfMaterials.status == BomStatus.ACTIVE, BillOfMaterials.is_default
            )
        ).all()
    )
    parts = set(
        db.session.scalars(select(BomComponent.component_id).where(BomComponent.component_id.in_(active)))
    )
    assert len(active) - len(parts) >= 12
    assert len(parts) >= 3
    costs = select(BillOfMaterials.material_cost, BillOfMaterials.labor_cost).where(
        BillOfMaterials.is_default
    )
    assert all(material > 0 and labor > 0 for material, labor in db.session.execute(costs))


def test_machines_make_one_thing_at_a_time(demo: Flask) -> None:
    machines = db.session.scalars(select(Machine)).all()
    assert len(machines) >= 4
    assert {machine.status for machine in machines} >= {MachineStatus.BUSY, MachineStatus.MAINTENANCE}
    for machine in machines:
        spells = db.session.execute(
            select(ProductionOrder.started_at, ProductionOrder.completed_at)
            .where(ProductionOrder.machine_id == machine.id, ProductionOrder.status == OrderStatus.COMPLETED)
            .order_by(ProductionOrder.started_at)
        ).all()
        assert spells
        assert all(one.completed_at <= following.started_at for one, following in pairwise(spells))


def test_three_operators_have_baked_and_the_stores_have_sold_it(demo: Flask) -> None:
    done = ProductionCompletion
    operators = db.session.scalars(select(done.operator_id).distinct()).all()
    assert len(operators) == 3
    assert db.session.scalar(select(func.count()).where(done.scrapped_quantity > 0))
    statuses = set(db.session.scalars(select(ProductionOrder.status).distinct()))
    assert statuses >= {OrderStatus.COMPLETED, OrderStatus.SCHEDULED, OrderStatus.ON_HOLD}
    moved = db.session.scalar(
        select(func.sum(InventoryMovement.value)).where(
            InventoryMovement.origin_kind == "production_completion"
        )
    )
    # What the ledger gained is the work that went in, less what was scrapped.
    assert moved == db.session.scalar(
        select(func.sum(done.labor_cost + done.overhead_cost - done.scrap_cost))
    )
    made = select(done.product_id).distinct()
    sold = db.session.scalar(select(func.sum(SaleItem.quantity)).where(SaleItem.product_id.in_(made)))
    assert sold is not None and sold > Decimal(100)
