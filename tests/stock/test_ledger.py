"""Posting movements: balances, shortages, and what stays behind."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.catalog.models import ProductType
from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.errors import NotEnoughStock, UnknownGoods
from smartpos.stock.models import AdjustmentReason, BranchStock, InventoryMovement
from smartpos.stock.operations import AdjustmentLine, Movement, adjust_stock, post_movements
from tests.cast import Shop
from tests.conftest import Api


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[Any]]:
    """``books()``: where the books do not agree."""

    def verify() -> list[Any]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    return verify


def post(shop: Shop, *movements: tuple[int, str] | tuple[int, str, str], **options: Any) -> list[Any]:
    requests = [
        Movement(one[0], Decimal(one[1]), Decimal(one[2]) if len(one) == 3 else None) for one in movements
    ]
    options.setdefault("branch_id", shop.branch_id)
    with shop.inside("warehouse"):
        return post_movements(
            requests, origin_kind="test", origin_id=1, actor=shop.actor("warehouse"), **options
        )


def level(shop: Shop, product_id: int, branch_id: int | None = None) -> tuple[Decimal, Decimal, Decimal]:
    with shop.inside():
        row = db.session.execute(
            select(BranchStock).where(
                BranchStock.product_id == product_id, BranchStock.branch_id == (branch_id or shop.branch_id)
            )
        ).scalar_one()
        return row.quantity, row.value, row.average_cost


def test_each_request_is_answered_in_its_place(shop: Shop, books: Callable[[], list[Any]]) -> None:
    milk = shop.product(stock="10", cost="100")
    bread = shop.product(stock="4", cost="50")
    posted = post(shop, (milk, "-2"), (bread, "-1"), (milk, "10", "160"), (milk, "-1"))
    assert [(one.product_id, one.quantity, one.unit_cost, one.value) for one in posted] == [
        (milk, -2, 130, -260),
        (bread, -1, 50, -50),
        (milk, 10, 160, 1600),
        (milk, -1, 130, -130),
    ]
    assert level(shop, milk) == (17, 2210, 130)
    assert level(shop, bread) == (3, 150, 50)
    assert books() == []


def test_branches_have_their_own_stock_and_average(shop: Shop, books: Callable[[], list[Any]]) -> None:
    milk = shop.product(stock="10", cost="100")
    post(shop, (milk, "5", "200"), branch_id=shop.warehouse_id)
    assert level(shop, milk) == (10, 1000, 100)
    assert level(shop, milk, shop.warehouse_id) == (5, 1000, 200)
    with pytest.raises(NotEnoughStock):
        post(shop, (milk, "-6"), branch_id=shop.warehouse_id)
    assert books() == []


def test_all_shortages_are_told_and_nothing_is_written(shop: Shop) -> None:
    milk = shop.product("Sut", stock="1")
    bread = shop.product("Non", stock=None)
    salt = shop.product("Tuz", stock="9")
    with pytest.raises(NotEnoughStock) as caught:
        post(shop, (salt, "-3"), (milk, "-1"), (bread, "-2"), (milk, "-0.5"))
    assert caught.value.facts["lines"] == [
        {"product_id": milk, "name": "Sut", "requested": "1.5", "available": "1.000"},
        {"product_id": bread, "name": "Non", "requested": "2", "available": "0.000"},
    ]
    with shop.inside():
        assert db.session.query(InventoryMovement).filter_by(origin_kind="test").count() == 0
        assert db.session.query(BranchStock).filter_by(product_id=bread).count() == 0


def test_negative_stock_that_is_filled_up_is_revalued(shop: Shop, books: Callable[[], list[Any]]) -> None:
    milk = shop.product(stock="2", cost="50")
    post(shop, (milk, "-5"), allow_negative=True)
    assert level(shop, milk) == (-3, -150, 50)
    post(shop, (milk, "10", "60"))
    assert level(shop, milk) == (7, 420, 60)
    with shop.inside():
        rows = db.session.execute(
            select(InventoryMovement.movement_type, InventoryMovement.quantity, InventoryMovement.value)
            .where(InventoryMovement.product_id == milk)
            .order_by(InventoryMovement.id)
        ).all()
        assert [(kind.value, quantity, value) for kind, quantity, value in rows] == [
            ("in", 2, 100),
            ("out", -5, -250),
            ("in", 10, 600),
            ("adjust", 0, -30),
        ]
    assert books() == []


def test_services_and_untracked_goods_move_nothing(shop: Shop) -> None:
    service = shop.product(stock=None, cost="70", type=ProductType.SERVICE)
    bag = shop.product(stock=None, cost="20", track_inventory=False)
    posted = post(shop, (service, "-2"), (bag, "-3"))
    assert [(one.unit_cost, one.value, one.is_tracked) for one in posted] == [
        (70, -140, False),
        (20, -60, False),
    ]
    with shop.inside():
        assert db.session.query(InventoryMovement).count() == 0


def test_goods_of_another_shop_do_not_exist(shop: Shop, stranger: Shop) -> None:
    foreign = stranger.product()
    with pytest.raises(UnknownGoods) as caught:
        post(shop, (foreign, "1"), (10**12, "1"))
    assert caught.value.facts["products"] == [foreign, 10**12]


def test_what_comes_in_without_a_cost_comes_at_the_average(shop: Shop) -> None:
    milk = shop.product(stock="10", cost="100")
    post(shop, (milk, "5"))
    assert level(shop, milk) == (15, 1500, 100)
    new = shop.product(stock=None, cost="30")
    post(shop, (new, "2"))
    assert level(shop, new) == (2, 60, 30)


def test_a_row_that_was_loaded_before_shows_its_new_figures(shop: Shop) -> None:
    milk = shop.product(stock="10")
    with shop.inside("warehouse"):
        row = db.session.execute(select(BranchStock).where(BranchStock.product_id == milk)).scalar_one()
        actor = shop.actor("warehouse")
        post_movements(
            [Movement(milk, Decimal(-4))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=actor,
        )
        assert row.quantity == 6


def adjustment(shop: Shop, *lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"branch_id": shop.branch_id, "reason": "loss", "items": list(lines)} | facts


def test_stock_is_corrected_with_a_reason(
    shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[Any]]
) -> None:
    milk, bread = shop.product("Sut", stock="10", cost="100"), shop.product("Non", stock="5", cost="50")
    body = adjustment(
        shop,
        {"product_id": milk, "quantity": "-3"},
        {"product_id": bread, "quantity": 2, "unit_cost": "80"},
        notes="sindi",
    )
    answer = api_of("warehouse").post("/api/stock/adjustments", body)
    assert answer.status_code == 201
    assert (answer.json["reason"], answer.json["notes"]) == ("loss", "sindi")
    moved = answer.json["movements"]
    assert [(one["product"], one["movement_type"], one["quantity"], one["value"]) for one in moved] == [
        ("Sut", "adjust", "-3.000", "-300.0000"),
        ("Non", "adjust", "2.000", "160.0000"),
    ]
    assert level(shop, milk)[0] == 7
    assert books() == []


def test_a_correction_sent_twice_counts_once(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product(stock="10")
    body = adjustment(
        shop, {"product_id": milk, "quantity": "-3"}, client_uuid="0b0c1b1e-2f1d-4f5a-9b43-6d2f5d0a7b11"
    )
    first = api_of("warehouse").post("/api/stock/adjustments", body)
    again = api_of("warehouse").post("/api/stock/adjustments", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert level(shop, milk)[0] == 7


def test_more_than_the_books_hold_cannot_be_taken_off(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product("Sut", stock="2")
    answer = api_of("warehouse").post(
        "/api/stock/adjustments", adjustment(shop, {"product_id": milk, "quantity": "-3"})
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not_enough_stock")


@pytest.mark.parametrize(
    "change",
    [
        {"items": []},
        {"items": [{"product_id": 1, "quantity": "0"}]},
        {"items": [{"product_id": 1, "quantity": "NaN"}]},
        {"items": [{"product_id": 1, "quantity": "1", "unit_cost": "-1"}]},
        {"items": [{"product_id": "x", "quantity": "1"}]},
        {"items": [{"product_id": 1, "quantity": "1"}] * 1001},
        {"items": "many"},
        {"items": [None]},
        {"branch_id": None},
        {"branch_id": 2**70},
        {"reason": "mood"},
        {"notes": "nul \x00"},
        {"notes": "x" * 2000},
        {"client_uuid": "not a uuid"},
        {"surprise": 1},
    ],
)
def test_corrections_that_make_no_sense_are_refused(
    shop: Shop, api_of: Callable[..., Api], change: dict[str, Any]
) -> None:
    milk = shop.product()
    body = adjustment(shop, {"product_id": milk, "quantity": "1"}) | change
    assert api_of("warehouse").post("/api/stock/adjustments", body).status_code == 422


def test_a_foreign_branch_is_not_there(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product()
    body = adjustment(shop, {"product_id": milk, "quantity": "1"}, branch_id=stranger.branch_id)
    answer = api_of("warehouse").post("/api/stock/adjustments", body)
    assert (answer.status_code, answer.json["code"]) == (404, "branch_not_found")


def test_a_service_has_no_stock_to_correct(shop: Shop, api_of: Callable[..., Api]) -> None:
    service = shop.product("Yetkazish", stock=None, type=ProductType.SERVICE)
    body = adjustment(shop, {"product_id": service, "quantity": "1"})
    answer = api_of("warehouse").post("/api/stock/adjustments", body)
    assert (answer.status_code, answer.json["code"]) == (422, "stock_not_tracked")


def test_who_sees_stock_sees_costs_only_with_the_right(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    milk = shop.product("Sut", stock="10", cost="100")
    query = f"/api/stock?branch_id={shop.branch_id}&product_id={milk}"
    seen = api_of("manager").get(query).json["items"]
    assert [(one["product"], one["quantity"], one["average_cost"], one["value"]) for one in seen] == [
        ("Sut", "10.000", "100.0000", "1000.0000")
    ]
    for_cashier = api_of("cashier").get(query).json["items"][0]
    assert for_cashier["quantity"] == "10.000"
    assert not {"average_cost", "value"} & for_cashier.keys()
    assert api_of("stranger").get(query).json["items"] == []
    assert api_of("cashier").get("/api/movements").status_code == 403
    assert api_of("cashier").post("/api/stock/adjustments", {}).status_code in (403, 422)


def test_the_ledger_is_listed_and_filtered(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk, bread = shop.product(stock="10"), shop.product(stock="10")
    post(shop, (milk, "-1"), (bread, "-2"), (milk, "-3"))

    def listed(query: str) -> list[tuple[int, str]]:
        items = api_of("warehouse").get(f"/api/movements?{query}").json["items"]
        return [(one["product_id"], one["quantity"]) for one in items]

    assert listed("origin_kind=test") == [(bread, "-2.000"), (milk, "-3.000"), (milk, "-1.000")]
    assert listed(f"product_id={milk}&movement_type=out") == [(milk, "-3.000"), (milk, "-1.000")]
    assert listed("to=2020-01-01T00:00:00Z") == []
    assert len(listed("limit=2")) == 2


def test_corrections_need_the_right(shop: Shop) -> None:
    milk = shop.product(stock="10")
    with shop.inside("warehouse"):
        actor = shop.actor("warehouse")
        document = adjust_stock(
            shop.branch_id, [AdjustmentLine(milk, Decimal(-1))], reason=AdjustmentReason.DAMAGE, actor=actor
        )
        assert document.created_by == shop.users["warehouse"]
