"""The operator's page: whose orders it lists, what it tells of one, and that it never tells a price."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, update

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import User
from smartpos.identity.operations import create_user
from smartpos.production.models import MachineStatus, OrderPriority
from smartpos.production.operations.machines import create_machine, report_status
from smartpos.production.operations.orders import change_order
from smartpos.production.operations.working import start_order
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.production.making import Bakery

MONEY = re.compile(r"cost|price|value|amount|worth|margin|labor|overhead", re.IGNORECASE)


@pytest.fixture
def second(shop: Shop) -> int:
    """Another operator of the shop's branch."""
    with shop.inside("owner"):
        person = create_user(
            username="operator2",
            full_name="Ikkinchi Novvoy",
            role=RoleKey.OPERATOR,
            password=PASSWORD,
            default_branch_id=shop.branch_id,
            actor=shop.actor("owner"),
        )
        db.session.flush()
        shop.users["operator2"] = person.id
        return person.id


def stands_in(shop: Shop) -> None:
    with shop.inside("owner"):
        db.session.execute(
            update(User).where(User.id == shop.users["operator"]).values(default_branch_id=shop.branch_id)
        )


def machine(shop: Shop, code: str, **facts: Any) -> int:
    with shop.inside("manager"):
        actor = shop.actor("manager")
        made = create_machine(
            actor=actor, branch_id=shop.branch_id, code=code, name=f"Tandir {code}", **facts
        )
        return made.id


def listed(api: Api) -> list[dict[str, Any]]:
    answer = api.get("/api/production-floor")
    assert answer.status_code == 200
    return list(answer.json["orders"])


def names_in(answer: Any) -> set[str]:
    """All names of fields in an answer, however deep."""
    if isinstance(answer, dict):
        return set(answer) | {name for value in answer.values() for name in names_in(value)}
    if isinstance(answer, list):
        return {name for value in answer for name in names_in(value)}
    return set()


def test_it_lists_what_is_ones_work_today(bakery: Bakery, operator: Api, manager: Api, second: int) -> None:
    shop = bakery.shop
    stands_in(shop)
    now = utc_now()
    mine = bakery.ask(operator_id=shop.users["operator"])
    anyones = bakery.ask(priority=OrderPriority.URGENT)
    team = bakery.ask(operator_id=second, team=(shop.users["operator"],))
    others = bakery.ask(operator_id=second)
    elsewhere = bakery.ask(branch_id=shop.warehouse_id)
    late = bakery.ask(due_at=now - timedelta(hours=1), operator_id=shop.users["operator"])
    tomorrow = bakery.ask(planned_start_at=now + timedelta(days=2), planned_end_at=now + timedelta(days=3))
    with shop.inside("operator"):
        start_order(mine, actor=shop.actor("operator"))
    found = listed(operator)
    assert [one["id"] for one in found] == [mine, anyones, late, team]
    assert {one["id"]: one["whose"] for one in found} == {
        mine: "mine",
        anyones: "free",
        late: "mine",
        team: "team",
    }
    assert [one["id"] for one in found if one["is_late"]] == [late]
    assert found[0]["worker_id"] == shop.users["operator"]
    assert found[0]["since"]
    everything = {one["id"] for one in listed(manager)}
    assert {others, elsewhere, mine} <= everything
    assert tomorrow not in everything
    for hidden in (others,):
        assert operator.get(f"/api/production-floor/{hidden}").status_code == 404
    assert operator.get(f"/api/production-floor/{tomorrow}").json["order"]["id"] == tomorrow


def test_one_order_tells_what_it_takes_and_what_is_short(bakery: Bakery, operator: Api) -> None:
    bakery.ask(bakery.dough, "40")
    dough = bakery.complete(bakery.ask(bakery.dough, "40"), "40")
    assert dough
    number = bakery.ask(quantity="100")
    found = operator.get(f"/api/production-floor/{number}").json
    by_id = {one["product_id"]: one for one in found["materials"]}
    assert by_id[bakery.dough] | {"short": "10.000", "left": "50.000"} == by_id[bakery.dough]
    assert by_id[bakery.salt]["short"] == "0.000"
    assert found["most"] == "110.000"
    assert found["batch_number"] is None


def test_lots_and_expiry_are_proposed(shop: Shop, operator: Api) -> None:
    from tests.production.making import bakery_of

    bakery = bakery_of(shop, track_batches=True, shelf_life_days=3)
    bakery.complete(bakery.ask(bakery.dough, "40"), "40")
    number = bakery.ask(quantity="10")
    bakery.complete(number, "4", who="operator")
    found = operator.get(f"/api/production-floor/{number}").json
    order = bakery.order(number)
    assert found["batch_number"] == f"{order.number}/2"
    assert found["expiration_date"] == (bakery.today + timedelta(days=3)).isoformat()
    assert [one["batch_number"] for one in found["yields"]] == [f"{order.number}/1"]


