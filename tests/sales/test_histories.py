"""Whatever happens in whatever order, the books agree."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.identity.models import AppSetting
from smartpos.sales.models import PaymentMethod, Shift, ShiftStatus
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, close_shift, complete_sale, open_shift
from smartpos.stock.models import AdjustmentReason
from smartpos.stock.operations import AdjustmentLine, Movement, adjust_stock, post_movements
from tests.cast import Shop

GOODS = 4
quantities = st.decimals(min_value=Decimal("0.001"), max_value=20, places=3)
amounts = st.decimals(min_value=0, max_value=2000, places=2)
costs = st.decimals(min_value=0, max_value=100_000, places=4)
goods = st.integers(0, GOODS - 1)
moves = st.tuples(goods, st.one_of(quantities, quantities.map(lambda quantity: -quantity)), costs)
discounts = st.one_of(st.just(Decimal(0)), st.decimals(min_value=0, max_value=5, places=2))
lines = st.tuples(goods, quantities, discounts)
sale = st.tuples(
    st.just("sell"),
    st.lists(lines, min_size=1, max_size=5),
    discounts,
    st.sampled_from(["cash", "card", "mixed"]),
)
event = st.one_of(
    sale,
    sale,
    st.tuples(st.just("move"), st.lists(moves, min_size=1, max_size=4), st.booleans()),
    st.tuples(st.just("adjust"), st.lists(moves, min_size=1, max_size=3)),
    st.tuples(st.just("close"), amounts),
)


def test_the_books_agree_after_any_history(shop: Shop, books: Callable[[], list[str]]) -> None:
    with shop.inside("owner"):
        db.session.add(AppSetting(key="sell_below_zero", value=True))
        db.session.add(AppSetting(key="cash_rounding_step", value="100"))

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(history=st.lists(event, min_size=3, max_size=12))
    def live(history: list[Any]) -> None:
        products = [
            shop.product(unit="kg", stock=None, price=str(1000 * place + 990)) for place in range(GOODS)
        ]
        for happening in [("close", Decimal(5)), *history]:
            try:
                with shop.inside("owner"):
                    _happen(shop, products, *happening)
            except SmartPOSError:
                continue
        assert books() == []

    live()


def _happen(shop: Shop, products: list[int], kind: str, *facts: Any) -> None:
    actor = shop.actor("owner")
    if kind == "move":
        requests = [Movement(products[place], quantity, cost) for place, quantity, cost in facts[0]]
        post_movements(
            requests,
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            allow_negative=facts[1],
            actor=actor,
        )
    elif kind == "adjust":
        changes = [AdjustmentLine(products[place], quantity, cost) for place, quantity, cost in facts[0]]
        adjust_stock(shop.branch_id, changes, reason=AdjustmentReason.COUNT, actor=actor)
    elif kind == "close":
        shift = db.session.execute(select(Shift).where(Shift.status == ShiftStatus.OPEN)).scalar_one_or_none()
        if shift is None:
            open_shift(shop.till_id, opening_cash=facts[0], actor=actor)
        else:
            close_shift(shift, closing_cash=facts[0], actor=actor)
    else:
        cart, discount, method = facts
        complete_sale(_request(products, cart, discount, method), actor=actor)


def _request(products: list[int], cart: Any, discount: Decimal, method: str) -> SaleRequest:
    payments = {
        "cash": (Tender(PaymentMethod.CASH, Decimal(10_000_000)),),
        "card": (
            Tender(PaymentMethod.CARD, Decimal("0.01")),
            Tender(PaymentMethod.CASH, Decimal(10_000_000)),
        ),
        "mixed": (
            Tender(PaymentMethod.TRANSFER, Decimal(100)),
            Tender(PaymentMethod.CARD, Decimal("33.33")),
            Tender(PaymentMethod.CASH, Decimal(10_000_000)),
        ),
    }[method]
    items = tuple(SaleLine(products[place], None, quantity, less) for place, quantity, less in cart)
    return SaleRequest(uuid4(), items, payments, discount)
