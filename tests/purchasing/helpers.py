"""What the tests of purchases share: entering them over the API, and looking at what became of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import Supplier
from smartpos.crm.operations.suppliers import create_supplier
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import Batch, BatchStock, BranchStock, InventoryMovement
from tests.cast import Shop

TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=60)).isoformat()
LATER = (TODAY + timedelta(days=120)).isoformat()
PAST = (TODAY - timedelta(days=3)).isoformat()


def make_supplier(shop: Shop, name: str = "Sharq Savdo", **facts: Any) -> int:
    """A supplier's id."""
    with shop.inside("owner"):
        return create_supplier(name=name, actor=shop.actor("owner"), **facts).id


def supply(shop: Shop, *items: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The body of a purchase."""
    return {
        "client_uuid": str(uuid4()),
        "branch_id": shop.branch_id,
        "items": list(items),
        **facts,
    }


def line(product_id: int | None, quantity: str, cost_price: str, **facts: Any) -> dict[str, Any]:
    """One line of a body."""
    return {"product_id": product_id, "quantity": quantity, "cost_price": cost_price, **facts}


def level(shop: Shop, product_id: int) -> tuple[Decimal, Decimal]:
    """Quantity and value in the shop's branch."""
    with shop.inside():
        row = db.session.execute(
            select(BranchStock.quantity, BranchStock.value).where(
                BranchStock.product_id == product_id, BranchStock.branch_id == shop.branch_id
            )
        ).one_or_none()
        return tuple(row) if row else (Decimal(0), Decimal(0))


def lots(shop: Shop, product_id: int) -> dict[str, Decimal]:
    """What lies of each lot in the shop's branch."""
    with shop.inside():
        query = (
            select(Batch.batch_number, BatchStock.quantity)
            .join(BatchStock, BatchStock.batch_id == Batch.id)
            .where(Batch.product_id == product_id, BatchStock.branch_id == shop.branch_id)
        )
        return dict(db.session.execute(query).all())


def balance(shop: Shop, supplier_id: int) -> Decimal:
    """What the supplier is owed."""
    with shop.inside():
        return db.session.execute(select(Supplier.balance).where(Supplier.id == supplier_id)).scalar_one()


def movements(shop: Shop, purchase_id: int) -> list[tuple[Decimal, Decimal]]:
    """Quantity and value of what a document moved, in its order."""
    with shop.inside():
        query = (
            select(InventoryMovement.quantity, InventoryMovement.value)
            .where(InventoryMovement.origin_kind == "purchase", InventoryMovement.origin_id == purchase_id)
            .order_by(InventoryMovement.id)
        )
        return [tuple(row) for row in db.session.execute(query)]


def broken(shop: Shop) -> list[Any]:
    """Where the books do not agree."""
    with shop.app.app_context(), platform_scope(reason="test"):
        return verify_books()
