"""Stock in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views
from smartpos.core.admin.origins import register_origin
from smartpos.core.events import describe_events
from smartpos.stock import operations
from smartpos.stock.admin.common import STOCK
from smartpos.stock.admin.counts import CountView, EntryView, LineView
from smartpos.stock.admin.levels import AdjustmentView, MovementView, StockView
from smartpos.stock.admin.lots import LotStockView, LotView, ReservationView
from smartpos.stock.admin.transfers import TransferLineView, TransferView
from smartpos.stock.models import (
    Batch,
    BatchStock,
    BranchStock,
    InventoryMovement,
    StockAdjustment,
    StockCount,
    StockCountEntry,
    StockCountLine,
    StockReservation,
    StockTransfer,
    StockTransferLine,
)
from smartpos.stock.operations.levels import LEVEL_ORIGIN
from smartpos.stock.operations.writing import FELL_BELOW, RECOVERED
from smartpos.stock.queries.transfers import TRANSFER_ORIGIN

describe_events(
    {
        FELL_BELOW: _l("Stock fell to its level or below"),
        RECOVERED: _l("Stock is enough again"),
    }
)


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    register_origin(operations.ADJUSTMENT_ORIGIN, _l("Correction"), "stock_adjustments")
    register_origin(LEVEL_ORIGIN, _l("Stock level"), "branch_stocks")
    register_origin(TRANSFER_ORIGIN, _l("Transfer"), "stock_transfers")
    add_views(
        app,
        [
            StockView(BranchStock, name=_l("Stock levels"), category=STOCK, endpoint="branch_stocks"),
            MovementView(InventoryMovement, name=_l("Stock ledger"), category=STOCK, endpoint="movements"),
            AdjustmentView(
                StockAdjustment, name=_l("Corrections"), category=STOCK, endpoint="stock_adjustments"
            ),
            LotView(Batch, name=_l("Lots"), category=STOCK, endpoint="batches"),
            LotStockView(BatchStock, name=_l("Lots in stock"), category=STOCK, endpoint="batch_stocks"),
            ReservationView(
                StockReservation, name=_l("Set aside"), category=STOCK, endpoint="stock_reservations"
            ),
            CountView(StockCount, name=_l("Stock counts"), category=STOCK, endpoint="stock_counts"),
            EntryView(
                StockCountEntry, name=_l("Count entries"), category=STOCK, endpoint="stock_count_entries"
            ),
            LineView(StockCountLine, name=_l("Count lines"), category=STOCK, endpoint="stock_count_lines"),
            TransferView(StockTransfer, name=_l("Transfers"), category=STOCK, endpoint="stock_transfers"),
            TransferLineView(
                StockTransferLine, name=_l("Transfer lines"), category=STOCK, endpoint="stock_transfer_lines"
            ),
        ],
    )
