"""Prices of packs: the paper's money stays to the minor unit, or the line is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.models import ProductBarcode
from smartpos.core.db import db
from tests.cast import Shop
from tests.purchasing.helpers import supply

PACK = "PACK-7"


@pytest.fixture
def pack(shop: Shop) -> None:
    """A pack of seven bottles."""
    milk = shop.product(stock=None)
    with shop.inside("owner"):
        db.session.add(ProductBarcode(product_id=milk, barcode=PACK, multiplier=Decimal(7)))


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    ("quantity", "received", "total"),
    [("1", None, "100.00"), ("100", None, None), ("1000", None, None), ("1", "1000", None)],
)
def test_a_pack_whose_price_does_not_divide_is_refused_where_money_would_be_lost(
    shop: Shop, api_of: Callable[..., Any], quantity: str, received: str | None, total: str | None
) -> None:
    line = {"barcode": PACK, "quantity": quantity, "cost_price": "100.00"}
    if received is not None:
        line["received"] = received
    answer = api_of("owner").post("/api/supplies", supply(shop, line))
    if total is None:
        assert answer.status_code == 422, answer.json
        assert "items.0.cost_price" in str(answer.json)
    else:
        assert answer.json["total"] == total


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    ("cost_price", "received", "total"),
    [
        ("100.00", "7", "100.00"),
        ("100.00", "3", "42.86"),
        ("100.00", "14", "200.00"),
        ("100.00", "7000", None),
        ("70.00", "7000", "70000.00"),
        ("0.07", "7000", "70.00"),
    ],
)
def test_a_pack_is_looked_at_again_when_another_quantity_arrives(
    shop: Shop, api_of: Callable[..., Any], cost_price: str, received: str, total: str | None
) -> None:
    api = api_of("owner")
    line = {"barcode": PACK, "quantity": "1", "cost_price": cost_price}
    draft = api.post("/api/supplies", supply(shop, line)).json
    items = [{"item_id": draft["items"][0]["id"], "received": received}]
    answer = api.post(f"/api/supplies/{draft['id']}/receive", {"items": items})
    if total is not None:
        assert answer.json["total"] == total, answer.json
        return
    assert answer.status_code == 422, answer.json
    assert "items.0.received" in str(answer.json)
    assert api.get(f"/api/supplies/{draft['id']}").json["status"] == "draft"
    # Whoever has ordered so many pieces at the price of one means it.
    pieces = {"product_id": draft["items"][0]["product_id"], "quantity": received, "cost_price": "14.2857"}
    body = supply(shop, pieces)
    del body["client_uuid"]
    changed = api.put(f"/api/supplies/{draft['id']}", body)
    assert changed.status_code == 200, changed.json
    items = [{"item_id": changed.json["items"][0]["id"], "received": received}]
    assert api.post(f"/api/supplies/{draft['id']}/receive", {"items": items}).status_code == 200
