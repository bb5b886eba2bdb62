"""What enters the API is exact or refused, and leaves without an exponent."""

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from smartpos.core.fields import CursorQuery, IdField, MomentField, MoneyField, QuantityField, TextField


class Shape(Schema):
    price = MoneyField(minimum=0)
    quantity = QuantityField(above=0)
    id = IdField()
    text = TextField(longest=5, shortest=1)
    note = TextField(longest=5, blank_is_none=True)
    at = MomentField()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("24500", "24500.00"),
        (24500, "24500.00"),
        (0.1, "0.10"),
        ("24 500,5", "24500.50"),
        ("1e3", "1000.00"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("-0", "0.00"),
    ],
)
def test_a_number_is_read_exactly(given: Any, read: str) -> None:
    value = Shape().load({"price": given})["price"]
    assert value == Decimal(read)
    assert Shape().dump({"price": abs(value)})["price"] == read


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(
            ("price", value)
            for value in ("NaN", "Infinity", "1e400", "1E+999999999", "-1", "0.001", "", True, None)
        ),
        *(("price", value) for value in (float("nan"), float("inf"), [], {}, "9" * 100, 0.1 + 0.2, "1_0")),
        *(("quantity", value) for value in ("0", "-1", "0.0001")),
        *(("id", value) for value in (0, -1, 2**63, "x", "1.5", True, 1.5, "9" * 100)),
        *(("text", value) for value in ("", "   ", "abcdef", "a\x00", "\ud800", 5, None)),
        *(("at", value) for value in ("yesterday", "2026-13-01", 5, "")),
        *(("at", value) for value in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")),
    ],
)
def test_what_is_not_exact_is_refused(name: str, given: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        Shape().load({name: given})
    assert set(refusal.value.messages) == {name}


def test_large_and_small_numbers_leave_without_an_exponent() -> None:
    dumped = Shape().dump({"price": Decimal("1E+15"), "quantity": Decimal("0.000")})
    assert dumped == {"price": "1000000000000000", "quantity": "0.000"}


def test_blank_text_may_mean_nothing() -> None:
    assert Shape().load({"note": "  ", "text": " a "}) == {"note": None, "text": "a"}


def test_a_moment_without_a_zone_is_utc() -> None:
    assert Shape().load({"at": "2026-01-01T00:00:00"})["at"].utcoffset().total_seconds() == 0


@pytest.mark.parametrize("limit", ["0", "1001", "x", "-5", "1.5", "9" * 50])
def test_a_page_has_bounds(limit: str) -> None:
    with pytest.raises(ValidationError):
        CursorQuery().load({"limit": limit})
    assert CursorQuery().load({}) == {"cursor": None, "limit": 50}
