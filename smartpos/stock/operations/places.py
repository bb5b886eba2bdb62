"""What of stock keeps a branch from being deleted."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, or_

from smartpos.identity.operations import BranchUse, declare_branch_uses
from smartpos.stock.models import (
    BatchStock,
    BranchStock,
    StockCount,
    StockReservation,
    StockTransfer,
    TransferStatus,
)
from smartpos.stock.queries.counts import OPEN

UNDER_WAY = (TransferStatus.PENDING, TransferStatus.APPROVED, TransferStatus.IN_TRANSIT)

declare_branch_uses(
    BranchUse(
        "stock",
        lambda branch_id: or_(
            exists().where(BranchStock.branch_id == branch_id, BranchStock.quantity != 0),
            exists().where(BatchStock.branch_id == branch_id, BatchStock.quantity != 0),
        ),
        _l("The books still hold goods in this branch. Move them to another branch or write them off first."),
    ),
    BranchUse(
        "reservations",
        lambda branch_id: exists().where(StockReservation.branch_id == branch_id),
        _l("Goods are set aside in this branch. Release them first."),
    ),
    BranchUse(
        "transfers",
        lambda branch_id: exists().where(
            or_(StockTransfer.from_branch_id == branch_id, StockTransfer.to_branch_id == branch_id),
            StockTransfer.status.in_(UNDER_WAY),
        ),
        _l("Transfers from or to this branch are under way. Receive or cancel them first."),
    ),
    BranchUse(
        "counts",
        lambda branch_id: exists().where(StockCount.branch_id == branch_id, StockCount.status.in_(OPEN)),
        _l("A stock count of this branch is open. Post or cancel it first."),
    ),
)
