"""Shifts in the back office; a manager may close one."""

from decimal import Decimal
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, ValidationError

from smartpos.core.admin import (
    Form,
    ReadOnlyView,
    RowAction,
    describe,
)
from smartpos.core.admin.fields import ExactField
from smartpos.core.admin.formatters import money, pill
from smartpos.core.money import MONEY_LIMIT
from smartpos.identity.actors import Actor
from smartpos.sales import operations
from smartpos.sales.models import (
    Shift,
    ShiftStatus,
)
from smartpos.sales.permissions import SalesPermission as P

describe({ShiftStatus.OPEN: (_l("Open"), "good"), ShiftStatus.CLOSED: _l("Closed")})


def me() -> Actor:
    """Who is at work in the panel."""
    actor: Actor = g.principal
    return actor


def _shift_number(_view: Any, _context: Any, row: Shift, _name: str) -> Any:
    return f"{row.till.number}-{row.number}"


class CountedCash(Form):
    """What lies in the drawer."""

    closing_cash = ExactField(_l("Counted cash"), [InputRequired()], digits=2, limit=MONEY_LIMIT)

    def validate_closing_cash(self, field: Any) -> None:
        """Cash cannot be less than nothing."""
        if field.data is not None and field.data < 0:
            raise ValidationError(_("This cannot be negative."))


def _close(shift: Shift, form: CountedCash) -> str:
    counted: Decimal = form.closing_cash.data
    operations.close_shift(shift, closing_cash=counted, actor=me())
    difference = shift.difference or Decimal(0)
    if difference == 0:
        return _("The shift is closed; the cash is right.")
    return _("The shift is closed; the difference is %(amount)s.", amount=money(difference))


def _difference(_view: Any, _context: Any, row: Shift, _name: str) -> Any:
    if row.difference is None:
        return money(None)
    tone = "" if row.difference == 0 else "bad" if row.difference < 0 else "warn"
    return pill(money(row.difference), tone)


class ShiftView(ReadOnlyView):
    """Shifts of all tills; a manager may close one that was left open."""

    permission_read = P.SHIFT_READ_ALL
    menu_icon, menu_order = "shift", 40
    column_list = (
        "number",
        "branch",
        "till",
        "cashier",
        "status",
        "opened_at",
        "last_number",
        "expected_cash",
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
        "last_number",
        "opening_cash",
        "expected_cash",
        "closing_cash",
        "difference",
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
    }
    column_formatters = {"number": _shift_number, "difference": _difference}
    column_sortable_list = ("opened_at",)
    column_filters = ("branch", "till", "cashier", "status", "opened_at", "difference")
    row_actions = [
        RowAction(
            "close",
            _l("Close the shift"),
            "lock",
            P.SHIFT_CLOSE_ANY,
            _close,
            form=CountedCash,
            visible=lambda shift: shift.is_open,
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Shift %(number)s", number=f"{model.till.number}-{model.number}")
