"""The price law: the vectors shared with the browser, and what must hold for every cart."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.sales.errors import AmountTooLarge, DiscountTooLarge
from smartpos.sales.pricing import CartLine, fits_unit, pack_price, price_cart

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "prices.json").read_text())


def money(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=most, places=2)


quantities = st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3)


@st.composite
def carts(draw: st.DrawFn) -> tuple[list[CartLine], Decimal]:
    lines = []
    for _line in range(draw(st.integers(1, 20))):
        price, quantity = draw(money(10**7)), draw(quantities)
        gross = price_cart([CartLine(price, quantity)]).gross
        promotion = part_of(gross, draw(st.integers(0, 100)))
        lines.append(
            CartLine(
                price=price,
                quantity=quantity,
                promotion=promotion,
                discount=part_of(gross - promotion, draw(st.integers(0, 100))),
                vat_rate=Decimal(draw(st.sampled_from(["0", "5", "12", "15", "16"]))),
                vat_included=draw(st.booleans()),
            )
        )
    net = sum(line.net for line in price_cart(lines).lines)
    return lines, part_of(net, draw(st.integers(0, 100)))


def part_of(amount: Decimal, percent: int) -> Decimal:
    return (amount * percent / 100).quantize(Decimal("0.01")).min(amount)


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_it_prices_like_the_browser(case: dict[str, Any]) -> None:
    lines = [
        CartLine(
            price=Decimal(line["price"]),
            quantity=Decimal(line["quantity"]),
            promotion=Decimal(line.get("promotion", "0")),
            discount=Decimal(line["discount"]),
            vat_rate=Decimal(line["vat_rate"]),
            vat_included=line["vat_included"],
        )
        for line in case["lines"]
    ]
    step = Decimal(case["rounding"])
    cart = price_cart(
        lines, cart_discount=Decimal(case["cart_discount"]), rounding_step=step, cash_only=step > 0
    )
    fields = ("gross", "promotion", "discount", "cart_discount", "net", "tax", "total")
    expected = case["expected"]
    assert [{field: getattr(line, field) for field in fields} for line in cart.lines] == [
        {field: Decimal(line[field]) for field in fields} for line in expected["lines"]
    ]
    for field in ("gross", "promotion", "discount", "tax", "rounding", "total"):
        assert getattr(cart, field) == Decimal(expected[field]), field


@given(cart=carts(), step=st.sampled_from(["0", "50", "100", "1000"]))
def test_every_receipt_adds_up(cart: tuple[list[CartLine], Decimal], step: str) -> None:
    lines, discount = cart
    priced = price_cart(lines, cart_discount=discount, rounding_step=Decimal(step), cash_only=True)
    assert sum(line.cart_discount for line in priced.lines) == discount
    assert priced.promotion == sum(line.promotion for line in lines)
    assert priced.discount == priced.promotion + sum(line.discount for line in lines) + discount
    assert priced.tax == sum(line.tax for line in priced.lines)
    assert priced.total == sum(line.total for line in priced.lines) + priced.rounding
    assert abs(priced.rounding) <= Decimal(step) / 2
    for asked, line in zip(lines, priced.lines, strict=True):
        assert line.net == line.gross - line.promotion - line.discount - line.cart_discount >= 0
        assert line.total == line.net + (0 if asked.vat_included else line.tax)
        assert 0 <= line.tax <= line.total


@given(cart=carts())
def test_a_receipt_not_paid_in_cash_alone_is_not_rounded(cart: tuple[list[CartLine], Decimal]) -> None:
    lines, discount = cart
    assert price_cart(lines, cart_discount=discount, rounding_step=Decimal(1000)).rounding == 0


def test_equal_fractions_go_to_the_earlier_line_however_long_their_quotients_are() -> None:
    lines = [
        CartLine(Decimal(4000), Decimal(1)),
        CartLine(Decimal(1000), Decimal(1)),
        CartLine(Decimal(1000), Decimal(1)),
    ]
    priced = price_cart(lines, cart_discount=Decimal("0.02"))
    assert [line.cart_discount for line in priced.lines] == [Decimal("0.02"), 0, 0]
    priced = price_cart(lines, cart_discount=Decimal("0.08"))
    assert [line.cart_discount for line in priced.lines] == [
        Decimal("0.06"),
        Decimal("0.01"),
        Decimal("0.01"),
    ]


def test_a_line_discount_may_not_exceed_the_line() -> None:
    with pytest.raises(DiscountTooLarge) as caught:
        price_cart([CartLine(Decimal(10), Decimal(1)), CartLine(Decimal(10), Decimal(1), Decimal("10.01"))])
    assert caught.value.facts == {"line": 2}


def test_a_discount_may_not_exceed_what_a_promotion_leaves() -> None:
    line = CartLine(Decimal(10), Decimal(2), Decimal(15), promotion=Decimal(5))
    assert price_cart([line]).total == 0
    with pytest.raises(DiscountTooLarge) as caught:
        price_cart([replace(line, discount=Decimal("15.01"))])
    assert caught.value.facts == {"line": 1}


def test_a_cart_discount_may_not_exceed_what_is_left() -> None:
    line = CartLine(Decimal(10), Decimal(2), Decimal(15))
    assert price_cart([line], cart_discount=Decimal(5)).total == 0
    with pytest.raises(DiscountTooLarge) as caught:
        price_cart([line], cart_discount=Decimal("5.01"))
    assert caught.value.facts == {"line": None}


def test_amounts_beyond_the_books_are_refused() -> None:
    with pytest.raises(AmountTooLarge):
        price_cart([CartLine(Decimal("9999999999999999.99"), Decimal(2))])
    with pytest.raises(AmountTooLarge):
        price_cart([CartLine(Decimal("9999999999999999.99"), Decimal("99999999999.999"))])
    with pytest.raises(AmountTooLarge):
        price_cart([CartLine(Decimal("9000000000000000.00"), Decimal(1))] * 2)


@pytest.mark.parametrize(
    ("own", "price"), [(None, "80000.00"), (Decimal("75000.00"), "75000.00"), (Decimal(0), "0")]
)
def test_a_pack_costs_its_own_price_or_its_pieces(own: Decimal | None, price: str) -> None:
    assert pack_price(Decimal(8000), Decimal(10), own) == Decimal(price)


@pytest.mark.parametrize(
    ("quantity", "digits", "fits"),
    [
        ("2", 0, True),
        ("2.000", 0, True),
        ("2.5", 0, False),
        ("2.5", 1, True),
        ("0.001", 3, True),
        ("0.05", 1, False),
    ],
)
def test_a_quantity_is_no_finer_than_its_unit(quantity: str, digits: int, fits: bool) -> None:
    assert fits_unit(Decimal(quantity), digits) is fits
