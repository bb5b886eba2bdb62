"""Goods come back: never more than were sold, the money to the tiyin, and everything in the books."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import Event
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.sales.models import Approval, Sale, SaleItem, Shift
from smartpos.sales.operations import open_shift
from smartpos.sales.totals import amount_of, count_of
from smartpos.stock.models import AdjustmentReason, BranchStock, InventoryMovement, StockAdjustment
from tests.cast import PIN, Shop
from tests.conftest import Api
from tests.sales.counter import (
    Books,
    cash_of,
    item,
    paid,
    part,
    refund,
    set_setting,
    sold,
    status_of,
    stock_of,
)


@pytest.fixture
def shift(shop: Shop) -> int:
    """The manager's open shift with 500 000 in the drawer."""
    with shop.inside("manager"):
        return open_shift(shop.till_id, opening_cash=Decimal(500_000), actor=shop.actor("manager")).id


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], shift: int) -> Api:
    """The manager at a till: may take goods back."""
    return api_of("manager")


def test_a_part_comes_back(shop: Shop, till: Api, shift: int, books: Books) -> None:
    milk, bread = shop.product("Sut", price="13500"), shop.product("Non", price="4000")
    sale = sold(till, item(milk, 3), item(bread, 2))
    answer = refund(till, sale, part(sale, 0, 1), reason="nordon")
    assert answer.status_code == 201, answer.json
    back = answer.json
    assert (back["type"], back["original_id"], back["reason"]) == ("refund", sale["id"], "nordon")
    assert (back["total"], back["gross"], back["tax"]) == ("-13500.00", "-13500.00", "-1446.43")
    assert back["number"] == "1-1-2"
    line = back["items"][0]
    assert (line["quantity"], line["total"], line["returns_id"]) == (
        "-1.000",
        "-13500.00",
        sale["items"][0]["id"],
    )
    assert line["restock"] == "sale"
    assert paid(back) == {"cash": "-13500.00"}
    assert stock_of(shop, milk) == (98, 98 * 7000)
    assert cash_of(shop, shift) == 500_000 + 48_500 - 13_500
    now = till.get(f"/api/sales/{sale['id']}").json
    assert now["status"] == "partly_returned"
    assert [line["returned"] for line in now["items"]] == ["1.000", "0.000"]
    assert till.get(f"/api/sales/{back['id']}").json == back
    assert books() == []


def test_the_whole_comes_back_in_pieces_to_the_tiyin(shop: Shop, till: Api, books: Books) -> None:
    milk = shop.product("Sut", price="9999.99", cost="6666.67")
    meat = shop.product("Go'sht", price="98765", unit="kg", cost="70000.01")
    sale = sold(till, item(milk, 3, discount="1000.01"), item(meat, "1.234"), discount="777.77")
    sums = dict.fromkeys(("gross", "discount", "tax", "total"), Decimal(sale["total"]) * 0)
    for parts in ([part(sale, 0, 1), part(sale, 1, "0.111")], [part(sale, 1, "1.001")], [part(sale, 0, 2)]):
        answer = refund(till, sale, *parts)
        assert answer.status_code == 201, answer.json
        for name in sums:
            sums[name] += Decimal(answer.json[name])
        assert status_of(shop, sale["id"]) == "partly_returned"
    last = refund(till, sale, part(sale, 1, "0.122"))
    for name in sums:
        sums[name] += Decimal(last.json[name])
    assert {name: -amount for name, amount in sums.items()} == {name: Decimal(sale[name]) for name in sums}
    assert status_of(shop, sale["id"]) == "returned"
    assert stock_of(shop, milk)[0] == 100
    with shop.inside():
        cost = select(SaleItem.cost_amount).join(Sale, Sale.id == SaleItem.sale_id)
        costs = db.session.scalars(cost).all()
    assert sum(costs) == 0
    assert books() == []


def test_never_more_than_was_sold(shop: Shop, till: Api, shift: int) -> None:
    milk, bread = shop.product("Sut", price="1000"), shop.product("Non", price="2000")
    sale = sold(till, item(milk, 3), item(bread, 2), item(milk, 1))
    assert refund(till, sale, part(sale, 0, 2)).status_code == 201
    before = cash_of(shop, shift)
    answer = refund(till, sale, part(sale, 0, 1), part(sale, 0, 1), part(sale, 1, 3), part(sale, 2, 1))
    assert (answer.status_code, answer.json["code"]) == (409, "too_much_returned")
    assert [
        (line["name"], line["sold"], line["returned"], line["left"], line["asked"])
        for line in answer.json["lines"]
    ] == [
        ("Sut", "3.000", "2.000", "1.000", "2.000"),
        ("Non", "2.000", "0.000", "2.000", "3.000"),
    ]
    assert cash_of(shop, shift) == before
    assert refund(till, sale, part(sale, 0, 1)).status_code == 201
    assert refund(till, sale, part(sale, 0, 1)).status_code == 409


