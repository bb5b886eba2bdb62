"""Telling people of stock: one notice for what one posting has done, one a day for what expires."""

from datetime import date, datetime

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Notification
from smartpos.notifications.operations import notify, withdraw
from smartpos.stock.models import CountStatus, LevelState, StockCount, StockTransfer, TransferStatus
from smartpos.stock.operations.notices import (
    COUNT_ORIGIN,
    COUNT_WAITING,
    EXPIRING,
    LOW,
    SHOWN,
    STOCK_ORIGIN,
    TRANSFER_WAITING,
)
from smartpos.stock.operations.writing import FELL_BELOW
from smartpos.stock.queries.telling import (
    branch_name,
    crossings_of_posting,
    fading_lots,
    first_of_posting,
    person_name,
    stock_row,
)
from smartpos.stock.queries.transfers import TRANSFER_ORIGIN

BRANCH_ORIGIN = "branch"


def tell_of_low_stock(event_id: int, branch_id: int, created_at: datetime, *, today: date) -> int:
    """Tell of all that one posting has brought below its level in a branch, by one notice; gives how many were told.

    The first event of the posting speaks for all. Of a product alone people hear once a day and state, so that one that
    hovers about its level does not ring at every sale; what has recovered meanwhile is not told.
    """
    if not first_of_posting(FELL_BELOW, event_id, branch_id, created_at):
        return 0
    found = crossings_of_posting(FELL_BELOW, event_id, branch_id, created_at)
    name = branch_name(branch_id)
    if not found or name is None:
        return 0
    only = found[0] if len(found) == 1 else None
    # What has run out is named before what is low.
    found.sort(key=lambda one: one.state is not LevelState.OUT)
    return notify(
        LOW,
        facts={
            "branch_id": branch_id,
            "branch": name,
            "count": len(found),
            "products": [
                {
                    "id": one.product_id,
                    "name": one.name,
                    "unit": one.unit,
                    "quantity": plain(one.quantity),
                    "level": one.level,
                    "state": one.state.value,
                }
                for one in found[:SHOWN]
            ],
        },
        origin_kind=STOCK_ORIGIN if only else BRANCH_ORIGIN,
        origin_id=only.stock_id if only else branch_id,
        dedupe_key=f"{LOW}:{only.stock_id}:{only.state}:{today}" if only else f"{LOW}:event:{event_id}",
        link=f"/stock/low?branch={branch_id}",
    )


def take_back_low_stock(branch_id: int, product_id: int) -> None:
    """There is enough again: who has not read of it need not."""
    row = stock_row(branch_id, product_id)
    if row is not None:
        withdraw(LOW, origin_kind=STOCK_ORIGIN, origin_id=row)


def tell_of_waiting_transfer(transfer_id: int) -> int:
    """Tell those who may approve transfers of one that waits; gives how many were told."""
    transfer = db.session.get(StockTransfer, transfer_id)
    if transfer is None or transfer.status is not TransferStatus.PENDING:
        return 0
    return notify(
        TRANSFER_WAITING,
        facts={
            "id": transfer.id,
            "number": transfer.number,
            "branch_id": transfer.from_branch_id,
            "branch": branch_name(transfer.from_branch_id) or "",
            "to_branch": branch_name(transfer.to_branch_id) or "",
            "lines": len(transfer.lines),
            "author": person_name(transfer.created_by),
        },
        origin_kind=TRANSFER_ORIGIN,
        origin_id=transfer.id,
        dedupe_key=f"{TRANSFER_WAITING}:{transfer.id}",
        link=f"/admin/stock_transfers/details/?id={transfer.id}",
        without=[transfer.created_by] if transfer.created_by else (),
    )


def tell_of_waiting_count(count_id: int, event_id: int) -> int:
    """Tell those who may post counts of one that is finished; again when it was reopened and finished again."""
    count = db.session.get(StockCount, count_id)
    if count is None or count.status is not CountStatus.REVIEW:
        return 0
    return notify(
        COUNT_WAITING,
        facts={
            "id": count.id,
            "number": count.number,
            "branch_id": count.branch_id,
            "branch": branch_name(count.branch_id) or "",
            "author": person_name(count.finished_by),
        },
        origin_kind=COUNT_ORIGIN,
        origin_id=count.id,
        dedupe_key=f"{COUNT_WAITING}:{count.id}:{event_id}",
        link=f"/admin/stock_counts/details/?id={count.id}",
        without=[count.finished_by] if count.finished_by else (),
    )


def tell_of_expiring(*, actor: Actor) -> int:
    """Tell of lots that have expired or will soon, a notice for each branch where that is news; gives how many hear it.

    News is what was not so when the shop was told last; on a day without any nobody is told. Safe to repeat.
    """
    today = actor.organization.today
    last = db.session.scalar(
        select(func.max(Notification.facts["day"].astext)).where(
            Notification.kind == EXPIRING, Notification.origin_kind == EXPIRING
        )
    )
    since = date.fromisoformat(last) if last else None
    if since is not None and since >= today:
        return 0
    told = 0
    for branch_id, facts in fading_lots(
        today, actor.setting("near_expiry_days"), since=since, most=SHOWN
    ).items():
        told += notify(
            EXPIRING,
            facts=facts | {"branch_id": branch_id, "day": today.isoformat()},
            origin_kind=EXPIRING,
            origin_id=branch_id,
            dedupe_key=f"{EXPIRING}:{branch_id}:{today}",
            link="/admin/batches/",
        )
    return told
