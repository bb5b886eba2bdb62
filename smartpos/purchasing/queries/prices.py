"""What suppliers ask for products."""

from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect
from smartpos.purchasing.models import SupplierPrice


def prices_of(supplier_id: int) -> AnySelect:
    """What a supplier asks: each price with its product; products that were deleted are left out."""
    return (
        select(SupplierPrice, Product)
        .join(Product, Product.id == SupplierPrice.product_id)
        .where(SupplierPrice.supplier_id == supplier_id, Product.deleted_at.is_(None))
    )


def price_row(price_id: int) -> SupplierPrice:
    """One price. Raises NotFound."""
    row = db.session.get(SupplierPrice, price_id) if 0 < price_id < 2**63 else None
    if row is None:
        raise NotFound
    return row
