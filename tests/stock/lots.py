"""What the tests of lots share."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.stock.models import Batch, BatchStock, BranchStock
from smartpos.stock.operations import Lot, Movement, Posted, post_movements
from tests.cast import Shop
from tests.conftest import Api

TODAY = datetime.now(ZoneInfo("Asia/Tashkent")).date()


def day(ahead: int) -> date:
    """So many days from now; negative is past."""
    return TODAY + timedelta(days=ahead)


def lotted(shop: Shop, name: str | None = None, **facts: Any) -> int:
    """A product of which lots are kept and of which there is nothing yet."""
    return shop.product(name, stock=None, track_batches=True, **facts)


def post(shop: Shop, *movements: Movement, **options: Any) -> list[Posted]:
    options.setdefault("branch_id", shop.branch_id)
    options.setdefault("origin_kind", "test")
    options.setdefault("origin_id", 1)
    who = "warehouse" if "warehouse" in shop.users else next(iter(shop.users))
    with shop.inside(who):
        return post_movements(movements, actor=shop.actor(who), **options)


def receive(
    shop: Shop,
    product_id: int,
    quantity: str,
    number: str | None = None,
    expires: date | None = None,
    *,
    cost: str = "100",
    **options: Any,
) -> Posted:
    """Goods that come in, with a lot if a number is given."""
    lot = Lot(number, expires) if number else None
    return post(shop, Movement(product_id, Decimal(quantity), Decimal(cost), lot=lot), **options)[0]


def issue(shop: Shop, product_id: int, quantity: str, **facts: Any) -> Posted:
    """Goods that go out; ``lot``, ``batch_id`` and ``loose`` are the movement's, the rest are options."""
    of_movement = {key: facts.pop(key) for key in ("lot", "batch_id", "loose") if key in facts}
    return post(shop, Movement(product_id, -Decimal(quantity), **of_movement), **facts)[0]


def lots_of(shop: Shop, product_id: int, branch_id: int | None = None) -> Mapping[str, Decimal]:
    """What is left of each lot in a branch, by number."""
    with shop.inside():
        query = (
            select(Batch.batch_number, BatchStock.quantity)
            .join(BatchStock, BatchStock.batch_id == Batch.id)
            .where(Batch.product_id == product_id, BatchStock.branch_id == (branch_id or shop.branch_id))
        )
        return {number: quantity for number, quantity in db.session.execute(query) if quantity}


def batch_id(shop: Shop, product_id: int, number: str) -> int:
    with shop.inside():
        query = select(Batch.id).where(Batch.product_id == product_id, Batch.batch_number == number)
        return db.session.execute(query).scalar_one()


def quantity_of(shop: Shop, product_id: int, branch_id: int | None = None) -> Decimal:
    with shop.inside():
        query = select(BranchStock.quantity).where(
            BranchStock.product_id == product_id, BranchStock.branch_id == (branch_id or shop.branch_id)
        )
        return db.session.execute(query).scalar_one()


def moved(posted: Posted) -> list[tuple[str, Decimal]]:
    """Number and quantity of the lots that moved."""
    return [(lot.number, lot.quantity) for lot in posted.lots]


def open_shift(shop: Shop, api: Api) -> int:
    answer = api.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "100000000"})
    assert answer.status_code == 201, answer.json
    shift: int = answer.json["id"]
    return shift


def sale(*items: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "client_uuid": str(uuid4()),
        "items": list(items),
        "payments": [{"method": "cash", "amount": "100000000"}],
    } | facts
