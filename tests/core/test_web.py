"""A request is one unit of work: what returns is kept, what raises leaves nothing behind, and answers are clear."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select, text

from smartpos.core import errors
from smartpos.core.db import db
from smartpos.core.scope import current_scope
from smartpos.core.tenancy import tenant_scope
from smartpos.factory import create_app
from smartpos.identity.models import Branch
from tests import servers
from tests.conftest import settings
from tests.rows import make_organization

attempts: list[int] = []
probe = Blueprint("probe", __name__, url_prefix="/api/probe")


def _branch(name: str) -> Branch:
    with tenant_scope(int(request.args["tenant"])):
        branch = Branch(name=name)
        db.session.add(branch)
        db.session.flush()
        return branch


@probe.get("/kept/<name>")
def kept(name: str) -> dict[str, Any]:
    return {"id": _branch(name).id}


@probe.get("/refused/<name>")
def refused(name: str) -> str:
    _branch(name)
    raise errors.Conflict("Two of a kind.", missing=[{"product_id": 7, "quantity": str(Decimal("1.500"))}])


@probe.get("/broken/<name>")
def broken(name: str) -> str:
    _branch(name)
    raise RuntimeError("the secret of the shop")


@probe.get("/collides/<int:times>")
def collides(times: int) -> dict[str, int]:
    """PostgreSQL asks for a retry that many times."""
    attempts.append(1)
    _branch(f"attempt {len(attempts)} of {times}")
    if len(attempts) <= times:
        db.session.connection().exec_driver_sql("DO $$ BEGIN RAISE 'again' USING ERRCODE = '40P01'; END $$")
    return {"attempts": len(attempts)}


@probe.route("/stored", methods=["GET", "POST"])
def stored() -> str:
    _branch(json.loads(request.args["name"]))
    return "ok"


@probe.get("/number")
def number() -> str:
    with tenant_scope(int(request.args["tenant"])):
        db.session.execute(text("SELECT 1e30::numeric(5, 2)"))
    return "ok"


@pytest.fixture(scope="module")
def served(
    worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, int]]:
    """The application with pages that do what real ones must not, on a database of its own, and a tenant."""
    name = f"web_{worker}"
    servers.create_database(name, template=migrated)
    folder: Path = tmp_path_factory.mktemp("web")
    app = create_app(settings(name, folder))
    app.register_blueprint(probe)
    with app.app_context():
        with db.engine.begin() as connection:
            tenant = make_organization(connection, "web")
        yield app, tenant
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def browser(served: tuple[Flask, int]) -> FlaskClient:
    return served[0].test_client()


def names(tenant: int) -> set[str]:
    with tenant_scope(tenant):
        found = set(db.session.scalars(select(Branch.name)))
    db.session.rollback()
    return found


def test_what_returns_is_kept(served: tuple[Flask, int], browser: FlaskClient) -> None:
    answer = browser.get(f"/api/probe/kept/first?tenant={served[1]}")
    assert answer.status_code == 200
    assert "first" in names(served[1])
    assert current_scope() is None


def test_what_raises_leaves_nothing_behind(served: tuple[Flask, int], browser: FlaskClient) -> None:
    answer = browser.get(f"/api/probe/refused/second?tenant={served[1]}")
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "conflict"
    assert answer.json["detail"] == "Two of a kind."
    assert answer.json["missing"] == [{"product_id": 7, "quantity": "1.500"}]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert "second" not in names(served[1])
    assert current_scope() is None


def test_the_unexpected_tells_nothing_of_itself(served: tuple[Flask, int], browser: FlaskClient) -> None:
    answer = browser.get(f"/api/probe/broken/third?tenant={served[1]}")
    assert answer.status_code == 500
    assert answer.json["code"] == "internal_error"
    assert "secret" not in answer.get_data(as_text=True)
    assert "third" not in names(served[1])


def test_a_collision_is_tried_again_as_a_whole(served: tuple[Flask, int], browser: FlaskClient) -> None:
    attempts.clear()
    answer = browser.get(f"/api/probe/collides/2?tenant={served[1]}")
    assert answer.json == {"attempts": 3}
    assert {name for name in names(served[1]) if name.startswith("attempt")} == {"attempt 3 of 2"}


def test_endless_collisions_are_given_up(served: tuple[Flask, int], browser: FlaskClient) -> None:
    attempts.clear()
    answer = browser.get(f"/api/probe/collides/99?tenant={served[1]}")
    assert answer.status_code == 503
    assert answer.json["code"] == "unavailable"
    assert len(attempts) == 4


def test_a_constraint_is_a_conflict_that_names_it(served: tuple[Flask, int], browser: FlaskClient) -> None:
    browser.get(f"/api/probe/kept/twin?tenant={served[1]}")
    answer = browser.get(f"/api/probe/kept/twin?tenant={served[1]}")
    assert answer.status_code == 409
    assert answer.json["constraint"] == "uq_branches_name"


@pytest.mark.parametrize("name", ["nul \x00 inside", "half \ud800 sign"])
def test_text_that_cannot_be_stored_is_refused(
    served: tuple[Flask, int], browser: FlaskClient, name: str
) -> None:
    answer = browser.get("/api/probe/stored", query_string={"tenant": served[1], "name": json.dumps(name)})
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.json["code"] == "invalid"


def test_a_number_that_does_not_fit_is_refused(served: tuple[Flask, int], browser: FlaskClient) -> None:
    assert browser.get(f"/api/probe/number?tenant={served[1]}").status_code == 422


def test_every_answer_carries_its_own_request_id(browser: FlaskClient) -> None:
    first, second = (browser.get("/healthz").headers["X-Request-ID"] for _ in range(2))
    assert first
    assert first != second


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/api/nothing-here", 404, "not_found"), ("POST", "/api/probe/stored", 401, "unauthorized")],
)
def test_programs_get_problem_documents(
    browser: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = browser.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["status"] == status


def test_people_get_a_page(browser: FlaskClient) -> None:
    answer = browser.get("/nothing-here", headers={"Accept-Language": "en"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert answer.headers["X-Request-ID"] in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    "path", ["/%00", "/%ff%fe", "/api/products/%00", "/api/products/99999999999999999999"]
)
def test_strange_addresses_are_not_found(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code in {401, 404}


def test_pages_come_with_a_strict_policy(browser: FlaskClient) -> None:
    headers = browser.get("/nothing-here").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
