"""Questions about shifts and sales."""

from smartpos.sales.queries.approvers import Approver, approvers_for, sees_branch
from smartpos.sales.queries.places import WorkPlace, shift_place, work_place
from smartpos.sales.queries.receipts import (
    Buyer,
    SoldItem,
    SoldPayment,
    SoldSale,
    named_so,
    returned_of,
    sale_for,
    sale_head,
    sales_of,
    sold_sale,
)
from smartpos.sales.queries.shifts import (
    Takings,
    current_shift,
    open_shift_of,
    own_open_shift,
    shift_for,
    shifts_of,
    takings_of,
    works_in,
)
from smartpos.sales.queries.tills import TillPlace, often_sold, tills_in_use

__all__ = [
    "Approver",
    "Buyer",
    "SoldItem",
    "SoldPayment",
    "SoldSale",
    "Takings",
    "TillPlace",
    "WorkPlace",
    "approvers_for",
    "current_shift",
    "named_so",
    "often_sold",
    "open_shift_of",
    "own_open_shift",
    "returned_of",
    "sale_for",
    "sale_head",
    "sales_of",
    "sees_branch",
    "shift_for",
    "shift_place",
    "shifts_of",
    "sold_sale",
    "takings_of",
    "tills_in_use",
    "work_place",
    "works_in",
]
