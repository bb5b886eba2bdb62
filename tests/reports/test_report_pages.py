"""Pages of reports: the list, filters in the address, cells and totals, more rows, errors at the filter."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from smartpos.catalog.models import Product, Unit
from smartpos.core import reports
from smartpos.core.db import db
from smartpos.core.reports import (
    Asked,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
)
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch
from tests.bot.people import make_customer
from tests.browsing import speak_english
from tests.cast import Shop

MANY = 230
SLUG = "units-of-the-shop"


def _select(asked: Asked) -> Any:
    query = select(Unit.id.label("unit_id"), Unit.name.label("name"), (Unit.id % 7).label("left"))
    return query.where(Unit.id % 2 == 0) if asked["even"] else query


UNITS = Report(
    slug=SLUG,
    title="Units of the shop",
    group=ReportGroup.STOCK,
    permission="catalog:product:read",
    note="Every unit",
    columns=(
        Column("name", "Name", link=("units.details_view", "unit_id")),
        Column("left", "Left over", ColumnKind.WHOLE, total=True),
    ),
    select=_select,
    order=("unit_id",),
    filters=(
        Filter("product_id", "Product", FilterKind.ROW, model=Product),
        Filter("branch_id", "Branch", FilterKind.ROW, model=Branch),
        Filter("customer_id", "Customer", FilterKind.ROW, model=Customer),
        Filter("kind", "Kind", FilterKind.CHOICE, choices={"a": "First", "b": "Second"}, default="a"),
        Filter("even", "Even", FilterKind.FLAG),
    ),
    chart=Chart(ChartKind.HEAT, "name", ("left", "left"), most=20),
)


def add_units(shop: Shop) -> None:
    with shop.inside("owner"):
        rows = [
            {"name": f"birlik {number}", "organization_id": shop.organization_id} for number in range(MANY)
        ]
        db.session.execute(insert(Unit), rows)


@pytest.fixture
def units(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report of many rows, known while the test runs."""
    monkeypatch.setitem(reports._declared, SLUG, UNITS)
    add_units(shop)
    speak_english(shop)


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[-2000:]
    return answer.get_data(as_text=True)


def chart_in(page: str) -> Any:
    found = re.search(r'<script type="application/json">(\{"kind".*?)</script>', page)
    return json.loads(found[1]) if found else None


def test_the_list_shows_what_the_person_may_see(
    shop: Shop, units: None, client_of: Callable[..., FlaskClient]
) -> None:
    page = text_of(client_of("owner"), "/reports")
    assert "Sales by day" in page and "Units of the shop" in page and "Every unit" in page
    page = text_of(client_of("operator"), "/reports")
    assert "Units of the shop" in page and "Sales by day" not in page
    assert client_of("operator").get("/reports/sales-by-day").status_code == 403
    assert client_of("owner").get("/reports/nothing").status_code == 404


def test_a_day_of_sales(
    shop: Shop,
    open_till: int,
    sell: Callable[..., Any],
    client_of: Callable[..., FlaskClient],
) -> None:
    speak_english(shop)
    product = shop.product(price="12345.50", cost="7000")
    sell((product, "100"), cash="1234550")
    owner = client_of("owner")
    page = text_of(owner, "/reports/sales-by-day?period=today")
    assert page.count("1\u202f234\u202f550") >= 3, (
        "before discounts and revenue, in the row and in the totals"
    )
    assert "36.50%" in page and "Gross profit" in page
    chart = chart_in(page)
    assert chart["series"][0]["values"] == [1234550.0] and chart["series"][0]["texts"] == [
        "1\u202f234\u202f550"
    ]
    assert 'aria-sort="descending"' in page
    nothing = text_of(owner, f"/reports/sales-by-day?period=today&branch_id={shop.warehouse_id}")
    assert "Nothing to show" in nothing and "Ombor" in nothing and chart_in(nothing) is None
    # Days stand in the address; both a word and days mean the word, as a form without scripts sends them.
    assert "Nothing to show" in text_of(owner, "/reports/sales-by-day?from=2024-01-01&to=2024-01-31")
    both = text_of(owner, "/reports/sales-by-day?from=2024-01-01&to=2024-01-31&period=today")
    assert "1\u202f234\u202f550" in both


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=1926-01-01&to=2026-01-01", "This period is too long"),
        ("from=2026-02-01&to=2026-01-01", "This is before the first day."),
        ("from=nonsense", "This is not a date."),
        ("period=forever", "There is no such choice."),
        ("branch_id=999999999", "There is no such choice."),
        ("branch_id=abc&from=0001-01-01", "There is no such choice."),
        ("sort=nonsense", "This report cannot be sorted by that."),
    ],
)
def test_what_makes_no_sense_is_told_at_its_filter(
    shop: Shop, client_of: Callable[..., FlaskClient], query: str, sentence: str
) -> None:
    speak_english(shop)
    page = text_of(client_of("owner"), f"/reports/sales-by-day?{query}", 422)
    assert sentence in page and "<table" not in page
    assert query.startswith("sort") or 'aria-invalid="true"' in page


