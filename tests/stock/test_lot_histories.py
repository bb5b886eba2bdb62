"""Whatever comes, goes and is taken back: lots and values are those of a reference that moves single pieces.

The reference knows no shelves, parts or statements: goods are pieces in a list, of a lot or without one.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.errors import GoodsExpired, NotEnoughStock
from smartpos.stock.operations import (
    Lot,
    Movement,
    Posted,
    post_movements,
    prepare_movements,
    write_movements,
)
from tests.cast import Shop
from tests.stock.lots import TODAY, batch_id, day, lots_of, lotted, quantity_of
from tests.stock.test_ledger import level

# The lots there are, the first to expire first: two have expired, one never does.
LOTS: dict[str, date | None] = {"A": day(-9), "B": day(-1), "C": day(0), "D": day(5), "E": day(90), "F": None}
names = st.sampled_from(sorted(LOTS))
amounts = st.integers(min_value=1, max_value=6)
costs = st.integers(min_value=0, max_value=500)

step = st.one_of(
    st.tuples(st.just("in"), amounts, costs, names),
    st.tuples(st.just("loose in"), amounts, costs),
    st.tuples(st.just("out"), amounts),
    st.tuples(st.just("below"), amounts),
    st.tuples(st.just("write off"), amounts),
    st.tuples(st.just("late"), amounts),
    st.tuples(st.just("scan"), amounts, names),
    st.tuples(st.just("named"), amounts, names),
    st.tuples(st.just("reverse"), st.integers(min_value=0, max_value=30)),
)


class Refused(Exception):
    """The reference would not let that happen."""


def is_expired(name: str) -> bool:
    expires = LOTS[name]
    return expires is not None and expires < TODAY


@dataclass
class Reference:
    """Pieces by lot ("" is none), those that are owed, and an exact moving average while nothing is."""

    pieces: dict[str, int] = field(default_factory=dict)
    owed: int = 0
    value: Fraction = Fraction(0)
    was_below: bool = False

    @property
    def quantity(self) -> int:
        return sum(self.pieces.values()) - self.owed

    def lots(self) -> dict[str, int]:
        return {name: number for name, number in self.pieces.items() if name and number}

    def come(self, name: str, number: int) -> None:
        for _piece in range(number):
            if self.owed:
                self.owed -= 1
            else:
                self.pieces[name] = self.pieces.get(name, 0) + 1

    def go(
        self, number: int, order: list[str], *, below: bool = False, blocked: bool = True
    ) -> dict[str, int]:
        """Take pieces of the first in ``order`` that has one; refuse when only others are left."""
        if number > self.quantity and not below:
            raise Refused
        left, gone = dict(self.pieces), {}
        owed = self.owed
        for _piece in range(number):
            name = next((one for one in order if left.get(one)), None)
            if name is not None:
                left[name] -= 1
                gone[name] = gone.get(name, 0) + 1
            elif blocked and any(left.values()):
                raise Refused
            else:
                owed += 1
                gone[""] = gone.get("", 0) + 1
        self.pieces, self.owed = left, owed
        return gone


BY_EXPIRY = list(LOTS)
GOOD = [name for name in BY_EXPIRY if not is_expired(name)]
EXPIRED = [name for name in BY_EXPIRY if is_expired(name)]


class History:
    """The same steps in the books and in the reference."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.product = lotted(shop, cost="10")
        self.reference = Reference()
        self.posted: list[Posted] = []
        self.origins = count(1)

    def post(self, *movements: Movement, happened: bool = False, **options: Any) -> list[Posted]:
        with self.shop.inside("warehouse"):
            actor = self.shop.actor("warehouse")
            origin: dict[str, Any] = {"origin_kind": "test", "origin_id": next(self.origins)}
            if not happened:
                return post_movements(
                    movements, branch_id=self.shop.branch_id, actor=actor, **origin, **options
                )
            prepared = prepare_movements(
                movements,
                branch_id=self.shop.branch_id,
                allow_negative=True,
                happened_on=TODAY,
                actor=actor,
            )
            write_movements(prepared, actor=actor, **origin)
            return prepared.posted

    def take(self, number: int, **options: Any) -> list[Posted]:
        facts = {key: options.pop(key) for key in ("lot", "batch_id") if key in options}
        return self.post(Movement(self.product, Decimal(-number), **facts), **options)

    def run(self, what: str, *facts: Any) -> None:
        """Do a step in both; what one refuses the other refuses."""
        before = Reference(dict(self.reference.pieces), self.reference.owed)
        try:
            getattr(self, what.replace(" ", "_"))(*facts)
        except Refused:
            self.reference.pieces, self.reference.owed = before.pieces, before.owed
        self.reference.was_below |= self.reference.owed > 0

    def both(self, gone: Any, work: Any) -> None:
        """Let the reference go first; the books must refuse what it refuses and take the lots it takes."""
        try:
            wanted = gone()
        except Refused:
            with pytest.raises((NotEnoughStock, GoodsExpired)):
                work()
            raise
        for posted in work():
            lots = {lot.number: int(-lot.quantity) for lot in posted.lots}
            assert lots == {name: number for name, number in wanted.items() if name}
            assert sum(lot.value for lot in posted.lots) <= 0
            self.keep(posted)

    def keep(self, posted: Posted) -> None:
        self.posted.append(posted)
        self.reference.value += Fraction(posted.value)

    def in_(self, number: int, cost: int, name: str) -> None:
        self.reference.come(name, number)
        lot = Lot(name, LOTS[name])
        (posted,) = self.post(Movement(self.product, Decimal(number), Decimal(cost), lot=lot))
        assert posted.value == number * cost
        self.keep(posted)

    def loose_in(self, number: int, cost: int) -> None:
        self.reference.come("", number)
        self.keep(self.post(Movement(self.product, Decimal(number), Decimal(cost)))[0])

    def out(self, number: int) -> None:
        self.both(lambda: self.reference.go(number, [*GOOD, ""]), lambda: self.take(number))

    def below(self, number: int) -> None:
        self.both(
            lambda: self.reference.go(number, [*GOOD, ""], below=True),
            lambda: self.take(number, allow_negative=True),
        )

    def write_off(self, number: int) -> None:
        self.both(
            lambda: self.reference.go(number, [*BY_EXPIRY, ""]), lambda: self.take(number, allow_expired=True)
        )

    def late(self, number: int) -> None:
        self.both(
            lambda: self.reference.go(number, [*GOOD, "", *EXPIRED], below=True),
            lambda: self.take(number, happened=True),
        )

    def scan(self, number: int, name: str) -> None:
        def gone() -> dict[str, int]:
            if number <= self.reference.quantity and self.reference.pieces.get(name) and is_expired(name):
                raise Refused
            return self.reference.go(number, [name, *GOOD, ""] if not is_expired(name) else [*GOOD, ""])

        self.both(gone, lambda: self.take(number, lot=Lot(name)))

    def named(self, number: int, name: str) -> None:
        if not self.reference.pieces.get(name):
            raise Refused
        lot = batch_id(self.shop, self.product, name)

        def gone() -> dict[str, int]:
            if self.reference.pieces[name] < number:
                raise Refused
            return self.reference.go(number, [name])

        self.both(gone, lambda: self.take(number, batch_id=lot, allow_expired=True))

    def reverse(self, place: int) -> None:
        """What a movement did is undone by others: each lot, and what had none, with its value."""
        if not self.posted:
            raise Refused
        posted = self.posted.pop(place % len(self.posted))
        loose = posted.quantity - sum(lot.quantity for lot in posted.lots)
        worth = posted.value - sum(lot.value for lot in posted.lots)
        movements = [
            Movement(self.product, -lot.quantity, value=-lot.value, batch_id=lot.batch_id)
            for lot in posted.lots
        ]
        movements += [Movement(self.product, -loose, value=-worth, loose=True)] if loose else []

        def undo() -> None:
            if posted.quantity > 0 and posted.quantity > self.reference.quantity:
                raise Refused
            for lot in posted.lots:
                if lot.quantity < 0:
                    self.reference.come(lot.number, int(-lot.quantity))
                elif self.reference.pieces.get(lot.number, 0) < lot.quantity:
                    raise Refused
                else:
                    self.reference.go(int(lot.quantity), [lot.number])
            if loose < 0:
                self.reference.come("", int(-loose))
            elif loose:
                self.reference.go(int(loose), ["", *BY_EXPIRY])

        try:
            undo()
        except Refused:
            with pytest.raises(NotEnoughStock):
                self.post(*movements, allow_expired=True)
            self.posted.append(posted)
            raise
        for one in self.post(*movements, allow_expired=True):
            self.reference.value += Fraction(one.value)


