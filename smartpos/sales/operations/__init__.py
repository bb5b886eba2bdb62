"""Opening and closing shifts, and selling."""

from smartpos.sales.operations.drafts import SALE_ORIGIN
from smartpos.sales.operations.selling import MOST_LINES, complete_sale
from smartpos.sales.operations.shifts import SHIFT_ORIGIN, close_shift, hand_over, open_shift
from smartpos.sales.requests import SaleLine, SaleRequest, Tender

__all__ = [
    "MOST_LINES",
    "SALE_ORIGIN",
    "SHIFT_ORIGIN",
    "SaleLine",
    "SaleRequest",
    "Tender",
    "close_shift",
    "complete_sale",
    "hand_over",
    "open_shift",
]
