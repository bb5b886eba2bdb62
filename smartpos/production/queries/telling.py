"""What notices of production say: orders that are late, and the facts of one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, exists, extract, func, select

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.models import Event
from smartpos.core.money import plain
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.production.queries.machines import CLOSED

OVERDUE = "production.order_overdue"
# What was due longer ago is no news any more, and its events may have been forgotten.
NEWS = timedelta(days=90)

_DUE = cast(func.floor(extract("epoch", ProductionOrder.due_at)), BigInteger)


def overdue_orders(now: datetime, *, most: int) -> list[tuple[int, str, int, int]]:
    """Open orders that were due, of which no event tells: id, number, branch and the moment as seconds since 1970.

    The first to be due come first, ``most`` at once.
    """
    recorded = exists().where(
        Event.name == OVERDUE,
        Event.origin_id == ProductionOrder.id,
        Event.facts["due"].astext.cast(BigInteger) == _DUE,
    )
    query = (
        select(ProductionOrder.id, ProductionOrder.number, ProductionOrder.branch_id, _DUE)
        .where(
            ProductionOrder.status.not_in(CLOSED),
            ProductionOrder.due_at < now,
            ProductionOrder.due_at >= now - NEWS,
            ~recorded,
        )
        .order_by(ProductionOrder.due_at, ProductionOrder.id)
        .limit(most)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]


def order_facts(order_id: int) -> dict[str, Any] | None:
    """What a notice about an order says, as JSON, without any cost; None for an order that is not there."""
    query = (
        select(
            ProductionOrder.number,
            ProductionOrder.status,
            ProductionOrder.branch_id,
            Branch.name,
            Product.name,
            Unit.name,
            ProductionOrder.quantity_to_produce,
            ProductionOrder.quantity_completed,
            ProductionOrder.quantity_scrapped,
            _DUE,
            shown_name(),
        )
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .join(Product, Product.id == ProductionOrder.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(User, User.id == ProductionOrder.operator_id)
        .where(ProductionOrder.id == order_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    number, status, branch_id, branch, product, unit, wanted, done, scrapped, due, operator = row
    return {
        "id": order_id,
        "number": number,
        "is_open": status not in {OrderStatus.COMPLETED, OrderStatus.CANCELLED},
        "branch_id": branch_id,
        "branch": branch,
        "product": product,
        "unit": unit,
        "quantity": plain(wanted),
        "completed": plain(done),
        "scrapped": plain(scrapped),
        "due": due,
        "operator": operator or "",
    }
