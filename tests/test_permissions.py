"""Every address × every role × a stranger × nobody, against the table of ``doors``; and the page that tells of it."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey, declared_permissions, default_permissions
from smartpos.core.reports import declared_reports
from tests.doors import DOORS, PUBLIC, SIGNED_IN, VIEWS, Door, View
from tests.house import ENTER, EVERYBODY, NO_ONE, PICTURE, STRANGER, SUPER, House, furnish, rights, views_of


@pytest.fixture(scope="module")
def house(base_app: Flask) -> Iterator[House]:
    """One transaction for the whole walk, undone at its end; every request is undone by itself."""
    with base_app.app_context():
        engines = db.engines
        engine: Any = engines[None]
    connection = engine.connect()
    outer = connection.begin()
    engines[None] = connection
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield furnish(base_app, connection)
    finally:
        engines[None] = engine
        db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
        outer.rollback()
        connection.close()


# --- the table is whole ------------------------------------------------------------------------------------------


def test_every_endpoint_is_written_down(base_app: Flask) -> None:
    views = views_of(base_app)
    present: dict[str, set[str]] = {}
    for rule in base_app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in views:
            present.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    written = {endpoint: set(methods) for endpoint, methods in DOORS.items()}
    assert written == present, "say in tests/doors who may open it"


def test_every_admin_view_is_written_down(base_app: Flask) -> None:
    views = views_of(base_app)
    assert set(VIEWS) == set(views), "say in tests/doors who may open it"
    assert {name: set(view.acts) for name, view in VIEWS.items()} == {
        name: {action.name for action in view.all_row_actions()} for name, view in views.items()
    }


def test_every_permission_is_asked_for_somewhere() -> None:
    named = {door.needs for methods in DOORS.values() for door in methods.values()}
    named |= {door.others for methods in DOORS.values() for door in methods.values()}
    for view in VIEWS.values():
        named |= {view.read, view.write, view.create, view.edit, view.delete, *view.acts.values()}  # type: ignore[arg-type]
    for report in declared_reports():
        named |= {report.permission, *report.permissions}
    known = {given.name for given in declared_permissions()}
    # Asked for within a page, by a button or a column.
    within = {
        "crm:customer:credit",
        "production:order:work_on_any",
        "catalog:cost:read",
        "sales:sale:discount",
        "sales:shift:read_all",
        "identity:organization:write",
        "sales:approval:give",
        "sales:drawer:open",
        "sales:line:remove",
        "sales:sale:change_price",
        "sales:sale:choose_price_type",
        "sales:sale:credit",
        "sales:sale:credit_above_limit",
        "sales:sale:discount_above_limit",
        "sales:sale:refund_other_tender",
        "sales:sale:send_for_others",
        "sales:cash:expense",
        "reports:saved:share",
    }
    assert known - named - within == set()


# --- pages and endpoints -----------------------------------------------------------------------------------------


def _turned_away(answer: TestResponse) -> bool:
    """Asked to sign in: by status for programs, by the log-in page for people."""
    return answer.status_code == 401 or (answer.status_code == 302 and "/login" in answer.headers["Location"])


def _verdict(answer: TestResponse) -> str:
    if _turned_away(answer):
        return "asked to sign in"
    known = {403: "forbidden", 404: "not found", 409: "told a rule", 422: "told a rule"}
    return known.get(answer.status_code) or (
        "let in" if answer.status_code < 400 else str(answer.status_code)
    )


# Whatever came of it, it was not refused for want of a right.
OPEN = {"let in", "told a rule"}


def _expected(who: str, door: Door, *, names_an_object: bool) -> set[str]:
    if door.needs == PUBLIC:
        return OPEN | {"asked to sign in", "forbidden"}  # a wrong password is no question of rights
    if who == NO_ONE:
        return {"asked to sign in"}
    if door.needs != SIGNED_IN and door.needs not in rights(who):
        return {"forbidden"}
    is_foreign = who in {STRANGER, SUPER} and not door.needs.startswith("platform:")
    if is_foreign and (names_an_object or re.search(r"'\{\w+\}'", str(door.json))):
        return {"not found"} if names_an_object else {"not found", "told a rule"}
    if door.owner is not None and who != door.owner:
        return OPEN if door.others and door.others in rights(who) else {"not found", "forbidden"}
    return {"asked to sign in"} if door.signs_out else {door.finds} if door.finds else OPEN


def _filled(value: Any, numbers: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, numbers) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, numbers) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\{\w+\}", value):
        return numbers[value[1:-1]]
    return value


def _url(app: Flask, endpoint: str, numbers: dict[str, Any]) -> tuple[str, bool]:
    """The address of an endpoint with numbers of the shop's rows in it, and whether it names one."""
    rule = next(app.url_map.iter_rules(endpoint))
    files = {"static": "css/tokens.css", "admin.static": "admin/js/helpers.js"}
    values = {
        name: files[endpoint] if name == "filename" else "small" if name == "size" else numbers[name]
        for name in rule.arguments
    }
    with app.test_request_context():
        url = app.url_for(endpoint, **values)
    return url, any(name.endswith("_id") for name in rule.arguments)


