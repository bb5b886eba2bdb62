"""How much of each product a branch should hold: the rows of the page on which that is set."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from smartpos.catalog.models import Product, Unit
from smartpos.core.paging import AnySelect, Page, page
from smartpos.stock.models import BranchStock
from smartpos.stock.queries.countable import in_scope

NOTHING = Decimal("0.000")


class Wanted(NamedTuple):
    """A product with what a branch has of it and what it should hold; None where nothing is set."""

    product: str
    product_id: int
    sku: str
    unit: str
    digits: int
    quantity: Decimal
    min_quantity: Decimal
    reorder_point: Decimal | None
    max_quantity: Decimal | None

    @property
    def is_low(self) -> bool:
        """Whether there is no more than the minimum or the reorder point, where one is set."""
        wanted = max(self.min_quantity, self.reorder_point or NOTHING)
        return self.quantity <= wanted and (self.min_quantity > 0 or self.reorder_point is not None)


def is_low() -> ColumnElement[bool]:
    """The same as a condition on stock rows."""
    return or_(
        and_(BranchStock.min_quantity > 0, BranchStock.quantity <= BranchStock.min_quantity),
        BranchStock.quantity <= BranchStock.reorder_point,
    )


def wanted_levels(
    branch_id: int,
    *,
    category_id: int | None = None,
    words: str = "",
    only_low: bool = False,
    limit: int,
    cursor: str | None = None,
) -> Page[Wanted]:
    """Products whose stock is kept, by name, with the levels of a branch; also those it has never held.

    Of one category with what is below it; with all the ``words`` in name or article; ``only_low`` those at or below
    their level. Raises Invalid for a cursor of another list.
    """
    here = and_(BranchStock.product_id == Product.id, BranchStock.branch_id == branch_id)
    nothing = literal(NOTHING)
    query: AnySelect = (
        select(
            Product.name,
            Product.id,
            Product.sku,
            Unit.name,
            Unit.digits,
            func.coalesce(BranchStock.quantity, nothing),
            func.coalesce(BranchStock.min_quantity, nothing),
            BranchStock.reorder_point,
            BranchStock.max_quantity,
        )
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(BranchStock, here)
        .where(Product.deleted_at.is_(None), in_scope(category_id))
    )
    for word in words.split()[:8]:
        found = Product.name.icontains(word, autoescape=True) | (Product.sku == word)
        query = query.where(found)
    if only_low:
        query = query.where(is_low())
    rows = page(query, [Product.name, Product.id], limit=limit, cursor=cursor)
    return Page([Wanted(*row) for row in rows.items], rows.next_cursor)
