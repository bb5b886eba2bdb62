"""Promotions in the back office: a form a shopkeeper understands, and a list that tells what each does."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from smartpos.catalog.models import Promotion, PromotionKind
from smartpos.catalog.operations import create_category, create_promotion
from smartpos.core.db import db, utc_now
from tests.cast import PASSWORD, Shop
from tests.catalog.test_admin import Panel
from tests.conftest import LiveServer

HOUR = timedelta(hours=1)
ALL_DAYS = [str(1 << day) for day in range(7)]


@pytest.fixture
def panel(client_of: Callable[..., FlaskClient], csrf: Callable[[FlaskClient], str]) -> Panel:
    client = client_of("manager")
    return Panel(client, csrf(client))


def form_of(**changes: Any) -> dict[str, Any]:
    """What the browser sends for ten per cent off everything."""
    blank = dict.fromkeys(
        (
            *("amount", "fixed_price", "buy_quantity", "pay_quantity", "products", "categories", "branch"),
            *("tier", "min_quantity", "valid_from", "valid_to", "time_from", "time_to"),
        ),
        "",
    )
    ten = {"name": "Kuz", "kind": "percent", "percent": "10", "weekdays": ALL_DAYS, "priority": "0"}
    return {**blank, **ten, "is_active": "y", **changes}


def only(shop: Shop) -> Any:
    with shop.inside():
        return db.session.execute(select(Promotion.__table__)).one()


def test_a_promotion_is_made_with_goods_days_and_hours(shop: Shop, panel: Panel) -> None:
    bread, milk = shop.product("Non", price="4000"), shop.product("Sut", price="9000")
    with shop.inside("owner"):
        bakery = create_category(name="Non mahsulotlari", actor=shop.actor()).id
    made = panel.send(
        "promotions/new/",
        **form_of(
            kind="n_for_m",
            percent="",
            buy_quantity="3",
            pay_quantity="2",
            products=f"{bread},{milk}",
            categories=str(bakery),
            branch=str(shop.branch_id),
            tier="gold",
            min_quantity="1,5",
            valid_from="2026-11-01T08:00",
            weekdays=["1", "16"],
            time_from="18:30",
            time_to="02:00",
            priority="-2",
        ),
    )
    assert made.status_code == 302, made.get_data(as_text=True)
    with shop.inside():
        row = db.session.scalars(select(Promotion)).one()
        assert (row.kind, row.buy_quantity, row.pay_quantity) == (PromotionKind.N_FOR_M, 3, 2)
        aims = {(one.product_id, one.category_id) for one in row.targets}
        assert aims == {(bread, None), (milk, None), (None, bakery)}
        assert (row.branch_id, row.tier, row.min_quantity) == (shop.branch_id, "gold", Decimal("1.5"))
        assert row.valid_from.isoformat() == "2026-11-01T03:00:00+00:00"
        assert (row.weekdays, row.time_from, row.time_to) == (17, time(18, 30), time(2))
        assert (row.priority, row.created_by) == (-2, shop.users["manager"])


def test_a_fixed_price_has_a_field_of_its_own(shop: Shop, panel: Panel) -> None:
    made = panel.send("promotions/new/", **form_of(kind="fixed_price", percent="", fixed_price="7 900,50"))
    assert made.status_code == 302, made.get_data(as_text=True)
    row = only(shop)
    assert (row.kind, row.amount) == (PromotionKind.FIXED_PRICE, Decimal("7900.50"))
    page = panel.page(f"promotions/edit/?id={row.id}")
    assert 'name="fixed_price" type="text" value="7 900' in page.replace("\u202f", " ")
    panel.send(f"promotions/edit/?id={row.id}", **form_of(kind="fixed_price", fixed_price="8000"))
    assert only(shop).amount == 8000


def test_what_is_wrong_is_said_at_its_field(shop: Shop, panel: Panel) -> None:
    for facts, sentence in (
        ({"kind": "fixed_price", "fixed_price": ""}, "fixed_price-errors"),
        ({"percent": "101"}, "percent-errors"),
        ({"percent": ""}, "percent-errors"),
        ({"kind": "amount", "amount": "-5"}, "amount-errors"),
        ({"kind": "n_for_m", "buy_quantity": "2", "pay_quantity": "2"}, "pay_quantity-errors"),
        ({"weekdays": []}, "weekdays-errors"),
        ({"weekdays": ["128"]}, "weekdays-errors"),
        ({"weekdays": ["x"]}, "weekdays-errors"),
        ({"time_from": "18:00"}, "time_to-errors"),
        ({"valid_from": "2030-01-02T00:00", "valid_to": "2030-01-01T00:00"}, "valid_to-errors"),
        ({"name": " "}, "name-errors"),
    ):
        answer = panel.send("promotions/new/", **form_of(**facts))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200 and f'id="{sentence}"' in page, (facts, sentence)
    with shop.inside():
        assert db.session.scalar(select(Promotion.id)) is None


def test_the_list_tells_what_each_does_and_whether_it_holds(shop: Shop, panel: Panel) -> None:
    goods = [shop.product(name, price="9000") for name in ("Non", "Sut", "Choy", "Suv", "Shakar")]
    now = utc_now()
    with shop.inside("owner"):
        for facts in (
            {
                "name": "A",
                "kind": "percent",
                "percent": "12.5",
                "weekdays": 31,
                "time_from": time(18),
                "time_to": time(2),
            },
            {
                "name": "B",
                "kind": "amount",
                "amount": "500",
                "product_ids": goods,
                "tier": "gold",
                "is_active": False,
            },
            {
                "name": "C",
                "kind": "fixed_price",
                "amount": "7900",
                "product_ids": goods[:1],
                "min_quantity": "6",
            },
            {"name": "D", "kind": "n_for_m", "buy_quantity": 3, "pay_quantity": 2, "valid_from": now + HOUR},
        ):
            create_promotion(actor=shop.actor(), **facts)
        create_promotion(name="E", kind="percent", percent="5", valid_to=now + HOUR, actor=shop.actor())
        db.session.scalars(select(Promotion).where(Promotion.name == "E")).one().valid_to = now - HOUR
        db.session.flush()
    page = panel.page("promotions/?lang=en").replace("\u202f", " ").replace("\u00a0", " ")
    for words in ("12,5%", "18:00\u201302:00", "500", "Non, Sut, Choy", "7 900", "gold", "Gold"):
        assert words in page or words.lower() in page.lower(), words
    rows = page.split("<tr")
    tones = {
        name: next(tone for tone in ("good", "warn", "info", '"pill "') if tone in row)
        for name in "ABCDE"
        for row in rows
        if f">{name}<" in row
    }
    assert tones == {"A": "good", "B": "warn", "C": "good", "D": "info", "E": '"pill "'}


def test_the_list_takes_the_same_statements_however_long(
    shop: Shop, panel: Panel, statements: Callable[[], Any]
) -> None:
    bread = shop.product("Non", price="4000")
    counts = []
    for _round in range(2):
        with shop.inside("owner"):
            for number in range(5):
                create_promotion(
                    name=f"P{number}", kind="percent", percent="5", product_ids=[bread], actor=shop.actor()
                )
        with statements() as sent:
            panel.page("promotions/")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_it_is_ended_and_deleted_by_buttons(shop: Shop, panel: Panel) -> None:
    panel.send("promotions/new/", **form_of())
    number = only(shop).id
    assert panel.send("promotions/act/end/", id=str(number)).status_code == 302
    assert only(shop).valid_to is not None
    assert panel.page(f"promotions/details/?id={number}")
    assert panel.send("promotions/delete/", id=str(number)).status_code == 302
    assert only(shop).deleted_at is not None


def test_an_edit_keeps_what_is_not_touched(shop: Shop, panel: Panel) -> None:
    bread = shop.product("Non", price="4000")
    panel.send("promotions/new/", **form_of(products=str(bread), weekdays=["32", "64"], min_quantity="2"))
    row = only(shop)
    page = panel.page(f"promotions/edit/?id={row.id}")
    assert page.count(" checked><span>") == 2
    assert "Non" in page
    panel.send(
        f"promotions/edit/?id={row.id}",
        **form_of(name="Qish", products=str(bread), weekdays=["32", "64"], min_quantity="2"),
    )
    after = only(shop)
    assert (after.name, after.weekdays, after.min_quantity) == ("Qish", 96, 2)


def test_a_form_shows_only_what_its_kind_needs(live_server: LiveServer, browser: Any) -> None:
    page = browser.new_page(locale="en")
    page.goto(f"{live_server.url}/login?next=/admin/promotions/new/")
    page.fill("#name", "owner")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/admin/promotions/new/**")
    shown = {
        "percent": ["percent"],
        "amount": ["amount"],
        "fixed_price": ["fixed_price"],
        "n_for_m": ["buy_quantity", "pay_quantity"],
    }
    fields = {name for names in shown.values() for name in names}
    for kind, names in shown.items():
        page.select_option("select[name=kind]", kind)
        for name in fields:
            expect(page.locator(f"input[name={name}]")).to_be_visible(visible=name in names)
    page.close()
