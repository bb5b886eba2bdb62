"""Writing goods off: several lines, a reason, lots that have expired; and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.catalog.models import ProductBarcode
from smartpos.core.barcodes import check_digit
from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_user, create_workspace, save_settings
from smartpos.stock.models import Batch, BatchStock, InventoryMovement, StockAdjustment
from smartpos.stock.operations import Lot, Movement, post_movements
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.stock.counting import Books, level


@pytest.fixture
def write_off(shop: Shop, storekeeper: Api) -> Callable[..., Any]:
    """``write_off((product, "2"), reason="damage")``: what the storekeeper is answered."""

    def send(*lines: Any, **facts: Any) -> Any:
        items = [
            {"product_id": product, "quantity": quantity, "batch_id": rest[0] if rest else None}
            for product, quantity, *rest in lines
        ]
        body = {"branch_id": shop.branch_id, "reason": "damage", "items": items} | facts
        return storekeeper.post("/api/stock/write-offs", body)

    return send


@pytest.fixture
def yoghurt(shop: Shop) -> tuple[int, dict[str, int]]:
    """A product with two lots, one of them expired, and the numbers of the lots."""
    product = shop.product("Qatiq", stock=None, track_batches=True)
    today = utc_now().date()
    lots = {"OLD": today - timedelta(days=10), "NEW": today + timedelta(days=10)}
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, Decimal(5), Decimal(100), lot=Lot(name, day)) for name, day in lots.items()],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            allow_expired=True,
            actor=shop.actor("warehouse"),
        )
        rows = db.session.execute(select(Batch.batch_number, Batch.id).where(Batch.product_id == product))
        return product, dict(rows.all())


def left_of(shop: Shop, batch: int) -> Decimal:
    with shop.inside():
        return db.session.scalars(select(BatchStock.quantity).where(BatchStock.batch_id == batch)).one()


def test_several_lines_leave_the_books(shop: Shop, write_off: Callable[..., Any], books: Books) -> None:
    milk, bread = shop.product(stock="10", cost="100"), shop.product(stock="4", cost="50")
    answer = write_off((milk, "3"), (bread, "4"), reason="theft", notes="Kecha")
    assert (answer.status_code, answer.json["reason"], answer.json["notes"]) == (201, "theft", "Kecha")
    assert (level(shop, milk), level(shop, bread)) == ((7, 700), (0, 0))
    with shop.inside():
        rows = db.session.execute(
            select(InventoryMovement.quantity, InventoryMovement.value).where(
                InventoryMovement.origin_kind == "stock_adjustment",
                InventoryMovement.origin_id == answer.json["id"],
            )
        )
        assert sorted(map(tuple, rows)) == [(-4, -200), (-3, -300)]
    assert books() == []


def test_a_write_off_sent_twice_is_one(
    shop: Shop, write_off: Callable[..., Any], yoghurt: tuple[int, dict[str, int]]
) -> None:
    product, _lots = yoghurt
    key = str(uuid4())
    first = write_off((product, "7"), client_uuid=key)
    again = write_off((product, "7"), client_uuid=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert level(shop, product)[0] == 3
    other = write_off((product, "2"), client_uuid=key)
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")


def test_expired_lots_go_first_and_a_lot_may_be_named(
    shop: Shop, write_off: Callable[..., Any], yoghurt: tuple[int, dict[str, int]], books: Books
) -> None:
    product, lots = yoghurt
    assert write_off((product, "2"), reason="expired").status_code == 201
    assert (left_of(shop, lots["OLD"]), left_of(shop, lots["NEW"])) == (3, 5)
    assert write_off((product, "4", lots["NEW"])).status_code == 201
    assert (left_of(shop, lots["OLD"]), left_of(shop, lots["NEW"])) == (3, 1)
    short = write_off((product, "2", lots["NEW"]))
    assert (short.status_code, short.json["code"]) == (409, "not_enough_stock")
    assert level(shop, product)[0] == 4
    assert books() == []


def test_what_is_refused(
    shop: Shop, write_off: Callable[..., Any], yoghurt: tuple[int, dict[str, int]]
) -> None:
    milk = shop.product(stock="3")
    for facts in ({"reason": "opening"}, {"reason": "count"}, {"reason": "found"}, {"items": []}):
        assert write_off((milk, "1"), **facts).status_code == 422
    for quantity in ("0", "-1", "NaN", "1.0001"):
        assert write_off((milk, quantity)).status_code == 422
    why = write_off((milk, "1"), reason="other")
    assert (why.status_code, list(why.json["errors"])) == (422, ["notes"])
    assert write_off((milk, "1"), reason="other", notes="  ").status_code == 422
    assert write_off((milk, "1"), branch_id=10**9).status_code == 404
    assert write_off((10**9, "1")).status_code == 404
    assert write_off((milk, "1", yoghurt[1]["OLD"])).json["code"] == "batch_of_another_product"
    assert write_off((yoghurt[0], "1", 10**9)).status_code == 404
    short = write_off((milk, "4"))
    assert (short.status_code, short.json["code"]) == (409, "not_enough_stock")
    assert level(shop, milk)[0] == 3
    with shop.inside():
        assert db.session.query(StockAdjustment).filter(StockAdjustment.reason != "opening").count() == 0


def test_goods_are_found_with_their_stock_and_lots(
    shop: Shop, storekeeper: Api, yoghurt: tuple[int, dict[str, int]]
) -> None:
    product, lots = yoghurt
    with shop.inside("owner"):
        db.session.add(ProductBarcode(product_id=product, barcode="4780000000024", multiplier=Decimal(6)))

    def found(text: str) -> list[Any]:
        query = {"branch_id": shop.branch_id, "q": text}
        answer = storekeeper.get("/api/stock/goods", query_string=query)
        assert answer.status_code == 200
        return list(answer.json["items"])

    pack = found("4780000000024")
    assert [(one["id"], one["multiplier"], one["quantity"]) for one in pack] == [(product, "6.000", "10.000")]
    assert [(lot["batch_id"], lot["quantity"]) for lot in pack[0]["batches"]] == [
        (lots["OLD"], "5.000"),
        (lots["NEW"], "5.000"),
    ]
    assert [one["multiplier"] for one in found("qatik")] == ["1.000"]
    assert found("zzz") == []
    # A label of the scale says how much lies under it.
    with shop.inside("owner"):
        save_settings({"scale_patterns": "20CCCCCWWWWWX"}, actor=shop.actor())
    cheese = shop.product("Pishloq", stock="3", unit="kg", sku="00451")
    label = "200045100350" + check_digit("200045100350")
    weighed = found(label)
    assert [(one["id"], one["multiplier"], one["codes"][-1]["barcode"]) for one in weighed] == [
        (cheese, "0.350", label)
    ]
    asked = storekeeper.get(f"/api/transfers/goods?branch_id={shop.branch_id}&q={label}").json["items"]
    assert [(one["id"], one["multiplier"], one["available"]) for one in asked] == [(cheese, "0.350", "3.000")]
    shop.product(barcode=label)
    assert [one["multiplier"] for one in found(label)] == ["1.000"]  # goods that have the code come first


def test_who_may_write_off(shop: Shop, api_of: Callable[..., Api], client_of: Callable[..., Any]) -> None:
    milk = shop.product(stock="3")
    body = {
        "branch_id": shop.branch_id,
        "reason": "damage",
        "items": [{"product_id": milk, "quantity": "1"}],
    }
    assert api_of("cashier").post("/api/stock/write-offs", body).status_code == 403
    assert client_of("cashier").get("/write-offs/new").status_code == 403
    assert client_of("warehouse").get("/write-offs/new").status_code == 200


def test_what_lies_in_a_branch_one_does_not_see_is_not_told(
    shop: Shop, api_of: Callable[..., Api], yoghurt: tuple[int, dict[str, int]]
) -> None:
    with shop.inside("owner"):
        north = create_workspace(name="North", actor=shop.actor())
        home = db.session.get_one(Branch, shop.branch_id)
        home.workspace_id = north.id
        south = create_workspace(name="South", actor=shop.actor())
        create_user(
            username="southerner",
            full_name="S",
            role=RoleKey.MANAGER,
            password=PASSWORD,
            workspace_ids=[south.id],
            actor=shop.actor(),
        )
    api = api_of("southerner")
    for address in (
        f"/api/stock/goods?q=qatiq&branch_id={shop.branch_id}",
        f"/api/batches?branch_id={shop.branch_id}",
    ):
        answer = api.get(address)
        assert (answer.status_code, answer.json.get("code")) == (404, "branch_not_found"), address
