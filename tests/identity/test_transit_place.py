"""The place of what is on its way: made once, in nobody's way."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from smartpos.catalog.operations import create_promotion
from smartpos.core.db import db
from smartpos.identity.errors import BadField, IsNoWorkplace
from smartpos.identity.models import Branch, BranchKind
from smartpos.identity.operations import (
    create_branch,
    create_till,
    delete_branch,
    transit_branch,
    update_branch,
    update_user,
)
from smartpos.identity.queries import employee, transit_branch_id
from tests.cast import Shop
from tests.conftest import Api, LiveServer, csrf_of


def made(shop: Shop) -> int:
    with shop.inside("owner"):
        return transit_branch(actor=shop.actor())


def test_it_is_made_once(shop: Shop, stranger: Shop) -> None:
    with shop.inside("owner"):
        assert transit_branch_id() is None
    first, again, foreign = made(shop), made(shop), None
    with stranger.inside("stranger"):
        foreign = transit_branch(actor=stranger.actor("stranger"))
    assert first == again != foreign
    with shop.inside():
        assert transit_branch_id() == first
        row = db.session.get(Branch, first)
        assert row is not None and row.kind is BranchKind.TRANSIT and row.workspace_id is None


def test_its_name_makes_way_for_a_branch_of_that_name(shop: Shop, stranger: Shop) -> None:
    with stranger.inside("stranger"):
        foreign = db.session.get(Branch, transit_branch(actor=stranger.actor("stranger")))
        assert foreign is not None
        name = foreign.name
    with shop.inside("owner"):
        create_branch(name=name, actor=shop.actor())
        row = db.session.get(Branch, transit_branch(actor=shop.actor()))
        assert row is not None and row.name == f"{name} 2"


def test_nobody_makes_changes_or_removes_one(shop: Shop) -> None:
    place = made(shop)
    with shop.inside("owner"):
        actor = shop.actor()
        row = db.session.get(Branch, place)
        assert row is not None
        with pytest.raises(BadField):
            create_branch(name="Yana", kind=BranchKind.TRANSIT, actor=actor)
        with pytest.raises(IsNoWorkplace):
            update_branch(row, {"name": "Boshqa"}, actor=actor)
        with pytest.raises(IsNoWorkplace):
            delete_branch(row, actor=actor)
        shop_row = db.session.get(Branch, shop.branch_id)
        assert shop_row is not None
        with pytest.raises(BadField):
            update_branch(shop_row, {"kind": "transit"}, actor=actor)


def test_nobody_works_there(shop: Shop) -> None:
    place = made(shop)
    with shop.inside("owner"):
        actor = shop.actor()
        with pytest.raises(BadField):
            create_till(branch_id=place, name="3-kassa", actor=actor)
        with pytest.raises(BadField):
            update_user(employee(shop.users["cashier"]), {"default_branch_id": place}, actor=actor)
        with pytest.raises(BadField):
            create_promotion(name="Yo'lda", kind="percent", percent="5", branch_id=place, actor=actor)


def test_no_list_offers_it(
    shop: Shop, api_of: Callable[..., Api], client_of: Callable[..., FlaskClient]
) -> None:
    place = made(shop)
    api = api_of("owner")
    assert place not in [one["id"] for one in api.get("/api/branches").json["items"]]
    assert place not in [one["id"] for one in api.get("/api/me").json["branches"]]
    client = client_of("owner")
    listed = client.get("/admin/branches/").get_data(as_text=True)
    assert f"id={shop.branch_id}" in listed
    assert f"id={place}" not in listed
    assert client.get(f"/admin/branches/edit/?id={place}").status_code == 404
    assert client.get(f"/admin/branches/details/?id={place}").status_code == 404
    gone = client.post("/admin/branches/delete/", data={"id": place, "csrf_token": csrf_of(client)})
    assert gone.status_code == 404
    choices = client.get("/admin/tills/ajax/lookup/?name=branch&query=&offset=0&limit=50").json
    assert shop.branch_id in [one[0] for one in choices]
    assert place not in [one[0] for one in choices]
    form = client.get("/admin/branches/new/").get_data(as_text=True)
    assert 'value="warehouse"' in form
    assert 'value="transit"' not in form


def test_two_at_once_make_one(live_server: LiveServer) -> None:
    shop = live_server.shop
    found: list[int] = []
    threads = [Thread(target=lambda: found.append(made(shop))) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shop.inside():
        count: Any = select(func.count()).select_from(Branch).where(Branch.kind == BranchKind.TRANSIT)
        assert db.session.scalar(count) == 1
    assert len(set(found)) == 1 and len(found) == 4
