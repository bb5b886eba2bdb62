"""What can be done with purchases."""

from smartpos.purchasing.operations.drafting import (
    cancel_purchase,
    draft_purchase,
    edit_purchase,
    order_purchase,
)
from smartpos.purchasing.operations.facts import MOST_COSTS, MOST_LINES, CostLine, PurchaseFacts, PurchaseLine

__all__ = [
    "MOST_COSTS",
    "MOST_LINES",
    "CostLine",
    "PurchaseFacts",
    "PurchaseLine",
    "cancel_purchase",
    "draft_purchase",
    "edit_purchase",
    "order_purchase",
]
