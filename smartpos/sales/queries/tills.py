"""Questions about the places where people sell."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.identity.models import Branch, Till
from smartpos.sales.models import Sale, SaleItem


@dataclass(frozen=True, slots=True)
class TillPlace:
    """A till that is in use, and its branch."""

    id: int
    name: str
    receipt_width: int
    branch_id: int
    branch: str
    address: str | None
    has_printer: bool = False
    has_drawer: bool = False


def tills_in_use(till_id: int | None = None) -> list[TillPlace]:
    """The tills in use of the branches that the person sees, by branch and name; with ``till_id`` only that one."""
    query = (
        select(
            Till.id,
            Till.name,
            Till.receipt_width,
            Branch.id,
            Branch.name,
            Branch.address,
            Till.printer_host.is_not(None),
            Till.has_drawer,
        )
        .join(Branch, Branch.id == Till.branch_id)
        .where(Till.is_active, Till.deleted_at.is_(None), Branch.is_active, Branch.deleted_at.is_(None))
        .order_by(Branch.name, Till.number)
    )
    if till_id is not None:
        query = query.where(Till.id == till_id)
    return [TillPlace(*row) for row in db.session.execute(query)]


def often_sold(branch_id: int, *, since: date, most: int = 40) -> list[int]:
    """The ids of the products on most receipts of a branch since a day, the most frequent first."""
    query = (
        select(SaleItem.product_id)
        .join(Sale, Sale.id == SaleItem.sale_id)
        .where(Sale.branch_id == branch_id, Sale.business_date >= since)
        .group_by(SaleItem.product_id)
        .order_by(func.count().desc(), SaleItem.product_id)
        .limit(most)
    )
    return list(db.session.execute(query).scalars())
