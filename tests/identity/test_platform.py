"""The platform: organizations opened, suspended, looked into, and never confused."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_super_admin
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.identity.people import is_in, log_in, post, token, trail

NEW = {"name": "Lola savdo", "domain": "Lola", "country": "UZ", "currency": "UZS", "timezone": "Asia/Tashkent",
       "locale": "uz", "host": "", "owner_name": "Lola Karimova", "owner_username": "lola",
       "owner_phone": "90 777 66 55", "owner_email": ""}  # fmt: skip


@pytest.fixture
def root(shop: Shop, app: Flask) -> FlaskClient:
    """A browser of the super admin."""
    with app.app_context():
        create_super_admin(username="root", full_name="Root", password=PASSWORD, must_change_password=False)
        db.session.commit()
    browser = app.test_client()
    assert log_in(browser, "root").location == "/platform/"
    return browser


def test_opening_an_organization(root: FlaskClient, client: FlaskClient) -> None:
    page = post(root, "/platform/new", **NEW).get_data(as_text=True)
    password = re.findall(r'once-secret">([a-z0-9-]+)<', page)[0]
    assert log_in(client, "907776655", password).location == "/admin/"
    assert client.get("/admin/").location == "/profile/password"
    changed = post(client, "/profile/password", new_password=PASSWORD, repeated=PASSWORD)
    assert changed.location == "/admin/"
    me = client.get("/api/me").json
    assert (me["organization"]["domain"], me["role"]["key"]) == ("lola", "owner")
    assert "platform:organization:manage" not in me["permissions"]
    assert "Lola savdo" in root.get("/platform/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"domain": "bahor"}, 409),
        ({"domain": "b"}, 422),
        ({"domain": "lola savdo"}, 422),
        ({"domain": "-lola"}, 422),
        ({"name": ""}, 422),
        ({"owner_username": "л"}, 422),
        ({"owner_phone": "12"}, 422),
        ({"owner_email": "x"}, 422),
        ({"timezone": "Mars/Olympus"}, 422),
        ({"country": "US"}, 422),
        ({"name": "a\x00b"}, 422),
    ],
)
def test_what_cannot_be(root: FlaskClient, wrong: dict[str, str], status: int) -> None:
    assert post(root, "/platform/new", **(NEW | wrong)).status_code == status
    assert "Lola savdo" not in root.get("/platform/").get_data(as_text=True)


def test_suspending_and_resuming(root: FlaskClient, shop: Shop, api_of: Callable[..., Api]) -> None:
    program = api_of("cashier")
    path = f"/platform/{shop.organization_id}"
    assert post(root, f"{path}/suspend", reason="").status_code == 422
    assert post(root, f"{path}/suspend", reason="Toʻlov kutilmoqda").status_code == 302
    assert program.get("/api/me").json["detail"] == "Toʻlov kutilmoqda"
    assert "Toʻlov kutilmoqda" in root.get("/platform/").get_data(as_text=True)
    assert post(root, f"{path}/resume").status_code == 302
    assert program.get("/api/me").status_code == 200
    changed = [row for row in trail(shop, "update") if row.entity_type == "organizations"]
    assert [row.new_values["status"] for row in changed if row.new_values] == ["suspended", "active"]
    assert all(row.user_id is not None for row in changed)


def test_looking_in_is_read_only_and_recorded(root: FlaskClient, shop: Shop, stranger: Shop) -> None:
    path = f"/platform/{shop.organization_id}/visit"
    assert post(root, path, reason="").status_code == 422
    assert post(root, path, reason="Mijoz soʻradi").location == "/admin/"
    page = root.get("/admin/users/").get_data(as_text=True)
    assert "Mijoz soʻradi" in page
    assert "Cashier" in page
    assert "Stranger" not in page
    for forbidden in ("/admin/users/new/", "/platform/", "/platform/new"):
        assert root.get(forbidden).status_code == 403
    other = f"/platform/{stranger.organization_id}/suspend"
    for path in ("/settings", "/admin/branches/new/", "/till/register", other):
        assert post(root, path, name="X", display_name="X", reason="x").status_code == 403, path
    assert root.get("/profile").status_code == 404
    acts = trail(shop, "access")
    assert [(row.reason, (row.new_values or {})["username"]) for row in acts] == [("Mijoz soʻradi", "root")]
    assert trail(stranger, "access") == []
    assert post(root, "/platform/leave").location == "/platform/"
    assert root.get("/platform/").status_code == 200
    assert root.get("/admin/users/").status_code == 403
    with shop.inside():
        assert {branch.name for branch in db.session.query(Branch)} == {"Chilonzor", "Ombor"}


def test_leaving_by_logging_out(root: FlaskClient, shop: Shop) -> None:
    post(root, f"/platform/{shop.organization_id}/visit", reason="Tekshiruv")
    assert post(root, "/logout").location == "/login"
    assert not is_in(root)


def test_looking_into_a_suspended_organization(root: FlaskClient, shop: Shop) -> None:
    post(root, f"/platform/{shop.organization_id}/suspend", reason="x")
    post(root, f"/platform/{shop.organization_id}/visit", reason="Tekshiruv")
    assert root.get("/admin/branches/").status_code == 200


def test_the_platform_itself_and_nobody(root: FlaskClient) -> None:
    own = root.get("/api/me").json["organization"]["id"]
    for number in (own, 2**62, 0):
        for act in ("suspend", "visit"):
            assert post(root, f"/platform/{number}/{act}", reason="x").status_code == 404
        assert post(root, f"/platform/{number}/resume").status_code == 404


def test_only_the_platform(shop: Shop, root: FlaskClient, client_of: Callable[[str], FlaskClient]) -> None:
    for who in ("owner", "admin", "cashier"):
        browser = client_of(who)
        assert browser.get("/platform/").status_code == 403
        assert browser.get("/platform/new").status_code == 403
        for act in ("suspend", "resume", "visit"):
            assert post(browser, f"/platform/{shop.organization_id}/{act}", reason="x").status_code == 403


def test_the_platforms_people_are_of_no_shop(root: FlaskClient, shop: Shop, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {token(client, 'root').json['access_token']}"}
    assert client.get("/api/me", headers=bearer).json["organization"]["domain"] == "platform"
    assert client.get("/api/branches", headers=bearer).status_code == 403
    assert client.get("/api/employees", headers=bearer).status_code == 403
