"""The law of promotions: the vectors shared with the browser, and what must hold for every cart."""

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartpos.catalog.models import PromotionKind
from smartpos.core.money import part_of, plain
from smartpos.sales.errors import AmountTooLarge
from smartpos.sales.pricing import CartLine, line_gross, price_cart
from smartpos.sales.promotions import Context, Line, Rule, Taken, apply
from tests.javascript import run_javascript
from tests.sales.promotion_cases import SCRIPT, ZONE, context_of, line_of, rule_of

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "promotions.json").read_text())
NOON = Context(None, None, datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(ZONE)))
MONDAY = datetime(2026, 11, 16, tzinfo=ZoneInfo(ZONE))
THREE_FOR_TWO = Rule(1, "3 for 2", PromotionKind.N_FOR_M, buy_quantity=3, pay_quantity=2)


def answers(case: dict[str, Any]) -> list[Any]:
    """What the server's engine says, written as the vectors are."""
    rules, lines = [rule_of(item) for item in case["rules"]], [line_of(item) for item in case["lines"]]
    return [
        None if one is None else [one.promotion_id, plain(one.amount)]
        for one in apply(rules, lines, context_of(case))
    ]


def total(taken: list[Taken | None]) -> Decimal:
    return sum((one.amount for one in taken if one), Decimal(0))


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_every_vector(case: dict[str, Any]) -> None:
    assert answers(case) == case["expected"]


def test_the_browser_takes_off_the_same() -> None:
    assert run_javascript(SCRIPT, VECTORS) == [case["expected"] for case in VECTORS]


def test_a_time_zone_that_the_browser_does_not_know_does_not_stop_the_till() -> None:
    rules = [{"id": 1, "kind": "percent", "percent": "10", "time_from": "00:00", "time_to": "23:59"}]
    lines = [{"product_id": 1, "price": "1000", "quantity": "1"}]
    case = {"rules": rules, "lines": lines, "at": "2026-11-20T12:00:00Z", "timezone": "Asia/Samarqand-2"}
    assert run_javascript(SCRIPT, [case]) == [[[1, "100.00"]]]


# --- Carts and rules of every kind -----------------------------------------------------------------------------------

amounts = st.decimals(min_value=0, max_value=10**6, places=2)
moments = st.integers(0, 14 * 24 * 3600).map(lambda seconds: MONDAY + timedelta(seconds=seconds))
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda parts: f"{parts[0]:02}:{parts[1]:02}")


@st.composite
def rules(draw: st.DrawFn, number: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(PromotionKind)))
    rule: dict[str, Any] = {"id": number, "kind": kind.value, "priority": draw(st.integers(0, 2))}
    if kind is PromotionKind.PERCENT:
        rule["percent"] = str(draw(st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)))
    elif kind is PromotionKind.N_FOR_M:
        rule["buy_quantity"] = draw(st.integers(2, 6))
        rule["pay_quantity"] = draw(st.integers(1, rule["buy_quantity"] - 1))
    else:
        rule["amount"] = str(draw(amounts))
    ids = st.lists(st.integers(1, 5), max_size=3, unique=True)
    rule |= {"product_ids": draw(ids), "category_ids": draw(ids)}
    rule["branch_id"] = draw(st.sampled_from([None, None, 1, 2]))
    rule["tier"] = draw(st.sampled_from([None, None, "standard", "gold"]))
    rule["min_quantity"] = draw(st.sampled_from(["0", "0", "2", "1.5"]))
    if draw(st.integers(0, 3)) == 0:
        rule["weekdays"] = draw(st.integers(1, 127))
    if draw(st.integers(0, 3)) == 0:
        rule |= {"time_from": draw(clocks), "time_to": draw(clocks)}
    if draw(st.integers(0, 3)) == 0:
        rule["valid_from"] = draw(moments).isoformat()
    if draw(st.integers(0, 3)) == 0:
        rule["valid_to"] = draw(moments).isoformat()
    return rule


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    digits = draw(st.sampled_from([0, 0, 0, 3]))
    fine = st.decimals(min_value=Decimal("0.001"), max_value=100, places=3)
    whole = st.integers(1, 12).map(Decimal)
    return {
        "product_id": draw(st.integers(1, 5)),
        "category_id": draw(st.sampled_from([None, 1, 2, 3])),
        "price": str(draw(st.one_of(amounts, st.sampled_from([Decimal(0), Decimal(5000)])))),
        "quantity": str(draw(fine if digits else whole)),
        "multiplier": draw(st.sampled_from(["1", "1", "1", "3", "6", "2.5"])),
        "digits": digits,
        "by_hand": draw(st.sampled_from([False, False, False, True])),
    }


@st.composite
def carts(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "rules": [draw(rules(number)) for number in range(1, draw(st.integers(0, 6)) + 1)],
        "lines": draw(st.lists(lines(), min_size=1, max_size=8)),
        "branch_id": draw(st.sampled_from([1, 2, 3])),
        "tier": draw(st.sampled_from([None, "standard", "gold"])),
        "at": draw(moments).isoformat(),
    }


def test_browser_and_server_agree_on_every_cart() -> None:
    """All carts at once, because a browser's engine takes longer to start than to answer."""
    cases: list[dict[str, Any]] = []

    @settings(max_examples=600, database=None)
    @given(case=carts())
    def think_of(case: dict[str, Any]) -> None:
        cases.append(case)

    think_of()
    for case, answer in zip(cases, run_javascript(SCRIPT, cases), strict=True):
        assert answer == answers(case), json.dumps(case)


