"""The catalogue in the back office: every table, edited through the operations, costs for those who may see them."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.catalog.models import Category, Price, PriceType, Product, SearchSynonym, Unit
from smartpos.catalog.queries import search_products
from smartpos.core.db import db
from tests.cast import Shop
from tests.catalog.pictures import png

PAGES = (
    *("products", "categories", "units", "prices", "price_types", "barcodes", "product_images", "synonyms"),
    "vat_rates",
)


class Panel:
    """A person in the back office."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def page(self, path: str) -> str:
        answer = self.client.get(f"/admin/{path}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def send(self, path: str, **form: Any) -> Any:
        data = {"csrf_token": self.token, **form}
        return self.client.post(f"/admin/{path}", data=data, content_type="multipart/form-data")


@pytest.fixture
def panel_of(
    client_of: Callable[..., FlaskClient], csrf: Callable[[FlaskClient], str]
) -> Callable[[str], Panel]:
    def enter(who: str) -> Panel:
        client = client_of(who)
        return Panel(client, csrf(client))

    return enter


def product_form(shop: Shop, **changes: Any) -> dict[str, Any]:
    """What the browser sends for a new product."""
    return {
        "name": "Ko'k choy",
        "unit": str(shop.unit_ids["dona"]),
        "status": "active",
        "type": "product",
        "price": "12 500",
        "cost_price": "9000,5",
        "vat_code": "standard",
        "vat_included": "y",
        "cash_allowed": "y",
        "track_inventory": "y",
        "barcodes-0-barcode": "4780000000007",
        "barcodes-0-multiplier": "1",
        "barcodes-1-barcode": "BLOK",
        "barcodes-1-multiplier": "10",
        "barcodes-1-title": "blok",
        "barcodes-1-price": "120 000",
        "specifications": "Og'irligi: 100 g\nMamlakat: Hindiston",
        **changes,
    }


def only_product(shop: Shop) -> Any:
    """The columns of the one product there is."""
    with shop.inside():
        return db.session.execute(select(Product.__table__)).one()


def test_every_table_has_its_page(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    shop.product("Non")
    panel = panel_of("manager")
    for page in PAGES:
        panel.page(f"{page}/")
    for page in ("products", "categories", "units", "prices", "price_types", "synonyms"):
        panel.page(f"{page}/new/")


def test_a_product_is_made_with_barcodes_and_pictures(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    panel = panel_of("manager")
    made = panel.send(
        "products/new/", **product_form(shop), pictures=[(BytesIO(png()), "a.png"), (BytesIO(png()), "b.png")]
    )
    assert made.status_code == 302, made.get_data(as_text=True)
    with shop.inside():
        product = db.session.scalars(select(Product)).one()
        assert (product.sku, str(product.price), str(product.cost_price)) == (
            "10001",
            "12500.00",
            "9000.5000",
        )
        assert [(row.barcode, int(row.multiplier), row.title) for row in product.barcodes] == [
            ("4780000000007", 1, None),
            ("BLOK", 10, "blok"),
        ]
        assert product.specifications == {"Og'irligi": "100 g", "Mamlakat": "Hindiston"}
        assert len(product.images) == 2
        assert search_products("кўк чой").ids == [product.id]
        number, first, second = product.id, product.images[0].id, product.images[1].id

    page = panel.page(f"products/details/?id={number}")
    assert "4780000000007" in page and f"/products/images/{first}/small" in page
    assert panel.send("products/pictures/first/", id=second).status_code == 302
    assert f"/products/images/{second}/small" in panel.page("products/")
    panel.send("products/pictures/remove/", id=second)
    assert f"/products/images/{first}/small" in panel.page("products/")


def test_a_product_is_changed_and_lists_find_it(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    panel = panel_of("manager")
    panel.send("products/new/", **product_form(shop))
    number = only_product(shop).id
    saved = panel.send(f"products/edit/?id={number}", **product_form(shop, name="Qora choy", price="13000"))
    assert saved.status_code == 302, saved.get_data(as_text=True)
    assert only_product(shop).name == "Qora choy"
    assert "Qora choy" in panel.page("products/?search=4780000000007")
    assert "Qora choy" in panel.page("products/?search=%D0%BA%D0%BE%D1%80%D0%B0%20%D1%87%D0%BE%D0%B9")
    assert "Qora choy" not in panel.page("products/?search=olma")


def test_what_is_wrong_is_told_at_its_field(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    panel = panel_of("manager")
    for field, value in (
        ("barcodes-0-barcode", "4780000000000"),
        ("name", ""),
        ("price", "-5"),
        ("price", "NaN"),
        ("sku", "x" * 100),
        ("mxik_code", "12"),
        ("specifications", "no colon"),
        ("name", "a\x00b"),
        ("unit", "999999"),
    ):
        answer = panel.send("products/new/", **product_form(shop, **{field: value}))
        assert answer.status_code == 200, (field, value)
        assert 'class="error"' in answer.get_data(as_text=True), (field, value)
    picture = panel.send("products/new/", **product_form(shop), pictures=(BytesIO(b"no"), "a.png"))
    assert picture.status_code == 200
    with shop.inside():
        assert db.session.scalars(select(Product)).all() == []


def test_costs_and_prices_belong_to_those_who_may(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    number = shop.product("Non", price="4000", cost="3123")
    storekeeper = panel_of("warehouse")
    assert "3 123" in storekeeper.page("products/").replace("\u202f", " ")
    # The empty line for another barcode has a price too.
    for panel, prices in ((storekeeper, 1), (panel_of("manager"), 2)):
        page = panel.page(f"products/edit/?id={number}")
        assert page.count('name="price"') == prices and 'name="cost_price"' in page
    operator = panel_of("operator")
    assert "3 123" not in operator.client.get("/admin/products/").get_data(as_text=True).replace(
        "\u202f", " "
    )
    form = product_form(shop, name="Patir", price="1")
    sent = {name: value for name, value in form.items() if not name.startswith("barcodes")}
    storekeeper.send(f"products/edit/?id={number}", **sent)
    product = only_product(shop)
    assert (product.name, str(product.price)) == ("Patir", "4000.00")


def test_cashiers_stay_out(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    cashier = client_of("cashier")
    for page in PAGES:
        assert cashier.get(f"/admin/{page}/").status_code == 403
    assert cashier.post("/admin/products/pictures/remove/", data={"id": "1"}).status_code in {400, 403}


def test_a_stranger_meets_nothing(shop: Shop, stranger: Shop, panel_of: Callable[[str], Panel]) -> None:
    number = shop.product("Sirli non")
    panel = panel_of("stranger")
    assert "Sirli" not in panel.page("products/?search=sirli")
    assert panel.client.get(f"/admin/products/edit/?id={number}").status_code == 404
    assert panel.send("products/delete/", id=number).status_code == 404
    assert panel.client.get("/admin/products/ajax/lookup/?name=category&query=a").json == []


def test_what_has_a_history_is_not_deleted(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    number = shop.product("Non", stock="3")
    panel = panel_of("manager")
    panel.send("products/delete/", id=number)
    assert only_product(shop).deleted_at is None


def test_the_small_tables_are_edited_through_their_operations(
    shop: Shop, panel_of: Callable[[str], Panel]
) -> None:
    panel = panel_of("manager")
    number = shop.product("Non")
    assert panel.send("categories/new/", name="Nonlar", sort_order="1", is_active="y").status_code == 302
    assert panel.send("units/new/", name="banka", title="Banka", digits="0").status_code == 302
    assert panel.send("synonyms/new/", concept="bread", term="nonchik", lang="uz").status_code == 302
    assert panel.send("price_types/new/", name="Ulgurji").status_code == 302
    with shop.inside():
        category = db.session.scalars(select(Category)).one().id
        wholesale = db.session.scalars(select(PriceType).where(PriceType.name == "Ulgurji")).one().id
        assert db.session.scalars(select(Unit).where(Unit.name == "banka")).one().digits == 0
        assert (
            db.session.scalars(select(SearchSynonym).where(SearchSynonym.term == "nonchik")).one().search_key
        )
    assert panel.send("categories/new/", name="Nonlar", is_active="y").status_code == 200
    assert panel.send(f"categories/edit/?id={category}", name="Non", parent=str(category)).status_code == 200
    price = {
        "product": str(number),
        "price": "3500",
        "price_type": str(wholesale),
        "valid_from": "2026-01-01T00:00",
    }
    assert panel.send("prices/new/", **price).status_code == 302
    with shop.inside():
        row = db.session.scalars(select(Price)).one()
        assert (row.valid_from.hour, row.created_by) == (19, shop.users["manager"])
        price_id = row.id
    assert panel.send(f"prices/edit/?id={price_id}", **price | {"price": "3600"}).status_code == 302
    assert panel.send("price_types/act/default/", id=wholesale).status_code == 302
    with shop.inside():
        assert db.session.get_one(PriceType, wholesale).is_default
        assert str(db.session.get_one(Price, price_id).price) == "3600.00"
    panel.send("prices/delete/", id=price_id)
    with shop.inside():
        assert db.session.scalars(select(Price)).all() == []


def test_choices_are_found_as_the_till_finds_products(shop: Shop, panel_of: Callable[[str], Panel]) -> None:
    shop.product("Кока-Кола 1 л", sku="77")
    found = panel_of("manager").client.get("/admin/prices/ajax/lookup/?name=product&query=koka").json
    assert [text for _number, text in found] == ["Кока-Кола 1 л · 77"]


def test_the_list_takes_the_same_statements_however_long(
    shop: Shop, panel_of: Callable[[str], Panel], statements: Callable[[], Any]
) -> None:
    panel = panel_of("manager")
    counts = []
    for more in (2, 12):
        for _number in range(more):
            shop.product("Choy")
        with statements() as sent:
            panel.page("products/?search=choy")
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12
