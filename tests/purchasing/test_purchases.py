"""Purchases from the draft to the shelf, over the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select

from smartpos.catalog.models import Product, ProductBarcode, ProductType
from smartpos.core.db import db
from smartpos.crm.operations.suppliers import create_supplier
from smartpos.identity.operations import save_settings
from smartpos.purchasing.models import SupplierPrice
from smartpos.purchasing.operations import (
    CostLine,
    PurchaseFacts,
    PurchaseLine,
    confirm_purchase,
    draft_purchase,
)
from tests.cast import Shop
from tests.conftest import Api
from tests.purchasing.helpers import (
    LATER,
    PAST,
    SOON,
    balance,
    broken,
    level,
    line,
    lots,
    make_supplier,
    movements,
    supply,
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent within."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def facts_of(shop: Shop, product_id: int) -> Product:
    with shop.inside():
        product = db.session.execute(select(Product).where(Product.id == product_id)).scalar_one()
        db.session.expunge(product)
        return product


def test_a_purchase_goes_from_the_draft_to_the_shelf(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None, price="10000", cost="0")
    supplier = make_supplier(shop, payment_days=14)
    body = supply(
        shop,
        line(milk, "10", "11200", batch_number="L-1", expiration_date=SOON, sale_price="14000"),
        supplier_id=supplier,
        document_date="2026-11-02",
        costs=[{"kind": "transport", "amount": "5000", "spread_by": "value"}],
    )
    answer = api.post("/api/supplies", body)
    assert answer.status_code == 201, answer.json
    draft = answer.json
    assert draft["status"] == "draft"
    assert draft["number"] == "P-000001"
    assert (draft["total"], draft["tax_amount"], draft["due_date"]) == ("112000.00", "12000.00", "2026-11-16")
    assert level(shop, milk) == (0, 0)
    assert balance(shop, supplier) == 0

    ordered = api.post(f"/api/supplies/{draft['id']}/order").json
    assert ordered["status"] == "ordered"
    assert ordered["ordered_by"] == shop.users["manager"]
    received = api.post(f"/api/supplies/{draft['id']}/receive", {}).json
    assert (received["status"], received["items"][0]["received"]) == ("received", "10.000")
    assert level(shop, milk) == (0, 0)

    done = api.post(f"/api/supplies/{draft['id']}/confirm", {}).json
    assert done["status"] == "confirmed"
    # 112000 of which 12000 is VAT that comes back, and 5000 for the lorry.
    assert done["items"][0]["unit_cost"] == "10500.0000"
    assert level(shop, milk) == (10, 105000)
    assert lots(shop, milk) == {"L-1": 10}
    assert balance(shop, supplier) == 112000
    product = facts_of(shop, milk)
    assert (product.price, product.cost_price, product.track_batches) == (14000, 10500, True)
    with shop.inside():
        assert db.session.execute(select(SupplierPrice.price)).scalar_one() == 11200
    assert not broken(shop)


def test_one_request_enters_and_confirms_and_may_be_repeated(shop: Shop, api: Api) -> None:
    milk = shop.product(stock="10", cost="100")
    body = supply(shop, line(milk, "5", "112"), confirm=True)
    first = api.post("/api/supplies", body)
    again = api.post("/api/supplies", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert {"id", "number", "status", "total"} <= first.json.keys()
    assert level(shop, milk) == (15, 1500)
    other = api.post("/api/supplies", body | {"items": [line(milk, "6", "112")]})
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    assert not broken(shop)


def test_vat_that_does_not_come_back_is_cost(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    with shop.inside("owner"):
        save_settings({"purchase_vat_recoverable": False}, actor=shop.actor("owner"))
    done = api.post(
        "/api/supplies", supply(shop, line(milk, "10", "100"), vat_included=False, confirm=True)
    ).json
    assert (done["subtotal"], done["tax_amount"], done["total"]) == ("1000.00", "120.00", "1120.00")
    assert level(shop, milk) == (10, 1120)
    assert not broken(shop)


def test_goods_come_in_part_and_the_rest_is_ordered_anew(shop: Shop, api: Api) -> None:
    milk, bread = shop.product(stock=None), shop.product(stock=None)
    supplier = make_supplier(shop)
    body = supply(shop, line(milk, "10", "100"), line(bread, "4", "50"), supplier_id=supplier)
    draft = api.post("/api/supplies", body).json
    first = draft["items"][0]["id"]
    received = api.post(
        f"/api/supplies/{draft['id']}/receive", {"items": [{"item_id": first, "received": "7"}]}
    ).json
    assert [one["received"] for one in received["items"]] == ["7.000", "0.000"]
    assert received["total"] == "700.00"
    done = api.post(f"/api/supplies/{draft['id']}/confirm", {"remainder": "backorder"}).json
    assert (level(shop, milk)[0], level(shop, bread)[0]) == (7, 0)
    assert balance(shop, supplier) == 700
    rest = api.get(f"/api/supplies/{done['backorder_id']}").json
    assert (rest["status"], rest["backorder_of_id"]) == ("ordered", draft["id"])
    assert [(one["product_id"], one["quantity"]) for one in rest["items"]] == [
        (milk, "3.000"),
        (bread, "4.000"),
    ]
    assert not broken(shop)


def test_more_than_ordered_may_come_and_one_line_in_several_lots(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None, track_batches=True)
    draft = api.post("/api/supplies", supply(shop, line(milk, "100", "10"))).json
    item = draft["items"][0]["id"]
    parts = [
        {"item_id": item, "received": "60", "batch_number": "A", "expiration_date": SOON},
        {"item_id": item, "received": "50", "batch_number": "B", "expiration_date": LATER},
    ]
    received = api.post(f"/api/supplies/{draft['id']}/receive", {"items": parts}).json
    assert [(one["quantity"], one["received"], one["batch_number"]) for one in received["items"]] == [
        ("60.000", "60.000", "A"),
        ("40.000", "50.000", "B"),
    ]
    done = api.post(f"/api/supplies/{draft['id']}/confirm", {"remainder": "backorder"}).json
    assert done["total"] == "1100.00"
    assert done["backorder_id"] is None
    assert lots(shop, milk) == {"A": 60, "B": 50}
    assert not broken(shop)


def test_a_lot_without_a_number_is_called_after_the_document(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    done = api.post(
        "/api/supplies", supply(shop, line(milk, "2", "10", expiration_date=SOON), confirm=True)
    ).json
    assert lots(shop, milk) == {f"{done['number']}-1": 2}


def test_lines_nobody_has_matched_wait(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    raw = {"product_name_raw": "Moloko 3,2% 1l", "quantity": "2", "cost_price": "100"}
    draft = api.post("/api/supplies", supply(shop, raw)).json
    refused = api.post(f"/api/supplies/{draft['id']}/confirm", {})
    assert (refused.status_code, refused.json["code"]) == (422, "unmatched_lines")
    assert refused.json["lines"][0]["product_name_raw"] == "Moloko 3,2% 1l"
    body = supply(shop, raw | {"product_id": milk})
    del body["client_uuid"]
    edited = api.put(f"/api/supplies/{draft['id']}", body)
    assert edited.status_code == 200, edited.json
    assert edited.json["number"] == draft["number"]
    assert api.post(f"/api/supplies/{draft['id']}/confirm", {}).status_code == 200
    assert level(shop, milk)[0] == 2
    assert not broken(shop)


def test_a_barcode_names_the_product_and_a_pack_counts_its_pieces(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    with shop.inside("owner"):
        db.session.add(ProductBarcode(product_id=milk, barcode="PACK-12", multiplier=Decimal(12)))
    one = {"barcode": shop.barcode_of(milk), "quantity": "1", "cost_price": "100"}
    pack = {"barcode": "PACK-12", "quantity": "2", "cost_price": "1200"}
    done = api.post("/api/supplies", supply(shop, one, pack, confirm=True)).json
    assert [item["quantity"] for item in done["items"]] == ["1.000", "24.000"]
    assert done["total"] == "2500.00"
    unknown = api.post("/api/supplies", supply(shop, {**one, "barcode": "NOBODY"}))
    assert (unknown.status_code, unknown.json["barcodes"]) == (404, ["NOBODY"])


def test_weightless_costs_go_by_value_and_the_answer_says_so(shop: Shop, api: Api) -> None:
    milk, bread = shop.product(stock=None), shop.product(stock=None)
    costs = [{"amount": "90", "spread_by": "weight"}]
    body = supply(shop, line(milk, "1", "200"), line(bread, "1", "100"), costs=costs)
    draft = api.post("/api/supplies", body).json
    assert draft["costs"][0]["spread_as"] == "value"
    assert [one["cost_share"] for one in draft["items"]] == ["60.0000", "30.0000"]


def test_services_take_no_freight(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    work = shop.product(stock=None, type=ProductType.SERVICE, track_inventory=False)
    body = supply(
        shop, line(milk, "1", "112"), line(work, "1", "112"), costs=[{"amount": "50"}], confirm=True
    )
    done = api.post("/api/supplies", body).json
    assert [one["cost_share"] for one in done["items"]] == ["50.0000", "0.0000"]
    assert movements(shop, done["id"]) == [(1, 150)]
    assert not broken(shop)


def test_a_confirmed_purchase_cannot_be_changed_confirmed_or_cancelled(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    done = api.post("/api/supplies", supply(shop, line(milk, "1", "10"), confirm=True)).json
    path = f"/api/supplies/{done['id']}"
    body = supply(shop, line(milk, "2", "10"))
    del body["client_uuid"]
    for answer in (
        api.post(f"{path}/confirm", {}),
        api.post(f"{path}/order"),
        api.post(f"{path}/receive", {}),
        api.post(f"{path}/cancel", {"reason": "twice"}),
        api.put(path, body),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "wrong_status"), answer.json
    assert level(shop, milk)[0] == 1


def test_a_cancelled_purchase_stays_as_it_is(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    draft = api.post("/api/supplies", supply(shop, line(milk, "1", "10"))).json
    path = f"/api/supplies/{draft['id']}"
    assert api.post(f"{path}/cancel", {"reason": ""}).status_code == 422
    cancelled = api.post(f"{path}/cancel", {"reason": "ordered twice"}).json
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "ordered twice")
    assert api.post(f"{path}/confirm", {}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"quantity": "0"}, 422),
        ({"quantity": "-1"}, 422),
        ({"quantity": "1e30"}, 422),
        ({"quantity": "NaN"}, 422),
        ({"quantity": "0.0001"}, 422),
        ({"quantity": "1.5"}, 422),  # pieces
        ({"cost_price": "-1"}, 422),
        ({"cost_price": "99999999999999.9999", "quantity": "99999999999"}, 422),
        ({"discount_percent": "101"}, 422),
        ({"expiration_date": PAST}, 422),
        ({"expiration_date": "0001-01-01"}, 422),
        ({"expiration_date": "yesterday"}, 422),
        ({"batch_number": "x" * 101}, 422),
        ({"batch_number": "a\x00b"}, 422),
        ({"product_id": None}, 422),
        ({"product_id": 9_000_000_000}, 404),
        ({"product_id": "many"}, 422),
    ],
)
def test_bad_lines_are_refused_with_words(shop: Shop, api: Api, changes: dict[str, str], status: int) -> None:
    milk = shop.product(stock=None)
    answer = api.post("/api/supplies", supply(shop, line(milk, "1", "10") | changes, confirm=True))
    assert answer.status_code == status, answer.json
    assert answer.json["detail"]
    assert level(shop, milk) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"items": []}, 422),
        ({"items": None}, 422),
        ({"branch_id": 9_000_000_000}, 404),
        ({"supplier_id": 9_000_000_000}, 404),
        ({"document_date": "9999-12-31"}, 422),
        ({"costs": [{"amount": "0"}]}, 422),
        ({"costs": [{"amount": "99999999999999999"}]}, 422),
        ({"client_uuid": "no"}, 422),
    ],
)
def test_bad_heads_are_refused_with_words(
    shop: Shop, api: Api, changes: dict[str, object], status: int
) -> None:
    milk = shop.product(stock=None)
    answer = api.post("/api/supplies", supply(shop, line(milk, "1", "10")) | changes)
    assert answer.status_code == status, answer.json


def test_what_is_of_another_shop_is_not_there(
    shop: Shop, stranger: Shop, api: Api, api_of: Callable[..., Api]
) -> None:
    theirs = stranger.product(stock=None)
    milk = shop.product(stock=None)
    with stranger.inside("stranger"):
        supplier = create_supplier(name="Begona", actor=stranger.actor("stranger")).id
    for body in (
        supply(shop, line(theirs, "1", "10")),
        supply(shop, line(milk, "1", "10"), supplier_id=supplier),
        supply(shop, line(milk, "1", "10"), branch_id=stranger.branch_id),
    ):
        assert api.post("/api/supplies", body).status_code == 404
    draft = api.post("/api/supplies", supply(shop, line(milk, "1", "10"))).json
    other = api_of("stranger")
    for path, method in (("", "GET"), ("/confirm", "POST"), ("/receive", "POST"), ("/order", "POST")):
        body = None if method == "GET" else {}
        assert other.open(f"/api/supplies/{draft['id']}{path}", method, json=body).status_code == 404


def test_lists_are_paged_and_filtered(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    supplier = make_supplier(shop)
    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        api.post(
            "/api/supplies", supply(shop, line(milk, "1", "10"), document_date=day, supplier_id=supplier)
        )
    api.post("/api/supplies", supply(shop, line(milk, "1", "10"), confirm=True))
    first = api.get("/api/supplies?limit=3").json
    second = api.get(f"/api/supplies?limit=3&cursor={first['next_cursor']}").json
    assert [one["number"] for one in first["items"] + second["items"]] == [
        f"P-00000{number}" for number in (4, 3, 2, 1)
    ]
    assert first["items"][1]["supplier"] == "Sharq Savdo"
    assert len(api.get(f"/api/supplies?supplier_id={supplier}").json["items"]) == 3
    assert len(api.get("/api/supplies?status=confirmed").json["items"]) == 1
    assert len(api.get("/api/supplies?from=2026-11-02&to=2026-11-02").json["items"]) == 1


def test_only_those_who_may_set_prices_confirm_new_ones(
    shop: Shop, api: Api, api_of: Callable[..., Api]
) -> None:
    milk = shop.product(stock=None, price="100")
    storekeeper = api_of("warehouse")
    body = supply(shop, line(milk, "1", "10", sale_price="200"), confirm=True)
    assert storekeeper.post("/api/supplies", body).status_code == 403
    assert level(shop, milk) == (0, 0)
    assert api.post("/api/supplies", body | {"client_uuid": str(uuid4())}).status_code == 201
    assert facts_of(shop, milk).price == 200
    same = supply(shop, line(milk, "1", "10", sale_price="200"), confirm=True)
    assert storekeeper.post("/api/supplies", same).status_code == 201


def test_confirming_takes_as_many_statements_for_300_lines_as_for_5(shop: Shop) -> None:
    supplier = make_supplier(shop)
    products = [shop.product(stock=None) for _number in range(300)]

    def statements(number: int) -> int:
        with shop.inside("manager"):
            actor = shop.actor("manager")
            lines = tuple(
                PurchaseLine(
                    Decimal(3),
                    Decimal(100),
                    product_id=product_id,
                    batch_number=f"L-{number}",
                    expiration_date=date.fromisoformat(SOON),
                    sale_price=Decimal(150),
                )
                for product_id in products[:number]
            )
            facts = PurchaseFacts(
                shop.branch_id, lines, supplier_id=supplier, costs=(CostLine(Decimal(500)),)
            )
            purchase_id = draft_purchase(facts, actor=actor).id
            db.session.commit()
            db.session.expunge_all()
            with counted() as sent:
                confirm_purchase(purchase_id, actor=actor)
                db.session.commit()
            return len(sent)

    statements(5)  # stock rows of the first products are made
    few, many = statements(5), statements(300)
    # Two more make the stock rows of products that the branch has never held.
    assert many <= few + 3, (few, many)
    assert few <= 25
    assert not broken(shop)
