"""Shifts in the back office; a manager may close one."""

from decimal import Decimal
from enum import Enum
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length, Optional, ValidationError

from smartpos.core.admin import (
    Form,
    ReadOnlyView,
    RowAction,
    Section,
    describe,
)
from smartpos.core.admin.fields import ExactField
from smartpos.core.admin.formatters import money, pill
from smartpos.core.admin.labels import label_of
from smartpos.core.money import MONEY_LIMIT
from smartpos.core.permissions import can
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.principal import me
from smartpos.sales import operations
from smartpos.sales.models import (
    Shift,
    ShiftStatus,
)
from smartpos.sales.operations.counting import DrawerCount
from smartpos.sales.operations.shifts import LONGEST_REASON
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.reports import ShiftFigures, shift_figures

describe({ShiftStatus.OPEN: (_l("Open"), "good"), ShiftStatus.CLOSED: _l("Closed")})


DRILL_DOWN = (
    ("receipts", "receipt", _l("Receipts"), P.SALE_READ_ALL),
    ("cash_entries", "cash", _l("Cash ledger"), FinancePermission.CASH_READ),
    ("expenses", "wallet", _l("Expenses"), FinancePermission.EXPENSE_READ),
    ("till_events", "audit", _l("Till log"), P.TILL_EVENT_READ),
)


def _shift_number(_view: Any, _context: Any, row: Shift, _name: str) -> Any:
    return f"{row.till.number}-{row.number}"


class CountedCash(Form):
    """What lies in the drawer of a shift that somebody else left; left empty, nobody has counted."""

    closing_cash = ExactField(
        _l("Counted cash"),
        [Optional()],
        digits=2,
        limit=MONEY_LIMIT,
        description=_l("Left empty: nobody has counted. Then a reason is needed."),
    )
    closing_foreign = ExactField(
        _l("Counted foreign cash"),
        [Optional()],
        digits=2,
        limit=MONEY_LIMIT,
        description=_l("Where the shift takes any"),
    )
    difference_reason = StringField(_l("Reason"), [Length(max=LONGEST_REASON)])

    def validate_closing_cash(self, field: Any) -> None:
        """Cash cannot be less than nothing."""
        if field.data is not None and field.data < 0:
            raise ValidationError(_("This cannot be negative."))

    validate_closing_foreign = validate_closing_cash


def _close(shift: Shift, form: CountedCash) -> str:
    counted: Decimal | None = form.closing_cash.data
    count = DrawerCount(
        cash=counted, foreign=form.closing_foreign.data, reason=form.difference_reason.data or None
    )
    operations.close_shift(shift, count=count, forced=counted is None, actor=me())
    if counted is None:
        return _("The shift is closed; nobody has counted the drawer.")
    if not shift.difference and not shift.foreign_difference:
        return _("The shift is closed; the cash is right.")
    amount = money(shift.difference)
    if shift.foreign_difference:
        amount = f"{amount}, {money(shift.foreign_difference, shift.foreign_currency or '')}"
    return _("The shift is closed; the difference is %(amount)s.", amount=amount)


def _report(shift: Shift) -> Any:
    return redirect(url_for("sales.shift_report", shift_id=shift.id))


def _difference(_view: Any, _context: Any, row: Shift, _name: str) -> Any:
    if row.difference is None:
        return money(None)
    tone = "" if row.difference == 0 else "bad" if row.difference < 0 else "warn"
    return pill(money(row.difference), tone)


class ShiftView(ReadOnlyView):
    """The history of all tills; a manager may close a shift that was left open."""

    permission_read = P.SHIFT_READ_ALL
    details_template = "sales/shift_details.html"
    lead = _l(
        "Every shift with what was expected, counted and found. One leads to its receipts, cash and expenses."
    )
    menu_icon, menu_order = "shift", 40
    column_list = (
        "number",
        "branch",
        "till",
        "cashier",
        "status",
        "opened_at",
        "last_number",
        "closing_cash",
        "difference",
    )
    column_details_list = (
        "number",
        "branch",
        "till",
        "cashier",
        "status",
        "opened_at",
        "closed_at",
        "is_forced",
        "last_number",
        "opening_cash",
        "expected_cash",
        "closing_cash",
        "difference",
        "foreign_currency",
        "exchange_rate",
        "opening_foreign",
        "expected_foreign",
        "closing_foreign",
        "foreign_difference",
        "difference_reason",
    )
    column_labels = {
        "number": _l("Shift"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "cashier": _l("Cashier"),
        "status": _l("Status"),
        "opened_at": _l("Opened"),
        "closed_at": _l("Closed"),
        "last_number": _l("Receipts"),
        "opening_cash": _l("Opening cash"),
        "expected_cash": _l("Expected cash"),
        "closing_cash": _l("Counted cash"),
        "difference": _l("Difference"),
        "difference_reason": _l("Reason"),
        "late_count": _l("Late receipts"),
        "is_forced": _l("Closed by somebody else"),
        "foreign_currency": _l("Foreign currency"),
        "exchange_rate": _l("Rate"),
        "opening_foreign": _l("Opening foreign cash"),
        "expected_foreign": _l("Expected foreign cash"),
        "closing_foreign": _l("Counted foreign cash"),
        "foreign_difference": _l("Foreign difference"),
    }
    details_sections = (
        Section(
            _l("Shift"),
            (
                *("number", "status", "branch", "till", "cashier", "opened_at", "closed_at"),
                *("is_forced", "last_number"),
            ),
        ),
        Section(
            _l("Drawer"),
            ("opening_cash", "expected_cash", "closing_cash", "difference", "difference_reason"),
        ),
        Section(
            _l("Foreign cash"),
            (
                *("foreign_currency", "exchange_rate", "opening_foreign", "expected_foreign"),
                *("closing_foreign", "foreign_difference"),
            ),
        ),
    )
    column_formatters = {"number": _shift_number, "difference": _difference}
    column_sortable_list = ("opened_at",)
    column_filters = (
        *("branch", "till", "cashier", "status", "opened_at", "difference"),
        *("foreign_difference", "late_count", "is_forced"),
    )
    row_actions = [
        RowAction("report", _l("Report"), "print", P.SHIFT_READ_ALL, _report),
        RowAction(
            "close",
            _l("Close the shift"),
            "lock",
            P.SHIFT_CLOSE_ANY,
            _close,
            form=CountedCash,
            visible=lambda shift: shift.is_open,
        ),
    ]

    def figures(self, shift: Shift) -> ShiftFigures:
        """What the report of a shift tells, for its page."""
        return shift_figures(shift, me())

    def places(self, shift: Shift) -> list[tuple[str, str, Any]]:
        """The lists of what belongs to a shift that the person may open: address, icon, name."""
        return [
            (url_for(f"{endpoint}.index_view", shift_id=shift.id), picture, name)
            for endpoint, picture, name, permission in DRILL_DOWN
            if can(permission)
        ]

    def said(self, member: Enum) -> Any:
        """What a member of an enumeration is called."""
        return label_of(member).text

    def facts(self, model: Any) -> Any:
        """Without the card of foreign cash where none is taken."""
        cards = super().facts(model)
        return cards if model.foreign_currency else [card for card in cards if card[0] != _("Foreign cash")]

    def title_of(self, model: Any) -> str:
        return _("Shift %(number)s", number=f"{model.till.number}-{model.number}")
