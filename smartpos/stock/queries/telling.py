"""What notices of stock say: levels that were crossed by one posting, lots that expire, names."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, and_, func, or_, select

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.models import Event
from smartpos.identity.models import Branch, User
from smartpos.stock.models import Batch, BatchStock, BranchStock, LevelState


@dataclass(frozen=True, slots=True)
class Crossing:
    """A level that was crossed: whose stock row, and what was left."""

    stock_id: int
    product_id: int
    name: str
    unit: str
    quantity: Decimal
    level: str
    state: LevelState


def branch_name(branch_id: int) -> str | None:
    """What a branch is called; None when it is gone."""
    return db.session.scalar(select(Branch.name).where(Branch.id == branch_id))


def person_name(user_id: int | None) -> str:
    """What a person is called; "" for the system."""
    if user_id is None:
        return ""
    return (
        db.session.scalar(
            select(func.coalesce(func.nullif(User.full_name, ""), User.username)).where(User.id == user_id)
        )
        or ""
    )


def first_of_posting(name: str, event_id: int, branch_id: int, created_at: datetime) -> bool:
    """Whether an event is the first of its name that one posting in a branch has written: it speaks for all of them."""
    earlier = select(Event.id).where(
        Event.name == name,
        Event.id < event_id,
        Event.created_at == created_at,
        Event.facts["branch_id"].astext.cast(BigInteger) == branch_id,
    )
    return db.session.scalar(earlier.limit(1)) is None


def crossings_of_posting(name: str, event_id: int, branch_id: int, created_at: datetime) -> list[Crossing]:
    """The levels that one posting has crossed in a branch and that are still as low, as they stand now."""
    product = Event.facts["product_id"].astext.cast(BigInteger)
    statement = (
        select(
            BranchStock.id,
            Product.id,
            Product.name,
            Unit.name,
            BranchStock.quantity,
            Event.facts["level"].astext,
            BranchStock.level_state,
        )
        .select_from(Event)
        .join(BranchStock, and_(BranchStock.product_id == product, BranchStock.branch_id == branch_id))
        .join(Product, Product.id == BranchStock.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .where(
            Event.name == name,
            Event.id >= event_id,
            Event.created_at == created_at,
            Event.facts["branch_id"].astext.cast(BigInteger) == branch_id,
            BranchStock.level_state != LevelState.ENOUGH,
        )
        .order_by(Event.id)
    )
    return [Crossing(*row) for row in db.session.execute(statement)]


def stock_row(branch_id: int, product_id: int) -> int | None:
    """The number of the row that holds what lies of a product in a branch."""
    return db.session.scalar(
        select(BranchStock.id).where(BranchStock.branch_id == branch_id, BranchStock.product_id == product_id)
    )


def fading_lots(today: date, days: int, *, since: date | None, most: int) -> dict[int, dict[str, Any]]:
    """By branch: how many lots in stock have expired or will within ``days``, and those that are new since a day.

    New is what has expired, has come within ``days`` or has been received since then; None: everything. Of the new ones
    the first ``most`` to expire are named. Two statements.
    """
    until = today + timedelta(days=days)
    in_stock = and_(BatchStock.quantity > 0, Batch.expiration_date <= until)
    is_expired = Batch.expiration_date < today
    fresh = (
        Batch.expiration_date.is_not(None)
        if since is None
        else or_(
            and_(Batch.expiration_date >= since, is_expired),
            Batch.expiration_date > since + timedelta(days=days),
            Batch.received_date > since,
        )
    )
    counts = (
        select(
            BatchStock.branch_id,
            Branch.name,
            func.count().filter(is_expired),
            func.count().filter(~is_expired),
            func.count().filter(fresh),
        )
        .select_from(Batch)
        .join(BatchStock, BatchStock.batch_id == Batch.id)
        .join(Branch, Branch.id == BatchStock.branch_id)
        .where(in_stock, Branch.deleted_at.is_(None))
        .group_by(BatchStock.branch_id, Branch.name)
        .order_by(BatchStock.branch_id)
    )
    found: dict[int, dict[str, Any]] = {
        branch_id: {"branch": name, "expired": expired, "soon": soon, "lots": []}
        for branch_id, name, expired, soon, new in db.session.execute(counts)
        if new
    }
    if not found:
        return {}
    place = func.row_number().over(
        partition_by=BatchStock.branch_id, order_by=(Batch.expiration_date, Batch.id)
    )
    named = (
        select(
            BatchStock.branch_id,
            Product.name,
            Unit.name.label("unit"),
            Batch.expiration_date,
            BatchStock.quantity,
            place.label("place"),
        )
        .select_from(Batch)
        .join(BatchStock, BatchStock.batch_id == Batch.id)
        .join(Product, Product.id == Batch.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .where(in_stock, fresh, BatchStock.branch_id.in_(list(found)))
        .subquery()
    )
    rows = db.session.execute(
        select(named).where(named.c.place <= most).order_by(named.c.branch_id, named.c.place)
    )
    for branch_id, name, unit, day, quantity, _place in rows:
        found[branch_id]["lots"].append(
            {"name": name, "unit": unit, "day": day.isoformat(), "quantity": str(quantity)}
        )
    return found