# It opens connections of its own; tests/core/test_health.py asks it.
ELSEWHERE = {"operations.readyz"}
WALK = [
    pytest.param(endpoint, method, id=f"{method} {endpoint}")
    for endpoint, methods in DOORS.items()
    if endpoint not in ELSEWHERE
    for method in methods
]


@pytest.mark.parametrize(("endpoint", "method"), WALK)
def test_a_door_opens_for_whom_it_should(house: House, endpoint: str, method: str) -> None:
    door = DOORS[endpoint][method]
    url, names_an_object = _url(house.app, endpoint, house.numbers)
    wrong = {}
    for who in EVERYBODY:
        options: dict[str, Any] = {"query_string": door.query}
        if door.json is not None:
            options["json"] = _filled(door.json, house.numbers)
        elif method != "GET":
            options["data"] = door.form | (
                {"image": (io.BytesIO(PICTURE.getvalue()), "non.png")} if "image" in door.form else {}
            )
        answer = house.knock(who, method, url, **options)
        if _verdict(answer) not in _expected(who, door, names_an_object=names_an_object):
            wrong[who] = f"{_verdict(answer)} ({answer.status_code})"
    assert wrong == {}, url


@pytest.mark.parametrize(("endpoint", "method"), WALK)
def test_a_number_nobody_has_is_not_found(house: House, endpoint: str, method: str) -> None:
    nowhere = dict.fromkeys(house.numbers, 2**62)
    url, names_an_object = _url(house.app, endpoint, nowhere)
    if not names_an_object:
        return
    door = DOORS[endpoint][method]
    who = SUPER if door.needs.startswith("platform:") else door.owner or "owner"
    options = {"json": _filled(door.json, house.numbers)} if door.json is not None else {"data": door.form}
    if "image" in door.form:
        options = {"data": {"image": (io.BytesIO(PICTURE.getvalue()), "non.png")}}
    assert house.knock(who, method, url, **({} if method == "GET" else options)).status_code == 404


# --- the admin panel ---------------------------------------------------------------------------------------------

Ask = Callable[[House, str, str], TestResponse]


def _shown(path: str) -> Ask:
    return lambda house, who, view: house.knock(
        who, "GET", f"/admin/{view}/{path}".format(house.numbers[view])
    )


def _sent(path: str, **form: str) -> Ask:
    def ask(house: House, who: str, view: str) -> TestResponse:
        data = {name: value.format(house.numbers[view]) for name, value in form.items()}
        return house.knock(who, "POST", f"/admin/{view}/" + path.format(house.numbers[view]), data=data)

    return ask


PAGES: dict[str, tuple[str, Ask, bool]] = {
    # what it is: which permission, how it is asked for, whether it names a row
    "list": ("read", _shown(""), False),
    "details": ("read", _shown("details/?id={}"), True),
    "new": ("create", _shown("new/"), False),
    "edit": ("edit", _shown("edit/?id={}"), True),
    "save": ("edit", _sent("edit/?id={}"), True),
    "delete": ("delete", _sent("delete/", id="{}"), True),
}


def _expected_in(view: View, what: str, who: str, *, names_a_row: bool) -> set[str]:
    if who == NO_ONE:
        return {"asked to sign in"}
    needs = view.read if what == "read" else view.needs(what)
    if not {ENTER, view.read} <= rights(who) or needs is None or needs not in rights(who):
        return {"forbidden"}
    return {"not found"} if names_a_row and who == STRANGER and not view.shared else OPEN


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", VIEWS)
def test_a_page_of_the_panel_opens_for_whom_it_should(house: House, name: str, page: str) -> None:
    what, ask, names_a_row = PAGES[page]
    wrong = {}
    for who in EVERYBODY:
        verdict = _verdict(ask(house, who, name))
        if verdict not in _expected_in(VIEWS[name], what, who, names_a_row=names_a_row):
            wrong[who] = verdict
    assert wrong == {}


