"""Lots in the back office: which there are, what lies where, what should be sold soon, and what is set aside."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from wtforms.validators import InputRequired, Length

from smartpos.catalog.models import Product
from smartpos.core.admin import ReadOnlyView, TenantView, formatters
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import pill
from smartpos.core.admin.origins import CausedBy, caused_by, origin_link
from smartpos.core.db import db
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.identity.queries import in_sight
from smartpos.stock.admin.common import COST, PLACES, InSight
from smartpos.stock.models import Batch, BatchStock, InventoryMovement, StockReservation
from smartpos.stock.operations.lot_facts import edit_lot
from smartpos.stock.operations.lots import LONGEST_NUMBER
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import lots as queries
from smartpos.stock.queries.chains import End, Link, chain, ends
from smartpos.stock.queries.lots import Direction, Expiry
from smartpos.stock.queries.transfers import CARRIERS

# So many rows of a trace fit on the page of a lot; all of them are in the ledger, one click away.
MOST_TRACED = 100


class ExpiryIs(Filter):
    """Lots that have expired, that will soon, or that have time.

    ``column`` is one of the view's own table: Flask-Admin would join the table of another one once more.
    """

    control = "select"
    words = _l("is")

    def __init__(self, column: Any) -> None:
        super().__init__(
            column,
            _l("Expiry"),
            options=[
                (Expiry.EXPIRED.value, _l("Expired")),
                (Expiry.SOON.value, _l("Expires soon")),
                (Expiry.GOOD.value, _l("Has time")),
            ],
        )

    def clean(self, value: str) -> Any:
        return Expiry(value)

    def test(self, column: Any, value: Any) -> Any:
        return _watch().test(Batch.expiration_date, Expiry(value))


class Lies(Filter):
    """Lots of which something is left, or nothing any more."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Batch.id, _l("Left"), options=[("some", _l("Something")), ("none", _l("Nothing"))])

    def clean(self, value: str) -> Any:
        if value not in {"some", "none"}:
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        lies = queries.lies_somewhere()
        return lies if value == "some" else ~lies


def _watch() -> queries.Watch:
    """How the shop looks at expiry, once for a page."""
    if "lot_watch" not in g:
        g.lot_watch = queries.Watch(me())
    watch: queries.Watch = g.lot_watch
    return watch


def _outlook(lot: Batch) -> queries.Outlook:
    return _watch().outlook(
        received=lot.received_date,
        expires=lot.expiration_date,
        price=lot.product.price,
        shelf_life_days=lot.product.shelf_life_days,
    )


def days_left(lot: Batch) -> Any:
    """How long a lot may still be sold, as a pill."""
    outlook = _outlook(lot)
    if outlook.days_left is None:
        return ""
    if outlook.expiry is Expiry.EXPIRED:
        return pill(_("Expired"), "bad")
    if outlook.days_left == 0:
        return pill(_("Last day"), "bad")
    text = ngettext("%(num)d day", "%(num)d days", outlook.days_left)
    return pill(text, "warn" if outlook.expiry is Expiry.SOON else "good")


def markdown(lot: Batch) -> Any:
    """What should come off the price: ``−20% → 8 000``."""
    outlook = _outlook(lot)
    if outlook.markdown_percent is None or outlook.price is None:
        return ""
    percent = formatters.percent(-outlook.markdown_percent)
    return f"{percent} → {formatters.money(outlook.price)}"


def lot_link(lot: Batch) -> Markup:
    """The number of a lot, as a link to where it came from and where it went."""
    address = url_for("batches.details_view", id=lot.id)
    return Markup('<a href="{}">{}</a>').format(address, lot.batch_number)


