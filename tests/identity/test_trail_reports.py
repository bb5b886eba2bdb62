"""Reports of the trail: who did what, who signed in, which prices were changed."""

from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient

from smartpos.catalog.models import Price, PriceType, Product
from smartpos.core.audit import AuditFilter, audit_trail
from smartpos.core.db import db, utc_now
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.reports import find_report
from tests.cast import PASSWORD, Shop
from tests.conftest import csrf_of
from tests.reports.asking import all_of, ask


def test_the_trail_of_a_period_is_that_of_its_page(shop: Shop, stranger: Shop) -> None:
    product = shop.product("Choy")
    with shop.inside("manager"):
        db.session.get_one(Product, product).name = "Koʻk choy"
    rows, _totals = ask(shop, "audit", by="", limit=500)
    with shop.inside():
        seen = {one.id for one in all_of(shop, AuditLog)}
        page = audit_trail(AuditFilter(), limit=5)
        assert [(row["moment"], row["record"]) for row in rows[:5]] == [
            (one.timestamp, one.entity_id) for one in page.items
        ]
    assert len(rows) == len(seen)
    people, _totals = ask(shop, "audit", limit=500)
    assert people and all(row["person"] for row in people) and len(people) < len(rows)
    mine, _totals = ask(shop, "audit", user_id=shop.users["manager"], subject="products", action="update")
    assert [(row["person"], row["subject"], row["record"]) for row in mine] == [
        ("Manager", "products", product)
    ]
    theirs, _totals = ask(stranger, "audit", "stranger", by="", limit=500)
    assert "Manager" not in {row["person"] for row in theirs}
    with shop.inside("owner"):
        report = find_report("audit")
        assert report is not None
        assert report.is_open_to(shop.actor("manager")) and not report.is_open_to(shop.actor("warehouse"))


def test_who_signed_in_and_who_tried_in_vain(shop: Shop, client: FlaskClient) -> None:
    for word in ("wrong-one-1", PASSWORD):
        form = {"name": "manager", "password": word, "csrf_token": csrf_of(client)}
        client.post("/login", data=form, headers={"User-Agent": "Sinov"})
    rows, _totals = ask(shop, "sign-ins")
    assert [(row["person"], row["action"], row["reason"]) for row in rows] == [
        ("Manager", "login", None),
        ("Manager", "login_failed", "password"),
    ]
    assert {(row["address"], row["device"]) for row in rows} == {("127.0.0.1", "Sinov")}
    failed, _totals = ask(shop, "sign-ins", action="login_failed")
    assert len(failed) == 1


def test_every_change_of_a_price_with_the_one_before(shop: Shop, stranger: Shop) -> None:
    tea, bread = shop.product("Choy", price="100"), shop.product("Non", price="40")
    with shop.inside("manager"):
        db.session.get_one(Product, tea).price = Decimal("125.50")
    with shop.inside("manager"):
        db.session.get_one(Product, tea).name = "Koʻk choy"  # no change of a price
        wholesale = PriceType(name="Ulgurji 2")
        db.session.add(wholesale)
        db.session.flush()
        number = wholesale.id
        special = Price(product_id=bread, price_type_id=number, branch_id=shop.branch_id, price=Decimal(35))
        db.session.add(special)
        db.session.flush()
        priced = special.id
    with shop.inside("owner"):
        db.session.get_one(Price, priced).price = Decimal(28)
    with shop.inside("owner"):
        db.session.delete(db.session.get_one(Price, priced))
    rows, _totals = ask(shop, "price-changes")
    assert {
        (row["product"], row["branch"], row["before"], row["after"], row["percent"], row["person"])
        for row in rows
    } == {
        ("Koʻk choy", None, Decimal(100), Decimal("125.50"), Decimal("25.50"), "Manager"),
        ("Non", "Chilonzor", None, Decimal(35), None, "Manager"),
        ("Non", "Chilonzor", Decimal(35), Decimal(28), Decimal("-20.00"), "Owner"),
        ("Non", "Chilonzor", Decimal(28), None, None, "Owner"),
    }
    assert len(rows) == 4, "a price that is gone keeps its history"
    of_type, _totals = ask(shop, "price-changes", price_type_id=number)
    assert {row["product"] for row in of_type} == {"Non"} and len(of_type) == 3
    tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
    assert ask(shop, "price-changes", **{"from": tomorrow, "to": tomorrow})[0] == []
    assert ask(stranger, "price-changes", "stranger")[0] == []
    # Who corrects a price that was typed as a placeholder makes a change of billions of per cent.
    with shop.inside("manager"):
        db.session.get_one(Product, bread).price = Decimal("0.01")
    with shop.inside("manager"):
        db.session.get_one(Product, bread).price = Decimal(25_000_000)
    rows, _totals = ask(shop, "price-changes", product_id=str(bread))
    assert max(row["percent"] or 0 for row in rows) == Decimal("249999999900.00")
    with shop.inside():
        trail = all_of(
            shop, AuditLog, AuditLog.entity_type == "prices", AuditLog.action != AuditAction.ACCESS
        )
        assert len(trail) == 3
