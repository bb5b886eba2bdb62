"""Bearer tokens of the API, and what a client learns about whom it works for."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.identity.jobs import clear_sessions
from smartpos.identity.models import UserSession
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.identity.people import csrf_of, log_in, token


def test_a_token_by_form_and_by_json(shop: Shop, client: FlaskClient) -> None:
    by_form = token(client, "cashier")
    by_json = client.post(
        "/token", json={"username": "cashier", "password": PASSWORD, "organization": "bahor"}
    )
    for answer in (by_form, by_json):
        assert answer.status_code == 200
        assert answer.json["token_type"] == "bearer"
        assert answer.json["expires_in"] == 12 * 3600
        assert answer.json.keys() == {"access_token", "token_type", "expires_in"}


def test_wrong_ones(shop: Shop, client: FlaskClient) -> None:
    answer = token(client, "cashier", "not-the-password")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "wrong_credentials"
    assert token(client, "cashier", organization="navruz").status_code == 401
    missing = client.post("/token", data={"username": "cashier"})
    assert missing.status_code == 422
    assert "password" in missing.json["errors"]
    assert client.post("/token", json=["cashier"]).status_code == 422
    assert client.post("/token", json={"username": 1, "password": []}).status_code == 422


def test_who_i_am(shop: Shop, api_of: Callable[..., Api]) -> None:
    me = api_of("cashier").get("/api/me").json
    assert me["user"]["id"] == shop.users["cashier"]
    assert me["role"]["key"] == "cashier"
    assert me["organization"]["id"] == shop.organization_id
    assert {branch["name"] for branch in me["branches"]} == {"Chilonzor", "Ombor"}
    assert "identity:till:use" in me["permissions"]
    assert "identity:user:read" not in me["permissions"]


def test_no_token_no_answer(shop: Shop, client: FlaskClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        answer = client.get("/api/me", headers=headers)
        assert answer.status_code == 401
        assert answer.json["code"] == "unauthorized"


def test_a_forged_or_expired_token(shop: Shop, app: Flask, client: FlaskClient) -> None:
    good = token(client, "cashier").json["access_token"]
    claims = jwt.decode(good, options={"verify_signature": False})
    key = app.config["SECRET_KEY"]
    bad = [
        jwt.encode(claims, "another-key-" * 4, "HS256"),
        jwt.encode(claims | {"exp": utc_now() - timedelta(seconds=1)}, key, "HS256"),
        jwt.encode(claims | {"org": claims["org"] + 1}, key, "HS256"),
        jwt.encode(claims | {"sid": "x"}, key, "HS256"),
        jwt.encode({"exp": claims["exp"]}, key, "HS256"),
        jwt.encode(claims, None, "none"),
    ]
    for text in bad:
        assert client.get("/api/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert client.get("/api/me", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_session_ends_by_its_own_clock_and_by_logging_out(shop: Shop, api_of: Callable[..., Api]) -> None:
    program = api_of("cashier")
    assert program.post("/api/logout").status_code == 204
    assert program.get("/api/me").status_code == 401
    other = api_of("cashier")
    with shop.inside():
        db.session.execute(update(UserSession).values(expires_at=utc_now()))
    assert other.get("/api/me").status_code == 401


def test_a_bad_token_is_not_rescued_by_a_cookie(shop: Shop, client: FlaskClient) -> None:
    log_in(client, "owner")
    assert client.get("/api/me").status_code == 200
    headers = {"Authorization": "Bearer nonsense"}
    assert client.get("/api/me", headers=headers).status_code == 401
    answer = client.post("/api/employees", json={"username": "x1", "full_name": "X"}, headers=headers)
    assert answer.status_code == 401


def test_the_session_and_its_header(shop: Shop, client: FlaskClient) -> None:
    log_in(client, "owner")
    body = {"username": "yangi", "full_name": "Yangi xodim"}
    assert client.post("/api/employees", json=body).status_code == 400
    assert client.post("/api/employees", json=body, headers={"X-CSRFToken": "wrong"}).status_code == 400
    answer = client.post("/api/employees", json=body, headers={"X-CSRFToken": csrf_of(client)})
    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/api/branches", "/api/tills", "/api/roles", "/api/employees"])
def test_lists(shop: Shop, stranger: Shop, api_of: Callable[..., Api], path: str) -> None:
    program = api_of("owner")
    first = program.get(f"{path}?limit=1").json
    assert len(first["items"]) == 1
    rest = program.get(f"{path}?limit=100&cursor={first['next_cursor']}").json
    assert rest["next_cursor"] is None
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(set(ids))
    theirs = {item["id"] for item in api_of("stranger").get(path).json["items"]}
    assert theirs.isdisjoint(ids)
    for query in (
        "limit=0",
        "limit=1001",
        "limit=x",
        "cursor=x",
        "limit=1&cursor=" + "x" * 3000,
        "cursor=%00",
    ):
        assert 400 <= program.get(f"{path}?{query}").status_code < 500, query


def test_tills_of_a_branch(shop: Shop, api_of: Callable[..., Api]) -> None:
    program = api_of("cashier")
    tills = program.get(f"/api/tills?branch_id={shop.branch_id}").json["items"]
    assert [till["number"] for till in tills] == [1, 2]
    assert program.get(f"/api/tills?branch_id={shop.warehouse_id}").json["items"] == []
    for nonsense in ("x", "-1", "9" * 30, "1e400", "NaN"):
        assert program.get(f"/api/tills?branch_id={nonsense}").status_code == 422


def test_the_last_use_is_noted_but_not_every_time(shop: Shop, api_of: Callable[..., Api]) -> None:
    program = api_of("cashier")

    def seen() -> object:
        with shop.inside():
            return db.session.query(UserSession.last_seen_at).scalar()

    with shop.inside():
        db.session.execute(update(UserSession).values(last_seen_at=utc_now() - timedelta(minutes=4)))
    before = seen()
    program.get("/api/me")
    assert seen() == before
    with shop.inside():
        db.session.execute(update(UserSession).values(last_seen_at=utc_now() - timedelta(minutes=6)))
    before = seen()
    program.get("/api/me")
    assert seen() != before


def test_sessions_of_long_ago_are_forgotten(shop: Shop, api_of: Callable[..., Api]) -> None:
    old, ended, good = api_of("cashier"), api_of("manager"), api_of("owner")
    with shop.inside():
        long_ago = utc_now() - timedelta(days=91)
        rows = update(UserSession)
        db.session.execute(
            rows.where(UserSession.user_id == shop.users["cashier"]).values(expires_at=long_ago)
        )
        db.session.execute(
            rows.where(UserSession.user_id == shop.users["manager"]).values(revoked_at=long_ago)
        )
    with shop.app.app_context():
        clear_sessions()
        db.session.commit()
    with shop.inside():
        assert [row.user_id for row in db.session.scalars(select(UserSession))] == [shop.users["owner"]]
    assert [program.get("/api/me").status_code for program in (old, ended, good)] == [401, 401, 200]
