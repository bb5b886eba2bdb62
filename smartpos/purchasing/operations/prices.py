"""What suppliers ask for products, and from whom a product is bought before others.

Locks: the products, in the order of their ids.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict

from flask_babel import gettext as _
from sqlalchemy import select, update

from smartpos.catalog.models import Product
from smartpos.catalog.operations import values
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db, utc_now
from smartpos.core.money import QUANTITY_LIMIT
from smartpos.crm.operations.suppliers import days
from smartpos.crm.queries import doors
from smartpos.identity.errors import BadField
from smartpos.purchasing.models import SupplierPrice

LONGEST_SKU = 100
MOST_PRICES = 1000
# A unit cost above this is a typing error.
MOST_COST = Decimal("999999999999.9999")

READERS: dict[str, Callable[[Any, str], Any]] = {
    "supplier_sku": partial(values.text, longest=LONGEST_SKU),
    "price": partial(values.number, digits=4, limit=MOST_COST, needed=True),
    "min_quantity": partial(values.number, digits=3, limit=QUANTITY_LIMIT, positive=True),
    "lead_time_days": days,
    "is_preferred": values.yes_no,
}


class PriceFacts(TypedDict, total=False):
    """What can be told of a supplier's price. Numbers may come as text; ``price`` is per base unit, with VAT."""

    product_id: int
    price: Any
    supplier_sku: str | None
    min_quantity: Any
    lead_time_days: Any
    is_preferred: bool


def set_supplier_price(supplier_id: int, facts: PriceFacts) -> SupplierPrice:
    """Set what a supplier asks for one product; raises what ``set_supplier_prices`` raises."""
    values.number(facts.get("price", 0), "price", digits=4, limit=MOST_COST, needed=True)
    return set_supplier_prices(supplier_id, [facts])[0]


def set_supplier_prices(supplier_id: int, lines: Sequence[PriceFacts]) -> list[SupplierPrice]:
    """Set what a supplier asks; gives the rows in the order of the lines. What a line does not name stays.

    A new price needs its ``price``; one that becomes None removes the row. A product is preferred from one supplier at
    most: the last one named. Raises SupplierNotFound, and BadField for unknown products, products named twice and
    wrong values.
    """
    supplier = doors.supplier(supplier_id)
    if len(lines) > MOST_PRICES:
        raise BadField("items", _("At most %(most)s entries fit here.", most=MOST_PRICES))
    ids = [_number(line.get("product_id")) for line in lines]
    if len(set(ids)) < len(ids):
        raise BadField("product_id", _("A product is named twice."))
    if unknown := set(ids) - _lock_products(ids):
        raise BadField(
            "product_id", _("There is no product %(ids)s.", ids=", ".join(map(str, sorted(unknown))))
        )
    known = {
        row.product_id: row
        for row in db.session.scalars(
            select(SupplierPrice).where(
                SupplierPrice.supplier_id == supplier.id, in_ids(SupplierPrice.product_id, ids)
            )
        )
    }
    now = utc_now()
    rows = []
    for product_id, line in zip(ids, lines, strict=True):
        row = known.get(product_id)
        if line.get("price", 0) is None:
            if row is not None:
                remove_supplier_price(row)
            continue
        given: Mapping[str, Any] = line if row is not None else {"price": None, **line}
        facts = {field: read(given[field], field) for field, read in READERS.items() if field in given}
        if row is None:
            row = SupplierPrice(supplier_id=supplier.id, product_id=product_id)
            db.session.add(row)
        for field, value in facts.items():
            setattr(row, field, value)
        row.updated_at = now
        rows.append(row)
    preferred = [row.product_id for row in rows if row.is_preferred]
    if preferred:
        db.session.execute(
            update(SupplierPrice)
            .where(
                in_ids(SupplierPrice.product_id, preferred),
                SupplierPrice.supplier_id != supplier.id,
                SupplierPrice.is_preferred,
            )
            .values(is_preferred=False, updated_at=now)
        )
    db.session.flush()
    return rows


def remove_supplier_price(row: SupplierPrice) -> None:
    """Forget what a supplier asks for a product; what was bought stays."""
    db.session.delete(row)
    db.session.flush()


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise BadField("product_id", _("This choice does not exist."))
    return value


def _lock_products(ids: Sequence[int]) -> set[int]:
    # Two suppliers who are preferred at once would not see each other otherwise.
    found = (
        select(Product.id)
        .where(in_ids(Product.id, ids), Product.deleted_at.is_(None))
        .order_by(Product.id)
        .with_for_update(key_share=True)
    )
    return set(db.session.scalars(found))
