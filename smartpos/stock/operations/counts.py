"""Stock counts: begun, counted by several people at once while the shop sells, looked over, and posted.

Of two steps at once the second finds what the first has made of the count: entries hold its row with FOR SHARE and do
not wait for each other, every other step takes it for itself. ``smartpos.stock.queries.counts`` tells what the books
expected when something was counted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Category, Product
from smartpos.catalog.queries.tree import categories_below
from smartpos.catalog.scales import SCALE_SETTING
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.events import record
from smartpos.core.idempotency import lock_client_uuid
from smartpos.core.money import QUANTITY_LIMIT, QUANTITY_STEP
from smartpos.core.numbers import next_number
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, BranchKind
from smartpos.notifications.operations import withdraw
from smartpos.stock.errors import (
    BranchNotFound,
    ClientUuidReused,
    CountInTheWay,
    CountNotFound,
    CountNotOpen,
    NotOfThisCount,
)
from smartpos.stock.models import (
    AdjustmentReason,
    BranchStock,
    CountStatus,
    MovementType,
    StockAdjustment,
    StockCount,
    StockCountEntry,
)
from smartpos.stock.operations.adjustments import ADJUSTMENT_ORIGIN
from smartpos.stock.operations.ledger import Movement, prepare_movements
from smartpos.stock.operations.notices import COUNT_ORIGIN, COUNT_WAITING
from smartpos.stock.operations.writing import write_movements
from smartpos.stock.queries import countable
from smartpos.stock.queries import counts as queries

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
NOTHING = Decimal(0)


def start_count(
    branch_id: int,
    *,
    category_id: int | None = None,
    is_blind: bool = True,
    covers_uncounted: bool = False,
    notes: str | None = None,
    client_uuid: UUID | None = None,
    actor: Actor,
) -> tuple[StockCount, bool]:
    """Begin to count a branch, everything or one category with everything below it, and tell whether it is new.

    The same ``client_uuid`` again gives the first count. Raises ClientUuidReused when it stands for another one,
    CountInTheWay when a count of some of these products is open there (two would correct the same difference twice),
    BranchNotFound and NotFound.
    """
    if client_uuid is not None:
        lock_client_uuid(client_uuid)
        query = select(StockCount).where(StockCount.client_uuid == client_uuid)
        known = db.session.execute(query).scalar_one_or_none()
        if known is not None:
            facts = (known.branch_id, known.category_id, known.is_blind, known.covers_uncounted)
            if facts != (branch_id, category_id, is_blind, covers_uncounted):
                raise ClientUuidReused(count_id=known.id)
            return known, False
    working = (Branch.id == branch_id, Branch.deleted_at.is_(None), Branch.kind != BranchKind.TRANSIT)
    if db.session.execute(select(Branch.id).where(*working)).scalar_one_or_none() is None:
        raise BranchNotFound
    if category_id is not None:
        chosen = select(Category.id).where(Category.id == category_id, Category.deleted_at.is_(None))
        if db.session.execute(chosen).scalar_one_or_none() is None:
            raise NotFound(_("There is no such category."))
    # Whoever takes the next number waits for the one before to be committed, and then sees the count it is of.
    number = next_number("stock_count", "SC")
    _refuse_overlap(branch_id, category_id)
    count = StockCount(
        number=number,
        client_uuid=client_uuid,
        branch_id=branch_id,
        category_id=category_id,
        is_blind=is_blind,
        covers_uncounted=covers_uncounted,
        notes=notes,
        created_by=actor.user_id,
    )
    db.session.add(count)
    db.session.flush()
    return count, True


def add_count_entry(
    count_id: int,
    quantity: Decimal,
    *,
    product_id: int | None = None,
    barcode: str | None = None,
    counted_at: datetime | None = None,
    note: str | None = None,
    client_uuid: UUID | None = None,
    actor: Actor,
) -> tuple[StockCountEntry, bool]:
    """Add what somebody counted of a product in one place, and tell whether it is new.

    The product is named by ``product_id`` or by a code; a pack's code means so many times its contents, a label of the
    scale so many times what lies under it. Entries add up,
    whoever makes them. A negative quantity takes back: with the moment of the entry it takes back, the two are as if
    they had never been. Zero says that there is none.

    The same ``client_uuid`` again gives the first entry. Raises ClientUuidReused when it stands for another one,
    CountNotOpen, CountNotFound, NotOfThisCount, and Invalid for a quantity that the unit does not allow, for taking
    back more than was counted, and for a moment in the future or before the count began.
    """
    now = utc_now()
    moment = counted_at or now
    if barcode is not None:
        product_id, multiplier = countable.product_of_code(barcode, actor.setting(SCALE_SETTING))
        quantity = quantity * multiplier
    if product_id is None:
        raise _wrong("product_id", _("Name a product or a barcode."))
    if abs(quantity) > QUANTITY_LIMIT or quantity != quantity.quantize(QUANTITY_STEP):
        raise _wrong("counted", _("This quantity is not possible."))
    quantity = quantity.quantize(QUANTITY_STEP)
    if client_uuid is not None:
        lock_client_uuid(client_uuid)
        known = queries.entry_by_client_uuid(client_uuid)
        if known is not None:
            if (known.count_id, known.product_id, known.quantity) != (count_id, product_id, quantity):
                raise ClientUuidReused(entry_id=known.id)
            return known, False
    # Two who take back at once must not take back the same; all others only keep the count from being finished.
    count = _locked(count_id, shared=quantity >= 0)
    if count.status is not CountStatus.COUNTING:
        raise CountNotOpen(_("This stock count takes no entries any more."), state=count.status.value)
    if moment > now + CLOCKS_MAY_DIFFER:
        raise _wrong("counted_at", _("This moment is in the future."))
    if moment < count.created_at:
        raise _wrong("counted_at", _("This was before the stock count began."))
    product = countable.product_in_scope(count, product_id)
    if product is None:
        raise NotOfThisCount(product_id=product_id)
    name, digits = product
    if quantity != round(quantity, digits):
        raise _wrong("counted", _("%(name)s is counted in whole units.", name=name))
    if quantity < 0 and queries.counted_of(count.id, product_id) + quantity < 0:
        raise _wrong("counted", _("More is taken back than was counted of %(name)s.", name=name))
    entry = StockCountEntry(
        count_id=count.id,
        product_id=product_id,
        quantity=quantity,
        # A clock that is a little ahead would net sales that the counting person has not seen yet.
        counted_at=min(moment, now),
        counted_by=actor.user_id,
        client_uuid=client_uuid,
        note=note,
    )
    db.session.add(entry)
    db.session.flush()
    return entry, True


def finish_count(count_id: int, *, actor: Actor) -> StockCount:
    """All is counted: from now on the differences are looked over. Raises CountNotOpen."""
    count = _in_state(count_id, CountStatus.COUNTING)
    _finish(count, actor)
    record(
        COUNT_WAITING,
        origin_kind=COUNT_ORIGIN,
        origin_id=count.id,
        facts={"number": count.number, "branch_id": count.branch_id},
        actor=actor,
    )
    db.session.flush()
    return count


def reopen_count(count_id: int, *, actor: Actor) -> StockCount:
    """Something has to be counted again. Raises CountNotOpen."""
    count = _in_state(count_id, CountStatus.REVIEW)
    count.status, count.finished_by, count.finished_at = CountStatus.COUNTING, None, None
    withdraw(COUNT_WAITING, origin_kind=COUNT_ORIGIN, origin_id=count.id)
    db.session.flush()
    return count


def cancel_count(count_id: int, *, actor: Actor) -> StockCount:
    """Give a count up; nothing is corrected and its entries stay. Raises CountNotOpen."""
    count = _in_state(count_id, CountStatus.COUNTING, CountStatus.REVIEW)
    count.status, count.cancelled_by, count.cancelled_at = CountStatus.CANCELLED, actor.user_id, utc_now()
    withdraw(COUNT_WAITING, origin_kind=COUNT_ORIGIN, origin_id=count.id)
    db.session.flush()
    return count


def post_count(count_id: int, *, actor: Actor) -> StockCount:
    """Approve a count: its differences are corrected by one adjustment, at average cost, and kept as its lines.

    A count that nobody has finished is finished by this. Takes the same number of statements however many lines there
    are. A difference is what was counted less what the books held at that moment (by ``occurred_at`` of what has moved
    since), so sales before and after the counting net by themselves, those made offline as well once they are here.
    Stock may end below zero when more was sold since than was counted: it has happened. Raises CountNotOpen for a
    count that is posted already or cancelled, and StockTooLarge.
    """
    count = _in_state(count_id, CountStatus.COUNTING, CountStatus.REVIEW)
    if count.status is CountStatus.COUNTING:
        _finish(count, actor)
    _lock_stock(count)
    line = queries.computed_lines(count)
    found = db.session.execute(select(line).order_by(line.c.product_id)).all()
    differing = [row for row in found if row.difference]
    values = _correct(count, differing, actor) if differing else {}
    _keep_lines(count, found, values, actor)
    count.status, count.posted_by, count.posted_at = CountStatus.POSTED, actor.user_id, utc_now()
    withdraw(COUNT_WAITING, origin_kind=COUNT_ORIGIN, origin_id=count.id)
    db.session.flush()
    return count


def adjustment_of(count: StockCount) -> int | None:
    """The number of the correction that a posted count made; None when nothing differed."""
    query = select(StockAdjustment.id).where(StockAdjustment.client_uuid == _adjustment_key(count))
    return db.session.execute(query).scalar_one_or_none()


def _adjustment_key(count: StockCount) -> str:
    # No client can send this as a client_uuid, and the table takes each of them once.
    return f"stock-count:{count.id}"


def _correct(count: StockCount, rows: Sequence[Any], actor: Actor) -> dict[int, Decimal]:
    """Post the differences; gives the value of each by product."""
    movements = [
        Movement(row.product_id, row.difference, movement_type=MovementType.ADJUST, notes=count.number)
        for row in rows
    ]
    prepared = prepare_movements(
        movements, branch_id=count.branch_id, allow_negative=True, allow_expired=True, actor=actor
    )
    document = StockAdjustment(
        branch_id=count.branch_id,
        reason=AdjustmentReason.COUNT,
        notes=count.number,
        client_uuid=_adjustment_key(count),
        created_by=actor.user_id,
    )
    db.session.add(document)
    db.session.flush()
    write_movements(prepared, origin_kind=ADJUSTMENT_ORIGIN, origin_id=document.id, actor=actor)
    return {one.product_id: one.value for one in prepared.posted}


def _lock_stock(count: StockCount) -> None:
    """Lock the stock that is corrected, in the order of all who lock stock; what is sold meanwhile waits."""
    wanted = select(StockCountEntry.product_id).where(StockCountEntry.count_id == count.id)
    if count.covers_uncounted:
        wanted = wanted.union(select(Product.id).where(countable.in_scope(count.category_id)))  # type: ignore[assignment]
    query = select(BranchStock.id).where(
        BranchStock.branch_id == count.branch_id, BranchStock.product_id.in_(wanted)
    )
    db.session.execute(query.order_by(BranchStock.product_id).with_for_update()).all()


_KEEP = """
INSERT INTO stock_count_lines (organization_id, count_id, product_id, expected, counted, difference, value, counted_at)
SELECT %(organization_id)s, %(count_id)s, line.*
FROM unnest(%(products)s::bigint[], %(expected)s::numeric[], %(counted)s::numeric[], %(differences)s::numeric[],
            %(values)s::numeric[], %(moments)s::timestamptz[])
  AS line (product_id, expected, counted, difference, value, counted_at)
