"""The cash ledger, categories of expenses and exchange rates in the back office."""

from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired

from smartpos.core.admin import ReadOnlyView, TenantView, add_views, describe
from smartpos.core.admin.formatters import pill, unit_cost
from smartpos.core.admin.loaders import parse_id
from smartpos.core.admin.origins import origin_link
from smartpos.core.db import utc_now
from smartpos.finance import operations, queries
from smartpos.finance.models import CashEntry, CashEntryKind, ExchangeRate, ExpenseCategory
from smartpos.finance.operations.rates import CURRENCIES
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


P = FinancePermission


def _cause(_view: Any, _context: Any, row: CashEntry, _name: str) -> Any:
    return origin_link(row.origin_kind, row.origin_id)


def _currency(_view: Any, _context: Any, row: CashEntry, _name: str) -> str:
    return row.currency or str(g.principal.organization.currency)


class CashEntryView(ReadOnlyView):
    """The ledger of every drawer; ``?shift_id=`` shows that of one shift."""

    permission_read = P.CASH_READ
    menu_icon, menu_order = "cash", 10
    kept_arguments = ("shift_id",)
    lead = _l("Every movement of cash in every drawer with its cause. Rows are added, never changed.")
    column_list = (
        *("occurred_at", "branch", "till", "kind", "amount", "currency", "origin_kind"),
        *("author", "note"),
    )
    column_labels = {
        "occurred_at": _l("Time"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "kind": _l("Kind"),
        "amount": _l("Amount"),
        "currency": _l("Currency"),
        "origin_kind": _l("Cause"),
        "author": _l("By"),
        "note": _l("Note"),
    }
    column_formatters = {"origin_kind": _cause, "currency": _currency}
    column_wrap = ("note",)
    column_filters = ("branch", "till", "kind", "amount", "currency", "occurred_at", "author")

    def get_query(self) -> Any:
        """Narrowed to one shift where the address says so."""
        query = super().get_query()
        shift_id = parse_id(request.args.get("shift_id", ""))
        return query if shift_id is None else query.filter(CashEntry.shift_id == shift_id)

    def title_of(self, model: Any) -> str:
        return str(_l("Cash entry %(number)s", number=model.id))


class ExpenseCategoryView(TenantView):
    """What money is spent on."""

    permission_read, permission_write = P.EXPENSE_READ, P.EXPENSE_CATEGORY_WRITE
    menu_icon, menu_order = "category", 40
    populates_model = False
    new_title, new_label = _l("New category of expenses"), _l("New category")
    lead = _l("What tills and the office may book expenses under.")
    column_list = ("name", "is_active")
    column_labels = {"name": _l("Name"), "is_active": _l("In use")}
    column_searchable_list = ("name",)
    column_filters = ("is_active",)
    column_default_sort = "name"
    form_columns = ("name", "is_active")
    form_args = {"name": {"validators": [InputRequired()]}}
    delete_question = _l("Take this category out of use? Its expenses keep it.")

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        if is_created:
            return operations.create_expense_category(actor=g.principal, **self.values(form))
        return operations.update_expense_category(model, actor=g.principal, **self.values(form))

    def remove(self, model: Any) -> None:
        operations.delete_expense_category(model, actor=g.principal)


def _standing(row: ExchangeRate) -> Any:
    if row.valid_from > utc_now():
        return pill(_("Begins later"), "info")
    in_force = queries.rate_in_force(row.currency) == row.rate
    return pill(_("In force"), "good") if in_force else pill(_("Of before"))


class ExchangeRateView(TenantView):
    """What foreign money is worth; a newer rate takes the place of the one before."""

    permission_read, permission_create = P.RATE_READ, P.RATE_WRITE
    menu_icon, menu_order = "percent", 50
    populates_model = False
    new_title, new_label = _l("New exchange rate"), _l("New rate")
    lead = _l(
        "A shift takes foreign cash at the rate it was opened with. A rate is never changed: set a new one instead."
    )
    column_list = ("currency", "rate", "valid_from", "standing", "author")
    column_labels = {
        "currency": _l("Currency"),
        "rate": _l("Rate"),
        "valid_from": _l("Valid from"),
        "standing": _l("State"),
        "author": _l("By"),
        "created_at": _l("Created"),
    }
    column_formats = {"rate": unit_cost}
    column_formatters = {"standing": lambda view, context, row, name: _standing(row)}
    column_formatters_detail = column_formatters
    column_sortable_list = ("valid_from",)
    column_default_sort = ("valid_from", True)
    column_filters = ("currency", "valid_from")
    form_columns = ("currency", "rate", "valid_from")
    form_args = {
        "rate": {
            "validators": [InputRequired()],
            "description": _l("What one unit of the foreign currency costs"),
        },
        "valid_from": {"description": _l("Left empty: from now on")},
    }
    form_extra_fields = {
        "currency": SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES])
    }

    def create_form(self, obj: Any = None) -> Any:
        """Without the shop's own currency among the choices."""
        form = super().create_form(obj)
        own = g.principal.organization.currency
        form.currency.choices = [(code, code) for code in CURRENCIES if code != own]
        return form

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        return operations.set_exchange_rate(actor=g.principal, **self.values(form))

    def title_of(self, model: Any) -> str:
        return f"{model.currency} {unit_cost(model.rate)}"


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    add_views(
        app,
        [
            CashEntryView(CashEntry, name=_l("Cash ledger"), category=FINANCE, endpoint="cash_entries"),
            ExpenseCategoryView(
                ExpenseCategory,
                name=_l("Categories of expenses"),
                category=FINANCE,
                endpoint="expense_categories",
            ),
            ExchangeRateView(
                ExchangeRate, name=_l("Exchange rates"), category=FINANCE, endpoint="exchange_rates"
            ),
        ],
    )
