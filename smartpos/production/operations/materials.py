"""The materials of an order: copied from its recipe, and changed for this order alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.money import QUANTITY_LIMIT
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.production.errors import CircularRecipe, OrderInOtherState
from smartpos.production.models import BillOfMaterials, ProductionMaterial, ProductionOrder
from smartpos.production.operations.scheduling import set_aside_again
from smartpos.production.queries.orders import ENDED, order_of
from smartpos.production.yielding import in_proportion, needed
from smartpos.stock.errors import UnknownGoods
from smartpos.stock.queries import Goods, goods_of

MOST_MATERIALS = 5000
LONGEST_NOTES = 1000


@dataclass(frozen=True, slots=True)
class MaterialDraft:
    """How much of a material an order takes in all, in the material's own unit; instead of what, if of something."""

    product_id: int
    planned_quantity: Decimal
    substitute_for_id: int | None = None
    operation_sequence: int | None = None
    operation_notes: str | None = None


def copy_materials(bom: BillOfMaterials, quantity: Decimal) -> list[ProductionMaterial]:
    """What so much of a recipe's product takes; a component that goes in twice is one material.

    Raises ProductionTooLarge.
    """
    per_unit: dict[int, Decimal] = {}
    for component in bom.components:
        before = per_unit.get(component.component_id, Decimal(0))
        per_unit[component.component_id] = before + component.needed_per_unit
    found: dict[int, ProductionMaterial] = {}
    for component in bom.components:
        product_id = component.component_id
        if product_id in found:
            continue
        found[product_id] = ProductionMaterial(
            position=len(found) + 1,
            product_id=product_id,
            bom_component_id=component.id,
            planned_quantity=needed(quantity, per_unit[product_id]),
            unit_cost=component.unit_cost,
            operation_sequence=component.operation_sequence,
            operation_notes=component.operation_notes,
        )
    return list(found.values())


def set_materials(order_id: int, lines: Sequence[MaterialDraft], *, actor: Actor) -> ProductionOrder:
    """Say what an order takes in all, instead of what it was planned to take. What was used already stays.

    What was set aside follows. Raises OrderNotFound, OrderInOtherState, UnknownGoods, CircularRecipe and Invalid.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if order.status in ENDED:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    goods = _checked(order, lines)
    known = {material.product_id: material for material in order.materials}
    wanted = {line.product_id for line in lines}
    position = 0
    for position, line in enumerate(lines, start=1):
        material = known.get(line.product_id)
        if material is None:
            material = ProductionMaterial(
                product_id=line.product_id, unit_cost=goods[line.product_id].cost_price
            )
            order.materials.append(material)
        material.position = position
        material.planned_quantity = line.planned_quantity
        material.substitute_for_id = line.substitute_for_id
        material.operation_sequence = line.operation_sequence
        material.operation_notes = (line.operation_notes or "").strip()[:LONGEST_NOTES] or None
    for material in list(order.materials):
        if material.product_id in wanted:
            continue
        if material.used_quantity:
            position += 1
            material.position, material.planned_quantity = position, Decimal("0.000")
        else:
            order.materials.remove(material)
    db.session.flush()
    set_aside_again(order, actor)
    return order


def scale_materials(order: ProductionOrder, quantity: Decimal) -> None:
    """Plan the materials of a locked order for another quantity, in proportion. Raises ProductionTooLarge."""
    scaled = [
        in_proportion(material.planned_quantity, quantity, order.quantity_to_produce)
        for material in order.materials
    ]
    if not scaled:
        return
    db.session.flush()
    parameters = {
        "organization_id": order.organization_id,
        "ids": array(material.id for material in order.materials),
        "quantities": array(scaled),
    }
    send(_SCALE, parameters)
    for material, planned in zip(order.materials, scaled, strict=True):
        set_committed_value(material, "planned_quantity", planned)


_SCALE = """
UPDATE production_materials AS material SET planned_quantity = new.quantity
FROM unnest(%(ids)s::bigint[], %(quantities)s::numeric[]) AS new (id, quantity)
WHERE material.organization_id = %(organization_id)s AND material.id = new.id
"""


def _checked(order: ProductionOrder, lines: Sequence[MaterialDraft]) -> dict[int, Goods]:
    if len(lines) > MOST_MATERIALS:
        raise Invalid(_("An order may have at most %(most)s materials.", most=MOST_MATERIALS))
    named = [line.product_id for line in lines]
    if len(set(named)) < len(named):
        raise Invalid(_("A material stands twice in this list."))
    if any(not 0 <= line.planned_quantity <= QUANTITY_LIMIT for line in lines):
        raise Invalid(_("The quantity of a material must not be negative or too large."))
    replaced = {line.substitute_for_id for line in lines if line.substitute_for_id is not None}
    goods = goods_of({*named, *replaced})
    unknown = sorted({*named, *replaced} - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    if order.product_id in named:
        name = goods[order.product_id].name
        raise CircularRecipe([name, name])
    return goods
