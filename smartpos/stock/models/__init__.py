"""Tables of stock: the ledger, lots, transfers, counts."""

from smartpos.stock.models.batches import Batch, BatchStock
from smartpos.stock.models.counts import CountStatus, StockCount, StockCountEntry, StockCountLine
from smartpos.stock.models.ledger import (
    AdjustmentReason,
    BranchStock,
    InventoryMovement,
    LevelState,
    MovementType,
    StockAdjustment,
    StockReservation,
)
from smartpos.stock.models.transfers import StockTransfer, StockTransferLine, TransferStatus

__all__ = [
    "AdjustmentReason",
    "Batch",
    "BatchStock",
    "BranchStock",
    "CountStatus",
    "InventoryMovement",
    "LevelState",
    "MovementType",
    "StockAdjustment",
    "StockCount",
    "StockCountEntry",
    "StockCountLine",
    "StockReservation",
    "StockTransfer",
    "StockTransferLine",
    "TransferStatus",
]
