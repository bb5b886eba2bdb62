"""The staff over the API and the panel: who may, and the rules of rank."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.errors import LastOwner
from smartpos.identity.models import LoginName, Role, User, UserStatus
from smartpos.identity.operations import create_role, create_user, update_user
from smartpos.identity.queries import system_actor
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.identity.people import csrf_of, is_in, log_in, post, token


def role_id(shop: Shop, key: str) -> int:
    with shop.inside():
        return db.session.execute(select(Role.id).where(Role.key == key)).scalar_one()


def test_the_table_of_rights(shop: Shop, api_of: Callable[..., Api]) -> None:
    body = {"username": "yangi", "full_name": "Yangi"}
    expected = {"cashier": (403, 403), "manager": (200, 403), "admin": (200, 201)}
    for who, (read, write) in expected.items():
        program = api_of(who)
        assert program.get("/api/employees").status_code == read, who
        assert program.post("/api/employees", body).status_code == write, who
        other = shop.users["cashier2"]
        written = 200 if write == 201 else 403
        assert program.put(f"/api/employees/{other}", {"job_title": "x"}).status_code == written, who
        assert program.delete(f"/api/employees/{other}").status_code == (204 if write == 201 else 403)


def test_a_new_colleague(shop: Shop, api_of: Callable[..., Api], client: FlaskClient) -> None:
    boss = api_of("admin")
    body = {
        "username": "Lola.K",
        "full_name": " Lola Karimova ",
        "role": "cashier",
        "phone": "90 777 66 55",
        "password": "birinchi-kun-1",
        "pin": "5937",
        "default_branch_id": shop.branch_id,
        "job_title": "Kassir",
    }
    made = boss.post("/api/employees", body)
    assert made.status_code == 201, made.json
    assert made.json["username"] == "lola.k"
    assert made.json["phone"] == "+998907776655"
    assert made.json["role"]["key"] == "cashier"
    assert "password" not in made.get_data(as_text=True).replace("must_change_password", "")
    assert log_in(client, "907776655", "birinchi-kun-1").status_code == 302
    assert client.get("/profile").location == "/profile/password"
    assert boss.get(f"/api/employees/{made.json['id']}").json["full_name"] == "Lola Karimova"


@pytest.mark.parametrize(
    ("facts", "status", "field"),
    [
        ({"username": "a"}, 422, "username"),
        ({"username": "Лола"}, 422, "username"),
        ({"username": "901234567"}, 422, "username"),
        ({"username": "x" * 65}, 422, "username"),
        ({"username": "cashier"}, 409, "username"),
        ({"username": "a\x00b"}, 422, "username"),
        ({"full_name": ""}, 422, "full_name"),
        ({"full_name": "\ud800"}, 422, "full_name"),
        ({"phone": "12"}, 422, "phone"),
        ({"email": "lola"}, 422, "email"),
        ({"role": "king"}, 422, "role"),
        ({"role": "super_admin"}, 422, "role"),
        ({"role_id": 2**62}, 422, "role"),
        ({"role_id": "1e400"}, 422, "role_id"),
        ({"default_branch_id": 2**62}, 422, "default_branch_id"),
        ({"workspace_ids": [2**62]}, 422, "workspace_ids"),
        ({"password": "short"}, 422, "password"),
        ({"pin": "1234"}, 422, "pin"),
        ({"locale": "xx"}, 422, "locale"),
        ({"status": "king"}, 422, "status"),
        ({"hired_date": "2026-13-01"}, 422, "hired_date"),
        ({"hired_date": "0001-01-01"}, 422, "hired_date"),
        ({"is_admin": True}, 422, "is_admin"),
    ],
)
def test_what_cannot_be(
    shop: Shop, api_of: Callable[..., Api], facts: dict[str, Any], status: int, field: str
) -> None:
    answer = api_of("owner").post("/api/employees", {"username": "lola", "full_name": "Lola"} | facts)
    assert answer.status_code == status, answer.json
    assert field in answer.json["errors"], answer.json
    with shop.inside():
        assert db.session.execute(select(User.id).where(User.full_name == "Lola")).first() is None


def test_changing_a_colleague(shop: Shop, api_of: Callable[..., Api], client: FlaskClient) -> None:
    boss, cashier = api_of("admin"), shop.users["cashier"]
    assert (
        boss.put(f"/api/employees/{cashier}", {"role": "operator", "email": "k@bahor.uz"}).status_code == 200
    )
    assert boss.put(f"/api/employees/{cashier}", {"email": None}).json["email"] is None
    answer = boss.put(f"/api/employees/{cashier}", {"password": "yangi-parol-2"})
    assert answer.json["must_change_password"] is True
    assert token(client, "cashier").status_code == 401
    assert token(client, "cashier", "yangi-parol-2").status_code == 200
    assert boss.put(f"/api/employees/{cashier}", {"pin": None}).json["has_pin"] is False
    assert boss.put(f"/api/employees/{cashier}", {"status": "inactive"}).status_code == 200
    assert token(client, "cashier", "yangi-parol-2").status_code == 403
    assert boss.put(f"/api/employees/{cashier}", {"full_name": None}).status_code == 422
    assert boss.put("/api/employees/999999", {}).status_code == 404


def test_strangers_are_not_there(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    boss = api_of("stranger")
    for who in shop.users.values():
        assert boss.get(f"/api/employees/{who}").status_code == 404
        assert boss.put(f"/api/employees/{who}", {"full_name": "x"}).status_code == 404
        assert boss.delete(f"/api/employees/{who}").status_code == 404
    answer = boss.post(
        "/api/employees", {"username": "xx", "full_name": "X", "default_branch_id": shop.branch_id}
    )
    assert answer.status_code == 422
    answer = boss.post(
        "/api/employees", {"username": "xx", "full_name": "X", "role_id": role_id(shop, "cashier")}
    )
    assert answer.status_code == 422


def test_removing_a_colleague(
    shop: Shop, api_of: Callable[..., Api], client_of: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    boss, gone = api_of("admin"), client_of("cashier")
    assert boss.delete(f"/api/employees/{shop.users['cashier']}").status_code == 204
    assert not is_in(gone)
    assert log_in(client, "cashier").status_code == 401
    assert boss.get(f"/api/employees/{shop.users['cashier']}").status_code == 404
    assert boss.delete(f"/api/employees/{shop.users['cashier']}").status_code == 404
    again = boss.post("/api/employees", {"username": "cashier", "full_name": "Boshqa", "password": PASSWORD})
    assert again.status_code == 201
    assert token(client, "cashier").status_code == 200
    with shop.inside():
        old = db.session.get_one(User, shop.users["cashier"])
        assert old.deleted_at is not None
        names = select(LoginName.user_id).where(LoginName.value == "cashier")
        assert db.session.scalars(names).all() == [again.json["id"]]


def test_nobody_removes_or_demotes_themselves(shop: Shop, api_of: Callable[..., Api]) -> None:
    for who in ("owner", "admin"):
        program, own = api_of(who), shop.users[who]
        answer = program.delete(f"/api/employees/{own}")
        assert (answer.status_code, answer.json["code"]) == (403, "not_yourself")
        for facts in ({"role": "cashier"}, {"status": "inactive"}):
            answer = program.put(f"/api/employees/{own}", facts)
            assert (answer.status_code, answer.json["code"]) == (403, "not_yourself"), (who, facts)
        assert program.put(f"/api/employees/{own}", {"job_title": "Rahbar"}).status_code == 200


def test_nobody_touches_those_above(shop: Shop, api_of: Callable[..., Api]) -> None:
    program, owner = api_of("admin"), shop.users["owner"]
    for answer in (
        program.put(f"/api/employees/{owner}", {"full_name": "x"}),
        program.put(f"/api/employees/{owner}", {"password": "yangi-parol-2"}),
        program.delete(f"/api/employees/{owner}"),
        program.put(f"/api/employees/{shop.users['cashier']}", {"role": "owner"}),
        program.post("/api/employees", {"username": "podsho", "full_name": "P", "role": "owner"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "above_your_rank")


def test_nobody_gives_what_they_do_not_have(shop: Shop, api_of: Callable[..., Api]) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        role = create_role(
            name="Kadrlar", rank=60, permissions=["identity:user:read", "identity:user:write"], actor=actor
        )
        update_user(db.session.get_one(User, shop.users["operator"]), {"role": role}, actor=actor)
    program = api_of("operator")
    answer = program.post("/api/employees", {"username": "yangi", "full_name": "Y", "role": "cashier"})
    assert (answer.status_code, answer.json["code"]) == (403, "beyond_your_permissions")
    assert "identity:till:use" in answer.json["permissions"]
    assert program.put(f"/api/employees/{shop.users['cashier']}", {"job_title": "x"}).status_code == 200
    assert program.put(f"/api/employees/{shop.users['admin']}", {"job_title": "x"}).status_code == 403


def test_the_last_owner_stays(shop: Shop, api_of: Callable[..., Api]) -> None:
    with shop.inside():
        system = system_actor(shop.organization_id)
        second = create_user(
            username="owner2", full_name="Ikkinchi", role=RoleKey.OWNER, password=PASSWORD, actor=system
        ).id
    first, other = api_of("owner"), api_of("owner2")
    assert other.put(f"/api/employees/{shop.users['owner']}", {"role": "manager"}).status_code == 200
    assert first.get("/api/me").json["role"]["key"] == "manager"
    with shop.inside():
        system = system_actor(shop.organization_id)
        owner2 = db.session.get_one(User, second)
        for facts in (
            {"role": RoleKey.ADMIN},
            {"status": UserStatus.SUSPENDED},
            {"status": UserStatus.INACTIVE},
        ):
            with pytest.raises(LastOwner), db.session.begin_nested():
                update_user(owner2, facts, actor=system)
            db.session.refresh(owner2)


def test_the_panel_adds_people(
    shop: Shop, client_of: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    boss = client_of("admin")
    form = {"full_name": "Hasan Aliyev", "username": "hasan", "role": role_id(shop, "cashier"), "status": "active",
            "locale": "", "phone_number": "93 111 22 33", "passport_data": "AA1234567"}  # fmt: skip
    answer = boss.post("/admin/users/new/", data=form | {"csrf_token": csrf_of(boss)}, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "Hasan Aliyev" in text
    with shop.inside():
        hasan = db.session.execute(select(User).where(User.username == "hasan")).scalar_one()
        assert hasan.must_change_password
        assert hasan.passport_data is not None
        assert b"AA1234567" not in hasan.passport_data
        number = hasan.id
    word = re.search(r"\b(?!data-)[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b", text)
    assert word is not None
    assert log_in(client, "hasan", word[0]).status_code == 302
    page = boss.get(f"/admin/users/edit/?id={number}").get_data(as_text=True)
    assert "AA1234567" in page
    reset = post(boss, "/admin/users/act/reset_password/", id=number)
    assert reset.status_code == 200
    assert not is_in(client)


def test_the_panel_keeps_the_rules(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    boss, manager = client_of("admin"), client_of("manager")
    owner = shop.users["owner"]
    for act in ("reset_password", "reset_pin", "lock", "end_sessions"):
        post(boss, f"/admin/users/act/{act}/", id=owner, pin="5937")
        assert post(manager, f"/admin/users/act/{act}/", id=shop.users["cashier"]).status_code == 403
    post(boss, "/admin/users/delete/", id=owner)
    post(boss, "/admin/users/delete/", id=shop.users["admin"])
    post(boss, "/admin/users/act/lock/", id=shop.users["admin"])
    assert manager.get("/admin/users/").status_code == 200
    assert manager.get(f"/admin/users/edit/?id={owner}").status_code == 403
    assert manager.get("/admin/users/new/").status_code == 403
    with shop.inside():
        for who in ("owner", "admin"):
            user = db.session.get_one(User, shop.users[who])
            assert (user.status, user.deleted_at, user.must_change_password) == (
                UserStatus.ACTIVE,
                None,
                False,
            )
    assert is_in(client_of("owner"))


def test_locking_out_and_letting_in(
    shop: Shop, client_of: Callable[[str], FlaskClient], client: FlaskClient
) -> None:
    boss, cashier = client_of("admin"), client_of("cashier")
    assert post(boss, "/admin/users/act/lock/", id=shop.users["cashier"]).status_code == 302
    assert not is_in(cashier)
    assert log_in(client, "cashier").status_code == 403
    assert post(boss, "/admin/users/act/unlock/", id=shop.users["cashier"]).status_code == 302
    assert log_in(client, "cashier").status_code == 302
    for _attempt in range(5):
        log_in(client, "cashier2", "wrong-password")
    assert log_in(client, "cashier2").status_code == 429
    assert post(boss, "/admin/users/act/unlock/", id=shop.users["cashier2"]).status_code == 302
    assert log_in(client, "cashier2").status_code == 302


def test_ending_sessions_of_others(
    shop: Shop, stranger: Shop, client_of: Callable[[str], FlaskClient], app: Flask
) -> None:
    boss, cashier = client_of("admin"), client_of("cashier")
    page = boss.get("/admin/sessions/")
    assert page.status_code == 200
    assert "Stranger" not in page.get_data(as_text=True)
    assert post(boss, "/admin/users/act/end_sessions/", id=shop.users["cashier"]).status_code == 302
    assert not is_in(cashier)
    assert client_of("cashier").get("/admin/sessions/").status_code == 403
