"""Production orders in the office: listed, entered, planned, changed, completed, taken back, printed."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.production.models import BomComponent, BomSubstitute, OrderStatus, ProductionOrder
from smartpos.production.operations.machines import create_machine
from smartpos.production.operations.orders import schedule_order
from smartpos.production.routes.orders import bars
from tests.cast import Shop
from tests.conftest import Api, csrf_of, poster
from tests.production.making import Bakery

HERE = "/admin/production_orders"


@pytest.fixture
def office(bakery: Bakery, manager_in_english: FlaskClient) -> FlaskClient:
    """The manager's browser; what pages say is in the language of the code."""
    return manager_in_english


def act(client: FlaskClient, view: str, name: str, number: int, **form: str) -> Any:
    data = {"id": number, "csrf_token": csrf_of(client)} | form
    return client.post(f"/admin/{view}/act/{name}/", data=data)


def read(client: FlaskClient, url: str) -> str:
    answer = client.get(url, follow_redirects=True)
    assert answer.status_code == 200, url
    return str(answer.get_data(as_text=True))


def baked(bakery: Bakery, quantity: str = "10", **facts: Any) -> tuple[int, int]:
    """An order with a completion of eight good ones and two bad ones: both their ids."""
    bakery.complete(bakery.ask(bakery.dough, "40"), "40")
    number = bakery.ask(quantity=quantity, **facts)
    return number, bakery.complete(number, "8", "2", scrap_reason="Burnt")


def test_the_list_finds_filters_and_leads_to_the_order(bakery: Bakery, office: FlaskClient) -> None:
    first, second = bakery.ask(), bakery.ask(bakery.dough, "3")
    page = read(office, f"{HERE}/")
    assert "M-000001" in page and "M-000002" in page
    assert f"{HERE}/details/?id={first}" in page
    assert "/production/orders/new" in page
    found = read(office, f"{HERE}/?search=Xamir")
    assert f"id={second}" in found and "M-000001" not in found
    assert "M-000001" in read(office, f"{HERE}/?search=000001")


def test_the_page_tells_how_far_it_is_what_is_short_and_what_it_cost(
    bakery: Bakery, office: FlaskClient
) -> None:
    number, completion = baked(bakery, "100")
    page = read(office, f"/production/orders/{number}")
    assert "is-short" in page and "10\u00a0kg" in page  # of dough: 45 more are needed, 35 are there
    assert f"/admin/production_completions/details/?id={completion}" in page
    assert "Burnt" in page
    cost = bakery.completion(completion)
    total = cost.material_cost + cost.labor_cost + cost.overhead_cost
    shown = re.sub(r"[\s\u202f\u00a0]", "", page)
    assert str(int(total)) in shown
    steps = page.split('class="steps"')[1]
    assert steps.count("<time") == 3  # entered, begun, completed: the work goes on


def test_costs_are_for_those_who_may_see_them(bakery: Bakery, client_of: Callable[..., FlaskClient]) -> None:
    number, completion = baked(bakery, operator_id=bakery.shop.users["operator"])
    keeper = client_of("operator")
    for url in (
        f"{HERE}/details/?id={number}",
        f"{HERE}/",
        f"/admin/production_completions/details/?id={completion}",
        "/admin/production_completions/",
        "/admin/production_materials/",
        f"/production/orders/{number}/complete",
        f"/production/orders/{number}/sheet",
    ):
        page = re.sub(r"[\s\u202f\u00a0]", "", read(keeper, url))
        assert "15250" not in page and "12200" not in page and "1220" not in page, url
    assert (
        keeper.get(f"/production/orders/{number}").headers["Location"].endswith(f"/production?order={number}")
    )


def test_work_goes_on_from_the_page(bakery: Bakery, office: FlaskClient) -> None:
    bakery.complete(bakery.ask(bakery.dough, "40"), "40")
    number = bakery.ask()

    def status() -> OrderStatus:
        return bakery.order(number).status

    assert act(office, "production_orders", "start", number).status_code == 302
    assert status() is OrderStatus.IN_PROGRESS
    assert act(office, "production_orders", "pause", number, reason="Lunch").status_code == 302
    assert status() is OrderStatus.ON_HOLD
    assert "Lunch" in read(office, f"{HERE}/details/?id={number}")
    send = poster(office)
    uuid = str(uuid4())
    typed = {
        "quantity": "6",
        "scrapped": "1",
        "scrap_reason": "Burnt",
        "client_uuid": uuid,
        "labor_cost": "70",
    }
    for _twice in range(2):
        send(f"/production/orders/{number}/complete", **typed, **{f"used-{bakery.salt}": "0,2"})
    with bakery.shop.inside():
        order = db.session.get_one(ProductionOrder, number)
        assert (order.quantity_completed, order.quantity_scrapped) == (6, 1)
        assert order.labor_cost == 70
        assert {one.product_id: one.used_quantity for one in order.materials}[bakery.salt] == Decimal("0.2")
    refused = send(f"/production/orders/{number}/complete", quantity="900", client_uuid=str(uuid4()))
    assert "more than planned" in refused.get_data(as_text=True)
    assert 'value="900"' in refused.get_data(as_text=True)
    assert act(office, "production_orders", "finish", number).status_code == 302
    assert status() is OrderStatus.COMPLETED
    assert act(office, "production_orders", "revert", number, reason="").status_code == 200
    assert act(office, "production_orders", "revert", number, reason="Mistake").status_code == 302
    assert bakery.order(number).quantity_completed == 0
    assert "Mistake" in read(office, f"{HERE}/details/?id={number}")
    assert act(office, "production_orders", "cancel", number, reason="Not wanted").status_code == 302
    assert status() is OrderStatus.CANCELLED


