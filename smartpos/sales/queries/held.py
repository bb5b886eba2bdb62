"""Questions about parked sales."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, defer, joinedload

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.money import plain
from smartpos.identity.models import Branch
from smartpos.sales.models import HeldSale, HeldSaleStatus

STALE_AFTER = timedelta(days=7)
MOST = 1000


def held_in(branch_id: int) -> Sequence[HeldSale]:
    """What waits in a branch, without the carts, the longest waiting first. Raises NotFound for a foreign branch."""
    if db.session.scalar(select(Branch.id).where(Branch.id == branch_id)) is None:
        raise NotFound
    query = (
        select(HeldSale)
        .join(Branch, Branch.id == HeldSale.branch_id)
        .where(HeldSale.branch_id == branch_id, HeldSale.status == HeldSaleStatus.HELD)
        .options(
            contains_eager(HeldSale.branch),
            joinedload(HeldSale.till),
            joinedload(HeldSale.customer),
            joinedload(HeldSale.holder),
            defer(HeldSale.cart),
        )
        .order_by(HeldSale.held_at, HeldSale.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def is_stale(row: HeldSale) -> bool:
    """Whether it waits and has waited for more than a week: somebody has forgotten it."""
    return row.status is HeldSaleStatus.HELD and row.held_at < utc_now() - STALE_AFTER


def held_facts(row: HeldSale) -> dict[str, Any]:
    """A parked sale as tills see it, without its cart."""
    return {
        "id": row.id,
        "client_uuid": str(row.client_uuid),
        "status": row.status.value,
        "name": row.name,
        "branch_id": row.branch_id,
        "till_id": row.till_id,
        "till": row.till.name if row.till else None,
        "customer": {"id": row.customer.id, "name": row.customer.name} if row.customer else None,
        "line_count": row.line_count,
        "total": plain(row.total_amount),
        "held_by": row.holder.display if row.holder else None,
        "held_at": row.held_at.isoformat(),
        "is_stale": is_stale(row),
    }
