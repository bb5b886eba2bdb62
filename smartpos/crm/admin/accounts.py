"""The ledger of customers' accounts in the back office."""

from flask_babel import lazy_gettext as _l

from smartpos.core.admin.origins import CausedBy, caused_by
from smartpos.crm import operations
from smartpos.crm.admin.ledgers import LedgerView, change, taking_back
from smartpos.crm.models import CustomerTransaction
from smartpos.crm.operations.corrections import BY_HAND
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries.choices import CustomerChoices


class EntryView(LedgerView):
    """Every line of every customer's account."""

    permission_read = P.ACCOUNT_READ
    menu_order = 20
    lead = _l("Every line of every customer's account with its cause. Lines are added, never changed.")
    column_list = (
        *("occurred_at", "customer", "transaction_type", "amount", "due_date", "turnover", "points_earned"),
        *("points_used", "branch", "origin_kind", "author", "note"),
    )
    column_labels = {
        **LedgerView.column_labels,
        "customer": _l("Customer"),
        "turnover": _l("Turnover"),
        "points_earned": _l("Points earned"),
        "points_used": _l("Points used"),
    }
    column_details_list = (*column_list, "reverses_id", "created_at")
    column_formatters = {"origin_kind": caused_by, "amount": change(less="bad", more="good")}
    column_filters = (
        *("customer", "branch", "transaction_type"),
        CausedBy(CustomerTransaction.origin_kind),
        *("amount", "due_date", "occurred_at", "author"),
    )
    form_ajax_refs = {"customer": CustomerChoices("customer")}
    row_actions = [taking_back(P.ACCOUNT_CORRECT, operations.take_back_entry, BY_HAND)]
