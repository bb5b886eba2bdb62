"""Receipts to be looked at, over HTTP."""

from typing import Any

from flask import Response, g, jsonify

from smartpos.core.admin.labels import label_of
from smartpos.core.paging import page
from smartpos.core.permissions import needs
from smartpos.sales import queries
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import head_body
from smartpos.sales.models import Sale, SaleFlag
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.attention import Circumstances, circumstances_of, has_flag, is_flagged, was_seen
from smartpos.sales.schemas.counter import AttentionPage, AttentionQuery


@blueprint.get("/attention")
@needs(SalesPermission.SALE_READ_ALL)
@blueprint.arguments(AttentionQuery, location="query")
@blueprint.response(200, AttentionPage)
def attention(query: dict[str, Any]) -> Response:
    """Receipts that were accepted because they had happened, the latest first, with the reasons to look at them."""
    statement = queries.sales_of(g.principal).where(is_flagged())
    if query["flag"] is not None:
        statement = statement.where(has_flag(query["flag"].value))
    for column in (Sale.branch_id, Sale.cashier_id):
        if query[column.key] is not None:
            statement = statement.where(column == query[column.key])
    if query["first_day"] is not None:
        statement = statement.where(Sale.business_date >= query["first_day"])
    if query["last_day"] is not None:
        statement = statement.where(Sale.business_date <= query["last_day"])
    if query["unseen"]:
        statement = statement.where(~was_seen())
    found = page(
        statement, [Sale.sold_at, Sale.id], limit=query["limit"], cursor=query["cursor"], descending=True
    )
    heads = [queries.sale_head(row) for row in found.items]
    known = circumstances_of([head.id for head in heads])
    items = [head_body(head) | _body(head.flags, known[head.id]) for head in heads]
    return jsonify(items=items, next_cursor=found.next_cursor)


def _body(flags: list[str], known: Circumstances) -> dict[str, Any]:
    return {
        "reasons": [{"flag": flag, "label": str(label_of(SaleFlag(flag)).text)} for flag in flags],
        "sent_by": known.sent_by,
        "claimed_at": known.claimed_at.isoformat() if known.claimed_at else None,
        "seen_by": known.seen_by,
        "seen_at": known.seen_at.isoformat() if known.seen_at else None,
    }