def test_an_operator_is_never_told_a_price(
    bakery: Bakery, operator: Api, client_of: Callable[..., FlaskClient]
) -> None:
    bakery.complete(bakery.ask(bakery.dough, "40"), "40")
    number = bakery.ask(quantity="20", operator_id=bakery.shop.users["operator"])
    page = client_of("operator").get("/production")
    assert page.status_code == 200
    boot = json.loads(re.search(r'id="boot">(.*?)</script>', page.get_data(as_text=True), re.S)[1])  # type: ignore[index]
    assert not {name for name in names_in(boot) - names_in(boot["texts"]) if MONEY.search(name)}
    answers = [
        operator.get("/api/production-floor"),
        operator.get(f"/api/production-floor/{number}"),
        operator.post(f"/api/production-orders/{number}/start"),
        operator.post(f"/api/production-orders/{number}/complete", {"quantity": "5", "scrapped": "1"}),
        operator.get(f"/api/production-floor/{number}"),
        operator.post(f"/api/production-orders/{number}/complete", {"quantity": "900"}),
        operator.post(f"/api/production-orders/{number}/pause", {"reason": "Tanaffus"}),
        operator.get(f"/api/production-orders/{number}"),
        operator.get("/api/production-orders"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 422, 200, 200, 200]
    for answer in answers:
        assert not {name for name in names_in(answer.json) if MONEY.search(name)}, answer.request.path
        assert "4000" not in answer.get_data(as_text=True)


def test_a_scanned_number_finds_its_order_on_any_day(bakery: Bakery, operator: Api) -> None:
    now = utc_now()
    number = bakery.ask(planned_start_at=now + timedelta(days=9), planned_end_at=now + timedelta(days=10))
    name = bakery.order(number).number
    find = "/api/production-floor/find?code="
    assert operator.get(find + name).json == {"order_ids": [number]}
    assert operator.get(find + "M-999999").json == {"order_ids": []}
    assert operator.get(find).status_code == 422


def test_another_machine_is_chosen_before_the_start(bakery: Bakery, operator: Api) -> None:
    shop = bakery.shop
    busy, free, shut = machine(shop, "T-1"), machine(shop, "T-2"), machine(shop, "T-3")
    with shop.inside("manager"):
        report_status(shut, MachineStatus.MAINTENANCE, actor=shop.actor("manager"))
    running = bakery.ask(machine_id=busy)
    number = bakery.ask(machine_id=busy)
    with shop.inside("operator"):
        start_order(running, actor=shop.actor("operator"))
    refused = operator.post(f"/api/production-orders/{number}/start")
    assert refused.status_code == 409 and refused.json["code"] == "machine_is_busy"
    machines = {one["id"]: one for one in operator.get("/api/production-floor").json["machines"]}
    assert machines[busy]["order_id"] == running
    assert machines[shut]["status"] == "maintenance"
    choose = f"/api/production-floor/{number}/machine"
    assert operator.post(choose, {"machine_id": free}).json["machine_id"] == free
    assert operator.post(choose, {"machine_id": 10**9}).status_code == 404
    assert operator.post(f"/api/production-orders/{number}/start").status_code == 200
    assert operator.post(choose, {"machine_id": None}).json["code"] == "production_order_in_other_state"
    assert bakery.order(number).machine_id == free


def test_a_machine_booked_for_that_time_is_not_chosen(bakery: Bakery, operator: Api, manager: Api) -> None:
    shop = bakery.shop
    first, other = machine(shop, "T-1"), machine(shop, "T-2")
    booked, number = bakery.ask(machine_id=first), bakery.ask(machine_id=other)
    times = {"start": "2030-01-31T08:00:00Z", "end": "2030-01-31T10:00:00Z"}
    for order_id in (booked, number):
        assert manager.post(f"/api/production-orders/{order_id}/schedule", times).status_code == 200
    refused = operator.post(f"/api/production-floor/{number}/machine", {"machine_id": first})
    assert refused.status_code == 409
    assert [one["id"] for one in refused.json["orders"]] == [booked]
    assert bakery.order(number).machine_id == other


def test_an_order_of_somebody_else_is_not_touched(bakery: Bakery, operator: Api, second: int) -> None:
    number = bakery.ask(operator_id=second)
    assert operator.post(f"/api/production-floor/{number}/machine", {"machine_id": None}).status_code == 404
    with bakery.shop.inside("manager"):
        change_order(number, {"operator_id": None}, actor=bakery.shop.actor("manager"))
    assert operator.post(f"/api/production-floor/{number}/machine", {"machine_id": None}).status_code == 200


def test_operators_begin_on_their_page_and_others_do_not(
    bakery: Bakery, client_of: Callable[..., FlaskClient]
) -> None:
    assert client_of("operator").get("/").headers["Location"].endswith("/production")
    assert client_of("manager").get("/").headers["Location"].endswith("/admin/")
    assert client_of("cashier").get("/").headers["Location"].endswith("/till")
    assert "/production" in client_of("operator").get("/profile").get_data(as_text=True)
    assert client_of("cashier").get("/production").status_code == 403


def test_a_stranger_sees_nothing(bakery: Bakery, stranger: Shop, api_of: Callable[..., Api]) -> None:
    number = bakery.ask()
    outside = api_of("stranger")
    assert outside.get("/api/production-floor").json["orders"] == []
    assert outside.get(f"/api/production-floor/{number}").status_code == 404
    assert outside.get("/api/production-floor/find?code=M-000001").json == {"order_ids": []}


def test_the_list_costs_the_same_however_long_it_is(bakery: Bakery, operator: Api) -> None:
    def sent() -> int:
        statements: list[str] = []

        def note(*facts: Any) -> None:
            statements.append(facts[2])

        event.listen(Engine, "before_cursor_execute", note)
        listed(operator)
        event.remove(Engine, "before_cursor_execute", note)
        return len(statements)

    for _turn in range(2):
        bakery.ask()
    few = sent()
    for _turn in range(8):
        bakery.ask()
    assert sent() == few
