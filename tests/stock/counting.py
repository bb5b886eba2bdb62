"""What the tests of counting share: goods that came in long ago, movements at any time, and what a count tells."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.stock.models import BranchStock
from smartpos.stock.operations import Movement, post_movements
from tests.cast import Shop
from tests.conftest import Api

Begin = Callable[..., int]
Enter = Callable[..., Any]
Books = Callable[[], list[Any]]


def stocked(shop: Shop, quantity: str, cost: str = "7000", name: str | None = None) -> int:
    """A product that came in long before the count."""
    product = shop.product(name, stock=None, cost=cost)
    move(shop, product, quantity, ago(hours=5))
    return product


def move(shop: Shop, product: int, quantity: str, at: datetime | None = None) -> None:
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, Decimal(quantity))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            occurred_at=at,
            allow_negative=True,
            actor=shop.actor("warehouse"),
        )


def level(shop: Shop, product: int) -> tuple[Decimal, Decimal]:
    with shop.inside():
        row = db.session.execute(
            select(BranchStock).where(
                BranchStock.product_id == product, BranchStock.branch_id == shop.branch_id
            )
        ).scalar_one()
        return row.quantity, row.value


def lines_of(api: Api, count: int, **query: Any) -> dict[int, tuple[str, str, str]]:
    answer = api.get(f"/api/counts/{count}", query_string=query)
    assert answer.status_code == 200, answer.json
    return {
        line["product_id"]: (line["counted"], line["expected"], line["difference"])
        for line in answer.json["items"]
    }


def ago(**time: float) -> datetime:
    return utc_now() - timedelta(**time)
