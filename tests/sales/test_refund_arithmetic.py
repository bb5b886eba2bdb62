"""What comes back in pieces adds up to what was bought, to the tiyin."""

from dataclasses import astuple
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.core.money import round_to_step
from smartpos.sales.models import PaymentMethod
from smartpos.sales.pricing import CartLine, price_cart
from smartpos.sales.refunding import (
    Amounts,
    Back,
    back_as_paid,
    beyond_held,
    credit_for,
    is_held_in_cash,
    part_of,
    piece_of,
    points_to_take_back,
    together,
)

NOTHING = Decimal("0.00")
CASH, CARD, CREDIT = PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.CREDIT


def d(text: str) -> Decimal:
    return Decimal(text)


def money(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=most, places=2)


def slice_of(amount: Decimal, percent: int) -> Decimal:
    return (amount * percent / 100).quantize(d("0.01")).min(amount)


@st.composite
def receipts(draw: st.DrawFn) -> list[tuple[Decimal, Amounts]]:
    """The lines of a receipt as the price law makes them, each with its quantity."""
    carts = []
    for _line in range(draw(st.integers(1, 6))):
        price = draw(money(10**9))
        quantity = draw(st.decimals(min_value=d("0.001"), max_value=2_000, places=3))
        gross = price_cart([CartLine(price, quantity)]).gross
        promotion = slice_of(gross, draw(st.integers(0, 100)))
        carts.append(
            CartLine(
                price=price,
                quantity=quantity,
                promotion=promotion,
                discount=slice_of(gross - promotion, draw(st.integers(0, 100))),
                vat_rate=d(draw(st.sampled_from(["0", "12", "16"]))),
                vat_included=draw(st.booleans()),
            )
        )
    net = sum((line.net for line in price_cart(carts).lines), NOTHING)
    priced = price_cart(carts, cart_discount=slice_of(net, draw(st.integers(0, 100))))
    return [
        (
            cart.quantity,
            Amounts(
                line.gross,
                line.promotion,
                line.discount,
                line.cart_discount,
                line.tax,
                line.total,
                draw(money(10**9)),
            ),
        )
        for cart, line in zip(carts, priced.lines, strict=True)
    ]


def cut(data: st.DataObject, whole: Decimal) -> list[Decimal]:
    """A quantity in pieces of any sizes."""
    pieces = []
    left = whole
    for _cut in range(data.draw(st.integers(0, 6))):
        if left <= d("0.001"):
            break
        piece = data.draw(st.decimals(min_value=d("0.001"), max_value=left, places=3))
        pieces.append(piece)
        left -= piece
    return [*pieces, left] if left else pieces


@given(receipts(), st.data())
def test_any_pieces_add_up_to_the_line(lines: list[tuple[Decimal, Amounts]], data: st.DataObject) -> None:
    for whole, line in lines:
        returned = d("0.000")
        left = line
        for quantity in cut(data, whole):
            piece = piece_of(line, whole, returned=returned, quantity=quantity)
            assert piece.gross >= 0 and piece.total >= 0 and piece.tax >= 0 and piece.cost >= 0
            on_top = (
                piece.tax
                if line.total != line.gross - line.promotion - line.discount - line.cart_discount
                else 0
            )
            assert (
                piece.total == piece.gross - piece.promotion - piece.discount - piece.cart_discount + on_top
            )
            returned += quantity
            left = left.less(piece)
            # What is given back so far is what that share of the line cost, whatever the pieces were.
            so_far = line.less(left)
            for given_back, whole_amount in (
                (so_far.gross, line.gross),
                (so_far.cost, line.cost),
                (so_far.tax, line.tax),
            ):
                assert abs(given_back * whole - whole_amount * returned) <= d("0.005") * whole
        assert set(astuple(left)) == {NOTHING}


@given(receipts())
def test_a_whole_line_is_the_line_and_its_negative_mirrors_it(lines: list[tuple[Decimal, Amounts]]) -> None:
    for whole, line in lines:
        assert part_of(line, whole, whole) == line
        assert set(astuple(part_of(line, d("0.000"), whole))) == {NOTHING}
        assert astuple(line.negative) == tuple(-amount for amount in astuple(line))
    assert together([line for _whole, line in lines]) == sum(line.total for _whole, line in lines)


