"""Opening and closing shifts, and selling."""

from smartpos.sales.operations.selling import MOST_LINES, complete_sale
from smartpos.sales.operations.shifts import close_shift, open_shift
from smartpos.sales.requests import SaleLine, SaleRequest, Tender

__all__ = [
    "MOST_LINES",
    "SaleLine",
    "SaleRequest",
    "Tender",
    "close_shift",
    "complete_sale",
    "open_shift",
]
