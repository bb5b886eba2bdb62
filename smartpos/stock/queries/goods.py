"""What the ledger knows about products, and how much of them there is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, ProductType
from smartpos.core.db import db
from smartpos.stock.models import BranchStock

WITHOUT_STOCK = frozenset({ProductType.SERVICE, ProductType.DIGITAL})


@dataclass(frozen=True, slots=True)
class Goods:
    """What the ledger needs to know about a product. ``cost_price`` is used where there is no average cost.

    ``keeps_lots``: what comes in with a lot stays with it, and lots go out first expired, first out.
    """

    id: int
    name: str
    is_tracked: bool
    cost_price: Decimal
    keeps_lots: bool = False


def is_tracked(kind: ProductType, track_inventory: bool) -> bool:
    """Whether stock is kept of a product: services and digital goods have none."""
    return track_inventory and kind not in WITHOUT_STOCK


def goods_of(product_ids: Collection[int]) -> dict[int, Goods]:
    """The facts about products by id; what does not exist is missing."""
    wanted = literal(sorted(set(product_ids)), ARRAY(BigInteger))
    query = select(
        Product.id,
        Product.name,
        Product.type,
        Product.track_inventory,
        Product.cost_price,
        Product.track_batches,
    ).where(Product.id == func.any(wanted))
    return {
        row.id: Goods(
            row.id, row.name, is_tracked(row.type, row.track_inventory), row.cost_price, row.track_batches
        )
        for row in db.session.execute(query)
    }


def quantities(product_ids: Collection[int], branch_id: int | None = None) -> Mapping[int, Decimal]:
    """What is there of each product, in one branch or in all; products without stock are missing."""
    if not product_ids:
        return {}
    wanted = literal(sorted(set(product_ids)), ARRAY(BigInteger))
    query = (
        select(BranchStock.product_id, func.sum(BranchStock.quantity))
        .where(BranchStock.product_id == func.any(wanted))
        .group_by(BranchStock.product_id)
    )
    if branch_id is not None:
        query = query.where(BranchStock.branch_id == branch_id)
    return dict(db.session.execute(query).all())


def moved_since(branch_id: int | None, moment: datetime) -> list[int]:
    """The products whose quantity in a branch, or in any, has changed since a moment."""
    query = select(BranchStock.product_id).where(BranchStock.updated_at > moment)
    if branch_id is not None:
        query = query.where(BranchStock.branch_id == branch_id)
    return list(db.session.scalars(query))
