"""Helpers of the tests about transfers."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.identity.queries import transit_branch_id
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BatchStock, BranchStock, InventoryMovement, StockTransfer, StockTransferLine
from smartpos.stock.operations import Lot, Movement, post_movements
from smartpos.stock.operations.transfers import (
    TransferLine,
    TransferRequest,
    approve_transfer,
    complete_transfer,
    create_transfer,
    ship_transfer,
)
from smartpos.stock.operations.unloading import Received
from tests.cast import Shop


def ask(shop: Shop, *lines: tuple[Any, ...], who: str = "warehouse", **facts: Any) -> int:
    """A transfer from the shop to its warehouse; a line is (product, quantity) or (product, quantity, lot)."""
    facts = {"from_branch_id": shop.branch_id, "to_branch_id": shop.warehouse_id} | facts
    wanted = [TransferLine(line[0], Decimal(line[1]), *line[2:]) for line in lines]
    with shop.inside(who):
        return create_transfer(TransferRequest(lines=wanted, **facts), actor=shop.actor(who)).id


def approve(shop: Shop, transfer_id: int) -> None:
    with shop.inside("manager"):
        approve_transfer(transfer_id, actor=shop.actor("manager"))


def ship(shop: Shop, transfer_id: int) -> None:
    with shop.inside("warehouse"):
        ship_transfer(transfer_id, actor=shop.actor("warehouse"))


def sent(shop: Shop, *lines: tuple[Any, ...], **facts: Any) -> int:
    """A transfer that is on its way."""
    number = ask(shop, *lines, **facts)
    approve(shop, number)
    ship(shop, number)
    return number


def receive(shop: Shop, transfer_id: int, *received: tuple[Any, ...]) -> None:
    """Take in a transfer: (product, quantity, note, lot) each, or everything."""
    told = [Received(one[0], Decimal(one[1]), *one[2:]) for one in received] or None
    with shop.inside("warehouse"):
        complete_transfer(transfer_id, told, actor=shop.actor("warehouse"))


def transit(shop: Shop) -> int:
    with shop.inside():
        found = transit_branch_id()
        assert found is not None
        return found


def holds(shop: Shop, product_id: int, branch_id: int) -> tuple[Decimal, Decimal]:
    """Quantity and value of a product in a place."""
    with shop.inside():
        query = select(BranchStock.quantity, BranchStock.value)
        row = db.session.execute(
            query.where(BranchStock.product_id == product_id, BranchStock.branch_id == branch_id)
        ).one_or_none()
        return (row[0], row[1]) if row else (Decimal(0), Decimal(0))


def lots_in(shop: Shop, product_id: int, branch_id: int) -> dict[int, Decimal]:
    """How much lies of each lot of a product in a place."""
    with shop.inside():
        query = select(BatchStock.batch_id, BatchStock.quantity).where(
            BatchStock.product_id == product_id, BatchStock.branch_id == branch_id, BatchStock.quantity > 0
        )
        return dict(db.session.execute(query).all())


def with_lots(
    shop: Shop, *lots: tuple[str, str, int | None], cost: str = "100"
) -> tuple[int, dict[str, int]]:
    """A product with lots in the shop, (number, quantity, days until it expires) each; and their ids by number."""
    product = shop.product(stock=None, cost=cost, track_batches=True)
    today = utc_now().date()
    with shop.inside("warehouse"):
        for number, quantity, days in lots:
            expires: date | None = None if days is None else today + timedelta(days=days)
            post_movements(
                [Movement(product, Decimal(quantity), Decimal(cost), lot=Lot(number, expires))],
                origin_kind="test",
                origin_id=1,
                branch_id=shop.branch_id,
                actor=shop.actor("warehouse"),
            )
    with shop.inside():
        from smartpos.stock.models import Batch

        found = db.session.execute(
            select(Batch.batch_number, Batch.id).where(Batch.product_id == product)
        ).all()
        return product, dict(found)


def status(shop: Shop, transfer_id: int) -> str:
    with shop.inside():
        return str(
            db.session.scalar(select(StockTransfer.status).where(StockTransfer.id == transfer_id)).value
        )


def lines_of(shop: Shop, transfer_id: int) -> Sequence[StockTransferLine]:
    """The lines of a transfer, to be read outside of the session."""
    with shop.inside():
        query = select(StockTransferLine).where(StockTransferLine.transfer_id == transfer_id)
        lines = db.session.scalars(query.order_by(StockTransferLine.position)).all()
        for line in lines:
            db.session.refresh(line)
            db.session.expunge(line)
        return lines


def moved(shop: Shop, origin_kind: str = "stock_transfer") -> int:
    """How many rows of the ledger have that cause."""
    with shop.inside():
        query = select(func.count()).select_from(InventoryMovement)
        return db.session.scalar(query.where(InventoryMovement.origin_kind == origin_kind)) or 0


def disagreements(shop: Shop) -> list[Any]:
    """Where the books do not agree."""
    with shop.app.app_context(), platform_scope(reason="test"):
        return list(verify_books())
