"""Selling over the API, as the till and other programs do."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Price, PriceType, Product, ProductBarcode, ProductStatus, ProductType
from smartpos.core.db import db, utc_now
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.identity.models import AppSetting
from smartpos.sales.models import Sale, SaleItem, Shift
from smartpos.stock.models import BranchStock, InventoryMovement
from tests.cast import Shop
from tests.conftest import Api


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], open_till: int) -> Api:
    """The cashier's API client, with an open shift."""
    return api_of("cashier")


def sale(*items: dict[str, Any], **facts: Any) -> dict[str, Any]:
    payments = facts.pop("payments", None)
    if payments is None:
        payments = [{"method": "cash", "amount": facts.pop("cash", "100000")}]
    return {"client_uuid": str(uuid4()), "items": list(items), "payments": payments} | facts


def item(product_id: int, quantity: Any = 1, **facts: Any) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": quantity} | facts


def set_setting(shop: Shop, key: str, value: Any) -> None:
    with shop.inside("owner"):
        db.session.add(AppSetting(key=key, value=value))


def on_hand(shop: Shop, product_id: int) -> Decimal:
    with shop.inside():
        return db.session.execute(
            select(BranchStock.quantity).where(
                BranchStock.product_id == product_id, BranchStock.branch_id == shop.branch_id
            )
        ).scalar_one()


def counts(shop: Shop) -> list[int]:
    with shop.inside():
        return [
            db.session.query(table).count() for table in (Sale, SaleItem, InventoryMovement, CashEntry)
        ] + list(db.session.execute(select(Shift.last_number)).scalars())


def tenders(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["method"], one["amount"], one["tendered"]) for one in body["payments"]]


