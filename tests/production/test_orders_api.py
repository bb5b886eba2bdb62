"""Production orders through the API: the whole way of one, who sees what, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartpos.core.db import utc_now
from smartpos.production.models import BomStatus, MachineStatus
from smartpos.production.operations.machines import report_status
from tests.conftest import Api
from tests.production.machines import machine
from tests.production.making import Bakery, D, recipe


def patch(who: Api, path: str, body: dict[str, Any]) -> Any:
    return who.open(path, "PATCH", json=body)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_an_order_from_its_wish_to_its_revert(bakery: Bakery, manager: Api, operator: Api) -> None:
    shop = bakery.shop
    bakery.complete(bakery.ask(bakery.dough, "20"), "20")
    oven = machine(shop)
    body = {
        "client_uuid": str(uuid4()),
        "product_id": bakery.bread,
        "quantity_to_produce": "20",
        "branch_id": shop.branch_id,
        "machine_id": oven,
        "operator_id": shop.users["operator"],
        "priority": "high",
        "shift": "tong",
    }
    made = manager.post("/api/production-orders", body)
    assert made.status_code == 201, made.json
    assert (made.json["quantity_completed"], made.json["actual_cost"]) == ("0.000", "0.0000")
    assert manager.post("/api/production-orders", body).status_code == 200
    assert code(manager.post("/api/production-orders", body | {"shift": "kech"})) == (
        409,
        "client_uuid_reused",
    )
    order = made.json
    assert (order["status"], order["quantity_to_produce"], order["estimated_cost"]) == (
        "pending",
        "20.000",
        "27000.00",
    )
    assert [(one["name"], one["planned"], one["short"]) for one in order["materials"]] == [
        ("Xamir", "10.000", "0.000"),
        ("Tuz", "0.200", "0.000"),
    ]
    url = f"/api/production-orders/{order['id']}"
    start = utc_now().replace(microsecond=0) + timedelta(hours=1)
    planned = manager.post(url + "/schedule", {"start": start.isoformat()})
    assert planned.status_code == 200, planned.json
    assert (planned.json["status"], planned.json["shortages"]) == ("scheduled", [])
    assert bakery.reserved() == {bakery.dough: 10, bakery.salt: D("0.2")}
    assert patch(manager, url, {"quantity_to_produce": "24"}).json["materials"][0]["planned"] == "12.000"
    assert bakery.reserved() == {bakery.dough: 12, bakery.salt: D("0.24")}
    begun = operator.post(url + "/start")
    assert begun.json["status"] == "in_progress"
    assert begun.json["working"]["user_id"] == shop.users["operator"]
    assert bakery.machine(oven).status is MachineStatus.BUSY
    assert operator.post(url + "/pause", {"reason": "un keldi"}).json["reason"] == "un keldi"
    assert bakery.machine(oven).status is MachineStatus.FREE
    assert operator.post(url + "/start").json["working"]
    name = str(uuid4())
    done = operator.post(url + "/complete", {"client_uuid": name, "quantity": "10", "scrapped": "2"})
    assert done.status_code == 200, done.json
    assert bakery.reserved() == {bakery.dough: 6, bakery.salt: D("0.12")}
    again = operator.post(url + "/complete", {"client_uuid": name, "quantity": "10", "scrapped": "2"})
    assert again.json["completion_id"] == done.json["completion_id"]
    assert len(again.json["completions"]) == 1
    last = operator.post(
        url + "/complete",
        {"quantity": "12", "materials": [{"product_id": bakery.salt, "quantity": "0.1"}]},
    )
    assert last.json["status"] == "completed" and last.json["working"] is None
    assert bakery.reserved() == {}
    assert bakery.machine(oven).status is MachineStatus.FREE
    assert bakery.holds(bakery.bread)[0] == 22
    full = manager.get(url).json
    # 12 kg of dough at 2 404 and 220 g of salt, and what 24 breads take of labour and overhead.
    assert full["material_cost"] == "29288.0000" and full["actual_cost"] == "32888.0000"
    first = full["completions"][0]
    assert first["outputs"][0]["kind"] == "product" and first["uses"][0]["value"] == "14424.0000"
    back = manager.post(url + "/revert", {"completion_id": last.json["completion_id"], "reason": "xato"})
    assert back.json["status"] == "on_hold" and back.json["quantity_completed"] == "10.000"
    assert manager.post(url + "/finish").json["status"] == "completed"
    assert manager.post(url + "/revert", {}).json["actual_cost"] == "0.0000"
    assert manager.post(url + "/cancel", {"reason": "kerak emas"}).json["status"] == "cancelled"
    assert bakery.books() == []


def test_operators_see_no_costs_and_no_orders_of_others(
    bakery: Bakery, manager: Api, operator: Api, api_of: Callable[..., Api]
) -> None:
    shop = bakery.shop
    bakery.complete(bakery.ask(bakery.dough, "20"), "20")
    mine = bakery.ask(operator_id=shop.users["operator"])
    nobodys = bakery.ask()
    foreign = bakery.ask(operator_id=shop.users["cashier"])
    ours = bakery.ask(operator_id=shop.users["cashier"], team=[shop.users["operator"]])
    bakery.complete(mine, "2")
    listed = operator.get("/api/production-orders").json["items"]
    assert [one["id"] for one in listed] == [ours, nobodys, mine]
    shown = operator.get(f"/api/production-orders/{mine}")
    for page in (shown.text, operator.get("/api/production-orders").text):
        assert "cost" not in page and "value" not in page
    assert "actual_cost" in manager.get(f"/api/production-orders/{mine}").text
    for act, body in (("start", None), ("pause", {}), ("complete", {"quantity": "1"}), ("finish", None)):
        answer = operator.post(f"/api/production-orders/{foreign}/{act}", body)
        assert code(answer) == (404, "production_order_not_found")
    assert operator.get(f"/api/production-orders/{foreign}").status_code == 404
    assert len(api_of("warehouse").get("/api/production-orders").json["items"]) == 5
    for query, found in (
        ("status=in_progress", [mine]),
        (f"operator_id={shop.users['cashier']}", [ours, foreign]),
        (f"product_id={bakery.dough}&status=completed", 1),
        (f"branch_id={shop.warehouse_id}", []),
        ("machine_id=77", []),
        (f"from={(utc_now() + timedelta(days=1)).isoformat().replace('+', '%2B')}", []),
        ("to=2026-01-01T00:00:00Z", []),
    ):
        items = [one["id"] for one in manager.get(f"/api/production-orders?{query}").json["items"]]
        assert items == found if isinstance(found, list) else len(items) == found
    first = manager.get("/api/production-orders?limit=2").json
    rest = manager.get(f"/api/production-orders?limit=50&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["items"] + rest["items"]] == sorted(
        (one["id"] for one in first["items"] + rest["items"]), reverse=True
    )
    assert len(rest["items"]) == 3


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"quantity_to_produce": "0"}, (422, "invalid")),
        ({"quantity_to_produce": "-5"}, (422, "invalid")),
        ({"quantity_to_produce": "1.5"}, (422, "invalid")),
        ({"quantity_to_produce": "999999999999"}, (422, "invalid")),
        ({"quantity_to_produce": "99999999999", "bom_id": "huge"}, (422, "production_too_large")),
        ({"product_id": 10**12}, (404, "product_not_found")),
        ({"branch_id": 10**12}, (404, "branch_not_found")),
        ({"bom_id": 10**12}, (404, "bom_not_found")),
        ({"bom_id": "dough"}, (422, "invalid")),
        ({"bom_id": "inactive"}, (409, "bom_not_in_force")),
        ({"bom_id": "past"}, (409, "bom_not_in_force")),
        ({"product_id": "salt"}, (422, "no_recipe")),
        ({"machine_id": 10**12}, (404, "machine_not_found")),
        ({"machine_id": "elsewhere"}, (422, "invalid")),
        ({"operator_id": 10**12}, (422, "invalid")),
        ({"team": [10**12]}, (422, "invalid")),
        ({"parent_id": 10**12}, (404, "production_order_not_found")),
        ({"planned_end_at": "2026-05-01T08:00:00Z"}, (422, "invalid")),
    ],
)
def test_what_is_no_order(
    bakery: Bakery, manager: Api, facts: dict[str, Any], refused: tuple[int, str]
) -> None:
    shop = bakery.shop
    named = {
        "dough": lambda: bakery.dough_recipe,
        "salt": lambda: bakery.salt,
        "inactive": lambda: recipe(
            shop, bakery.bread, {bakery.salt: "1"}, version="2", status=BomStatus.INACTIVE, is_default=False
        ),
        "huge": lambda: recipe(shop, bakery.bread, {bakery.salt: "1000"}, version="2", is_default=False),
        "past": lambda: recipe(
            shop,
            bakery.bread,
            {bakery.salt: "1"},
            version="2",
            is_default=False,
            valid_to=bakery.today - timedelta(days=1),
        ),
        "elsewhere": lambda: machine(shop, branch_id=shop.warehouse_id),
    }
    for name, value in facts.items():
        if isinstance(value, str) and value in named:
            facts = facts | {name: named[value]()}
    body = {"product_id": bakery.bread, "quantity_to_produce": "10", "branch_id": shop.branch_id} | facts
    assert code(manager.post("/api/production-orders", body)) == refused
    assert manager.get("/api/production-orders").json["items"] == []


def test_machines_take_one_order_and_their_operators(bakery: Bakery, manager: Api, operator: Api) -> None:
    shop = bakery.shop
    oven = machine(shop, name="Pech")
    first, second = bakery.ask(machine_id=oven), bakery.ask(machine_id=oven)
    url = "/api/production-orders/{}/{}"
    assert operator.post(url.format(first, "start")).status_code == 200
    assert operator.post(url.format(first, "start")).status_code == 200
    busy = manager.post(url.format(second, "start"))
    assert code(busy) == (409, "machine_is_busy")
    assert busy.json["order"] == bakery.order(first).number
    assert code(manager.post(url.format(first, "start"))) == (409, "another_operator_works")
    assert code(patch(manager, f"/api/production-orders/{first}", {"machine_id": None})) == (
        409,
        "production_order_in_other_state",
    )
    assert manager.post(url.format(first, "pause"), {}).status_code == 200
    with shop.inside("manager"):
        report_status(oven, MachineStatus.MAINTENANCE, None, actor=shop.actor("manager"))
    for act, body in (("start", None), ("complete", {"quantity": "1"})):
        assert code(manager.post(url.format(second, act), body)) == (409, "machine_is_not_ready")
    with shop.inside("manager"):
        from smartpos.production.operations.machines import set_operators
        from smartpos.production.queries.machines import machine_of

        report_status(oven, MachineStatus.FREE, None, actor=shop.actor("manager"))
        set_operators(machine_of(oven), [shop.users["owner"]], actor=shop.actor("manager"))
    assert code(operator.post(url.format(second, "start"))) == (409, "not_an_operator")
    assert manager.post(url.format(second, "start")).status_code == 200
    assert bakery.machine(oven).status is MachineStatus.BUSY
    assert bakery.books() == []


def test_a_machine_is_planned_once_at_a_time(bakery: Bakery, manager: Api) -> None:
    oven = machine(bakery.shop)
    first, second = bakery.ask(machine_id=oven), bakery.ask()
    start = utc_now().replace(microsecond=0) + timedelta(days=1)

    def plan(order: int, hours: int, **facts: Any) -> Any:
        body = {"start": (start + timedelta(hours=hours)).isoformat()} | facts
        return manager.post(f"/api/production-orders/{order}/schedule", body)

    short = plan(first, 0)
    assert [one["product_id"] for one in short.json["shortages"]] == [bakery.dough]
    assert bakery.reserved() == {bakery.salt: D("0.1")}
    taken = plan(second, 0, machine_id=oven)
    assert code(taken) == (409, "machine_is_booked")
    assert [one["number"] for one in taken.json["orders"]] == [bakery.order(first).number]
    assert plan(second, 1, machine_id=oven).status_code == 200
    moved = patch(
        manager,
        f"/api/production-orders/{second}",
        {"planned_start_at": (start + timedelta(minutes=30)).isoformat()},
    )
    assert code(moved) == (409, "machine_is_booked")
    assert code(plan(second, 5, end=start.isoformat())) == (422, "invalid")
    assert manager.post(f"/api/production-orders/{first}/cancel", {}).status_code == 200
    assert code(plan(first, 9)) == (409, "production_order_in_other_state")
    assert bakery.reserved() == {bakery.salt: D("0.1")}
    assert bakery.books() == []


def test_materials_of_one_order_are_its_own(bakery: Bakery, manager: Api) -> None:
    number = bakery.ask(bakery.dough, "10")
    url = f"/api/production-orders/{number}/materials"
    rye = bakery.shop.product("Javdar uni", unit="kg", cost="6000", stock="10")
    lines = [
        {"product_id": rye, "quantity": "6", "substitute_for_id": bakery.flour},
        {"product_id": bakery.water, "quantity": "4", "operation_notes": "iliq"},
    ]
    shown = manager.put(url, {"items": lines}).json["materials"]
    assert [(one["product_id"], one["planned"], one["substitute_for_id"]) for one in shown] == [
        (rye, "6.000", bakery.flour),
        (bakery.water, "4.000", None),
    ]
    bakery.complete(number, "5")
    assert bakery.holds(rye)[0] == 7
    kept = manager.put(url, {"items": lines[1:]}).json["materials"]
    assert [(one["product_id"], one["planned"], one["used"]) for one in kept] == [
        (bakery.water, "4.000", "2.000"),
        (rye, "0.000", "3.000"),
    ]
    for wrong, expected in (
        ([{"product_id": 10**12, "quantity": "1"}], (404, "product_not_found")),
        ([{"product_id": bakery.dough, "quantity": "1"}], (422, "circular_recipe")),
        ([lines[1], lines[1]], (422, "invalid")),
        ([{"product_id": rye, "quantity": "-1"}], (422, "invalid")),
    ):
        assert code(manager.put(url, {"items": wrong})) == expected
    less = patch(manager, f"/api/production-orders/{number}", {"quantity_to_produce": "4"})
    assert code(less) == (422, "invalid")
    assert bakery.books() == []


def used(product_id: int, quantity: str) -> list[dict[str, Any]]:
    return [{"product_id": product_id, "quantity": quantity}]


def test_what_cannot_be_completed_through_the_api(bakery: Bakery, manager: Api, operator: Api) -> None:
    number = bakery.ask(bakery.dough, "10")
    url = f"/api/production-orders/{number}"
    for body, expected in (
        ({}, (422, "invalid")),
        ({"quantity": "0"}, (422, "invalid")),
        ({"quantity": "-1"}, (422, "invalid")),
        ({"quantity": "NaN"}, (422, "invalid")),
        ({"quantity": "12"}, (422, "above_tolerance")),
        ({"quantity": "1", "scrapped": "11"}, (422, "above_tolerance")),
        (
            {"quantity": "1", "materials": [{"product_id": 10**12, "quantity": "1"}]},
            (404, "product_not_found"),
        ),
        (
            {"quantity": "1", "materials": [{"product_id": bakery.salt, "quantity": "101"}]},
            (409, "materials_are_short"),
        ),
    ):
        assert code(manager.post(url + "/complete", body)) == expected, body
    assert code(operator.post(url + "/complete", {"quantity": "1", "labor_cost": "5"})) == (403, "forbidden")
    assert code(manager.post(url + "/revert", {})) == (409, "production_order_in_other_state")
    assert code(manager.post(url + "/revert", {"completion_id": 10**12})) == (404, "completion_not_found")
    assert code(manager.post(url + "/finish")) == (409, "production_order_in_other_state")
    assert code(manager.post(url + "/pause", {})) == (409, "production_order_in_other_state")
    bakery.complete(number, "1")
    assert code(manager.post(url + "/cancel", {})) == (409, "production_order_in_other_state")
    assert bakery.books() == []
