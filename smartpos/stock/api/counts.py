"""Stock counts: begun, counted, looked over and posted."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.fields import CursorQuery
from smartpos.core.paging import page
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.models import StockCount
from smartpos.stock.operations import counts as operations
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import countable
from smartpos.stock.queries import counts as queries
from smartpos.stock.schemas.counts import (
    CountablePage,
    CountDetails,
    CountEntryIn,
    CountEntryOut,
    CountIn,
    CountLineOut,
    CountOut,
    CountPage,
    CountQuery,
    CountsQuery,
    CountTotalsOut,
    ProgressOut,
)


@blueprint.get("/counts")
@needs(P.COUNT_READ)
@blueprint.arguments(CountsQuery, location="query")
@blueprint.response(200, CountPage)
def list_counts(query: dict[str, Any]) -> dict[str, Any]:
    """Stock counts, the latest first."""
    statement = queries.counts(branch_id=query["branch_id"], status=query["status"])
    found = page(statement, [StockCount.id], limit=query["limit"], cursor=query["cursor"], descending=True)
    return {"items": found.items, "next_cursor": found.next_cursor}


@blueprint.post("/counts")
@needs(P.COUNT_CREATE)
@blueprint.arguments(CountIn)
@blueprint.response(201, CountOut)
@blueprint.alt_response(200, schema=CountOut, description="This client_uuid was recorded before")
def start_count(body: dict[str, Any]) -> Response:
    """Begin to count a branch or a category of it. 409 when another open count has some of the same products."""
    count, is_new = operations.start_count(**body, actor=me())
    return make_response(jsonify(CountOut().dump(count)), 201 if is_new else 200)


@blueprint.get("/counts/<int:count_id>")
@needs(P.COUNT_READ)
@blueprint.arguments(CountQuery, location="query")
@blueprint.response(200, CountDetails)
def get_count(query: dict[str, Any], count_id: int) -> Response:
    """A count with what it found, the largest differences first; of a blind one only who may post it sees them."""
    count = queries.count_for(count_id)
    seen = queries.sees_expected(count, me())
    costs = can(CatalogPermission.COST_READ)
    found = queries.count_lines(
        count,
        limit=query["limit"],
        cursor=query["cursor"],
        only_differences=query["only_differences"] and seen,
        by_value=costs,
        in_order=not seen,
    )
    # What is hidden from somebody is not in the answer at all, rather than empty.
    hidden = () if seen and costs else ("value",) if seen else ("expected", "difference", "value", "unsure")
    totals = queries.count_totals(count, only_counted=not seen)
    sums = () if seen and costs else ("up", "down") if seen else ("differing", "up", "down")
    body: dict[str, Any] = CountOut().dump(count)
    return jsonify(
        body
        | {
            "adjustment_id": operations.adjustment_of(count),
            "totals": CountTotalsOut(exclude=sums).dump(totals._asdict()),
            "items": CountLineOut(exclude=hidden).dump([line._asdict() for line in found.items], many=True),
            "next_cursor": found.next_cursor,
        }
    )


@blueprint.post("/counts/<int:count_id>/lines")
@needs(P.COUNT_ENTER)
@blueprint.arguments(CountEntryIn)
@blueprint.response(201, CountEntryOut)
@blueprint.alt_response(200, schema=CountEntryOut, description="This client_uuid was recorded before")
def add_count_entry(body: dict[str, Any], count_id: int) -> Response:
    """Add what was counted of a product in one place. 409 when the count takes no entries any more."""
    entry, is_new = operations.add_count_entry(count_id, actor=me(), **body)
    shown: dict[str, Any] = CountEntryOut(exclude=("total",)).dump(entry)
    shown |= CountEntryOut(only=("total",)).dump({"total": queries.counted_of(count_id, entry.product_id)})
    return make_response(jsonify(shown), 201 if is_new else 200)


@blueprint.get("/counts/<int:count_id>/products")
@needs(P.COUNT_ENTER)
@blueprint.arguments(CursorQuery, location="query")
@blueprint.response(200, CountablePage)
def list_countable(query: dict[str, Any], count_id: int) -> dict[str, Any]:
    """The products that belong to a count, with their codes, for a device that finds them without the network."""
    count = queries.count_for(count_id)
    found = countable.countable_goods(count.category_id, limit=query["limit"], cursor=query["cursor"])
    return {"items": [countable.as_shown(item) for item in found.items], "next_cursor": found.next_cursor}


@blueprint.get("/counts/<int:count_id>/progress")
@needs(P.COUNT_ENTER)
@blueprint.response(200, ProgressOut)
def get_count_progress(count_id: int) -> dict[str, Any]:
    """How far a count is, who else counts, and the last entries of the person who asks."""
    count = queries.count_for(count_id)
    return {
        "status": count.status,
        "people": queries.counters(count.id),
        "entries": queries.recent_entries(count.id, me().user_id),
    }


@blueprint.post("/counts/<int:count_id>/finish")
@needs(P.COUNT_ENTER)
@blueprint.response(200, CountOut)
def finish_count(count_id: int) -> StockCount:
    """All is counted; the differences can be looked over. 409 when it is not being counted."""
    return operations.finish_count(count_id, actor=me())


@blueprint.post("/counts/<int:count_id>/reopen")
@needs(P.COUNT_CREATE)
@blueprint.response(200, CountOut)
def reopen_count(count_id: int) -> StockCount:
    """Something has to be counted again. 409 when it is not finished, or posted already."""
    return operations.reopen_count(count_id, actor=me())


@blueprint.post("/counts/<int:count_id>/post")
@needs(P.COUNT_POST)
@blueprint.response(200, CountOut)
def post_count(count_id: int) -> StockCount:
    """Approve a count: its differences are corrected at once. 409 when it is posted already or cancelled."""
    return operations.post_count(count_id, actor=me())


@blueprint.post("/counts/<int:count_id>/cancel")
@needs(P.COUNT_CREATE)
@blueprint.response(200, CountOut)
def cancel_count(count_id: int) -> StockCount:
    """Give a count up; nothing is corrected. 409 when it is posted or cancelled already."""
    return operations.cancel_count(count_id, actor=me())
