"""The suite's databases are built by the migrations; each test runs in a transaction that is rolled back.

``live_server`` is the exception: a real server on a database of its own, for browsers and for concurrency.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Engine
from werkzeug.serving import make_server

from smartpos.core.db import db
from smartpos.factory import create_app
from tests import servers
from tests.browsing import PATIENCE, signing_in, speak_english
from tests.cast import NEIGHBOUR, PASSWORD, ROLES, Shop, make_shop

TEMPLATE = "smartpos_migrated"
PEOPLED = "smartpos_peopled"

# How long an example takes says something about the machine, not about the rule it tries.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


def settings(database: str, folder: Path) -> dict[str, Any]:
    """Configuration of a test application: cheap password hashing, everything else as in production."""
    return {
        "TESTING": True,
        "PROPAGATE_EXCEPTIONS": False,
        "SQLALCHEMY_DATABASE_URI": servers.postgres_url(database),
        "REDIS_URL": servers.redis_url(),
        "SECRET_KEY": "only-for-tests-" * 4,
        "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
        "DATA_FOLDER": folder,
        "RATELIMIT_ENABLED": False,
        "RATE_LIMITS": False,
        "ARGON2_TIME_COST": 1,
        "ARGON2_MEMORY_COST": 64,
        "ARGON2_PARALLELISM": 1,
    }


@pytest.fixture(scope="session")
def migrated(worker: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that the migrations built, once for the whole run; others are copied from it."""

    def build() -> str:
        servers.create_database(TEMPLATE)
        app = create_app(settings(TEMPLATE, tmp_path_factory.mktemp("migrated")))
        with app.app_context():
            upgrade()
            db.engine.dispose()
        return TEMPLATE

    return once("migrated", build)


