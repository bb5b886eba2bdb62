"""Books that do not add up are told in the morning, to those of the tenant whose books they are."""

from sqlalchemy import select, text

from smartpos.core.db import db, utc_now
from smartpos.core.events import dispatch_events
from smartpos.core.jobs import run_turn
from smartpos.core.models import Event
from smartpos.core.tenancy import platform_scope
from smartpos.identity.operations import suspend_organization
from smartpos.identity.queries import system_actor
from smartpos.notifications.models import Notification
from tests.cast import Shop


def told(shop: Shop) -> dict[str, list[str]]:
    with shop.inside("owner"):
        rows = db.session.scalars(select(Notification).where(Notification.kind == "core.books_differ")).all()
        by_user = {user_id: name for name, user_id in shop.users.items()}
        return {by_user[row.user_id]: row.facts["lines"] for row in rows}


def test_an_owner_is_told_of_books_that_differ_and_a_stranger_is_not(shop: Shop, stranger: Shop) -> None:
    product = shop.product(name="Non", price="4000", stock="10")
    with shop.app.app_context():
        with platform_scope(reason="somebody writes past the ledger"):
            db.session.execute(
                text("UPDATE branch_stocks SET quantity = quantity + 1 WHERE product_id = :id"),
                {"id": product},
            )
        db.session.commit()
        run_turn("smartpos.reports.jobs.books.prove_books", utc_now())
        dispatch_events(shop.organization_id)
    known = told(shop)
    assert "owner" in known
    assert "cashier" not in known
    assert "11.000 ≠ 10.000" in known["owner"][0]
    assert told(stranger) == {}


def test_a_suspended_shop_is_left_alone(shop: Shop) -> None:
    product = shop.product(name="Non", price="4000", stock="10")
    with shop.app.app_context():
        with platform_scope(reason="somebody writes past the ledger"):
            db.session.execute(
                text("UPDATE branch_stocks SET quantity = quantity + 1 WHERE product_id = :id"),
                {"id": product},
            )
            suspend_organization(shop.organization_id, "unpaid", actor=system_actor(shop.organization_id))
        db.session.commit()
        run_turn("smartpos.reports.jobs.books.prove_books", utc_now())
        db.session.commit()
    with shop.inside():
        assert db.session.scalars(select(Event.id).where(Event.name == "core.books_differ")).all() == []
