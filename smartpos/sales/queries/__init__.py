"""Questions about shifts and sales."""

from smartpos.sales.queries.receipts import (
    SoldItem,
    SoldPayment,
    SoldSale,
    find_by_client_uuid,
    sale_for,
    sales_of,
    sold_sale,
)
from smartpos.sales.queries.shifts import OpenShift, current_shift, open_shift_of, shift_for, shifts_of

__all__ = [
    "OpenShift",
    "SoldItem",
    "SoldPayment",
    "SoldSale",
    "current_shift",
    "find_by_client_uuid",
    "open_shift_of",
    "sale_for",
    "sales_of",
    "shift_for",
    "shifts_of",
    "sold_sale",
]
