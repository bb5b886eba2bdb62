"""Attempts and changes that happen at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import User
from smartpos.identity.operations import create_user
from tests.cast import PASSWORD
from tests.conftest import Api, LiveServer
from tests.identity.people import token


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at once; what each of them returned."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]


def test_guesses_at_the_same_moment_are_all_counted(live_server: LiveServer) -> None:
    def guess() -> int:
        return int(token(live_server.app.test_client(), "cashier2", "wrong").status_code)

    answers = together(*[guess] * 12)
    assert sorted(answers) == [401] * 5 + [429] * 7
    with live_server.shop.inside():
        assert db.session.get_one(User, live_server.shop.users["cashier2"]).failed_logins == 5


def test_two_owners_cannot_remove_each_other(live_server: LiveServer) -> None:
    shop = live_server.shop
    with shop.inside("owner"):
        second = create_user(
            username="owner2",
            full_name="Ikkinchi",
            role=RoleKey.OWNER,
            password=PASSWORD,
            actor=shop.actor("owner"),
        ).id
    tokens = {
        name: token(live_server.app.test_client(), name, organization="bahor").json["access_token"]
        for name in ("owner", "owner2")
    }

    def demote(who: str, target: int) -> int:
        program = Api(live_server.app.test_client(), tokens[who])
        return int(program.put(f"/api/employees/{target}", {"role": "employee"}).status_code)

    answers = together(lambda: demote("owner", second), lambda: demote("owner2", shop.users["owner"]))
    assert answers.count(200) == 1, answers
    assert next(code for code in answers if code != 200) in (403, 409)


def test_one_phone_belongs_to_one_person(live_server: LiveServer) -> None:
    shop = live_server.shop
    bearer = token(live_server.app.test_client(), "admin").json["access_token"]

    def add(number: int) -> int:
        body = {"username": f"yangi{number}", "full_name": "Yangi", "phone": "90 555 44 33"}
        return int(Api(live_server.app.test_client(), bearer).post("/api/employees", body).status_code)

    answers = together(*(lambda number=number: add(number) for number in range(4)))  # type: ignore[misc]
    assert sorted(answers) == [201, 409, 409, 409]
    with shop.inside():
        assert db.session.query(User).where(User.phone_number == "+998905554433").count() == 1
