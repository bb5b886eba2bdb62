"""PINs: only on known tills, only for the till, locked after wrong ones."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.identity.models import Till, User, UserSession, UserStatus
from smartpos.identity.operations import update_role
from smartpos.identity.passwords import check_pin
from tests.cast import PASSWORD, PIN, Shop
from tests.identity.people import change, csrf_of, is_in, log_in, post, trail


@pytest.fixture
def till(shop: Shop, app: Flask) -> FlaskClient:
    """A browser that the manager made a known till and left."""
    browser = app.test_client()
    log_in(browser, "manager")
    assert post(browser, "/till/register", till_id=shop.till_id).status_code == 302
    post(browser, "/logout")
    return browser


def pin(browser: FlaskClient, user_id: Any, digits: Any = PIN) -> Any:
    """Send a PIN as the till page does."""
    return browser.post(
        "/api/till/pin", json={"user_id": user_id, "pin": digits}, headers={"X-CSRFToken": csrf_of(browser)}
    )


def test_a_known_till_signs_in_by_pin(shop: Shop, till: FlaskClient) -> None:
    people = till.get("/api/till/cashiers").json
    assert people["till"]["id"] == shop.till_id
    assert shop.users["cashier"] in {person["id"] for person in people["items"]}
    assert shop.users["warehouse"] not in {person["id"] for person in people["items"]}
    answer = pin(till, shop.users["cashier"])
    assert answer.status_code == 200
    me = till.get("/api/me").json
    assert me["user"]["id"] == shop.users["cashier"]
    assert me["user"]["till_id"] == shop.till_id
    header = {"X-CSRFToken": answer.json["csrf_token"]}
    assert till.post("/api/logout", headers=header).status_code == 204


def test_the_page_with_the_pad(shop: Shop, till: FlaskClient) -> None:
    assert till.get("/login?next=/till").location.startswith("/login/pin")
    assert "1-kassa" in till.get("/login").get_data(as_text=True)
    page = till.get("/login/pin").get_data(as_text=True)
    assert "Cashier" in page
    assert post(till, "/login/pin", user_id=shop.users["cashier"], pin="0000").status_code == 401
    assert post(till, "/login/pin", user_id="x", pin=PIN).status_code == 422
    assert post(till, "/login/pin", user_id=shop.users["warehouse"], pin=PIN).status_code == 422
    assert post(till, "/login/pin", user_id=shop.users["cashier"], pin=PIN).location == "/till"


def test_only_on_a_known_till(shop: Shop, client: FlaskClient) -> None:
    assert client.get("/login/pin").location == "/login"
    assert client.get("/api/till/cashiers").status_code == 401
    answer = pin(client, shop.users["cashier"])
    assert (answer.status_code, answer.json["code"]) == (403, "unknown_till")


def test_a_stolen_or_forged_cookie(shop: Shop, till: FlaskClient, app: Flask) -> None:
    cookie = till.get_cookie("till")
    assert cookie is not None
    assert cookie.http_only
    for value in ("x", cookie.value[:-3] + "abc", cookie.value * 30):
        thief = app.test_client()
        thief.set_cookie("till", value)
        assert thief.get("/api/till/cashiers").status_code == 401
    with shop.inside():
        db.session.get_one(Till, shop.till_id).device_token_hash = None
    assert till.get("/api/till/cashiers").status_code == 401


def test_another_device_takes_the_tills_place(
    shop: Shop, till: FlaskClient, client_of: Callable[[str], FlaskClient]
) -> None:
    other = client_of("owner")
    answer = post(other, "/admin/tills/act/register/", id=shop.till_id)
    assert answer.status_code == 302
    assert till.get("/api/till/cashiers").status_code == 401
    assert other.get("/api/till/cashiers").json["till"]["id"] == shop.till_id
    assert post(other, "/till/forget").status_code == 302
    assert other.get("/api/till/cashiers").json["till"] is None


def test_who_may_register(shop: Shop, stranger: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("cashier").get("/till/register").status_code == 403
    assert post(client_of("cashier"), "/till/register", till_id=shop.till_id).status_code == 403
    assert post(client_of("stranger"), "/till/register", till_id=shop.till_id).status_code == 422


def test_a_pin_opens_the_till_not_the_back_office(shop: Shop, till: FlaskClient) -> None:
    assert pin(till, shop.users["owner"]).status_code == 200
    assert till.get("/").location == "/till"
    assert till.get("/admin/").status_code == 403
    assert till.get("/settings").status_code == 403
    assert till.get("/api/employees").status_code == 403
    assert "sales:sale:create" in till.get("/api/me").json["permissions"]


def test_five_wrong_pins_lock_the_pin_alone(shop: Shop, till: FlaskClient) -> None:
    for _attempt in range(5):
        assert pin(till, shop.users["cashier"], "9999").status_code == 401
    answer = pin(till, shop.users["cashier"])
    assert (answer.status_code, answer.json["code"]) == (429, "locked")
    people = till.get("/api/till/cashiers").json["items"]
    assert [person["is_locked"] for person in people if person["id"] == shop.users["cashier"]] == [True]
    assert {row.reason for row in trail(shop, "login_failed")} == {"pin"}
    assert log_in(till, "cashier").status_code == 302


def test_absurd_pins(shop: Shop, stranger: Shop, till: FlaskClient) -> None:
    for user_id, digits in (
        (stranger.users["stranger"], PIN),
        (2**62, PIN),
        (-1, PIN),
        ("x", PIN),
        (shop.users["cashier"], ""),
        (shop.users["cashier"], "9" * 1000),
        (shop.users["cashier"], "\x00"),
        (shop.users["cashier"], "\ud800"),
        (shop.users["cashier"], None),
        (shop.users["warehouse"], PIN),
        (None, None),
    ):
        answer = pin(till, user_id, digits)
        assert 400 <= answer.status_code < 500, (user_id, digits)
    assert not is_in(till)


def test_locking_the_till_ends_the_session(shop: Shop, till: FlaskClient) -> None:
    pin(till, shop.users["cashier"])
    cookie = till.get_cookie("smartpos")
    assert cookie is not None
    assert post(till, "/till/lock").location.startswith("/login/pin")
    till.set_cookie("smartpos", cookie.value)
    assert not is_in(till)
    with shop.inside():
        kinds = {row.kind.value: row.revoked_at for row in db.session.query(UserSession)}
        assert kinds["pin"] is not None


def test_the_next_person_ends_the_session_of_the_one_before(shop: Shop, till: FlaskClient) -> None:
    pin(till, shop.users["cashier"])
    pin(till, shop.users["cashier2"])
    assert till.get("/api/me").json["user"]["id"] == shop.users["cashier2"]
    with shop.inside():
        still = db.session.query(UserSession).where(UserSession.revoked_at.is_(None)).all()
        assert [row.user_id for row in still] == [shop.users["cashier2"]]


def test_a_pin_session_lasts_half_a_day(shop: Shop, till: FlaskClient) -> None:
    pin(till, shop.users["cashier"])
    with shop.inside():
        row = db.session.query(UserSession).where(UserSession.user_id == shop.users["cashier"]).one()
        assert round((row.expires_at - row.created_at).total_seconds() / 3600) == 12
        assert row.till_id == shop.till_id


def test_who_is_shut_out_cannot_use_a_pin(shop: Shop, till: FlaskClient) -> None:
    change(shop, "cashier", status=UserStatus.SUSPENDED)
    assert pin(till, shop.users["cashier"]).status_code == 403
    with shop.inside("owner"):
        role = db.session.get_one(User, shop.users["cashier2"]).role
        update_role(role, {"permissions": []}, actor=shop.actor("owner"))
    assert pin(till, shop.users["cashier2"]).status_code == 403


def test_a_first_password_does_not_hold_up_the_till(shop: Shop, till: FlaskClient) -> None:
    change(shop, "cashier", must_change_password=True)
    assert pin(till, shop.users["cashier"]).status_code == 200
    assert is_in(till)


@pytest.mark.parametrize(
    "digits", ["1111", "1234", "4321", "7890", "1212", "123123", "123", "123456789", "12a4", "", "١٢٣٤"]
)
def test_weak_pins_are_refused(app: Flask, digits: str) -> None:
    with app.test_request_context(), pytest.raises(Invalid):
        check_pin(digits)


def test_choosing_ones_own_pin(shop: Shop, till: FlaskClient) -> None:
    log_in(till, "cashier")
    assert post(till, "/profile/pin", pin="1234", password=PASSWORD).status_code == 422
    assert post(till, "/profile/pin", pin="5937", password="wrong").status_code == 422
    assert post(till, "/profile/pin", pin="5937", password=PASSWORD).status_code == 302
    post(till, "/logout")
    assert pin(till, shop.users["cashier"]).status_code == 401
    assert pin(till, shop.users["cashier"], "5937").status_code == 200


def test_people_without_a_pin_are_not_offered(shop: Shop, till: FlaskClient) -> None:
    change(shop, "cashier2", pin_code_hash=None)
    assert shop.users["cashier2"] not in {
        person["id"] for person in till.get("/api/till/cashiers").json["items"]
    }
    assert pin(till, shop.users["cashier2"]).status_code == 401
