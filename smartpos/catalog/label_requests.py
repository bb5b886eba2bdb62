"""From what the API and the pages are sent to what the operations of labels take."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Product, ProductStatus
from smartpos.catalog.operations.label_templates import ensure_templates
from smartpos.catalog.operations.labels import LabelRequest
from smartpos.catalog.queries import doors, search_products, stock_of
from smartpos.catalog.queries.labels import (
    Labelled,
    Shelf,
    default_price_type_id,
    default_template,
    label_template,
    labelled_products,
)
from smartpos.catalog.queries.pricing import in_ids
from smartpos.catalog.queries.tree import categories_below
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.money import plain
from smartpos.core.paging import Page, page
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch

MOST_CHOSEN = 2000


def shelf_of(actor: Actor, branch_id: int | None, price_type_id: int | None) -> Shelf:
    """Whose labels are asked about: the branch given, else one's own. Raises NotFound."""
    branch = doors.branch_id(branch_id) or actor.default_branch_id
    kind = default_price_type_id() if price_type_id is None else doors.price_type(price_type_id).id
    return Shelf(branch, kind, utc_now())


def label_request(given: Mapping[str, Any], actor: Actor) -> LabelRequest:
    """A request to print as the operation takes it. Raises NotFound for what is not there."""
    branch_id = given["branch_id"] or actor.default_branch_id
    if given["template_id"] is None:
        template = default_template(given["kind"])
        if template is None and actor.visit_reason is None:
            ensure_templates()
            template = default_template(given["kind"])
        if template is None:
            raise NotFound
    else:
        template = label_template(given["template_id"])
    return LabelRequest(
        template=template,
        items=[(item["product_id"], item["copies"]) for item in given["items"]],
        price_type=doors.price_type(given["price_type_id"] or default_price_type_id()),
        branch=None if branch_id is None else _branch(branch_id),
        **{name: given[name] for name in ("format", "by_stock", "start", "dpi", "own_letters", "is_kept")},
    )


def chosen_ids(query: Mapping[str, Any]) -> Page[int]:
    """The numbers of the products that a query means; of a category or of all only those on sale. Raises BadField."""
    limit, cursor = query["limit"], query["cursor"]
    if query["ids"]:
        return Page(_numbers(query["ids"]), None)
    if query["q"]:
        hits = search_products(query["q"], limit=limit, cursor=cursor, category_id=query["category_id"])
        return Page(hits.ids, hits.next_cursor)
    statement = select(Product.id).where(Product.deleted_at.is_(None), Product.status == ProductStatus.ACTIVE)
    if query["category_id"] is not None:
        inside = categories_below(doors.category(query["category_id"]).id)
        statement = statement.where(in_ids(Product.category_id, inside))
    return page(statement, [Product.id], limit=limit, cursor=cursor)


def label_rows(found: Sequence[Labelled], shelf: Shelf) -> list[dict[str, Any]]:
    """Products as ``LabelProductShape`` describes them."""
    stock = stock_of([one.id for one in found], shelf.branch_id) if found else {}
    return [
        {
            "product_id": one.id,
            "name": one.name,
            "sku": one.sku,
            "barcode": one.barcode,
            "unit": one.unit,
            "price": plain(one.price),
            "regular_price": plain(one.regular),
            "printed_price": None if one.printed_price is None else plain(one.printed_price),
            "printed_at": None if one.printed_at is None else one.printed_at.isoformat(),
            "stock_quantity": None if stock is None else plain(stock.get(one.id, Decimal(0))),
        }
        for one in found
    ]


def labelled(ids: Sequence[int], shelf: Shelf) -> list[dict[str, Any]]:
    """These products as ``LabelProductShape`` describes them."""
    return label_rows(labelled_products(ids, shelf), shelf)


def _branch(branch_id: int) -> Branch:
    number = doors.branch_id(branch_id)
    return db.session.get_one(Branch, number)


def _numbers(text: str) -> list[int]:
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_CHOSEN:
        raise BadField("ids", _("At most %(most)s products at once.", most=MOST_CHOSEN))
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise BadField("ids", _("This must be a list of numbers with commas."))
    return list(dict.fromkeys(int(part) for part in parts))
