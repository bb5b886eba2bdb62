"""Approvals, parked receipts and the till log in the back office."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.identity.models import Branch, UserWorkspace, Workspace
from smartpos.sales.models import Approval, HeldSale, HeldSaleStatus, TillEvent
from tests.cast import PIN, Shop

PEOPLE = "/admin/till_events/by-person/"


def shown(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.fixture
def history(shop: Shop, open_till: int, api_of: Any) -> dict[str, int]:
    """A morning at the counter: approvals, a parked receipt and some events; gives the numbers of rows."""
    cashier = api_of("cashier")
    events = [
        {"kind": "line_removed", "amount": "20000", "product_name": "Sut", "quantity": "2"},
        {"kind": "line_removed", "amount": "5000", "product_name": "Non"},
        {"kind": "reprint", "occurred_at": "1999-01-01T00:00:00Z", "shift_id": open_till},
        {"kind": "price_changed", "amount": "-1000"},
    ]
    items = [{"client_uuid": str(uuid4())} | one for one in events]
    assert cashier.post("/api/till-events", {"items": items}).status_code == 200
    held = cashier.post(
        "/api/held-sales",
        {
            "client_uuid": str(uuid4()),
            "name": "<b>Table 7</b>",
            "cart": {"lines": [{"name": "Choy <i>", "quantity": 2500}, {"name": 7, "quantity": True}, 5]},
            "line_count": 2,
            "total": "31000",
        },
    ).json
    approval = {
        "action": "sales:sale:change_price",
        "user_id": shop.users["manager"],
        "pin": PIN,
        "subject_uuid": str(uuid4()),
        "reason": "a torn box",
        "facts": {"price": "9 000"},
    }
    assert cashier.post("/api/approvals", approval).status_code == 201
    with shop.inside():
        return {
            "approvals": db.session.scalars(select(Approval.id)).one(),
            "held_sales": held["id"],
            "till_events": db.session.scalars(select(TillEvent.id).order_by(TillEvent.id)).first() or 0,
        }


def test_the_pages_tell_what_happened(history: dict[str, int], client_of: Any) -> None:
    browser = client_of("manager")
    approvals = shown(browser, "/admin/approvals/")
    assert "a torn box" in approvals
    details = shown(browser, f"/admin/approvals/details/?id={history['approvals']}")
    assert "9 000" in details
    log = shown(browser, "/admin/till_events/")
    assert "Sut" in log
    assert log.count("<tr>") >= 5
    held = shown(browser, "/admin/held_sales/")
    assert "&lt;b&gt;Table 7&lt;/b&gt;" in held
    cart = shown(browser, f"/admin/held_sales/details/?id={history['held_sales']}")
    assert "Choy &lt;i&gt; × 2" in cart
    assert shown(browser, f"/admin/till_events/details/?id={history['till_events']}")


def test_the_log_is_filtered(history: dict[str, int], client_of: Any) -> None:
    browser = client_of("manager")
    for index in range(30):
        for value in ("line_removed", "1", "0", "2026-01-01", "today", "abc"):
            assert browser.get(f"/admin/till_events/?flt0_{index}={value}").status_code == 200
            assert browser.get(f"/admin/approvals/?flt0_{index}={value}").status_code == 200


def test_the_report_counts_by_person(
    shop: Shop, history: dict[str, int], sell: Any, api_of: Any, client_of: Any
) -> None:
    sell((shop.product("Somsa"), "1"), cash="10000")
    owner = {"items": [{"client_uuid": str(uuid4()), "kind": "drawer_opened"}]}
    assert api_of("owner").post("/api/till-events", owner).status_code == 200
    from smartpos.sales.models import TillEventKind
    from smartpos.sales.queries.events import events_by_person, summed

    now, today = utc_now(), utc_now().date()
    with shop.inside("manager"):
        period = (now - timedelta(days=1), now + timedelta(days=1))
        days = {"first": today - timedelta(days=1), "last": today + timedelta(days=1)}
        lines = events_by_person(*period, **days)
        assert [line.name for line in lines] == ["Cashier", "Owner"]
        removed = lines[0].kinds[TillEventKind.LINE_REMOVED]
        assert (removed.count, str(removed.amount)) == (2, "25000.00")
        assert (lines[0].total.count, lines[0].without_right, lines[0].receipts) == (4, 1, 1)
        assert str(lines[0].per_hundred) == "400.0"
        assert lines[1].per_hundred is None
        whole = summed(lines)
        assert (whole.total.count, whole.without_right) == (5, 1)
        assert events_by_person(*period, **days, branch_id=shop.warehouse_id) == []
    page = shown(client_of("manager"), PEOPLE)
    assert "Cashier" in page
    assert "25" in page


def test_a_number_of_the_report_leads_to_its_rows(history: dict[str, int], client_of: Any) -> None:
    import html
    import re

    browser = client_of("manager")
    links = re.findall(r'href="(/admin/till_events/\?[^"]+)"', shown(browser, PEOPLE))
    assert links
    counts = {
        html.unescape(link): shown(browser, html.unescape(link)).count("details/?id=") for link in links
    }
    assert max(counts.values()) > min(counts.values()) > 0


@pytest.mark.parametrize(
    "asked",
    [
        "since=2026-13-01",
        "until=never",
        "since=2026-02-01&until=2026-01-01",
        "since=2025-01-01&until=2026-01-01",
        "since=0001-01-01",
        "until=9999-12-31",
    ],
)
def test_a_period_that_cannot_be_is_told(shop: Shop, client_of: Any, asked: str) -> None:
    assert client_of("manager").get(f"{PEOPLE}?{asked}").status_code == 422


def test_odd_branches_are_no_error(history: dict[str, int], client_of: Any) -> None:
    browser = client_of("manager")
    for branch in ("x", "99999999999999999999", "-1", "0"):
        assert browser.get(f"{PEOPLE}?branch={branch}").status_code == 200


def test_who_may_not_read_the_log_reads_no_report(shop: Shop, client_of: Any) -> None:
    assert client_of("warehouse").get(PEOPLE).status_code == 403
    assert client_of("operator").get(PEOPLE).status_code == 403
    assert client_of("cashier").get(PEOPLE).status_code == 403


def test_what_happened_in_other_workspaces_is_out_of_sight(
    shop: Shop, history: dict[str, int], client_of: Any
) -> None:
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Here"), Workspace(name="Elsewhere")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=elsewhere.id))
    browser = client_of("manager")
    for view, number in history.items():
        assert "details/?id=" not in shown(browser, f"/admin/{view}/")
        assert browser.get(f"/admin/{view}/details/?id={number}").status_code == 404
    assert "Cashier" not in shown(browser, PEOPLE)
    assert "Cashier" in shown(client_of("owner"), PEOPLE)


def test_a_lost_receipt_is_put_back_and_a_forgotten_one_given_up(
    shop: Shop, history: dict[str, int], client_of: Any, csrf: Any, api_of: Any
) -> None:
    number = history["held_sales"]
    api_of("cashier2").post(f"/api/held-sales/{number}/take", {})
    browser = client_of("manager")
    form = {"id": str(number), "csrf_token": csrf(browser)}
    assert browser.post("/admin/held_sales/act/put_back/", data=form).status_code == 302
    with shop.inside():
        row = db.session.get_one(HeldSale, number)
        assert (row.status, row.finished_by, row.take_uuid) == (HeldSaleStatus.HELD, None, None)
        db.session.execute(update(HeldSale).values(held_at=utc_now() - timedelta(days=8)))
    assert "Forgotten" in shown(browser, "/admin/held_sales/") or "Unut" in shown(
        browser, "/admin/held_sales/"
    )
    assert browser.post("/admin/held_sales/act/give_up/", data=form).status_code == 302
    with shop.inside():
        assert db.session.get_one(HeldSale, number).status is HeldSaleStatus.VOIDED
        assert (
            db.session.scalars(select(TillEvent).order_by(TillEvent.id.desc())).first().user_id
            == (shop.users["manager"])
        )
