"""Several people at one machine at once: one of them is first, and the others are told."""

from collections import Counter
from typing import Any

from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.production.models import MachineEvent, MachineStatus, OrderStatus, ProductionOrder
from smartpos.production.operations.machines import remove_machine
from smartpos.production.operations.orders import OrderRequest, create_order
from smartpos.production.operations.working import start_order
from smartpos.production.queries.machines import machine_of
from tests.cast import Shop
from tests.conftest import LiveServer
from tests.production.machines import log_of, machine, row_of
from tests.production.making import D, recipe
from tests.stock.test_transfers_race import connect, together


def ask(shop: Shop, product: int, machine_id: int | None) -> int:
    with shop.inside("manager"):
        request = OrderRequest(
            product_id=product, quantity_to_produce=D(5), branch_id=shop.branch_id, machine_id=machine_id
        )
        return create_order(request, actor=shop.actor("manager")).id


def told(answer: Any) -> str:
    return "reported" if answer.status_code == 200 else str(answer.json["code"])


def test_started_or_taken_out_of_use_but_not_both(live_server: LiveServer) -> None:
    shop = live_server.shop
    flour, bread = shop.product(stock="100"), shop.product(stock=None)
    recipe(shop, bread, {flour: "1"})
    reporter = connect(live_server, "manager")
    for _turn in range(4):
        oven = machine(shop)
        order = ask(shop, bread, oven)

        def start(order: int = order) -> str:
            try:
                with shop.inside("operator"):
                    start_order(order, actor=shop.actor("operator"))
            except SmartPOSError as error:
                return error.code
            return "started"

        answers = together(
            start, lambda oven=oven: reporter.post(f"/api/machines/{oven}/status", {"status": "maintenance"})
        )
        said = {one if isinstance(one, str) else told(one) for one in answers}
        with shop.inside("manager"):
            status = db.session.get_one(ProductionOrder, order).status
        if "started" in said:
            assert said == {"started", "machine_is_busy"}
            assert (status, row_of(shop, oven).status) == (OrderStatus.IN_PROGRESS, MachineStatus.BUSY)
        else:
            assert said == {"machine_is_not_ready", "reported"}
            assert status is OrderStatus.PENDING
            assert row_of(shop, oven).status is MachineStatus.MAINTENANCE


def test_four_who_report_the_same_write_it_down_once(live_server: LiveServer) -> None:
    shop = live_server.shop
    oven = machine(shop)
    people = [connect(live_server, name) for name in ("operator", "manager", "owner", "admin")]
    answers = together(
        *[lambda one=one: one.post(f"/api/machines/{oven}/status", {"status": "off"}) for one in people]
    )
    assert Counter(answer.status_code for answer in answers) == {200: 4}
    written = [log.status for log in log_of(shop, oven) if log.event is MachineEvent.STATUS]
    assert written == [MachineStatus.FREE, MachineStatus.OFF]


def test_removed_or_planned_but_not_both(live_server: LiveServer) -> None:
    shop = live_server.shop
    flour, bread = shop.product(stock="100"), shop.product(stock=None)
    recipe(shop, bread, {flour: "1"})
    for _turn in range(4):
        oven = machine(shop)

        def remove(oven: int = oven) -> str:
            try:
                with shop.inside("manager"):
                    remove_machine(machine_of(oven), actor=shop.actor("manager"))
            except SmartPOSError as error:
                return error.code
            return "removed"

        def plan(oven: int = oven) -> str:
            try:
                ask(shop, bread, oven)
            except SmartPOSError as error:
                return error.code
            return "planned"

        said = set(together(remove, plan))
        assert said in ({"removed", "machine_not_found"}, {"machine_in_use", "planned"}), said
