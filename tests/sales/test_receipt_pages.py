"""Receipts given out again, as a page and as a PDF; and the receipt designer."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from PIL import Image, ImageDraw
from pypdf import PdfReader
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.models import StoredFile
from smartpos.identity.models import AppSetting
from smartpos.sales.models import TillEvent
from smartpos.sales.printing.logo import logo_dots
from smartpos.sales.printing.papers import Paper
from smartpos.sales.printing.pdf import paper_pdf
from smartpos.sales.receipt_texts import receipt_texts
from tests.cast import Shop
from tests.sales.printer import png
from tests.sales.test_receipt_paper import CASES, look_of, paper

DESIGN = {
    "receipt_header": "STIR 301 234 567",
    "receipt_footer": "Rahmat! Раҳмат!",
    "receipt_cashier": "y",
    "receipt_vat": "y",
    "receipt_savings": "y",
    "receipt_barcode": "y",
    "receipt_qr": "off",
    "receipt_qr_text": "",
    "receipt_width": "80",
    "receipt_copies": "1",
}
MM = 72 / 25.4


@pytest.fixture
def sale(shop: Shop, open_till: int, sell: Callable[..., Any]) -> Any:
    return sell((shop.product("Sariyogʻ Қаймоқ 200 g", price="27000"), "2"), cash="60000")


def picture(draw: Callable[[ImageDraw.ImageDraw], object] | None = None) -> bytes:
    image = Image.new("RGB", (900, 500), "white")
    (draw or (lambda pen: pen.ellipse((300, 100, 600, 400), fill="#0b7a75")))(ImageDraw.Draw(image))
    return png(image)


def reprints(shop: Shop) -> list[tuple[int | None, str]]:
    with shop.inside("owner"):
        return [(event.sale_id, event.details["how"]) for event in db.session.scalars(select(TillEvent))]


# --- a receipt again ---------------------------------------------------------------------------------------------


def test_the_page_is_a_copy_and_printing_it_is_recorded(shop: Shop, sale: Any, client_of: Any) -> None:
    cashier = client_of("cashier")
    address = f"/sales/{sale.id}/receipt"
    page = cashier.get(address).get_data(as_text=True)
    assert sale.number in page and "Қаймоқ" in page and 'class="title"' in page
    assert '<body class="reprint">' in page
    assert reprints(shop) == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]  # type: ignore[index]
    printed = cashier.post(address, data={"csrf_token": token}).get_data(as_text=True)
    assert 'class="reprint printing"' in printed
    assert reprints(shop) == [(sale.id, "page")]
    assert cashier.post(address).status_code == 400  # without the page's token
    assert reprints(shop) == [(sale.id, "page")]


def test_the_qr_code_leads_to_the_page(shop: Shop, stranger: Shop, sale: Any, client_of: Any) -> None:
    cashier = client_of("cashier")
    code = f"W-{str(sale.client_uuid)[:8]}"
    for name in (sale.number, code):
        answer = cashier.get(f"/receipts/{name}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/sales/{sale.id}/receipt")
    assert cashier.get("/receipts/9-9-9").status_code == 404
    assert client_of("cashier2").get(f"/receipts/{sale.number}").status_code == 404
    assert client_of("stranger").get(f"/receipts/{sale.number}").status_code == 404


def test_the_pdf_is_as_wide_as_the_paper_and_recorded(shop: Shop, sale: Any, api_of: Any) -> None:
    answer = api_of("cashier").get(f"/api/sales/{sale.id}/receipt.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    document = PdfReader(BytesIO(answer.data))
    assert len(document.pages) == 1
    assert float(document.pages[0].mediabox.width) == pytest.approx(80 * MM, abs=1)
    words = " ".join(document.pages[0].extract_text().split())
    assert sale.number in words and "Қаймоқ" in words and "54 000" in words.replace("\u202f", " ")
    assert reprints(shop) == [(sale.id, "pdf")]
    assert api_of("cashier2").get(f"/api/sales/{sale.id}/receipt.pdf").status_code == 404


@pytest.mark.parametrize("width", [58, 80])
def test_every_kind_of_receipt_becomes_a_pdf(shop: Shop, width: int) -> None:
    with shop.app.app_context(), force_locale("uz_Cyrl"):
        for case in CASES:
            blocks = paper(case, receipt_texts())
            made = paper_pdf(Paper("x", blocks, look_of(case["look"]), width), language="uz_Cyrl")
            document = PdfReader(BytesIO(made))
            assert len(document.pages) == 1, case["name"]
            page = document.pages[0]
            assert float(page.mediabox.width) == pytest.approx(width * MM, abs=1)
            assert case["sale"]["number"] in page.extract_text()


# --- the designer ------------------------------------------------------------------------------------------------


def test_what_is_designed_is_on_the_paper(
    shop: Shop, sale: Any, client_of: Any, csrf: Any, api_of: Any
) -> None:
    owner = client_of("owner")
    form = DESIGN | {
        "csrf_token": csrf(owner),
        "receipt_qr": "link",
        "receipt_width": "58",
        "receipt_copies": "2",
    }
    form.pop("receipt_cashier")
    assert owner.post("/receipt-designer", data=form).status_code == 302
    page = client_of("cashier").get(f"/sales/{sale.id}/receipt").get_data(as_text=True)
    assert "STIR 301 234 567" in page and "Раҳмат!" in page
    assert 'class="qr"' in page and 'class="barcode"' in page
    assert "Cashier</span>" not in page and "Kassir</span>" not in page
    boot = client_of("cashier").get("/till").get_data(as_text=True)
    facts = json.loads(re.search(r'id="boot">(.*?)</script>', boot, re.DOTALL)[1])  # type: ignore[index]
    look = facts["organization"]["receipt"]
    assert (look["qr"], look["qr_base"], look["cashier"], look["copies"]) == (
        "link",
        "http://localhost",
        False,
        2,
    )
    new_till = owner.get("/admin/tills/new/").get_data(as_text=True)
    assert re.search(r'<option selected value="58"', new_till)


@pytest.mark.parametrize(
    "change",
    [
        {"receipt_qr": "poem"},
        {"receipt_qr": "text"},
        {"receipt_qr": "text", "receipt_qr_text": "x" * 400},
        {"receipt_width": "70"},
        {"receipt_copies": "0"},
        {"receipt_copies": "99"},
        {"receipt_copies": "many"},
        {"receipt_copies": ""},
        {"receipt_header": "x" * 2000},
        {"receipt_footer": "a\x00b"},
    ],
)
def test_a_wrong_design_is_explained_and_not_kept(
    shop: Shop, client_of: Any, csrf: Any, change: dict[str, str]
) -> None:
    owner = client_of("owner")
    answer = owner.post("/receipt-designer", data=DESIGN | {"csrf_token": csrf(owner)} | change)
    assert answer.status_code == 422
    assert 'class="error"' in answer.get_data(as_text=True)
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(AppSetting)) == 0


def test_who_may_only_look_changes_nothing(shop: Shop, client_of: Any, csrf: Any) -> None:
    manager = client_of("manager")
    assert manager.get("/receipt-designer").status_code == 200
    sent = DESIGN | {"csrf_token": csrf(manager)}
    assert manager.post("/receipt-designer", data=sent).status_code == 403
    assert client_of("cashier").get("/receipt-designer").status_code == 403


def test_settings_of_the_designer_are_not_among_the_others(shop: Shop, client_of: Any) -> None:
    page = client_of("owner").get("/settings").get_data(as_text=True)
    assert "receipt_logo" not in page and "receipt_qr" not in page
    assert "cash_rounding_step" in page


# --- the logo ----------------------------------------------------------------------------------------------------


def send_logo(client: Any, token: str, content: bytes, name: str = "logo.png") -> Any:
    data = {"csrf_token": token, "logo": (BytesIO(content), name)}
    return client.post(
        "/receipt-designer/logo", data=data, content_type="multipart/form-data", follow_redirects=True
    )


def logo_of(shop: Shop) -> Image.Image | None:
    with shop.inside("owner"):
        number = shop.actor("owner").setting("receipt_logo")
        row = db.session.get(StoredFile, number) if number else None
        if row is None:
            return None
        return Image.open(Path(shop.app.config["DATA_FOLDER"], "files", str(shop.organization_id), row.path))


def test_a_logo_is_made_of_dots_and_replaced_and_removed(
    shop: Shop, sale: Any, client_of: Any, csrf: Any
) -> None:
    owner = client_of("owner")
    token = csrf(owner)
    send_logo(owner, token, picture())
    logo = logo_of(shop)
    assert logo is not None
    # The white around the circle is gone, what is left has as many dots as paper of 58 mm.
    assert (logo.format, logo.mode) == ("PNG", "1")
    assert logo.width <= 384 and logo.height <= 240 and logo.width == pytest.approx(logo.height, abs=3)
    page = client_of("cashier").get(f"/sales/{sale.id}/receipt").get_data(as_text=True)
    assert '<img class="logo" src="data:image/png;base64,' in page
    send_logo(owner, token, picture(lambda pen: pen.rectangle((0, 0, 900, 200), fill="black")))
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1
    owner.post("/receipt-designer/logo", data={"csrf_token": token, "remove": "1"})
    assert logo_of(shop) is None
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"<svg onload=alert(1)>", b"GIF89a" + b"\0" * 30, b"%PDF-1.7"]
)
def test_what_is_no_picture_is_refused(shop: Shop, client_of: Any, csrf: Any, content: bytes) -> None:
    owner = client_of("owner")
    page = send_logo(owner, csrf(owner), content, "logo.svg").get_data(as_text=True)
    assert 'role="alert"' in page
    assert logo_of(shop) is None


def test_a_photograph_is_scattered_and_a_blank_page_survives() -> None:
    photo = png(Image.radial_gradient("L").resize((600, 600)))
    dots = Image.open(BytesIO(logo_dots(photo)))
    black = dots.convert("L").histogram()[0] / (dots.width * dots.height)
    assert 0.2 < black < 0.8
    assert Image.open(BytesIO(logo_dots(png(Image.new("RGB", (50, 50), "white"))))).mode == "1"


def test_the_logo_of_another_shop_is_not_ours(
    shop: Shop, stranger: Shop, sale: Any, client_of: Any, csrf: Any
) -> None:
    owner = client_of("owner")
    send_logo(owner, csrf(owner), picture())
    assert "data:image/png" not in client_of("stranger").get("/receipt-designer").get_data(as_text=True)


def test_the_customers_window_is_for_tills(shop: Shop, client_of: Any) -> None:
    page = client_of("cashier").get("/till/display")
    assert page.status_code == 200
    assert "Bahor" in page.get_data(as_text=True)
