"""What the API's documentation promises is what is answered."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from smartpos.sales.schemas import SaleHeadOut, SaleItemOut, SaleOut, SalePaymentOut, ShiftOut, ShiftReport
from smartpos.sales.schemas.refunds import RefundableItemOut, RefundableOut, RefundablePaymentOut
from tests.cast import Shop
from tests.conftest import Api


@pytest.fixture
def answers(shop: Shop, api_of: Callable[..., Api]) -> dict[str, Any]:
    """One answer of every kind."""
    api = api_of("cashier")
    shift = api.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "5"}).json
    body = {
        "client_uuid": str(uuid4()),
        "items": [{"product_id": shop.product(price="1000"), "quantity": 1}],
        "payments": [{"method": "cash", "amount": "1000"}],
    }
    sale = api.post("/api/sell", body).json
    refundable = api.get(f"/api/sales/{sale['id']}/refundable").json
    return {
        "refundable": refundable,
        "refundable item": refundable["items"][0],
        "refundable payment": refundable["payments"][0],
        "sale": sale,
        "item": sale["items"][0],
        "payment": sale["payments"][0],
        "head": api.get("/api/sales").json["items"][0],
        "shift": api.get("/api/shifts").json["items"][0],
        "report": shift,
    }


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("sale", SaleOut),
        ("item", SaleItemOut),
        ("payment", SalePaymentOut),
        ("head", SaleHeadOut),
        ("refundable", RefundableOut),
        ("refundable item", RefundableItemOut),
        ("refundable payment", RefundablePaymentOut),
        ("shift", ShiftOut),
        ("report", ShiftReport),
    ],
)
def test_answers_have_the_fields_of_their_documentation(
    answers: dict[str, Any], name: str, schema: Any
) -> None:
    assert set(answers[name]) == set(schema().fields)
    assert not schema(unknown="raise").validate({})


def test_the_documentation_lists_the_contract(shop: Shop, api_of: Callable[..., Api]) -> None:
    paths = api_of("cashier").get("/api/openapi.json").json["paths"]
    for path, method in (
        ("/api/sell", "post"),
        ("/api/sales", "get"),
        ("/api/sales/{sale_id}", "get"),
        ("/api/sales/{sale_id}/refund", "post"),
        ("/api/sales/{sale_id}/refundable", "get"),
        ("/api/refunds", "post"),
        ("/api/shifts", "get"),
        ("/api/shifts/open", "post"),
        ("/api/shifts/current", "get"),
        ("/api/shifts/{shift_id}/close", "post"),
        ("/api/stock", "get"),
        ("/api/stock/adjustments", "post"),
        ("/api/movements", "get"),
    ):
        assert method in paths[path], path
