"""Products from spreadsheets: headers in any language, every bad cell named, all or nothing, again and back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from smartpos.catalog.models import Category, Product
from smartpos.catalog.operations import create_category, update_product
from smartpos.catalog.queries import search_products
from smartpos.core.db import db
from smartpos.core.models import AuditAction, AuditLog, ImportStatus
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, sheet, wrong

RUSSIAN = ("Артикул", "Наименование товара", "Штрих-код", "Цена, сум", "Группа", "Ед. изм.", "НДС")
UZBEK = ("Kodi", "Mahsulot nomi", "Shtrix kod", "Narxi", "Kategoriya", "Oʻlchov birligi", "QQS")


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    return Importing(shop, client_of("manager"), "manager", "products")


def products(shop: Shop) -> dict[str, Product]:
    with shop.inside():
        found = db.session.scalars(select(Product).where(Product.deleted_at.is_(None))).all()
        for one in found:
            assert one.barcodes is not None and (one.category is None or one.category.name)
            assert one.unit.name
        db.session.expunge_all()
        return {one.sku: one for one in found}


@pytest.mark.parametrize("headers", [RUSSIAN, UZBEK])
def test_a_price_list_becomes_products(shop: Shop, importing: Importing, headers: tuple[str, ...]) -> None:
    run = importing.bring(
        book(
            ("Прайс-лист 2026",),
            (),
            headers,
            ("A-1", "Qora choy", int(ean13(901)), "24\u00a0500,50", "Ichimliklar > Choy", "шт", "12%"),
            ("A-2", "Kartoshka", f"{ean13(902)}, {ean13(903)}", 4500, "Sabzavot", "кг", "без НДС"),
        )
    )
    assert run.status is ImportStatus.DONE, run.message
    assert (run.summary["new"], run.summary["changed"], run.summary["same"]) == (2, 0, 0)
    found = products(shop)
    tea, potato = found["A-1"], found["A-2"]
    assert (tea.name, tea.price, tea.category.name, tea.unit.name) == (
        "Qora choy",
        Decimal("24500.50"),
        "Choy",
        "dona",
    )
    assert [code.barcode for code in tea.barcodes] == [ean13(901)]
    assert len(potato.barcodes) == 2 and potato.unit.name == "kg" and potato.vat_code.value == "exempt"
    assert tea.vat_code.value == "standard" and tea.track_inventory and tea.is_active
    with shop.inside():
        assert search_products("kora choy").ids == [tea.id]
        assert search_products("ichimliklar").ids == [tea.id]
        trail = select(AuditLog.new_values).where(AuditLog.action == AuditAction.IMPORT)
        assert db.session.scalars(trail).one()["new"] == 2


def test_the_till_learns_of_it(shop: Shop, importing: Importing, api_of: Callable[..., Any]) -> None:
    before = api_of("cashier").get("/api/products").json
    importing.bring(book(UZBEK[:4], ("A-1", "Choy", ean13(911), 5000)))
    answer = api_of("cashier").get("/api/products").json
    assert len(answer["items"]) == len(before["items"]) + 1
    sold = next(item for item in answer["items"] if item["sku"] == "A-1")
    assert sold["price"] == "5000.00" and ean13(911) in str(sold["barcodes"])


def test_every_bad_cell_is_marked_and_nothing_is_written(shop: Shop, importing: Importing) -> None:
    shop.product("Non", sku="N-1", barcode=ean13(921))
    run = importing.check(
        book(
            UZBEK,
            ("A-1", "Choy", ean13(922), "qimmat", "Choy > Choy", "pachka-pachka", "13"),
            ("A-2", None, "4780000000012", 1, None, None, None),
            ("A-3", "Suv", ean13(921), -5, None, None, None),
            ("A-1", "Sut", ean13(922), 10, None, None, None),
            (None, "Tuz", None, 10, None, None, None),
            ("A-5", "Shakar", ean13(923), "1.2.3", None, "kg", "12"),
        )
    )
    assert run.status is ImportStatus.CHECKED
    assert set(wrong(run)) == {
        *((2, "D"), (2, "E"), (2, "F"), (2, "G")),
        (3, "C"),
        *((4, "C"), (4, "D")),
        *((5, "A"), (5, "C")),
        (6, "A"),
        (7, "D"),
    }
    assert run.rows_wrong == 6
    page = importing.page()
    assert page.count('class="flaw"') == 11 and "qimmat" in page
    assert importing.post("confirm").status_code == 409
    assert importing.write().status is ImportStatus.CHECKED
    assert set(products(shop)) == {"N-1"}


def test_problems_are_counted_beyond_those_that_are_kept(importing: Importing) -> None:
    rows = [(f"A-{number}", "Choy", "-1") for number in range(600)]
    run = importing.check(sheet(("Kodi", "Nomi", "Narxi"), *rows))
    assert len(run.problems) == 500 and run.rows_wrong == 600 and run.summary["wrong_cells"] == 600


def test_the_same_file_again_changes_nothing(shop: Shop, importing: Importing) -> None:
    file = book(
        UZBEK,
        ("A-1", "Choy", ean13(931), 5000, "Choy", "dona", 12),
        (None, "Suv", ean13(932), 900, None, None, None),
    )
    importing.bring(file)
    first = products(shop)
    assert set(first) == {"A-1", "10001"}
    run = importing.check(file)
    assert (run.summary["new"], run.summary["changed"], run.summary["same"]) == (0, 0, 2)
    assert {sku: row.updated_at for sku, row in products(shop).items()} == {
        sku: row.updated_at for sku, row in first.items()
    }


def test_known_products_are_changed_where_the_file_says_something(shop: Shop, importing: Importing) -> None:
    tea = shop.product("Choy", sku="A-1", barcode=ean13(941), price="5000", brand="Ahmad")
    run = importing.bring(
        book(
            ("Shtrix kod", "Nomi", "Narxi", "Brend"),
            (ean13(941), "Ko'k choy", "5 500", None),
            (ean13(942), "Suv", 900, None),
        )
    )
    assert (run.summary["new"], run.summary["changed"]) == (1, 1)
    found = products(shop)["A-1"]
    assert (found.id, found.name, found.price, found.brand) == (tea, "Ko'k choy", Decimal(5500), "Ahmad")
    with shop.inside():
        assert search_products("kok choy").ids == [tea]


def test_columns_can_be_chosen_and_must_make_sense(shop: Shop, importing: Importing) -> None:
    importing.upload(book(("x", "y", "z"), ("A-1", "Choy", 5000)))
    assert importing.run().columns == {}
    for form in (
        {},
        {"column-1": "name"},
        {"column-0": "sku", "column-1": "sku"},
        {"column-0": "organization_id"},
    ):
        assert importing.post("columns", **form).status_code == 422
    run = importing.bring(book(("x", "y", "z"), ("A-1", "Choy", 5000)), A="sku", B="name", C="price")
    assert run.status is ImportStatus.DONE and products(shop)["A-1"].price == 5000


def test_categories_are_found_again_whatever_their_case(shop: Shop, importing: Importing) -> None:
    with shop.inside("owner"):
        top = create_category(name="Ichimliklar", actor=shop.actor())
        create_category(name="Choy", parent_id=top.id, actor=shop.actor())
    importing.bring(
        book(
            ("Kodi", "Nomi", "Kategoriya"),
            ("A-1", "Choy", "ICHIMLIKLAR > choy"),
            ("A-2", "Sut", "Sut/qatiq"),
            ("A-3", "Qatiq", "sut/qatiq"),
        )
    )
    with shop.inside():
        assert sorted(db.session.scalars(select(Category.name))) == ["Choy", "Ichimliklar", "Sut/qatiq"]


def test_what_became_wrong_since_the_check_is_not_written(shop: Shop, importing: Importing) -> None:
    importing.check(book(UZBEK[:3], ("A-1", "Choy", ean13(951)), ("A-2", "Suv", ean13(952))))
    shop.product("Tez", sku="T-9", barcode=ean13(952))
    assert importing.post("confirm").status_code == 303
    run = importing.write()
    assert run.status is ImportStatus.CHECKED and wrong(run) == [(3, "C")]
    assert set(products(shop)) == {"T-9"}


def test_a_failure_in_the_middle_writes_nothing(
    shop: Shop, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError

    importing.check(book(UZBEK[:3], ("A-1", "Choy", ean13(961))))
    importing.post("confirm")
    monkeypatch.setattr("smartpos.catalog.imports.products.rebuild_search", fail)
    run = importing.write()
    assert run.status is ImportStatus.FAILED and run.message
    assert products(shop) == {}


def test_a_deleted_products_barcode_is_free(shop: Shop, importing: Importing) -> None:
    importing.bring(book(UZBEK[:3], ("A-1", "Choy", ean13(971))))
    assert importing.undo().status is ImportStatus.UNDONE
    assert products(shop) == {}
    importing.bring(book(UZBEK[:3], ("A-1", "Choy", ean13(971))))
    assert [code.barcode for code in products(shop)["A-1"].barcodes] == [ean13(971)]


def test_an_import_is_taken_back(shop: Shop, importing: Importing) -> None:
    tea = shop.product("Choy", sku="A-1", barcode=ean13(981), price="5000")
    importing.bring(
        book(
            UZBEK,
            ("A-1", "Yangi choy", ean13(982), 7000, "Yangi > Choylar", "kg", 12),
            ("A-2", "Suv", ean13(983), 1, "Yangi", None, None),
        )
    )
    assert products(shop)["A-1"].price == 7000
    run = importing.undo()
    assert run.status is ImportStatus.UNDONE, run.message
    found = products(shop)
    assert set(found) == {"A-1"}
    restored = found["A-1"]
    assert (restored.name, restored.price, restored.unit.name, restored.category) == (
        "Choy",
        Decimal(5000),
        "dona",
        None,
    )
    assert [code.barcode for code in restored.barcodes] == [ean13(981)]
    with shop.inside():
        assert search_products("yangi").ids == [] and search_products("choy").ids == [tea]
        assert (
            db.session.scalar(select(func.count()).select_from(Category).where(Category.deleted_at.is_(None)))
            == 0
        )
    assert importing.post("undo").status_code == 409


def test_it_is_not_taken_back_over_what_happened_since(shop: Shop, importing: Importing) -> None:
    from smartpos.stock.operations import set_opening_balances

    shop.product("Non", sku="N-1", barcode=ean13(991))
    importing.bring(
        book(
            UZBEK[:4], ("A-1", "Choy", ean13(992), 5), ("A-2", "Suv", ean13(993), 5), ("N-1", "Non", None, 7)
        )
    )
    before = products(shop)
    with shop.inside("owner"):
        set_opening_balances(
            shop.branch_id, [(before["A-2"].id, Decimal(1), Decimal(1))], notes="", actor=shop.actor()
        )
    run = importing.undo()
    assert run.status is ImportStatus.DONE and "Suv" in run.message and "Choy" not in run.message
    with shop.inside("owner"):
        update_product(db.session.get_one(Product, before["N-1"].id), price="8", actor=shop.actor())
    run = importing.undo()
    assert run.status is ImportStatus.DONE and "Non" in run.message
    assert set(products(shop)) == {"A-1", "A-2", "N-1"} and products(shop)["N-1"].price == 8
    assert "Non" in importing.page()


def test_whoever_may_not_set_prices_imports_none(shop: Shop, client_of: Callable[..., Any]) -> None:
    storekeeper = Importing(shop, client_of("warehouse"), "warehouse", "products")
    file = book(UZBEK[:4], ("A-1", "Choy", ean13(1001), 5000))
    assert "price" not in storekeeper.check(file).columns.values()
    storekeeper.upload(file)
    assert storekeeper.post("columns", **{"column-0": "sku", "column-3": "price"}).status_code == 422
    assert client_of("warehouse").get("/imports/new/prices").status_code == 403


def test_another_shops_products_are_not_there(
    shop: Shop, stranger: Shop, importing: Importing, client_of: Callable[..., Any]
) -> None:
    stranger.product("Begona", sku="B-1", barcode=ean13(1011), stock=None)
    importing.bring(book(UZBEK[:3], ("B-1", "Meniki", ean13(1011))))
    assert products(stranger)["B-1"].name == "Begona" and products(shop)["B-1"].name == "Meniki"
    other = client_of("stranger")
    for path in ("", "/progress", "/file"):
        assert other.get(f"/imports/{importing.run_id}{path}").status_code == 404
