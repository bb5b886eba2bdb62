"""The reports and the dashboard of production tell what the completions and the ledger tell."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from smartpos.core.db import db, utc_now
from smartpos.core.reports import find_report
from smartpos.production.models import MachineEvent, MachineLog, MachineStatus, ProductionOrder
from smartpos.reports.queries.running import page_of, read_filters, totals_of
from smartpos.stock.models import InventoryMovement
from tests.cast import Shop
from tests.conftest import Api
from tests.production.machines import machine as machine_of_shop
from tests.production.making import Bakery

D = Decimal


def rows_of(shop: Shop, slug: str, **args: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All rows of a report and its totals, as the owner sees them."""
    report = find_report(slug)
    assert report is not None
    with shop.inside("owner"):
        asked = read_filters(report, {"period": "today", **args}, shop.actor("owner"))
        page = page_of(report, asked, limit=1000)
        assert page.next_cursor is None
        return page.items, totals_of(report, asked)


@pytest.fixture
def baked(bakery: Bakery) -> Bakery:
    """Dough for a day, bread of it with some scrap and more salt than planned, and a batch that was taken back."""
    dough = bakery.ask(bakery.dough, "20")
    bakery.complete(dough, "20")
    bread = bakery.ask(bakery.bread, "30", due_at=utc_now() + timedelta(hours=2))
    bakery.complete(bread, "18", "2", scrap_reason="Kuydi", materials={bakery.salt: "0.250"})
    bakery.complete(bread, "10")
    wrong = bakery.ask(bakery.bread, "5")
    bakery.revert(wrong, bakery.complete(wrong, "5"))
    return bakery


def moved(bakery: Bakery, product_id: int, sign: int) -> tuple[Decimal, Decimal]:
    """Quantity and value that completions moved out of stock (-1) or into it (1), straight from the ledger."""
    with bakery.shop.inside():
        it = InventoryMovement
        net = (
            select(func.sum(it.quantity).label("quantity"), func.sum(it.value).label("value"))
            .where(it.origin_kind == "production_completion", it.product_id == product_id, it.quantity != 0)
            .group_by(it.origin_id)
            .having(func.sum(it.quantity) * sign > 0)
            .subquery()
        )
        quantity, value = db.session.execute(
            select(func.coalesce(func.sum(net.c.quantity), 0), func.coalesce(func.sum(net.c.value), 0))
        ).one()
        return sign * quantity, sign * value


def test_costs_are_those_of_the_ledger(baked: Bakery) -> None:
    rows, totals = rows_of(baked.shop, "production-costs")
    bread = next(row for row in rows if row["product_id"] == baked.bread)
    quantity, value = moved(baked, baked.bread, 1)
    assert (bread["good"], bread["scrap"], bread["scrap_share"]) == (quantity, D(2), D("6.67"))
    assert bread["output"] == value.quantize(D("0.01"))
    assert bread["unit_cost"] == (value / quantity).quantize(D("0.0001"))
    dough = next(row for row in rows if row["product_id"] == baked.dough)
    consumed = [moved(baked, number, -1)[1] for number in (baked.flour, baked.water)]
    assert dough["material"] == dough["actual"] == sum(consumed).quantize(D("0.01"))
    assert totals["actual"] == dough["actual"] + bread["actual"]


def test_what_goes_in_comes_out_every_day(baked: Bakery) -> None:
    ((day,), totals) = rows_of(baked.shop, "production-by-day")
    assert day["completions"] == 3
    assert day["material"] + day["labor"] + day["overhead"] == day["output"] + day["lost"]
    assert totals["output"] == day["output"]


def test_scrap_is_told_with_its_reason_and_cost(baked: Bakery) -> None:
    ((row,), totals) = rows_of(baked.shop, "production-scrap")
    assert (row["scrap"], row["reason"], row["scrap_share"]) == (D(2), "Kuydi", D("10.00"))
    assert totals["lost"] == row["lost"] > 0


def test_materials_are_compared_with_the_plan(baked: Bakery) -> None:
    rows, totals = rows_of(baked.shop, "production-materials")
    found = {row["product_id"]: row for row in rows}
    for number in (baked.flour, baked.water, baked.salt, baked.dough):
        quantity, value = moved(baked, number, -1)
        assert found[number]["used"] == quantity
        assert found[number]["value"] == value.quantize(D("0.01"))
    salt = found[baked.salt]
    assert salt["difference"] == salt["used"] - salt["wanted"]
    assert found[baked.flour]["difference"] == 0
    assert totals["value"] == sum(row["value"] for row in rows)


def test_orders_are_compared_with_their_plan(baked: Bakery) -> None:
    rows, _totals = rows_of(baked.shop, "production-orders")
    bread = next(row for row in rows if row["wanted"] == 30)
    assert (bread["good"], bread["scrap"], bread["fulfilled"]) == (D(28), D(2), D("93.33"))
    assert (bread["status"], bread["late"]) == ("completed", False)
    with baked.shop.inside():
        db.session.execute(
            update(ProductionOrder)
            .where(ProductionOrder.id == bread["order_id"])
            .values(due_at=utc_now() - timedelta(hours=5))
        )
    rows, _totals = rows_of(baked.shop, "production-orders")
    assert next(row for row in rows if row["wanted"] == 30)["late"] is True
    ((lead, *_rest), totals) = rows_of(baked.shop, "production-lead-times", product_id=str(baked.bread))
    assert (lead["orders"], lead["due"], lead["in_time"], totals["share"]) == (1, 1, 0, D("0.00"))


def test_operators_are_credited_with_what_they_made(baked: Bakery) -> None:
    ((row,), _totals) = rows_of(baked.shop, "production-operators")
    assert row["operator"]
    assert (row["completions"], row["good"], row["scrap"]) == (3, D(48), D(2))


def test_hours_of_a_machine_are_those_of_its_log(shop: Shop) -> None:
    machine = machine_of_shop(shop)
    with shop.inside():
        # What creating it has written is of today.
        zone = shop.actor("owner").organization.zone
        midnight = utc_now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        yesterday = midnight - timedelta(days=1)
        for moment, status in (
            (yesterday - timedelta(days=3), MachineStatus.FREE),
            (yesterday + timedelta(hours=6), MachineStatus.BUSY),
            (yesterday + timedelta(hours=9), MachineStatus.MAINTENANCE),
            (yesterday + timedelta(hours=10), MachineStatus.OFF),
        ):
            db.session.add(
                MachineLog(machine_id=machine, event=MachineEvent.STATUS, status=status, occurred_at=moment)
            )
        db.session.flush()
    rows, _totals = rows_of(shop, "machine-utilisation", period="yesterday")
    row = next(one for one in rows if one["machine_id"] == machine)
    assert (row["free"], row["busy"], row["maintenance"], row["off"]) == (D(6), D(3), D(1), D(14))
    assert row["share"] == D("33.33")


def test_the_dashboard_counts_what_is_there(
    baked: Bakery, api_of: Callable[..., Api], client_of: Any
) -> None:
    running = baked.ask(baked.bread, "40")
    baked.complete(running, "1")
    answer = client_of("owner").get("/dashboard/production/data")
    assert answer.status_code == 200
    found = {one["key"]: one for one in answer.json["widgets"]}
    assert found["running"]["value"] == 1
    assert [row["label"] for row in found["products"]["rows"]] == ["Non", "Xamir"]
    assert client_of("owner").get("/dashboard/production").status_code == 200
    # Who may see the reports and no costs is told of no money.
    assert client_of("operator").get("/dashboard/production/data").status_code == 403
