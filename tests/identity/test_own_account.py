"""One's own account: the forced change, passwords, profile, language, sessions."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.identity.models import LoginName, User
from smartpos.identity.passwords import check_password, new_password
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.identity.people import change, is_in, log_in, post, token

NEW = "kuz-yomgʻir-2026"


def test_a_given_password_must_be_changed_first(shop: Shop, client: FlaskClient) -> None:
    change(shop, "manager", must_change_password=True)
    log_in(client, "manager")
    for path in ("/", "/admin/", "/profile", "/settings", "/till/register"):
        assert client.get(path).location == "/profile/password", path
    answer = client.get("/api/branches")
    assert (answer.status_code, answer.json["code"]) == (403, "password_change_required")
    assert client.get("/api/me").json["user"]["must_change_password"] is True
    assert post(client, "/profile/password", new_password=NEW, repeated="other").status_code == 422
    assert post(client, "/profile/password", new_password=PASSWORD, repeated=PASSWORD).status_code == 422
    assert post(client, "/profile/password", new_password="short", repeated="short").status_code == 422
    assert client.get("/admin/").location == "/profile/password"
    assert post(client, "/profile/password", new_password=NEW, repeated=NEW).location == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert token(client, "manager", PASSWORD).status_code == 401
    assert token(client, "manager", NEW).status_code == 200


def test_leaving_instead_of_changing(shop: Shop, client: FlaskClient) -> None:
    change(shop, "manager", must_change_password=True)
    log_in(client, "manager")
    assert post(client, "/language", locale="ru").status_code == 302
    assert post(client, "/logout").location == "/login"
    assert log_in(client, "manager").status_code == 302


def test_a_program_changes_it_too(shop: Shop, api_of: Callable[..., Api]) -> None:
    change(shop, "manager", must_change_password=True)
    program = api_of("manager")
    assert program.get("/api/branches").json["code"] == "password_change_required"
    wrong = program.post("/api/me/password", {"current_password": "wrong", "new_password": NEW})
    assert wrong.status_code == 422
    assert "current_password" in wrong.json["errors"]
    assert (
        program.post("/api/me/password", {"current_password": PASSWORD, "new_password": NEW}).status_code
        == 204
    )
    assert program.get("/api/branches").status_code == 200


def test_changing_the_password_ends_other_sessions(
    shop: Shop, client_of: Callable[[str], FlaskClient], api_of: Callable[..., Api]
) -> None:
    here, there, program = client_of("cashier"), client_of("cashier"), api_of("cashier")
    wrong = post(here, "/profile/password", current_password="wrong", new_password=NEW, repeated=NEW)
    assert wrong.status_code == 422
    done = post(here, "/profile/password", current_password=PASSWORD, new_password=NEW, repeated=NEW)
    assert done.location == "/profile"
    assert is_in(here)
    assert not is_in(there)
    assert program.get("/api/me").status_code == 401


def test_sessions_are_listed_and_ended(
    shop: Shop, client_of: Callable[[str], FlaskClient], api_of: Callable[..., Api]
) -> None:
    here, there, program = client_of("cashier"), client_of("cashier"), api_of("cashier")
    others = client_of("manager")
    page = here.get("/profile/sessions").get_data(as_text=True)
    paths = sorted({part.partition('"')[0] for part in page.split('action="')[1:] if "/end" in part[:60]})
    singles = [path for path in paths if path.endswith("/end")]
    assert len(singles) == 2
    assert post(others, singles[0]).status_code == 404
    assert post(here, singles[0]).status_code == 302
    assert post(here, singles[0]).status_code == 404
    assert [is_in(there), program.get("/api/me").status_code == 200].count(True) == 1
    assert post(here, "/profile/sessions/end-others").status_code == 302
    assert not is_in(there)
    assert program.get("/api/me").status_code == 401
    assert is_in(here)
    assert is_in(others)


def test_the_profile(shop: Shop, client_of: Callable[[str], FlaskClient], client: FlaskClient) -> None:
    browser = client_of("cashier")
    form = {
        "full_name": "Gulnora Kassir",
        "phone": "(91) 765-43-21",
        "email": "Gulnora@Bahor.uz",
        "locale": "ru",
    }
    assert post(browser, "/profile", **form).location == "/profile"
    page = browser.get("/profile").get_data(as_text=True)
    assert 'lang="ru"' in page
    assert "+998 91 765 43 21" in page
    assert log_in(client, "8 (91) 765-43-21").status_code == 401
    assert log_in(client, "91 765 43 21").status_code == 302
    assert log_in(client, "gulnora@bahor.uz").status_code == 302
    assert post(browser, "/profile", **(form | {"phone": "", "email": ""})).status_code == 302
    assert log_in(client, "gulnora@bahor.uz").status_code == 401
    with shop.inside():
        mine = select(LoginName.kind).where(LoginName.user_id == shop.users["cashier"])
        kinds = {kind.value for kind in db.session.scalars(mine)}
    assert kinds == {"username"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "12"},
        {"phone": "not a phone"},
        {"email": "gulnora"},
        {"email": "a@b"},
        {"full_name": ""},
        {"full_name": "x" * 300},
        {"full_name": "a\x00b"},
        {"locale": "xx"},
    ],
)
def test_a_wrong_profile_changes_nothing(
    shop: Shop, client_of: Callable[[str], FlaskClient], wrong: dict[str, str]
) -> None:
    browser = client_of("cashier")
    form = {"full_name": "Boshqa", "phone": "", "email": "", "locale": ""} | wrong
    assert post(browser, "/profile", **form).status_code == 422
    with shop.inside():
        assert db.session.get_one(User, shop.users["cashier"]).full_name == "Cashier"


def test_names_of_somebody_else(shop: Shop, stranger: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    form = {"full_name": "X", "phone": "90 111 22 33", "email": "bir@bahor.uz", "locale": ""}
    assert post(client_of("stranger"), "/profile", **form).status_code == 302
    browser = client_of("cashier")
    assert post(browser, "/profile", **(form | {"email": ""})).status_code == 409
    assert post(browser, "/profile", **(form | {"phone": ""})).status_code == 409
    with shop.inside():
        user = db.session.get_one(User, shop.users["cashier"])
        assert (user.full_name, user.phone_number, user.email) == ("Cashier", None, None)


def test_the_language(shop: Shop, client: FlaskClient) -> None:
    assert post(client, "/language", locale="ru", next="/login").location == "/login"
    assert 'lang="ru"' in client.get("/login").get_data(as_text=True)
    post(client, "/language", locale="xx")
    assert 'lang="ru"' in client.get("/login").get_data(as_text=True)
    log_in(client, "manager")
    post(client, "/language", locale="en")
    with shop.inside():
        assert db.session.get_one(User, shop.users["manager"]).locale == "en"
    post(client, "/logout")
    log_in(client, "manager")
    assert 'lang="en"' in client.get("/profile").get_data(as_text=True)


@pytest.mark.parametrize(
    "weak",
    ["", "short", "12345678", "aaaaaaaaaa", "Password", "kassir01", "x" * 201, "tab\tulated", "bo\x00sh-joy"],
)
def test_weak_passwords(app: Flask, weak: str) -> None:
    with app.test_request_context(), pytest.raises(Invalid):
        check_password(weak, related=("kassir01", None))


def test_made_passwords_are_good_and_differ(app: Flask) -> None:
    made = {new_password() for _number in range(50)}
    assert len(made) == 50
    with app.test_request_context():
        for password in made:
            check_password(password)


def test_every_page_of_ones_own(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    paths: list[Any] = ["", "/password", "/pin", "/two-step", "/sessions"]
    for who in ("owner", "cashier", "operator"):
        browser = client_of(who)
        for path in paths:
            assert browser.get(f"/profile{path}").status_code == 200, (who, path)
