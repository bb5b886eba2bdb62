"""A hundred days of a shop and its warehouse, for tests of reports: goods of two categories, lots, losses."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from smartpos.catalog.models import Category
from smartpos.core.db import db, utc_now
from smartpos.identity.models import AppSetting
from smartpos.stock.models import (
    AdjustmentReason,
    InventoryMovement,
)
from smartpos.stock.operations import AdjustmentLine, Lot, Movement
from smartpos.stock.operations.adjustments import write_off
from smartpos.stock.operations.counts import add_count_entry, finish_count, post_count, start_count
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from smartpos.stock.operations.reservations import reserve
from tests.cast import Shop
from tests.reports.asking import all_of
from tests.stock import movers
from tests.stock.lots import post

ZONE = ZoneInfo("Asia/Tashkent")
TODAY = datetime.now(ZONE).date()
NOTHING = Decimal(0)
Place = tuple[int, int]


def at(days_ago: int, hour: int = 12) -> datetime:
    """An hour of a business day before today."""
    return datetime.combine(TODAY - timedelta(days=days_ago), time(hour), ZONE)


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


@dataclass
class Story:
    """What the shop went through: its goods by name."""

    shop: Shop
    goods: dict[str, int]
    categories: dict[str, int]
    transfer: int
    count: int

    def name_of(self, product_id: int) -> str:
        return next(name for name, number in self.goods.items() if number == product_id)

    def ledger(self) -> list[InventoryMovement]:
        return all_of(self.shop, InventoryMovement)


def make_story(shop: Shop) -> Story:
    """A hundred days of a shop and its warehouse: goods of two categories, with lots, sales, losses, transfers."""
    with shop.inside("owner"):
        food = Category(name="Ovqat")
        other = Category(name="Boshqa")
        db.session.add_all([food, other])
        db.session.flush()
        drinks = Category(name="Ichimlik", parent_id=food.id)
        db.session.add(drinks)
        db.session.flush()
        categories = {one.name: one.id for one in (food, drinks, other)}
        db.session.add(AppSetting(key="near_expiry_days", value=10))
    goods = {
        "Choy": shop.product("Choy", stock=None, price="120", cost="70", category_id=categories["Ichimlik"]),
        "Non": shop.product("Non", stock=None, price="50", cost="30", category_id=categories["Ovqat"]),
        "Sut": shop.product(
            "Sut", stock=None, price="90", track_batches=True, category_id=categories["Ovqat"]
        ),
        "Sochiq": shop.product("Sochiq", stock=None, price="400", category_id=categories["Boshqa"]),
        "Guruch": shop.product("Guruch", stock=None, price="200", unit="kg"),
        "Tugma": shop.product("Tugma", stock=None, price="10"),
    }

    def come(name: str, quantity: str, cost: str, days_ago: int, **facts: Any) -> None:
        lot = facts.pop("lot", None)
        post(
            shop,
            Movement(goods[name], Decimal(quantity), Decimal(cost), lot=lot),
            occurred_at=at(days_ago),
            **facts,
        )

    def sell(name: str, quantity: str, days_ago: int, hour: int = 15, **facts: Any) -> None:
        post(
            shop,
            Movement(goods[name], -Decimal(quantity)),
            origin_kind="sale",
            occurred_at=at(days_ago, hour),
            allow_negative=True,
            **facts,
        )

    come("Choy", "100", "70", 100)
    come("Choy", "50", "76.5", 20)
    come("Sochiq", "12", "250", 100)
    come("Sochiq", "3", "260", 100, branch_id=shop.warehouse_id)
    come("Non", "40", "30", 30)
    come("Guruch", "25.5", "150", 90)
    come("Guruch", "4", "155", 2)
    come("Tugma", "500", "2.3333", 95)
    come("Sut", "20", "60", 15, lot=Lot("S-1", TODAY - timedelta(days=1)))
    come("Sut", "30", "62", 10, lot=Lot("S-2", TODAY + timedelta(days=3)))
    come("Sut", "10", "61", 9, lot=Lot("S-3", TODAY + timedelta(days=40)))
    come("Sut", "6", "61", 9, lot=Lot("S-9", None), branch_id=shop.warehouse_id)
    sell("Choy", "7", 70)
    sell("Choy", "30", 19)
    sell("Choy", "2", 0, 0)  # the first minutes of today are still yesterday in London
    sell("Non", "38", 3)
    sell("Sut", "14", 8)
    sell("Guruch", "3.250", 65)
    sell("Guruch", "1.125", 5)
    sell("Tugma", "10", 27)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        for reason, name, quantity in (
            (AdjustmentReason.DAMAGE, "Choy", "-3"),
            (AdjustmentReason.THEFT, "Choy", "-1"),
            (AdjustmentReason.DAMAGE, "Guruch", "-0.400"),
        ):
            lines = [AdjustmentLine(goods[name], Decimal(quantity))]
            write_off(shop.branch_id, lines, reason=reason, actor=actor)
        set_levels_of_branch(
            shop.branch_id,
            [
                WantedLevels(goods["Non"], Decimal(10), Decimal(20), Decimal(60)),
                WantedLevels(goods["Guruch"], Decimal(5), Decimal(50)),
            ],
            actor=actor,
        )
        reserve(shop.branch_id, [(goods["Choy"], Decimal(5))], origin_kind="order", origin_id=1, actor=actor)
    transfer = movers.sent(shop, (goods["Choy"], "6"), (goods["Non"], "1"))
    movers.receive(shop, transfer, (goods["Choy"], "4", "Ezilgan"), (goods["Non"], "1"))
    movers.sent(shop, (goods["Choy"], "2"))  # still on the way
    count = _count(shop, goods)
    return Story(shop, goods, categories, transfer, count)


def _count(shop: Shop, goods: dict[str, int]) -> int:
    with shop.inside("manager"):
        actor = shop.actor("manager")
        count = start_count(shop.branch_id, actor=actor)[0]
        count.created_at = utc_now() - timedelta(hours=1)
        number = count.id
    with shop.inside("manager"):
        actor = shop.actor("manager")
        for name, counted in (("Tugma", "488"), ("Guruch", "25.000"), ("Sochiq", "12")):
            add_count_entry(number, Decimal(counted), product_id=goods[name], actor=actor)
        finish_count(number, actor=actor)
        post_count(number, actor=actor)
    return number
