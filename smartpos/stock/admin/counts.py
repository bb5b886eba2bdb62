"""Stock counts in the back office: begun, looked over with their differences, posted."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.core.admin import ReadOnlyView, RowAction, TenantView, describe
from smartpos.core.admin.formatters import NOTHING, quantity, unit_cost
from smartpos.core.admin.origins import origin_link
from smartpos.core.db import db
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.identity.queries import in_sight, sees_branch
from smartpos.stock.admin.common import COST, InSight
from smartpos.stock.models import CountStatus, StockCount, StockCountEntry, StockCountLine
from smartpos.stock.operations import counts as operations
from smartpos.stock.operations.adjustments import ADJUSTMENT_ORIGIN
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import counts as queries

PER_PAGE = 100

describe(
    {
        CountStatus.COUNTING: (_l("Being counted"), "info"),
        CountStatus.REVIEW: (_l("Waits for approval"), "warn"),
        CountStatus.POSTED: (_l("Posted"), "good"),
        CountStatus.CANCELLED: _l("Cancelled"),
    }
)


def _in(*states: CountStatus) -> Any:
    return lambda count: count.status in states


def _go_counting(count: StockCount) -> Any:
    return redirect(url_for("stock.count", count_id=count.id))


def _finish(count: StockCount) -> str:
    operations.finish_count(count.id, actor=me())
    return _("The stock count is finished. Look over the differences and post it.")


def _reopen(count: StockCount) -> str:
    operations.reopen_count(count.id, actor=me())
    return _("The stock count is open again.")


def _post(count: StockCount) -> str:
    operations.post_count(count.id, actor=me())
    return _("The stock count is posted: the books hold what was counted.")


def _cancel(count: StockCount) -> str:
    operations.cancel_count(count.id, actor=me())
    return _("The stock count is cancelled; nothing was corrected.")


def _correction(_view: Any, _context: Any, row: StockCount, _name: str) -> Any:
    number = operations.adjustment_of(row) if row.status is CountStatus.POSTED else None
    return origin_link(ADJUSTMENT_ORIGIN, number) if number else NOTHING


def _has(count: StockCount, name: str) -> bool:
    """Whether there is anything to tell under this name."""
    return count.status is CountStatus.POSTED if name == "correction" else getattr(count, name) is not None


class CountView(InSight, TenantView):
    """Counts: begun here, then only their steps change them."""

    permission_read, permission_create = P.COUNT_READ, P.COUNT_CREATE
    menu_icon, menu_order = "check", 37
    populates_model = False
    lead = _l("What was counted against what the books expected, while the shop went on selling.")
    new_title, new_label = _l("Start a stock count"), _l("Start a stock count")
    column_list = ("number", "created_at", "branch", "category", "status", "is_blind", "author", "posted_at")
    column_details_list = (
        "branch",
        "category",
        "status",
        "is_blind",
        "covers_uncounted",
        "created_at",
        "author",
        "finished_at",
        "finisher",
        "posted_at",
        "poster",
        "cancelled_at",
        "canceller",
        "correction",
        "notes",
    )
    column_labels = {
        "number": _l("Number"),
        "created_at": _l("Begun"),
        "branch": _l("Branch"),
        "category": _l("Category"),
        "status": _l("State"),
        "is_blind": _l("Blind"),
        "covers_uncounted": _l("What nobody counts is not there"),
        "author": _l("By"),
        "finished_at": _l("Finished"),
        "finisher": _l("Finished by"),
        "posted_at": _l("Posted"),
        "poster": _l("Posted by"),
        "cancelled_at": _l("Cancelled"),
        "canceller": _l("Cancelled by"),
        "correction": _l("Correction"),
        "notes": _l("Notes"),
    }
    column_wrap = ("notes",)
    column_formatters = {"correction": _correction}
    column_sortable_list = ()
    column_searchable_list = ("number",)
    column_filters = ("branch", "category", "status", "created_at", "author")
    form_columns = ("branch", "category", "is_blind", "covers_uncounted", "notes")
    form_args = {
        "category": {"description": _l("With everything below it; empty means the whole branch")},
        "is_blind": {"description": _l("Who counts does not see what the books expect.")},
        "covers_uncounted": {
            "description": _l("Products that nobody counts are written off. For a full count only.")
        },
    }
    details_template = "stock/count_details.html"
    row_actions = [
        RowAction(
            "count",
            _l("Count"),
            "barcode",
            P.COUNT_ENTER,
            _go_counting,
            tone="primary",
            visible=_in(CountStatus.COUNTING),
        ),
        RowAction(
            "finish",
            _l("Everything is counted"),
            "check",
            P.COUNT_ENTER,
            _finish,
            confirm_text=_l("After this nobody can add to this stock count until it is opened again."),
            visible=_in(CountStatus.COUNTING),
            in_list=False,
        ),
        RowAction(
            "reopen",
            _l("Count again"),
            "undo",
            P.COUNT_CREATE,
            _reopen,
            visible=_in(CountStatus.REVIEW),
            in_list=False,
        ),
        RowAction(
            "post",
            _l("Approve and post"),
            "check",
            P.COUNT_POST,
            _post,
            confirm_text=_l("The books will hold what was counted. This cannot be undone."),
            tone="primary",
            visible=_in(CountStatus.REVIEW),
            in_list=False,
        ),
        RowAction(
            "cancel",
            _l("Cancel the count"),
            "x",
            P.COUNT_CREATE,
            _cancel,
            confirm_text=_l("Nothing will be corrected, and what was counted no longer matters."),
            tone="danger",
            visible=_in(CountStatus.COUNTING, CountStatus.REVIEW),
            in_list=False,
        ),
    ]

    def menu_badge(self) -> Any:
        """How many counts wait for the person who may post them."""
        return queries.waiting_counts() or None if can(P.COUNT_POST) else None

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        return operations.start_count(**self.keywords(form), actor=me())[0]

    def facts(self, model: Any) -> list[tuple[Any, Any, list[tuple[str, Any]]]]:
        """The head of a count, without the steps that it has not taken."""
        return [
            (title, hint, [(name, label) for name, label in pairs if _has(model, name)])
            for title, hint, pairs in super().facts(model)
        ]

    def report(self, count: StockCount) -> dict[str, Any]:
        """The differences, as the person may see them: a page of lines, the sums, and where the next page is."""
        seen, costs = queries.sees_expected(count, me()), can(COST)
        # Who counts sees everything that was counted, who approves first of all what differs.
        only = seen and request.args.get("all") != "1"
        cursor = request.args.get("cursor") or None
        found = queries.count_lines(
            count, limit=PER_PAGE, cursor=cursor, only_differences=only, by_value=costs, in_order=not seen
        )

        def address(**changes: Any) -> str:
            return self.get_url(".details_view", id=count.id, **changes)

        every = {} if only else {"all": "1"}
        return {
            "lines": found.items,
            "totals": queries.count_totals(count, only_counted=not seen),
            "sees_expected": seen,
            "sees_costs": costs,
            "only_differences": only,
            "is_posted": count.status is CountStatus.POSTED,
            "all_url": address(all="1"),
            "differences_url": address(),
            "first_url": address(**every) if cursor else "",
            "next_url": address(cursor=found.next_cursor, **every) if found.next_cursor else "",
            "people": queries.counters(count.id),
        }


def _count_link(_view: Any, _context: Any, row: Any, _name: str) -> Markup:
    address = url_for("stock_counts.details_view", id=row.count_id)
    return Markup('<a href="{}">{}</a>').format(address, row.count.number)


class _OfSeenCounts:
    """Put before the base of a view whose rows belong to counts: those of other workspaces are not there."""

    model: type[Any]

    def get_query(self) -> Any:
        """Without rows of counts that the person does not see."""
        seen = select(StockCount.id).where(in_sight(StockCount.branch_id))
        return super().get_query().filter(self.model.count_id.in_(seen))  # type: ignore[misc]

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, or None: for one of a count that the person does not see too."""
        row = super().get_one(id)  # type: ignore[misc]
        return row if row is not None and sees_branch(row.count.branch_id) else None


