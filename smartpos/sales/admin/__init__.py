"""Sales in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views, register_link, register_shortcut
from smartpos.core.admin.origins import register_origin
from smartpos.finance.models import Expense
from smartpos.finance.operations import EXPENSE_ORIGIN
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales import operations
from smartpos.sales.admin import labels  # noqa: F401 - what enumerations are called
from smartpos.sales.admin.attention import AttentionView
from smartpos.sales.admin.counter import ApprovalView, HeldSaleView
from smartpos.sales.admin.expenses import ExpenseView
from smartpos.sales.admin.payments import register_payments
from smartpos.sales.admin.printing import register_paper
from smartpos.sales.admin.receipts import SaleItemView, SalePaymentView, SaleView
from smartpos.sales.admin.shifts import ShiftView
from smartpos.sales.admin.till_log import TillEventView
from smartpos.sales.models import Approval, HeldSale, Sale, SaleItem, SalePayment, Shift, TillEvent
from smartpos.sales.operations.events import EVENT_ORIGIN
from smartpos.sales.operations.held import HELD_ORIGIN
from smartpos.sales.permissions import SalesPermission as P

SALES = _l("Sales")


def init_app(app: Flask) -> None:
    """Put the views into the panel, and the till into the menu."""
    register_origin(operations.SALE_ORIGIN, _l("Sale"), "receipts")
    register_origin(operations.SHIFT_ORIGIN, _l("Shift"), "shifts")
    register_origin(HELD_ORIGIN, _l("Parked receipt"), "held_sales")
    register_origin(EVENT_ORIGIN, _l("Till log"), "till_events")
    register_origin(EXPENSE_ORIGIN, _l("Expense"), "expenses")
    register_payments(app)
    register_link("", _l("Till"), "sales.till", "till", IdentityPermission.TILL_USE, order=10)
    register_shortcut(
        _l("Open the till"),
        "sales.till",
        "till",
        IdentityPermission.TILL_USE,
        hint=_l("Sell"),
        primary=True,
        order=10,
    )
    register_shortcut(
        _l("Sales"),
        "receipts.index_view",
        "receipt",
        P.SALE_READ_ALL,
        hint=_l("Receipts of all tills"),
        order=20,
    )
    add_views(
        app,
        [
            SaleView(Sale, name=_l("Receipts"), category=SALES, endpoint="receipts"),
            SaleItemView(SaleItem, name=_l("Sold goods"), category=SALES, endpoint="sale_items"),
            SalePaymentView(SalePayment, name=_l("Payments"), category=SALES, endpoint="sale_payments"),
            ShiftView(Shift, name=_l("Shifts"), category=SALES, endpoint="shifts"),
            ExpenseView(Expense, name=_l("Expenses"), category=_l("Finance"), endpoint="expenses"),
            # After the receipts: the trail takes the first view of a table for its own.
            AttentionView(Sale, name=_l("To be looked at"), category=SALES, endpoint="attention"),
            ApprovalView(Approval, name=_l("Approvals"), category=SALES, endpoint="approvals"),
            HeldSaleView(HeldSale, name=_l("Parked receipts"), category=SALES, endpoint="held_sales"),
            TillEventView(TillEvent, name=_l("Till log"), category=SALES, endpoint="till_events"),
        ],
    )
    register_paper(app)
