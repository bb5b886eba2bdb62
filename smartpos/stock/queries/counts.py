"""What was counted, what the books expected at that moment, and what lies between them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.paging import AnySelect, Page, decode_cursor, encode_cursor
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight
from smartpos.stock.errors import CountNotFound
from smartpos.stock.models import (
    BranchStock,
    CountStatus,
    InventoryMovement,
    StockCount,
    StockCountEntry,
    StockCountLine,
)
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.countable import in_scope

MOST_WAITING = 100
OPEN = (CountStatus.COUNTING, CountStatus.REVIEW)
LARGEST_ID = 2**63 - 1
RECENT = 50


class CountedLine(NamedTuple):
    """A product of a count. ``difference`` = counted − expected; ``value`` is what it is worth, signed like it.

    ``unsure``: it moved while it was counted, and had to be counted again to be known; a posted count tells it still.
    """

    product_id: int
    product: str
    sku: str
    unit: str
    counted: Decimal
    expected: Decimal
    difference: Decimal
    value: Decimal
    counted_at: datetime
    unsure: bool = False


class CountTotals(NamedTuple):
    """What a count comes to: how many products, how many of them differ, and the money found and missing."""

    lines: int
    differing: int
    up: Decimal
    down: Decimal


@dataclass(frozen=True, slots=True)
class Counter:
    """Somebody who counts: how many entries they made and of how many products; when the last one was."""

    name: str
    entries: int
    products: int
    last_at: datetime


def count_for(count_id: int) -> StockCount:
    """A count of a branch that the person in force sees. Raises CountNotFound."""
    found = None
    if 0 < count_id <= LARGEST_ID:
        # The branch is asked for because a workspace the person does not see hides it, and with it the count.
        query = select(StockCount).join(Branch, Branch.id == StockCount.branch_id)
        found = db.session.execute(query.where(StockCount.id == count_id)).scalar_one_or_none()
    if found is None:
        raise CountNotFound
    return found


def sees_expected(count: StockCount, actor: Actor) -> bool:
    """Whether somebody may see what the books expect: of a blind count only who may post it."""
    return not count.is_blind or actor.can(StockPermission.COUNT_POST)


def counts(*, branch_id: int | None = None, status: CountStatus | None = None) -> AnySelect:
    """Counts with the names of branch and category; to be paged by ``id``."""
    query: AnySelect = select(StockCount).join(Branch, Branch.id == StockCount.branch_id)
    if branch_id is not None:
        query = query.where(StockCount.branch_id == branch_id)
    if status is not None:
        query = query.where(StockCount.status == status)
    return query


def open_counts(limit: int = 100) -> list[StockCount]:
    """Counts that are being counted or wait for approval, the latest first."""
    query = counts().where(StockCount.status.in_(OPEN)).order_by(StockCount.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def waiting_counts() -> int:
    """How many counts wait for approval; counted to 100 and no further."""
    review = (StockCount.status == CountStatus.REVIEW, in_sight(StockCount.branch_id))
    waiting = select(StockCount.id).where(*review).limit(MOST_WAITING)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _counted(count: StockCount) -> Any:
    """Product, quantity and moment of what was counted.

    Entries of one moment are looked at together first: what takes a mistake back carries the moment of the mistake, so
    that the two are as if they had never been, and the moment of the product is that of the last entry which holds. A
    product whose entries add up to nothing was not counted at all, unless somebody said that there is none.
    """
    moments = (
        select(
            StockCountEntry.product_id,
            StockCountEntry.counted_at,
            func.sum(StockCountEntry.quantity).label("quantity"),
            func.bool_or(StockCountEntry.quantity == 0).label("is_none"),
        )
        .where(StockCountEntry.count_id == count.id)
        .group_by(StockCountEntry.product_id, StockCountEntry.counted_at)
        .subquery("moments")
    )
    holds = or_(moments.c.quantity > 0, moments.c.is_none)
    return (
        select(
            moments.c.product_id,
            func.sum(moments.c.quantity).label("counted"),
            func.max(moments.c.counted_at).filter(holds).label("counted_at"),
            func.min(moments.c.counted_at).filter(holds).label("begun_at"),
        )
        .group_by(moments.c.product_id)
        .having(or_(func.sum(moments.c.quantity) > 0, func.bool_or(moments.c.is_none)))
    )


def _universe(count: StockCount, *, only_counted: bool = False) -> Any:
    """``_counted``, and with ``covers_uncounted`` nothing of every product that should be there and nobody found.

    What came in since the count began may have come after somebody had passed its shelf: of such products nothing is
    missing until somebody has counted them.
    """
    found = _counted(count).cte("found")
    listed = select(found.c.product_id, found.c.counted, found.c.counted_at, found.c.begun_at)
    if only_counted or not count.covers_uncounted:
        return listed.subquery("counted")
    arrived = select(InventoryMovement.product_id).where(
        InventoryMovement.branch_id == count.branch_id,
        InventoryMovement.occurred_at > count.created_at,
        InventoryMovement.quantity > 0,
    )
    moment = literal(count.finished_at) if count.finished_at else func.now()
    missing = (
        select(BranchStock.product_id, literal(Decimal(0), Numeric(14, 3)), moment, moment)
        .join(Product, Product.id == BranchStock.product_id)
        .where(
            BranchStock.branch_id == count.branch_id,
            BranchStock.quantity != 0,
            in_scope(count.category_id),
            BranchStock.product_id.not_in(select(found.c.product_id)),
            BranchStock.product_id.not_in(arrived),
        )
    )
    return union_all(listed, missing).subquery("counted")


def computed_lines(count: StockCount, *, only_counted: bool = False) -> Any:
    """What a count that is not posted finds, as a subquery: expected is what the books held at that moment.

    That is the quantity now without what has moved since (by ``occurred_at``), so the shop may go on selling. A sale
    made offline before the counting nets as soon as it has arrived: the goods were not on the shelf any more. One that
    arrives only after the posting takes once more what the count has already found missing; such sales are flagged for
    attention, and the next count brings them right.

    ``unsure`` is what moved between the first and the last entry of it: nobody knows whether what was counted first
    had moved by then. ``only_counted`` leaves out what nobody counted.
    """
    counted = _universe(count, only_counted=only_counted)
    after = InventoryMovement.occurred_at > counted.c.counted_at
    # Nothing was counted before the count began, so the time index leads to the few movements that matter.
    since = (
        select(
            counted.c.product_id,
            func.sum(InventoryMovement.quantity).filter(after).label("quantity"),
            func.bool_or((InventoryMovement.quantity != 0) & ~after).label("unsure"),
        )
        .join(
            InventoryMovement,
            (InventoryMovement.product_id == counted.c.product_id)
            & (InventoryMovement.occurred_at > counted.c.begun_at),
        )
        .where(
            InventoryMovement.branch_id == count.branch_id,
            InventoryMovement.occurred_at > count.created_at,
        )
        .group_by(counted.c.product_id)
        .subquery("since")
    )
    expected = func.coalesce(BranchStock.quantity, 0) - func.coalesce(since.c.quantity, 0)
    cost = case((BranchStock.average_cost > 0, BranchStock.average_cost), else_=Product.cost_price)
    difference = counted.c.counted - expected
    return (
        select(
            counted.c.product_id,
            counted.c.counted.cast(Numeric(14, 3)).label("counted"),
            expected.cast(Numeric(14, 3)).label("expected"),
            difference.cast(Numeric(14, 3)).label("difference"),
            func.round(difference * cost, 4).label("value"),
            counted.c.counted_at,
            func.coalesce(since.c.unsure, False).label("unsure"),
        )
        .join(Product, Product.id == counted.c.product_id)
        .outerjoin(
            BranchStock,
            (BranchStock.product_id == counted.c.product_id) & (BranchStock.branch_id == count.branch_id),
        )
        .outerjoin(since, since.c.product_id == counted.c.product_id)
        .subquery("line")
    )


def _moved_meanwhile(count: StockCount) -> Any:
    """What moved between its first and its last entry, of a count that is posted."""
    found = _counted(count).subquery("found")
    return (
        select(InventoryMovement.product_id)
        .join(found, found.c.product_id == InventoryMovement.product_id)
        .where(
            InventoryMovement.branch_id == count.branch_id,
            InventoryMovement.occurred_at > count.created_at,
            InventoryMovement.occurred_at > found.c.begun_at,
            InventoryMovement.occurred_at <= found.c.counted_at,
            InventoryMovement.quantity != 0,
        )
    )


def _lines(count: StockCount, *, only_counted: bool) -> Any:
    if count.status is not CountStatus.POSTED:
        return computed_lines(count, only_counted=only_counted)
    query = select(
        StockCountLine.product_id,
        StockCountLine.counted,
        StockCountLine.expected,
        StockCountLine.difference,
        StockCountLine.value,
        StockCountLine.counted_at,
        StockCountLine.product_id.in_(_moved_meanwhile(count)).label("unsure"),
    ).where(StockCountLine.count_id == count.id)
    if only_counted:
        found = _counted(count).subquery("found")
        query = query.where(StockCountLine.product_id.in_(select(found.c.product_id)))
    return query.subquery("line")


def is_open_to_all() -> ColumnElement[bool]:
    """Which kept lines anybody may see who sees counts: those of products that somebody counted.

    A line of a blind count that nobody counted tells what the books expected, by being there.
    """
    said = exists().where(
        StockCountEntry.count_id == StockCountLine.count_id,
        StockCountEntry.product_id == StockCountLine.product_id,
        StockCountEntry.quantity == 0,
    )
    blind = exists().where(StockCount.id == StockCountLine.count_id, StockCount.is_blind)
    return or_(StockCountLine.counted > 0, said, ~blind)


def count_lines(
    count: StockCount,
    *,
    limit: int = 100,
    cursor: str | None = None,
    only_differences: bool = False,
    by_value: bool = True,
    in_order: bool = False,
) -> Page[CountedLine]:
    """What a count found, computed while it is open and kept once it is posted; the largest differences first.

    ``by_value`` measures them by money, otherwise by quantity. ``in_order`` sorts by product instead, for people who
    may not learn from the order what the books expect, nor from the list what there is that
    nobody counted. Raises Invalid for a cursor of another list.
    """
    line = _lines(count, only_counted=in_order)
    size = func.abs(line.c.value if by_value else line.c.difference)
    key = literal(0, Numeric(18, 4)) if in_order else cast(size, Numeric(18, 4))
    statement: AnySelect = (
        select(
            line.c.product_id,
            Product.name.label("product"),
            Product.sku,
            Unit.name.label("unit"),
            line.c.counted,
            line.c.expected,
            line.c.difference,
            line.c.value,
            line.c.counted_at,
            line.c.unsure,
            key.label("key"),
        )
        .join(Product, Product.id == line.c.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .order_by(key.desc(), line.c.product_id)
    )
    if only_differences:
        statement = statement.where((line.c.difference != 0) | line.c.unsure)
    if cursor:
        after, last = decode_cursor(cursor, [Decimal, int])
        statement = statement.where(or_(key < after, (key == after) & (line.c.product_id > last)))
    rows = db.session.execute(statement.limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor([rows[-1].key, rows[-1].product_id]) if more else None
    return Page([CountedLine(*row[:-1]) for row in rows], following)


def count_totals(count: StockCount, *, only_counted: bool = False) -> CountTotals:
    """The sums of a count's differences; money by average cost. ``only_counted`` for people who may not see them."""
    line = _lines(count, only_counted=only_counted)
    query = select(
        func.count(),
        func.count().filter(line.c.difference != 0),
        func.coalesce(func.sum(line.c.value).filter(line.c.value > 0), 0),
        func.coalesce(func.sum(line.c.value).filter(line.c.value < 0), 0),
    ).select_from(line)
    return CountTotals(*db.session.execute(query).one())


