"""Lots where people look at them: the API, the trace, the back office."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.settings import check_setting
from smartpos.identity.models import User
from smartpos.stock.markdown import markdown_of, read_steps
from smartpos.stock.models import AdjustmentReason, Batch
from smartpos.stock.operations import AdjustmentLine, Lot, Movement, adjust_stock
from smartpos.stock.operations.reservations import reserve
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.counter import item, set_setting, sold
from tests.sales.test_statement_budget import statements
from tests.stock.lots import batch_id, day, issue, lotted, open_shift, post, receive


@pytest.fixture
def milk(shop: Shop) -> int:
    """Two lots of milk: one that has time, one that expires soon."""
    product = lotted(shop, "Sut", price="10000")
    receive(shop, product, "5", "LATE", day(40), cost="200")
    receive(shop, product, "5", "SOON", day(2), cost="100")
    return product


def test_stock_tells_what_is_reserved_available_and_in_which_lots(
    shop: Shop, api_of: Callable[..., Api], milk: int
) -> None:
    with shop.inside("owner"):
        lines = [(milk, Decimal(3))]
        reserve(shop.branch_id, lines, origin_kind="order", origin_id=1, actor=shop.actor("owner"))
    query = f"/api/stock?branch_id={shop.branch_id}&product_id={milk}"
    (row,) = api_of("cashier").get(query).json["items"]
    assert (row["quantity"], row["reserved"], row["reserved_quantity"], row["available"]) == (
        *("10.000", "3.000", "3.000"),
        "7.000",
    )
    assert [(one["batch_number"], one["expiration_date"], one["quantity"]) for one in row["batches"]] == [
        ("SOON", day(2).isoformat(), "5.000"),
        ("LATE", day(40).isoformat(), "5.000"),
    ]


def test_a_list_of_stock_takes_as_many_statements_for_many_lots(
    shop: Shop, api_of: Callable[..., Api]
) -> None:
    api = api_of("warehouse")

    def count() -> int:
        with statements() as sent:
            assert api.get("/api/stock").status_code == 200
        return len(sent)

    first = lotted(shop)
    receive(shop, first, "1", "A", day(1))
    few = count()
    for number in range(6):
        product = lotted(shop)
        receive(shop, product, "1", f"A{number}", day(1))
        receive(shop, product, "1", f"B{number}", day(2))
    assert count() == few


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [one["batch_number"] for one in answer.json["items"]]


def test_lots_are_listed_filtered_and_paged(shop: Shop, api_of: Callable[..., Api], milk: int) -> None:
    api = api_of("warehouse")
    kefir = lotted(shop, "Kefir")
    receive(shop, kefir, "1", "GONE", day(1))
    issue(shop, kefir, "1")
    post(shop, Movement(kefir, Decimal(2), lot=Lot("FAR", day(9))), branch_id=shop.warehouse_id)
    assert numbers(api.get("/api/batches")) == ["LATE", "SOON", "GONE", "FAR"]
    assert numbers(api.get(f"/api/batches?product_id={kefir}&in_stock=true")) == ["FAR"]
    assert numbers(api.get(f"/api/batches?branch_id={shop.branch_id}")) == ["LATE", "SOON"]
    soon = f"/api/batches?expiring_before={day(10).isoformat()}&limit=2"
    page = api.get(soon)
    assert numbers(page) == ["GONE", "SOON"]
    assert numbers(api.get(f"{soon}&cursor={page.json['next_cursor']}")) == ["FAR"]
    assert api.get("/api/batches?expiring_before=tomorrow").status_code == 422


def test_a_lot_tells_what_is_left_and_what_to_do_about_it(
    shop: Shop, api_of: Callable[..., Api], milk: int
) -> None:
    kefir = lotted(shop, "Kefir", price="9999", shelf_life_days=20)
    receive(shop, kefir, "5", "K", day(5), cost="321")
    lot = batch_id(shop, kefir, "K")
    facts = api_of("manager").get(f"/api/batches/{lot}").json
    assert (facts["quantity"], facts["quantity_received"], facts["cost_per_unit"]) == (
        *("5.000", "5.000"),
        "321.0000",
    )
    assert (facts["days_left"], facts["expiry"]) == (5, "soon")
    assert (facts["markdown_percent"], facts["suggested_price"]) == ("20.00", "7999.20")
    assert "cost_per_unit" not in api_of("operator").get(f"/api/batches/{lot}").json
    assert api_of("cashier").get(f"/api/batches/{lot}").status_code == 403


@pytest.mark.parametrize(
    ("ahead", "life", "percent"),
    [
        (31, 100, None),
        (30, 100, 20),
        (16, 100, 20),
        (15, 100, 35),
        (5, 100, 50),
        (0, 100, 50),
        (-1, 100, None),
        (1, None, 50),
    ],
)
def test_the_less_life_is_left_the_more_comes_off(ahead: int, life: int | None, percent: int | None) -> None:
    steps = read_steps("5:50, 30:20, 15:35")
    assert markdown_of(day(-30), day(ahead), day(0), steps, life) == percent


def test_a_lot_that_does_not_expire_keeps_its_price() -> None:
    assert markdown_of(day(-30), None, day(0), read_steps("30:20")) is None


def test_the_steps_of_markdowns_are_checked() -> None:
    assert check_setting("near_expiry_markdowns", " 5:50,30:20 ") == "30:20, 5:50"
    assert check_setting("near_expiry_markdowns", "") == ""
    for wrong in ("30", "30:", "a:b", "30:100", "101:5", "30:20, 30:25", "-5:5", "²:5", "9" * 40 + ":5"):
        with pytest.raises(Invalid):
            check_setting("near_expiry_markdowns", wrong)


def test_a_trace_leads_from_the_supplier_to_the_receipts(
    shop: Shop, api_of: Callable[..., Api], milk: int
) -> None:
    with shop.inside("owner"):
        from smartpos.crm.models import Supplier

        supplier = Supplier(name="Nestle")
        db.session.add(supplier)
        db.session.flush()
        supplier_id = supplier.id
    kefir = lotted(shop, "Kefir")
    lot = Lot("K", day(9), supplier_id)
    post(shop, Movement(kefir, Decimal(9), Decimal(50), lot=lot), origin_kind="purchase", origin_id=77)
    till = api_of("manager")
    open_shift(shop, till)
    receipt = sold(till, item(kefir, 2))
    number = batch_id(shop, kefir, "K")
    with shop.inside("owner"):
        adjust_stock(
            shop.branch_id,
            [AdjustmentLine(kefir, Decimal(-1), batch_id=number)],
            reason=AdjustmentReason.DAMAGE,
            actor=shop.actor("owner"),
        )
    trace = till.get(f"/api/batches/{number}/trace").json
    assert (trace["batch"]["supplier"], trace["batch"]["supplier_id"]) == ("Nestle", supplier_id)
    assert [(one["origin_kind"], one["quantity"]) for one in trace["items"]] == [
        ("purchase", "9.000"),
        ("sale", "-2.000"),
        ("stock_adjustment", "-1.000"),
    ]
    assert trace["items"][1]["origin_id"] == receipt["id"]
    went = till.get(f"/api/batches/{number}/trace?direction=out&limit=1").json
    assert [one["origin_kind"] for one in went["items"]] == ["sale"]
    more = till.get(f"/api/batches/{number}/trace?direction=out&cursor={went['next_cursor']}").json
    assert [one["origin_kind"] for one in more["items"]] == ["stock_adjustment"]
    # And back: which lots a receipt contains.
    rows = till.get(f"/api/movements?origin_kind=sale&origin_id={receipt['id']}").json["items"]
    assert [(one["batch_id"], one["batch_number"]) for one in rows] == [(number, "K")]
    assert till.get("/api/batches/999999999/trace").status_code == 404


def test_lots_of_another_shop_are_not_there(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], milk: int
) -> None:
    lot = batch_id(shop, milk, "SOON")
    theirs = api_of("stranger")
    assert theirs.get("/api/batches").json["items"] == []
    for path in (f"/api/batches/{lot}", f"/api/batches/{lot}/trace"):
        assert theirs.get(path).status_code == 404
    body = {"batch_number": "MINE", "expiration_date": None}
    assert theirs.put(f"/api/batches/{lot}", body).status_code == 404


def test_number_and_expiry_are_corrected(shop: Shop, api_of: Callable[..., Api], milk: int) -> None:
    lot = batch_id(shop, milk, "SOON")
    api = api_of("warehouse")
    body = {"batch_number": " S-1 ", "expiration_date": day(3).isoformat()}
    answer = api.put(f"/api/batches/{lot}", body)
    assert answer.status_code == 200, answer.json
    assert (answer.json["batch_number"], answer.json["expiration_date"]) == ("S-1", day(3).isoformat())
    assert api.put(f"/api/batches/{lot}", body | {"batch_number": "LATE"}).status_code == 422
    assert api.put(f"/api/batches/{lot}", body | {"batch_number": "  "}).status_code == 422
    assert api.put(f"/api/batches/{lot}", body | {"expiration_date": "soon"}).status_code == 422
    assert api_of("operator").put(f"/api/batches/{lot}", body).status_code == 403
    with shop.inside():
        assert db.session.get_one(Batch, lot).batch_number == "S-1"


def test_the_back_office_shows_lots(
    shop: Shop, client_of: Callable[..., FlaskClient], milk: int, csrf: Callable[[FlaskClient], str]
) -> None:
    receive(shop, milk, "1", "OLD", day(-3))
    set_setting(shop, "near_expiry_days", 7)
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["manager"]).locale = "en"
    browser = client_of("manager")
    page = browser.get("/admin/batches/").text
    for told in ("LATE", "SOON", "OLD", "Expired", "2 days", "40 days"):
        assert told in page
    lot = batch_id(shop, milk, "SOON")
    page = browser.get(f"/admin/batches/details/?id={lot}").text
    assert 'data-trace="in"' in page and 'data-trace="out"' in page and "Chilonzor" in page
    listed = browser.get("/admin/batch_stocks/").text
    assert listed.index("OLD") < listed.index("SOON") < listed.index("LATE")
    edited = browser.post(
        f"/admin/batches/edit/?id={lot}",
        data={"batch_number": "S-2", "expiration_date": day(4).isoformat(), "csrf_token": csrf(browser)},
    )
    assert edited.status_code == 302
    with shop.inside():
        row = db.session.get_one(Batch, lot)
        assert (row.batch_number, row.expiration_date) == ("S-2", day(4))


def test_lots_are_filtered_by_their_expiry(
    shop: Shop, client_of: Callable[..., FlaskClient], milk: int
) -> None:
    receive(shop, milk, "1", "OLD", day(-3))
    receive(shop, milk, "1", "NEVER")
    browser = client_of("manager")
    for endpoint in ("batches", "batch_stocks"):
        page = unescape(browser.get(f"/admin/{endpoint}/").text)
        # The filter that knows "expired" is the last one named before that word.
        argument = re.findall(r'"arg": ?"(\d+)"', page[: page.index('"expired"')])[-1]

        def shown(wanted: str, address: str = f"/admin/{endpoint}/?flt0_{argument}=") -> str:
            text = browser.get(address + wanted).text
            return text[text.index("<tbody") : text.index("</tbody")]

        assert [one in shown("expired") for one in ("OLD", "SOON", "LATE", "NEVER")] == [True, *[False] * 3]
        assert [one in shown("soon") for one in ("OLD", "SOON", "LATE", "NEVER")] == [
            False,
            True,
            False,
            False,
        ]
        assert [one in shown("good") for one in ("OLD", "SOON", "LATE", "NEVER")] == [
            False,
            False,
            True,
            True,
        ]


def test_lots_of_which_nothing_is_left_can_be_told_apart(
    shop: Shop, client_of: Callable[..., FlaskClient], milk: int
) -> None:
    issue(shop, milk, "5")
    browser = client_of("manager")
    page = unescape(browser.get("/admin/batches/").text)
    argument = re.findall(r'"arg": ?"(\d+)"', page[: page.index('"some"')])[-1]
    some = browser.get(f"/admin/batches/?flt0_{argument}=some").text
    none = browser.get(f"/admin/batches/?flt0_{argument}=none").text
    assert ("LATE" in some, "SOON" in some) == (True, False)
    assert ("LATE" in none, "SOON" in none) == (False, True)


def test_a_product_with_stock_may_begin_to_keep_lots(shop: Shop, api_of: Callable[..., Api]) -> None:
    bread = shop.product(stock="3")
    api = api_of("manager")
    assert api.get(f"/api/products/{bread}").json["track_batches"] is False
    assert api.put(f"/api/products/{bread}", {"track_batches": True}).json["track_batches"] is True
    receive(shop, bread, "2", "A", day(1))
    (row,) = api.get(f"/api/stock?branch_id={shop.branch_id}&product_id={bread}").json["items"]
    assert (row["quantity"], [one["quantity"] for one in row["batches"]]) == ("5.000", ["2.000"])
    made = api.post("/api/products", {"name": "Kefir", "track_batches": True})
    assert (made.status_code, made.json["track_batches"]) == (201, True)
