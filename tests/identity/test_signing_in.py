"""Signing in with a password: by any name, told nothing, locked out, shut out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Organization, User, UserStatus
from smartpos.identity.operations import suspend_organization, update_user
from tests.cast import PASSWORD, Shop, make_shop
from tests.identity.people import MARKER, change, csrf_of, is_in, log_in, post, trail


@pytest.fixture
def reachable(shop: Shop) -> Shop:
    """The shop, whose cashier can also sign in by e-mail and phone."""
    with shop.inside("owner"):
        cashier = db.session.get_one(User, shop.users["cashier"])
        update_user(cashier, {"phone": "90 123 45 67", "email": "Kassir@Bahor.uz"}, actor=shop.actor("owner"))
    return shop


@pytest.mark.parametrize(
    "name",
    [
        "cashier",
        "  Cashier ",
        "kassir@bahor.uz",
        "KASSIR@BAHOR.UZ",
        "901234567",
        "+998 90 123-45-67",
        "998901234567",
    ],
)
def test_by_any_of_ones_names(reachable: Shop, client: FlaskClient, name: str) -> None:
    assert log_in(client, name).status_code == 302
    assert client.get("/api/me").json["user"]["id"] == reachable.users["cashier"]


def test_where_people_land(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    assert client_of("cashier").get("/").location == "/till"
    assert client_of("manager").get("/").location == "/admin/"


def test_nothing_is_told_about_what_was_wrong(shop: Shop, client: FlaskClient) -> None:
    wrong = log_in(client, "cashier", "not-the-password")
    unknown = log_in(client, "nobody-at-all", "not-the-password")
    assert wrong.status_code == unknown.status_code == 401
    told = [answer.get_data(as_text=True).replace("nobody-at-all", "cashier") for answer in (wrong, unknown)]
    tokens = [text[text.index("csrf-token") : text.index("csrf-token") + 150] for text in told]
    assert (
        told[0].replace(tokens[0], "").count("alert bad")
        == told[1].replace(tokens[1], "").count("alert bad")
        == 1
    )
    assert not is_in(client)


def test_a_name_in_several_organizations(shop: Shop, stranger: Shop, app: Flask, client: FlaskClient) -> None:
    make_shop(app, domain="lola", people={"cashier": RoleKey.CASHIER})
    right, wrong = log_in(client, "cashier"), log_in(client, "cashier", "not-the-password")
    assert right.status_code == wrong.status_code == 401
    for answer in (right, wrong):
        assert 'name="organization"' in answer.get_data(as_text=True)
    assert log_in(client, "cashier", organization="navruz").status_code == 401
    assert log_in(client, "cashier", organization=" Bahor ").status_code == 302
    assert client.get("/api/me").json["organization"]["domain"] == "bahor"


def test_a_tenants_own_address_tells_the_organization(shop: Shop, app: Flask, client: FlaskClient) -> None:
    other = make_shop(app, domain="lola", people={"cashier": RoleKey.CASHIER})
    with app.app_context(), platform_scope(reason="test"):
        db.session.get_one(Organization, other.organization_id).host = "pos.lola.uz"
        db.session.flush()
        db.session.commit()
    here = {"base_url": "http://pos.lola.uz"}
    page = client.get("/login", **here).get_data(as_text=True)  # type: ignore[arg-type]
    csrf = page[page.index(MARKER) + len(MARKER) :].partition('"')[0]
    form = {"name": "cashier", "password": PASSWORD, "csrf_token": csrf}
    assert client.post("/login", data=form, **here).status_code == 302  # type: ignore[arg-type]
    me = client.get("/api/me", **here).json  # type: ignore[arg-type]
    assert me["organization"]["domain"] == "lola"


def test_five_wrong_attempts_lock(shop: Shop, client: FlaskClient) -> None:
    for _attempt in range(5):
        assert log_in(client, "cashier", "not-the-password").status_code == 401
    assert log_in(client, "cashier").status_code == 429
    answer = client.post("/token", data={"username": "cashier", "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.json["code"] == "locked"
    assert 14 * 60 < answer.json["seconds"] <= 15 * 60
    assert log_in(client, "manager").status_code == 302


def test_a_lock_ends_and_the_next_lasts_longer(shop: Shop, client: FlaskClient) -> None:
    change(shop, "cashier", failed_logins=5, locked_until=utc_now() - timedelta(seconds=1))
    for _attempt in range(5):
        assert log_in(client, "cashier", "not-the-password").status_code == 401
    answer = client.post("/token", data={"username": "cashier", "password": PASSWORD})
    assert 29 * 60 < answer.json["seconds"] <= 30 * 60
    change(shop, "cashier", locked_until=utc_now() - timedelta(seconds=1))
    assert log_in(client, "cashier").status_code == 302
    with shop.inside():
        cashier = db.session.get_one(User, shop.users["cashier"])
        assert (cashier.failed_logins, cashier.locked_until) == (0, None)


def test_attempts_are_in_the_trail(shop: Shop, client: FlaskClient) -> None:
    log_in(client, "cashier", "not-the-password")
    log_in(client, "cashier")
    post(client, "/logout")
    failed, entered, left = (trail(shop, act) for act in ("login_failed", "login", "logout"))
    assert [(row.entity_id, row.reason) for row in failed] == [(shop.users["cashier"], "password")]
    assert [(row.user_id, row.new_values) for row in entered] == [(shop.users["cashier"], {"kind": "web"})]
    assert [row.user_id for row in left] == [shop.users["cashier"]]
    assert str(failed[0].ip_address) == "127.0.0.1"


def test_a_suspended_organization_is_out_at_once(
    shop: Shop, client: FlaskClient, client_of: Callable[[str], FlaskClient], api_of: Callable[..., object]
) -> None:
    browser, program = client_of("owner"), api_of("cashier")
    with shop.app.app_context():
        with shop.inside():
            actor = shop.actor("owner")
        suspend_organization(shop.organization_id, "Hisob toʻlanmagan", actor=actor)
        db.session.commit()
    page = browser.get("/admin/")
    assert page.status_code == 403
    assert "Hisob toʻlanmagan" in page.get_data(as_text=True)
    assert browser.get("/admin/").status_code == 302
    answer = program.get("/api/me")  # type: ignore[attr-defined]
    assert (answer.status_code, answer.json["code"]) == (403, "organization_suspended")
    assert answer.json["detail"] == "Hisob toʻlanmagan"
    refused = log_in(client, "owner")
    assert refused.status_code == 403
    assert "Hisob toʻlanmagan" in refused.get_data(as_text=True)
    assert log_in(client, "owner", "not-the-password").status_code == 401


def test_somebody_locked_out_by_hand(
    shop: Shop, client: FlaskClient, client_of: Callable[[str], FlaskClient]
) -> None:
    browser = client_of("cashier")
    change(shop, "cashier", status=UserStatus.SUSPENDED)
    assert not is_in(browser)
    assert log_in(client, "cashier").status_code == 403
    assert log_in(client, "cashier", "not-the-password").status_code == 401


def test_where_one_wanted_to_go(shop: Shop, client: FlaskClient) -> None:
    asked = client.get("/profile")
    assert asked.location == "/login?next=%2Fprofile"
    assert log_in(client, "cashier", next="/profile").location == "/profile"


@pytest.mark.parametrize(
    "target", ["//evil.uz", "https://evil.uz", "/\\evil.uz", "javascript:1", "/a\nb", "\\\\evil"]
)
def test_never_to_another_site(shop: Shop, client: FlaskClient, target: str) -> None:
    assert log_in(client, "cashier", next=target).location == "/till"
    post(client, "/logout")
    assert post(client, "/language", locale="ru", next=target).location == "/"


def test_a_fixed_session_is_worth_nothing(shop: Shop, app: Flask, client: FlaskClient) -> None:
    csrf_of(client)
    before = client.get_cookie("smartpos")
    assert before is not None
    assert log_in(client, "cashier").status_code == 302
    after = client.get_cookie("smartpos")
    assert after is not None
    assert after.value != before.value
    assert after.http_only
    assert after.same_site == "Lax"
    victim = app.test_client()
    victim.set_cookie("smartpos", before.value)
    assert not is_in(victim)


def test_a_used_up_cookie_after_log_out(shop: Shop, client: FlaskClient, app: Flask) -> None:
    log_in(client, "cashier")
    cookie = client.get_cookie("smartpos")
    assert cookie is not None
    assert client.get("/logout").status_code == 200
    assert post(client, "/logout").location == "/login"
    thief = app.test_client()
    thief.set_cookie("smartpos", cookie.value)
    assert not is_in(thief)


def test_a_form_without_its_token(
    shop: Shop, client: FlaskClient, client_of: Callable[[str], FlaskClient]
) -> None:
    client.get("/login")
    answer = client.post("/login", data={"name": "cashier", "password": PASSWORD})
    assert answer.status_code == 400
    browser = client_of("owner")
    for path in ("/logout", "/profile", "/language", "/settings", "/admin/users/new/"):
        assert browser.post(path, data={}).status_code == 400, path
    assert browser.post("/api/employees", json={"username": "yangi", "full_name": "Yangi"}).status_code == 400
    assert is_in(browser)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("cashier\x00", PASSWORD),
        ("x" * 200_000, PASSWORD),
        ("cashier", "x" * 200_000),
        ("", ""),
        ("cashier", "\x00"),
        ("'; DROP TABLE users; --", "x"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "x"),
    ],
)
def test_absurd_input(shop: Shop, client: FlaskClient, name: str, password: str) -> None:
    assert 400 <= log_in(client, name, password).status_code < 500
    answer = client.post("/token", data={"username": name, "password": password})
    assert 400 <= answer.status_code < 500
    assert answer.json["code"]
    assert log_in(client, "cashier").status_code == 302


def test_broken_utf8(shop: Shop, client: FlaskClient) -> None:
    form = "application/x-www-form-urlencoded"
    for kind, body in (
        (form, b"username=\xff\xfe&password=%ff%fe"),
        ("application/json", b'{"username": "\xff"}'),
    ):
        answer = client.post("/token", data=body, content_type=kind)
        assert 400 <= answer.status_code < 500
    answer = client.post(
        "/token", data=b'{"username": "\\ud800", "password": "x"}', content_type="application/json"
    )
    assert 400 <= answer.status_code < 500


def test_outdated_hashes_are_renewed(shop: Shop, app: Flask, client: FlaskClient) -> None:
    with shop.inside():
        before = db.session.get_one(User, shop.users["cashier"]).password_hash
    app.config["ARGON2_TIME_COST"] = 2
    try:
        assert log_in(client, "cashier").status_code == 302
    finally:
        app.config["ARGON2_TIME_COST"] = 1
    with shop.inside():
        assert db.session.get_one(User, shop.users["cashier"]).password_hash != before


def test_a_late_answer_brings_nobody_back(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    # What was asked before a till was locked may be answered after the next cashier has signed in.
    client = client_of("cashier")
    before = client.get_cookie("smartpos")
    assert before is not None
    answers = [client.get("/api/products")]
    token = client.get("/api/till/facts").get_json()["csrf"]
    client.post("/till/lock", headers={"X-CSRFToken": token})
    client.set_cookie("smartpos", before.value)
    answers += [client.get(address) for address in ("/api/products", "/api/promotions", "/api/till/facts")]
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401]
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], [], []]


def test_the_page_may_be_asked_for_without_its_content(shop: Shop, client: FlaskClient) -> None:
    assert client.head("/login").status_code == 200
    assert client.head("/login?next=/till").status_code == 200
