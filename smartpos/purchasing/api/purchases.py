"""Purchases over HTTP."""

from decimal import Decimal
from typing import Any

from flask import Response, jsonify, make_response, request
from flask.views import MethodView
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.files import send_stored_file
from smartpos.core.paging import page
from smartpos.core.permissions import can, needs, require
from smartpos.identity.errors import BadField
from smartpos.identity.principal import me
from smartpos.purchasing import operations
from smartpos.purchasing.api.blueprint import blueprint
from smartpos.purchasing.costing import CostedLine, spread_as
from smartpos.purchasing.models import Purchase, PurchaseFile, PurchaseItem
from smartpos.purchasing.operations.reckoning import counted, value_of
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries import purchases as queries
from smartpos.purchasing.schemas.purchases import (
    COSTS,
    ConfirmIn,
    FileOut,
    NewPurchaseIn,
    PurchaseHead,
    PurchaseIn,
    PurchaseOut,
    PurchasePage,
    PurchasesQuery,
    ReasonIn,
    ReceiveIn,
    ReturnIn,
)

_HEAD_COSTS = tuple(name for name in COSTS if "." not in name and name != "costs")
NOTHING = Decimal("0.000")
_BEFORE = "This client_uuid was recorded before; nothing was written"


@blueprint.route("/supplies")
class Supplies(MethodView):
    """Purchases."""

    @needs(P.PURCHASE_READ)
    @blueprint.arguments(PurchasesQuery, location="query")
    @blueprint.response(200, PurchasePage)
    def get(self, query: dict[str, Any]) -> Response:
        """Purchases and returns without their lines, the latest first."""
        cursor, limit = query.pop("cursor"), query.pop("limit")
        found = page(queries.purchases(**query), [Purchase.id], limit=limit, cursor=cursor, descending=True)
        hidden = () if can(CatalogPermission.COST_READ) else _HEAD_COSTS
        shape = PurchaseHead(exclude=("supplier", "branch", *hidden))
        items = [
            _dumped(shape, purchase) | {"supplier": supplier, "branch": branch}
            for purchase, supplier, branch in found.items
        ]
        return jsonify(items=items, next_cursor=found.next_cursor)

    @needs(P.PURCHASE_WRITE)
    @blueprint.arguments(NewPurchaseIn)
    @blueprint.response(201, PurchaseOut)
    @blueprint.alt_response(200, schema=PurchaseOut, description=_BEFORE)
    def post(self, body: dict[str, Any]) -> Response:
        """Enter a purchase; with ``confirm`` its goods come into stock at once.

        Safe to repeat with the same client_uuid: 200 and the first purchase; with other contents 409. ``confirm`` needs
        purchasing:purchase:confirm.
        """
        purchase, created = operations.create_purchase(body["facts"], confirm=body["confirm"], actor=me())
        return make_response(jsonify(_body(purchase)), 201 if created else 200)


@blueprint.route("/supplies/<int:purchase_id>")
class OneSupply(MethodView):
    """One purchase."""

    @needs(P.PURCHASE_READ)
    @blueprint.response(200, PurchaseOut)
    def get(self, purchase_id: int) -> Response:
        """A purchase with its lines, costs, files and returns."""
        return jsonify(_body(queries.purchase_of(purchase_id)))

    @needs(P.PURCHASE_WRITE)
    @blueprint.arguments(PurchaseIn)
    @blueprint.response(200, PurchaseOut)
    def put(self, facts: operations.PurchaseFacts, purchase_id: int) -> Response:
        """Make a draft or an order exactly this; 409 once it was received."""
        return jsonify(_body(operations.edit_purchase(purchase_id, facts, actor=me())))


@blueprint.post("/supplies/<int:purchase_id>/order")
@needs(P.PURCHASE_WRITE)
@blueprint.response(200, PurchaseOut)
def order_supply(purchase_id: int) -> Response:
    """Note that a draft was sent to the supplier."""
    return jsonify(_body(operations.order_purchase(purchase_id, actor=me())))


@blueprint.post("/supplies/<int:purchase_id>/receive")
@needs(P.PURCHASE_RECEIVE)
@blueprint.arguments(ReceiveIn)
@blueprint.response(200, PurchaseOut)
def receive_supply(body: dict[str, Any], purchase_id: int) -> Response:
    """Note what was unloaded, in part, over or under, and in which lots; stock does not change before confirming."""
    return jsonify(_body(operations.receive_purchase(purchase_id, body["items"], actor=me())))


@blueprint.post("/supplies/<int:purchase_id>/confirm")
@needs(P.PURCHASE_CONFIRM)
@blueprint.arguments(ConfirmIn)
@blueprint.response(200, PurchaseOut)
def confirm_supply(body: dict[str, Any], purchase_id: int) -> Response:
    """Take the goods into stock and owe the supplier for them.

    422 with the lines that nobody has matched with a product; 409 when it was confirmed before.
    """
    purchase, _rest = operations.confirm_purchase(purchase_id, remainder=body["remainder"], actor=me())
    return jsonify(_body(purchase))


