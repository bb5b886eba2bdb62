"""Purchases: one of them, a list of them, and how much of each line has gone back."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.fields import LARGEST_ID
from smartpos.core.paging import AnySelect
from smartpos.crm.models import Supplier, SupplierTransaction
from smartpos.identity.models import Branch
from smartpos.purchasing.errors import PurchaseNotFound
from smartpos.purchasing.models import (
    Purchase,
    PurchaseFile,
    PurchaseItem,
    PurchaseStatus,
    PurchaseType,
)

PURCHASE_ORIGIN = "purchase"
# More than wait in any shop that looks after its purchases; the rest is told when these are confirmed.
MOST_TOLD = 200


def purchase_of(purchase_id: int, *, locked: bool = False) -> Purchase:
    """A purchase by its id; ``locked``: nobody else changes it until the commit. Raises PurchaseNotFound."""
    # Joined with its branch, because people see no more of other workspaces than of other shops.
    query = select(Purchase).join(Branch, Branch.id == Purchase.branch_id).where(Purchase.id == purchase_id)
    if locked:
        query = query.with_for_update(of=Purchase, key_share=True).execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < purchase_id <= LARGEST_ID else None
    if found is None:
        raise PurchaseNotFound
    return found


def purchase_by_client_uuid(client_uuid: UUID) -> Purchase | None:
    """The document that a client has named before, if any."""
    return db.session.scalar(select(Purchase).where(Purchase.client_uuid == client_uuid))


def unconfirmed_since(moment: datetime) -> list[tuple[Purchase, str | None, str]]:
    """Purchases that were unloaded before a moment and still wait, with the names of supplier and branch."""
    query = (
        select(Purchase, Supplier.name, Branch.name)
        .join(Branch, Branch.id == Purchase.branch_id)
        .outerjoin(Supplier, Supplier.id == Purchase.supplier_id)
        .where(Purchase.status == PurchaseStatus.RECEIVED, Purchase.received_at < moment)
        .order_by(Purchase.id)
        .limit(MOST_TOLD)
    )
    return [(purchase, supplier, branch) for purchase, supplier, branch in db.session.execute(query)]


def purchases(
    *,
    status: PurchaseStatus | None = None,
    kind: PurchaseType | None = None,
    supplier_id: int | None = None,
    branch_id: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> AnySelect:
    """Purchases without their lines, with the names of supplier and branch, to be paged by ``id``; both days count."""
    query = (
        select(Purchase, Supplier.name.label("supplier"), Branch.name.label("branch"))
        .join(Branch, Branch.id == Purchase.branch_id)
        .outerjoin(Supplier, Supplier.id == Purchase.supplier_id)
    )
    for column, wanted in (
        (Purchase.status, status),
        (Purchase.type, kind),
        (Purchase.supplier_id, supplier_id),
        (Purchase.branch_id, branch_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if first_day is not None:
        query = query.where(Purchase.document_date >= first_day)
    if last_day is not None:
        query = query.where(Purchase.document_date <= last_day)
    return query


def lines_of(purchase_id: int) -> list[Any]:
    """The lines of a purchase: (item, product, unit's name, weight, digits), in their order."""
    query = (
        select(PurchaseItem, Product.name, Product.sku, Unit.name, Product.weight)
        .outerjoin(Product, Product.id == PurchaseItem.product_id)
        .outerjoin(Unit, Unit.id == Product.unit_id)
        .where(PurchaseItem.purchase_id == purchase_id)
        .order_by(PurchaseItem.position)
    )
    return list(db.session.execute(query))


def files_of(purchase_id: int) -> list[PurchaseFile]:
    """What is attached to a purchase."""
    query = (
        select(PurchaseFile)
        .options(selectinload(PurchaseFile.file))
        .where(PurchaseFile.purchase_id == purchase_id)
        .order_by(PurchaseFile.id)
    )
    return list(db.session.scalars(query))


def returns_of(purchase_id: int) -> list[Purchase]:
    """The returns of a purchase that hold, the first one first."""
    query = select(Purchase).where(
        Purchase.original_id == purchase_id, Purchase.status == PurchaseStatus.CONFIRMED
    )
    return list(db.session.scalars(query.order_by(Purchase.id)))


class Returned(NamedTuple):
    """What has gone back of a line in returns that hold: base units and money, as positive numbers."""

    quantity: Decimal
    total: Decimal
    tax: Decimal
    cost_share: Decimal


def returned_amounts(item_ids: Collection[int]) -> dict[int, Returned]:
    """How much of each line has gone back to the supplier, and at what money; lines without are missing."""
    if not item_ids:
        return {}
    query = (
        select(
            PurchaseItem.returns_id,
            -func.sum(PurchaseItem.quantity),
            -func.sum(PurchaseItem.total),
            -func.sum(PurchaseItem.tax_amount),
            -func.sum(PurchaseItem.cost_share),
        )
        .join(Purchase, Purchase.id == PurchaseItem.purchase_id)
        .where(PurchaseItem.returns_id.in_(item_ids), Purchase.status == PurchaseStatus.CONFIRMED)
        .group_by(PurchaseItem.returns_id)
    )
    return {row[0]: Returned(*row[1:]) for row in db.session.execute(query) if row[0] is not None}


def returned_quantities(item_ids: Collection[int]) -> dict[int, Decimal]:
    """How much of each line has gone back to the supplier, as positive numbers; lines without are missing."""
    return {item_id: gone.quantity for item_id, gone in returned_amounts(item_ids).items()}


def entry_of(purchase_id: int) -> SupplierTransaction | None:
    """The line in the supplier's account that a document made, not the one that took it back."""
    query = select(SupplierTransaction).where(
        SupplierTransaction.origin_kind == PURCHASE_ORIGIN,
        SupplierTransaction.origin_id == purchase_id,
        SupplierTransaction.reverses_id.is_(None),
    )
    return db.session.scalar(query)