def test_the_same_request_again_writes_nothing(shop: Shop, till: Api, shift: int, books: Books) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3))
    uuid = str(uuid4())
    first = refund(till, sale, part(sale, 0, 1), client_uuid=uuid)
    cash = cash_of(shop, shift)
    again = refund(till, sale, part(sale, 0, "1.000"), client_uuid=uuid)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    other = refund(till, sale, part(sale, 0, 2), client_uuid=uuid)
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    assert refund(till, sale, part(sale, 0, 1), client_uuid=sale["client_uuid"]).status_code == 409
    assert cash_of(shop, shift) == cash
    assert books() == []


def test_a_refund_of_a_refund_is_refused(shop: Shop, till: Api) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3))
    back = refund(till, sale, part(sale, 0, 1)).json
    answer = refund(till, back, {"sale_item_id": back["items"][0]["id"], "quantity": 1})
    assert (answer.status_code, answer.json["code"]) == (409, "refund_of_refund")


# --- who may -----------------------------------------------------------------------------------------------------


def test_others_receipts_come_back_too_but_a_stranger_finds_nothing(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], open_till: int, books: Books
) -> None:
    cashier = api_of("cashier")
    sale = sold(cashier, item(shop.product(price="1000"), 3))
    with shop.inside("manager"):
        open_shift(shop.till2_id, opening_cash=Decimal(10_000), actor=shop.actor("manager"))
    back = refund(api_of("manager"), sale, part(sale, 0, 1))
    assert back.status_code == 201
    assert back.json["number"].startswith("2-")
    with stranger.inside("stranger"):
        open_shift(stranger.till_id, opening_cash=Decimal(10_000), actor=stranger.actor("stranger"))
    other = api_of("stranger")
    assert refund(other, sale, part(sale, 0, 1)).status_code == 404
    assert other.get(f"/api/sales/{sale['id']}/refundable").status_code == 404
    mine = sold(other, item(stranger.product(price="1000"), 1))
    # Lines of another tenant are as unknown as lines that never were.
    answer = refund(other, mine, part(sale, 0, 1))
    assert (answer.status_code, answer.json["code"]) == (404, "sale_item_not_found")
    assert books() == []


def test_a_cashier_needs_an_approval(shop: Shop, api_of: Callable[..., Api], open_till: int) -> None:
    cashier = api_of("cashier")
    sale = sold(cashier, item(shop.product(price="1000"), 3))
    uuid = str(uuid4())
    refused = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid)
    assert refused.status_code == 403
    assert refused.json["approval"] == "sales:sale:refund"
    forged = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid, approvals=[str(uuid4())])
    assert (forged.status_code, forged.json["approval"]) == (403, "sales:sale:refund")
    given = cashier.post(
        "/api/approvals",
        {
            "action": "sales:sale:refund",
            "user_id": shop.users["manager"],
            "pin": PIN,
            "subject_uuid": uuid,
        },
    )
    assert given.status_code == 201, given.json
    token = given.json["token"]
    # For another refund it is worth nothing.
    assert refund(cashier, sale, part(sale, 0, 1), approvals=[token]).status_code == 403
    allowed = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid, approvals=[token])
    assert allowed.status_code == 201, allowed.json
    assert allowed.json["cashier"] == "Cashier"
    with shop.inside():
        approval = db.session.scalars(select(Approval)).one()
        assert (approval.origin_kind, approval.origin_id) == ("sale", allowed.json["id"])
        assert approval.used_at is not None
    again = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid, approvals=[token])
    assert (again.status_code, again.json) == (200, allowed.json)