# A name that Python keeps for itself.
setattr(History, "in", History.in_)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=1, max_size=14))
def test_lots_and_values_follow_the_reference(shop: Shop, steps: list[tuple[Any, ...]]) -> None:
    history = History(shop)
    for what, *facts in steps:
        history.run(what, *facts)
        reference = history.reference
        if history.posted:
            assert quantity_of(shop, history.product) == reference.quantity, what
            assert lots_of(shop, history.product) == reference.lots(), what
    if history.posted:
        quantity, value, _average = level(shop, history.product)
        assert quantity == reference.quantity
        if not reference.was_below:
            assert Fraction(value) == reference.value
    with shop.app.app_context(), platform_scope(reason="test"):
        assert verify_books() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(st.tuples(st.just("in"), amounts, costs, names), st.tuples(st.just("write off"), amounts)),
        min_size=1,
        max_size=14,
    )
)
def test_goods_are_worth_their_moving_average(shop: Shop, steps: list[tuple[Any, ...]]) -> None:
    history = History(shop)
    quantity, value = 0, Fraction(0)
    for what, number, *facts in steps:
        history.run(what, number, *facts)
        if what == "in":
            quantity, value = quantity + number, value + number * facts[0]
        elif number <= quantity:
            quantity, value = quantity - number, value - value * number / quantity
        if history.posted:
            found, worth, average = level(shop, history.product)
            assert found == quantity
            # Every movement is rounded once, to a ten-thousandth.
            assert abs(Fraction(worth) - value) <= Fraction(len(steps), 10_000)
            assert not quantity or abs(Fraction(average) - value / quantity) <= Fraction(
                len(steps) + 1, 10_000
            )
