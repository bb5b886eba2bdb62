"""Stock in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views
from smartpos.core.admin.origins import register_origin
from smartpos.stock import operations
from smartpos.stock.admin.common import STOCK
from smartpos.stock.admin.levels import AdjustmentView, MovementView, StockView
from smartpos.stock.admin.lots import LotStockView, LotView, ReservationView
from smartpos.stock.models import (
    Batch,
    BatchStock,
    BranchStock,
    InventoryMovement,
    StockAdjustment,
    StockReservation,
)
from smartpos.stock.operations.levels import LEVEL_ORIGIN


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    register_origin(operations.ADJUSTMENT_ORIGIN, _l("Correction"), "stock_adjustments")
    register_origin(LEVEL_ORIGIN, _l("Stock level"), "branch_stocks")
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
        ],
    )