def test_any_receipt_is_found_by_what_is_printed_on_it(
    shop: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    sale = sold(api_of("cashier"), item(shop.product(price="1000"), 3))
    other = api_of("cashier2")
    assert other.get("/api/sales").json["items"] == []
    for code in (sale["number"], sale["client_uuid"], "W-" + sale["client_uuid"][:8].upper()):
        assert [
            one["id"] for one in other.get("/api/sales", query_string={"receipt": code}).json["items"]
        ] == [sale["id"]], code
    assert other.get("/api/sales", query_string={"receipt": "1-1-99"}).json["items"] == []
    what = other.get(f"/api/sales/{sale['id']}/refundable").json
    assert what["total_left"] == "3000.00"
    # No more than that: a look into colleagues' receipts still needs the right.
    assert other.get(f"/api/sales/{sale['id']}").status_code == 404


def test_without_a_shift_nothing_comes_back(shop: Shop, api_of: Callable[..., Api], open_till: int) -> None:
    sale = sold(api_of("cashier"), item(shop.product(price="1000"), 3))
    answer = refund(api_of("manager"), sale, part(sale, 0, 1))
    assert (answer.status_code, answer.json["code"]) == (409, "no_open_shift")


# --- money -------------------------------------------------------------------------------------------------------


def test_goods_come_back_with_the_cost_they_had(shop: Shop, till: Api, books: Books) -> None:
    from smartpos.stock.operations import Movement, post_movements

    milk = shop.product(price="13500", cost="9000", stock="3")
    sale = sold(till, item(milk, 2))
    with shop.inside("owner"):
        post_movements(
            [Movement(milk, Decimal(1), Decimal(12000))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor(),
        )
    refund(till, sale)
    # Dearer ones have come since; these bring back what they took along.
    assert stock_of(shop, milk) == (4, 9000 + 12000 + 18000)
    assert books() == []


def test_damaged_goods_are_written_off(shop: Shop, till: Api, books: Books) -> None:
    milk = shop.product(price="13500", cost="9000")
    sale = sold(till, item(milk, 5))
    back = refund(till, sale, part(sale, 0, 2, restock="damaged"), part(sale, 0, 1)).json
    assert [line["restock"] for line in back["items"]] == ["damaged", "sale"]
    assert stock_of(shop, milk) == (96, 96 * 9000)
    with shop.inside():
        document = db.session.scalars(
            select(StockAdjustment).where(StockAdjustment.reason == AdjustmentReason.DAMAGE)
        ).one()
        movement = db.session.scalars(
            select(InventoryMovement).where(
                InventoryMovement.origin_kind == "stock_adjustment",
                InventoryMovement.origin_id == document.id,
            )
        ).one()
        assert (movement.quantity, movement.value) == (-2, -18000)
        assert back["number"] in (document.notes or "")
    assert books() == []


def test_what_does_not_come_back_leaves_its_cost_behind(shop: Shop, till: Api, books: Books) -> None:
    milk = shop.product(price="13500", cost="9000")
    sale = sold(till, item(milk, 5))
    back = refund(till, sale, part(sale, 0, 2, restock="none")).json
    assert back["total"] == "-27000.00"
    assert stock_of(shop, milk) == (95, 95 * 9000)
    with shop.inside():
        assert db.session.execute(select(Sale.cost_amount).where(Sale.id == back["id"])).scalar_one() == 0
    refund(till, sale, part(sale, 0, 3))
    assert status_of(shop, sale["id"]) == "returned"
    assert stock_of(shop, milk)[0] == 98
    assert books() == []


def test_services_and_goods_of_which_no_stock_is_kept(shop: Shop, till: Api, books: Books) -> None:
    service = shop.product(price="5000", stock=None, track_inventory=False)
    sale = sold(till, item(service, 2))
    for restock in ("sale", "damaged"):
        assert refund(till, sale, part(sale, 0, 1, restock=restock)).status_code == 201
    assert books() == []


def test_goods_go_to_the_branch_that_takes_them_back(
    shop: Shop, api_of: Callable[..., Api], open_till: int, books: Books
) -> None:
    from smartpos.identity.models import Branch
    from smartpos.identity.operations import create_branch, create_till

    milk = shop.product(price="1000", cost="700")
    sale = sold(api_of("cashier"), item(milk, 3))
    with shop.inside("owner"):
        from smartpos.identity.models import BranchKind

        other = create_branch(name="Yunusobod", kind=BranchKind.STORE, actor=shop.actor())
        place = create_till(branch=db.session.get_one(Branch, other.id), name="Kassa", actor=shop.actor()).id
    with shop.inside("manager"):
        open_shift(place, opening_cash=Decimal(10_000), actor=shop.actor("manager"))
    assert refund(api_of("manager"), sale, part(sale, 0, 2)).status_code == 201
    assert stock_of(shop, milk)[0] == 97
    assert books() == []


def test_goods_come_back_into_a_branch_below_zero(shop: Shop, till: Api, books: Books) -> None:
    set_setting(shop, "sell_below_zero", True)
    milk = shop.product(price="1000", cost="700", stock="1")
    sale = sold(till, item(milk, 5))
    assert stock_of(shop, milk)[0] == -4
    assert refund(till, sale, part(sale, 0, 1), part(sale, 0, 1, restock="damaged")).status_code == 201
    assert stock_of(shop, milk)[0] == -3
    assert refund(till, sale, part(sale, 0, 3)).status_code == 201
    assert stock_of(shop, milk)[0] == 0
    assert books() == []


def test_packs_come_back_whole(shop: Shop, till: Api, books: Books) -> None:
    from smartpos.catalog.models import ProductBarcode

    water = shop.product(price="1000", cost="500")
    with shop.inside("owner"):
        db.session.add(
            ProductBarcode(
                product_id=water, barcode="4780000009999", multiplier=Decimal(6), price=Decimal(5500)
            )
        )
    sale = sold(till, {"barcode": "4780000009999", "quantity": 2})
    assert refund(till, sale, part(sale, 0, "0.5")).json["code"] == "quantity_too_fine"
    assert refund(till, sale, part(sale, 0, 1)).json["total"] == "-5500.00"
    assert stock_of(shop, water)[0] == 94
    assert books() == []


# --- the shift ---------------------------------------------------------------------------------------------------


def test_the_shift_counts_refunds(shop: Shop, till: Api, shift: int) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3))
    back = refund(till, sale, part(sale, 0, 1)).json
    with shop.inside():
        row = db.session.get_one(Shift, shift)
        assert (count_of(row.totals, "sale"), count_of(row.totals, "refund")) == (1, 1)
        assert amount_of(row.totals, "refunded") == 1000
        assert amount_of(row.totals, "payments", "cash") == 2000
        entry = db.session.scalars(select(CashEntry).where(CashEntry.origin_id == back["id"])).one()
        assert (entry.kind, entry.amount, entry.origin_kind) == (CashEntryKind.REFUND, -1000, "sale")


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "status"),
    [
        (0, 422),
        ("-1", 422),
        ("0.5", 422),
        ("0.0001", 422),
        ("99999999999.999", 422),
        ("1e40", 422),
        ("NaN", 422),
        (True, 422),
        (None, 422),
        ([], 422),
        (99_999_999, 409),
    ],
)
def test_bad_quantities(shop: Shop, till: Api, shift: int, quantity: Any, status: int) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3))
    answer = refund(till, sale, part(sale, 0, quantity))
    assert answer.status_code == status, answer.json
    assert cash_of(shop, shift) == 503_000


