"""The admin panel's base classes: what people see, what they may, and what odd addresses and forms meet."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import Engine, event, select
from wtforms import StringField
from wtforms.validators import InputRequired

from smartpos.catalog.models import Category, Product, Unit
from smartpos.core.admin import (
    Form,
    ReadOnlyView,
    RowAction,
    TenantView,
    add_views,
    describe,
    register_link,
)
from smartpos.core.admin import formatters as shown
from smartpos.core.admin.filters import span
from smartpos.core.admin.labels import choices
from smartpos.core.admin.navigation import navigation
from smartpos.core.db import db
from smartpos.core.errors import Conflict, Invalid
from smartpos.factory import create_app
from tests import servers
from tests.cast import Shop
from tests.conftest import settings

READ, WRITE, COST = "catalog:product:read", "catalog:product:write", "catalog:cost:read"
LIST = "/admin/t_products/"


class WhyForm(Form):
    reason = StringField("Reason", [InputRequired()])


def rename(row: Any, form: Any) -> str:
    if form.reason.data == "no":
        raise Conflict("The shop is closed")
    row.name = form.reason.data
    return "Renamed"


class ProductView(TenantView):
    permission_read, permission_write = READ, WRITE
    column_list = ("name", "sku", "category", "unit.title", "price", "cost_price", "status", "created_at")
    column_permissions = {"cost_price": COST}
    column_searchable_list = ("name", "sku")
    column_filters = ("category", "status", "price", "cost_price", "created_at", "unit.title")
    form_columns = ("name", "sku", "category", "unit", "price", "cost_price", "description")
    row_actions = [
        RowAction("raise", "Raise", "price", WRITE, lambda row: setattr(row, "price", row.price + 1)),
        RowAction("rename", "Rename", "pencil", WRITE, rename, form=WhyForm),
        RowAction("never", "Never", "x", WRITE, lambda row: "done", visible=lambda row: False),
    ]

    def save(self, form: Any, model: Any, is_created: bool) -> None:
        if model.name == "taken":
            raise Invalid("That name is taken", errors={"name": ["Choose another"]})


class LedgerView(ReadOnlyView):
    permission_read = READ
    column_list = ("name", "digits")


@pytest.fixture(scope="module")
def base_app(worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    name = f"admin_{worker}"
    servers.create_database(name, template=migrated)
    app = create_app(settings(name, tmp_path_factory.mktemp("admin")))
    add_views(
        app,
        [
            ProductView(Product, name="Test products", category="Test", endpoint="t_products"),
            LedgerView(Unit, name="Test units", category="Test", endpoint="t_units"),
        ],
    )
    return app


@pytest.fixture
def page(client_of: Callable[..., FlaskClient], shop: Shop) -> Callable[..., str]:
    def read(path: str, who: str = "owner", status: int = 200) -> str:
        answer = client_of(who).get(path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    return read


@pytest.fixture
def send(
    client_of: Callable[..., FlaskClient], csrf: Callable[[FlaskClient], str], shop: Shop
) -> Callable[..., Any]:
    def post(path: str, who: str = "owner", follow: bool = True, **values: Any) -> Any:
        client = client_of(who)
        return client.post(path, data={"csrf_token": csrf(client), **values}, follow_redirects=follow)

    return post


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


class Tenant:
    zone = ZoneInfo("Asia/Tashkent")


class Person:
    organization = Tenant()


def test_numbers_have_thin_spaces_and_only_the_digits_they_need(app: Flask) -> None:
    with app.test_request_context(), force_locale("ru"):
        assert shown.money(Decimal("1234500.00")) == "1\u202f234\u202f500"
        assert shown.money(Decimal("-0.5")) == "\u22120,50"
        assert shown.money(Decimal("-0.00")) == "0"
        assert shown.quantity(Decimal("26.400"), "kg") == "26,4\u00a0kg"
        assert shown.unit_cost(Decimal("8123.4567")) == "8\u202f123,4567"
        assert shown.percent(Decimal("12.00")) == "12%"
        assert "\u2013" in shown.money(None)
    with app.test_request_context(), force_locale("en"):
        assert shown.money(Decimal("1234.5")) == "1\u202f234.50"


def test_moments_are_shown_in_the_tenants_time_zone(app: Flask) -> None:
    with app.test_request_context():
        g.principal = Person()
        late = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
        assert shown.local_datetime(late).striptags() == "21.11.2026 01:30"
        assert shown.local_date(late).striptags() == "21.11.2026"


def test_periods_end_with_the_day_they_are_asked_for() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    assert [str(edge) for edge in span("last_month", day)] == ["2026-02-01", "2026-03-01"]
    assert [str(edge) for edge in span("last7", day)] == ["2026-02-23", "2026-03-02"]
    assert [str(edge) for edge in span("yesterday", day)] == ["2026-02-28", "2026-03-01"]


def test_labels_of_equal_values_stay_apart() -> None:
    class Door(StrEnum):
        OPEN = "open"

    class Shift(StrEnum):
        OPEN = "open"
        SHUT = "shut"

    describe({Door.OPEN: ("Ajar <b>", "warn")})
    describe({Shift.OPEN: ("Running", "good"), Shift.SHUT: "Over"})
    assert shown.pill(Door.OPEN) == '<span class="pill warn">Ajar &lt;b&gt;</span>'
    assert choices(Shift) == [("open", "Running"), ("shut", "Over")]
    with pytest.raises(ValueError, match="one enumeration"):
        describe({Door.OPEN: "Open", Shift.SHUT: "Over"})


def test_the_menu_shows_what_a_person_may_open(app: Flask, shop: Shop, page: Callable[..., str]) -> None:
    register_link("Test", "Secret page", "t_units.index_view", "lock", "nobody:has:this")
    menu = page(LIST, "warehouse")
    assert "Test products" in menu
    assert "Secret page" not in menu
    with app.test_request_context("/admin/"):
        assert navigation() == []


def test_whoever_is_not_signed_in_is_sent_to_log_in(client: FlaskClient, shop: Shop) -> None:
    answer = client.get(LIST + "?search=non")
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")
    assert client.get("/admin/").status_code == 302


def test_a_colleague_without_the_right_meets_403(
    page: Callable[..., str], send: Callable[..., Any], shop: Shop
) -> None:
    product = shop.product("Non", stock=None)
    for path in ("new/", f"edit/?id={product}"):
        page(LIST + path, "operator", 403)
    assert send(LIST + "delete/", "operator", id=product).status_code == 403
    assert send(LIST + "act/raise/", "operator", id=product).status_code == 403


def test_ledgers_are_only_looked_at(page: Callable[..., str], send: Callable[..., Any], shop: Shop) -> None:
    unit = shop.unit_ids["kg"]
    listed = page("/admin/t_units/")
    assert "/admin/t_units/new/" not in listed
    assert "/admin/t_units/delete/" not in listed
    page("/admin/t_units/new/", status=403)
    page(f"/admin/t_units/edit/?id={unit}", status=403)
    page("/admin/t_units/export/csv/", status=404)
    assert send("/admin/t_units/delete/", id=unit).status_code == 403
    assert send("/admin/t_units/action/", action="delete", rowid=unit).status_code == 200
    with shop.inside():
        assert db.session.get(Unit, unit) is not None


def test_a_column_with_its_own_permission_is_hidden_from_others(page: Callable[..., str], shop: Shop) -> None:
    product = shop.product("Non", cost="7777", stock=None)
    for path in (LIST, f"{LIST}details/?id={product}"):
        assert "7\u202f777" in page(path, "manager")
        assert "7\u202f777" not in page(path, "operator")
    assert "Non" in page(LIST + "?flt0_9=999999", "operator")


@pytest.mark.parametrize("key", ["0", "-1", "abc", "9" * 30, "1,2", "%00", "999999"])
def test_rows_that_are_not_there_are_not_found(page: Callable[..., str], key: str) -> None:
    for path in ("details/", "edit/", "act/rename/"):
        page(f"{LIST}{path}?id={key}", status=404)


def test_a_stranger_does_not_find_our_rows(
    client_of: Callable[..., FlaskClient], shop: Shop, stranger: Shop, csrf: Callable[[FlaskClient], str]
) -> None:
    product = shop.product("Bizning non", stock=None)
    client = client_of("stranger")
    assert "Bizning non" not in client.get(LIST).get_data(as_text=True)
    for path in ("details/", "edit/", "act/rename/"):
        assert client.get(f"{LIST}{path}?id={product}").status_code == 404
    token = csrf(client)
    for path in ("delete/", "act/raise/"):
        assert client.post(LIST + path, data={"csrf_token": token, "id": product}).status_code == 404
    found = client.get(LIST + "ajax/lookup/?name=unit&query=kg").json
    assert shop.unit_ids["kg"] not in [key for key, _text in found]


def test_a_row_is_created_changed_and_hidden(send: Callable[..., Any], shop: Shop) -> None:
    unit = shop.unit_ids["dona"]
    answer = send(LIST + "new/", name=" Choy ", sku="C-1", unit=unit, price="16 900,5", cost_price="")
    assert answer.status_code == 200
    with shop.inside():
        product = db.session.scalars(select(Product).where(Product.sku == "C-1")).one()
        assert (product.name, product.price, product.unit_id) == ("Choy", Decimal("16900.50"), unit)
        number = product.id
    send(f"{LIST}edit/?id={number}", name="Choy 100 g", sku="C-1", unit=unit, price="17000", cost_price="1")
    send(LIST + "delete/", id=number)
    with shop.inside():
        changed = db.session.get(Product, number)
        assert changed is not None
        assert changed.name == "Choy 100 g"
        assert changed.deleted_at is not None


def test_a_refusal_is_told_and_nothing_is_saved(send: Callable[..., Any], shop: Shop) -> None:
    unit = shop.unit_ids["dona"]
    told = send(LIST + "new/", name="taken", sku="T-9", unit=unit, price="1").get_data(as_text=True)
    assert "That name is taken" in told
    assert "Choose another" in told
    product = shop.product("Non", sku="T-9", stock=None)
    again = send(LIST + "new/", name="Non", sku="T-9", unit=unit, price="1")
    assert again.status_code == 200
    assert 'role="alert"' in again.get_data(as_text=True)
    with shop.inside():
        assert db.session.scalars(select(Product.id).where(Product.sku == "T-9")).all() == [product]


@pytest.mark.parametrize("price", ["NaN", "1e400", "Infinity", "9" * 40, "-1", "ten", "\x00"])
def test_what_is_no_price_is_refused(send: Callable[..., Any], shop: Shop, price: str) -> None:
    answer = send(LIST + "new/", name="Non", sku="P-1", unit=shop.unit_ids["kg"], price=price)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.get_data(as_text=True)
    with shop.inside():
        assert db.session.scalar(select(Product.id).where(Product.sku == "P-1")) is None


def test_a_row_action_needs_a_post_with_a_token(
    client_of: Callable[..., FlaskClient], send: Callable[..., Any], shop: Shop
) -> None:
    product = shop.product("Non", price="5000", stock=None)
    client = client_of("owner")
    assert client.get(f"{LIST}act/raise/?id={product}").status_code == 405
    assert client.post(LIST + "act/raise/", data={"id": product}).status_code == 400
    assert send(LIST + "act/raise/", id=product).status_code == 200
    assert send(LIST + "act/unknown/", id=product).status_code == 404
    with shop.inside():
        assert db.session.get(Product, product).price == Decimal(5001)  # type: ignore[union-attr]


def test_a_row_action_may_ask_for_more(send: Callable[..., Any], shop: Shop) -> None:
    product = shop.product("Non", stock=None)
    assert 'aria-invalid="true"' in send(LIST + "act/rename/", id=product).get_data(as_text=True)
    assert "The shop is closed" in send(LIST + "act/rename/", id=product, reason="no").get_data(as_text=True)
    assert "Renamed" in send(LIST + "act/rename/", id=product, reason="Patir").get_data(as_text=True)
    assert send(LIST + "act/never/", id=product, follow=False).status_code == 302
    with shop.inside():
        assert db.session.get(Product, product).name == "Patir"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=999999999",
        "page_size=0",
        "sort=999&desc=x",
        "sort=-4",
        "search=%00",
        "search=" + "x" * 5000,
        "search=%25%25_%5C",
        "endpoint=x&_external=1&_scheme=ftp&self=1",
        *(
            f"flt0_{index}={value}"
            for index in range(16)
            for value in ("abc", "9" * 40, "today", "2026-02-30")
        ),
    ],
)
def test_any_address_of_a_list_answers(page: Callable[..., str], query: str) -> None:
    assert "Test products" in page(f"{LIST}?{query}")


def test_filters_and_search_narrow_the_list(page: Callable[..., str], shop: Shop) -> None:
    shop.product("Obi non", stock=None)
    shop.product("Patir non", stock=None)
    shop.product("Tuz 100%", stock=None)
    assert "Patir non" not in page(LIST + "?search=obi+NON")
    assert "Tuz 100%" in page(LIST + "?search=100%25")
    assert "Obi non" not in page(LIST + "?search=100%25")
    assert "Obi non" not in page(LIST + "?flt0_3=discontinued")
    assert "Obi non" in page(LIST + "?flt0_3=active")


def test_a_list_costs_the_same_however_long_it_is(
    client_of: Callable[..., FlaskClient], shop: Shop, statements: list[str]
) -> None:
    with shop.inside():
        categories = [Category(name=f"Bo‘lim {number}") for number in range(12)]
        db.session.add_all(categories)
        for number, category in enumerate(categories):
            db.session.add(
                Product(name=f"P {number}", sku=f"L-{number}", unit_id=shop.unit_ids["kg"], category=category)
            )
    client = client_of("owner")
    client.get(LIST)
    statements.clear()
    assert client.get(LIST).status_code == 200
    selects = [text for text in statements if "FROM products" in text or "FROM categories" in text]
    assert len(selects) == 1
    # A badge of the menu may count up to its limit; nothing counts all there is.
    assert not [text for text in statements if "count(" in text.lower() and "LIMIT" not in text]


def test_nothing_is_shown_by_accident() -> None:
    class Unnamed(TenantView):
        permission_read = READ

    with pytest.raises(TypeError, match="column_list"):
        Unnamed(Unit)
