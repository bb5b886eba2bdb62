"""The lines of a recipe with the names of everything in them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.catalog.models import Unit
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.production.models import BillOfMaterials, BomByProduct, BomComponent, BomSubstitute
from smartpos.production.queries.recipe_tree import Named, named

WRITTEN_STEP = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Lines:
    """A recipe's product, components and by-products as JSON-ready facts."""

    product: Named
    components: list[dict[str, Any]]
    by_products: list[dict[str, Any]]


def lines_of(bom: BillOfMaterials) -> Lines:
    """The lines of a recipe, by five statements whatever their number."""
    parts = list(
        db.session.scalars(
            select(BomComponent).where(BomComponent.bom_id == bom.id).order_by(BomComponent.sequence_number)
        )
    )
    instead: dict[int, list[BomSubstitute]] = {}
    query = select(BomSubstitute).where(in_ids(BomSubstitute.bom_component_id, [part.id for part in parts]))
    for one in db.session.scalars(query.order_by(BomSubstitute.id)):
        instead.setdefault(one.bom_component_id, []).append(one)
    besides = list(
        db.session.scalars(
            select(BomByProduct).where(BomByProduct.bom_id == bom.id).order_by(BomByProduct.id)
        )
    )
    ids = {bom.product_id, *(part.component_id for part in parts), *(one.product_id for one in besides)}
    ids |= {one.product_id for group in instead.values() for one in group}
    known = named(ids)
    units = _units({part.unit_id for part in parts} | {item.unit_id for item in known.values()})
    return Lines(
        known[bom.product_id],
        [
            _component(part, known, units)
            | {
                "substitutes": [
                    _names(known[one.product_id]) | {"product_id": one.product_id, "ratio": one.ratio}
                    for one in instead.get(part.id, ())
                ]
            }
            for part in parts
        ],
        [
            _names(known[one.product_id])
            | {
                "product_id": one.product_id,
                "quantity_per_unit": one.quantity_per_unit,
                "cost_percent": one.cost_percent,
            }
            for one in besides
        ],
    )


def _units(ids: set[int | None]) -> dict[int, Unit]:
    wanted = sorted(number for number in ids if number is not None)
    return {unit.id: unit for unit in db.session.scalars(select(Unit).where(in_ids(Unit.id, wanted)))}


def _names(item: Named) -> dict[str, Any]:
    return {"product": item.name, "sku": item.sku, "unit": item.unit}


def _component(part: BomComponent, known: dict[int, Named], units: dict[int, Unit]) -> dict[str, Any]:
    item = known[part.component_id]
    written = units.get(part.unit_id) if part.unit_id is not None else None
    own = units.get(item.unit_id)
    factor = written.factor_to(own) if written is not None and own is not None else None
    quantity = part.quantity_per_unit / (factor or 1)
    return {
        "id": part.id,
        "sequence_number": part.sequence_number,
        "component_id": part.component_id,
        "component": item.name,
        "sku": item.sku,
        "unit": item.unit,
        "own_unit_id": item.unit_id,
        "digits": item.digits,
        "quantity_per_unit": part.quantity_per_unit,
        "unit_id": part.unit_id if factor is not None else None,
        "written_unit": written.name if written is not None and factor is not None else item.unit,
        "written_quantity": quantity.quantize(WRITTEN_STEP),
        "scrap_factor": part.scrap_factor,
        "needed_per_unit": part.needed_per_unit,
        "operation_sequence": part.operation_sequence,
        "operation_notes": part.operation_notes,
        "notes": part.notes,
        "unit_cost": part.unit_cost,
    }