def test_one_completion_is_taken_back(bakery: Bakery, office: FlaskClient) -> None:
    number, first = baked(bakery, "30")
    second = bakery.complete(number, "5")
    answer = act(office, "production_completions", "revert", second, reason="Counted wrong")
    assert answer.headers["Location"].endswith(f"{HERE}/details/?id={number}")
    assert bakery.order(number).quantity_completed == 8
    assert bakery.completion(first).reverted_at is None
    page = read(office, f"/admin/production_completions/details/?id={second}")
    assert "Counted wrong" in page


def test_an_order_is_entered_once_and_planned(bakery: Bakery, office: FlaskClient, manager: Api) -> None:
    shop = bakery.shop
    send = poster(office)
    form = {
        "product_id": str(bakery.bread),
        "quantity_to_produce": "30",
        "branch_id": str(shop.branch_id),
        "priority": "high",
        "team": str(shop.users["operator"]),
        "planned_start_at": "2030-01-31T08:00",
        "client_uuid": str(uuid4()),
    }
    told = send("/production/orders/new", **form).get_data(as_text=True)
    assert "Materials are short" in told and "Xamir" in told
    send("/production/orders/new", **form)
    with shop.inside():
        order = db.session.query(ProductionOrder).one()
        assert order.status is OrderStatus.SCHEDULED
        assert order.quantity_to_produce == 30 and order.priority.value == "high"
        assert [one.user_id for one in order.team] == [shop.users["operator"]]
    wrong = send("/production/orders/new", **form | {"quantity_to_produce": "0", "client_uuid": str(uuid4())})
    assert wrong.status_code == 422
    nothing = send(
        "/production/orders/new", **form | {"product_id": str(bakery.flour), "client_uuid": str(uuid4())}
    )
    assert nothing.status_code == 422 and "no recipe in force" in nothing.get_data(as_text=True)


def test_what_an_order_takes_is_told_before_it_is_entered(bakery: Bakery, manager: Api) -> None:
    asked = f"/api/production-preview?product_id={bakery.bread}&branch_id={bakery.shop.branch_id}"
    found = manager.get(f"{asked}&quantity=30").json
    dough = next(one for one in found["materials"] if one["product_id"] == bakery.dough)
    assert dough | {"needed": "15.000", "available": "0.000", "short": "15.000", "is_made": True} == dough
    assert found["bom_id"] == bakery.bread_recipe
    assert found["estimated_cost"] == "40500.00"  # three batches of 12 000, 1 000 and 500
    assert manager.get(asked).json["materials"] == []
    unmade = f"/api/production-preview?product_id={bakery.flour}&branch_id={bakery.shop.branch_id}&quantity=1"
    assert manager.get(unmade).json | {"recipes": [], "bom_id": None} == manager.get(unmade).json
    assert manager.get(f"{asked}&quantity=0").status_code == 422


def test_a_plan_refuses_a_machine_that_is_taken(bakery: Bakery, office: FlaskClient) -> None:
    shop = bakery.shop
    with shop.inside("manager"):
        actor = shop.actor("manager")
        machine = create_machine(actor=actor, branch_id=shop.branch_id, code="T-1", name="Tandir").id
    first, second = bakery.ask(machine_id=machine), bakery.ask()
    send = poster(office)
    when = {"start": "2030-01-31T08:00", "end": "2030-01-31T10:00", "machine_id": str(machine)}
    send(f"/production/orders/{first}/schedule", **when)
    assert bakery.order(first).status is OrderStatus.SCHEDULED
    refused = send(f"/production/orders/{second}/schedule", **when)
    assert refused.status_code == 409 and "M-000001" in refused.get_data(as_text=True)
    assert bakery.order(second).status is OrderStatus.PENDING
    backwards = send(f"/production/orders/{second}/schedule", **when | {"end": "2030-01-31T07:00"})
    assert backwards.status_code == 422
    with shop.inside("manager"):
        order = db.session.get_one(ProductionOrder, first)
        assert order.planned_start_at is not None
        schedule_order(second, order.planned_end_at, machine_id=machine, actor=shop.actor("manager"))
    assert bakery.order(second).status is OrderStatus.SCHEDULED


