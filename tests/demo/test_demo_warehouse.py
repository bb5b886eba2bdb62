"""What the demo's warehouse has gone through besides the history, loaded small."""

from flask import Flask
from sqlalchemy import func, select

from smartpos.catalog.models import Product
from smartpos.core.db import db, utc_now
from smartpos.crm.models import Supplier, SupplierEntryKind, SupplierTransaction
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import actor_of_user
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, PurchaseType, SupplierPrice
from smartpos.purchasing.queries.suggesting import suggestions
from smartpos.stock.markdown import USUAL_STEPS, markdown_of, read_steps
from smartpos.stock.models import (
    AdjustmentReason,
    Batch,
    BatchStock,
    CountStatus,
    StockAdjustment,
    StockCount,
    StockTransfer,
    StockTransferLine,
    TransferStatus,
)


def test_purchases_of_every_state(demo: Flask) -> None:
    found = db.session.execute(select(Purchase.type, Purchase.status)).all()
    assert sorted((kind.value, status.value) for kind, status in found) == [
        ("purchase", "confirmed"),
        ("purchase", "confirmed"),
        ("purchase", "draft"),
        ("purchase", "ordered"),
        ("purchase", "ordered"),
        ("return", "confirmed"),
    ]
    rest = db.session.execute(select(Purchase).where(Purchase.backorder_of_id.is_not(None))).scalar_one()
    assert (rest.status, rest.type) == (PurchaseStatus.ORDERED, PurchaseType.PURCHASE)
    unknown = db.session.scalars(select(PurchaseItem).where(PurchaseItem.product_id.is_(None))).one()
    assert unknown.product_name_raw and unknown.purchase.status is PurchaseStatus.DRAFT


def test_suppliers_are_owed_something(demo: Flask) -> None:
    owed = {supplier.name: supplier.balance for supplier in db.session.scalars(select(Supplier))}
    assert len(owed) == 4 and sum(amount > 0 for amount in owed.values()) == 2
    kinds = set(db.session.scalars(select(SupplierTransaction.transaction_type)))
    assert kinds == {SupplierEntryKind.PURCHASE, SupplierEntryKind.RETURN, SupplierEntryKind.PAYMENT}
    assert db.session.scalar(select(func.count()).select_from(SupplierPrice)) > 20  # type: ignore[operator]


def test_lots_are_about_to_expire(demo: Flask) -> None:
    lots = db.session.execute(
        select(Batch.expiration_date - Batch.received_date, BatchStock.quantity).join(
            BatchStock, BatchStock.batch_id == Batch.id
        )
    ).all()
    assert {days for days, _quantity in lots} == {4, 9, 24}
    assert all(quantity > 0 for _days, quantity in lots)
    steps, today = read_steps(USUAL_STEPS), utc_now().date()
    aged = select(Batch, Product.shelf_life_days).join(Product, Product.id == Batch.product_id)
    off = [
        markdown_of(lot.received_date, lot.expiration_date, max(today, lot.received_date), steps, life)
        for lot, life in db.session.execute(aged)
    ]
    assert sorted(filter(None, off)) == [20, 35]


def test_goods_are_moved_and_counted(demo: Flask) -> None:
    states = sorted(db.session.scalars(select(StockTransfer.status)))
    assert states == [TransferStatus.COMPLETED, TransferStatus.IN_TRANSIT, TransferStatus.PENDING]
    short = db.session.scalars(
        select(StockTransferLine).where(StockTransferLine.received_quantity < StockTransferLine.quantity)
    ).one()
    assert short.note
    assert sorted(db.session.scalars(select(StockCount.status))) == [CountStatus.COUNTING, CountStatus.POSTED]
    reasons = set(db.session.scalars(select(StockAdjustment.reason)))
    assert {AdjustmentReason.DAMAGE, AdjustmentReason.LOSS, AdjustmentReason.COUNT} <= reasons


def test_there_is_something_to_order_and_to_move(demo: Flask) -> None:
    owner = actor_of_user(db.session.scalars(select(User.id).where(User.username == "owner")).one())
    assert owner is not None
    for name in ("Chilonzor", "Yunusobod", "Sergeli", "Markaziy ombor"):
        branch_id = db.session.scalars(select(Branch.id).where(Branch.name == name)).one()
        ordered = [one for one in suggestions(branch_id, owner) if one.suggestion.order > 0]
        assert 3 <= len(ordered) <= 12, (name, ordered)
        assert sum(one.goods.supplier is not None for one in ordered) > len(ordered) / 2, (name, ordered)
        assert len({one.goods.supplier_id for one in ordered}) > 1, (name, ordered)
        if name == "Chilonzor":
            assert sum(bool(one.suggestion.transfers) for one in suggestions(branch_id, owner)) > 1
