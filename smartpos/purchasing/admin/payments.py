"""Payments to suppliers in the back office: made on a page of their own, taken back here."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import Form, ReadOnlyView, RowAction
from smartpos.core.admin.filters import YesNo
from smartpos.core.admin.formatters import NOTHING, money, pill
from smartpos.core.db import db
from smartpos.crm.models import Supplier
from smartpos.crm.operations.corrections import LONGEST_REASON
from smartpos.crm.queries.choices import SupplierChoices
from smartpos.identity.principal import me
from smartpos.purchasing.models import SupplierPayment
from smartpos.purchasing.operations.payments import reverse_supplier_payment
from smartpos.purchasing.permissions import PurchasingPermission as P


class ReasonForm(Form):
    """Why a payment is taken back."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])


class TakenBack(YesNo):
    """Whether a row against the payment exists, or it is such a row."""

    def __init__(self) -> None:
        super().__init__(SupplierPayment.reverses_id, _l("Taken back"))

    def test(self, column: Any, value: Any) -> Any:
        counter = aliased(SupplierPayment)
        taken_back = exists(select(counter.id).where(counter.reverses_id == SupplierPayment.id))
        either = taken_back | SupplierPayment.reverses_id.is_not(None)
        return either if value else ~either


def _reverse(row: SupplierPayment, form: ReasonForm) -> str:
    reverse_supplier_payment(row.id, reason=form.reason.data or "", actor=me())
    return _("The payment is taken back; the debt is open again.")


def _amount(_view: Any, _context: Any, row: SupplierPayment, _name: str) -> Any:
    return pill(money(row.amount), "warn") if row.amount < 0 else money(row.amount)


def _state(_view: Any, _context: Any, row: SupplierPayment, _name: str) -> Any:
    if row.reverses_id is not None:
        return pill(_("Takes another back"), "warn")
    return pill(_("Taken back"), "warn") if getattr(row, "is_reversed", False) else NOTHING


def to_payment(row: Supplier) -> Any:
    """The page on which a supplier is paid."""
    return redirect(url_for("purchasing.pay", supplier_id=row.id))


class SupplierPaymentView(ReadOnlyView):
    """What suppliers were paid."""

    permission_read = P.PAYMENT_READ
    menu_icon, menu_order = "wallet", 35
    lead = _l("What suppliers were paid. A payment taken back stays, with a row against it.")
    column_list = (
        *("number", "paid_on", "supplier", "amount", "source", "state", "reference_number", "branch"),
        *("author", "notes"),
    )
    column_details_list = (
        *("number", "paid_on", "supplier", "amount", "source", "state", "reference_number", "notes"),
        *("branch", "author", "reverses_id", "client_uuid", "occurred_at", "created_at"),
    )
    column_labels = {
        "number": _l("Number"),
        "client_uuid": _l("Number of the device"),
        "content_hash": _l("Fingerprint"),
        "paid_on": _l("Paid on"),
        "occurred_at": _l("Time"),
        "supplier": _l("Supplier"),
        "amount": _l("Amount"),
        "source": _l("Paid from"),
        "state": _l("Status"),
        "branch": _l("Branch"),
        "author": _l("By"),
        "reference_number": _l("Reference"),
        "notes": _l("Notes"),
        "reverses_id": _l("Takes back payment"),
        "created_at": _l("Created"),
    }
    column_formatters = {"amount": _amount, "state": _state}
    column_wrap = ("notes",)
    column_filters = ("supplier", "source", TakenBack(), "paid_on", "amount", "branch", "author")
    column_searchable_list = ("number", "reference_number")
    search_hint = _l("Number or reference")
    form_ajax_refs = {"supplier": SupplierChoices("supplier")}
    row_actions = [
        RowAction(
            "reverse",
            _l("Take back"),
            "undo",
            P.PAYMENT_REVERSE,
            _reverse,
            form=ReasonForm,
            tone="danger",
            visible=lambda row: row.reverses_id is None and not getattr(row, "is_reversed", False),
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Payment %(number)s", number=model.number)

    def enrich(self, rows: list[Any]) -> None:
        """Which payments are taken back."""
        counters = select(SupplierPayment.reverses_id).where(
            in_ids(SupplierPayment.reverses_id, [row.id for row in rows])
        )
        taken_back = set(db.session.scalars(counters))
        for row in rows:
            row.is_reversed = row.id in taken_back
