"""What the tests of the API as a whole start from."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from tests.cast import Shop
from tests.conftest import Api

# Names under which a number of the books travels; what is counted or identified is a JSON integer.
EXACT = {
    *("amount", "average_cost", "base_price", "cart_discount", "change", "closing_cash", "cost_price"),
    *("difference", "discount", "expected_cash", "gross", "max_quantity", "min_quantity", "multiplier"),
    *("opening_cash", "paid", "price", "quantity", "reserved_quantity", "rounding", "sales_total"),
    *("stock_quantity", "tax", "tendered", "total", "unit_cost", "value", "vat_rate"),
}
PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def assert_exact(value: Any, path: str = "") -> None:
    """Every number of the books is text without an exponent, and nothing anywhere is a float."""
    if isinstance(value, list):
        for item in value:
            assert_exact(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in EXACT and item is not None:
                assert isinstance(item, str) and PLAIN.fullmatch(item), f"{path}.{name}: {item!r}"
            assert_exact(item, f"{path}.{name}")
    else:
        assert not isinstance(value, float), f"{path}: {value!r}"


def refused(answer: Any, *statuses: int, code: str | None = None) -> Any:
    """The body of a problem document with one of the statuses (any 4xx if none is given)."""
    text = answer.get_data(as_text=True)
    assert answer.status_code in (statuses or range(400, 500)), text
    assert answer.content_type == "application/problem+json", text
    body = answer.json
    assert body["status"] == answer.status_code
    assert all(isinstance(body[name], str) and body[name] for name in ("code", "title", "detail", "type"))
    assert code is None or body["code"] == code, text
    return body


def sale(*items: dict[str, Any], cash: Any = "1000000", **facts: Any) -> dict[str, Any]:
    """The body of ``POST /api/sell``, with a ``client_uuid`` of its own."""
    payments = [{"method": "cash", "amount": cash}]
    return {"client_uuid": str(uuid4()), "items": list(items), "payments": payments} | facts


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api]) -> Api:
    """The cashier, who has opened a shift over the API with 50 000 in the drawer."""
    cashier = api_of("cashier")
    answer = cashier.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "50000"})
    assert answer.status_code == 201, answer.json
    return cashier


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[str]]:
    """``books()``: where the books do not agree, in words; empty when all is well."""

    def verify() -> list[str]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return [f"{one.check}: {one.subject} {one.recorded} {one.computed}" for one in verify_books()]

    return verify


def total_of(*lines: tuple[str, str]) -> Decimal:
    """Σ price × quantity."""
    return sum((Decimal(price) * Decimal(quantity) for price, quantity in lines), Decimal(0))
