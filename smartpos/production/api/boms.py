"""Recipes over HTTP."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.errors import Forbidden
from smartpos.core.money import round_cost
from smartpos.core.paging import page
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.production.api.blueprint import blueprint
from smartpos.production.models import BillOfMaterials, BomStatus
from smartpos.production.operations import recipes as operations
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.material_choices import material_choices
from smartpos.production.queries.recipe_lists import find_materials, recipes
from smartpos.production.queries.recipe_pages import lines_of
from smartpos.production.queries.recipe_tree import tree_of
from smartpos.production.queries.recipes import bom_of, recipes_of
from smartpos.production.schemas.boms import (
    COSTS,
    MONEY,
    ActivateIn,
    BomHead,
    BomIn,
    BomOut,
    BomPage,
    BomsQuery,
    ChangeBomIn,
    CopyIn,
    MaterialList,
    MaterialOut,
    MaterialsQuery,
)

_HEAD_COSTS = tuple(name for name in COSTS if "." not in name and name != "unit_cost")
_COLUMNS = tuple(column.key for column in BillOfMaterials.__table__.columns)


@blueprint.route("/boms")
class Boms(MethodView):
    """Recipes."""

    @needs(P.BOM_READ)
    @blueprint.arguments(BomsQuery, location="query")
    @blueprint.response(200, BomPage)
    def get(self, query: dict[str, Any]) -> Response:
        """Recipes without their lines, the latest first."""
        cursor, limit = query.pop("cursor"), query.pop("limit")
        found = page(recipes(**query), [BillOfMaterials.id], limit=limit, cursor=cursor, descending=True)
        shape = BomHead(exclude=() if can(CatalogPermission.COST_READ) else _HEAD_COSTS)
        items = [
            shape.dump(_facts(bom) | {"product": name, "sku": sku, "unit": unit})
            for bom, name, sku, unit in found.items
        ]
        return jsonify(items=items, next_cursor=found.next_cursor)

    @needs(P.BOM_WRITE)
    @blueprint.arguments(BomIn)
    @blueprint.response(201, BomOut)
    def post(self, draft: operations.BomDraft) -> Response:
        """Write down a recipe as a draft; it is produced by once it is activated.

        422 for a product that would be made of itself (with the ``path``), for units that do not convert and the like;
        409 for a version that the product has already.
        """
        _refuse_money({name for name in MONEY if getattr(draft, name)})
        return make_response(jsonify(bom_body(operations.create_bom(draft, actor=me()))), 201)


@blueprint.get("/boms/goods")
@needs(P.BOM_WRITE)
@blueprint.arguments(MaterialsQuery, location="query")
@blueprint.response(200, MaterialList)
def find_bom_goods(query: dict[str, Any]) -> Response:
    """Products that may go into a recipe, by words or code, with the units in which they may be written down."""
    shape = MaterialOut(exclude=() if can(CatalogPermission.COST_READ) else ("unit_cost",))
    found = find_materials(query["q"], actor=me())
    return jsonify(items=[shape.dump(one) for one in material_choices(found)])


@blueprint.route("/boms/<int:bom_id>")
class OneBom(MethodView):
    """One recipe."""

    @needs(P.BOM_READ)
    @blueprint.response(200, BomOut)
    def get(self, bom_id: int) -> Response:
        """A recipe with its lines and all levels below it, at the costs of this moment."""
        return jsonify(bom_body(bom_of(bom_id)))

    @needs(P.BOM_WRITE)
    @blueprint.arguments(ChangeBomIn)
    @blueprint.response(200, BomOut)
    def put(self, body: dict[str, Any], bom_id: int) -> Response:
        """Change a draft; what is not named stays. 409 once it was activated: copy it to a new version."""
        _refuse_money(set(body) & set(MONEY))
        draft = replace(operations.draft_of(bom_of(bom_id)), **body)
        return jsonify(bom_body(operations.change_bom(bom_id, draft, actor=me())))

    @needs(P.BOM_WRITE)
    @blueprint.response(204)
    def delete(self, bom_id: int) -> None:
        """Throw a draft away; 409 for what has been active."""
        operations.delete_draft(bom_id, actor=me())


@blueprint.post("/boms/<int:bom_id>/activate")
@needs(P.BOM_ACTIVATE)
@blueprint.arguments(ActivateIn)
@blueprint.response(200, BomOut)
def activate_bom(body: dict[str, Any], bom_id: int) -> Response:
    """Let a recipe be produced by. It never changes from then on, and takes the place of the one before."""
    return jsonify(bom_body(operations.activate_bom(bom_id, make_default=body["make_default"], actor=me())))


@blueprint.post("/boms/<int:bom_id>/default")
@needs(P.BOM_ACTIVATE)
@blueprint.response(200, BomOut)
def default_bom(bom_id: int) -> Response:
    """Produce by this active recipe before other versions."""
    return jsonify(bom_body(operations.set_default_bom(bom_id, actor=me())))


@blueprint.post("/boms/<int:bom_id>/deactivate")
@needs(P.BOM_ACTIVATE)
@blueprint.response(200, BomOut)
def deactivate_bom(bom_id: int) -> Response:
    """Let an active recipe rest; it may be activated again."""
    return jsonify(bom_body(operations.deactivate_bom(bom_id, actor=me())))


@blueprint.post("/boms/<int:bom_id>/archive")
@needs(P.BOM_ACTIVATE)
@blueprint.response(200, BomOut)
def archive_bom(bom_id: int) -> Response:
    """Put a recipe away for good; it can still be looked at and copied."""
    return jsonify(bom_body(operations.archive_bom(bom_id, actor=me())))


@blueprint.post("/boms/<int:bom_id>/copy")
@needs(P.BOM_WRITE)
@blueprint.arguments(CopyIn)
@blueprint.response(201, BomOut)
def copy_bom(body: dict[str, Any], bom_id: int) -> Response:
    """A new draft with the same contents: the next version, unless one is named."""
    copied = operations.copy_bom(bom_id, version=body["version"], actor=me())
    return make_response(jsonify(bom_body(copied)), 201)


def _refuse_money(names: set[str]) -> None:
    """What labour and overhead cost is said by those alone who see what goods cost."""
    if names and not can(CatalogPermission.COST_READ):
        raise Forbidden(permission=str(CatalogPermission.COST_READ))


def _facts(bom: BillOfMaterials) -> dict[str, Any]:
    return {name: getattr(bom, name) for name in _COLUMNS} | {"total_cost": bom.total_cost}


def bom_body(bom: BillOfMaterials) -> dict[str, Any]:
    """A recipe as JSON, costs only for those who may see what goods cost.

    What is archived answers with the costs it had; every other recipe with those of this moment.
    """
    recipe = recipes_of([bom.id])[bom.id]
    tree = tree_of(recipe, me().organization.today)
    lines = lines_of(bom)
    costs = tree.costs
    kept = bom.status is BomStatus.ARCHIVED
    needed = {part.product_id: recipe.quantity * part.needed_per_unit for part in recipe.components}
    facts = _facts(bom) | {
        "product": lines.product.name,
        "sku": lines.product.sku,
        "unit": lines.product.unit,
        "unit_cost": costs.unit_cost,
        "components": [
            line | _cost(line, needed[line["component_id"]], None if kept else costs.units)
            for line in lines.components
        ],
        "by_products": lines.by_products,
        "tree": [
            {
                "level": node.level,
                "product_id": node.product.id,
                "product": node.product.name,
                "unit": node.product.unit,
                "quantity": node.quantity,
                "bom_id": node.recipe.id if node.recipe else None,
                "unit_cost": node.unit_cost,
                "cost": node.cost,
            }
            for node in tree.nodes
        ],
    }
    if not kept:
        facts |= {"material_cost": costs.material, "total_cost": costs.total}
    shape = BomOut(exclude=() if can(CatalogPermission.COST_READ) else COSTS)
    answer: dict[str, Any] = shape.dump(facts)
    return answer


def _cost(line: dict[str, Any], needed: Decimal, units: dict[int, Decimal] | None) -> dict[str, Decimal]:
    unit_cost = line["unit_cost"] if units is None else units[line["component_id"]]
    return {"unit_cost": unit_cost, "cost": round_cost(needed * unit_cost)}