@settings(max_examples=300)
@given(case=carts())
def test_nothing_is_ever_below_zero_or_more_than_its_line(case: dict[str, Any]) -> None:
    cart = [line_of(item) for item in case["lines"]]
    taken = apply([rule_of(item) for item in case["rules"]], cart, context_of(case))
    for line, one in zip(cart, taken, strict=True):
        if one is not None:
            assert 0 < one.amount <= line_gross(line.price, line.quantity)
            assert not line.changed_by_hand
    # Whatever is taken off, the receipt can be priced and adds up.
    priced = price_cart(
        [
            CartLine(line.price, line.quantity, promotion=one.amount if one else Decimal(0))
            for line, one in zip(cart, taken, strict=True)
        ]
    )
    assert priced.total == priced.gross - total(taken) >= 0


@settings(max_examples=200)
@given(case=carts())
def test_the_order_of_the_rules_does_not_matter(case: dict[str, Any]) -> None:
    expected = answers(case)
    random.Random(1).shuffle(case["rules"])
    assert answers(case) == expected


@settings(max_examples=200)
@given(case=carts(), seed=st.integers())
def test_the_order_of_the_lines_does_not_matter_where_no_price_is_twice(
    case: dict[str, Any], seed: int
) -> None:
    """Of equal units the later line is free first; that is the only thing that order decides."""
    unit_prices = {Decimal(line["price"]) / Decimal(line["multiplier"]) for line in case["lines"]}
    if len(unit_prices) < len(case["lines"]):
        for place, line in enumerate(case["lines"]):
            line["price"] = str(Decimal(line["price"]) + place * 10**7)
    order = list(range(len(case["lines"])))
    random.Random(seed).shuffle(order)
    before = answers(case)
    case["lines"] = [case["lines"][place] for place in order]
    assert answers(case) == [before[place] for place in order]


@settings(max_examples=300)
@given(
    prices=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    counts=st.lists(st.integers(1, 50), min_size=6, max_size=6),
    cut=st.integers(0, 49),
    size=st.integers(2, 7),
    paid=st.integers(1, 6),
)
def test_goods_on_two_lines_cost_what_they_cost_on_one(
    prices: list[int], counts: list[int], cut: int, size: int, paid: int
) -> None:
    rule = replace(THREE_FOR_TWO, buy_quantity=size, pay_quantity=min(paid, size - 1))
    cart = [
        Line(number, None, Decimal(price), Decimal(count))
        for number, (price, count) in enumerate(zip(prices, counts, strict=False))
    ]
    first = cart[0]
    part = min(Decimal(cut), first.quantity - 1)
    divided = [*cart, replace(first, quantity=part)] if part else list(cart)
    divided[0] = replace(first, quantity=first.quantity - part)
    assert total(apply([rule], divided, NOON)) == total(apply([rule], cart, NOON))


@settings(max_examples=300)
@given(
    units=st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 9)), min_size=1, max_size=6),
    size=st.integers(2, 5),
    paid=st.integers(1, 4),
)
def test_runs_of_units_give_what_counting_one_by_one_would(
    units: list[tuple[int, int]], size: int, paid: int
) -> None:
    paid = min(paid, size - 1)
    rule = replace(THREE_FOR_TWO, buy_quantity=size, pay_quantity=paid)
    cart = [Line(n, None, Decimal(price), Decimal(count)) for n, (price, count) in enumerate(units)]
    every = sorted((price for price, count in units for _one in range(count)), reverse=True)
    groups = [every[start : start + size] for start in range(0, len(every) - size + 1, size)]
    free = sum(sum(group[paid:]) for group in groups)
    assert total(apply([rule], cart, NOON)) == free


# --- What else must hold ---------------------------------------------------------------------------------------------


def test_a_hundred_thousand_pieces_take_no_longer_than_three() -> None:
    cart = [Line(number, None, Decimal(1000 + number), Decimal(10**10)) for number in range(50)]
    began = perf_counter()
    taken = apply([THREE_FOR_TWO], cart, NOON)
    assert perf_counter() - began < 0.5
    assert all(one is not None for one in taken)


def test_amounts_beyond_the_books_are_refused() -> None:
    with pytest.raises(AmountTooLarge):
        apply([THREE_FOR_TWO], [Line(1, None, Decimal("9999999999999999.99"), Decimal(3))], NOON)


def test_without_promotions_lines_are_not_even_looked_at() -> None:
    assert apply([], [Line(1, None, Decimal("NaN"), Decimal("NaN"))], NOON) == [None]


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"),
    [
        ("100", 1, 3, "33.33"),
        ("100", 2, 3, "66.67"),
        ("0.01", 1, 2, "0.01"),
        ("-0.01", 1, 2, "-0.01"),
        ("0", 1, 2, "0.00"),
        ("9999999999999999.99", 10**13, 10**13, "9999999999999999.99"),
        # A quotient of 28 digits would be cut to exactly half and rounded up.
        ("0.01", 10**29 - 1, 2 * 10**29, "0.00"),
    ],
)
def test_a_part_of_an_amount_is_rounded_once(amount: str, part: int, whole: int, expected: str) -> None:
    assert plain(part_of(Decimal(amount), part, whole)) == expected
