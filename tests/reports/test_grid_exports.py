"""A list of the back office as a file: exactly what the page shows, in its order, with what the person may see."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import text

from smartpos.core.admin.exporting import plain_text
from smartpos.core.admin.filters import AtLeast
from smartpos.core.admin.formatters import NOTHING, yes_no
from smartpos.core.db import db
from smartpos.core.reports import ColumnKind
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.models import User
from smartpos.reports.exporting.grids import source_of_grid
from tests.cast import Shop
from tests.house import House, furnish, views_of
from tests.reports.files import Made


def names_on(page: str) -> list[str]:
    """The first cells of the rows of a list page."""
    cells = re.findall(r'<td class="[^"]*lead-cell[^"]*">(.*?)</td>', page, re.DOTALL)
    return [str(plain_text(Markup(cell))) for cell in cells]  # noqa: S704 - our own page


def test_a_file_holds_what_the_page_shows(
    shop: Shop, export: Callable[..., Made], client_of: Callable[[str], FlaskClient]
) -> None:
    for number, name in enumerate(("Olma sharbati", "Olma", "Nok", "Anor", "Olmali pirog")):
        shop.product(name, price=str(5000 + number * 777), stock=str(number + 1))
    client = client_of("owner")
    for address in (
        {"search": "olma", "sort": "3", "desc": "1"},
        {"search": "olma", "sort": "3"},
        {"sort": "0", "page": "7", "page_size": "25"},
        {},
    ):
        shown = names_on(
            client.get("/admin/products/", query_string={**address, "page": "0"}).get_data(as_text=True)
        )
        made = export("products", **{name: [value] for name, value in address.items()})
        header, *rows = made.table()
        assert [row[0] for row in rows] == shown, address
        assert made.rows == len(shown)
    prices = [row[header.index("Price")] for row in rows]
    assert sorted(prices) == [5000, 5777, 6554, 7331, 8108]
    view = views_of(shop.app)["products"]
    above = next(
        number
        for number, one in enumerate(view._filters)
        if view._filter_sources[number] == "price" and isinstance(one, AtLeast)
    )
    made = export("products", **{f"flt0_{above}": ["6000"]})
    assert {row[0] for row in made.table()[1:]} == {"Nok", "Anor", "Olmali pirog"}


def test_costs_are_only_in_files_of_those_who_see_them(shop: Shop, export: Callable[..., Made]) -> None:
    shop.product("Non", cost="7000")
    seen = export("products", who="owner").table()
    assert seen[0][seen[0].index("Cost")] == "Cost"
    unseen = export("products", "csv", who="warehouse")
    with shop.inside("warehouse"):
        may = shop.actor("warehouse").can("catalog:cost:read")
    assert ("Cost" in unseen.lines()[0]) == may
    # Sorting by what is hidden would tell its order, and asking for it by name does not help either.
    with shop.inside("owner"):
        db.session.execute(text("DELETE FROM role_permissions WHERE permission = 'catalog:cost:read'"))
    hidden = export("products", "csv", who="manager", columns=("name", "cost_price"))
    assert hidden.lines()[0] == ["Name"]


def test_rights_count_when_the_file_is_made(shop: Shop, export: Callable[..., Made]) -> None:
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["manager"])
        db.session.execute(text("DELETE FROM role_permissions WHERE permission = 'crm:customer:read'"))
    made = export("customers", who="manager")
    # Called off, and not failed: nothing is broken, and trying again would not help.
    assert made.status == "cancelled"
    assert made.path is None
    assert made.message


def test_words_of_a_cell(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert plain_text(yes_no(False)) == "No"
        assert plain_text(yes_no(True)) == "Yes"
        assert plain_text(NOTHING) is None
        assert (
            plain_text(Markup("<a href='/x?a=1&amp;b=2'>A &lt;b&gt;</a><br><small>below</small>"))
            == "A <b> below"
        )
        assert plain_text("<b>typed by a person</b>") == "<b>typed by a person</b>"


@pytest.fixture(scope="module")
def house(base_app: Flask) -> Iterator[House]:
    """A shop with a row in every list."""
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


def test_every_list_can_be_made_a_file(house: House) -> None:
    shop = house.shop
    wrong: dict[str, Any] = {}
    kinds = {
        ColumnKind.MONEY: (Decimal, int),
        ColumnKind.COST: (Decimal, int),
        ColumnKind.QUANTITY: (Decimal, int, float),
        ColumnKind.PERCENT: (Decimal, int),
        ColumnKind.WHOLE: (int, Decimal, float),
        ColumnKind.DATE: (date,),
        ColumnKind.MOMENT: (datetime,),
        ColumnKind.FLAG: (bool,),
        ColumnKind.TEXT: (str,),
    }
    for endpoint, view in views_of(house.app).items():
        with (
            house.app.test_request_context(f"{view.url}/"),
            tenant_scope(shop.organization_id, user_id=shop.users["owner"]),
        ):
            g.principal = shop.actor("owner")
            if not view.is_accessible():
                continue
            with force_locale("en"):
                source = source_of_grid(endpoint, (), title="", actor=shop.actor("owner"))
                rows = [row for piece in source.pieces() for row in piece]
                if len(rows) != source.count():
                    wrong[endpoint] = f"{len(rows)} rows, {source.count()} counted"
                for row in rows:
                    for column, value in zip(source.columns, row, strict=True):
                        if value is not None and not isinstance(value, (*kinds[column.kind], str)):
                            wrong[f"{endpoint}.{column.key}"] = repr(value)
                        if isinstance(value, str) and re.search(r"<\w+[ >]|&\w+;", value):
                            wrong[f"{endpoint}.{column.key}"] = value
    assert wrong == {}