def test_an_order_changes_until_it_ends(bakery: Bakery, office: FlaskClient) -> None:
    number = bakery.ask()
    send = poster(office)
    form = {"quantity_to_produce": "25", "priority": "urgent", "notes": "Fast"}
    send(f"/production/orders/{number}/change", **form)
    order = bakery.order(number)
    assert (order.quantity_to_produce, order.priority.value, order.notes) == (25, "urgent", "Fast")
    assert {one.product_id: one.planned_quantity for one in order.materials}[bakery.dough] == Decimal("12.5")
    wrong = send(f"/production/orders/{number}/change", **form | {"quantity_to_produce": "1,5"})
    assert wrong.status_code == 422
    assert bakery.order(number).quantity_to_produce == 25
    act(office, "production_orders", "cancel", number, reason="No")
    assert "completed or cancelled" in read(office, f"/production/orders/{number}/change")


def test_materials_are_changed_for_one_order(bakery: Bakery, office: FlaskClient) -> None:
    number = bakery.ask()
    send = poster(office)
    url = f"/production/orders/{number}/materials"
    assert f'name="quantity-{bakery.dough}"' in read(office, url)
    form = {f"quantity-{bakery.dough}": "6", f"quantity-{bakery.salt}": ""}
    send(url, **form, **{"new-product": str(bakery.water), "new-quantity": "1,5"})
    planned = {one.product_id: one.planned_quantity for one in bakery.order(number).materials}
    assert planned == {bakery.dough: 6, bakery.water: Decimal("1.5")}
    refused = send(url, **form, **{"new-product": str(bakery.water), "new-quantity": ""})
    assert "needs a product and a quantity" in refused.get_data(as_text=True)
    circle = send(
        url, **{f"quantity-{bakery.dough}": "6", "new-product": str(bakery.bread), "new-quantity": "1"}
    )
    assert "made of itself" in circle.get_data(as_text=True)
    assert {one.product_id for one in bakery.order(number).materials} == {bakery.dough, bakery.water}


def test_a_substitute_of_the_recipe_is_taken_instead(bakery: Bakery, office: FlaskClient) -> None:
    shop = bakery.shop
    rye = shop.product("Javdar uni", unit="kg", stock="50")
    with shop.inside("manager"):
        part = db.session.scalars(select(BomComponent).where(BomComponent.component_id == bakery.flour)).one()
        part.substitutes.append(BomSubstitute(product_id=rye, ratio=Decimal("1.2")))
    number = bakery.ask(bakery.dough, "10")
    url = f"/production/orders/{number}/materials"
    assert "Javdar uni" in read(office, url)
    poster(office)(
        url,
        **{
            f"quantity-{bakery.flour}": "6",
            f"instead-{bakery.flour}": str(rye),
            f"quantity-{bakery.water}": "4",
        },
    )
    materials = {one.product_id: one for one in bakery.order(number).materials}
    assert materials.keys() == {rye, bakery.water}
    assert materials[rye].planned_quantity == Decimal("7.2")
    assert materials[rye].substitute_for_id == bakery.flour


def test_the_sheet_carries_the_number_as_a_barcode(bakery: Bakery, office: FlaskClient) -> None:
    number = bakery.ask()
    page = read(office, f"/production/orders/{number}/sheet")
    width, found = bars("M-000001")
    assert page.count("<rect") == len(found)
    assert f'viewBox="0 0 {width} 40"' in page
    assert found[0][0] == 10 and sum(found[-1]) == width - 10
    assert "Xamir" in page


def test_movements_lead_to_what_moved_them(bakery: Bakery, office: FlaskClient) -> None:
    _number, completion = baked(bakery)
    assert f"/admin/production_completions/details/?id={completion}" in read(office, "/admin/movements/")


def test_others_do_not_reach_it(
    bakery: Bakery, stranger: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    number, completion = baked(bakery)
    outside = client_of("stranger")
    assert outside.get(f"/production/orders/{number}").status_code == 404
    assert outside.get(f"/production/orders/{number}/sheet").status_code == 404
    assert outside.get(f"{HERE}/details/?id={number}").status_code in {302, 404}
    assert outside.get(f"/admin/production_completions/details/?id={completion}").status_code in {302, 404}
    keeper = client_of("warehouse")
    assert keeper.get("/production/orders/new").status_code == 403
    assert keeper.get(f"/production/orders/{number}/complete").status_code == 403