def test_lines_that_the_receipt_does_not_have(shop: Shop, till: Api) -> None:
    milk = shop.product(price="1000")
    one, other = sold(till, item(milk, 3)), sold(till, item(milk, 3))
    answer = refund(till, one, part(other, 0, 1), {"sale_item_id": 2**62, "quantity": 1}, part(one, 0, 1))
    assert (answer.status_code, answer.json["code"]) == (404, "sale_item_not_found")
    assert answer.json["items"] == [other["items"][0]["id"], 2**62]
    for wrong in (0, -1, 2**70, "x", None, 1.5):
        assert refund(till, one, {"sale_item_id": wrong, "quantity": 1}).status_code == 422
    assert till.post(f"/api/sales/{one['id']}/refund", {"client_uuid": str(uuid4()), "items": []}).json[
        "code"
    ] == ("empty_refund")
    assert (
        till.post(
            f"/api/sales/{2**62}/refund", {"client_uuid": str(uuid4()), "items": [part(one, 0, 1)]}
        ).status_code
        == 404
    )
    many = [part(one, 0, 1)] * 1001
    assert refund(till, one, *many).json["code"] == "too_many_lines"
    for body in (None, [], {}, {"client_uuid": "x"}, {"client_uuid": str(uuid4()), "items": {}}):
        assert till.post(f"/api/sales/{one['id']}/refund", body).status_code in {400, 422}
    assert refund(till, one, part(one, 0, 1, restock="elsewhere")).status_code == 422
    assert refund(till, one, part(one, 0, 1), reason="x" * 501).status_code == 422
    assert refund(till, one, part(one, 0, 1), discount="5").status_code == 422
    assert refund(till, one, part(one, 0, 1), sold_at="2001-01-01T00:00:00Z").json["code"] == "wrong_sold_at"
    assert status_of(shop, one["id"]) == "completed"


def test_damaged_goods_do_not_tell_that_there_is_enough_again(shop: Shop, till: Api) -> None:
    milk = shop.product(stock="6", price="13500", cost="9000")
    with shop.inside("owner"):
        stock = db.session.scalars(
            select(BranchStock).where(BranchStock.product_id == milk, BranchStock.branch_id == shop.branch_id)
        ).one()
        stock.min_quantity = Decimal(5)
    sale = sold(till, item(milk, 2))

    def told() -> list[str]:
        with shop.inside():
            named = select(Event.name).where(Event.name.like("stock.level_%"))
            return list(db.session.scalars(named.order_by(Event.id)))

    assert told() == ["stock.level_fell_below"]
    assert refund(till, sale, part(sale, 0, 2, restock="damaged")).status_code == 201
    loose = {"items": [item(milk, 2, restock="damaged")], "reason": "singan", "client_uuid": str(uuid4())}
    assert till.post("/api/refunds", loose).status_code == 201
    assert (told(), stock_of(shop, milk)[0]) == (["stock.level_fell_below"], 4)
    # What comes back whole is told, even beside what does not.
    loose["items"] = [item(milk, 2), item(milk, 2, restock="damaged")]
    loose["client_uuid"] = str(uuid4())
    assert till.post("/api/refunds", loose).status_code == 201
    assert told() == ["stock.level_fell_below", "stock.level_recovered"]
