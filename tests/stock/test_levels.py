"""Levels of stock: set for many at once, and told about once per crossing, whatever caused it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select, text

from smartpos.catalog.models import ProductType
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.models import Event
from smartpos.stock.admin.levels import RunsLow
from smartpos.stock.models import AdjustmentReason, BranchStock
from smartpos.stock.operations import AdjustmentLine, Movement, adjust_stock, post_movements
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.cast import Shop
from tests.conftest import Api

FELL, RECOVERED = "stock.level_fell_below", "stock.level_recovered"


def want(shop: Shop, product: int, least: str, point: str | None = None, most: str | None = None) -> None:
    levels = [None if one is None else Decimal(one) for one in (point, most)]
    with shop.inside("warehouse"):
        set_levels_of_branch(
            shop.branch_id,
            [WantedLevels(product, Decimal(least), *levels)],
            actor=shop.actor("warehouse"),
        )


def move(shop: Shop, product: int, quantity: str, kind: str = "test") -> None:
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, Decimal(quantity))],
            origin_kind=kind,
            origin_id=1,
            branch_id=shop.branch_id,
            allow_negative=True,
            actor=shop.actor("warehouse"),
        )


def told(shop: Shop, product: int) -> list[tuple[str, str, str]]:
    """What was told about a product: name, quantity, state."""
    with shop.inside():
        rows = db.session.execute(select(Event.name, Event.facts).order_by(Event.id)).all()
    return [
        (name, facts["quantity"], facts["state"]) for name, facts in rows if facts["product_id"] == product
    ]


def level(shop: Shop, product: int, branch_id: int | None = None) -> Any:
    with shop.inside():
        return db.session.execute(
            select(
                BranchStock.quantity,
                BranchStock.min_quantity,
                BranchStock.reorder_point,
                BranchStock.max_quantity,
                BranchStock.level_state,
            ).where(BranchStock.product_id == product, BranchStock.branch_id == (branch_id or shop.branch_id))
        ).one_or_none()


def test_a_crossing_is_told_once_whatever_caused_it(shop: Shop) -> None:
    milk = shop.product(stock="20")
    want(shop, milk, "5", "10", "30")
    assert told(shop, milk) == []
    move(shop, milk, "-9", "sale")
    assert told(shop, milk) == []
    move(shop, milk, "-1", "sale")
    move(shop, milk, "-1", "sale")
    move(shop, milk, "-1", "stock_transfer")
    assert told(shop, milk) == [(FELL, "10.000", "low")]
    with shop.inside("warehouse"):
        adjust_stock(
            shop.branch_id,
            [AdjustmentLine(milk, Decimal(-8))],
            reason=AdjustmentReason.DAMAGE,
            actor=shop.actor("warehouse"),
        )
    assert told(shop, milk)[1:] == [(FELL, "0.000", "out")]
    move(shop, milk, "4", "purchase")  # out no more, and as little enough as before
    assert told(shop, milk)[2:] == []
    move(shop, milk, "20", "purchase")
    move(shop, milk, "1", "purchase")
    assert told(shop, milk)[2:] == [(RECOVERED, "24.000", "enough")]
    move(shop, milk, "-25", "sale")
    assert told(shop, milk)[3:] == [(FELL, "0.000", "out")]


def test_nothing_is_told_of_what_nobody_has_set(shop: Shop) -> None:
    milk = shop.product(stock="5")
    move(shop, milk, "-5")
    move(shop, milk, "-5")
    move(shop, milk, "50")
    assert told(shop, milk) == []


def test_setting_a_level_is_a_crossing_too(shop: Shop) -> None:
    milk, bread = shop.product(stock="5"), shop.product(stock=None)
    want(shop, milk, "4")
    assert told(shop, milk) == []
    want(shop, milk, "8")
    want(shop, milk, "9")
    assert told(shop, milk) == [(FELL, "5.000", "low")]
    want(shop, milk, "2")
    assert told(shop, milk)[1:] == [(RECOVERED, "5.000", "enough")]
    want(shop, bread, "3", "6", "12")
    assert tuple(level(shop, bread)) == (0, 3, 6, 12, "out")
    assert told(shop, bread) == [(FELL, "0.000", "out")]
    want(shop, bread, "0")
    assert told(shop, bread)[1:] == [(RECOVERED, "0.000", "enough")]
    assert tuple(level(shop, bread)) == (0, 0, None, None, "enough")


def test_levels_of_many_are_set_by_the_same_number_of_statements(shop: Shop) -> None:
    def statements(count: int) -> int:
        products = [shop.product(stock="1") for _number in range(count)]
        seen: list[str] = []
        with shop.inside("warehouse"):
            actor = shop.actor("warehouse")
            engine: Any = db.engine

            def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
                seen.append(statement)

            event.listen(engine, "before_cursor_execute", note)
            try:
                wanted = [WantedLevels(product, Decimal(3)) for product in products]
                set_levels_of_branch(shop.branch_id, wanted, actor=actor)
            finally:
                event.remove(engine, "before_cursor_execute", note)
        assert all(level(shop, product).level_state == "low" for product in products)
        return len(seen)

    assert statements(2) == statements(12) <= 6


def test_over_the_api_all_or_none(shop: Shop, api_of: Callable[[str], Api]) -> None:
    milk, bread = sorted((shop.product(stock="20"), shop.product(stock=None)))
    api = api_of("warehouse")
    body: dict[str, Any] = {
        "branch_id": shop.branch_id,
        "items": [
            {"product_id": milk, "min_quantity": "5", "reorder_point": "8", "max_quantity": "40"},
            {"product_id": bread, "min_quantity": "2"},
        ],
    }
    answer = api.put("/api/stock/levels", body)
    assert answer.status_code == 200, answer.json
    assert [(item["product_id"], item["level_state"]) for item in answer.json["items"]] == [
        (milk, "enough"),
        (bread, "out"),
    ]
    body["items"][0] |= {"min_quantity": "50"}
    body["items"][1] |= {"min_quantity": "1"}
    refused = api.put("/api/stock/levels", body)
    assert refused.status_code == 422
    assert [item["product_id"] for item in refused.json["items"]] == [milk]
    assert level(shop, bread).min_quantity == 2
    assert api_of("cashier").put("/api/stock/levels", body).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"items": []}, 422),
        ({"items": "all"}, 422),
        ({"items": [{"product_id": 1}]}, 422),
        ({"items": [{"product_id": 10**12, "min_quantity": "1"}]}, 404),
        ({"branch_id": 10**12}, 404),
        ({"items": [{"min_quantity": "-1"}]}, 422),
        ({"items": [{"min_quantity": "1e30"}]}, 422),
        ({"items": [{"min_quantity": "1"}, {"min_quantity": "2"}]}, 422),
        ({"items": [{"min_quantity": "1"}] * 1001}, 422),
    ],
)
def test_bad_levels_are_refused(
    shop: Shop, api_of: Callable[[str], Api], change: dict[str, Any], status: int
) -> None:
    milk = shop.product(stock="20")
    body: dict[str, Any] = {"branch_id": shop.branch_id, "items": [{"min_quantity": "1"}]} | change
    for item in body["items"]:
        if isinstance(item, dict):
            item.setdefault("product_id", milk)
            if len(item) == 1:
                item.pop("product_id")
    assert api_of("warehouse").put("/api/stock/levels", body).status_code == status
    assert level(shop, milk).min_quantity == 0


def test_services_have_no_levels(shop: Shop, stranger: Shop) -> None:
    service = shop.product(stock=None, type=ProductType.SERVICE)
    for product in (service, stranger.product()):
        with pytest.raises(SmartPOSError):
            want(shop, product, "1")


def test_the_view_of_inventory_tells_the_same(shop: Shop) -> None:
    """``inventory_status`` says low exactly where a crossing was told."""
    cases = [
        ("0", "0", None),
        ("0", "3", None),
        ("3", "3", None),
        ("4", "3", None),
        ("4", "3", "6"),
        ("7", "3", "6"),
        ("2", "0", "2"),
        ("9", "0", None),
    ]
    for quantity, least, point in cases:
        product = shop.product(stock=quantity if quantity != "0" else None)
        want(shop, product, least, point)
        with shop.inside():
            status = db.session.execute(
                text("SELECT inventory_status FROM inventory_status WHERE product_id = :it"), {"it": product}
            ).scalar_one()
        state = level(shop, product).level_state
        if least == "0" and point is None:
            assert state == "enough"
        else:
            assert {"in_stock": "enough", "out_of_stock": "out"}.get(status, "low") == state


def test_the_list_of_stock_narrows_by_the_same_states(shop: Shop) -> None:
    """The filter and the pill of the back office say what ``inventory_status`` says."""
    names = {"low": {"low_stock", "reorder_needed"}, "reorder": {"reorder_needed"}, "out": {"out_of_stock"}}
    for quantity, least, point in (("9", "3", "6"), ("5", "3", "6"), ("2", "3", "6"), ("4", "0", None)):
        want(shop, shop.product(stock=quantity), least, point)
    with shop.inside():
        said = dict(
            db.session.execute(text("SELECT product_id, inventory_status FROM inventory_status")).all()
        )
        for value, statuses in names.items():
            test = RunsLow().test(BranchStock.quantity, value)
            found = set(db.session.scalars(select(BranchStock.product_id).where(test)))
            assert found == {product for product, status in said.items() if status in statuses}