def test_an_argument_nobody_knows_does_no_harm_to_a_page(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    assert client_of("owner").get("/reports/sales-by-day?utm_source=mail").status_code == 200


def test_more_rows_follow_each_other(shop: Shop, units: None, client_of: Callable[..., FlaskClient]) -> None:
    owner = client_of("owner")
    page = text_of(owner, f"/reports/{SLUG}?sort=-name")
    with shop.inside():
        names = sorted(db.session.scalars(select(Unit.name)), reverse=True)
        ids = dict(db.session.execute(select(Unit.name, Unit.id)).all())
    seen = re.findall(r'<th scope="row" class="text"><a href="([^"]+)">([^<]+)</a>', page)
    assert len(seen) == 100 and f"100 of {len(names)} rows" in page
    name, address = seen[0][1], seen[0][0]
    assert address.endswith(f"id={ids[name.replace('&#39;', chr(39))]}")
    following = re.search(r'data-more="([^"]+)"', page)
    assert following
    url: str | None = following[1].replace("&amp;", "&")
    while url:
        answer = owner.get(url).json
        seen += re.findall(r'<a href="([^"]+)">([^<]+)</a>', answer["html"])
        url = answer["next"]
        if answer["next_page"]:
            continued = text_of(owner, answer["next_page"])
            assert 'class="heat"' not in continued and "From the beginning" in continued
    with shop.inside():
        shown = db.session.scalars(select(Unit.name).order_by(Unit.name.desc(), Unit.id))
        assert [name.replace("&#39;", "'") for _address, name in seen] == list(shown)
    assert owner.get(f"/reports/{SLUG}?cursor=nonsense").status_code == 422
    # A colleague who may not see units meets no links to them.
    assert "units/details" not in text_of(client_of("cashier"), f"/reports/{SLUG}")


def test_a_cause_leads_to_its_document(
    shop: Shop, open_till: int, sell: Callable[..., Any], client_of: Callable[..., FlaskClient]
) -> None:
    sale = sell((shop.product(stock="5"), "2"), cash="100000")
    address = f"/admin/receipts/details/?id={sale.id}"
    assert f'<a href="{address}">' in text_of(client_of("owner"), "/reports/movement-lines?period=today")
    # Who may not see receipts meets the cause without a link.
    page = text_of(client_of("warehouse"), "/reports/movement-lines?period=today")
    assert address not in page and "/admin/movements/details/" in page


def test_filters_keep_what_was_chosen(shop: Shop, units: None, client_of: Callable[..., FlaskClient]) -> None:
    owner = client_of("owner")
    product = shop.product("Olma sharbati")
    page = text_of(owner, f"/reports/{SLUG}?product_id={product}&kind=&even=0&even=1")
    assert "Olma sharbati" in page and re.search(r'name="even" value="1" checked', page)
    assert '<option value="a">' in page, "any was chosen, not what is usual"
    found = owner.get(f"/reports/{SLUG}/choices/product_id?query=olma").json
    assert [number for number, _text in found] == [str(product)]
    assert owner.get(f"/reports/{SLUG}/choices/branch_id?query=chil").json[0][1] == "Chilonzor"
    # Who may not see customers finds them by name, and is shown no phone numbers.
    number = str(make_customer(shop, "+998901234567", "Aziza Karimova"))
    choices = f"/reports/{SLUG}/choices/customer_id?query="
    assert owner.get(f"{choices}1234567").json == [[number, "Aziza Karimova · +998 90 123 45 67"]]
    keeper = client_of("warehouse")
    assert keeper.get(f"{choices}aziza").json == [[number, "Aziza Karimova"]]
    assert keeper.get(f"{choices}1234567").json == []
    assert "123 45 67" not in text_of(keeper, f"/reports/{SLUG}?customer_id={number}")
    for name in ("kind", "nothing"):
        assert owner.get(f"/reports/{SLUG}/choices/{name}").status_code == 404
    heat = text_of(owner, f"/reports/{SLUG}")
    assert 'class="heat"' in heat and 'class="heat-9"' in heat
