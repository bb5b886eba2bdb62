"""Goods that are gone: looked up with their lots, and written off."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.catalog.scales import SCALE_SETTING
from smartpos.core.permissions import needs
from smartpos.identity.principal import me
from smartpos.stock import queries
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.operations.adjustments import write_off
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries.stocked import stocked_goods
from smartpos.stock.queries.transfers import seen_branch
from smartpos.stock.schemas.counts import GoodsQuery, StockedPage, WriteOffIn, WriteOffOut


@blueprint.get("/stock/goods")
@needs(P.STOCK_ADJUST)
@blueprint.arguments(GoodsQuery, location="query")
@blueprint.response(200, StockedPage)
def find_stocked_goods(query: dict[str, Any]) -> dict[str, Any]:
    """The products that a code or words mean, with what lies of them and of their lots in a branch."""
    branch_id, patterns = seen_branch(query["branch_id"]), me().setting(SCALE_SETTING)
    return {"items": stocked_goods(branch_id, query["q"], scale_patterns=patterns, limit=query["limit"])}


@blueprint.post("/stock/write-offs")
@needs(P.STOCK_ADJUST)
@blueprint.arguments(WriteOffIn)
@blueprint.response(201, WriteOffOut)
@blueprint.alt_response(200, schema=WriteOffOut, description="This client_uuid was recorded before")
def write_goods_off(body: dict[str, Any]) -> Response:
    """Write goods off, expired lots included. 409 when the books hold less than is written off."""
    client_uuid = str(body.pop("client_uuid") or "") or None
    known = queries.adjustment_by_client_uuid(client_uuid) if client_uuid else None
    document = write_off(**body, client_uuid=client_uuid, actor=me())
    return make_response(jsonify(WriteOffOut().dump(document)), 200 if known else 201)