ACTS = [(name, act) for name, view in VIEWS.items() for act in view.acts]


@pytest.mark.parametrize(("name", "act"), ACTS)
def test_an_action_of_the_panel_is_for_whom_it_should_be(house: House, name: str, act: str) -> None:
    view = View(VIEWS[name].read, VIEWS[name].acts[act])
    wrong = {}
    for who in EVERYBODY:
        verdict = _verdict(
            house.knock(who, "POST", f"/admin/{name}/act/{act}/", data={"id": house.numbers[name]})
        )
        if verdict not in _expected_in(view, "edit", who, names_a_row=True):
            wrong[who] = verdict
    assert wrong == {}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize(
    "path", ["export/csv/", "ajax/update/", "ajax/lookup/?name=nothing", "act/nothing/?id=1"]
)
def test_nothing_else_of_the_panel_opens(house: House, name: str, path: str) -> None:
    method = "POST" if path == "ajax/update/" else "GET"
    for who in ("owner", "cashier", STRANGER, NO_ONE):
        assert _verdict(house.knock(who, method, f"/admin/{name}/{path}")) not in OPEN, who


@pytest.mark.parametrize("name", VIEWS)
def test_a_mass_action_leaves_rows_of_others_alone(house: House, name: str) -> None:
    model = views_of(house.app)[name].model
    table = db.metadata.tables[model.__tablename__]
    number = house.numbers[name]
    client = house.app.test_client()
    cookie, token = house.cookies[STRANGER]
    client.set_cookie(house.app.config["SESSION_COOKIE_NAME"], cookie)
    savepoint = house.connection.begin_nested()
    form = {"action": "delete", "rowid": str(number), "url": f"/admin/{name}/"}
    answer = client.post(f"/admin/{name}/action/", data=form, headers={"X-CSRFToken": token})
    house.connection.execute(text("RESET ROLE"))
    row = house.connection.execute(select(table).where(table.c.id == number)).one_or_none()
    savepoint.rollback()
    assert answer.status_code < 500
    assert row is not None
    assert getattr(row, "deleted_at", None) is None


# --- docs/permissions.md -----------------------------------------------------------------------------------------

COLUMNS = {
    "M": RoleKey.MANAGER,
    "C": RoleKey.CASHIER,
    "W": RoleKey.WAREHOUSE_MANAGER,
    "A": RoleKey.ACCOUNTANT,
    "O": RoleKey.OPERATOR,
    "G": RoleKey.AGENT,
    "D": RoleKey.DRIVER,
    "E": RoleKey.EMPLOYEE,
}


def test_the_page_about_permissions_tells_the_truth(base_app: Flask) -> None:
    told = (Path(__file__).resolve().parent.parent / "docs" / "permissions.md").read_text(encoding="utf-8")
    lines = [line for line in told.splitlines() if re.match(r"\| (`[a-z_]+:|permission)", line)]
    with base_app.test_request_context(), force_locale("en"):
        wanted = [f"| permission | allows | {' | '.join(COLUMNS)} |"] + [
            f"| `{given.name}` | {given.label} | "
            + " | ".join("x" if given.name in default_permissions(role) else "" for role in COLUMNS.values())
            + " |"
            for given in declared_permissions()
        ]
    assert lines == wanted


def test_the_law_of_the_three_roles_holds() -> None:
    """The table of the shop system's document: what cashier, manager and admin may do."""
    cashier, manager, admin = (
        default_permissions(role) for role in (RoleKey.CASHIER, RoleKey.MANAGER, RoleKey.ADMIN)
    )
    everybody = {"sales:sale:create", "sales:shift:open", "sales:shift:close"}
    assert everybody <= cashier & manager & admin
    not_the_cashier = {"catalog:product:write", "identity:user:read", "identity:audit:read"}
    assert not_the_cashier <= manager & admin
    assert not not_the_cashier & cashier
    assert "identity:user:write" in admin
    assert "identity:user:write" not in manager | cashier
