"""Whatever is bought, made, sold and taken back in whatever order: quantity and value are conserved."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from smartpos.core.books import differences
from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.production.errors import GoodsAreGone, MaterialsAreShort
from smartpos.production.models import OrderStatus, OutputKind, ProductionCompletion
from smartpos.production.queries.books import book_checks
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BranchStock
from smartpos.stock.operations import Lot, Movement, post_movements
from smartpos.stock.queries import book_checks as stock_checks
from tests.cast import Shop
from tests.production.making import Bakery, D, recipe

NOTHING = D(0)
few = st.integers(1, 9)
step = st.one_of(
    st.tuples(st.just("buy"), st.sampled_from(["flour", "sugar", "rye"]), few, st.integers(1, 9999)),
    st.tuples(
        st.just("make"), st.sampled_from(["dough", "dough", "bread"]), few, st.integers(0, 3), st.booleans()
    ),
    st.tuples(st.just("make"), st.sampled_from(["dough", "bread"]), few, st.integers(0, 3), st.booleans()),
    st.tuples(st.just("go_on"), few, st.integers(0, 2)),
    st.tuples(st.just("try_out"), st.sampled_from(["dough", "bread"]), few, st.integers(0, 2)),
    st.tuples(st.just("sell"), st.sampled_from(["dough", "bread", "crumbs"]), few),
    st.tuples(st.just("take_back"), st.integers(0, 20)),
)


class History:
    """A bakery of its own, and what should lie in it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.goods = {
            "flour": shop.product(unit="kg", stock=None, cost="0", track_batches=True),
            "sugar": shop.product(unit="kg", stock=None, cost="0"),
            "rye": shop.product(unit="kg", stock=None, cost="0"),
            "dough": shop.product(unit="kg", stock=None, cost="0"),
            "bread": shop.product(unit="dona", stock=None, cost="0", track_batches=True, shelf_life_days=2),
            "crumbs": shop.product(unit="kg", stock=None, cost="0"),
        }
        goods = self.goods
        dough = recipe(
            shop,
            goods["dough"],
            {goods["flour"]: "0.613", goods["sugar"]: "0.0371"},
            scrap="0.03",
            quantity=D(3),
            labor_cost=D("100.01"),
        )
        bread = recipe(
            shop,
            goods["bread"],
            {goods["dough"]: "0.333333", goods["sugar"]: "0.0007"},
            by_products=[(goods["crumbs"], "0.07", "5.55")],
            quantity=D(7),
            labor_cost=D("777.77"),
            overhead_cost=D(33),
        )
        self.bakery = Bakery(
            shop, goods["flour"], 0, goods["sugar"], goods["dough"], goods["bread"], dough, bread
        )
        self.there = dict.fromkeys(goods.values(), NOTHING)
        self.standing: dict[int, int] = {}
        self.open: list[int] = []
        self.lots = 0
        for name, quantity in (("flour", 20), ("sugar", 3), ("rye", 5)):
            self.buy(name, quantity, 4321)

    def buy(self, name: str, quantity: int, cost: int) -> None:
        self.lots += 1
        lot = Lot(f"L{self.lots}") if name == "flour" else None
        self.post(Movement(self.goods[name], D(quantity), D(cost) / 7, lot=lot))

    def post(self, movement: Movement) -> None:
        with self.shop.inside("manager"):
            post_movements(
                [movement],
                origin_kind="test",
                origin_id=1,
                branch_id=self.shop.branch_id,
                actor=self.shop.actor("manager"),
            )
        self.there[movement.product_id] += movement.quantity

    def make(self, name: str, good: int, scrapped: int, replaced: bool) -> None:
        order = self.bakery.ask(self.goods[name], str(good + scrapped + 3))
        # Half the flour of a dough may be rye, whatever the recipe says.
        used = (
            {self.goods["flour"]: str(good), self.goods["rye"]: "0.5"} if replaced and name == "dough" else {}
        )
        self.yields(order, good, scrapped, used)
        self.open.append(order)

    def go_on(self, good: int, scrapped: int) -> None:
        for number in self.open:
            order = self.bakery.order(number)
            if order.status in {OrderStatus.IN_PROGRESS, OrderStatus.ON_HOLD, OrderStatus.PENDING}:
                left = min(D(good), order.quantity_left)
                spoiled = min(D(scrapped), order.quantity_left - left)
                if left + spoiled:
                    self.yields(number, left, spoiled, {})
                return

    def yields(self, order: int, good: Any, scrapped: Any, used: dict[int, str]) -> int | None:
        before = self.snapshot()
        try:
            number = self.bakery.complete(order, str(good), str(scrapped), materials=used)
        except MaterialsAreShort:
            assert self.snapshot() == before
            return None
        self.standing[number] = order
        self.count(number, 1)
        return number

    def try_out(self, name: str, good: int, scrapped: int) -> None:
        """Made and taken back with nothing in between: nothing has changed."""
        before = self.snapshot()
        order = self.bakery.ask(self.goods[name], str(good + scrapped))
        number = self.yields(order, good, scrapped, {})
        if number is not None:
            self.bakery.revert(order)
            self.count(number, -1)
            del self.standing[number]
        assert self.snapshot() == before

    def sell(self, name: str, quantity: int) -> None:
        product = self.goods[name]
        if self.there[product] >= quantity:
            self.post(Movement(product, D(-quantity)))

    def take_back(self, place: int) -> None:
        if not self.standing:
            return
        number = list(self.standing)[place % len(self.standing)]
        before = self.snapshot()
        try:
            self.bakery.revert(self.standing[number], number)
        except GoodsAreGone as gone:
            assert self.snapshot() == before
            missing = {one["product_id"] for one in gone.facts["lines"]}
            assert missing <= {self.goods["dough"], self.goods["bread"], self.goods["crumbs"]}
            return
        self.count(number, -1)
        del self.standing[number]

    def count(self, number: int, sign: int) -> None:
        """What a completion should have done to quantities, by what it says of itself."""
        done = self.bakery.completion(number)
        for use in done.uses:
            self.there[use.product_id] -= sign * use.quantity
        for output in done.outputs:
            if output.kind is not OutputKind.SCRAP:
                self.there[output.product_id] += sign * output.quantity

    def snapshot(self) -> tuple[Any, ...]:
        """Quantity, value and average of all that lies here, and the lots."""
        with self.shop.inside():
            query = select(BranchStock).where(
                BranchStock.product_id.in_(self.goods.values()), BranchStock.quantity != 0
            )
            found = {
                row.product_id: (row.quantity, row.value, row.average_cost)
                for row in db.session.scalars(query.execution_options(populate_existing=True))
            }
        return found, self.bakery.lots()

    def check(self) -> None:
        """The laws, after every step."""
        found, _lots = self.snapshot()
        held = {
            product_id: found[product_id][0] if product_id in found else NOTHING for product_id in self.there
        }
        assert held == self.there
        with self.shop.inside():
            query = select(ProductionCompletion).where(ProductionCompletion.id.in_(self.standing))
            for done in db.session.scalars(query):
                consumed = done.material_cost + done.labor_cost + done.overhead_cost
                assert consumed == done.output_cost + done.by_product_cost + done.scrap_cost
                moved: Decimal = sum((value for *_one, value in self.bakery.moved_by(done.id)), NOTHING)
                assert moved == done.labor_cost + done.overhead_cost - done.scrap_cost
        with self.shop.app.app_context(), platform_scope(reason="test"):
            laws = [*stock_checks(), *book_checks()]
            assert list(differences(laws, self.shop.organization_id)) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=2, max_size=9))
def test_value_and_quantity_are_conserved(shop: Shop, steps: list[tuple[Any, ...]]) -> None:
    history = History(shop)
    for what, *facts in steps:
        getattr(history, what)(*facts)
        history.check()
    with shop.app.app_context(), platform_scope(reason="test"):
        assert verify_books() == []


def test_the_whole_way_back(shop: Shop) -> None:
    """Bread of dough of flour, in parts, taken back from the top: as if nothing had ever been made."""
    history = History(shop)
    before = history.snapshot()
    history.make("dough", 9, 1, True)
    history.go_on(3, 0)
    history.make("bread", 6, 2, False)
    history.go_on(2, 1)
    history.check()
    assert len(history.standing) == 4
    dough = next(iter(history.standing.values()))
    with pytest.raises(GoodsAreGone):
        history.bakery.revert(dough)
    for place in reversed(range(4)):
        history.take_back(place)
        history.check()
    assert history.standing == {}
    assert history.snapshot() == before
