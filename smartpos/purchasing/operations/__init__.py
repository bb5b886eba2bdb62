"""What can be done with purchases."""

from smartpos.purchasing.operations import places  # noqa: F401 - declares what keeps a branch
from smartpos.purchasing.operations.confirming import Remainder, confirm_purchase, create_purchase
from smartpos.purchasing.operations.drafting import (
    cancel_purchase,
    draft_purchase,
    edit_purchase,
    order_purchase,
)
from smartpos.purchasing.operations.facts import MOST_COSTS, MOST_LINES, CostLine, PurchaseFacts, PurchaseLine
from smartpos.purchasing.operations.files import add_purchase_file, delete_purchase_file, purchase_file
from smartpos.purchasing.operations.receiving import ReceivedLine, receive_purchase
from smartpos.purchasing.operations.returning import ReturnLine, ReturnRequest, return_purchase
from smartpos.purchasing.operations.reverting import revert_purchase

__all__ = [
    "MOST_COSTS",
    "MOST_LINES",
    "CostLine",
    "PurchaseFacts",
    "PurchaseLine",
    "ReceivedLine",
    "Remainder",
    "ReturnLine",
    "ReturnRequest",
    "add_purchase_file",
    "cancel_purchase",
    "confirm_purchase",
    "create_purchase",
    "delete_purchase_file",
    "draft_purchase",
    "edit_purchase",
    "order_purchase",
    "purchase_file",
    "receive_purchase",
    "return_purchase",
    "revert_purchase",
]
