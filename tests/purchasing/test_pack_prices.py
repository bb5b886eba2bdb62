"""Prices of packs: the paper's money stays to the minor unit, or the line is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.models import ProductBarcode
from smartpos.core.db import db
from tests.cast import Shop
from tests.purchasing.helpers import supply


@pytest.mark.parametrize(
    ("quantity", "received", "total"),
    [("1", None, "100.00"), ("100", None, None), ("1000", None, None), ("1", "1000", None)],
)
def test_a_pack_whose_price_does_not_divide_is_refused_where_money_would_be_lost(
    shop: Shop, api_of: Callable[..., Any], quantity: str, received: str | None, total: str | None
) -> None:
    milk = shop.product(stock=None)
    with shop.inside("owner"):
        db.session.add(ProductBarcode(product_id=milk, barcode="PACK-7", multiplier=Decimal(7)))
    pack = {"barcode": "PACK-7", "quantity": quantity, "cost_price": "100.00"}
    if received is not None:
        pack["received"] = received
    answer = api_of("owner").post("/api/supplies", supply(shop, pack))
    if total is None:
        assert answer.status_code == 422, answer.json
        assert "items.0.cost_price" in str(answer.json)
    else:
        assert answer.json["total"] == total
