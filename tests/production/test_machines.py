"""Machines: registering, who may run them, what is reported, upkeep, when they are taken and how they were used."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update

from smartpos.core.db import db, utc_now
from smartpos.core.errors import SmartPOSError
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.errors import AlreadyTaken, BadField, StillInUse
from smartpos.identity.models import Branch, UserWorkspace
from smartpos.identity.operations import create_workspace, delete_branch
from smartpos.production.errors import (
    MachineInUse,
    MachineIsBusy,
    MachineNotFound,
    NotAnOperatorOfIt,
)
from smartpos.production.models import (
    MachineEvent,
    MachineLog,
    MachineStatus,
    OrderStatus,
    ProductionOrder,
)
from smartpos.production.operations import machines as operations
from smartpos.production.queries import machines as queries
from smartpos.stock.errors import BranchNotFound
from tests.cast import Shop
from tests.production.machines import ZONE, change, days_ago, log_of, machine, order_on, row_of, told

FREE, BUSY, MAINTENANCE, OFF = MachineStatus


def today(shop: Shop) -> Any:
    with shop.inside():
        return shop.actor().organization.today


def test_a_machine_is_registered_changed_and_hidden_unless_it_is_needed(shop: Shop, stranger: Shop) -> None:
    product = shop.product()
    oven = machine(shop, code=" Pech-1 ", name="Katta  pech", upkeep_every_days="30")
    row = row_of(shop, oven)
    assert (row.code, row.name, row.status) == ("Pech-1", "Katta pech", FREE)
    assert row.next_upkeep_on == today(shop) + timedelta(days=30)
    assert [(log.event, log.status) for log in log_of(shop, oven)] == [(MachineEvent.STATUS, FREE)]

    with shop.inside("manager"):
        actor = shop.actor("manager")
        bad: list[tuple[type[SmartPOSError], dict[str, Any]]] = [
            (AlreadyTaken, {"code": "pech-1"}),
            (BadField, {"code": ""}),
            (BadField, {"name": "x" * 256}),
            (BadField, {"upkeep_every_days": "0"}),
            (BadField, {"upkeep_every_days": "1.5"}),
            (BadField, {"last_upkeep_on": today(shop) + timedelta(days=1)}),
            (BadField, {"next_upkeep_on": "soon"}),
            (BadField, {"branch_id": None}),
            (BranchNotFound, {"branch_id": stranger.branch_id}),
            (BadField, {"operator_ids": [shop.users["cashier"]]}),
            (BadField, {"operator_ids": [stranger.users["stranger"]]}),
        ]
        for error, facts in bad:
            given: dict[str, Any] = {"branch_id": shop.branch_id, "code": "N-1", "name": "N"} | facts
            with pytest.raises(error):
                operations.create_machine(actor=actor, **given)
            db.session.rollback()

    # What is in progress keeps it; so does what is planned.
    order = order_on(shop, oven, product, OrderStatus.IN_PROGRESS)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        with pytest.raises(MachineInUse) as refused:
            operations.remove_machine(queries.machine_of(oven), actor=actor)
        assert len(refused.value.facts["orders"]) == 1
        with pytest.raises(MachineInUse):
            operations.change_machine(queries.machine_of(oven), branch_id=shop.warehouse_id, actor=actor)
        branch = db.session.get(Branch, shop.branch_id)
        assert branch is not None
        with pytest.raises(StillInUse) as still:
            delete_branch(branch, actor=actor)
        assert {"machines", "production_orders"} <= set(still.value.facts["reasons"])
        db.session.rollback()
    change(shop, ProductionOrder, order, status=OrderStatus.CANCELLED, cancelled_at=utc_now())
    with shop.inside("manager"):
        actor = shop.actor("manager")
        operations.change_machine(
            queries.machine_of(oven), branch_id=shop.warehouse_id, kind="pech", actor=actor
        )
        operations.remove_machine(queries.machine_of(oven), actor=actor)
    with shop.inside("manager"), pytest.raises(MachineNotFound):
        queries.machine_of(oven)
    # Its code is free again.
    machine(shop, code="PECH-1")


def test_who_may_run_a_machine_and_report_what_it_does(shop: Shop, stranger: Shop) -> None:
    oven = machine(shop)
    operator = shop.users["operator"]
    with shop.inside("manager"):
        row = queries.machine_of(oven)
        assert queries.may_run(row, operator)
        assert queries.may_run(row, shop.users["cashier"])
        operations.set_operators(row, [shop.users["owner"]], actor=shop.actor("manager"))
        assert not queries.may_run(row, operator)
        assert queries.may_run(row, shop.users["owner"])
        assert [name for _id, name in queries.operators_of(oven)] == ["Owner"]
        # The list keeps an operator away, and nobody who may work on anything.
        assert not queries.may_operate(row, shop.actor("operator"))
        assert queries.may_operate(row, shop.actor("manager"))
        assert not queries.may_operate(row, shop.actor("warehouse"))
    with shop.inside("operator"):
        actor = shop.actor("operator")
        for act in (
            lambda: operations.report_status(oven, OFF, actor=actor),
            lambda: operations.log_upkeep(oven, actor=actor),
            lambda: operations.note_on_machine(oven, "x", actor=actor),
        ):
            with pytest.raises(NotAnOperatorOfIt):
                act()
    with shop.inside("manager"):
        operations.set_operators(queries.machine_of(oven), [operator], actor=shop.actor("manager"))
    with shop.inside("operator"):
        actor = shop.actor("operator")
        assert (
            operations.report_status(oven, MAINTENANCE, " Tasma uzildi ", actor=actor).status is MAINTENANCE
        )
        operations.report_status(oven, MAINTENANCE, "Usta keldi", actor=actor)
        operations.report_status(oven, MAINTENANCE, actor=actor)
        operations.report_status(oven, FREE, actor=actor)
        with pytest.raises(BadField):
            operations.report_status(oven, BUSY, actor=actor)
        with pytest.raises(BadField):
            operations.report_status(oven, OFF, "x" * 1001, actor=actor)
        with pytest.raises(BadField):
            operations.note_on_machine(oven, "  ", actor=actor)
    assert [(log.event.value, log.status, log.note) for log in log_of(shop, oven)] == [
        ("status", FREE, None),
        ("status", MAINTENANCE, "Tasma uzildi"),
        ("note", None, "Usta keldi"),
        ("status", FREE, None),
    ]
    assert {log.created_by for log in log_of(shop, oven)[1:]} == {operator}
    # What an order is in progress on stays busy until that is paused.
    order_on(shop, oven, shop.product(), OrderStatus.IN_PROGRESS)
    with shop.inside("operator"):
        for status in (FREE, OFF, MAINTENANCE):
            with pytest.raises(MachineIsBusy):
                operations.report_status(oven, status, actor=shop.actor("operator"))
    with stranger.inside("stranger"):
        for number in (oven, 0, -1, 2**70):
            with pytest.raises(MachineNotFound):
                operations.report_status(number, OFF, actor=stranger.actor("stranger"))
        assert queries.machines() is not None
        assert db.session.execute(queries.machines()).all() == []


def test_upkeep_moves_the_next_day_on(shop: Shop) -> None:
    now = today(shop)
    oven = machine(shop, upkeep_every_days=10, last_upkeep_on=now - timedelta(days=12))
    assert row_of(shop, oven).next_upkeep_on == now - timedelta(days=2)
    with shop.inside("operator"):
        actor = shop.actor("operator")
        operations.log_upkeep(oven, now - timedelta(days=1), "Moy almashtirildi", actor=actor)
    assert row_of(shop, oven).next_upkeep_on == now + timedelta(days=9)
    with shop.inside("operator"):
        actor = shop.actor("operator")
        # Entered late: in the history, without bringing back a day that has passed.
        operations.log_upkeep(oven, now - timedelta(days=40), actor=actor)
        for day in (now + timedelta(days=1), now - timedelta(days=4000)):
            with pytest.raises(BadField):
                operations.log_upkeep(oven, day, actor=actor)
    row = row_of(shop, oven)
    assert (row.last_upkeep_on, row.next_upkeep_on) == (now - timedelta(days=1), now + timedelta(days=9))
    logged = [log for log in log_of(shop, oven) if log.event is MachineEvent.UPKEEP]
    assert [log.occurred_at.astimezone(ZONE).date() for log in logged] == [
        now - timedelta(days=40),
        now - timedelta(days=1),
    ]
    with shop.inside("manager"):
        actor = shop.actor("manager")
        row = queries.machine_of(oven)
        operations.change_machine(row, upkeep_every_days=20, actor=actor)
        assert row.next_upkeep_on == now + timedelta(days=19)
        # A day set by hand is kept.
        operations.change_machine(
            row, next_upkeep_on=now + timedelta(days=3), upkeep_every_days=5, actor=actor
        )
        assert row.next_upkeep_on == now + timedelta(days=3)
        operations.change_machine(row, upkeep_every_days=None, next_upkeep_on=None, actor=actor)
        operations.log_upkeep(oven, actor=actor)
        assert row.next_upkeep_on is None


def test_bookings_are_what_overlaps(shop: Shop) -> None:
    product, oven, mixer = shop.product("Non"), machine(shop), machine(shop)
    start = days_ago(-1, 8)

    def book(
        hours: int, until: int | None, status: OrderStatus = OrderStatus.SCHEDULED, on: int = oven
    ) -> int:
        return order_on(
            shop,
            on,
            product,
            status,
            planned_start_at=start + timedelta(hours=hours),
            planned_end_at=None if until is None else start + timedelta(hours=until),
        )

    first, second = book(0, 2), book(4, None)
    book(0, 9, OrderStatus.PENDING), book(0, 9, OrderStatus.CANCELLED), book(0, 9, OrderStatus.COMPLETED)
    held = book(1, 3, OrderStatus.ON_HOLD, on=mixer)

    def found(begin: int, end: int, *on: int, without: int | None = None) -> list[int]:
        with shop.inside("manager"):
            rows = queries.bookings(
                on, start + timedelta(hours=begin), start + timedelta(hours=end), without=without
            )
            return [row.order_id for row in rows]

    assert found(0, 9, oven, mixer) == [first, second, held]
    assert found(2, 4, oven) == []
    assert found(1, 2, oven) == [first]
    assert found(1, 2, oven, without=first) == []
    assert found(4, 5, oven) == [second]
    assert found(5, 9, oven) == []
    assert found(0, 9) == []
    # What runs longer than planned takes the machine until now.
    running = order_on(
        shop,
        mixer,
        product,
        OrderStatus.IN_PROGRESS,
        planned_start_at=utc_now() - timedelta(hours=5),
        planned_end_at=utc_now() - timedelta(hours=4),
    )
    with shop.inside("manager"):
        rows = queries.bookings([mixer], utc_now() - timedelta(hours=1), utc_now())
        assert [(row.order_id, row.product, row.operator) for row in rows] == [(running, "Non", "Operator")]


def test_utilisation_is_summed_up_by_the_shops_days(shop: Shop) -> None:
    oven, mixer, new = machine(shop), machine(shop), machine(shop)
    with shop.inside("owner"):
        # The history of these machines is told by the test.
        db.session.connection().exec_driver_sql("RESET ROLE")
        db.session.execute(delete(MachineLog).where(MachineLog.machine_id.in_([oven, mixer])))
        db.session.add_all(
            [
                told(oven, FREE, days_ago(10, 9)),
                told(oven, BUSY, days_ago(3, 6)),
                told(oven, FREE, days_ago(3, 10, 30)),
                told(oven, BUSY, days_ago(3, 22)),
                told(oven, OFF, days_ago(2, 3)),
                told(oven, MAINTENANCE, days_ago(1, 12)),
                told(oven, FREE, days_ago(1, 13)),
                told(mixer, OFF, days_ago(2, 6)),
                MachineLog(machine_id=mixer, event=MachineEvent.NOTE, note="x", occurred_at=days_ago(2, 12)),
            ]
        )
    with shop.inside("manager"):
        day = today(shop)
        found = queries.utilisation([oven, mixer, new], day - timedelta(days=3), day, zone=ZONE)

    def hours(machine_id: int, ago: int) -> list[str]:
        (one,) = (row for row in found[machine_id] if row.day == day - timedelta(days=ago))
        return [format(one.hours(status), "f") for status in (FREE, BUSY, MAINTENANCE, OFF)]

    assert hours(oven, 3) == ["17.500", "6.500", "0.000", "0.000"]
    assert hours(oven, 2) == ["0.000", "3.000", "0.000", "21.000"]
    assert hours(oven, 1) == ["11.000", "0.000", "1.000", "12.000"]
    assert [row.day for row in found[oven]] == [day - timedelta(days=ago) for ago in (3, 2, 1, 0)]
    # Today is told until now, and a machine that is new since it is there.
    gone = Decimal((utc_now() - days_ago(0)).total_seconds())
    assert abs(found[oven][-1].free - gone) < 60
    assert found[new][-1].free < 60
    assert found[new][0].seconds == 0
    assert hours(mixer, 3) == ["0.000"] * 4
    assert hours(mixer, 2) == ["0.000", "0.000", "0.000", "18.000"]


def test_workspaces_hide_machines_of_other_branches(shop: Shop) -> None:
    mine, other = machine(shop), machine(shop, branch_id=shop.warehouse_id)
    with shop.inside("owner"):
        actor = shop.actor()
        seen, hidden = (create_workspace(name=name, actor=actor) for name in ("Shimol", "Janub"))
        db.session.execute(update(Branch).where(Branch.id == shop.branch_id).values(workspace_id=seen.id))
        db.session.execute(
            update(Branch).where(Branch.id == shop.warehouse_id).values(workspace_id=hidden.id)
        )
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=seen.id))
        ids = (seen.id,)
    with (
        shop.app.app_context(),
        tenant_scope(shop.organization_id, user_id=shop.users["manager"], workspace_ids=ids),
    ):
        actor = shop.actor("manager")
        assert [row.id for row in db.session.execute(queries.machines())] == [mine]
        assert sum(queries.counts_by_status().values()) == 1
        assert queries.machine_of(mine).id == mine
        for act in (
            lambda: queries.machine_of(other),
            lambda: queries.one_machine(other),
            lambda: operations.report_status(other, OFF, actor=actor),
            lambda: operations.log_upkeep(other, actor=actor),
        ):
            with pytest.raises(MachineNotFound):
                act()
        with pytest.raises(BranchNotFound):
            operations.create_machine(branch_id=shop.warehouse_id, code="W", name="W", actor=actor)