@given(receipts(), st.sampled_from(["0", "0.05", "50", "100", "1000"]), st.booleans(), st.data())
def test_any_refunds_add_up_to_what_was_paid(
    lines: list[tuple[Decimal, Amounts]], step: str, paid_in_cash: bool, data: st.DataObject
) -> None:
    exact_total = together([line for _whole, line in lines])
    bought = round_to_step(exact_total, d(step)) if paid_in_cash else exact_total
    turns = [(place, quantity) for place, (whole, _line) in enumerate(lines) for quantity in cut(data, whole)]
    turns = data.draw(st.permutations(turns))
    returned = [d("0.000")] * len(lines)
    exact_before = given_before = taken = NOTHING
    earned = data.draw(money(10**6))
    for turn, (place, quantity) in enumerate(turns, start=1):
        whole, line = lines[place]
        exact = piece_of(line, whole, returned=returned[place], quantity=quantity).total
        returned[place] += quantity
        in_cash = data.draw(st.booleans())
        is_last = turn == len(turns)
        credit = credit_for(
            exact,
            exact_before=exact_before,
            given_before=given_before,
            bought=bought,
            is_last=is_last,
            rounding_step=d(step) if in_cash else NOTHING,
        )
        assert credit >= 0
        if in_cash and d(step) and not is_last:
            assert credit % d(step) == 0
        points = points_to_take_back(
            earned, bought=bought, given_before=given_before, given=credit, is_last=is_last
        )
        assert points >= 0
        taken += points
        exact_before += exact
        given_before += credit
        assert given_before <= bought
    assert given_before == bought
    assert taken == earned


def test_three_roundings_never_make_somebody_pay_for_giving_back() -> None:
    # Each component rounded by itself: 0.33 − 0.17 − 0.17 would be a debt of one tiyin.
    line = Amounts(d("1.00"), d("0.50"), d("0.50"), NOTHING, NOTHING, NOTHING, NOTHING)
    piece = part_of(line, d("0.333"), d("1.000"))
    assert piece.total == 0
    assert piece.gross == piece.promotion + piece.discount


def test_a_third_of_ten_and_the_rest() -> None:
    line = Amounts(d("10.00"), NOTHING, NOTHING, NOTHING, d("1.07"), d("10.00"), d("7.00"))
    pieces = [piece_of(line, d("3"), returned=d(n), quantity=d("1")) for n in (0, 1, 2)]
    assert [piece.total for piece in pieces] == [d("3.33"), d("3.34"), d("3.33")]
    assert sum(piece.tax for piece in pieces) == d("1.07")


def test_the_largest_amounts_are_exact() -> None:
    # 18 digits of money times 14 of quantity do not fit into the 28 digits of a Decimal's context.
    line = Amounts(
        d("9999999999999999.99"), NOTHING, NOTHING, NOTHING, NOTHING, d("9999999999999999.99"), NOTHING
    )
    whole = d("99999999999.999")
    first = piece_of(line, whole, returned=d("0.000"), quantity=d("33333333333.333"))
    rest = piece_of(line, whole, returned=d("33333333333.333"), quantity=d("66666666666.666"))
    assert first.gross == d("3333333333333333.33")
    assert first.gross + rest.gross == line.gross


def test_small_cash_refunds_do_not_add_up_to_more_than_the_receipt() -> None:
    given_back = exact_before = NOTHING
    given = []
    for turn in range(10):
        credit = credit_for(
            d("500.00"),
            exact_before=exact_before,
            given_before=given_back,
            bought=d("5000.00"),
            is_last=turn == 9,
            rounding_step=d("1000"),
        )
        given.append(credit)
        given_back += credit
        exact_before += d("500.00")
    assert given[:3] == [1000, 0, 1000]
    assert given_back == 5000


@pytest.mark.parametrize(
    ("total", "held", "expected"),
    [
        ("70", {CASH: "100"}, {CASH: "70"}),
        ("70", {CASH: "100", CARD: "50"}, {CARD: "50", CASH: "20"}),
        ("70", {CASH: "100", CREDIT: "200", CARD: "50"}, {CREDIT: "70"}),
        ("70", {CARD: "100", CASH: "-30"}, {CARD: "70"}),
        ("0", {CASH: "100"}, {}),
        ("30", {CASH: "10"}, {CASH: "30"}),
    ],
)
def test_money_goes_back_the_way_it_came(total: str, held: dict[Any, str], expected: dict[Any, str]) -> None:
    given_back = back_as_paid(d(total), {method: d(amount) for method, amount in held.items()})
    assert {one.method: one.amount for one in given_back} == {m: d(a) for m, a in expected.items()}


def test_what_is_beyond_what_was_paid_is_noticed() -> None:
    held = {CASH: d("10"), CARD: d("-5")}
    assert beyond_held([Back(CASH, d("6")), Back(CASH, d("4"))], held) == []
    assert beyond_held([Back(CASH, d("6")), Back(CASH, d("5")), Back(CARD, d("1"))], held) == [CASH, CARD]
    assert is_held_in_cash(held)
    assert not is_held_in_cash({CASH: d("10"), CREDIT: d("1")})
