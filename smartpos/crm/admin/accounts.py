"""The ledger of customers' accounts in the back office."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import ReadOnlyView, RowAction
from smartpos.core.admin.formatters import money, pill
from smartpos.core.admin.origins import CausedBy, caused_by
from smartpos.crm import operations
from smartpos.crm.admin.forms import ReasonForm
from smartpos.crm.models import CustomerTransaction
from smartpos.crm.operations.corrections import BY_HAND
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries.choices import CustomerChoices
from smartpos.identity.principal import me


def _amount(_view: Any, _context: Any, row: CustomerTransaction, _name: str) -> Any:
    if row.amount == 0:
        return money(row.amount)
    return pill(money(row.amount), "bad" if row.amount < 0 else "good")


def _take_back(row: CustomerTransaction, form: ReasonForm) -> str:
    operations.take_back_entry(row, reason=form.reason.data or "", actor=me())
    return _("The line is taken back by another one.")


class EntryView(ReadOnlyView):
    """Every line of every customer's account."""

    permission_read = P.ACCOUNT_READ
    menu_icon, menu_order = "movement", 20
    lead = _l("Every line of every customer's account with its cause. Lines are added, never changed.")
    column_list = (
        *("occurred_at", "customer", "transaction_type", "amount", "due_date", "turnover", "points_earned"),
        *("points_used", "branch", "origin_kind", "author", "note"),
    )
    column_labels = {
        "occurred_at": _l("Time"),
        "customer": _l("Customer"),
        "branch": _l("Branch"),
        "transaction_type": _l("Kind"),
        "amount": _l("Change of the balance"),
        "turnover": _l("Turnover"),
        "points_earned": _l("Points earned"),
        "points_used": _l("Points used"),
        "due_date": _l("Due on"),
        "reverses_id": _l("Takes back line"),
        "origin_kind": _l("Cause"),
        "author": _l("By"),
        "note": _l("Note"),
        "created_at": _l("Created"),
    }
    column_details_list = (*column_list, "reverses_id", "created_at")
    column_formatters = {"origin_kind": caused_by, "amount": _amount}
    column_wrap = ("note",)
    column_filters = (
        *("customer", "branch", "transaction_type"),
        CausedBy(CustomerTransaction.origin_kind),
        *("amount", "due_date", "occurred_at", "author"),
    )
    form_ajax_refs = {"customer": CustomerChoices("customer")}
    row_actions = [
        RowAction(
            "take_back",
            _l("Take back"),
            "undo",
            P.ACCOUNT_CORRECT,
            _take_back,
            form=ReasonForm,
            tone="danger",
            visible=lambda row: row.transaction_type in BY_HAND and row.reverses_id is None,
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Account line %(number)s", number=model.id)
