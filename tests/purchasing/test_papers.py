"""The paper behind a purchase: pictures written anew, PDFs kept, everything else refused."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.cast import Shop
from tests.conftest import Api
from tests.purchasing.helpers import line, supply

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (3000, 300), "teal").save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def draft(shop: Shop, api_of: Callable[..., Api]) -> dict[str, Any]:
    body: dict[str, Any] = (
        api_of("manager").post("/api/supplies", supply(shop, line(shop.product(stock=None), "1", "10"))).json
    )
    return body


def send(api: Api, purchase: dict[str, Any], content: bytes, name: str) -> Any:
    data = {"file": (io.BytesIO(content), name)}
    return api.open(f"/api/supplies/{purchase['id']}/files", "POST", data=data)


def test_a_picture_is_written_anew_and_a_pdf_kept(
    draft: dict[str, Any], stranger: Shop, api_of: Callable[..., Api]
) -> None:
    api = api_of("manager")
    photo = send(api, draft, picture(), "invoice.png")
    assert photo.status_code == 201, photo.json
    assert (photo.json["content_type"], photo.json["name"]) == ("image/webp", "invoice.png")
    paper = send(api, draft, PDF, "invoice.pdf")
    assert paper.json["content_type"] == "application/pdf"
    path = f"/api/supplies/{draft['id']}/files"
    shown = api.get(f"{path}/{photo.json['id']}")
    assert shown.status_code == 200
    assert Image.open(io.BytesIO(shown.data)).width == 2400
    assert api.get(f"{path}/{paper.json['id']}").data == PDF
    assert len(api.get(f"/api/supplies/{draft['id']}").json["files"]) == 2
    assert api_of("cashier").get(f"{path}/{photo.json['id']}").status_code == 403
    assert api_of("stranger").get(f"{path}/{photo.json['id']}").status_code == 404
    assert api.delete(f"{path}/{photo.json['id']}").status_code == 204
    assert api.get(f"{path}/{photo.json['id']}").status_code == 404


def test_a_file_belongs_to_its_purchase(
    shop: Shop, draft: dict[str, Any], api_of: Callable[..., Api]
) -> None:
    api = api_of("manager")
    paper = send(api, draft, PDF, "invoice.pdf").json
    other = api.post("/api/supplies", supply(shop, line(shop.product(stock=None), "1", "10"))).json
    assert api.get(f"/api/supplies/{other['id']}/files/{paper['id']}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"MZ not a picture", b"%PDF-1.4 cut off", b"PK\x03\x04 zip"])
def test_what_is_neither_is_refused(
    draft: dict[str, Any], api_of: Callable[..., Api], content: bytes
) -> None:
    answer = send(api_of("manager"), draft, content, "invoice.pdf")
    assert answer.status_code == 422, answer.json
    assert api_of("manager").get(f"/api/supplies/{draft['id']}").json["files"] == []