def once(what: str, build: Callable[[], str]) -> str:
    """What the first worker of this run that asks for it builds; the others are told the same."""
    done = servers.run_folder() / what
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            done.write_text(build())
        return done.read_text()


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this xdist worker; its databases carry it."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def base_app(worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on the database that tests share and roll back."""
    name = f"test_{worker}"
    servers.create_database(name, template=migrated)
    return create_app(settings(name, tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def peopled(migrated: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What ``Shop`` knows of the shop of the suite and of its neighbour; both stand in the database ``PEOPLED``."""

    def build() -> str:
        servers.create_database(PEOPLED, template=migrated)
        app = create_app(settings(PEOPLED, tmp_path_factory.mktemp("peopled")))
        shops = [
            make_shop(app, domain="bahor", people=ROLES),
            make_shop(app, domain="navruz", people=NEIGHBOUR),
        ]
        with app.app_context():
            db.engine.dispose()
        return json.dumps(
            [{name: fact for name, fact in vars(shop).items() if name != "app"} for shop in shops]
        )

    shops: list[dict[str, Any]] = json.loads(once("peopled", build))
    return shops


@dataclass(frozen=True)
class Furnished:
    """A database in which the shop of the suite stands already, and perhaps its neighbour."""

    engine: Engine
    shop: Shop
    neighbour: Shop | None = None


@pytest.fixture(scope="session")
def neighboured(
    worker: str, peopled: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Furnished:
    """The shop of the suite and another one, for tests that ask for a stranger."""
    name = f"neighboured_{worker}"
    servers.create_database(name, template=PEOPLED)
    app = create_app(settings(name, tmp_path_factory.mktemp("neighboured")))
    with app.app_context():
        return Furnished(db.engine, *(Shop(app, **facts) for facts in peopled))


@pytest.fixture(scope="session")
def furnished(worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """The shop of the suite, founded once for each worker: that takes longer than most tests."""
    name = f"furnished_{worker}"
    servers.create_database(name, template=migrated)
    founder = create_app(settings(name, tmp_path_factory.mktemp("furnished")))
    shop = make_shop(founder, domain="bahor", people=ROLES)
    with founder.app_context():
        return Furnished(db.engine, shop)


@pytest.fixture
def app(base_app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application, with everything that is written rolled back after the test.

    Every commit of the code under test only releases a savepoint of one outer transaction. A test that asks for the
    shop of the suite finds it in the database; for every other test the database is empty.
    """
    with base_app.app_context():
        engines = db.engines
        engine: Engine = engines[None]
    furnished = house_of(request)
    source: Engine = furnished.engine if furnished else engine
    connection = source.connect()
    outer = connection.begin()
    engines[None] = connection
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield base_app
    finally:
        engines[None] = engine
        db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
        outer.rollback()
        connection.close()
        # A disk knows no transactions, and the next test's shop has the same number.
        shutil.rmtree(Path(base_app.config["DATA_FOLDER"]) / "files", ignore_errors=True)


def house_of(request: pytest.FixtureRequest) -> Furnished | None:
    """Where the shop of the suite stands that this test asks for, if it does."""
    if "furnished" not in request.fixturenames:
        return None
    found: Furnished = request.getfixturevalue(
        "neighboured" if "stranger" in request.fixturenames else "furnished"
    )
    return found


def moved_in(app: Flask, shop: Shop) -> Shop:
    """The same shop, at work in another application."""
    return replace(shop, app=app, users=dict(shop.users), unit_ids=dict(shop.unit_ids))


@pytest.fixture
def shop(app: Flask, furnished: Furnished, request: pytest.FixtureRequest) -> Shop:
    """The shop the suite is about."""
    return moved_in(app, (house_of(request) or furnished).shop)


@pytest.fixture
def stranger(app: Flask, shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """Another shop; ``stranger`` is its owner."""
    house = house_of(request)
    if house is None or house.neighbour is None:
        return make_shop(app, domain="navruz", people=NEIGHBOUR)
    return moved_in(app, house.neighbour)


class Api:
    """A client of the API with a bearer token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def open(self, path: str, method: str = "GET", **options: Any) -> Any:
        return self.client.open(
            path, method=method, headers=self.headers | options.pop("headers", {}), **options
        )

    def get(self, path: str, **options: Any) -> Any:
        return self.open(path, "GET", **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return self.open(path, "POST", json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Any:
        return self.open(path, "PUT", json=json, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.open(path, "DELETE", **options)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def csrf(app: Flask) -> Callable[[FlaskClient], str]:
    """The CSRF token a page of this client carries; send it as ``csrf_token`` or ``X-CSRFToken``."""
    return csrf_of


def csrf_of(client: FlaskClient) -> str:
    """Read the token from the login page or from the page the person lands on."""
    page = client.get("/login", follow_redirects=True).get_data(as_text=True)
    marker = 'name="csrf-token" content="'
    start = page.index(marker) + len(marker)
    return page[start : page.index('"', start)]


@pytest.fixture
def client_of(app: Flask) -> Callable[..., FlaskClient]:
    """``client_of("cashier")``: a browser in which that member of the cast has signed in."""

    def sign_in(username: str, organization: str | None = None) -> FlaskClient:
        client = app.test_client()
        form = {"name": username, "password": PASSWORD, "csrf_token": csrf_of(client)}
        if organization:
            form["organization"] = organization
        answer = client.post("/login", data=form)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return sign_in


@pytest.fixture
def manager_in_english(shop: Shop, client_of: Callable[..., FlaskClient]) -> FlaskClient:
    """The manager's client; what pages say to any of the shop's people is in the language of the code."""
    speak_english(shop)
    return client_of("manager")


def poster(client: FlaskClient) -> Callable[..., Any]:
    """``post(url, name=value)``: a form sent as a page would send it, up to the page that it leads to."""

    def send(url: str, **form: Any) -> Any:
        return client.post(url, data=form | {"csrf_token": csrf_of(client)}, follow_redirects=True)

    return send


@pytest.fixture
def api_of(app: Flask) -> Callable[..., Api]:
    """``api_of("cashier")``: a client of the API with that person's bearer token."""

    def connect(username: str, organization: str | None = None) -> Api:
        client = app.test_client()
        form = {"username": username, "password": PASSWORD}
        if organization:
            form["organization"] = organization
        answer = client.post("/token", data=form)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return Api(client, answer.json["access_token"])

    return connect


@dataclass
class LiveServer:
    """A running server with its own database and cast."""

    app: Flask
    url: str
    shop: Shop
    stranger: Shop


@pytest.fixture(scope="module")
def live_server(
    worker: str,
    peopled: list[dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[LiveServer]:
    """A threaded server on 127.0.0.1 with real commits; one per test module."""
    name = f"live_{worker}_" + "".join(filter(str.isalnum, request.module.__name__))[-40:]
    servers.create_database(name, template=PEOPLED)
    app = create_app(settings(name, tmp_path_factory.mktemp("live")))
    shop, other = (moved_in(app, Shop(app, **facts)) for facts in peopled)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(app, f"http://127.0.0.1:{server.server_port}", shop, other)
    server.shutdown()
    thread.join()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, driven by Playwright."""
    from playwright.sync_api import expect, sync_playwright

    from tools.browser import browser_path

    # A busy machine is no reason to fail, and who finds what they expect does not wait.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser_path(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                # A print preview would stay open, as nobody is there to press its button.
                "--disable-print-preview",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def browse(browser: Any, live_server: LiveServer) -> Iterator[Callable[..., Any]]:
    """``browse("warehouse", **PHONE)``: a page of a browser in which that person has signed in; it may not complain."""
    with signing_in(browser, live_server.url) as sign_in:
        yield sign_in


WAITING = {"browser", "live_server", "market", "start"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that drive a browser or start servers come first: they wait, while another worker computes.

    And at the end, where workers share what is left, there are short tests only.
    """
    modules = {item.path for item in items if WAITING.intersection(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path not in modules)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure when it happens: a run that is cut off prints no summary, but has told this much."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.when} of {report.nodeid}: {report.longreprtext[-600:]}", flush=True)  # noqa: T201
