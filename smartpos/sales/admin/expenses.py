"""Expenses in the back office; those of the office are entered here, wrong ones are cancelled."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from smartpos.core.admin import Form, RowAction, TenantView, describe
from smartpos.core.admin.fields import EnumField
from smartpos.core.admin.formatters import money
from smartpos.core.admin.loaders import RemoteChoices
from smartpos.finance.models import Expense, ExpenseCategory, ExpenseSource, ExpenseStatus
from smartpos.finance.operations import ExpenseFacts, record_expense
from smartpos.finance.permissions import FinancePermission as P
from smartpos.sales.admin.of_shift import asked_shift
from smartpos.sales.operations.cash import cancel_expense
from smartpos.sales.operations.shifts import LONGEST_REASON

describe(
    {
        ExpenseSource.TILL: (_l("A till's drawer"), "info"),
        ExpenseSource.OFFICE: _l("The office's cash"),
        ExpenseSource.BANK: (_l("Bank"), "accent"),
    }
)
describe({ExpenseStatus.BOOKED: (_l("Booked"), "good"), ExpenseStatus.CANCELLED: (_l("Cancelled"), "warn")})


class CancelForm(Form):
    """Why an expense is taken back."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])


def _cancel(expense: Expense, form: CancelForm) -> str:
    cancel_expense(expense, reason=form.reason.data or "", actor=g.principal)
    return _("The expense is cancelled.")


class ExpenseView(TenantView):
    """Expenses of tills, office and bank; ``?shift_id=`` shows those of one shift."""

    permission_read, permission_create = P.EXPENSE_READ, P.EXPENSE_CREATE
    menu_icon, menu_order = "wallet", 20
    populates_model = False
    new_title, new_label = _l("New expense"), _l("New expense")
    kept_arguments = ("shift_id",)
    lead = _l("What money was spent on. A wrong one is cancelled and stays; a drawer gets its money back.")
    column_list = (
        *("spent_on", "category", "description", "amount", "source", "branch", "till"),
        *("author", "status"),
    )
    column_details_list = (
        *column_list,
        *("created_at", "cancelled_at", "cancel_reason"),
    )
    column_labels = {
        "spent_on": _l("Day"),
        "category": _l("Category"),
        "description": _l("What for"),
        "amount": _l("Amount"),
        "source": _l("Paid from"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "author": _l("By"),
        "status": _l("Status"),
        "created_at": _l("Created"),
        "cancelled_at": _l("Cancelled"),
        "cancelled_by": _l("Cancelled by"),
        "cancel_reason": _l("Reason of the cancellation"),
        "shift": _l("Shift"),
        "client_uuid": _l("Name given by the till"),
    }
    column_wrap = ("description",)
    column_sortable_list = ("spent_on", "amount")
    column_default_sort = ("spent_on", True)
    column_searchable_list = ("description",)
    column_filters = ("spent_on", "category", "source", "branch", "till", "status", "amount", "author")
    form_columns = ("amount", "description", "category", "source", "branch", "spent_on")
    form_args = {
        "amount": {"validators": [InputRequired()]},
        "description": {"validators": [InputRequired()]},
        "branch": {"description": _l("Left empty: your usual branch"), "validators": []},
        "spent_on": {"description": _l("Left empty: today"), "validators": []},
    }
    form_extra_fields = {
        "source": EnumField(
            _l("Paid from"), kind=ExpenseSource, only=(ExpenseSource.OFFICE, ExpenseSource.BANK)
        )
    }
    form_ajax_refs = {
        "category": RemoteChoices(
            "category", ExpenseCategory, where=lambda query: query.where(ExpenseCategory.is_active)
        )
    }
    row_actions = [
        RowAction(
            "cancel",
            _l("Cancel the expense"),
            "undo",
            P.EXPENSE_CANCEL,
            _cancel,
            tone="danger",
            form=CancelForm,
            visible=lambda expense: expense.status is ExpenseStatus.BOOKED,
        )
    ]

    def get_query(self) -> Any:
        """Narrowed to one shift where the address says so."""
        query = super().get_query()
        shift_id = asked_shift()
        return query if shift_id is None else query.filter(Expense.shift_id == shift_id)

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        return record_expense(ExpenseFacts(**self.keywords(form)), actor=g.principal)[0]

    def title_of(self, model: Any) -> str:
        return f"{model.description} · {money(model.amount)}"
