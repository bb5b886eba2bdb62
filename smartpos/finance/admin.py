"""The cash ledger in the back office."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import ReadOnlyView, add_views, describe
from smartpos.core.admin.origins import origin_link
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.finance.permissions import FinancePermission

FINANCE = _l("Finance")

describe(
    {
        CashEntryKind.OPENING: (_l("Opening cash"), "info"),
        CashEntryKind.SALE: (_l("Sale"), "good"),
        CashEntryKind.REFUND: (_l("Refund"), "warn"),
        CashEntryKind.DEBT: (_l("Payment of a debt"), "good"),
        CashEntryKind.IN: (_l("Cash in"), "info"),
        CashEntryKind.OUT: (_l("Cash out"), "warn"),
        CashEntryKind.EXPENSE: (_l("Expense"), "warn"),
        CashEntryKind.DIFFERENCE: (_l("Difference"), "warn"),
        CashEntryKind.LATE: (_l("Late sale"), "info"),
        CashEntryKind.LATE_OFFSET: (_l("Late sale, counted before"), "info"),
    }
)


def _cause(_view: Any, _context: Any, row: CashEntry, _name: str) -> Any:
    return origin_link(row.origin_kind, row.origin_id)


class CashEntryView(ReadOnlyView):
    """The ledger of every drawer."""

    permission_read = FinancePermission.CASH_READ
    menu_icon, menu_order = "cash", 10
    lead = _l("Every movement of cash in every drawer with its cause. Rows are added, never changed.")
    column_list = ("occurred_at", "branch", "till", "kind", "amount", "origin_kind", "author", "note")
    column_labels = {
        "occurred_at": _l("Time"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "kind": _l("Kind"),
        "amount": _l("Amount"),
        "origin_kind": _l("Cause"),
        "author": _l("By"),
        "note": _l("Note"),
    }
    column_formatters = {"origin_kind": _cause}
    column_wrap = ("note",)
    column_filters = ("branch", "till", "kind", "amount", "occurred_at", "author")

    def title_of(self, model: Any) -> str:
        return str(_l("Cash entry %(number)s", number=model.id))


def init_app(app: Flask) -> None:
    """Put the view into the panel."""
    add_views(
        app, [CashEntryView(CashEntry, name=_l("Cash ledger"), category=FINANCE, endpoint="cash_entries")]
    )
