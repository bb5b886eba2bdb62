"""Rounding, spreading and reading of numbers."""

from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartpos.core import money
from smartpos.core.errors import Invalid

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=10**7, places=2), min_size=1, max_size=30)


@pytest.fixture(autouse=True)
def texts() -> object:
    """Errors carry translated sentences, which need an application."""
    app = Flask(__name__)
    from flask_babel import Babel

    Babel(app)
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.004", "1.00"), ("2.675", "2.68"), ("1e3", "1000.00")],
)
def test_money_rounds_half_away_from_zero(value: str, rounded: str) -> None:
    assert money.round_money(Decimal(value)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [("12340", "100", "12300"), ("12350", "100", "12400"), ("-12350", "100", "-12400"), ("7", "0", "7")],
)
def test_cash_rounds_to_a_step(value: str, step: str, rounded: str) -> None:
    assert money.round_to_step(Decimal(value), Decimal(step)) == Decimal(rounded)


@given(amount=amounts, parts=weights)
def test_what_is_spread_adds_up_to_the_tiyin(amount: Decimal, parts: list[Decimal]) -> None:
    if sum(parts) == 0:
        parts = [Decimal(1), *parts]
    shares = money.spread(amount, parts)
    assert sum(shares) == amount
    assert [-share for share in money.spread(-amount, parts)] == shares
    exact = [amount * part / sum(parts) for part in parts]
    assert all(abs(share - wanted) < Decimal("0.01") for share, wanted in zip(shares, exact, strict=True))


def test_nothing_can_be_spread_over_nothing() -> None:
    with pytest.raises(Invalid):
        money.spread(Decimal("0.01"), [Decimal(0), Decimal(0)])


@pytest.mark.parametrize("rate", ["12", "16", "5"])
@given(gross=st.decimals(min_value=0, max_value=10**9, places=2))
def test_tax_inside_and_on_top_agree_to_the_tiyin(rate: str, gross: Decimal) -> None:
    inside = money.tax_inside(gross, Decimal(rate))
    assert abs(money.tax_on_top(gross - inside, Decimal(rate)) - inside) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("24500", "24500.00"),
        ("24 500", "24500.00"),
        ("24\u00a0500,5", "24500.50"),
        ("24.50", "24.50"),
        (24.5, "24.50"),
        (7, "7.00"),
        ("-3", "-3.00"),
        ("1e3", "1000.00"),
    ],
)
def test_numbers_are_read_as_people_and_programs_write_them(text: object, value: str) -> None:
    assert money.parse_money(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1e-400",
        "9" * 50,
        "1.005",
        True,
        None,
        [],
        {},
        "１x",
        "\x00",
    ],
)
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(Invalid):
        money.parse_money(text)


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=2)
)
def test_decimals_travel_without_exponent_and_come_back(value: Decimal) -> None:
    text = money.plain(value)
    assert "e" not in text.lower()
    assert money.parse_money(text) == value
