"""What the tests of recipes share: writing them down in two lines."""

from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from smartpos.catalog.models import Unit
from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Role, RolePermission
from smartpos.production.operations.recipes import (
    BomDraft,
    ByProductLine,
    ComponentLine,
    activate_bom,
    create_bom,
)
from tests.cast import Shop


def units_of(shop: Shop) -> dict[str, int]:
    """The shop's units by name, with grams and millilitres that convert."""
    with shop.inside("owner"):
        known = {unit.name: unit for unit in db.session.scalars(select(Unit))}
        for name, base, factor in (("g", "kg", "0.001"), ("ml", "l", "0.001")):
            if base not in known:
                known[base] = Unit(name=base, digits=3)
                db.session.add(known[base])
                db.session.flush()
            if name not in known:
                known[name] = Unit(name=name, digits=0, base_unit_id=known[base].id, factor=Decimal(factor))
                db.session.add(known[name])
        db.session.flush()
        return {name: unit.id for name, unit in known.items()}


def sees_costs_no_more(shop: Shop, role: RoleKey) -> None:
    """Take the right to see costs from a role."""
    with shop.inside("owner"):
        ids = select(Role.id).where(Role.key == role)
        gone = delete(RolePermission).where(
            RolePermission.permission == "catalog:cost:read", RolePermission.role_id.in_(ids)
        )
        db.session.execute(gone.execution_options(synchronize_session=False))


def draft(
    product_id: int,
    quantity: str,
    *components: tuple[Any, ...],
    by_products: tuple[tuple[int, str, str], ...] = (),
    **facts: Any,
) -> BomDraft:
    """A recipe: components are (product, quantity per unit[, loss as a fraction[, further facts]])."""
    lines = tuple(
        ComponentLine(
            line[0],
            Decimal(line[1]),
            scrap_factor=Decimal(line[2]) if len(line) > 2 else Decimal(0),
            **(line[3] if len(line) > 3 else {}),
        )
        for line in components
    )
    besides = tuple(
        ByProductLine(product, Decimal(per_unit), cost_percent=Decimal(percent))
        for product, per_unit, percent in by_products
    )
    money = {name: Decimal(facts.pop(name, 0)) for name in ("labor_cost", "overhead_cost")}
    return BomDraft(product_id, Decimal(quantity), lines, besides, **money, **facts)


def make_recipe(
    shop: Shop,
    product_id: int,
    quantity: str,
    *components: tuple[Any, ...],
    active: bool = True,
    **facts: Any,
) -> int:
    """A recipe's id; active, unless it is to stay a draft."""
    with shop.inside("owner"):
        actor = shop.actor("owner")
        bom = create_bom(draft(product_id, quantity, *components, **facts), actor=actor)
        if active:
            activate_bom(bom.id, actor=actor)
        return bom.id
