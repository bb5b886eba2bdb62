"""What is done leaves a trace that nobody can edit: by triggers for rows, by ``record`` for acts."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, delete, event, select, text, update
from sqlalchemy.exc import DBAPIError

from smartpos.catalog.models import Category, Product
from smartpos.core import audit
from smartpos.core.admin import trail as trail_of_the_panel
from smartpos.core.audit import AuditFilter, audit_trail, audited_subjects, record
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.jobs import periodic_table
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.tenancy import ScopeMissing, platform_scope
from smartpos.identity.models import AppSetting, User
from tests.cast import Shop


def watched_tables(connection: Any) -> set[str]:
    """The tables whose changes the database records."""
    query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_changes'"
    return set(connection.scalars(text(query)))


def trail(shop: Shop, **wanted: Any) -> list[AuditLog]:
    with shop.inside():
        found = audit_trail(AuditFilter(**wanted), limit=500).items
        db.session.expunge_all()
        return found


# --- rows ------------------------------------------------------------------------------------------------------


def test_a_change_leaves_old_and_new_values_and_who(shop: Shop) -> None:
    number = shop.product(name="Non", price="4000", stock=None)
    with shop.inside("manager"):
        product = db.session.get_one(Product, number)
        product.price = Decimal("4500.50")
        product.name = "Issiq non"
    (row,) = trail(shop, entity_type="products", entity_id=number, action=AuditAction.UPDATE)
    assert row.user_id == shop.users["manager"]
    assert row.old_values == {"price": 4000, "name": "Non"}
    assert row.new_values == {"price": 4500.5, "name": "Issiq non"}
    assert row.organization_id == shop.organization_id


def test_birth_and_end_of_a_row_are_kept_whole(shop: Shop) -> None:
    with shop.inside("owner"):
        setting = AppSetting(key="sell_below_zero", value=True)
        db.session.add(setting)
        db.session.flush()
        number = setting.id
    with shop.inside("owner"):
        db.session.execute(delete(AppSetting))
    gone, born = trail(shop, entity_type="app_settings", entity_id=number)
    assert (born.action, born.old_values) == (AuditAction.CREATE, None)
    assert (gone.action, gone.new_values) == (AuditAction.DELETE, None)
    assert born.new_values is not None
    assert gone.old_values is not None
    assert born.new_values["value"] is gone.old_values["value"] is True


def test_a_change_of_nothing_leaves_no_trace(shop: Shop) -> None:
    number = shop.product(stock=None)
    before = len(trail(shop, entity_type="products", entity_id=number))
    with shop.inside("owner"):
        db.session.execute(
            update(Product).where(Product.id == number).values(name=Product.name, search_key="x")
        )
    assert len(trail(shop, entity_type="products", entity_id=number)) == before


def test_a_secret_is_never_told_only_that_it_changed(shop: Shop) -> None:
    with shop.inside("owner"):
        user = db.session.get_one(User, shop.users["cashier"])
        user.pin_code_hash, user.password_hash = "hush the first", None
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["cashier"]).pin_code_hash = "hush the second"
    rows = trail(shop, entity_type="users", entity_id=shop.users["cashier"])
    told = str([(row.old_values, row.new_values) for row in rows])
    assert "hush" not in told
    assert "argon2" not in told
    assert rows[0].new_values == {"pin_code_hash": "***"}
    assert rows[1].new_values == {"pin_code_hash": "***", "password_hash": None}


def test_every_secret_column_is_masked(app: Flask) -> None:
    """The trigger and ``record`` know the same secrets, and every column that looks like one is among them."""
    with app.app_context():
        connection: Any = db.engine
        source = connection.scalar(text("SELECT pg_get_functiondef('smartpos_audit'::regproc)"))
        listed = re.search(r"secret text\[\] := ARRAY\[(.*?)\]", source, re.S)
        assert listed
        masked = set(re.findall(r"'(\w+)'", listed[1]))
        assert masked <= audit.SECRET_FIELDS
        watched = watched_tables(connection)
    looks_secret = {
        column.name
        for name in watched
        for column in db.metadata.tables[name].columns
        if isinstance(column.type, LargeBinary) or column.name.endswith(("_hash", "_secret", "_token"))
    } - {"content_hash"}  # the fingerprint of a document that everybody may read who may read the trail
    assert looks_secret <= masked


def test_everything_audited_has_a_name_for_people(app: Flask) -> None:
    with app.test_request_context():
        named = set(trail_of_the_panel._subjects) | set(trail_of_the_panel._views())
        connection: Any = db.engine
        assert watched_tables(connection) - named == set()


# Never told: they change with every sign-in, sale or search, and the trigger leaves them out.
UNTOLD = re.compile("search_key|embedding|failed_|locked_until|last_|_locked_until")


def test_every_field_that_is_told_has_a_name_for_people(app: Flask) -> None:
    with app.test_request_context():
        connection: Any = db.engine
        nameless = []
        for name in watched_tables(connection):
            labels = trail_of_the_panel.labels_of(name)
            known = set(labels) | set(trail_of_the_panel._FIELDS) | trail_of_the_panel._SILENT
            nameless += [
                f"{name}.{column.name}"
                for column in db.metadata.tables[name].columns
                if not {column.name, column.name.removesuffix("_id")} & known
                and not UNTOLD.search(column.name)
            ]
    # Whole rows of these are never told: only the named columns are watched.
    assert {field for field in nameless if not field.startswith(("shifts.", "branch_stocks."))} == set()


def test_a_rolled_back_change_leaves_no_trace(shop: Shop) -> None:
    with shop.inside("owner"):
        db.session.add(Category(name="Never"))
        db.session.flush()
        record(AuditAction.EXPORT, "categories")
        db.session.rollback()
    assert not [row for row in trail(shop) if (row.new_values or {}).get("name") == "Never"]
    assert trail(shop, action=AuditAction.EXPORT) == []


# --- acts ------------------------------------------------------------------------------------------------------


class Colour(StrEnum):
    RED = "red"


def test_an_act_is_recorded_with_whence_it_came(app: Flask, shop: Shop) -> None:
    visit = app.test_request_context(
        "/", headers={"User-Agent": "Till " + "x" * 1000}, environ_base={"REMOTE_ADDR": "84.54.70.11"}
    )
    with visit, shop.inside("cashier"):
        record(AuditAction.EXPORT, "sales", 7, reason="month's end", new_values={"rows": 12})
    (row,) = trail(shop, action=AuditAction.EXPORT)
    assert (row.entity_type, row.entity_id, row.reason) == ("sales", 7, "month's end")
    assert row.user_id == shop.users["cashier"]
    assert str(row.ip_address) == "84.54.70.11"
    assert row.user_agent is not None
    assert row.user_agent.startswith("Till xx")
    assert len(row.user_agent) <= 400


@pytest.mark.parametrize("address", ["", "unix:", "not an address", "fe80::1%eth0"])
def test_a_strange_address_does_not_stop_the_act(app: Flask, shop: Shop, address: str) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}), shop.inside("cashier"):
        record(AuditAction.EXPORT, "sales")
    assert len(trail(shop, action=AuditAction.EXPORT)) == 1


def test_any_value_can_be_recorded(shop: Shop) -> None:
    given = {
        "money": Decimal("1E+3"),
        "not a number": Decimal("NaN"),
        "day": date(2026, 5, 1),
        "moment": datetime(2026, 5, 1, tzinfo=UTC),
        "enum": Colour.RED,
        "uuid": UUID(int=1),
        "nested": {"pin": "8362", "list": [Decimal("1.10"), None, True]},
        "password": "open sesame",
        "bytes": b"\x00\x01",
        "text": "nul \x00 and \ud800",
    }
    with shop.inside("owner"):
        record(AuditAction.IMPORT, "products", new_values=given, reason="with \x00")
    (row,) = trail(shop, action=AuditAction.IMPORT)
    assert row.new_values == {
        "money": "1000",
        "not a number": "NaN",
        "day": "2026-05-01",
        "moment": "2026-05-01T00:00:00+00:00",
        "enum": "red",
        "uuid": "00000000-0000-0000-0000-000000000001",
        "nested": {"pin": "***", "list": ["1.10", None, True]},
        "password": "***",
        "bytes": "***",
        "text": "nul  and ?",
    }
    assert row.reason == "with "


def test_an_act_needs_an_organization(shop: Shop) -> None:
    with shop.app.app_context():
        with pytest.raises(ScopeMissing):
            record(AuditAction.LOGIN, "users")
        with platform_scope(reason="test of the trail"):
            with pytest.raises(ScopeMissing):
                record(AuditAction.ACCESS, "organizations")
            record(
                AuditAction.ACCESS,
                "organizations",
                organization_id=shop.organization_id,
                reason="asked for help",
            )
            db.session.commit()
    assert [row.reason for row in trail(shop, action=AuditAction.ACCESS)] == ["asked for help"]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_logs SET reason = 'x'", "DELETE FROM audit_logs", "TRUNCATE audit_logs"]
)
def test_nobody_edits_the_trail(shop: Shop, statement: str) -> None:
    with shop.app.app_context():
        for scope in (shop.inside("owner"), platform_scope(reason="try to edit the trail")):
            with pytest.raises(DBAPIError) as refused, scope:
                db.session.execute(text(statement))
            db.session.rollback()
            assert getattr(refused.value.orig, "sqlstate", None) == "42501"


# --- reading ---------------------------------------------------------------------------------------------------


def test_the_trail_is_read_in_pages_without_gaps(shop: Shop) -> None:
    with shop.inside("owner"):
        for number in range(7):
            record(AuditAction.EXPORT, "sales", number)
    seen, cursor = [], None
    with shop.inside():
        while True:
            found = audit_trail(AuditFilter(action=AuditAction.EXPORT), limit=3, cursor=cursor)
            seen += [row.entity_id for row in found.items]
            cursor = found.next_cursor
            if cursor is None:
                break
        with pytest.raises(Invalid):
            audit_trail(AuditFilter(), cursor="nonsense")
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_filters_narrow_the_trail(shop: Shop) -> None:
    with shop.inside("manager"):
        record(AuditAction.EXPORT, "sales", 1)
    with shop.inside():
        record(AuditAction.EXPORT, "products", 1)

    def found(**wanted: Any) -> list[str]:
        return [row.entity_type for row in trail(shop, action=AuditAction.EXPORT, **wanted)]

    assert found() == ["products", "sales"]
    assert found(user_id=shop.users["manager"]) == ["sales"]
    assert found(by_system=True) == ["products"]
    assert found(entity_type="sales", entity_id=1) == ["sales"]
    assert found(since=datetime(2100, 1, 1, tzinfo=UTC)) == []
    assert found(until=datetime(2000, 1, 1, tzinfo=UTC)) == []
    with shop.inside():
        subjects = audited_subjects()
        assert subjects == sorted(set(db.session.scalars(select(AuditLog.entity_type))))
    assert {"products", "sales", "users"} <= set(subjects)


def test_another_tenant_reads_none_of_it(shop: Shop, stranger: Shop) -> None:
    with shop.inside("owner"):
        record(AuditAction.EXPORT, "secret plan")
    with stranger.inside("stranger"):
        assert "secret plan" not in audited_subjects()
    assert trail(stranger, action=AuditAction.EXPORT) == []


def test_partitions_are_made_every_night() -> None:
    entry = periodic_table()["smartpos.core.audit.keep_partitions"]
    assert entry.work is audit.keep_partitions
    assert re.fullmatch(r"\d+ \d+ \* \* \*", entry.cron)


# --- the page and the endpoint -----------------------------------------------------------------------------------


@pytest.fixture
def priced(shop: Shop) -> int:
    """A product whose price the manager has changed."""
    number = shop.product(name="Shirin non", price="4000", cost="3000", stock=None)
    with shop.inside("manager"):
        product = db.session.get_one(Product, number)
        product.price, product.cost_price = Decimal("4500"), Decimal("3333")
    return number


def test_the_page_shows_old_and_new_side_by_side(
    shop: Shop, priced: int, client_of: Callable[..., FlaskClient]
) -> None:
    page = client_of("owner").get(f"/audit?what=products&record={priced}").get_data(as_text=True)
    assert "Shirin non" in page
    assert "Manager" in page
    assert re.search(r"4.000.*4.500", page, re.S)
    assert re.search(r"3.000.*3.333", page, re.S)


def test_the_page_needs_few_statements_however_much_it_shows(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    def statements() -> int:
        seen: list[str] = []
        with shop.app.app_context():
            connection: Any = db.engine
        listener = lambda *facts: seen.append(facts[2])  # noqa: E731
        event.listen(connection, "before_cursor_execute", listener)
        assert owner.get("/audit?what=products").status_code == 200
        event.remove(connection, "before_cursor_execute", listener)
        return len([one for one in seen if one.startswith(("SELECT", "WITH"))])

    owner = client_of("owner")
    shop.product(stock=None)
    statements()
    few = statements()
    for _ in range(5):
        shop.product(stock=None)
    assert statements() == few
    assert few <= 12


def test_the_page_hides_costs_from_those_who_may_not_see_them(
    shop: Shop, priced: int, client_of: Callable[..., FlaskClient]
) -> None:
    with shop.inside():
        role = db.session.get_one(User, shop.users["manager"]).role
        role.permissions = [row for row in role.permissions if row.permission != "catalog:cost:read"]
    page = client_of("manager").get(f"/audit?what=products&record={priced}").get_data(as_text=True)
    assert re.search(r"4.500", page)
    assert "333" not in page.replace("\u202f", "")


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-13-77",
        "since=9999-12-31",
        "until=9999-12-31",
        "until=0001-01-01",
        "since=2026-05-02&until=2026-05-01",
        "record=abc",
        "record=99999999999999999999",
        "record=-1",
        "who=x",
        "action=explode",
        "cursor=nonsense",
    ],
)
def test_the_page_takes_no_nonsense(shop: Shop, client_of: Callable[..., FlaskClient], query: str) -> None:
    assert client_of("owner").get(f"/audit?{query}").status_code in {200, 422}


@pytest.mark.parametrize(
    "query", ["what=%00", "what=nothing", "who=system", "who=999999", "since=2026-05-01"]
)
def test_the_page_finds_nothing_gracefully(
    shop: Shop, client_of: Callable[..., FlaskClient], query: str
) -> None:
    assert client_of("owner").get(f"/audit?{query}").status_code == 200


def test_the_endpoint_lists_the_trail(shop: Shop, priced: int, api_of: Callable[..., Any]) -> None:
    api = api_of("manager")
    answer = api.get(f"/api/audits?entity_type=products&entity_id={priced}&limit=1")
    assert answer.status_code == 200
    (entry,) = answer.json["items"]
    assert entry["action"] == "update"
    assert entry["user"] == "Manager"
    assert entry["new_values"]["price"] == "4500"
    assert answer.json["next_cursor"]
    second = api.get(
        f"/api/audits?entity_type=products&entity_id={priced}&limit=1&cursor={answer.json['next_cursor']}"
    )
    assert [item["action"] for item in second.json["items"]] == ["create"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=9999", "action=x", "since=yesterday", "entity_id=x", "cursor=x"]
)
def test_the_endpoint_takes_no_nonsense(shop: Shop, api_of: Callable[..., Any], query: str) -> None:
    answer = api_of("owner").get(f"/api/audits?{query}")
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid"


def test_the_endpoint_names_filters_it_does_not_know(shop: Shop, api_of: Callable[..., Any]) -> None:
    owner = api_of("owner")
    answer = owner.get("/api/audits?entity=products&entity_type=products&from=2026-01-01")
    assert answer.status_code == 422
    assert sorted(answer.json["errors"]) == ["entity", "from"]
    assert owner.get("/api/audits?entity_type=products&limit=5").status_code == 200


def test_who_may_not_read_it_is_refused(
    shop: Shop, client_of: Callable[..., FlaskClient], api_of: Callable[..., Any], client: FlaskClient
) -> None:
    assert client_of("cashier").get("/audit").status_code == 403
    assert api_of("cashier").get("/api/audits").status_code == 403
    assert client.get("/audit").status_code == 302
    assert client.get("/api/audits").status_code == 401
