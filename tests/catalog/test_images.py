"""Pictures of products: written anew, bounded, served to their tenant alone."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from smartpos.core.db import db
from smartpos.core.files import sweep_files
from smartpos.core.models import StoredFile
from tests.cast import Shop
from tests.catalog.pictures import picture, png


def upload(api: Any, product_id: int, content: bytes, name: str = "non.png") -> Any:
    return api.open(
        f"/api/products/{product_id}/image",
        "POST",
        data={"image": (BytesIO(content), name)},
        content_type="multipart/form-data",
    )


@pytest.fixture
def bread(shop: Shop) -> int:
    return shop.product("Non", stock=None)


def test_a_picture_is_kept_in_two_sizes(shop: Shop, bread: int, api_of: Callable[..., Any]) -> None:
    api = api_of("manager")
    made = upload(api, bread, picture("JPEG", (3000, 1500)))
    assert made.status_code == 201, made.json
    for address, size in ((made.json["url"], (1200, 600)), (made.json["thumbnail_url"], (240, 120))):
        answer = api.get(address)
        assert answer.status_code == 200
        assert answer.content_type == "image/webp"
        assert Image.open(BytesIO(answer.data)).size == size
        assert "private" in answer.headers["Cache-Control"] and "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    item = api_of("cashier").get("/api/products").json["items"][0]
    assert item["image_url"] == made.json["thumbnail_url"]


def test_nothing_of_the_senders_notes_is_kept(shop: Shop, bread: int, api_of: Callable[..., Any]) -> None:
    notes = Image.Exif()
    notes[0x010E] = "secret words"
    api = api_of("manager")
    made = upload(api, bread, picture("JPEG", exif=notes, comment=b"secret words"), "../../secret\x00.jpg")
    stored = api.get(made.json["url"]).data
    assert b"secret" not in stored
    assert not Image.open(BytesIO(stored)).getexif()


def test_a_picture_lies_in_the_tenants_own_folder(shop: Shop, bread: int, api_of: Callable[..., Any]) -> None:
    upload(api_of("manager"), bread, png())
    folder = Path(shop.app.config["DATA_FOLDER"]) / "files" / str(shop.organization_id)
    with shop.inside():
        rows = db.session.query(StoredFile).all()
        assert len(rows) == 2
        assert all((folder / row.path).stat().st_size == row.size for row in rows)
        assert all("non" not in row.path for row in rows)


def test_only_the_tenant_sees_it(
    shop: Shop, stranger: Shop, bread: int, client: Any, api_of: Callable[..., Any]
) -> None:
    address = upload(api_of("manager"), bread, png()).json["url"]
    assert api_of("stranger").get(address).status_code == 404
    assert client.get(address).status_code == 302
    assert api_of("cashier").get(address).status_code == 200
    assert api_of("cashier").get("/products/images/999999999999999999999/large").status_code == 404


def bomb() -> bytes:
    """A PNG that says it is 50,000 by 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_what_is_no_picture_is_refused(shop: Shop, bread: int, api_of: Callable[..., Any]) -> None:
    api = api_of("manager")
    for content in (
        b"",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\nnot really",
        png()[:-40],
        picture("JPEG")[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        picture("TIFF"),
        bomb(),
        b"GIF89a" + b"\xff" * 100,
        b"\0" * (13 * 1024 * 1024),
    ):
        answer = upload(api, bread, content)
        assert answer.status_code == 422, content[:30]
        assert answer.json["code"] == "not_a_picture"
    assert api.get(f"/api/products/{bread}").json["images"] == []


def test_a_picture_can_be_removed_and_its_files_are_swept_later(
    shop: Shop, bread: int, api_of: Callable[..., Any]
) -> None:
    api = api_of("manager")
    made = upload(api, bread, png()).json
    upload(api, bread, picture("WEBP"))
    folder = Path(shop.app.config["DATA_FOLDER"]) / "files" / str(shop.organization_id)
    assert len(list(folder.glob("*/*.webp"))) == 4
    assert api.delete(f"/api/products/{bread}/images/{made['id']}").status_code == 204
    assert api.get(made["url"]).status_code == 404
    assert len(api.get(f"/api/products/{bread}").json["images"]) == 1
    with shop.app.app_context():
        assert sweep_files() == 0
        for path in folder.glob("*/*"):
            _make_old(path)
        assert sweep_files() == 2
    assert len(list(folder.glob("*/*.webp"))) == 2


def _make_old(path: Path) -> None:
    import os

    os.utime(path, (0, 0))