class EntryView(_OfSeenCounts, ReadOnlyView):
    """What was counted, entry by entry."""

    permission_read = P.COUNT_READ
    menu_icon, menu_order = "barcode", 38
    lead = _l("Every entry of every stock count. A mistake is made up for by another entry.")
    column_list = ("count", "counted_at", "product", "quantity", "product.unit", "counter", "note")
    column_labels = {
        "count": _l("Stock count"),
        "counted_at": _l("Time"),
        "product": _l("Product"),
        "quantity": _l("Quantity"),
        "product.unit": _l("Unit"),
        "counter": _l("By"),
        "note": _l("Notes"),
    }
    column_formatters = {"count": _count_link}
    column_filters = ("count", "product", "counter", "counted_at")

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.id}"

    def extra_loads(self) -> list[Any]:
        return [joinedload(StockCountEntry.count)]


def _veiled(format_: Any) -> Any:
    """A figure that tells what the books expected: of a blind count for those alone who may post it."""

    def shown(_view: Any, _context: Any, row: StockCountLine, name: str) -> Any:
        return format_(getattr(row, name)) if queries.sees_expected(row.count, me()) else NOTHING

    return shown


class LineView(_OfSeenCounts, ReadOnlyView):
    """What posted counts found."""

    permission_read = P.COUNT_READ
    column_permissions = {"value": COST}
    menu_icon, menu_order = "chart", 39
    lead = _l("What posted stock counts found of each product.")
    column_list = (
        "count",
        "counted_at",
        "product",
        "expected",
        "counted",
        "difference",
        "product.unit",
        "value",
    )
    column_labels = {
        "count": _l("Stock count"),
        "counted_at": _l("Time"),
        "product": _l("Product"),
        "expected": _l("Expected"),
        "counted": _l("Counted"),
        "difference": _l("Difference"),
        "product.unit": _l("Unit"),
        "value": _l("Worth"),
    }
    column_formatters = {
        "count": _count_link,
        "expected": _veiled(quantity),
        "difference": _veiled(quantity),
        "value": _veiled(unit_cost),
    }
    column_filters = ("count", "product", "counted_at")

    def get_query(self) -> Any:
        """Without what nobody has counted of blind counts, for people who may not learn what the books expected."""
        query = super().get_query()
        return query if can(P.COUNT_POST) else query.filter(queries.is_open_to_all())

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The line of that number, or None: for one that ``get_query`` leaves out too."""
        row = super().get_one(id)
        if row is None or can(P.COUNT_POST):
            return row
        shown = select(StockCountLine.id).where(StockCountLine.id == row.id, queries.is_open_to_all())
        return row if db.session.scalar(shown) is not None else None

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.count}"

    def extra_loads(self) -> list[Any]:
        return [joinedload(StockCountLine.count)]
