"""The price types of a tenant."""

from collections.abc import Sequence

from sqlalchemy import select

from smartpos.catalog.models import PriceType
from smartpos.core.db import db


def price_types_in_use() -> Sequence[PriceType]:
    """All price types, the default one first, then by name."""
    query = select(PriceType).order_by(PriceType.is_default.desc(), PriceType.name, PriceType.id)
    return db.session.scalars(query).all()