@blueprint.post("/supplies/<int:purchase_id>/revert")
@needs(P.PURCHASE_REVERT)
@blueprint.arguments(ReasonIn)
@blueprint.response(200, PurchaseOut)
def revert_supply(body: dict[str, Any], purchase_id: int) -> Response:
    """Take a confirmed purchase or return back; 409 with the lines when the goods are gone."""
    return jsonify(_body(operations.revert_purchase(purchase_id, reason=body["reason"], actor=me())))


@blueprint.post("/supplies/<int:purchase_id>/cancel")
@needs(P.PURCHASE_WRITE)
@blueprint.arguments(ReasonIn)
@blueprint.response(200, PurchaseOut)
def cancel_supply(body: dict[str, Any], purchase_id: int) -> Response:
    """Call off what is not confirmed."""
    return jsonify(_body(operations.cancel_purchase(purchase_id, reason=body["reason"], actor=me())))


@blueprint.post("/supplies/<int:purchase_id>/return")
@needs(P.PURCHASE_CONFIRM)
@blueprint.arguments(ReturnIn)
@blueprint.response(201, PurchaseOut)
@blueprint.alt_response(200, schema=PurchaseOut, description=_BEFORE)
def return_supply(body: operations.ReturnRequest, purchase_id: int) -> Response:
    """Send goods back to the supplier; 409 with the lines for more than came or than is there."""
    document, created = operations.return_purchase(purchase_id, body, actor=me())
    return make_response(jsonify(_body(document)), 201 if created else 200)


@blueprint.post("/supplies/<int:purchase_id>/files")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            }
        },
    }
)
@blueprint.response(201, FileOut)
def add_supply_file(purchase_id: int) -> PurchaseFile:
    """Attach a picture (written anew) or a PDF of the paper."""
    require(P.PURCHASE_WRITE)
    purchase = queries.purchase_of(purchase_id)
    upload = request.files.get("file") or request.files.get("image")
    if upload is None:
        raise BadField("file", _("Send a picture or a PDF as the form field “file”."))
    return operations.add_purchase_file(
        purchase, upload.read(), original_name=upload.filename or "", actor=me()
    )


@blueprint.route("/supplies/<int:purchase_id>/files/<int:file_id>")
class OneSupplyFile(MethodView):
    """A paper behind a purchase."""

    @needs(P.PURCHASE_READ)
    @blueprint.response(200, content_type="application/octet-stream")
    def get(self, purchase_id: int, file_id: int) -> Response:
        """The picture or the PDF itself."""
        file = operations.purchase_file(queries.purchase_of(purchase_id), file_id)
        return send_stored_file(file.file_id, forever=True)

    @blueprint.response(204)
    def delete(self, purchase_id: int, file_id: int) -> None:
        """Take a file off a purchase."""
        require(P.PURCHASE_WRITE)
        file = operations.purchase_file(queries.purchase_of(purchase_id), file_id)
        operations.delete_purchase_file(file, actor=me())


def _dumped(shape: PurchaseHead, purchase: Purchase) -> dict[str, Any]:
    answer: dict[str, Any] = shape.dump(purchase)
    return answer


def _body(purchase: Purchase) -> dict[str, Any]:
    lines = queries.lines_of(purchase.id)
    items = [row[0] for row in lines]
    returned = queries.returned_quantities([item.id for item in items])
    shape = PurchaseOut(exclude=() if can(CatalogPermission.COST_READ) else COSTS)
    costed = [_costed(item, purchase, weight) for item, _name, _sku, _unit, weight in lines]
    facts = {name: getattr(purchase, name) for name in _COLUMNS}
    facts |= {
        "supplier": purchase.supplier.name if purchase.supplier else None,
        "branch": purchase.branch.name,
        "items": [
            {column: getattr(item, column) for column in _ITEM_COLUMNS}
            | {"product": name, "sku": sku, "unit": unit, "returned": returned.get(item.id, NOTHING)}
            for item, name, sku, unit, _weight in lines
        ],
        "costs": [
            {
                "id": cost.id,
                "kind": cost.kind,
                "amount": cost.amount,
                "spread_by": cost.spread_by,
                "spread_as": spread_as(cost.spread_by, costed),
                "note": cost.note,
            }
            for cost in purchase.costs
        ],
        "files": queries.files_of(purchase.id),
        "returns": queries.returns_of(purchase.id),
        "backorder_id": db.session.scalar(
            select(Purchase.id).where(Purchase.backorder_of_id == purchase.id).limit(1)
        ),
    }
    answer: dict[str, Any] = shape.dump(facts)
    return answer


def _costed(item: PurchaseItem, purchase: Purchase, weight: Any) -> CostedLine:
    return CostedLine(counted(item), value_of(item, purchase) - item.cost_share, weight)


_COLUMNS = tuple(column.key for column in Purchase.__table__.columns)
_ITEM_COLUMNS = tuple(column.key for column in PurchaseItem.__table__.columns)