class LotView(TenantView):
    """Lots: their number and expiry may be corrected, the rest belongs to the ledger."""

    permission_read, permission_edit = P.BATCH_READ, P.BATCH_WRITE
    column_permissions = {"cost_per_unit": COST}
    menu_icon, menu_order = "calendar", 40
    populates_model = False
    lead = _l("Goods that came together and expire together. What expires first is sold first.")
    column_list = (
        *("product", "days_left", "batch_number", "expiration_date", "left", "product.unit", "markdown"),
        *("supplier", "received_date"),
    )
    column_details_list = (
        *("product", "product.sku", "batch_number", "expiration_date", "days_left", "left", "product.unit"),
        *("markdown", "supplier", "received_date", "quantity_received", "cost_per_unit"),
        *("created_at", "updated_at"),
    )
    column_labels = {
        "product": _l("Product"),
        "product.sku": _l("Article"),
        "product.unit": _l("Unit"),
        "batch_number": _l("Lot"),
        "expiration_date": _l("Expires"),
        "days_left": _l("Days left"),
        "left": _l("Left"),
        "markdown": _l("Suggested price"),
        "supplier": _l("Supplier"),
        "received_date": _l("Received"),
        "quantity_received": _l("Received in all"),
        "cost_per_unit": _l("Unit cost"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {
        "expiration_date": _l("The last day on which it may be sold"),
        "left": _l("In all branches together"),
        "markdown": _l("So that it is sold before it expires; the steps are a setting"),
    }
    column_formats = {"left": formatters.quantity}
    column_formatters = {
        "days_left": lambda view, context, row, name: days_left(row),
        "markdown": lambda view, context, row, name: markdown(row),
    }
    column_formatters_detail = column_formatters
    column_sortable_list = ("expiration_date", "received_date")
    column_filters = ("product", "supplier", ExpiryIs(Batch.id), Lies(), "expiration_date", "received_date")
    search_hint = _l("Lot, product or article")
    form_columns = ("batch_number", "expiration_date")
    form_args = {
        "batch_number": {"validators": [InputRequired(), Length(max=LONGEST_NUMBER)]},
        "expiration_date": {"description": _l("The last day on which it may be sold")},
    }
    details_template = "stock/lot.html"

    def search(self, query: Any, words: list[str]) -> Any:
        query = query.join(Product, Product.id == Batch.product_id)
        for word in words:
            found = Batch.batch_number.icontains(word, autoescape=True) | (Product.sku == word)
            query = query.filter(found | Product.name.icontains(word, autoescape=True))
        return query

    def extra_loads(self) -> list[Any]:
        return [joinedload(Batch.product)]

    def enrich(self, rows: list[Any]) -> None:
        """What is left of each lot."""
        left = queries.left_of([row.id for row in rows])
        for row in rows:
            row.left = left.get(row.id, 0)

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        return edit_lot(
            model, number=form.batch_number.data, expiration_date=form.expiration_date.data, actor=me()
        )

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.batch_number}"

    def places_of(self, model: Batch) -> list[BatchStock]:
        """Where what is left of a lot lies, of the branches that the person sees."""
        query = db.select(BatchStock).where(
            BatchStock.batch_id == model.id, BatchStock.quantity > 0, in_sight(BatchStock.branch_id)
        )
        query = query.options(joinedload(BatchStock.branch)).order_by(BatchStock.branch_id)
        return list(db.session.scalars(query))

    def trace_of(self, model: Batch, direction: str) -> tuple[list[Any], bool]:
        """The last rows of the ledger that brought goods of a lot (``in``) or took them (``out``), and whether more."""
        statement = queries.trace(model.id, Direction(direction)).order_by(InventoryMovement.id.desc())
        rows = db.session.execute(statement.limit(MOST_TRACED + 1)).all()
        return list(rows[:MOST_TRACED]), len(rows) > MOST_TRACED

    def chain_of(self, model: Batch, direction: str) -> tuple[list[Link], list[End], bool]:
        """What was made of a lot (``out``) or what it is made of (``in``); where that ended, and if there is more."""
        way = Direction(direction)
        links = chain(model.id, way)
        lots = [link.batch_id for link in links if link.batch_id is not None]
        found = ends(lots, way, carriers=CARRIERS, most=MOST_TRACED + 1)
        return links, found[:MOST_TRACED], len(found) > MOST_TRACED

    def cause_of(self, row: Any) -> Any:
        """The document behind a row of the trace, as a link for those who may see it."""
        return origin_link(row.origin_kind, row.origin_id)

    def sees_costs(self) -> bool:
        """Whether the person may see what the goods cost."""
        return can(COST)

    def sees_movements(self) -> bool:
        """Whether the person may open the page of movements."""
        return can(P.MOVEMENT_READ)


class LotStockView(InSight, ReadOnlyView):
    """What lies of lots in each branch, the first to expire first: what to sell now, and what to write off."""

    permission_read = P.BATCH_READ
    menu_icon, menu_order = "clock", 45
    lead = _l("What lies of each lot in each branch, the first to expire first.")
    column_list = (
        *("product", "days_left", "batch.batch_number", "branch", "quantity", "product.unit"),
        *("batch.expiration_date", "markdown"),
    )
    column_labels = {
        "product": _l("Product"),
        "product.unit": _l("Unit"),
        "batch.batch_number": _l("Lot"),
        "batch.expiration_date": _l("Expires"),
        "branch": _l("Branch"),
        "quantity": _l("Quantity"),
        "days_left": _l("Days left"),
        "markdown": _l("Suggested price"),
        "updated_at": _l("Changed"),
    }
    column_details_list = (*column_list, "updated_at")
    column_formatters = {
        "batch.batch_number": lambda view, context, row, name: lot_link(row.batch),
        "days_left": lambda view, context, row, name: days_left(row.batch),
        "markdown": lambda view, context, row, name: markdown(row.batch),
    }
    column_formatters_detail = column_formatters
    column_filters = ("branch", "product", ExpiryIs(BatchStock.id), "quantity")
    form_ajax_refs = {"branch": PLACES}
    search_hint = _l("Lot, product or article")

    def get_query(self) -> Any:
        """What is there, the first to expire first."""
        query = super().get_query().filter(BatchStock.quantity > 0)
        return query.join(Batch, Batch.id == BatchStock.batch_id)

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        order = Batch.expiration_date.asc().nulls_last()
        return query.order_by(order, BatchStock.id), joins

    def search(self, query: Any, words: list[str]) -> Any:
        query = query.join(Product, Product.id == BatchStock.product_id)
        for word in words:
            found = Batch.batch_number.icontains(word, autoescape=True) | (Product.sku == word)
            query = query.filter(found | Product.name.icontains(word, autoescape=True))
        return query

    def extra_loads(self) -> list[Any]:
        return [joinedload(BatchStock.batch).joinedload(Batch.product)]

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.batch} · {model.branch}"


class ReservationView(InSight, ReadOnlyView):
    """What is set aside for something that will take it."""

    permission_read = P.STOCK_READ
    menu_icon, menu_order = "lock", 50
    lead = _l("Goods that are promised to somebody. They are there, but not available any more.")
    column_list = ("created_at", "product", "branch", "quantity", "product.unit", "origin_kind")
    column_labels = {
        "created_at": _l("Time"),
        "product": _l("Product"),
        "product.unit": _l("Unit"),
        "branch": _l("Branch"),
        "quantity": _l("Quantity"),
        "origin_kind": _l("For"),
    }
    column_formatters = {"origin_kind": caused_by}
    column_formatters_detail = column_formatters
    column_filters = ("product", "branch", CausedBy(StockReservation.origin_kind), "created_at")

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.branch}"
