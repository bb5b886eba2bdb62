"""What the enumerations of the counter are called on screen."""

from flask_babel import lazy_gettext as _l

from smartpos.core.admin import describe
from smartpos.sales.models import (
    HeldSaleStatus,
    PrintKind,
    PrintStatus,
    Restock,
    SaleFlag,
    TillEventKind,
)

describe(
    {
        SaleFlag.LATE: (_l("Arrived after its shift was closed"), "warn"),
        SaleFlag.BELOW_ZERO: (_l("Stock went below zero"), "bad"),
        SaleFlag.PRICE_DIFFERS: (_l("Another price than the shop's"), "warn"),
        SaleFlag.CLOCK_WRONG: (_l("The till's clock was wrong"), "info"),
        SaleFlag.OVER_CREDIT_LIMIT: (_l("Above the credit limit"), "bad"),
        SaleFlag.NOT_FOR_SALE: (_l("Goods that are not for sale"), "bad"),
        SaleFlag.DISCOUNT_ABOVE_LIMIT: (_l("Discount above the limit"), "bad"),
        SaleFlag.CASH_RULE: (_l("Cash where cash is not allowed"), "bad"),
        SaleFlag.OTHER_SENDER: (_l("Sent in by somebody else"), "info"),
    }
)
describe(
    {
        Restock.SALE: (_l("Back to sale"), "good"),
        Restock.DAMAGED: (_l("Written off as damaged"), "bad"),
        Restock.NONE: _l("Goods did not come back"),
    }
)
describe(
    {
        HeldSaleStatus.HELD: (_l("Waiting"), "info"),
        HeldSaleStatus.TAKEN: (_l("Taken up"), "good"),
        HeldSaleStatus.VOIDED: (_l("Given up"), "warn"),
    }
)
describe(
    {
        TillEventKind.LINE_REMOVED: (_l("Line removed"), "bad"),
        TillEventKind.QUANTITY_REDUCED: (_l("Quantity reduced"), "warn"),
        TillEventKind.CART_VOIDED: (_l("Receipt given up"), "bad"),
        TillEventKind.HELD_VOIDED: (_l("Parked receipt given up"), "bad"),
        TillEventKind.PRICE_CHANGED: (_l("Price changed"), "warn"),
        TillEventKind.REPRINT: (_l("Printed again"), "info"),
        TillEventKind.DRAWER_OPENED: (_l("Drawer opened"), "warn"),
        TillEventKind.OUTBOX_EXPORTED: (_l("Waiting sales saved to a file"), "accent"),
        TillEventKind.OUTBOX_IMPORTED: (_l("Waiting sales read from a file"), "accent"),
    }
)
describe(
    {
        PrintKind.RECEIPT: _l("Receipt"),
        PrintKind.COPY: _l("Copy of a receipt"),
        PrintKind.REPORT: _l("Report of a shift"),
        PrintKind.DRAWER: _l("Opening the drawer"),
        PrintKind.TEST: _l("Test"),
    }
)
describe(
    {
        PrintStatus.WAITING: (_l("Waiting"), "info"),
        PrintStatus.DONE: (_l("Printed"), "good"),
        PrintStatus.FAILED: (_l("Failed"), "bad"),
    }
)