def test_a_sale_is_answered_with_the_receipt(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    milk = shop.product("Sut", price="13500", barcode="4780000000019")
    bread = shop.product("Non", price="4000")
    answer = till.post(
        "/api/sell", sale(item(milk, "2"), {"barcode": "4780000000019", "quantity": 1}, item(bread, 3.0))
    )
    assert answer.status_code == 201, answer.json
    body = answer.json
    assert body["number"] == "1-1-1"
    assert (body["total"], body["tax"], body["discount"]) == ("52500.00", "5625.00", "0.00")
    assert (body["paid"], body["change"], body["rounding"]) == ("100000.00", "47500.00", "0.00")
    assert tenders(body) == [("cash", "52500.00", "100000.00")]
    assert (body["cashier"], body["branch"], body["till"]) == ("Cashier", "Chilonzor", "1-kassa")
    assert [(line["name"], line["quantity"], line["total"]) for line in body["items"]] == [
        ("Sut", "2.000", "27000.00"),
        ("Sut", "1.000", "13500.00"),
        ("Non", "3.000", "12000.00"),
    ]
    assert not any("cost" in key for key in body) and not any("cost" in key for key in body["items"][0])
    assert on_hand(shop, milk) == 97
    assert on_hand(shop, bread) == 97
    assert books() == []


def test_the_same_request_again_gets_the_same_answer_and_writes_nothing(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500", stock="2")
    request = sale(item(milk, "2"))
    first = till.post("/api/sell", request)
    before = counts(shop)
    # Another way to write the same numbers is the same request; and that the goods are gone now does not matter.
    again = till.post(
        "/api/sell", request | {"items": [item(milk, 2)], "payments": [{"method": "cash", "amount": 100000}]}
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.data == first.data
    assert counts(shop) == before


def test_the_same_request_is_answered_after_the_shift_was_closed(
    shop: Shop, till: Api, open_till: int
) -> None:
    request = sale(item(shop.product(price="13500"), "2"))
    first = till.post("/api/sell", request)
    assert till.post(f"/api/shifts/{open_till}/close", {"closing_cash": "77000"}).status_code == 200
    assert till.post("/api/sell", request).data == first.data
    assert till.post("/api/sell", sale(item(shop.product()))).json["code"] == "no_open_shift"


def test_the_same_uuid_for_another_sale_is_refused(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500")
    request = sale(item(milk, "2"))
    assert till.post("/api/sell", request).status_code == 201
    before = counts(shop)
    answer = till.post("/api/sell", request | {"items": [item(milk, "3")]})
    assert (answer.status_code, answer.json["code"]) == (409, "client_uuid_reused")
    assert counts(shop) == before


def test_receipts_are_numbered_by_till_shift_and_count(
    shop: Shop, till: Api, api_of: Callable[..., Api]
) -> None:
    milk = shop.product(price="1000")
    assert [till.post("/api/sell", sale(item(milk))).json["number"] for _sale in range(3)] == [
        "1-1-1",
        "1-1-2",
        "1-1-3",
    ]
    other = api_of("cashier2")
    other.post("/api/shifts/open", {"till_id": shop.till2_id, "opening_cash": 0})
    assert other.post("/api/sell", sale(item(milk))).json["number"] == "2-1-1"


def test_without_an_open_shift_nothing_is_sold(shop: Shop, api_of: Callable[..., Api]) -> None:
    answer = api_of("cashier").post("/api/sell", sale(item(shop.product())))
    assert (answer.status_code, answer.json["code"]) == (409, "no_open_shift")


def test_every_line_that_is_short_is_named(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    milk = shop.product("Sut", price="1000", stock="5")
    bread = shop.product("Non", price="1000", stock="1")
    salt = shop.product("Tuz", price="1000")
    never = shop.product("Shakar", price="1000", stock=None)
    before = counts(shop)
    answer = till.post(
        "/api/sell", sale(item(milk, 3), item(bread, 2), item(salt, 1), item(milk, 3), item(never))
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not_enough_stock")
    assert answer.json["lines"] == [
        {"product_id": milk, "name": "Sut", "requested": "6.000", "available": "5.000"},
        {"product_id": bread, "name": "Non", "requested": "2.000", "available": "1.000"},
        {"product_id": never, "name": "Shakar", "requested": "1.000", "available": "0.000"},
    ]
    assert counts(shop) == before
    assert books() == []


def test_a_shop_may_sell_below_zero(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    set_setting(shop, "sell_below_zero", True)
    milk = shop.product("Sut", price="1000", stock="5", cost="600")
    never = shop.product("Non", price="1000", stock=None, cost="700")
    assert till.post("/api/sell", sale(item(milk, 7), item(never, 2))).status_code == 201
    assert on_hand(shop, milk) == -2
    assert on_hand(shop, never) == -2
    with shop.inside():
        costs = db.session.execute(select(SaleItem.cost_amount).order_by(SaleItem.line_number)).scalars()
        assert list(costs) == [4200, 1400]
    assert books() == []


def test_too_little_is_not_enough(shop: Shop, till: Api) -> None:
    request = sale(
        item(shop.product(price="13500"), 2),
        payments=[{"method": "card", "amount": "20000"}, {"method": "cash", "amount": 6999.5}],
    )
    answer = till.post("/api/sell", request)
    assert (answer.status_code, answer.json["code"], answer.json["missing"]) == (422, "underpaid", "0.50")


def test_change_is_given_on_cash_alone(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500")
    answer = till.post("/api/sell", sale(item(milk), payments=[{"method": "transfer", "amount": "13500.01"}]))
    assert (answer.status_code, answer.json["code"], answer.json["excess"]) == (422, "overpaid", "0.01")
    both = [{"method": "card", "amount": "13500"}, {"method": "cash", "amount": "1000"}]
    assert till.post("/api/sell", sale(item(milk), payments=both)).json["code"] == "overpaid"
    mixed = [
        {"method": "card", "amount": "10000"},
        {"method": "cash", "amount": "2000"},
        {"method": "cash", "amount": "5000"},
    ]
    body = till.post("/api/sell", sale(item(milk), payments=mixed)).json
    assert (body["payment_method"], body["change"]) == ("mixed", "3500.00")
    assert tenders(body) == [("cash", "3500.00", "7000.00"), ("card", "10000.00", "10000.00")]


def test_discounts_of_lines_and_of_the_cart_add_up(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    milk, bread = shop.product(price="13500"), shop.product(price="4000")
    body = till.post("/api/sell", sale(item(milk, 2, discount="2000"), item(bread, 3), discount="1000")).json
    assert (body["gross"], body["discount"], body["total"]) == ("39000.00", "3000.00", "36000.00")
    assert [line["cart_discount"] for line in body["items"]] == ["675.68", "324.32"]
    assert books() == []


def test_a_discount_needs_the_right_and_keeps_to_the_limit(shop: Shop, till: Api) -> None:
    milk = shop.product(price="10000")
    assert till.post("/api/sell", sale(item(milk, discount="10000.01"))).json["code"] == "discount_too_large"
    assert till.post("/api/sell", sale(item(milk), discount="10000.01")).json["code"] == "discount_too_large"
    set_setting(shop, "max_discount_percent", 10)
    answer = till.post("/api/sell", sale(item(milk, discount="500"), discount="500.01"))
    assert (answer.status_code, answer.json["code"]) == (422, "discount_above_limit")
    assert till.post("/api/sell", sale(item(milk, discount="500"), discount="500")).status_code == 201
    with shop.inside("owner"):
        from smartpos.identity.models import Role, RolePermission

        role = db.session.execute(select(Role).where(Role.key == "cashier")).scalar_one()
        db.session.query(RolePermission).filter_by(role_id=role.id, permission="sales:sale:discount").delete()
    answer = till.post("/api/sell", sale(item(milk), discount="1"))
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert till.post("/api/sell", sale(item(milk))).status_code == 201


def test_a_free_receipt_needs_no_payment(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    body = till.post("/api/sell", sale(item(shop.product(price="10000"), discount="10000"), payments=[])).json
    assert (body["total"], body["payments"], body["change"]) == ("0.00", [], "0.00")
    assert books() == []


def test_the_price_is_the_servers(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500")
    answer = till.post("/api/sell", sale(item(milk, price="1")))
    assert (answer.status_code, answer.json["approval"]) == (403, "sales:sale:change_price")
    shown = till.post("/api/sell", sale(item(milk, shown_price="1")))
    assert shown.json["total"] == "13500.00"
    with shop.inside("owner"):
        retail = db.session.execute(select(PriceType.id).where(PriceType.is_default)).scalar_one_or_none()
        if retail is None:
            kind = PriceType(name="Chakana", is_default=True)
            db.session.add(kind)
            db.session.flush()
            retail = kind.id
        db.session.add(
            Price(product_id=milk, price_type_id=retail, branch_id=shop.branch_id, price=Decimal(12000))
        )
    assert till.post("/api/sell", sale(item(milk))).json["total"] == "12000.00"


def test_a_pack_is_counted_by_the_pack_and_leaves_stock_by_the_piece(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    gum = shop.product("Saqich", price="1000")
    with shop.inside("owner"):
        db.session.add(
            ProductBarcode(
                product_id=gum, barcode="BLOK", multiplier=Decimal(12), price=Decimal(11000), title="blok"
            )
        )
        db.session.add(ProductBarcode(product_id=gum, barcode="SIX", multiplier=Decimal(6)))
    lines = [{"barcode": "BLOK", "quantity": 2}, {"barcode": "SIX", "quantity": 1}, item(gum, 1)]
    body = till.post("/api/sell", sale(*lines)).json
    assert [(line["unit"], line["price"], line["quantity"], line["total"]) for line in body["items"]] == [
        ("blok", "11000.00", "2.000", "22000.00"),
        ("dona", "6000.00", "1.000", "6000.00"),
        ("dona", "1000.00", "1.000", "1000.00"),
    ]
    assert on_hand(shop, gum) == 100 - 24 - 6 - 1
    answer = till.post("/api/sell", sale({"barcode": "BLOK", "quantity": "0.5"}))
    assert (answer.status_code, answer.json["code"]) == (422, "quantity_too_fine")
    assert books() == []


def test_a_barcode_and_a_product_must_agree(shop: Shop, till: Api) -> None:
    milk, bread = shop.product(barcode="4780000000026"), shop.product()
    answer = till.post("/api/sell", sale(item(bread, barcode="4780000000026")))
    assert (answer.status_code, answer.json["code"]) == (422, "barcode_of_another_product")
    assert till.post("/api/sell", sale(item(milk, barcode="4780000000026"))).status_code == 201


def test_goods_by_weight_have_three_digits_and_pieces_none(shop: Shop, till: Api) -> None:
    meat = shop.product("Go'sht", price="98000", unit="kg")
    milk = shop.product("Sut")
    assert till.post("/api/sell", sale(item(meat, "0.735"))).json["total"] == "72030.00"
    answer = till.post("/api/sell", sale(item(meat, "0.735"), item(milk, "1.5")))
    assert (answer.status_code, answer.json["code"]) == (422, "quantity_too_fine")
    assert answer.json["lines"] == [
        {"line": 2, "product_id": milk, "name": "Sut", "quantity": "1.500", "digits": 0}
    ]


def test_a_service_leaves_no_stock_and_costs_what_it_says(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    delivery = shop.product("Yetkazish", price="20000", cost="15000", stock=None, type=ProductType.SERVICE)
    bag = shop.product("Paket", price="500", cost="200", stock=None, track_inventory=False)
    assert till.post("/api/sell", sale(item(delivery), item(bag, 3))).status_code == 201
    with shop.inside():
        assert db.session.query(InventoryMovement).count() == 0
        assert db.session.execute(select(Sale.cost_amount)).scalar_one() == 15600
    assert books() == []


def test_the_cost_of_goods_is_kept(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500", cost="9000.5", stock="10")
    till.post("/api/sell", sale(item(milk, 3)))
    with shop.inside():
        line = db.session.execute(select(SaleItem)).scalar_one()
        assert (line.unit_cost, line.cost_amount) == (Decimal("9000.5"), Decimal("27001.5"))
        movement = db.session.execute(
            select(InventoryMovement).where(InventoryMovement.origin_kind == "sale")
        ).scalar_one()
        assert (movement.quantity, movement.value) == (-3, Decimal("-27001.5"))


@pytest.mark.parametrize("change", [{"status": ProductStatus.INACTIVE}, {"deleted_at": utc_now()}])
def test_what_is_not_for_sale_is_named(shop: Shop, till: Api, change: dict[str, Any]) -> None:
    milk = shop.product("Sut", **change)
    answer = till.post("/api/sell", sale(item(milk)))
    assert (answer.status_code, answer.json["code"]) == (422, "product_not_active")
    assert answer.json["products"] == [{"product_id": milk, "name": "Sut"}]


def test_what_nobody_knows_is_named(shop: Shop, stranger: Shop, till: Api) -> None:
    foreign = stranger.product(barcode="4780000000033")
    answer = till.post(
        "/api/sell", sale(item(foreign), {"barcode": "4780000000033", "quantity": 1}, item(shop.product()))
    )
    assert (answer.status_code, answer.json["code"]) == (404, "product_not_found")
    assert (answer.json["products"], answer.json["barcodes"]) == ([foreign], ["4780000000033"])


def test_some_goods_are_not_sold_for_cash(shop: Shop, till: Api) -> None:
    vodka = shop.product("Aroq", price="60000", cash_allowed=False)
    answer = till.post("/api/sell", sale(item(vodka)))
    assert (answer.status_code, answer.json["code"]) == (422, "cash_not_allowed")
    assert answer.json["products"] == [{"product_id": vodka, "name": "Aroq"}]
    assert (
        till.post(
            "/api/sell", sale(item(vodka), payments=[{"method": "card", "amount": "60000"}])
        ).status_code
        == 201
    )


def test_cash_for_one_receipt_may_be_limited(shop: Shop, till: Api) -> None:
    set_setting(shop, "cash_limit_per_receipt", "25000000")
    phone = shop.product("Telefon", price="13000000")
    answer = till.post("/api/sell", sale(item(phone, 2), cash="26000000"))
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (
        422,
        "cash_above_limit",
        "25000000.00",
    )
    split = [{"method": "cash", "amount": "25000000"}, {"method": "card", "amount": "1000000"}]
    assert till.post("/api/sell", sale(item(phone, 2), payments=split)).status_code == 201


def test_cash_is_rounded_and_cards_are_not(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    set_setting(shop, "cash_rounding_step", "100")
    sugar = shop.product("Shakar", price="14990", unit="kg")
    cash = till.post("/api/sell", sale(item(sugar, "1.234"))).json
    assert (cash["total"], cash["rounding"]) == ("18500.00", "2.34")
    card = till.post(
        "/api/sell", sale(item(sugar, "1.234"), payments=[{"method": "card", "amount": "18497.66"}])
    ).json
    assert (card["total"], card["rounding"]) == ("18497.66", "0.00")
    assert books() == []


def test_a_sale_is_of_its_business_day(shop: Shop, till: Api) -> None:
    body = till.post("/api/sell", sale(item(shop.product()))).json
    with shop.inside("cashier"):
        assert (
            body["business_date"] == utc_now().astimezone(shop.actor().organization.zone).date().isoformat()
        )


def test_the_moment_of_a_sale_lies_within_its_shift(shop: Shop, till: Api, open_till: int) -> None:
    milk = shop.product()
    with shop.inside():
        db.session.get_one(Shift, open_till).opened_at = utc_now() - timedelta(hours=2)
    hour_ago = (utc_now() - timedelta(hours=1)).isoformat()
    body = till.post("/api/sell", sale(item(milk), sold_at=hour_ago)).json
    assert body["sold_at"] == hour_ago
    for wrong in (timedelta(minutes=6), timedelta(hours=-3)):
        answer = till.post("/api/sell", sale(item(milk), sold_at=(utc_now() + wrong).isoformat()))
        assert (answer.status_code, answer.json["code"]) == (422, "wrong_sold_at")
    fast = till.post(
        "/api/sell", sale(item(milk), sold_at=(utc_now() + timedelta(minutes=4)).isoformat())
    ).json
    assert fast["sold_at"] == fast["created_at"]


def test_customers_come_later(shop: Shop, till: Api) -> None:
    milk = shop.product()
    assert till.post("/api/sell", sale(item(milk), customer_id=None)).status_code == 201
    answer = till.post("/api/sell", sale(item(milk), customer_id=1))
    assert (answer.status_code, answer.json["code"]) == (404, "customer_not_found")


def test_cash_of_a_sale_is_in_the_ledger_and_cards_are_not(shop: Shop, till: Api, open_till: int) -> None:
    milk = shop.product(price="13500")
    cash = till.post("/api/sell", sale(item(milk), cash="20000")).json
    till.post("/api/sell", sale(item(milk), payments=[{"method": "card", "amount": "13500"}]))
    with shop.inside():
        entries = (
            db.session.execute(select(CashEntry).where(CashEntry.kind == CashEntryKind.SALE)).scalars().all()
        )
        assert [(entry.amount, entry.origin_id, entry.shift_id) for entry in entries] == [
            (13500, cash["id"], open_till)
        ]


def test_who_may_not_sell_is_refused(shop: Shop, api_of: Callable[..., Api]) -> None:
    request = sale(item(shop.product()))
    for who in ("warehouse", "operator"):
        assert api_of(who).post("/api/sell", request).status_code == 403


def test_a_product_is_priced_anew_each_time(shop: Shop, till: Api) -> None:
    milk = shop.product(price="13500")
    till.post("/api/sell", sale(item(milk)))
    with shop.inside("owner"):
        db.session.get_one(Product, milk).price = Decimal(14000)
    assert till.post("/api/sell", sale(item(milk))).json["total"] == "14000.00"
