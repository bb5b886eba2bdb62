"""Workspaces, branches and tills; settings and the organization's own description."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from smartpos.core.db import db
from smartpos.core.errors import Conflict, Invalid
from smartpos.core.settings import SettingKind, declared_settings
from smartpos.identity.errors import AlreadyTaken, BadField, StillInUse
from smartpos.identity.models import AppSetting, Branch, Organization, Till, User, Workspace
from smartpos.identity.operations import (
    create_branch,
    create_till,
    create_workspace,
    delete_branch,
    delete_till,
    delete_workspace,
    save_settings,
    update_branch,
    update_organization,
    update_till,
    update_user,
)
from smartpos.purchasing.operations import PurchaseFacts, PurchaseLine, draft_purchase
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations.counts import cancel_count, start_count
from smartpos.stock.operations.reservations import reserve
from smartpos.stock.operations.transfers import (
    TransferLine,
    TransferRequest,
    cancel_transfer,
    create_transfer,
)
from tests.cast import Shop
from tests.identity.people import post


def test_tills_take_the_next_number_and_never_an_old_one(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        third = create_till(branch_id=shop.branch_id, name="3-kassa", actor=actor)
        assert third.number == 3
        delete_till(third, actor=actor)
        assert create_till(branch_id=shop.branch_id, name="3-kassa", actor=actor).number == 4
        with pytest.raises(AlreadyTaken):
            create_till(branch_id=shop.branch_id, name="5-kassa", number=3, actor=actor)
        with pytest.raises(AlreadyTaken):
            create_till(branch_id=shop.branch_id, name="1-kassa", actor=actor)
        assert create_till(branch_id=shop.warehouse_id, name="1-kassa", actor=actor).number == 5
        for facts in (
            {"number": 0},
            {"number": 100_000},
            {"receipt_width": 70},
            {"name": ""},
            {"branch_id": 2**62},
        ):
            with pytest.raises(BadField):
                create_till(**({"branch_id": shop.branch_id, "name": "x", "actor": actor} | facts))


def test_a_branch_with_tills_stays(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        branch = db.session.get_one(Branch, shop.branch_id)
        with pytest.raises(StillInUse):
            delete_branch(branch, actor=actor)
        warehouse = db.session.get_one(Branch, shop.warehouse_id)
        delete_branch(warehouse, actor=actor)
        assert create_branch(name="Ombor", actor=actor).id != shop.warehouse_id
        with pytest.raises(BadField):
            update_till(db.session.get_one(Till, shop.till_id), {"branch_id": shop.warehouse_id}, actor=actor)


def _lies(shop: Shop, what: str) -> None:
    """Something that keeps the warehouse from being deleted."""
    product = shop.product(stock=None)
    actor = shop.actor("owner")
    place = shop.warehouse_id
    if what in {"stock", "reservations"}:
        post_movements(
            [Movement(product, Decimal(5), Decimal(1))],
            origin_kind="test",
            origin_id=1,
            branch_id=place,
            actor=actor,
        )
    if what == "reservations":
        reserve(place, [(product, Decimal(5))], origin_kind="test", origin_id=1, actor=actor)
    if what == "oversold":
        post_movements(
            [Movement(product, Decimal(-5))],
            origin_kind="test",
            origin_id=1,
            branch_id=place,
            allow_negative=True,
            actor=actor,
        )
    if what in {"transfers", "sent"}:
        ends = (place, shop.branch_id) if what == "sent" else (shop.branch_id, place)
        create_transfer(TransferRequest(*ends, [TransferLine(product, Decimal(1))]), actor=actor)
    if what == "counts":
        start_count(place, actor=actor)
    if what == "purchases":
        line = PurchaseLine(Decimal(1), Decimal(1), product_id=product)
        draft_purchase(PurchaseFacts(place, (line,)), actor=actor)


@pytest.mark.parametrize(
    ("what", "reasons"),
    [
        ("stock", {"stock"}),
        ("oversold", {"stock"}),
        ("reservations", {"stock", "reservations"}),
        ("transfers", {"transfers"}),
        ("sent", {"transfers"}),
        ("counts", {"counts"}),
        ("purchases", {"purchases"}),
    ],
)
def test_a_branch_in_which_something_lies_stays(shop: Shop, what: str, reasons: set[str]) -> None:
    with shop.inside("owner"):
        _lies(shop, what)
    with shop.inside("owner"):
        warehouse = db.session.get_one(Branch, shop.warehouse_id)
        with pytest.raises(StillInUse) as caught:
            delete_branch(warehouse, actor=shop.actor("owner"))
        assert set(caught.value.facts["reasons"]) == reasons
        assert warehouse.deleted_at is None


def test_what_lies_elsewhere_or_is_over_keeps_no_branch(shop: Shop) -> None:
    with shop.inside("owner"):
        actor, product = shop.actor("owner"), shop.product()
        line = [TransferLine(product, Decimal(1))]
        transfer = create_transfer(TransferRequest(shop.branch_id, shop.warehouse_id, line), actor=actor)
        cancel_transfer(transfer.id, actor=actor)
        cancel_count(start_count(shop.warehouse_id, actor=actor)[0].id, actor=actor)
        # Goods that came and went leave a row with nothing in it.
        for quantity in (3, -3):
            post_movements(
                [Movement(product, Decimal(quantity), Decimal(1))],
                origin_kind="test",
                origin_id=1,
                branch_id=shop.warehouse_id,
                actor=actor,
            )
        delete_branch(db.session.get_one(Branch, shop.warehouse_id), actor=actor)


def test_the_reason_is_told_in_the_back_office(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    with shop.inside("owner"):
        start_count(shop.warehouse_id, actor=shop.actor("owner"))
        db.session.execute(update(User).values(locale="en"))
    client = client_of("owner")
    post(client, "/admin/branches/delete/", id=shop.warehouse_id)
    assert "A stock count of this branch is open" in client.get("/admin/branches/").get_data(as_text=True)
    with shop.inside():
        assert db.session.get_one(Branch, shop.warehouse_id).deleted_at is None


def test_branches_are_checked(shop: Shop, stranger: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        branch = create_branch(
            name=" Sergeli ", phone="71 200-11-22", manager_id=shop.users["manager"], actor=actor
        )
        assert (branch.name, branch.phone) == ("Sergeli", "+998712001122")
        for facts in (
            {"manager_id": stranger.users["stranger"]},
            {"workspace_id": 2**62},
            {"phone": "12"},
            {"name": "x" * 121},
            {"name": "a\x00b"},
        ):
            with pytest.raises(BadField):
                update_branch(branch, facts, actor=actor)
        with pytest.raises(Conflict):
            create_branch(name="Sergeli", actor=actor)


def test_a_workspace_limits_what_people_see(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        north, south = (create_workspace(name=name, actor=actor) for name in ("Shimol", "Janub"))
        create_branch(name="Shimoliy", workspace_id=north.id, actor=actor)
        create_branch(name="Janubiy", workspace_id=south.id, actor=actor)
        manager = db.session.get_one(User, shop.users["manager"])
        update_user(manager, {"workspace_ids": [north.id]}, actor=actor)
        with pytest.raises(StillInUse):
            delete_workspace(north, actor=actor)
        with pytest.raises(AlreadyTaken):
            create_workspace(name="Janub", actor=actor)
    page = client_of("manager").get("/admin/branches/").get_data(as_text=True)
    assert "Shimoliy" in page
    assert "Chilonzor" in page
    assert "Janubiy" not in page
    assert "Janubiy" in client_of("owner").get("/admin/branches/").get_data(as_text=True)
    with shop.inside("owner"):
        manager = db.session.get_one(User, shop.users["manager"])
        update_user(manager, {"workspace_ids": []}, actor=shop.actor("owner"))
    assert "Janubiy" in client_of("manager").get("/admin/branches/").get_data(as_text=True)


def test_the_panel_edits_places(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    boss = client_of("admin")
    made = {
        "workspaces": {"name": "Loyiha", "type": "project", "status": "active"},
        "branches": {"name": "Qoʻyliq", "kind": "workshop", "is_active": "y"},
        "tills": {"name": "9-kassa", "branch": shop.branch_id, "receipt_width": "58", "is_active": "y"},
    }
    for endpoint, form in made.items():
        assert post(boss, f"/admin/{endpoint}/new/", **form).status_code == 302, endpoint
        again = post(boss, f"/admin/{endpoint}/new/", **form)
        assert again.status_code == 200
        assert "aria-invalid" in again.get_data(as_text=True), endpoint
        assert client_of("manager").get(f"/admin/{endpoint}/").status_code == 200
        assert post(client_of("manager"), f"/admin/{endpoint}/new/", **form).status_code == 403
        assert client_of("cashier").get(f"/admin/{endpoint}/").status_code == 403
    with shop.inside():
        rows: dict[type[Any], str] = {Workspace: "Loyiha", Branch: "Qoʻyliq", Till: "9-kassa"}
        for model, name in rows.items():
            assert db.session.execute(select(model).where(model.name == name)).scalar_one()


def test_settings(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    boss = client_of("owner")
    page = boss.get("/settings")
    assert page.status_code == 200
    with shop.inside("owner"):
        actor = shop.actor("owner")
        assert save_settings({"display_name": "", "shown_digits": 2}, actor=actor)["shown_digits"] == 2
        assert [row.key for row in db.session.scalars(select(AppSetting))] == ["shown_digits"]
        assert shop.actor("owner").setting("shown_digits") == 2
        save_settings({"shown_digits": "0"}, actor=actor)
        assert shop.actor("owner").setting("shown_digits") == 0
        for values in (
            {"shown_digits": "x"},
            {"shown_digits": -1},
            {"nothing": 1},
            {"display_name": "x" * 1001},
        ):
            with pytest.raises(Invalid) as refused:
                save_settings(values, actor=actor)
            assert refused.value.facts["errors"].keys() == values.keys()
    assert client_of("manager").get("/settings").status_code == 200
    assert post(client_of("manager"), "/settings", display_name="x").status_code == 403
    assert client_of("cashier").get("/settings").status_code == 403


def test_the_settings_page_saves_what_it_shows(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    form = {item.key: "" if item.kind is SettingKind.TEXT else "0" for item in declared_settings()}
    form |= {"display_name": "Bahor savdo", "shown_digits": "2"}
    boss = client_of("owner")
    assert post(boss, "/settings", **form).status_code == 302
    assert 'value="Bahor savdo"' in boss.get("/settings").get_data(as_text=True)
    with shop.inside():
        actor = shop.actor("owner")
        assert actor.setting("shown_digits") == 2
        for item in declared_settings():
            if item.kind is SettingKind.MONEY:
                assert actor.setting(item.key) == Decimal(0)
    assert post(boss, "/settings", **(form | {"shown_digits": "1e400"})).status_code == 422


def test_the_organization_describes_itself(
    shop: Shop, stranger: Shop, client_of: Callable[[str], FlaskClient]
) -> None:
    form = {"name": "Bahor MChJ", "bin": "301234567", "phone": "71 200 11 22", "email": "Info@bahor.uz",
            "employee_count": "25", "country": "UZ", "currency": "UZS", "timezone": "Asia/Samarkand",
            "locale": "uz_Cyrl"}  # fmt: skip
    boss = client_of("owner")
    assert post(boss, "/settings/organization", **form).status_code == 302
    with shop.inside("owner"):
        row = db.session.get_one(Organization, shop.organization_id)
        assert (row.name, row.phone, row.email) == ("Bahor MChJ", "+998712001122", "info@bahor.uz")
        assert (row.employee_count, row.timezone, row.locale) == (25, "Asia/Samarkand", "uz_Cyrl")
        for facts in (
            {"timezone": "Mars/Olympus"}, {"currency": "XXX"}, {"country": "US"}, {"locale": "xx"},
            {"employee_count": "many"}, {"employee_count": "1" * 20}, {"name": ""}, {"host": "x.uz"}, {"email": "x"},
        ):  # fmt: skip
            with pytest.raises(BadField):
                update_organization(facts, actor=shop.actor("owner"))
    for wrong in ({"phone": "1"}, {"name": ""}, {"timezone": "Mars/Olympus"}, {"employee_count": "-1"}):
        assert post(boss, "/settings/organization", **(form | wrong)).status_code == 422, wrong
    assert post(client_of("manager"), "/settings/organization", **form).status_code == 403
    with stranger.inside():
        assert db.session.get_one(Organization, stranger.organization_id).name == "Navruz"
