"""Transfers in the back office: listed and looked at; what may be done with them are acts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.core.admin import Form, ReadOnlyView, RowAction, describe
from smartpos.core.admin.formatters import number, pill, quantity
from smartpos.core.admin.origins import origin_link
from smartpos.core.db import db
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.stock.admin.common import COST
from smartpos.stock.models import StockAdjustment, StockTransfer, StockTransferLine, TransferStatus
from smartpos.stock.operations import ADJUSTMENT_ORIGIN
from smartpos.stock.operations import transfers as operations
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import transfers as queries

describe(
    {
        TransferStatus.PENDING: (_l("Waits for approval"), "warn"),
        TransferStatus.APPROVED: (_l("Approved"), "accent"),
        TransferStatus.IN_TRANSIT: (_l("On the way"), "info"),
        TransferStatus.COMPLETED: (_l("Received"), "good"),
        TransferStatus.REJECTED: (_l("Rejected"), "bad"),
        TransferStatus.CANCELLED: _l("Cancelled"),
    }
)


class RejectForm(Form):
    """Why a transfer is refused."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=operations.LONGEST_REASON)])


class CancelForm(Form):
    """Why a transfer is called off."""

    reason = TextAreaField(_l("Reason"), [Optional(), Length(max=operations.LONGEST_REASON)])


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done with a transfer. ``who`` is empty where nobody had to do it."""

    what: Any
    who: str
    at: datetime
    tone: str = ""
    note: str | None = None


def _is(*states: TransferStatus) -> Any:
    return lambda transfer: transfer.status in states


def _done(transfer: StockTransfer, sentence: str) -> Response:
    """Back to the transfer: its next step is there."""
    flash(sentence, "success")
    return redirect(url_for("stock_transfers.details_view", id=transfer.id))


def _approve(transfer: StockTransfer) -> Response:
    operations.approve_transfer(transfer.id, actor=me())
    return _done(transfer, _("The transfer may be sent off."))


def _reject(transfer: StockTransfer, form: RejectForm) -> Response:
    operations.reject_transfer(transfer.id, reason=form.reason.data or "", actor=me())
    return _done(transfer, _("The transfer is rejected."))


def _ship(transfer: StockTransfer) -> Response:
    operations.ship_transfer(transfer.id, actor=me())
    return _done(transfer, _("The goods are on their way."))


def _cancel(transfer: StockTransfer, form: CancelForm) -> Response:
    was_sent = transfer.status is TransferStatus.IN_TRANSIT
    operations.cancel_transfer(transfer.id, reason=form.reason.data, actor=me())
    back = _("The transfer is cancelled; its goods are back.")
    return _done(transfer, back if was_sent else _("The transfer is cancelled."))


def _may_cancel(transfer: StockTransfer) -> bool:
    if transfer.status is TransferStatus.IN_TRANSIT:
        return can(P.TRANSFER_SHIP)
    return transfer.status in {TransferStatus.PENDING, TransferStatus.APPROVED}


class TransferView(ReadOnlyView):
    """Transfers between branches."""

    permission_read = P.TRANSFER_READ
    menu_icon, menu_order = "truck", 25
    lead = _l("Goods on their way between branches: asked for, approved, sent off, received.")
    list_template = "stock/transfers.html"
    details_template = "stock/transfer.html"
    column_list = (
        *("number", "from_branch", "to_branch", "status", "lines_count"),
        *("created_at", "shipped_at", "completed_at"),
    )
    column_labels = {
        "number": _l("Number"),
        "from_branch": _l("From where"),
        "to_branch": _l("To where"),
        "status": _l("Status"),
        "lines_count": _l("Lines"),
        "created_at": _l("Requested"),
        "approved_at": _l("Approved"),
        "shipped_at": _l("Sent off"),
        "completed_at": _l("Received"),
        "closed_at": _l("Closed"),
        "author": _l("By"),
    }
    column_details_list = ("number", "status", "from_branch", "to_branch")
    column_formats = {"lines_count": number}
    column_filters = (
        "status",
        "from_branch",
        "to_branch",
        "created_at",
        "shipped_at",
        "completed_at",
        "author",
    )
    column_searchable_list = ("number",)
    search_hint = _l("Number of the transfer")
    row_actions = [
        RowAction(
            "approve",
            _l("Approve"),
            "check",
            P.TRANSFER_APPROVE,
            _approve,
            visible=_is(TransferStatus.PENDING),
            tone="primary",
        ),
        RowAction(
            "ship",
            _l("Send off"),
            "truck",
            P.TRANSFER_SHIP,
            _ship,
            _l("The goods leave their branch and are on their way."),
            visible=_is(TransferStatus.APPROVED),
            tone="primary",
        ),
        RowAction(
            "receive",
            _l("Receive"),
            "inbox",
            P.TRANSFER_RECEIVE,
            lambda transfer: redirect(url_for("stock.receive_transfer", transfer_id=transfer.id)),
            visible=_is(TransferStatus.IN_TRANSIT),
            tone="primary",
        ),
        RowAction(
            "slip",
            _l("Print the slip"),
            "print",
            P.TRANSFER_READ,
            lambda transfer: redirect(url_for("stock.transfer_slip", transfer_id=transfer.id)),
            in_list=False,
        ),
        RowAction(
            "reject",
            _l("Reject"),
            "x",
            P.TRANSFER_APPROVE,
            _reject,
            form=RejectForm,
            visible=_is(TransferStatus.PENDING),
            in_list=False,
        ),
        RowAction(
            "cancel",
            _l("Cancel the transfer"),
            "undo",
            P.TRANSFER_CREATE,
            _cancel,
            form=CancelForm,
            visible=_may_cancel,
            in_list=False,
        ),
    ]

    def get_query(self) -> Any:
        return super().get_query().filter(queries.seen_transfers())

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, unless both its branches are out of sight."""
        row = super().get_one(id)
        is_hidden = row is not None and row.from_branch is None and row.to_branch is None
        return None if is_hidden else row

    def enrich(self, rows: list[Any]) -> None:
        """How many lines each has."""
        of_transfer = StockTransferLine.transfer_id
        query = select(of_transfer, func.count()).where(of_transfer.in_([row.id for row in rows]))
        found = dict(db.session.execute(query.group_by(of_transfer)).all())
        for row in rows:
            row.lines_count = found.get(row.id, 0)

    def menu_badge(self) -> Any:
        """How many wait for the person who approves."""
        return (queries.waiting_transfers() or None) if can(P.TRANSFER_APPROVE) else None

    def title_of(self, model: Any) -> str:
        return _("Transfer %(number)s", number=model.number)

    # --- For the templates --------------------------------------------------------------------------------------
    def may_create(self) -> bool:
        """Whether the person may ask for goods."""
        return can(P.TRANSFER_CREATE)

    def sees_costs(self) -> bool:
        """Whether the person may see what the goods cost."""
        return can(COST)

    def items_of(self, model: StockTransfer) -> list[queries.TransferItem]:
        """The lines with their names."""
        return queries.transfer_items(model.id)

    def sent_of(
        self, model: StockTransfer, items: list[queries.TransferItem]
    ) -> dict[int, list[queries.Sent]]:
        """The lots in which the goods of each line were sent off, by its id."""
        return queries.sent_by_lines(model.id, items) if model.shipped_at else {}

    def acts_of(self, model: StockTransfer) -> list[tuple[StockAdjustment, Any, list[Any]]]:
        """The corrections that a discrepancy led to, each with a link and what it moved."""
        acts = queries.acts_of(model.id)
        moved = queries.lines_of_acts([act.id for act in acts], ADJUSTMENT_ORIGIN)
        return [(act, origin_link(ADJUSTMENT_ORIGIN, act.id), moved[act.id]) for act in acts]

    def steps_of(self, model: StockTransfer) -> list[Step]:
        """Who did what when, from the beginning."""
        people = (model.created_by, model.approved_by, model.shipped_by, model.completed_by, model.closed_by)
        names = queries.names_of_people(people)

        def name(user_id: int | None) -> str:
            return names.get(user_id, "") if user_id is not None else ""

        steps = [Step(_l("Requested"), name(model.created_by), model.created_at, note=model.notes)]
        if model.approved_at is not None:
            needed = model.approved_by is not None
            what = _l("Approved") if needed else _l("No approval was needed")
            steps.append(Step(what, name(model.approved_by), model.approved_at, "accent"))
        if model.shipped_at is not None:
            steps.append(Step(_l("Sent off"), name(model.shipped_by), model.shipped_at, "info"))
        if model.completed_at is not None:
            steps.append(Step(_l("Received"), name(model.completed_by), model.completed_at, "good"))
        if model.closed_at is not None:
            rejected = model.status is TransferStatus.REJECTED
            what = _l("Rejected") if rejected else _l("Cancelled")
            steps.append(Step(what, name(model.closed_by), model.closed_at, "bad", model.reason))
        return steps


