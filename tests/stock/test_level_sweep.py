"""What runs low without a posting is found by the sweep, once."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from smartpos.core.db import db
from smartpos.core.models import Event
from smartpos.core.tenancy import platform_scope
from smartpos.stock.models import BranchStock, LevelState
from smartpos.stock.operations.level_sweep import sweep_levels
from tests.cast import Shop


def swept(shop: Shop) -> int:
    with shop.inside("owner"):
        return sweep_levels(actor=shop.actor())


def told(shop: Shop) -> list[str]:
    with shop.inside("owner"):
        query = select(Event.name).where(Event.name.like("stock.level%")).order_by(Event.id)
        return list(db.session.scalars(query))


@pytest.mark.parametrize(
    ("quantity", "minimum", "point", "state"),
    [
        ("5", "5", None, LevelState.LOW),
        ("6", "5", None, LevelState.ENOUGH),
        ("6", "5", "8", LevelState.LOW),
        ("0", "5", None, LevelState.OUT),
        ("0", "0", None, LevelState.ENOUGH),
        ("0", "0", "0", LevelState.OUT),
    ],
)
def test_the_sweep_judges_as_postings_do(
    shop: Shop, quantity: str, minimum: str, point: str | None, state: LevelState
) -> None:
    reorder = None if point is None else Decimal(point)
    assert LevelState.of(Decimal(quantity), Decimal(minimum), reorder) is state
    product = shop.product(stock="100")
    with shop.inside("owner"):
        wrong = LevelState.LOW if state is not LevelState.LOW else LevelState.ENOUGH
        here = update(BranchStock).where(
            BranchStock.product_id == product, BranchStock.branch_id == shop.branch_id
        )
        facts = {"quantity": Decimal(quantity), "min_quantity": Decimal(minimum), "reorder_point": reorder}
        db.session.execute(here.values(**facts, level_state=wrong))
    assert swept(shop) == 1
    assert swept(shop) == 0
    with shop.inside("owner"):
        query = select(BranchStock.level_state).where(BranchStock.product_id == product)
        assert db.session.scalars(query).all() == [state]


def test_what_ran_low_past_the_postings_is_told_once(shop: Shop) -> None:
    product = shop.product(stock="100")
    with shop.inside("owner"), platform_scope(reason="test"):
        db.session.execute(
            text("UPDATE branch_stocks SET min_quantity = 200 WHERE product_id = :id"), {"id": product}
        )
    assert swept(shop) == 1
    assert told(shop) == ["stock.level_fell_below"]
    assert swept(shop) == 0
    assert told(shop) == ["stock.level_fell_below"]
