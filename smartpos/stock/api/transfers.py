"""Transfers between branches."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.scales import SCALE_SETTING
from smartpos.core.paging import page
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.models import StockTransfer
from smartpos.stock.operations import ADJUSTMENT_ORIGIN
from smartpos.stock.operations import transfers as operations
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import transfers as queries
from smartpos.stock.queries.stocked import stocked_goods
from smartpos.stock.schemas.transfers import (
    AvailablePage,
    SentOut,
    TransferActLineOut,
    TransferActOut,
    TransferCancelIn,
    TransferGoodsPage,
    TransferGoodsQuery,
    TransferIn,
    TransferItemOut,
    TransferOut,
    TransferPage,
    TransferReasonIn,
    TransferReceiptIn,
    TransferRow,
    TransfersQuery,
    TransferStockIn,
)


def shown_transfer(transfer: StockTransfer) -> dict[str, Any]:
    """A transfer as ``TransferOut`` describes it, without the value for those who may not see costs."""
    hidden = () if can(CatalogPermission.COST_READ) else ("value",)
    shown: dict[str, Any] = TransferOut(exclude=("items", "acts")).dump(transfer)
    items = queries.transfer_items(transfer.id)
    shown["items"] = TransferItemOut(exclude=(*hidden, "sent")).dump(items, many=True)
    sent = queries.sent_by_lines(transfer.id, items) if transfer.shipped_at else {}
    for item in shown["items"]:
        item["sent"] = SentOut().dump(sent.get(item["id"], []), many=True)
    acts = queries.acts_of(transfer.id)
    lines = queries.lines_of_acts([act.id for act in acts], ADJUSTMENT_ORIGIN)
    shown["acts"] = TransferActOut(exclude=("items",)).dump(acts, many=True)
    for act in shown["acts"]:
        act["items"] = TransferActLineOut().dump(lines[act["adjustment_id"]], many=True)
    return shown


@blueprint.get("/transfers")
@needs(P.TRANSFER_READ)
@blueprint.arguments(TransfersQuery, location="query")
@blueprint.response(200, TransferPage)
def list_transfers(query: dict[str, Any]) -> Response:
    """Transfers, the latest first."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    statement = queries.transfers(**query)
    found = page(statement, [StockTransfer.id], limit=limit, cursor=cursor, descending=True)
    names = statement.selected_columns.keys()
    items = TransferRow().dump([dict(zip(names, row, strict=True)) for row in found.items], many=True)
    return jsonify(items=items, next_cursor=found.next_cursor)


@blueprint.post("/transfers")
@needs(P.TRANSFER_CREATE)
@blueprint.arguments(TransferIn)
@blueprint.response(201, TransferOut)
@blueprint.alt_response(200, schema=TransferOut, description="This client_uuid was recorded before")
def create_transfer(body: dict[str, Any]) -> Response:
    """Ask for goods of another branch. 409 when the ``client_uuid`` stands for another transfer."""
    known = queries.transfer_by_client_uuid(body["client_uuid"]) if body["client_uuid"] else None
    transfer = operations.create_transfer(operations.TransferRequest(**body), actor=me())
    return make_response(jsonify(shown_transfer(transfer)), 200 if known else 201)


@blueprint.get("/transfers/goods")
@needs(P.TRANSFER_CREATE)
@blueprint.arguments(TransferGoodsQuery, location="query")
@blueprint.response(200, TransferGoodsPage)
def find_transfer_goods(query: dict[str, Any]) -> dict[str, Any]:
    """The products that a code or words mean, with what a branch has of them to send."""
    branch_id = queries.seen_branch(query["branch_id"])
    patterns = me().setting(SCALE_SETTING)
    found = stocked_goods(branch_id, query["q"], scale_patterns=patterns, limit=query["limit"])
    there = {one["product_id"]: one for one in queries.goods_at(branch_id, [one["id"] for one in found])}
    return {
        "items": [one | {"available": there[one["id"]]["available"]} for one in found if one["id"] in there]
    }


@blueprint.post("/transfers/goods")
@needs(P.TRANSFER_CREATE)
@blueprint.arguments(TransferStockIn)
@blueprint.response(200, AvailablePage)
def get_transfer_stock(body: dict[str, Any]) -> dict[str, Any]:
    """What a branch has of these products to send. Nothing is changed; a list may be too long for an address."""
    return {"items": queries.goods_at(queries.seen_branch(body["branch_id"]), body["product_ids"])}


@blueprint.get("/transfers/<int:transfer_id>")
@needs(P.TRANSFER_READ)
@blueprint.response(200, TransferOut)
def get_transfer(transfer_id: int) -> Response:
    """One transfer with its lines."""
    return jsonify(shown_transfer(queries.transfer_for(transfer_id)))


@blueprint.post("/transfers/<int:transfer_id>/approve")
@needs(P.TRANSFER_APPROVE)
@blueprint.response(200, TransferOut)
def approve_transfer(transfer_id: int) -> Response:
    """Let a transfer be sent off. 409 with its state when it does not wait for that."""
    transfer = queries.transfer_for(transfer_id)
    return jsonify(shown_transfer(operations.approve_transfer(transfer.id, actor=me())))


@blueprint.post("/transfers/<int:transfer_id>/reject")
@needs(P.TRANSFER_APPROVE)
@blueprint.arguments(TransferReasonIn)
@blueprint.response(200, TransferOut)
def reject_transfer(body: dict[str, Any], transfer_id: int) -> Response:
    """Refuse a transfer, with the reason. 409 with its state when it does not wait for approval."""
    transfer = queries.transfer_for(transfer_id)
    done = operations.reject_transfer(transfer.id, reason=body["reason"], actor=me())
    return jsonify(shown_transfer(done))


@blueprint.post("/transfers/<int:transfer_id>/ship")
@needs(P.TRANSFER_SHIP)
@blueprint.response(200, TransferOut)
def ship_transfer(transfer_id: int) -> Response:
    """Send off an approved transfer. 409 when there is not enough, with all the lines, or with its state."""
    transfer = queries.transfer_for(transfer_id)
    return jsonify(shown_transfer(operations.ship_transfer(transfer.id, actor=me())))


@blueprint.post("/transfers/<int:transfer_id>/complete")
@needs(P.TRANSFER_RECEIVE)
@blueprint.arguments(TransferReceiptIn)
@blueprint.response(200, TransferOut)
def complete_transfer(body: dict[str, Any], transfer_id: int) -> Response:
    """Take in what has arrived; without ``items`` everything. 409 with its state when it is not on its way."""
    transfer = queries.transfer_for(transfer_id)
    done = operations.complete_transfer(transfer.id, body["received"], actor=me())
    return jsonify(shown_transfer(done))


@blueprint.post("/transfers/<int:transfer_id>/cancel")
@needs(P.TRANSFER_CREATE)
@blueprint.arguments(TransferCancelIn)
@blueprint.response(200, TransferOut)
def cancel_transfer(body: dict[str, Any], transfer_id: int) -> Response:
    """Call off a transfer; one on its way comes back, for which the right to send off is needed."""
    transfer = queries.transfer_for(transfer_id)
    return jsonify(shown_transfer(operations.cancel_transfer(transfer.id, reason=body["reason"], actor=me())))
