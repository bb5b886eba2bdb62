"""Lots: what is left of them, where they came from and where they went."""

from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect, decode_cursor, encode_cursor, page
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.models import Batch, InventoryMovement
from smartpos.stock.operations.lot_facts import edit_lot
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries import lots as queries
from smartpos.stock.queries.chains import chain, ends
from smartpos.stock.queries.transfers import CARRIERS, seen_branch
from smartpos.stock.schemas.lots import (
    BatchOut,
    BatchPage,
    ChainOut,
    ChainQuery,
    EndOut,
    LinkOut,
    LotChange,
    LotsQuery,
    TraceOut,
    TraceQuery,
    TraceRow,
)


def _dump(statement: AnySelect, rows: Iterable[Any]) -> Any:
    """Lots with what is to be done about them, without costs for those who may not see them."""
    watch = queries.Watch(me())
    names = statement.selected_columns.keys()
    shown = []
    for row in rows:
        facts = dict(zip(names, row, strict=True))
        outlook = watch.outlook(
            received=facts["received_date"],
            expires=facts["expiration_date"],
            price=facts["price"],
            shelf_life_days=facts["shelf_life_days"],
        )
        shown.append(
            facts
            | {
                "days_left": outlook.days_left,
                "expiry": outlook.expiry,
                "markdown_percent": outlook.markdown_percent,
                "suggested_price": outlook.price,
            }
        )
    hidden = () if can(CatalogPermission.COST_READ) else ("cost_per_unit",)
    return BatchOut(exclude=hidden).dump(shown, many=True)


def _one(batch_id: int) -> dict[str, Any]:
    statement = queries.one_lot(batch_id)
    rows = db.session.execute(statement).all()
    if not rows:
        raise NotFound
    lot: dict[str, Any] = _dump(statement, rows)[0]
    return lot


@blueprint.get("/batches")
@needs(StockPermission.BATCH_READ)
@blueprint.arguments(LotsQuery, location="query")
@blueprint.response(200, BatchPage)
def list_lots(query: dict[str, Any]) -> Response:
    """Lots, the oldest first; those that expire before a day by their day of expiry."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    if query["branch_id"] is not None:
        seen_branch(query["branch_id"])
    statement = queries.lots(**query)
    found = page(statement, queries.lot_keys(query["expiring_before"]), limit=limit, cursor=cursor)
    return jsonify(items=_dump(statement, found.items), next_cursor=found.next_cursor)


@blueprint.get("/batches/<int:batch_id>")
@needs(StockPermission.BATCH_READ)
@blueprint.response(200, BatchOut)
def get_lot(batch_id: int) -> Response:
    """One lot."""
    return jsonify(_one(batch_id))


@blueprint.put("/batches/<int:batch_id>")
@needs(StockPermission.BATCH_WRITE)
@blueprint.arguments(LotChange)
@blueprint.response(200, BatchOut)
def change_lot(body: dict[str, Any], batch_id: int) -> Response:
    """Correct the number and the day of expiry of a lot."""
    lot = db.session.get(Batch, batch_id)
    if lot is None:
        raise NotFound
    edit_lot(lot, number=body["batch_number"], expiration_date=body["expiration_date"], actor=me())
    return jsonify(_one(batch_id))


@blueprint.get("/batches/<int:batch_id>/trace")
@needs(StockPermission.BATCH_READ)
@blueprint.arguments(TraceQuery, location="query")
@blueprint.response(200, TraceOut)
def trace_lot(query: dict[str, Any], batch_id: int) -> Response:
    """Where a lot came from (its supplier and the documents that brought it) and where it went."""
    lot = _one(batch_id)
    statement = queries.trace(batch_id, query["direction"])
    found = page(statement, [InventoryMovement.id], limit=query["limit"], cursor=query["cursor"])
    names = statement.selected_columns.keys()
    hidden = () if can(CatalogPermission.COST_READ) else ("unit_cost", "value")
    rows = [dict(zip(names, row, strict=True)) for row in found.items]
    items = TraceRow(exclude=hidden).dump(rows, many=True)
    return jsonify(batch=lot, items=items, next_cursor=found.next_cursor)


@blueprint.get("/batches/<int:batch_id>/chain")
@needs(StockPermission.BATCH_READ)
@blueprint.arguments(ChainQuery, location="query")
@blueprint.response(200, ChainOut)
def follow_lot(query: dict[str, Any], batch_id: int) -> Response:
    """Through production: the lots that a lot was made into, or made of, and the receipts or purchases at the end."""
    lot = _one(batch_id)
    before = decode_cursor(query["cursor"], [int])[0] if query["cursor"] else None
    links = chain(batch_id, query["direction"])
    lots = [link.batch_id for link in links if link.batch_id is not None]
    found = ends(lots, query["direction"], carriers=CARRIERS, most=query["limit"] + 1, before=before)
    shown = found[: query["limit"]]
    return jsonify(
        batch=lot,
        links=LinkOut().dump(links, many=True),
        ends=EndOut().dump(shown, many=True),
        next_cursor=encode_cursor([shown[-1].id]) if len(found) > len(shown) else None,
    )
