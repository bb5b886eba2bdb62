"""Setting how much a branch should hold."""

from typing import Any

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.permissions import needs
from smartpos.identity.principal import me
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.models import BranchStock
from smartpos.stock.operations.levels import set_levels_of_branch
from smartpos.stock.permissions import StockPermission
from smartpos.stock.schemas.wanted import LevelsIn, LevelsOut


@blueprint.put("/stock/levels")
@needs(StockPermission.LEVEL_WRITE)
@blueprint.arguments(LevelsIn)
@blueprint.response(200, LevelsOut)
def set_levels(body: dict[str, Any]) -> dict[str, Any]:
    """Set minimum, reorder point and maximum of several products of a branch, all or none."""
    branch_id, items = body["branch_id"], body["items"]
    set_levels_of_branch(branch_id, items, actor=me())
    query = (
        select(BranchStock)
        .where(
            BranchStock.branch_id == branch_id,
            BranchStock.product_id.in_([item.product_id for item in items]),
        )
        .order_by(BranchStock.product_id)
    )
    return {"branch_id": branch_id, "items": list(db.session.scalars(query))}
