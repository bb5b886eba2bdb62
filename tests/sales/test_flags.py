"""Receipts that were accepted because they had happened: listed with their reasons, and ticked off once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from smartpos.core.db import db, utc_now
from smartpos.core.models import AuditAction, AuditLog
from smartpos.identity.models import Branch, UserWorkspace, Workspace
from smartpos.sales.models import Sale, SaleFlag, Shift
from smartpos.sales.operations import close_shift
from smartpos.sales.queries.attention import unseen_count
from tests.cast import Shop


@pytest.fixture
def offline(shop: Shop, open_till: int, api_of: Any) -> Callable[..., Any]:
    """``offline(product, …)``: a sale that the cashier made without a connection; gives the receipt."""
    cashier = api_of("cashier")

    def post(product: int, *, price: str = "10000", who: Any = None, **given: Any) -> Any:
        body = {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": product, "quantity": 1, "shown_price": price}],
            "payments": [{"method": "cash", "amount": price}],
            "offline": True,
            "shift_id": open_till,
        }
        answer = (who or cashier).post("/api/sell", body | given)
        assert answer.status_code == 201, answer.json
        return answer.json

    return post


@pytest.fixture
def bread(shop: Shop) -> int:
    return shop.product("Non", price="10000")


def close(shop: Shop, shift_id: int) -> None:
    with shop.inside("cashier"):
        close_shift(
            db.session.get_one(Shift, shift_id), closing_cash=Decimal(50_000), actor=shop.actor("cashier")
        )


def listed(api: Any, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/attention{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_late_sales_are_listed_with_their_reason(
    shop: Shop, open_till: int, offline: Any, bread: int, api_of: Any
) -> None:
    quiet = offline(bread)
    close(shop, open_till)
    late = offline(bread)
    assert late["is_late"] is True
    (found,) = listed(api_of("manager"))
    assert found["number"] == late["number"] != quiet["number"]
    assert found["is_late"] is True
    assert found["flags"] == ["late"]
    assert found["reasons"][0]["flag"] == "late"
    assert found["reasons"][0]["label"] not in {"", "late", "Late"}
    assert (found["sent_by"], found["claimed_at"], found["seen_by"], found["seen_at"]) == (None,) * 4


def test_it_tells_who_sent_it_and_what_the_clock_said(
    shop: Shop, offline: Any, bread: int, api_of: Any
) -> None:
    claimed = (utc_now() + timedelta(days=1)).isoformat()
    offline(bread, who=api_of("manager"), cashier_id=shop.users["cashier"], sold_at=claimed)
    (found,) = listed(api_of("manager"))
    assert {reason["flag"] for reason in found["reasons"]} == {"clock_wrong", "other_sender"}
    assert found["sent_by"] == "Manager"
    assert found["cashier"] == "Cashier"
    assert found["claimed_at"][:16] == claimed[:16]


def test_the_list_is_narrowed(shop: Shop, open_till: int, offline: Any, bread: int, api_of: Any) -> None:
    dear = offline(bread, price="12000")
    close(shop, open_till)
    late = offline(bread)
    manager = api_of("manager")
    assert [row["number"] for row in listed(manager)] == [late["number"], dear["number"]]
    assert [row["number"] for row in listed(manager, "?flag=late")] == [late["number"]]
    assert [row["number"] for row in listed(manager, "?flag=price_differs")] == [dear["number"]]
    assert listed(manager, f"?branch_id={shop.warehouse_id}") == []
    assert len(listed(manager, f"?cashier_id={shop.users['cashier']}&branch_id={shop.branch_id}")) == 2
    assert listed(manager, f"?cashier_id={shop.users['manager']}") == []
    assert listed(manager, "?to=2020-01-01") == []
    assert len(listed(manager, "?from=2020-01-01")) == 2
    assert manager.get("/api/attention?flag=stolen").status_code == 422
    first = manager.get("/api/attention?limit=1").json
    assert [row["number"] for row in first["items"]] == [late["number"]]
    rest = manager.get(f"/api/attention?limit=1&cursor={first['next_cursor']}").json
    assert [row["number"] for row in rest["items"]] == [dear["number"]]
    assert rest["next_cursor"] is None


def test_only_those_who_see_all_sales_see_it(shop: Shop, stranger: Shop, offline: Any, api_of: Any) -> None:
    offline(shop.product("Sut", price="9000"), price="8000")
    assert api_of("cashier").get("/api/attention").status_code == 403
    assert listed(api_of("stranger")) == []
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Here"), Workspace(name="Elsewhere")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=elsewhere.id))
    assert listed(api_of("manager")) == []
    assert len(listed(api_of("owner"))) == 1


def flagged(shop: Shop) -> int:
    with shop.inside():
        number = db.session.scalar(select(Sale.id).where(Sale.flags != []).order_by(Sale.id.desc()).limit(1))
        assert number is not None
        return number


def test_a_manager_ticks_it_off_once(
    shop: Shop, offline: Any, client_of: Any, csrf: Any, api_of: Any
) -> None:
    offline(shop.product("Sut"), price="12000")
    number = flagged(shop)
    browser = client_of("manager")
    page = browser.get("/admin/attention/").get_data(as_text=True)
    assert "12" in page
    with shop.inside():
        assert unseen_count() == 1
    form = {"id": str(number), "csrf_token": csrf(browser)}
    assert browser.post("/admin/attention/act/seen/", data=form).status_code == 302
    assert browser.post("/admin/attention/act/seen/", data=form).status_code == 302
    with shop.inside():
        rows = db.session.scalars(
            select(AuditLog).where(AuditLog.entity_type == "sales", AuditLog.action == AuditAction.APPROVE)
        ).all()
        assert [(row.entity_id, row.user_id, row.reason) for row in rows] == [
            (number, shop.users["manager"], "seen")
        ]
        assert unseen_count() == 0
    (found,) = listed(api_of("manager"))
    assert found["seen_by"] == "Manager"
    assert listed(api_of("manager"), "?unseen=true") == []


def test_several_are_ticked_off_at_once(
    shop: Shop, offline: Any, bread: int, client_of: Any, csrf: Any
) -> None:
    for price in ("12000", "13000", "10000"):
        offline(bread, price=price)
    with shop.inside():
        numbers = list(db.session.scalars(select(Sale.id)))
        assert unseen_count() == 2
    browser = client_of("manager")
    form = {
        "action": "seen",
        "rowid": [str(number) for number in numbers],
        "url": "/admin/attention/",
        "csrf_token": csrf(browser),
    }
    answer = browser.post("/admin/attention/action/", data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with shop.inside():
        assert unseen_count() == 0
        ticked = db.session.scalars(
            select(AuditLog.entity_id).where(AuditLog.entity_type == "sales", AuditLog.reason == "seen")
        ).all()
        assert len(ticked) == 2, "a receipt without flags is nothing to look at"


def test_the_page_shows_reasons_in_words_and_asks_a_few_questions(
    shop: Shop, open_till: int, offline: Any, bread: int, client_of: Any
) -> None:
    for price in ("12000", "13000", "14000", "15000", "16000"):
        offline(bread, price=price)
    close(shop, open_till)
    offline(bread)
    browser = client_of("manager")
    browser.get("/admin/attention/")
    statements: list[str] = []

    def count(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with shop.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    page = browser.get("/admin/attention/", headers={"Accept-Language": "en"}).get_data(as_text=True)
    event.remove(engine, "before_cursor_execute", count)
    assert page.count('name="rowid"') == 6
    assert len([one for one in statements if "audit_logs" in one]) <= 2, "one for the menu, one for the page"
    details = browser.get(f"/admin/attention/details/?id={flagged(shop)}")
    assert details.status_code == 200


def test_a_filter_finds_one_reason(shop: Shop, offline: Any, bread: int, client_of: Any) -> None:
    offline(bread, price="12000")
    browser = client_of("manager")
    found = browser.get("/admin/attention/?flt0_0=price_differs").get_data(as_text=True)
    assert found.count('name="rowid"') == 1
    none = browser.get("/admin/attention/?flt0_0=late").get_data(as_text=True)
    assert none.count('name="rowid"') == 0
    odd = browser.get("/admin/attention/?flt0_0=stolen")
    assert odd.status_code == 200


def test_every_flag_has_words() -> None:
    from smartpos.core.admin.labels import _labels

    assert all((SaleFlag, flag.value) in _labels for flag in SaleFlag)
