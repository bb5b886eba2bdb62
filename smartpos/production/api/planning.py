"""The plan of production, and what making something would take."""

from typing import Any

from flask import g

from smartpos.core.permissions import needs
from smartpos.production.api.blueprint import blueprint
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.planning import net_needs, what_if
from smartpos.production.schemas.planning import (
    PlanOut,
    PlanQuery,
    WhatIfOut,
    WhatIfQuery,
    plan_data,
    what_if_data,
)
from smartpos.stock.queries.transfers import seen_branch


@blueprint.get("/production-plan")
@needs(P.PLAN)
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, PlanOut)
def get_plan(query: dict[str, Any]) -> dict[str, Any]:
    """What a branch should make and get: needs of all branches, net of stock and of what is under way."""
    return plan_data(net_needs(seen_branch(query["branch_id"]), query["horizon_days"], g.principal))


@blueprint.get("/production-plan/what-if")
@needs(P.PLAN)
@blueprint.arguments(WhatIfQuery, location="query")
@blueprint.response(200, WhatIfOut)
def get_what_if(query: dict[str, Any]) -> dict[str, Any]:
    """What making so much of a product takes on all levels, and what of it is short."""
    branch_id = seen_branch(query["branch_id"])
    return what_if_data(what_if(query["product_id"], query["quantity"], branch_id, g.principal))
