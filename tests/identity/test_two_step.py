"""Two-step sign-in: turned on with proof, asked for everywhere, each code once, recovery codes."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.identity.models import User
from tests.cast import PASSWORD, Shop
from tests.identity.people import change, csrf_of, is_in, log_in, post, token


def turn_on(browser: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """Turn it on as a person would: scan, type, keep the recovery codes."""
    page = browser.get("/profile/two-step").get_data(as_text=True)
    assert "<svg" in page
    secret = "".join(re.findall(r'data-copy="([A-Z2-7]+)"', page))
    sealed = re.findall(r'name="sealed"[^>]*value="([^"]+)"', page)[0]
    totp = pyotp.TOTP(secret)
    answer = post(browser, "/profile/two-step", sealed=sealed, code=totp.now(), password=PASSWORD)
    assert answer.status_code == 200
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code>", answer.get_data(as_text=True))
    assert len(set(codes)) == 8
    return totp, codes


@pytest.fixture
def secured(shop: Shop, client_of: Callable[[str], FlaskClient]) -> tuple[pyotp.TOTP, list[str]]:
    """The owner's authenticator and recovery codes; the code of this half minute is used up."""
    return turn_on(client_of("owner"))


def later(totp: pyotp.TOTP) -> str:
    """The code the app will show in half a minute, which is accepted already."""
    return totp.at(time.time() + 30)


def test_the_code_is_asked_for(
    shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient
) -> None:
    totp, _codes = secured
    assert log_in(client, "owner").location == "/login/code"
    assert not is_in(client)
    assert post(client, "/login/code", code="000000").status_code == 401
    assert post(client, "/login/code", code=later(totp)).location == "/admin/"
    assert is_in(client)


def test_a_code_works_once(shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient) -> None:
    totp, _codes = secured
    code = later(totp)
    assert token(client, "owner", code=code).status_code == 200
    again = token(client, "owner", code=code)
    assert (again.status_code, again.json["code"]) == (401, "wrong_code")
    assert token(client, "owner", code=totp.now()).status_code == 401


def test_programs_give_it_too(shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient) -> None:
    asked = token(client, "owner")
    assert (asked.status_code, asked.json["code"]) == (401, "totp_required")
    assert token(client, "owner", "not-the-password").json["code"] == "wrong_credentials"


def test_recovery_codes_work_once(
    shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient
) -> None:
    _totp, codes = secured
    assert token(client, "owner", code=codes[0].upper()).status_code == 200
    assert token(client, "owner", code=codes[0]).status_code == 401
    log_in(client, "owner")
    assert post(client, "/login/code", code=codes[1].replace("-", " ")).status_code == 302
    assert "6" in client.get("/profile").get_data(as_text=True)
    renewed = post(client, "/profile/two-step/codes", password=PASSWORD)
    assert renewed.status_code == 200
    assert token(client, "owner", code=codes[2]).status_code == 401
    fresh = re.findall(r"<li><code>([a-z0-9-]+)</code>", renewed.get_data(as_text=True))
    assert token(client, "owner", code=fresh[0]).status_code == 200


def test_guessing_codes_locks(shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient) -> None:
    log_in(client, "owner")
    for _attempt in range(5):
        assert post(client, "/login/code", code="123123").status_code == 401
    assert post(client, "/login/code", code=later(secured[0])).status_code == 429


def test_half_a_sign_in_ends_with_the_password(
    shop: Shop, secured: tuple[pyotp.TOTP, list[str]], client: FlaskClient
) -> None:
    log_in(client, "owner")
    change(shop, "owner", password_hash="another")
    assert post(client, "/login/code", code=later(secured[0])).status_code == 401
    assert not is_in(client)


def test_the_code_page_needs_the_first_step(shop: Shop, client: FlaskClient) -> None:
    assert client.get("/login/code").location == "/login"
    assert post(client, "/login/code", code="123456").location == "/login"


def test_turning_it_on_needs_proof(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    browser = client_of("owner")
    page = browser.get("/profile/two-step").get_data(as_text=True)
    sealed = re.findall(r'name="sealed"[^>]*value="([^"]+)"', page)[0]
    secret = re.findall(r'data-copy="([A-Z2-7]+)"', page)[0]
    good = pyotp.TOTP(secret).now()
    assert (
        post(browser, "/profile/two-step", sealed=sealed, code="000000", password=PASSWORD).status_code == 422
    )
    assert post(browser, "/profile/two-step", sealed=sealed, code=good, password="wrong").status_code == 422
    assert post(browser, "/profile/two-step", sealed="x", code=good, password=PASSWORD).status_code == 404
    thief = client_of("manager")
    assert post(thief, "/profile/two-step", sealed=sealed, code=good, password=PASSWORD).status_code == 404
    with shop.inside():
        assert db.session.get_one(User, shop.users["owner"]).totp_secret is None


def test_turning_it_off(shop: Shop, client_of: Callable[[str], FlaskClient], client: FlaskClient) -> None:
    browser = client_of("owner")
    turn_on(browser)
    assert post(browser, "/profile/two-step/off", password="wrong").status_code == 422
    assert post(browser, "/profile/two-step/off", password=PASSWORD).status_code == 302
    assert log_in(client, "owner").location == "/admin/"


def test_the_secret_is_encrypted_and_never_in_the_trail(
    shop: Shop, secured: tuple[pyotp.TOTP, list[str]]
) -> None:
    totp, codes = secured
    with shop.inside():
        user = db.session.get_one(User, shop.users["owner"])
        stored = (user.totp_secret or b"") + (user.recovery_codes or b"")
        assert totp.secret.encode() not in stored
        assert codes[0].encode() not in stored
        rows = db.session.connection().exec_driver_sql(
            "SELECT coalesce(old_values::text, '') || coalesce(new_values::text, '') FROM audit_logs"
        )
        text = "".join(row[0] for row in rows)
    assert totp.secret not in text
    assert stored.hex() not in text


def test_somebody_above_may_turn_it_off(
    shop: Shop, client_of: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    turn_on(client_of("manager"))
    boss = client_of("owner")
    path = "/admin/users/act/two_step_off/"
    assert boss.post(path, data={"id": shop.users["manager"], "csrf_token": csrf_of(boss)}).status_code == 302
    assert log_in(client, "manager").location == "/admin/"
