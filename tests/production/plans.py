"""What the tests of planning share: sales, levels, and plans by product."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, event

from smartpos.core.db import utc_now
from smartpos.production.queries.planning import Plan, ToGet, ToMake, net_needs
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.cast import Shop

D = Decimal


def post(shop: Shop, product: int, quantity: str, branch_id: int, kind: str = "test", **facts: Any) -> None:
    """Move goods in or, with less than nothing, out; yesterday."""
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, D(quantity), None if D(quantity) < 0 else D(1), **facts)],
            origin_kind=kind,
            origin_id=1,
            branch_id=branch_id,
            occurred_at=utc_now() - timedelta(days=1),
            allow_negative=True,
            actor=shop.actor("warehouse"),
        )


def sells(shop: Shop, product: int, per_day: int, branch_id: int) -> None:
    """So many a day were sold in the last 28 days, and nothing is left of them."""
    post(shop, product, str(28 * per_day), branch_id)
    post(shop, product, str(-28 * per_day), branch_id, "sale")


def level(shop: Shop, product: int, least: str, branch_id: int, most: str | None = None) -> None:
    wanted = WantedLevels(product, D(least), max_quantity=D(most) if most else None)
    with shop.inside("warehouse"):
        set_levels_of_branch(branch_id, [wanted], actor=shop.actor("warehouse"))


def plan_of(shop: Shop, days: int = 7, branch_id: int | None = None, **options: Any) -> Plan:
    with shop.inside("manager"):
        return net_needs(branch_id or shop.branch_id, days, shop.actor("manager"), **options)


def made(found: Plan) -> dict[int, ToMake]:
    return {one.product.id: one for one in found.orders}


def got(found: Plan) -> dict[int, ToGet]:
    return {one.product.id: one for one in found.purchases}


@contextmanager
def counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
