"""Production in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import RowAction, add_views, register_details_part, register_row_action
from smartpos.core.admin.origins import register_origin
from smartpos.core.admin.trail import describe_subjects
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
        "bom_components": _l("Materials of recipes"),
        "bom_substitutes": _l("Substitutes in recipes"),
        "bom_by_products": _l("By-products of recipes"),
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