def entry_by_client_uuid(client_uuid: Any) -> StockCountEntry | None:
    """The entry that a client has sent before, if any."""
    query = select(StockCountEntry).where(StockCountEntry.client_uuid == client_uuid)
    return db.session.execute(query).scalar_one_or_none()


def counted_of(count_id: int, product_id: int) -> Decimal:
    """How much of a product all entries of a count add up to."""
    query = select(func.coalesce(func.sum(StockCountEntry.quantity), 0)).where(
        StockCountEntry.count_id == count_id, StockCountEntry.product_id == product_id
    )
    return Decimal(db.session.execute(query).scalar_one())


def counters(count_id: int) -> list[Counter]:
    """Who counts and how much, the latest first."""
    query = (
        select(
            func.coalesce(User.full_name, ""),
            func.count(),
            func.count(StockCountEntry.product_id.distinct()),
            func.max(StockCountEntry.created_at).label("last_at"),
        )
        .outerjoin(User, User.id == StockCountEntry.counted_by)
        .where(StockCountEntry.count_id == count_id)
        .group_by(StockCountEntry.counted_by, User.full_name)
        .order_by(func.max(StockCountEntry.created_at).desc())
    )
    return [Counter(*row) for row in db.session.execute(query)]


def recent_entries(count_id: int, user_id: int | None, limit: int = RECENT) -> list[Any]:
    """The last entries of a person, the latest first, with the names of what was counted."""
    query = (
        select(
            StockCountEntry.id,
            StockCountEntry.product_id,
            Product.name.label("product"),
            Unit.name.label("unit"),
            StockCountEntry.quantity,
            StockCountEntry.counted_at,
            StockCountEntry.client_uuid,
        )
        .join(Product, Product.id == StockCountEntry.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .where(StockCountEntry.count_id == count_id, StockCountEntry.counted_by == user_id)
        .order_by(StockCountEntry.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(query))


def progress_of(count_ids: list[int]) -> dict[int, tuple[int, int]]:
    """How many entries were made in each count, and of how many products."""
    query = (
        select(StockCountEntry.count_id, func.count(), func.count(StockCountEntry.product_id.distinct()))
        .where(StockCountEntry.count_id == func.any(literal(count_ids, ARRAY(BigInteger))))
        .group_by(StockCountEntry.count_id)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}
