"""Printing labels over the API, templates, and who may do what."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, func, select

from smartpos.catalog.models import LabelPrint, LabelTemplate
from smartpos.catalog.operations.label_templates import (
    STARTERS,
    create_template,
    delete_template,
    update_template,
)
from smartpos.core.db import db
from smartpos.core.models import AuditLog
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import User
from tests.cast import Shop
from tests.conftest import csrf_of

MM = 72 / 25.4


@pytest.fixture
def api(api_of: Callable[..., Any]) -> Any:
    return api_of("manager")


def printed(shop: Shop) -> list[tuple[Any, ...]]:
    with shop.inside():
        columns = (LabelPrint.product_id, LabelPrint.kind, LabelPrint.price, LabelPrint.copies)
        return [tuple(row) for row in db.session.execute(select(*columns).order_by(LabelPrint.id))]


def template(shop: Shop, name: str) -> int:
    with shop.inside():
        return int(
            db.session.execute(select(LabelTemplate.id).where(LabelTemplate.name == name)).scalar_one()
        )


# --- the file ------------------------------------------------------------------------------------------------------


def test_labels_come_as_a_pdf_and_are_noted(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Issiq non", price="4500", weight="0.3", barcodes=["4780000000007"])
    answer = api.post("/api/labels", {"items": [{"product_id": bread, "copies": 3}]})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["X-Label-Count"] == "3" and "no-store" in answer.headers["Cache-Control"]
    document = PdfReader(BytesIO(answer.data))
    assert len(document.pages) == 3
    assert float(document.pages[0].mediabox.width) == pytest.approx(58 * MM, abs=0.1)
    words = " ".join(document.pages[0].extract_text().replace("\u202f", " ").split())
    for expected in ("Issiq non", "4 500", "15 000 soʻm", "4 780000 000007", "Bahor"):
        assert expected in words
    assert printed(shop) == [(bread, "price", Decimal("4500.00"), 3)]


def test_a_sheet_of_a4_from_a_place_on(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4500")
    sheet = template(shop, STARTERS[1]["name"])
    body = {"template_id": sheet, "items": [{"product_id": bread, "copies": 2}], "start": 24}
    document = PdfReader(BytesIO(api.post("/api/labels", body).data))
    assert len(document.pages) == 2
    refused = api.post("/api/labels", body | {"start": 25})
    assert refused.status_code == 422 and "start" in refused.json["errors"]


def test_as_many_labels_as_lie_in_the_branch(shop: Shop, api: Any) -> None:
    milk = shop.product("Sut", stock="7")
    cheese = shop.product("Pishloq", stock="2.400", unit="kg")
    none = shop.product("Qatiq", stock=None)
    items = [{"product_id": number} for number in (milk, cheese, none)]
    answer = api.post(
        "/api/labels", {"items": items, "by_stock": True, "format": "zpl", "branch_id": shop.branch_id}
    )
    assert answer.headers["X-Label-Count"] == "10"
    assert [(number, copies) for number, _kind, _price, copies in printed(shop)] == [(milk, 7), (cheese, 3)]
    empty = {"items": items, "by_stock": True, "branch_id": shop.warehouse_id}
    answer = api.post("/api/labels", empty)
    assert (answer.status_code, answer.json["code"]) == (422, "nothing_to_print")


@pytest.mark.parametrize("kind", ["zpl", "tspl"])
def test_printers_languages_are_downloads(shop: Shop, make: Any, api: Any, kind: str) -> None:
    answer = api.post("/api/labels", {"items": [{"product_id": make("Қаймоқ^XZ")}], "format": kind})
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=labels-")
    assert answer.headers["Content-Disposition"].endswith(f".{kind}")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.count(b"^XZ") == (1 if kind == "zpl" else 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": []}, None),
        ({}, "items"),
        ({"items": [{"product_id": 10**12}]}, "items"),
        ({"items": [{"product_id": "{product}", "copies": 0}]}, "items"),
        ({"items": [{"product_id": "{product}", "copies": 1001}]}, "items"),
        ({"items": [{"product_id": "{product}", "copies": 1000}] * 6}, "copies"),
        ({"items": [{"product_id": "{product}"}] * 2001}, "items"),
        ({"items": [{"product_id": "{product}"}], "dpi": 72}, "dpi"),
        ({"items": [{"product_id": "{product}"}], "format": "exe"}, "format"),
        ({"items": [{"product_id": "{product}"}], "start": 2**40}, "start"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_nothing_noted(
    shop: Shop, make: Any, api: Any, body: dict[str, Any], field: str | None
) -> None:
    bread = make("Non")
    for item in body.get("items", []):
        if item["product_id"] == "{product}":
            item["product_id"] = bread
    answer = api.post("/api/labels", body)
    assert answer.status_code == 422, answer.json
    assert field is None or field in answer.json["errors"]
    assert printed(shop) == []


def test_a_thousand_labels_are_printed_at_once(shop: Shop, make: Any, api: Any) -> None:
    goods = [make(f"Tovar {number}", price="100") for number in range(20)]
    items = [{"product_id": number, "copies": 50} for number in goods]
    answer = api.post("/api/labels", {"items": items, "template_id": template(shop, STARTERS[1]["name"])})
    assert len(PdfReader(BytesIO(answer.data)).pages) == 42
    assert len(printed(shop)) == 20


# --- who may -------------------------------------------------------------------------------------------------------


def test_what_is_anothers_does_not_exist(
    shop: Shop, stranger: Shop, make: Any, api: Any, api_of: Any
) -> None:
    bread = make("Non")
    theirs = stranger.product("Begona")
    other = api_of("stranger")
    mine = template(shop, STARTERS[0]["name"])
    items = [{"product_id": theirs}]
    assert other.post("/api/labels", {"items": items, "template_id": mine}).status_code == 404
    assert other.post("/api/labels", {"items": items, "branch_id": shop.branch_id}).status_code == 404
    assert other.post("/api/labels", {"items": [{"product_id": bread}]}).status_code == 422
    assert other.get("/api/labels/queue", query_string={"branch_id": shop.branch_id}).status_code == 404
    assert other.get("/api/labels/products", query_string={"ids": str(bread)}).json["items"] == []
    assert (
        api.get("/api/labels/products", query_string={"ids": f"{theirs},{bread}"}).json["items"][0]["name"]
        == "Non"
    )
    assert printed(shop) == printed(stranger) == []


def test_printing_and_designing_are_rights_of_their_own(
    shop: Shop, make: Any, api_of: Any, client_of: Any
) -> None:
    bread = make("Non")
    for who, status in (("cashier", 403), ("warehouse", 200), ("manager", 200)):
        assert api_of(who).post("/api/labels", {"items": [{"product_id": bread}]}).status_code == status
        assert api_of(who).get("/api/labels/queue").status_code == status
    storekeeper = client_of("warehouse")
    assert storekeeper.get("/labels").status_code == storekeeper.get("/labels/templates").status_code == 200
    assert storekeeper.get("/labels/templates/new").status_code == 403
    assert storekeeper.get("/labels/picture?product_id=" + str(bread)).mimetype == "image/png"
    assert storekeeper.get("/labels/picture?kind=price").status_code == 403


# --- templates -----------------------------------------------------------------------------------------------------


def test_every_tenant_starts_with_labels_and_an_old_one_gets_them_once(shop: Shop, client_of: Any) -> None:
    def count() -> int:
        with shop.inside():
            return int(db.session.execute(select(func.count()).select_from(LabelTemplate)).scalar_one())

    assert count() == len(STARTERS)
    with shop.inside("owner"):
        db.session.execute(delete(LabelTemplate))
    assert count() == 0
    manager = client_of("manager")
    for _time in range(2):
        assert manager.get("/labels").status_code == 200
        assert count() == len(STARTERS)


def test_templates_are_listed_the_defaults_first(shop: Shop, api: Any) -> None:
    answer = api.get("/api/labels/templates")
    assert answer.status_code == 200
    items = answer.json["items"]
    assert [one["name"] for one in items] == [one["name"] for one in STARTERS]
    assert items[0] | {"id": 0} == {
        "id": 0,
        "name": STARTERS[0]["name"],
        "kind": "price",
        "paper": "roll",
        "width_mm": "58.00",
        "height_mm": "40.00",
        "columns": 1,
        "rows": 1,
        "blocks": STARTERS[0]["blocks"],
        "is_default": True,
    }


def facts(**changes: Any) -> dict[str, Any]:
    roll = {
        "name": "Yangi",
        "kind": "price",
        "paper": "roll",
        "width_mm": "40",
        "height_mm": "30",
        "columns": 1,
        "rows": 1,
    }
    return roll | {"blocks": ["name", "price"]} | changes


def test_a_template_is_made_and_changed_and_its_history_kept(shop: Shop) -> None:
    with shop.inside("owner"):
        made = create_template(actor=shop.actor(), **facts(columns=5))
        assert (made.columns, made.rows, made.is_default) == (1, 1, False)  # a roll has one beside the other
        update_template(made, actor=shop.actor(), width_mm="43.5", is_default=True)
        number = made.id
    with shop.inside():
        defaults = select(LabelTemplate.name).where(LabelTemplate.is_default).order_by(LabelTemplate.name)
        assert db.session.scalars(defaults).all() == [STARTERS[2]["name"], "Yangi"]
        kept = select(AuditLog.action).where(
            AuditLog.entity_type == "label_templates", AuditLog.entity_id == number
        )
        assert len(db.session.execute(kept).all()) >= 2
    with shop.inside("owner"):
        delete_template(db.session.get_one(LabelTemplate, number), actor=shop.actor())
    with shop.inside():
        defaults = select(LabelTemplate.name).where(LabelTemplate.is_default).order_by(LabelTemplate.id)
        assert db.session.scalars(defaults).all() == [STARTERS[0]["name"], STARTERS[2]["name"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"width_mm": "14"}, "width_mm"),
        ({"width_mm": "NaN"}, "width_mm"),
        ({"height_mm": "298"}, "height_mm"),
        ({"paper": "sheet", "columns": 11}, "columns"),
        ({"paper": "sheet", "columns": 6, "rows": 1}, "columns"),
        ({"paper": "sheet", "columns": 1, "rows": 10}, "rows"),
        ({"paper": "cloth"}, "paper"),
        ({"blocks": []}, "blocks"),
        ({"blocks": ["name", "name"]}, "blocks"),
        ({"blocks": ["name", "<script>"]}, "blocks"),
        (
            {"height_mm": "10", "blocks": ["name", "price", "barcode", "sku", "shop", "date"]},
            "blocks",
        ),
    ],
)
def test_a_template_that_cannot_be_printed_is_refused(shop: Shop, changes: Any, field: str) -> None:
    with shop.inside("owner"), pytest.raises(BadField) as refused:
        create_template(actor=shop.actor(), **facts(**changes))
    assert field in refused.value.facts["errors"]


def test_two_templates_do_not_share_a_name(shop: Shop) -> None:
    with shop.inside("owner"), pytest.raises(AlreadyTaken):
        create_template(actor=shop.actor(), **facts(name=STARTERS[0]["name"]))


def test_the_designer_saves_and_tells_what_is_wrong(shop: Shop, client_of: Any) -> None:
    manager = client_of("manager")
    form = facts(blocks="name,price,barcode", csrf_token=csrf_of(manager), kind="barcode")
    assert manager.post("/labels/templates/new", data=form).status_code == 302
    number = template(shop, "Yangi")
    page = manager.get(f"/labels/templates/{number}").get_data(as_text=True)
    assert 'value="name,price,barcode"' in page
    wrong = manager.post(f"/labels/templates/{number}", data=form | {"height_mm": "3"})
    assert wrong.status_code == 422 and 'id="height_mm-errors"' in wrong.get_data(as_text=True)
    assert manager.post(f"/labels/templates/{number}/first", data=form).status_code == 302
    with shop.inside():
        assert db.session.get_one(LabelTemplate, number).is_default
    assert manager.post(f"/labels/templates/{number}/remove", data=form).status_code == 302
    assert manager.get(f"/labels/templates/{number}").status_code == 404
    sample = manager.get("/labels/picture", query_string=facts(blocks="name,price"))
    assert (sample.status_code, sample.mimetype) == (200, "image/png")
    assert manager.get("/labels/picture", query_string=facts(blocks="")).status_code == 422


# --- from the grid -------------------------------------------------------------------------------------------------


def test_selected_products_go_to_the_labels_or_get_barcodes(shop: Shop, make: Any, client_of: Any) -> None:
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["manager"]).locale = "en"
    bread, milk = make("Non"), make("Sut", barcodes=["4780000000007"])
    manager = client_of("manager")
    form = {"csrf_token": csrf_of(manager), "rowid": [str(bread), str(milk)], "action": "labels"}
    answer = manager.post("/admin/products/action/", data=form)
    assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/labels?ids={bread},{milk}")
    page = manager.get(answer.headers["Location"]).get_data(as_text=True)
    assert f'"ids": [{bread}, {milk}]' in page or f'"ids":[{bread},{milk}]' in page
    assert manager.post("/admin/products/action/", data=form | {"action": "barcodes"}).status_code == 302
    items = api_items(manager, f"{bread},{milk}")
    assert items[0]["barcode"].startswith("29") and items[1]["barcode"] == "4780000000007"
    storekeeper = client_of("operator")
    form["csrf_token"] = csrf_of(storekeeper)
    assert (
        b"/labels"
        not in storekeeper.post("/admin/products/action/", data=form).headers.get("Location", "").encode()
    )


def api_items(client: Any, ids: str) -> list[dict[str, Any]]:
    found = client.get("/api/labels/products", query_string={"ids": ids})
    assert found.status_code == 200, found.get_data(as_text=True)
    return list(found.json["items"])


def test_products_are_found_by_words_code_and_category(shop: Shop, make: Any, api: Any) -> None:
    from smartpos.catalog.operations import create_category

    with shop.inside("owner"):
        bakery = create_category(name="Nonvoyxona", actor=shop.actor()).id
        inner = create_category(name="Patirlar", parent_id=bakery, actor=shop.actor()).id
    bread = make("Issiq non", barcodes=["4780000000007"], category_id=bakery)
    patir = make("Patir", category_id=inner)
    make("Eski patir", category_id=inner, status="discontinued")

    def found(**query: Any) -> list[int]:
        answer = api.get("/api/labels/products", query_string=query)
        assert answer.status_code == 200, answer.json
        return [item["product_id"] for item in answer.json["items"]]

    assert found(q="4780000000007") == found(q="issiq") == [bread]
    assert found(category_id=bakery) == [bread, patir]
    assert found(category_id=bakery, limit=1) == [bread]
    assert found(ids=f"{patir},{bread}") == [patir, bread]
    for wrong in ({"ids": "1;drop"}, {"ids": ",".join(map(str, range(1, 2500)))}, {"limit": "x"}):
        assert api.get("/api/labels/products", query_string=wrong).status_code == 422
    assert api.get("/api/labels/products", query_string={"category_id": 10**12}).status_code == 404