"""


def _keep_lines(count: StockCount, rows: Sequence[Any], values: dict[int, Decimal], actor: Actor) -> None:
    parameters = {
        "organization_id": actor.organization.id,
        "count_id": count.id,
        "products": array(row.product_id for row in rows),
        "expected": array(row.expected for row in rows),
        "counted": array(row.counted for row in rows),
        "differences": array(row.difference for row in rows),
        "values": array(values.get(row.product_id, NOTHING) for row in rows),
        "moments": [row.counted_at for row in rows],
    }
    send(_KEEP, parameters)


def _finish(count: StockCount, actor: Actor) -> None:
    count.status, count.finished_by, count.finished_at = CountStatus.REVIEW, actor.user_id, utc_now()
    db.session.flush()


def _locked(count_id: int, *, shared: bool = False) -> StockCount:
    queries.count_for(count_id)  # a door first: what the person does not see cannot be locked either
    query = select(StockCount).where(StockCount.id == count_id).execution_options(populate_existing=True)
    locked = query.with_for_update(read=True) if shared else query.with_for_update(key_share=True)
    count = db.session.execute(locked).scalar_one_or_none()
    if count is None:
        raise CountNotFound
    return count


def _in_state(count_id: int, *states: CountStatus) -> StockCount:
    count = _locked(count_id)
    if count.status not in states:
        raise CountNotOpen(
            {
                CountStatus.COUNTING: _("This stock count is still being counted."),
                CountStatus.REVIEW: _("This stock count is finished already."),
                CountStatus.POSTED: _("This stock count is posted already."),
                CountStatus.CANCELLED: _("This stock count was cancelled."),
            }[count.status],
            state=count.status.value,
        )
    return count


def _refuse_overlap(branch_id: int, category_id: int | None) -> None:
    others = select(StockCount).where(StockCount.branch_id == branch_id, StockCount.status.in_(queries.OPEN))
    mine = None if category_id is None else set(categories_below(category_id))
    for other in db.session.scalars(others):
        theirs = None if other.category_id is None else set(categories_below(other.category_id))
        if mine is None or theirs is None or mine & theirs:
            raise CountInTheWay(
                _("%(number)s already counts these products here.", number=other.number),
                count_id=other.id,
                number=other.number,
            )


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors={field: [sentence]})
