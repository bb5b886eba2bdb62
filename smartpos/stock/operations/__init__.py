"""Moving, correcting and levelling stock."""

from smartpos.stock.operations import places  # noqa: F401 - declares what keeps a branch
from smartpos.stock.operations.adjustments import (
    ADJUSTMENT_ORIGIN,
    MOST_LINES,
    AdjustmentLine,
    adjust_stock,
    set_opening_balances,
)
from smartpos.stock.operations.ledger import (
    Movement,
    lock_stock,
    post_movements,
    prepare_movements,
)
from smartpos.stock.operations.levels import set_levels
from smartpos.stock.operations.lots import Lot, PostedLot, shares
from smartpos.stock.operations.writing import Posted, Prepared, write_movements

__all__ = [
    "ADJUSTMENT_ORIGIN",
    "MOST_LINES",
    "AdjustmentLine",
    "Lot",
    "Movement",
    "Posted",
    "PostedLot",
    "Prepared",
    "adjust_stock",
    "lock_stock",
    "post_movements",
    "prepare_movements",
    "set_levels",
    "set_opening_balances",
    "shares",
    "write_movements",
]
