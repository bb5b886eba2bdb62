"""Machines through the doors: the API, the pages of the shop floor, the back office."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from smartpos.core.admin.trail import subject_label
from smartpos.core.db import db, utc_now
from smartpos.core.models import AuditLog
from smartpos.production.models import Machine, MachineEvent, MachineStatus, OrderStatus
from smartpos.production.operations import machines as operations
from smartpos.production.queries import machines as queries
from tests.browsing import speak_english
from tests.cast import Shop
from tests.conftest import Api, csrf_of, poster
from tests.production.machines import change, days_ago, log_of, machine, order_on, row_of


def test_the_api_tells_what_runs_where_and_takes_reports(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    oven = machine(shop, code="P-1", name="Pech", upkeep_every_days=30)
    mixer = machine(shop, code="M-1", name="Mikser", branch_id=shop.warehouse_id)
    press = machine(shop, code="Z-1", name="Press")
    bread = shop.product("Non", cost="1234")
    order = order_on(shop, oven, bread, OrderStatus.IN_PROGRESS, quantity="40")
    change(shop, Machine, mixer, next_upkeep_on=days_ago(1).date())
    operator, manager, warehouse = api_of("operator"), api_of("manager"), api_of("warehouse")

    page = operator.get("/api/machines?limit=2").json
    rest = operator.get(f"/api/machines?limit=2&cursor={page['next_cursor']}").json
    assert [one["id"] for one in page["items"] + rest["items"]] == [oven, mixer, press]
    assert rest["next_cursor"] is None
    first = page["items"][0]
    assert first["status"] == "busy"
    assert first["order"] | {"running_since": ""} == {
        "id": order,
        "number": first["order"]["number"],
        "product_id": bread,
        "product": "Non",
        "unit": "dona",
        "quantity_to_produce": "40.000",
        "quantity_completed": "0.000",
        "quantity_scrapped": "0.000",
        "operator_id": shop.users["operator"],
        "operator": "Operator",
        "running_since": "",
        "planned_end_at": None,
    }
    assert page["items"][1]["order"] is None
    assert page["items"][1]["is_upkeep_overdue"] is True

    def ids(query: str) -> list[int]:
        return [one["id"] for one in manager.get(f"/api/machines?{query}").json["items"]]

    assert ids("status=busy") == [oven]
    assert ids(f"branch_id={shop.warehouse_id}") == [mixer]
    assert ids(f"status=free&branch_id={shop.branch_id}") == [press]
    assert ids("code=z-1") == [press]
    assert manager.get("/api/machines?status=broken").status_code == 422
    assert manager.get(f"/api/machines?branch_id={stranger.branch_id}").status_code == 404

    # Reports: by operators, not while an order is in progress, never that it is busy.
    refused = operator.post(f"/api/machines/{oven}/status", {"status": "off"})
    assert (refused.status_code, refused.json["code"]) == (409, "machine_is_busy")
    assert operator.post(f"/api/machines/{press}/status", {"status": "busy"}).status_code == 422
    assert operator.post(f"/api/machines/{press}/status", {"status": "broken"}).status_code == 422
    assert operator.post(f"/api/machines/{press}/status", {}).status_code == 422
    done = operator.post(f"/api/machines/{press}/status", {"status": "maintenance", "note": "Moy"})
    assert (done.status_code, done.json["status"], done.json["may_operate"]) == (200, "maintenance", True)
    assert warehouse.get(f"/api/machines/{press}").json["may_operate"] is False
    assert warehouse.post(f"/api/machines/{press}/status", {"status": "off"}).status_code == 403
    with shop.inside("manager"):
        operations.set_operators(
            queries.machine_of(press), [shop.users["manager"]], actor=shop.actor("manager")
        )
    refused = operator.post(f"/api/machines/{press}/status", {"status": "free"})
    assert (refused.status_code, refused.json["code"]) == (409, "not_an_operator")
    assert operator.post(f"/api/machines/{press}/upkeep", {}).status_code == 409
    one = manager.get(f"/api/machines/{press}").json
    assert one["operators"] == [{"id": shop.users["manager"], "name": "Manager"}]

    assert operator.post(f"/api/machines/{oven}/upkeep", {"done_on": "2999-01-01"}).status_code == 422
    assert operator.post(f"/api/machines/{oven}/upkeep", {"done_on": "soon"}).status_code == 422
    looked_after = operator.post(f"/api/machines/{oven}/upkeep", {"note": "Tozalandi"}).json
    assert looked_after["next_upkeep_on"] == (days_ago(-30)).date().isoformat()
    told = operator.get(f"/api/machines/{oven}/log?limit=2").json
    assert [one["event"] for one in told["items"]] == ["upkeep", "status"]
    older = operator.get(f"/api/machines/{oven}/log?limit=2&cursor={told['next_cursor']}").json
    assert [one["status"] for one in older["items"]] == ["free"]
    assert told["items"][1]["order_id"] == order

    # Nobody else's machines.
    foreign = api_of("stranger", "navruz")
    assert foreign.get("/api/machines").json["items"] == []
    for path, body in ((f"/{oven}/status", {"status": "off"}), (f"/{oven}/upkeep", {})):
        assert foreign.post(f"/api/machines{path}", body).status_code == 404
    assert foreign.get(f"/api/machines/{oven}").status_code == 404
    assert foreign.get(f"/api/machines/{oven}/log").status_code == 404
    assert api_of("cashier").get("/api/machines").status_code == 403


def test_the_floor_sees_and_reports_by_buttons(
    shop: Shop, stranger: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    speak_english(shop)
    oven = machine(shop, code="P-1", name="Pech <b>", upkeep_every_days=5)
    mixer = machine(shop, code="M-1", name="Mikser", notes="Yon eshik")
    change(shop, Machine, mixer, next_upkeep_on=days_ago(2).date())
    bread = shop.product("Non", cost="1234")
    order_on(shop, oven, bread, OrderStatus.IN_PROGRESS, quantity="40")
    start = utc_now() + timedelta(hours=2)
    order_on(
        shop, mixer, shop.product("Xamir"), OrderStatus.SCHEDULED, planned_start_at=start,
        planned_end_at=start + timedelta(hours=1),
    )  # fmt: skip
    operator = client_of("operator")
    page = operator.get("/machines").get_data(as_text=True)
    assert "Pech &lt;b&gt;" in page
    assert "Non" in page
    assert "Upkeep is late" in page
    # What is busy offers nothing; the other one what it is not.
    assert page.count("/status") == 1
    assert re.findall(r'name="status" value="(\w+)"', page) == ["maintenance", "off"]
    assert "1 234" not in page.replace("\u00a0", " ").replace("\u202f", " ")
    for query, names in (
        ("status=busy", {"P-1"}),
        ("upkeep=1", {"M-1"}),
        (f"branch={shop.warehouse_id}", set()),
        ("branch=99999999999999999999&status=x&cursor=", {"P-1", "M-1"}),
    ):
        shown = operator.get(f"/machines?{query}").get_data(as_text=True)
        assert {code for code in ("P-1", "M-1") if f">{code}" in shown} == names, query
    assert operator.get("/machines?cursor=nonsense").status_code == 422

    post = poster(operator)
    answer = post(f"/machines/{mixer}/status", status="maintenance", back="list")
    assert answer.request.path == "/machines"
    answer = post(f"/machines/{mixer}/status", status="free", note="Tuzatildi")
    assert answer.request.path == f"/machines/{mixer}"
    shown = answer.get_data(as_text=True)
    assert "Tuzatildi" in shown
    assert "Xamir" in shown
    assert "Yon eshik" in shown
    for form, sentence in (
        ({"status": "note", "note": " "}, "This must not be empty."),
        ({"status": "busy"}, "that is not reported"),
        ({}, "that is not reported"),
        ({"status": "off", "note": "x" * 1001}, "At most 1000 characters"),
    ):
        assert sentence in post(f"/machines/{mixer}/status", **form).get_data(as_text=True), form
    assert "is busy with" in post(f"/machines/{oven}/status", status="off").get_data(as_text=True)
    assert "This is not a date." in post(f"/machines/{mixer}/upkeep", done_on="x").get_data(as_text=True)
    assert "has not come" in post(f"/machines/{mixer}/upkeep", done_on="2999-01-01").get_data(as_text=True)
    post(f"/machines/{mixer}/upkeep", done_on=days_ago(0).date().isoformat(), note="Moylandi")
    assert row_of(shop, mixer).last_upkeep_on == days_ago(0).date()
    post(f"/machines/{mixer}/status", status="note", note="Ovozi bor")
    assert [log.event for log in log_of(shop, mixer)][-2:] == [MachineEvent.UPKEEP, MachineEvent.NOTE]
    # The picture has the hours of each day; a month has thirty.
    assert '"kind": "stacked"' in shown
    month = operator.get(f"/machines/{mixer}?days=30").get_data(as_text=True)
    assert month.count("<tr><td>") >= 30
    assert operator.get(f"/machines/{mixer}?days=x&cursor=nonsense").status_code == 422

    labels = operator.get("/machines/labels").get_data(as_text=True)
    assert labels.count("<svg") >= 2
    assert operator.get(f"/machines/labels?id={oven}").get_data(as_text=True).count('machine-label"') == 1

    # Who may not run it sees it all the same; who may only look has no buttons.
    with shop.inside("manager"):
        operations.set_operators(
            queries.machine_of(mixer), [shop.users["manager"]], actor=shop.actor("manager")
        )
    assert "/status" not in operator.get(f"/machines/{mixer}").get_data(as_text=True)
    assert "may not run" in post(f"/machines/{mixer}/status", status="off").get_data(as_text=True)
    assert "/status" not in client_of("warehouse").get("/machines").get_data(as_text=True)
    foreign = client_of("stranger", "navruz")
    assert "P-1" not in foreign.get("/machines").get_data(as_text=True)
    for path in (f"/machines/{mixer}", f"/machines/labels?id={mixer}"):
        assert foreign.get(path).status_code == 404
    token = {"csrf_token": csrf_of(foreign)}
    assert foreign.post(f"/machines/{mixer}/status", data=token | {"status": "off"}).status_code == 404
    assert foreign.post(f"/machines/{mixer}/upkeep", data=token).status_code == 404


def test_the_office_registers_machines_and_their_people(
    shop: Shop, stranger: Shop, manager_in_english: FlaskClient
) -> None:
    client, post = manager_in_english, poster(manager_in_english)
    facts: dict[str, Any] = {
        "name": "Pech",
        "code": "P-1",
        "branch": shop.branch_id,
        "people": f"{shop.users['operator']},{shop.users['owner']}",
        "upkeep_every_days": "30",
    }
    offered = client.get("/admin/machines/ajax/lookup/?name=people&query=").json
    assert {number for number, _text in offered} == {
        shop.users[who] for who in ("owner", "admin", "manager", "operator")
    }
    answer = post("/admin/machines/new/", **facts)
    assert answer.status_code == 200
    with shop.inside("manager"):
        (row,) = [one.id for one in _all(queries.machines(code="P-1"))]
        assert [name for _number, name in queries.operators_of(row)] == ["Operator", "Owner"]
    for wrong in (
        {"code": "p-1"},
        {"code": "P-2", "name": ""},
        {"code": "P-2", "branch": stranger.branch_id},
        {"code": "P-2", "people": str(shop.users["cashier"])},
        {"code": "P-2", "upkeep_every_days": "0"},
    ):
        post("/admin/machines/new/", **(facts | wrong))
        with shop.inside("manager"):
            assert len(_all(queries.machines())) == 1, wrong
    edit = client.get(f"/admin/machines/edit/?id={row}").get_data(as_text=True)
    assert "Operator" in edit
    post(f"/admin/machines/edit/?id={row}", **(facts | {"people": "", "name": "Katta pech", "kind": "pech"}))
    with shop.inside("manager"):
        assert queries.operators_of(row) == []
        assert queries.machine_of(row).name == "Katta pech"
    for word, number in (("Katta", 1), ("P-1", 1), ("qqq", 0)):
        listed = client.get(f"/admin/machines/?search={word}").get_data(as_text=True)
        assert listed.count(f"details/?id={row}") >= number
        assert ("Katta pech" in listed) is bool(number)
    for due, tone in ((days_ago(0), "warn"), (days_ago(1), "bad")):
        change(shop, Machine, row, next_upkeep_on=due.date())
        assert f'<span class="pill {tone}">{due:%d.%m.%Y}</span>' in client.get("/admin/machines/").text
    post("/admin/machines/act/maintenance/", id=row, note="Moy oqdi")
    assert row_of(shop, row).status is MachineStatus.MAINTENANCE
    post("/admin/machines/act/upkeep/", id=row, done_on=days_ago(0).date().isoformat(), note="Yangilandi")
    logs = client.get("/admin/machine_logs/").get_data(as_text=True)
    assert "Moy oqdi" in logs
    assert "Yangilandi" in logs
    with shop.inside("manager"), force_locale("en"):
        told = db.session.scalars(select(AuditLog).where(AuditLog.entity_type.like("machine%"))).all()
        assert {row.entity_type for row in told} == {"machines", "machine_operators"}
        assert subject_label("machine_operators") == "Who may run a machine"
    # What an order needs stays.
    order_on(shop, row, shop.product(), OrderStatus.PENDING)
    assert "is needed by" in post("/admin/machines/delete/", id=row).get_data(as_text=True)
    assert row_of(shop, row).deleted_at is None
    spare = machine(shop)
    post("/admin/machines/delete/", id=spare)
    assert row_of(shop, spare).deleted_at is not None


def _all(statement: Any) -> list[Any]:
    return list(db.session.execute(statement).all())