def _transfer_link(_view: Any, _context: Any, row: StockTransferLine, _name: str) -> Any:
    address = url_for("stock_transfers.details_view", id=row.transfer_id)
    return Markup('<a href="{}">{}</a>').format(address, row.transfer)


def _discrepancy(_view: Any, _context: Any, row: StockTransferLine, _name: str) -> Any:
    if row.received_quantity is None or not row.discrepancy:
        return ""
    return pill(quantity(row.discrepancy), "bad" if row.discrepancy < 0 else "warn")


class TransferLineView(ReadOnlyView):
    """The lines of all transfers: what was sent where, and what did not arrive."""

    permission_read = P.TRANSFER_READ
    column_permissions = {"value": COST}
    menu_hidden = True
    lead = _l("The lines of all transfers: what was sent, and what arrived.")
    column_list = (
        *("transfer", "transfer.status", "product", "batch", "quantity", "product.unit"),
        *("received_quantity", "discrepancy", "value", "note"),
    )
    column_labels = {
        "transfer": _l("Transfer"),
        "transfer.status": _l("Status"),
        "product": _l("Product"),
        "batch": _l("Lot"),
        "quantity": _l("Quantity"),
        "product.unit": _l("Unit"),
        "received_quantity": _l("Received"),
        "discrepancy": _l("Difference"),
        "value": _l("Worth"),
        "note": _l("What was wrong"),
        "position": _l("Line"),
    }
    column_formatters = {"transfer": _transfer_link, "discrepancy": _discrepancy}
    column_wrap = ("note",)
    column_filters = ("transfer", "product", "batch", "quantity")

    def get_query(self) -> Any:
        seen = select(StockTransfer.id).where(queries.seen_transfers())
        return super().get_query().filter(StockTransferLine.transfer_id.in_(seen))

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The line of that number, unless both branches of its transfer are out of sight."""
        row = super().get_one(id)
        if row is None or (row.transfer.from_branch is None and row.transfer.to_branch is None):
            return None
        return row

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.transfer}"
