"""Payments of customers in the back office: to be read; a manager takes one back."""

from typing import Any
from uuid import uuid5

from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from smartpos.core.admin import Form, ReadOnlyView, RowAction, add_views, describe
from smartpos.core.admin.formatters import money, pill
from smartpos.core.admin.origins import register_origin
from smartpos.crm.queries.choices import CustomerChoices
from smartpos.finance.models import PaidBy, Payment, PaymentStatus
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.actors import Actor
from smartpos.sales.operations.debts import LONGEST_REASON, reverse_payment
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.debts import PAYMENT_ORIGIN

CUSTOMERS = _l("Customers")

describe(
    {
        PaidBy.CASH: (_l("Cash"), "good"),
        PaidBy.CARD: (_l("Card"), "info"),
        PaidBy.TRANSFER: (_l("Transfer"), "accent"),
    }
)
describe(
    {
        PaymentStatus.COMPLETED: (_l("Completed"), "good"),
        PaymentStatus.REVERSED: (_l("Taken back"), "warn"),
    }
)


class ReasonForm(Form):
    """Why a payment is taken back."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])


def _reverse(row: Payment, form: ReasonForm) -> str:
    actor: Actor = g.principal
    # The same name each time, so that a button pressed twice takes back once.
    reverse_payment(
        row.id, client_uuid=uuid5(row.client_uuid, "reversal"), reason=form.reason.data or "", actor=actor
    )
    return _("The payment is taken back; the debt is open again.")


def _amount(_view: Any, _context: Any, row: Payment, _name: str) -> Any:
    return pill(money(row.amount), "warn") if row.amount < 0 else money(row.amount)


class PaymentView(ReadOnlyView):
    """What customers have paid on their accounts."""

    permission_read = FinancePermission.PAYMENT_READ
    menu_icon, menu_order = "wallet", 30
    lead = _l("What customers have paid on their accounts. One taken back stays, with a row against it.")
    column_list = (
        *("payment_number", "occurred_at", "customer", "amount", "payment_method", "status", "branch"),
        *("receiver", "reference_number", "notes"),
    )
    column_details_list = (
        *("payment_number", "status", "occurred_at", "payment_date", "customer", "amount", "payment_method"),
        *(
            "branch",
            "till",
            "receiver",
            "reference_number",
            "notes",
            "reverses_id",
            "client_uuid",
            "created_at",
        ),
    )
    column_labels = {
        "payment_number": _l("Number"),
        "client_uuid": _l("Number of the device"),
        "occurred_at": _l("Time"),
        "payment_date": _l("Business day"),
        "customer": _l("Customer"),
        "amount": _l("Amount"),
        "payment_method": _l("Payment"),
        "status": _l("Status"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "receiver": _l("Taken by"),
        "received_by": _l("Taken by"),
        "reference_number": _l("Reference"),
        "notes": _l("Notes"),
        "reverses_id": _l("Takes back payment"),
        "shift_id": _l("Shift"),
        "content_hash": _l("Fingerprint"),
        "created_at": _l("Created"),
    }
    column_formatters = {"amount": _amount}
    column_wrap = ("notes",)
    column_filters = (
        *("customer", "payment_method", "status", "payment_date", "branch", "till", "amount", "receiver"),
    )
    column_searchable_list = ("payment_number", "reference_number")
    search_hint = _l("Number or reference")
    form_ajax_refs = {"customer": CustomerChoices("customer")}
    row_actions = [
        RowAction(
            "reverse",
            _l("Take back"),
            "undo",
            P.PAYMENT_REVERSE,
            _reverse,
            form=ReasonForm,
            tone="danger",
            visible=lambda row: row.status is PaymentStatus.COMPLETED and row.reverses_id is None,
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Payment %(number)s", number=model.payment_number)


def register_payments(app: Flask) -> None:
    """Put the view into the panel, next to the customers."""
    register_origin(PAYMENT_ORIGIN, _l("Payment"), "payments")
    add_views(
        app, [PaymentView(Payment, name=_l("Payments of debts"), category=CUSTOMERS, endpoint="payments")]
    )
