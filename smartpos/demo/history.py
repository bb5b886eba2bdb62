"""Ninety days of a grocery chain, told once and without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from smartpos.demo.catalogue import DemoProduct, Recipe
from smartpos.demo.patterns import BASKET_SIZES, OPENS, Taste, day_factor, mean_wanted
from smartpos.demo.records import BakeRecord, DebtRecord, SaleRecord, ShiftRecord, StorePlan
from smartpos.demo.regulars import Regular, find_regulars
from smartpos.demo.shelves import Shelves
from smartpos.demo.supply import Places, Supply
from smartpos.demo.trade import Trade

SEED = 1991
GROWTH = 0.12
"""By how much trade has grown from the first day to the last."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how busy the history is."""

    days: int
    receipts: int


@dataclass(frozen=True, slots=True)
class History:
    """All that happened, in the order of time; ``targets`` are the fullest levels of the shelves."""

    shelves: Shelves
    targets: Mapping[tuple[int, int], Decimal]
    shifts: list[ShiftRecord]
    sales: list[SaleRecord]
    regulars: list[Regular]
    debts: list[DebtRecord]
    bakes: list[BakeRecord]
    seed: int = SEED


def tell_history(
    products: Sequence[DemoProduct],
    recipes: Sequence[Recipe],
    stores: Sequence[StorePlan],
    *,
    plan: Plan,
    places: Places,
    reserve_cashier: int,
    vat_rates: Mapping[str, Decimal],
    now: datetime,
    zone: ZoneInfo,
) -> History:
    """Play the days up to ``now``: each morning the shelves are filled, then customers come."""
    random = Random(SEED)
    tastes = {store: Taste(store.name, products, store.thrift) for store in stores}
    customers = _customers(stores, plan, now.astimezone(zone).date(), random)
    shelves = Shelves()
    supply = Supply(
        shelves,
        products,
        places,
        _demand(products, tastes, plan),
        recipes,
        zone=zone,
        random=random,
    )
    regulars = find_regulars(stores, Random(SEED), today=now.astimezone(zone).date())
    trade = Trade(
        shelves,
        products,
        tastes,
        vat_rates,
        regulars=regulars,
        reserve_cashier=reserve_cashier,
        zone=zone,
        random=random,
    )
    days = list(customers)
    supply.open_books(datetime.combine(days[0] - timedelta(days=1), time(20), zone))
    for number, day in enumerate(days):
        if now < datetime.combine(day, time(OPENS), zone):
            break
        supply.morning(day, number / len(days))
        trade.day(day, customers[day], now)
        if now >= datetime.combine(day + timedelta(days=1), time(0), zone):
            supply.evening(day)
    return History(
        shelves, supply.targets, trade.shifts, trade.sales, regulars, trade.debts, supply.bakery.bakes
    )


def _customers(
    stores: Sequence[StorePlan], plan: Plan, today: date, random: Random
) -> dict[date, dict[StorePlan, int]]:
    """How many come to each store on each day; together about ``plan.receipts``."""
    days = [today - timedelta(days=back) for back in reversed(range(plan.days))]
    busy = [day_factor(day, random) * (1 + GROWTH * number / plan.days) for number, day in enumerate(days)]
    scale = plan.receipts / sum(busy)
    return {
        day: {store: round(factor * scale * store.share * random.uniform(0.95, 1.05)) for store in stores}
        for day, factor in zip(days, busy, strict=True)
    }


def _demand(
    products: Sequence[DemoProduct], tastes: Mapping[StorePlan, Taste], plan: Plan
) -> dict[int, dict[int, float]]:
    """What each store sells of each product on an ordinary day."""
    lines = sum(size * share for size, share in enumerate(BASKET_SIZES, start=1)) / sum(BASKET_SIZES)
    return {
        store.place: {
            index: share * lines * store.share * plan.receipts / plan.days * mean_wanted(products[index])
            for index, share in taste.share.items()
        }
        for store, taste in tastes.items()
    }
