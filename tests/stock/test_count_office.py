"""Stock counts in the back office: begun by a form, looked over, posted; and what is hidden."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import User
from smartpos.identity.operations import create_user
from smartpos.stock.models import CountStatus, StockCount, StockCountLine
from smartpos.stock.operations import counts as operations
from tests.cast import PASSWORD, Shop
from tests.stock.counting import Begin, Books, Enter, ago, level, move, stocked


@pytest.fixture(autouse=True)
def in_english(shop: Shop) -> None:
    """What pages say is asserted in the language of the code."""
    with shop.inside("owner"):
        db.session.execute(update(User).values(locale="en"))


def shown(browser: FlaskClient, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def rows_of(page: str) -> list[str]:
    table = re.search(r'<table class="table[^"]*count-report">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [] if table is None else re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)


def test_a_count_goes_through_the_office(
    shop: Shop,
    client_of: Callable[..., FlaskClient],
    csrf: Callable[[FlaskClient], str],
    enter: Enter,
    books: Books,
) -> None:
    less, same = shop.product("Sut", stock="10", cost="100"), shop.product("Non", stock="4")
    boss = client_of("manager")

    def send(address: str, **form: Any) -> Any:
        return boss.post(address, data=form | {"csrf_token": csrf(boss)}, follow_redirects=True)

    assert send("/admin/stock_counts/new/", branch=shop.branch_id, is_blind="y").status_code == 200
    with shop.inside():
        count = db.session.scalars(select(StockCount)).one()
        number = count.id
        assert (count.is_blind, count.covers_uncounted, count.created_by) == (
            True,
            False,
            shop.users["manager"],
        )
    again = send("/admin/stock_counts/new/", branch=shop.branch_id)
    assert "already counts these products" in again.get_data(as_text=True)
    enter(number, less, "8")
    enter(number, same, "4")
    details = f"/admin/stock_counts/details/?id={number}"
    assert len(rows_of(shown(boss, details))) == 1
    assert len(rows_of(shown(boss, f"{details}&all=1"))) == 2
    goes = boss.post(
        "/admin/stock_counts/act/count/",
        data={"id": number, "csrf_token": csrf(boss)},
        follow_redirects=False,
    )
    assert goes.headers["Location"].endswith(f"/counts/{number}")
    for step, status in (("finish", CountStatus.REVIEW), ("reopen", CountStatus.COUNTING), ("finish", None)):
        assert send(f"/admin/stock_counts/act/{step}/", id=number).status_code == 200
        with shop.inside():
            assert status is None or db.session.get_one(StockCount, number).status is status
    assert "act/post/" in shown(boss, details)
    send("/admin/stock_counts/act/post/", id=number)
    assert level(shop, less)[0] == 8
    page = shown(boss, details)
    assert "act/" not in page.split('class="page-head"')[1].split("<main")[0].split("stack")[0]
    assert "/admin/stock_adjustments/details/" in page
    assert len(rows_of(page)) == 1
    assert "SC-000001" in shown(boss, "/admin/stock_count_lines/")
    assert "SC-000001" in shown(boss, "/admin/stock_count_entries/")
    assert books() == []


def test_a_blind_count_is_blind_in_the_office_too(
    shop: Shop, client_of: Callable[..., FlaskClient], begin: Begin, enter: Enter
) -> None:
    milk = shop.product("Sut", stock="77", cost="100")
    count = begin()
    enter(count, milk, "70")
    with shop.inside("manager"):
        operations.post_count(count, actor=shop.actor("manager"))
        line = db.session.scalars(select(StockCountLine.id)).one()
    storekeeper, boss = client_of("warehouse"), client_of("manager")
    for address in (
        f"/admin/stock_counts/details/?id={count}&all=1",
        "/admin/stock_count_lines/",
        f"/admin/stock_count_lines/details/?id={line}",
    ):
        hidden, seen = shown(storekeeper, address), shown(boss, address)
        assert ">77<" in re.sub(r"\s+", "", seen), address
        assert ">77<" not in re.sub(r"\s+", "", hidden), address
        assert not re.search(r">\W?700\b", hidden), address


def test_who_only_counts_needs_no_back_office(
    shop: Shop, client_of: Callable[..., FlaskClient], begin: Begin
) -> None:
    with shop.inside("owner"):
        create_user(
            username="helper",
            full_name="Helper",
            role=RoleKey.EMPLOYEE,
            password=PASSWORD,
            actor=shop.actor("owner"),
        )
        db.session.execute(update(User).values(locale="en"))
    shop.product("Sut", stock="77")
    count = begin()
    helper = client_of("helper")
    start = shown(helper, "/counts")
    assert f'href="/counts/{count}"' in start
    assert "/admin/stock_counts/" not in start
    page = shown(helper, f"/counts/{count}")
    assert "/admin/stock_counts/" not in page
    # The link stands in the menu of a person who has no other page.
    assert 'href="/counts"' in shown(helper, "/profile")
    products = helper.get(f"/api/counts/{count}/products").json["items"]
    # The price at which goods are sold is no secret: labels of the scale that bear money are read by it.
    named = {"id", "name", "sku", "unit", "digits", "price", "search_key", "codes"}
    assert [set(one) for one in products] == [named]
    assert helper.get(f"/api/counts/{count}").status_code == 403
    shown(helper, f"/counts/{2**62}", 404)
    assert client_of("cashier").get("/counts").status_code == 403


def test_the_menu_tells_how_many_wait(
    shop: Shop, client_of: Callable[..., FlaskClient], begin: Begin
) -> None:
    count = begin()
    with shop.inside("warehouse"):
        operations.finish_count(count, actor=shop.actor("warehouse"))
    entry = r'href="/admin/stock_counts/"[^>]*>.*?</a>'

    def badge(who: str) -> bool:
        found = re.search(entry, shown(client_of(who), "/admin/"), re.DOTALL)
        assert found is not None
        return "pill" in found[0]

    assert badge("manager")
    assert not badge("warehouse")


def test_lines_that_nobody_counted_of_a_blind_count_are_for_who_posts(
    shop: Shop, client_of: Callable[..., FlaskClient], begin: Begin, enter: Enter
) -> None:
    counted, none, forgotten = (
        stocked(shop, "5", name=name) for name in ("Qand-sanaldi", "Choy-yoq", "Guruch-unutildi")
    )
    blind = begin(covers_uncounted=True)
    enter(blind, counted, "4")
    enter(blind, none, "0")
    with shop.inside("manager"):
        operations.post_count(blind, actor=shop.actor("manager"))
        kept = dict(
            db.session.execute(
                select(StockCountLine.product_id, StockCountLine.id).where(StockCountLine.count_id == blind)
            ).all()
        )
    assert kept.keys() == {counted, none, forgotten}
    address = "/admin/stock_count_lines/"
    boss, keeper = client_of("manager"), client_of("warehouse")
    assert "Guruch-unutildi" in shown(boss, address)
    page = shown(keeper, address)
    assert "Qand-sanaldi" in page and "Choy-yoq" in page and "Guruch-unutildi" not in page
    assert shown(boss, f"{address}details/?id={kept[forgotten]}")
    hidden = keeper.get(f"{address}details/?id={kept[forgotten]}")
    assert hidden.status_code in {302, 404} and "Guruch" not in hidden.get_data(as_text=True)
    assert "Choy-yoq" in shown(keeper, f"{address}details/?id={kept[none]}")


def test_what_moved_while_it_was_counted_stays_noted(
    shop: Shop, client_of: Callable[..., FlaskClient], begin: Begin, enter: Enter
) -> None:
    milk = stocked(shop, "10")
    count = begin()
    enter(count, milk, "6", ago(minutes=40))
    enter(count, milk, "4", ago(minutes=20))
    move(shop, milk, "-1", ago(minutes=30))
    boss = client_of("manager")
    address = f"/admin/stock_counts/details/?id={count}"
    before = shown(boss, address)
    with shop.inside("manager"):
        operations.post_count(count, actor=shop.actor("manager"))
    after = shown(boss, address)
    assert before.count('data-note="moved"') == after.count('data-note="moved"') == 1
