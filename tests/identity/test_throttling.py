"""Trying too often is slowed down, per name and per address, with and without Redis."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.core.extensions import limiter
from smartpos.core.permissions import RoleKey
from smartpos.factory import create_app
from tests import servers
from tests.cast import PASSWORD, make_shop
from tests.conftest import settings


@pytest.fixture(scope="module", params=["redis", "no redis"])
def throttled(
    request: pytest.FixtureRequest, worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application that throttles, on a database in which nobody is known.

    One per module and kind: the limiter is one for the process, and after losing Redis it trusts it only by and by.
    """
    name = f"throttled_{worker}"
    servers.create_database(name, template=migrated)
    config = settings(name, tmp_path_factory.mktemp("throttled"))
    config |= {"RATELIMIT_ENABLED": True, "RATE_LIMITS": True}
    config["REDIS_URL"] = servers.redis_url() if request.param == "redis" else "redis://127.0.0.1:1/0"
    app = create_app(config)
    yield app
    limiter.enabled = False
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def place() -> str:
    """The beginning of names and addresses that no other test has used."""
    return f"10.{next(_places)}.0."


_places = count(1)


def statuses(browser: FlaskClient, names: list[str], address: str) -> list[int]:
    return [
        browser.post(
            "/token", data={"username": name, "password": "wrong"}, environ_overrides={"REMOTE_ADDR": address}
        ).status_code
        for name in names
    ]


def test_one_name(throttled: Flask, place: str) -> None:
    browser, ali = throttled.test_client(), f"ali-{place}"
    assert statuses(browser, [ali] * 10, f"{place}1") == [401] * 10
    assert statuses(browser, [ali, f"  {ali.upper()} ", ali.title()], f"{place}1") == [429] * 3
    assert statuses(browser, [ali], f"{place}2") == [429]
    assert statuses(browser, [f"vali-{place}"], f"{place}1") == [401]
    answer = browser.post("/token", json={"username": ali, "password": "x"})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")


def test_who_signs_in_rightly_is_never_throttled(throttled: Flask, place: str) -> None:
    shop = make_shop(throttled, domain=f"shop-{place.split('.')[1]}", people={"kassir": RoleKey.CASHIER})
    browser = throttled.test_client()
    form = {"username": "kassir", "password": PASSWORD, "organization": shop.domain}
    answers = [
        browser.post("/token", data=form, environ_overrides={"REMOTE_ADDR": f"{place}1"}).status_code
        for _time in range(15)
    ]
    assert answers == [200] * 15


def test_one_address(throttled: Flask, place: str) -> None:
    browser = throttled.test_client()
    names = [f"{number}-{place}" for number in range(60)]
    assert statuses(browser, names, f"{place}1") == [401] * 60
    assert statuses(browser, [f"another-{place}"], f"{place}1") == [429]
    assert statuses(browser, [f"another-{place}"], f"{place}9") == [401]


def test_benchmarks_may_switch_it_off(throttled: Flask, place: str) -> None:
    browser = throttled.test_client()
    throttled.config["RATE_LIMITS"] = False
    try:
        assert statuses(browser, [f"ali-{place}"] * 15, f"{place}1") == [401] * 15
    finally:
        throttled.config["RATE_LIMITS"] = True
