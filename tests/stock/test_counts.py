"""Counting: entries that add up, sales that go on meanwhile, differences that are corrected once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select, update

from smartpos.catalog.models import Category, Product, ProductBarcode, ProductType
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch, BranchKind
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import (
    BranchStock,
    InventoryMovement,
    StockAdjustment,
    StockCount,
    StockCountEntry,
    StockCountLine,
)
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations import counts as operations
from tests.cast import Shop
from tests.conftest import Api

Begin = Callable[..., int]
Enter = Callable[..., Any]


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[Any]]:
    """``books()``: where the books do not agree."""

    def verify() -> list[Any]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    return verify


@pytest.fixture
def storekeeper(api_of: Callable[..., Api]) -> Api:
    return api_of("warehouse")


@pytest.fixture
def manager(api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


@pytest.fixture
def begin(shop: Shop) -> Begin:
    """``begin()``: a count of the shop's branch that began an hour ago; gives its id."""

    def start(hours: float = 1, **facts: Any) -> int:
        with shop.inside("warehouse"):
            count, _is_new = operations.start_count(shop.branch_id, actor=shop.actor("warehouse"), **facts)
            count.created_at = utc_now() - timedelta(hours=hours)
            return count.id

    return start


@pytest.fixture
def enter(storekeeper: Api) -> Enter:
    """``enter(count, product, "5")``: an entry of the storekeeper through the API; must be accepted."""

    def send(
        count: int, product: int, counted: str, at: datetime | None = None, by: Api | None = None
    ) -> Any:
        body = {"product_id": product, "counted": counted, "client_uuid": str(uuid4())}
        if at is not None:
            body["counted_at"] = at.isoformat()
        answer = (by or storekeeper).post(f"/api/counts/{count}/lines", body)
        assert answer.status_code == 201, answer.json
        return answer.json

    return send


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


# --- beginning ---------------------------------------------------------------------------------------------------


def test_a_count_is_begun_once(shop: Shop, storekeeper: Api, books: Callable[[], list[Any]]) -> None:
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
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
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


# --- selling goes on ---------------------------------------------------------------------------------------------


def test_sales_before_and_after_the_counting_are_netted(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    milk = stocked(shop, "20", "100")
    count = begin()
    move(shop, milk, "-2", ago(minutes=50))
    enter(count, milk, "17", ago(minutes=30))
    move(shop, milk, "-5", ago(minutes=10))
    assert lines_of(manager, count) == {milk: ("17.000", "18.000", "-1.000")}
    # Made offline before the counting, arrived after it: the goods were not on the shelf any more.
    move(shop, milk, "-1", ago(minutes=40))
    # Made offline after the counting.
    move(shop, milk, "-3", ago(minutes=20))
    assert lines_of(manager, count) == {milk: ("17.000", "17.000", "0.000")}
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk) == (9, 900)
    with shop.inside():
        assert db.session.query(StockAdjustment).filter_by(notes="SC-000001").count() == 0
        line = db.session.execute(select(StockCountLine)).scalar_one()
        assert (line.expected, line.counted, line.difference, line.value) == (17, 17, 0, 0)
    assert books() == []


