"""Production in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import RowAction, add_views, register_details_part, register_row_action
from smartpos.core.admin.origins import register_origin
from smartpos.core.admin.trail import Subject, describe_subjects
from smartpos.production.admin.common import PRODUCTION
from smartpos.production.admin.completions import CompletionView, MaterialView, SpellView
from smartpos.production.admin.machines import MachineLogView, MachineView
from smartpos.production.admin.orders import ProductionOrderView
from smartpos.production.admin.recipes import BomView, may_be_made, recipes_card, to_recipe
from smartpos.production.models import (
    BillOfMaterials,
    Machine,
    MachineLog,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.orders import COMPLETION_ORIGIN, ORDER_ORIGIN

describe_subjects(
    {
        "bom_components": Subject(
            _l("Materials of recipes"),
            fields={
                "bom_id": _l("Recipe"),
                "component_id": _l("Material"),
                "sequence_number": _l("Place"),
                "quantity_per_unit": _l("For one unit"),
                "scrap_factor": _l("Loss"),
                "operation_sequence": _l("Step"),
                "operation_notes": _l("What is done"),
                "unit_cost": _l("Unit cost"),
                "specifications": _l("Specifications"),
            },
        ),
        "bom_substitutes": Subject(
            _l("Substitutes in recipes"), fields={"bom_component_id": _l("Material"), "ratio": _l("Ratio")}
        ),
        "bom_by_products": Subject(
            _l("By-products of recipes"),
            fields={
                "bom_id": _l("Recipe"),
                "quantity_per_unit": _l("For one unit"),
                "cost_percent": _l("Share of the costs, %"),
            },
        ),
        "production_team_members": Subject(
            _l("Teams of production orders"), fields={"order_id": _l("Production order")}
        ),
    }
)


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    register_origin(COMPLETION_ORIGIN, _l("Production"), "production_completions")
    register_origin(ORDER_ORIGIN, _l("Production order"), "production_orders")
    add_views(
        app,
        [
            ProductionOrderView(
                ProductionOrder,
                name=_l("Production orders"),
                category=PRODUCTION,
                endpoint="production_orders",
            ),
            CompletionView(
                ProductionCompletion,
                name=_l("Completions"),
                category=PRODUCTION,
                endpoint="production_completions",
            ),
            MaterialView(
                ProductionMaterial,
                name=_l("Materials of orders"),
                category=PRODUCTION,
                endpoint="production_materials",
            ),
            SpellView(
                ProductionSpell, name=_l("Work times"), category=PRODUCTION, endpoint="production_spells"
            ),
            BomView(BillOfMaterials, name=_l("Recipes"), category=PRODUCTION, endpoint="boms"),
            MachineView(Machine, name=_l("Machines"), category=PRODUCTION, endpoint="machines"),
            MachineLogView(
                MachineLog, name=_l("Machine history"), category=PRODUCTION, endpoint="machine_logs"
            ),
        ],
    )
    register_row_action(
        "products",
        RowAction(
            "recipe", _l("Recipe"), "factory", P.BOM_READ, to_recipe, visible=may_be_made, in_list=False
        ),
    )
    register_details_part("products", recipes_card)
