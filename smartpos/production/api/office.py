"""What an order would take, before it is entered."""

from decimal import Decimal
from typing import Any

from flask import Response, jsonify

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.money import round_money
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.production.api.blueprint import blueprint
from smartpos.production.models import BillOfMaterials
from smartpos.production.operations.materials import copy_materials
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import office
from smartpos.production.queries.recipes import boms_in_force
from smartpos.production.schemas.office import PreviewOut, PreviewQuery
from smartpos.stock.errors import UnknownGoods
from smartpos.stock.queries.transfers import seen_branch

NOTHING = Decimal("0.000")


@blueprint.get("/production-preview")
@needs(P.ORDER_WRITE)
@blueprint.arguments(PreviewQuery, location="query")
@blueprint.response(200, PreviewOut)
def preview_order(query: dict[str, Any]) -> Response:
    """By which recipes a product may be made, and what a quantity of it takes of what is there."""
    today = me().organization.today
    branch_id = seen_branch(query["branch_id"])
    product = office.stocked([query["product_id"]], branch_id).get(query["product_id"])
    if product is None:
        raise UnknownGoods([query["product_id"]])
    recipes = office.recipes_to_make_by(product.id, today)
    bom = next((one for one in recipes if one.id == query["bom_id"]), recipes[0] if recipes else None)
    quantity = query["quantity"]
    answer = {
        "unit": product.unit,
        "digits": product.digits,
        "recipes": [{"id": one.id, "name": str(one), "is_default": one.is_default} for one in recipes],
        "bom_id": bom.id if bom else None,
        "machine_id": bom.machine_id if bom else None,
        "minutes": _minutes(bom, quantity),
        "materials": _needs(bom, quantity, branch_id) if bom and quantity else [],
        "estimated_cost": round_money(bom.total_cost * quantity / bom.quantity) if bom and quantity else None,
    }
    shape = PreviewOut(exclude=() if can(CatalogPermission.COST_READ) else ("estimated_cost",))
    return jsonify(shape.dump(answer))


def _minutes(bom: BillOfMaterials | None, quantity: Decimal | None) -> int:
    if bom is None or not quantity:
        return 0
    return bom.setup_time_minutes + int(-(-quantity // bom.quantity)) * bom.production_time_minutes


def _needs(bom: BillOfMaterials, quantity: Decimal, branch_id: int) -> list[dict[str, Any]]:
    wanted = {one.product_id: one.planned_quantity for one in copy_materials(bom, quantity)}
    there = office.stocked(list(wanted), branch_id)
    made = boms_in_force(list(wanted), me().organization.today)
    found = []
    for product_id, needed in wanted.items():
        one = there[product_id]
        available = max(one.available, NOTHING) if one.is_tracked else None
        found.append(
            {
                "product_id": product_id,
                "name": one.name,
                "unit": one.unit,
                "needed": needed,
                "available": available,
                "short": NOTHING if available is None else max(needed - available, NOTHING),
                "is_made": product_id in made,
            }
        )
    return found
