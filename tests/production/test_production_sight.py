"""Who meets which orders, and what is told of them."""

from collections.abc import Callable

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import AuditLog, Event
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_user, create_workspace
from tests.cast import PASSWORD
from tests.conftest import Api
from tests.production.making import Bakery


def test_orders_of_another_workspace_are_none(bakery: Bakery, api_of: Callable[..., Api]) -> None:
    shop = bakery.shop
    with shop.inside("owner"):
        actor = shop.actor()
        north, south = (create_workspace(name=name, actor=actor) for name in ("North", "South"))
        db.session.get_one(Branch, shop.branch_id).workspace_id = north.id
        db.session.get_one(Branch, shop.warehouse_id).workspace_id = south.id
        for name, space in (("northerner", north.id), ("southerner", south.id)):
            create_user(
                username=name,
                full_name=name,
                role=RoleKey.MANAGER,
                password=PASSWORD,
                workspace_ids=[space],
                actor=actor,
            )
    number = bakery.ask(bakery.dough, "10")
    near, far = api_of("northerner"), api_of("southerner")
    assert near.get(f"/api/production-orders/{number}").status_code == 200
    assert [one["id"] for one in near.get("/api/production-orders").json["items"]] == [number]
    assert far.get("/api/production-orders").json["items"] == []
    assert far.get(f"/api/production-orders/{number}").status_code == 404
    for act, body in (
        ("start", None),
        ("complete", {"quantity": "1"}),
        ("schedule", {"start": "2030-01-01T08:00:00Z"}),
        ("pause", {}),
        ("finish", None),
        ("revert", {}),
        ("cancel", {}),
    ):
        answer = far.post(f"/api/production-orders/{number}/{act}", body)
        assert (answer.status_code, answer.json["code"]) == (404, "production_order_not_found"), act
    body = {"product_id": bakery.dough, "quantity_to_produce": "1", "branch_id": shop.branch_id}
    assert far.post("/api/production-orders", body).json["code"] == "branch_not_found"
    assert near.post(f"/api/production-orders/{number}/complete", {"quantity": "10"}).status_code == 200


def test_an_order_that_ends_is_told_once_and_its_changes_are_kept(bakery: Bakery) -> None:
    shop = bakery.shop
    number = bakery.ask(bakery.dough, "10")
    bakery.complete(number, "4")
    with shop.inside("owner"):
        query = select(Event).where(Event.name == "production.order_completed")
        assert list(db.session.scalars(query)) == []
    bakery.complete(number, "5", "1", scrap_reason="kuydi")
    with shop.inside("owner"):
        (told,) = db.session.scalars(query)
        assert (told.origin_kind, told.origin_id) == ("production_order", number)
        assert told.facts == {
            "number": bakery.order(number).number,
            "branch_id": shop.branch_id,
            "product_id": bakery.dough,
            "quantity": "9.000",
            "scrapped": "1.000",
        }
        trail = db.session.scalars(
            select(AuditLog).where(AuditLog.entity_type == "production_orders", AuditLog.entity_id == number)
        )
        changes = sorted(trail, key=lambda one: one.id)
        statuses = [one.new_values["status"] for one in changes if "status" in (one.new_values or {})]
        assert statuses[-1] == "completed"