def test_more_may_be_sold_than_was_counted(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    milk = stocked(shop, "10")
    count = begin()
    enter(count, milk, "3", ago(minutes=30))
    move(shop, milk, "-8", ago(minutes=10))
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == -5
    assert books() == []


def test_goods_that_the_branch_never_held(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    milk = shop.product("Sut", stock=None, cost="70")
    count = begin()
    enter(count, milk, "3")
    assert lines_of(manager, count) == {milk: ("3.000", "0.000", "3.000")}
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk) == (3, 210)
    assert books() == []


# --- posting -----------------------------------------------------------------------------------------------------


def test_posting_makes_one_correction_and_keeps_the_lines(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    less = shop.product("Sut", stock="10", cost="100")
    more = shop.product("Non", stock="10", cost="50")
    same = shop.product("Tuz", stock="10", cost="7")
    count = begin()
    for product, counted in ((less, "8"), (more, "11"), (same, "10")):
        enter(count, product, counted)
    answer = manager.post(f"/api/counts/{count}/post")
    assert (answer.status_code, answer.json["status"]) == (200, "posted")
    assert answer.json["finished_by"] == answer.json["posted_by"] == shop.users["manager"]
    details = manager.get(f"/api/counts/{count}").json
    assert [(line["product_id"], line["difference"], line["value"]) for line in details["items"]] == [
        (less, "-2.000", "-200.0000"),
        (more, "1.000", "50.0000"),
        (same, "0.000", "0.0000"),
    ]
    assert details["totals"] == {"lines": 3, "differing": 2, "up": "50.0000", "down": "-200.0000"}
    assert list(lines_of(manager, count, only_differences="true")) == [less, more]
    with shop.inside():
        document = db.session.get_one(StockAdjustment, details["adjustment_id"])
        assert document.reason.value == "count"
        moved = db.session.execute(
            select(InventoryMovement.product_id, InventoryMovement.quantity, InventoryMovement.value).where(
                InventoryMovement.origin_kind == "stock_adjustment",
                InventoryMovement.origin_id == document.id,
            )
        ).all()
        assert sorted(map(tuple, moved)) == sorted([(less, -2, -200), (more, 1, 50)])
    again = manager.post(f"/api/counts/{count}/post")
    assert (again.status_code, again.json["code"]) == (409, "count_not_open")
    assert level(shop, less) == (8, 800)
    assert books() == []


def test_lines_come_in_pages(shop: Shop, manager: Api, begin: Begin, enter: Enter) -> None:
    count = begin(is_blind=False)
    products = [shop.product(stock="10", cost="100") for _number in range(5)]
    for place, product in enumerate(products):
        enter(count, product, str(10 - place % 3))
    seen, cursor = [], None
    while True:
        answer = manager.get(f"/api/counts/{count}", query_string={"limit": 2, "cursor": cursor or ""}).json
        seen += [(line["product_id"], line["value"]) for line in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert [product for product, _value in seen] == [products[place] for place in (2, 1, 4, 0, 3)]
    assert manager.get(f"/api/counts/{count}", query_string={"cursor": "x"}).status_code == 422


def test_what_nobody_counted_is_not_there(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    milk = shop.product("Sut", stock="10", cost="100")
    bread = shop.product("Non", stock="4", cost="50")
    count = begin(covers_uncounted=True)
    enter(count, milk, "10")
    assert manager.post(f"/api/counts/{count}/finish").status_code == 200
    # Sold after the count was finished: it was there after all, and this much of it is not missing.
    move(shop, bread, "-1")
    assert lines_of(manager, count) == {
        milk: ("10.000", "10.000", "0.000"),
        bread: ("0.000", "4.000", "-4.000"),
    }
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == 10
    assert level(shop, bread)[0] == -1
    assert books() == []


def test_uncounted_goods_stay_unless_the_count_covers_them(
    shop: Shop, manager: Api, begin: Begin, enter: Enter
) -> None:
    milk, bread = shop.product(stock="10"), shop.product(stock="4")
    count = begin()
    enter(count, milk, "9")
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert (level(shop, milk)[0], level(shop, bread)[0]) == (9, 4)


def test_an_empty_count_changes_nothing(shop: Shop, manager: Api, begin: Begin) -> None:
    milk, count = shop.product(stock="10"), begin()
    assert manager.post(f"/api/counts/{count}/post").json["status"] == "posted"
    assert level(shop, milk)[0] == 10
    assert manager.get(f"/api/counts/{count}").json["adjustment_id"] is None


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_posting_takes_as_many_statements_for_many_lines(shop: Shop, begin: Begin) -> None:
    def posted(lines: int) -> int:
        products = [shop.product(stock="10") for _number in range(lines)]
        count = begin()
        with shop.inside("manager"):
            db.session.add_all(
                StockCountEntry(
                    count_id=count, product_id=product, quantity=Decimal(9), counted_at=ago(minutes=5)
                )
                for product in products
            )
        with shop.inside("manager"):
            actor = shop.actor("manager")
            with statements() as sent:
                operations.post_count(count, actor=actor)
            return len(sent)

    few, many = posted(2), posted(60)
    assert few == many
    assert many <= 14


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


def test_a_lot_that_has_expired_is_counted_off_too(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Callable[[], list[Any]]
) -> None:
    from smartpos.stock.operations import Lot

    milk = shop.product("Sut", stock=None, track_batches=True)
    with shop.inside("warehouse"):
        post_movements(
            [
                Movement(
                    milk, Decimal(5), Decimal(100), lot=Lot("A-1", (utc_now() - timedelta(days=9)).date())
                )
            ],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            allow_expired=True,
            actor=shop.actor("warehouse"),
        )
        product = db.session.get_one(Product, milk)
        assert product.track_batches
    count = begin()
    enter(count, milk, "2", ago(minutes=0))
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == 2
    assert books() == []
