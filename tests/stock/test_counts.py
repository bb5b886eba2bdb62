"""Counting: how counts begin, what may be entered, and who may do and see what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from smartpos.catalog.models import Category, ProductBarcode, ProductType
from smartpos.core.barcodes import check_digit
from smartpos.core.db import db, utc_now
from smartpos.identity.models import Branch, BranchKind
from smartpos.identity.operations import save_settings
from smartpos.stock.models import (
    StockCount,
    StockCountEntry,
)
from tests.cast import Shop
from tests.conftest import Api
from tests.stock.counting import Begin, Books, Enter, ago, level, lines_of, move, stocked

# --- beginning ---------------------------------------------------------------------------------------------------


def test_a_count_is_begun_once(shop: Shop, storekeeper: Api, books: Books) -> None:
    body = {"branch_id": shop.branch_id, "client_uuid": str(uuid4()), "notes": "Yil oxiri"}
    first = storekeeper.post("/api/counts", body)
    again = storekeeper.post("/api/counts", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["number"] == "SC-000001"
    assert (first.json["status"], first.json["is_blind"]) == ("counting", True)
    other = storekeeper.post("/api/counts", body | {"is_blind": False})
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")


def test_what_cannot_be_counted(shop: Shop, storekeeper: Api) -> None:
    with shop.inside("owner"):
        transit = Branch(name="Yo‘lda", kind=BranchKind.TRANSIT)
        db.session.add(transit)
        db.session.flush()
        transit_id = transit.id
    for branch in (10**9, transit_id):
        answer = storekeeper.post("/api/counts", {"branch_id": branch})
        assert (answer.status_code, answer.json["code"]) == (404, "branch_not_found")
    answer = storekeeper.post("/api/counts", {"branch_id": shop.branch_id, "category_id": 10**9})
    assert answer.status_code == 404
    assert storekeeper.post("/api/counts", {}).status_code == 422


def test_two_counts_never_have_the_same_products(shop: Shop, storekeeper: Api, begin: Begin) -> None:
    with shop.inside("owner"):
        drinks = Category(name="Ichimliklar")
        bread = Category(name="Non")
        db.session.add_all([drinks, bread])
        db.session.flush()
        juice = Category(name="Sharbat", parent_id=drinks.id)
        db.session.add(juice)
        db.session.flush()
        numbers = drinks.id, bread.id, juice.id
    first = begin(category_id=numbers[2])

    def start(**facts: Any) -> tuple[int, Any]:
        answer = storekeeper.post("/api/counts", {"branch_id": shop.branch_id} | facts)
        return answer.status_code, answer.json.get("code")

    in_the_way = (409, "count_in_the_way")
    assert start() == in_the_way
    assert start(category_id=numbers[0]) == in_the_way
    assert start(category_id=numbers[1])[0] == 201
    assert start(branch_id=shop.warehouse_id)[0] == 201
    assert storekeeper.post(f"/api/counts/{first}/cancel").status_code == 200
    assert start(category_id=numbers[0])[0] == 201


# --- entries -----------------------------------------------------------------------------------------------------


def test_entries_of_several_people_add_up(
    shop: Shop, manager: Api, api_of: Callable[..., Api], begin: Begin, enter: Enter
) -> None:
    storekeeper = api_of("warehouse")
    milk = shop.product("Sut", stock="10", cost="100")
    count = begin()
    assert enter(count, milk, "4")["total"] == "4.000"
    assert enter(count, milk, "3", by=manager)["total"] == "7.000"
    assert enter(count, milk, "-1")["total"] == "6.000"
    assert lines_of(manager, count) == {milk: ("6.000", "10.000", "-4.000")}
    progress = storekeeper.get(f"/api/counts/{count}/progress").json
    assert {(one["name"], one["entries"], one["products"]) for one in progress["people"]} == {
        ("Warehouse", 2, 1),
        ("Manager", 1, 1),
    }
    assert [one["counted"] for one in progress["entries"]] == ["-1.000", "4.000"]
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk) == (6, 600)


def test_an_entry_sent_twice_is_kept_once(shop: Shop, storekeeper: Api, begin: Begin) -> None:
    milk, count = shop.product(stock="10"), begin()
    body = {"product_id": milk, "counted": "4", "client_uuid": str(uuid4())}
    first = storekeeper.post(f"/api/counts/{count}/lines", body)
    again = storekeeper.post(f"/api/counts/{count}/lines", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert again.json["total"] == "4.000"
    other = storekeeper.post(f"/api/counts/{count}/lines", body | {"counted": "5"})
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    with shop.inside():
        assert db.session.query(StockCountEntry).count() == 1


def test_a_pack_is_so_many_pieces(shop: Shop, storekeeper: Api, begin: Begin) -> None:
    milk, count = shop.product(stock="10", sku="SUT-1"), begin()
    with shop.inside("owner"):
        db.session.add(ProductBarcode(product_id=milk, barcode="4780000000017", multiplier=Decimal(12)))
    pack = storekeeper.post(f"/api/counts/{count}/lines", {"barcode": "4780000000017", "counted": "2"})
    assert (pack.status_code, pack.json["counted"]) == (201, "24.000")
    number = storekeeper.post(f"/api/counts/{count}/lines", {"barcode": "SUT-1", "counted": "1"})
    assert number.json["total"] == "25.000"
    unknown = storekeeper.post(f"/api/counts/{count}/lines", {"barcode": "999", "counted": "1"})
    assert (unknown.status_code, list(unknown.json["errors"])) == (422, ["barcode"])


def test_what_an_entry_may_not_be(shop: Shop, storekeeper: Api, begin: Begin) -> None:
    milk, count = shop.product(stock="10"), begin()
    service = shop.product(stock=None, type=ProductType.SERVICE)
    loose = shop.product(stock=None, track_inventory=False)
    rice = shop.product(stock="5", unit="kg")

    def refused(**facts: Any) -> str:
        body = {"product_id": milk, "counted": "1"} | facts
        answer = storekeeper.post(f"/api/counts/{count}/lines", body)
        assert answer.status_code == 422, answer.json
        return (
            answer.json.get("code") if answer.json["code"] != "invalid" else next(iter(answer.json["errors"]))
        )

    assert refused(counted_at=(utc_now() + timedelta(minutes=6)).isoformat()) == "counted_at"
    assert refused(counted_at=ago(hours=2).isoformat()) == "counted_at"
    assert refused(counted="-1") == "counted"
    assert refused(counted="1.5") == "counted"
    assert refused(counted="1.0001") == "counted"
    assert refused(counted="NaN") == "counted"
    assert refused(product_id=None) == "product_id"
    assert refused(barcode="1") == "product_id"
    for other in (service, loose, 10**9):
        assert refused(product_id=other) == "product_not_of_this_count"
    kilos = storekeeper.post(f"/api/counts/{count}/lines", {"product_id": rice, "counted": "1.255"})
    assert kilos.status_code == 201
    soon = (utc_now() + timedelta(minutes=4)).isoformat()
    early = storekeeper.post(
        f"/api/counts/{count}/lines", {"product_id": milk, "counted": "1", "counted_at": soon}
    )
    assert datetime.fromisoformat(early.json["counted_at"]) <= utc_now()


def test_only_what_belongs_to_the_count(shop: Shop, storekeeper: Api, begin: Begin, enter: Enter) -> None:
    with shop.inside("owner"):
        drinks = Category(name="Ichimliklar")
        db.session.add(drinks)
        db.session.flush()
        juice = Category(name="Sharbat", parent_id=drinks.id)
        db.session.add(juice)
        db.session.flush()
        inside, below = drinks.id, juice.id
    water = shop.product("Suv", category_id=inside)
    apple = shop.product("Olma sharbati", category_id=below)
    bread = shop.product("Non")
    count = begin(category_id=inside)
    enter(count, water, "1")
    enter(count, apple, "1")
    refused = storekeeper.post(f"/api/counts/{count}/lines", {"product_id": bread, "counted": "1"})
    assert refused.json["code"] == "product_not_of_this_count"
    offered = storekeeper.get(f"/api/counts/{count}/products", query_string={"limit": 1}).json
    assert [one["name"] for one in offered["items"]] == ["Suv"]
    rest = storekeeper.get(
        f"/api/counts/{count}/products", query_string={"cursor": offered["next_cursor"]}
    ).json
    assert [one["name"] for one in rest["items"]] == ["Olma sharbati"]
    assert rest["items"][0]["codes"][0]["multiplier"] == "1.000"


def test_what_was_taken_back_was_never_counted(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk, bread, salt = (stocked(shop, "10") for _product in range(3))
    count = begin()
    enter(count, milk, "10", ago(minutes=40))
    move(shop, milk, "-1", ago(minutes=30))
    # A wrong scan later on, taken back with its moment: the sale in between is still after the counting.
    enter(count, milk, "1", ago(minutes=20))
    mistake = enter(count, bread, "1")
    moment = datetime.fromisoformat(mistake["counted_at"])
    enter(count, bread, "-1", moment)
    with shop.inside():
        wrong = db.session.execute(
            select(StockCountEntry.counted_at).where(
                StockCountEntry.product_id == milk, StockCountEntry.quantity == 1
            )
        ).scalar_one()
    enter(count, milk, "-1", wrong)
    enter(count, salt, "0")
    assert lines_of(manager, count) == {
        milk: ("10.000", "10.000", "0.000"),
        salt: ("0.000", "10.000", "-10.000"),
    }
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert [level(shop, one)[0] for one in (milk, bread, salt)] == [9, 10, 0]
    assert books() == []


# --- states and rights -------------------------------------------------------------------------------------------


def test_the_way_of_a_count(shop: Shop, storekeeper: Api, manager: Api, begin: Begin, enter: Enter) -> None:
    milk, count = shop.product(stock="10"), begin()

    def step(name: str, who: Api = storekeeper) -> tuple[int, Any]:
        answer = who.post(f"/api/counts/{count}/{name}")
        return answer.status_code, answer.json.get("status")

    assert step("reopen")[0] == 409
    assert step("finish") == (200, "review")
    assert step("finish")[0] == 409
    late = storekeeper.post(f"/api/counts/{count}/lines", {"product_id": milk, "counted": "1"})
    assert (late.status_code, late.json["code"]) == (409, "count_not_open")
    assert step("reopen") == (200, "counting")
    enter(count, milk, "9")
    assert step("post")[0] == 403
    assert step("finish") == (200, "review")
    assert step("post", manager) == (200, "posted")
    for name in ("finish", "reopen", "cancel", "post"):
        assert step(name, manager)[0] == 409
    assert level(shop, milk)[0] == 9


def test_a_cancelled_count_corrects_nothing(
    shop: Shop, storekeeper: Api, manager: Api, begin: Begin, enter: Enter
) -> None:
    milk, count = shop.product(stock="10"), begin()
    enter(count, milk, "1")
    assert storekeeper.post(f"/api/counts/{count}/cancel").json["status"] == "cancelled"
    assert manager.post(f"/api/counts/{count}/post").status_code == 409
    assert level(shop, milk)[0] == 10


def test_a_blind_count_hides_what_is_expected(
    shop: Shop, storekeeper: Api, manager: Api, begin: Begin, enter: Enter
) -> None:
    small, large = shop.product("Sut", stock="10"), shop.product("Non", stock="90")
    count = begin()
    enter(count, small, "10")
    enter(count, large, "1")
    shown = storekeeper.get(f"/api/counts/{count}", query_string={"only_differences": "true"}).json
    # Neither the figures nor the order nor what is left out tells what the books expect.
    assert [line["product_id"] for line in shown["items"]] == [small, large]
    assert all({"expected", "difference", "value"}.isdisjoint(line) for line in shown["items"])
    assert shown["totals"] == {"lines": 2}
    assert "expected" in manager.get(f"/api/counts/{count}").json["items"][0]
    with shop.inside("owner"):
        db.session.execute(update(StockCount).values(is_blind=False))
    assert "expected" in storekeeper.get(f"/api/counts/{count}").json["items"][0]


def test_money_is_for_those_who_see_costs(
    shop: Shop, storekeeper: Api, begin: Begin, enter: Enter, manager: Api
) -> None:
    from smartpos.identity.models import RolePermission

    milk, count = shop.product(stock="10"), begin(is_blind=False)
    enter(count, milk, "9")
    assert storekeeper.get(f"/api/counts/{count}").json["items"][0]["value"] == "-7000.0000"
    with shop.inside("owner"):
        db.session.query(RolePermission).filter_by(permission="catalog:cost:read").delete()
    shown = storekeeper.get(f"/api/counts/{count}").json
    assert "value" not in shown["items"][0]
    assert shown["items"][0]["difference"] == "-1.000"
    assert shown["totals"] == {"lines": 1, "differing": 1}


def test_a_stranger_finds_nothing(
    shop: Shop, stranger: Shop, begin: Begin, api_of: Callable[..., Api]
) -> None:
    count, other = begin(), api_of("stranger")
    assert other.get(f"/api/counts/{count}").status_code == 404
    for step in ("finish", "reopen", "post", "cancel"):
        assert other.post(f"/api/counts/{count}/{step}").status_code == 404
    milk = shop.product(stock="10")
    entry = other.post(f"/api/counts/{count}/lines", {"product_id": milk, "counted": "1"})
    assert entry.status_code == 404
    cashier = api_of("cashier")
    assert cashier.post("/api/counts", {"branch_id": shop.branch_id}).status_code == 403
    assert cashier.get("/api/counts").status_code == 403
    assert [one["id"] for one in api_of("manager").get("/api/counts").json["items"]] == [count]
    assert other.get("/api/counts").json["items"] == []


def test_a_label_of_the_scale_says_how_much(shop: Shop, storekeeper: Api, begin: Begin) -> None:
    with shop.inside("owner"):
        save_settings({"scale_patterns": "20CCCCCWWWWWX,21CCCCCPPPPPX"}, actor=shop.actor())
    cheese = shop.product("Pishloq", unit="kg", sku="00451", price="40000")
    pieces = shop.product("Tuxum", sku="00452")
    count = begin()

    def enter(digits: str, counted: str = "1") -> Any:
        body = {"barcode": digits + check_digit(digits), "counted": counted}
        return storekeeper.post(f"/api/counts/{count}/lines", body)

    assert enter("200045100350").json["counted"] == "0.350"
    assert enter("210045110000", "2").json["counted"] == "0.500"  # 10 000 so'm, twice
    total = enter("200045100001").json
    assert (total["product_id"], total["total"]) == (cheese, "0.851")
    for refused in ("200099900350", "200045200350", "200045100000"):  # nobody's, of pieces, of nothing
        assert enter(refused).status_code == 422, refused
    assert pieces
