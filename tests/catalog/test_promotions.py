"""Promotions are made, changed, ended and removed; sales and tills are told which hold."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from smartpos.catalog.errors import InUse
from smartpos.catalog.models import CustomerTier, Product, Promotion, PromotionKind, PromotionTarget
from smartpos.catalog.operations import (
    create_category,
    create_promotion,
    delete_product,
    delete_promotion,
    end_promotion,
    update_category,
    update_promotion,
)
from smartpos.catalog.queries import promotions_in_force
from smartpos.catalog.queries.doors import category, promotion
from smartpos.catalog.queries.promotions import promotions_for_tills
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.identity.errors import BadField
from tests.cast import Shop

HOUR = timedelta(hours=1)
TEN = {"name": "Kuz", "kind": "percent", "percent": "10"}
Promote = Callable[..., int]


@pytest.fixture
def promote(shop: Shop) -> Promote:
    """``promote(**facts)``: a promotion of the shop, ten per cent unless told otherwise; gives its id."""

    def made(who: str = "owner", **facts: Any) -> int:
        with shop.inside(who):
            return create_promotion(actor=shop.actor(who), **({**TEN, **facts})).id

    return made


def change(shop: Shop, number: int, **facts: Any) -> None:
    with shop.inside("owner"):
        update_promotion(promotion(number), actor=shop.actor(), **facts)


def in_force(shop: Shop, *, branch_id: int | None = None, at: datetime | None = None) -> list[int]:
    with shop.inside():
        return [rule.id for rule in promotions_in_force(branch_id or shop.branch_id, at or utc_now())]


def nest(shop: Shop, *names: str) -> list[int]:
    """Categories, each inside the one before."""
    ids: list[int] = []
    with shop.inside("owner"):
        for name in names:
            parent = ids[-1] if ids else None
            ids.append(create_category(name=name, parent_id=parent, actor=shop.actor()).id)
    return ids


# --- What holds ------------------------------------------------------------------------------------------------------


def test_a_sale_is_told_all_about_a_promotion(shop: Shop, make: Callable[..., int], promote: Promote) -> None:
    bread = make("Non", price="4000")
    begins = datetime(2026, 11, 1, tzinfo=UTC)
    number = promote(
        name=" Kechki   non ",
        kind="n_for_m",
        percent=None,
        buy_quantity=3,
        pay_quantity="2",
        product_ids=[bread, bread],
        branch_id=shop.branch_id,
        tier="gold",
        valid_from=begins + timedelta(microseconds=7),
        valid_to=begins + timedelta(days=5000),
        weekdays=31,
        time_from=time(18, 30),
        time_to=time(2),
        min_quantity="1,5",
        priority=-3,
    )
    with shop.inside():
        (rule,) = promotions_in_force(shop.branch_id, begins + HOUR)
    assert (rule.id, rule.name, rule.kind) == (number, "Kechki non", PromotionKind.N_FOR_M)
    assert (rule.buy_quantity, rule.pay_quantity, rule.percent, rule.amount) == (3, 2, None, None)
    assert (rule.product_ids, rule.category_ids) == (frozenset([bread]), frozenset())
    assert (rule.branch_id, rule.tier) == (shop.branch_id, CustomerTier.GOLD)
    assert (rule.valid_from, rule.valid_to) == (begins, begins + timedelta(days=5000))
    assert (rule.weekdays, rule.time_from, rule.time_to) == (31, time(18, 30), time(2))
    assert (rule.min_quantity, rule.priority) == (Decimal("1.5"), -3)


def test_categories_are_told_with_all_below_them(shop: Shop, promote: Promote) -> None:
    food, bakery, buns = nest(shop, "Oziq-ovqat", "Non mahsulotlari", "Bulochka")
    (drinks,) = nest(shop, "Ichimliklar")
    number = promote(category_ids=[bakery])
    with shop.inside():
        (rule,) = promotions_in_force(shop.branch_id, utc_now())
    assert rule.category_ids == {bakery, buns}
    with shop.inside("owner"):
        update_category(category(drinks), parent_id=buns, actor=shop.actor())
        update_category(category(buns), parent_id=food, actor=shop.actor())
    with shop.inside():
        (rule,) = promotions_in_force(shop.branch_id, utc_now())
        assert rule.category_ids == {bakery}
        # Tills are told although the promotion itself has not changed.
        later = utc_now() + HOUR
        (told,) = promotions_for_tills(shop.branch_id, at=later, since=later)
    assert (told.rule.id, told.rule.category_ids) == (number, {bakery})


def test_branch_and_period_are_looked_at(shop: Shop, promote: Promote) -> None:
    now = utc_now()
    everywhere, here = promote(), promote(branch_id=shop.branch_id)
    promote(branch_id=shop.warehouse_id)
    later = promote(valid_from=now + HOUR, valid_to=now + 2 * HOUR)
    off = promote(is_active=False)
    assert in_force(shop) == [everywhere, here]
    assert in_force(shop, at=now + HOUR + timedelta(seconds=1)) == [everywhere, here, later]
    assert in_force(shop, at=now + 2 * HOUR) == [everywhere, here]
    change(shop, off, is_active=True)
    assert off in in_force(shop)


def test_it_takes_one_statement_with_or_without_promotions(
    shop: Shop, promote: Promote, statements: Callable[[], Any]
) -> None:
    def ask() -> int:
        with shop.inside(), statements() as sent:
            promotions_in_force(shop.branch_id, utc_now())
        return len(sent)

    assert ask() == 1
    for _number in range(5):
        promote(category_ids=nest(shop, f"A{_number}", f"B{_number}"))
    assert ask() == 1


def test_another_shop_is_told_nothing(shop: Shop, stranger: Shop, promote: Promote) -> None:
    promote()
    with stranger.inside():
        assert promotions_in_force(stranger.branch_id, utc_now()) == []
        assert promotions_for_tills(None, at=utc_now()) == []


# --- What tills are told ---------------------------------------------------------------------------------------------


def test_tills_are_told_of_what_ends_is_removed_or_moves_to_another_branch(
    shop: Shop, promote: Promote
) -> None:
    ended, removed, moved, planned = promote(), promote(), promote(), promote(valid_from=utc_now() + HOUR)

    def told(since: datetime | None = None) -> dict[int, tuple[bool, bool]]:
        with shop.inside():
            found = promotions_for_tills(shop.branch_id, at=utc_now(), since=since)
        return {one.rule.id: (one.is_active, one.is_deleted) for one in found}

    usable = (True, False)
    assert told() == dict.fromkeys([ended, removed, moved, planned], usable)
    before = utc_now()
    with shop.inside("owner"):
        end_promotion(promotion(ended), actor=shop.actor())
        delete_promotion(promotion(removed), actor=shop.actor())
        update_promotion(promotion(moved), branch_id=shop.warehouse_id, actor=shop.actor())
    assert told() == {planned: usable}
    assert told(before) == {ended: usable, removed: (False, True), moved: usable, planned: usable}
    assert told(utc_now()) == {planned: usable}


def test_a_change_of_the_targets_alone_is_a_change(
    shop: Shop, make: Callable[..., int], promote: Promote
) -> None:
    bread, milk, number = make("Non", price="4000"), make("Sut", price="9000"), promote()
    with shop.inside():
        before = promotion(number).updated_at
    change(shop, number, product_ids=[bread, milk])
    with shop.inside():
        rows = {one.product_id: one.id for one in db.session.scalars(select(PromotionTarget))}
        assert promotion(number).updated_at > before
    change(shop, number, product_ids=[milk])
    with shop.inside():
        assert {one.product_id: one.id for one in db.session.scalars(select(PromotionTarget))} == {
            milk: rows[milk]
        }


# --- Ending and removing ---------------------------------------------------------------------------------------------


def test_an_ended_promotion_holds_no_longer_and_stays_readable(shop: Shop, promote: Promote) -> None:
    number = promote()
    with shop.inside("owner"):
        end_promotion(promotion(number), actor=shop.actor())
        assert promotion(number).valid_to is not None
    assert in_force(shop, at=utc_now() + timedelta(seconds=1)) == []
    with shop.inside("owner"):
        first = promotion(number).valid_to
        end_promotion(promotion(number), actor=shop.actor())
        assert promotion(number).valid_to == first


def test_a_planned_promotion_can_be_called_off(shop: Shop, promote: Promote) -> None:
    number = promote(valid_from=utc_now() + HOUR)
    with shop.inside("owner"):
        end_promotion(promotion(number), actor=shop.actor())
    assert in_force(shop, at=utc_now() + 2 * HOUR) == []


def test_a_promotion_that_has_just_begun_can_be_ended_at_once(shop: Shop, promote: Promote) -> None:
    number = promote(valid_from=utc_now())
    with shop.inside("owner"):
        end_promotion(promotion(number), actor=shop.actor())
    assert in_force(shop, at=utc_now() + timedelta(seconds=1)) == []


def test_a_removed_promotion_is_hidden_but_kept(shop: Shop, promote: Promote) -> None:
    number = promote()
    with shop.inside("owner"):
        delete_promotion(promotion(number), actor=shop.actor())
    assert in_force(shop) == []
    with shop.inside():
        assert db.session.get_one(Promotion, number).deleted_at is not None


def test_a_product_with_a_promotion_of_its_own_cannot_be_deleted(
    shop: Shop, make: Callable[..., int], promote: Promote
) -> None:
    """Without its last target a promotion would be one for everything."""
    bread = make("Non", price="4000")
    promote(product_ids=[bread])
    with shop.inside("owner"), pytest.raises(InUse) as caught:
        delete_product(db.session.get_one(Product, bread), actor=shop.actor())
    assert caught.value.facts["uses"] == ["promotion_targets"]


# --- What is refused -------------------------------------------------------------------------------------------------


def three_for(paid: Any, bought: Any = 3) -> dict[str, Any]:
    return {"kind": "n_for_m", "percent": None, "buy_quantity": bought, "pay_quantity": paid}


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\x00b"}),
        ("kind", {"kind": "gift"}),
        ("kind", {"kind": None}),
        ("percent", {"percent": "0"}),
        ("percent", {"percent": "-5"}),
        ("percent", {"percent": "100.01"}),
        ("percent", {"percent": "101"}),
        ("percent", {"percent": "NaN"}),
        ("percent", {"percent": None}),
        ("percent", {"percent": True}),
        ("percent", {"percent": "12.345"}),
        ("amount", {"kind": "amount"}),
        ("amount", {"kind": "amount", "amount": "0"}),
        ("amount", {"kind": "amount", "amount": "-1"}),
        ("amount", {"kind": "amount", "amount": "1e15"}),
        ("amount", {"kind": "fixed_price"}),
        ("amount", {"kind": "fixed_price", "amount": "-0.01"}),
        ("amount", {"kind": "fixed_price", "amount": "arzon"}),
        ("buy_quantity", three_for(2, None)),
        ("pay_quantity", three_for(None)),
        ("pay_quantity", three_for(0)),
        ("pay_quantity", three_for(3)),
        ("pay_quantity", three_for(4)),
        ("pay_quantity", three_for("1.5")),
        ("pay_quantity", three_for(-1)),
        ("buy_quantity", three_for(2, 1001)),
        ("product_ids", {"product_ids": [0]}),
        ("product_ids", {"product_ids": [10**12]}),
        ("product_ids", {"product_ids": ["1"]}),
        ("product_ids", {"product_ids": [[1]]}),
        ("product_ids", {"product_ids": "1,2"}),
        ("product_ids", {"product_ids": 7}),
        ("product_ids", {"product_ids": list(range(1, 600))}),
        ("category_ids", {"category_ids": [10**30]}),
        ("branch_id", {"branch_id": 10**12}),
        ("branch_id", {"branch_id": "x"}),
        ("tier", {"tier": "diamond"}),
        ("valid_to", {"valid_from": NOW + HOUR, "valid_to": NOW + HOUR}),
        ("valid_to", {"valid_to": NOW - timedelta(days=100)}),
        ("valid_from", {"valid_from": NOW.replace(tzinfo=None)}),
        ("valid_from", {"valid_from": "2026-11-20"}),
        ("weekdays", {"weekdays": 0}),
        ("weekdays", {"weekdays": 128}),
        ("weekdays", {"weekdays": "monday"}),
        ("time_to", {"time_from": time(18)}),
        ("time_from", {"time_to": time(18)}),
        ("time_to", {"time_from": time(18), "time_to": time(18)}),
        ("time_from", {"time_from": time(18, tzinfo=ZoneInfo("Asia/Tashkent")), "time_to": time(20)}),
        ("time_from", {"time_from": "18:00", "time_to": time(20)}),
        ("min_quantity", {"min_quantity": "-1"}),
        ("min_quantity", {"min_quantity": "0.0001"}),
        ("priority", {"priority": 1001}),
        ("priority", {"priority": "first"}),
        ("is_active", {"is_active": "yes"}),
    ],
)
def test_nonsense_is_refused_with_the_field_that_is_wrong(
    shop: Shop, promote: Promote, field: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(BadField) as caught:
        promote(**facts)
    assert list(caught.value.facts["errors"]) == [field]
    assert all(sentence for sentence in caught.value.facts["errors"][field])
    with shop.inside():
        assert db.session.scalar(select(Promotion.id)) is None


def test_nothing_makes_a_price_negative(shop: Shop, make: Callable[..., int], promote: Promote) -> None:
    bread, milk = make("Non", price="4000"), make("Sut", price="9000")
    with pytest.raises(BadField) as caught:
        promote(kind="amount", amount="4000.01", product_ids=[milk, bread])
    assert "Non" in caught.value.facts["errors"]["amount"][0]
    number = promote(kind="amount", amount="4000", product_ids=[milk, bread])
    with pytest.raises(BadField):
        change(shop, number, amount="5000")
    change(shop, number, amount="5000", product_ids=[milk])
    # A fixed price above the usual one helps nobody and harms nobody.
    promote(kind="fixed_price", amount="10000", product_ids=[bread])


def test_what_belongs_to_another_kind_does_not_stay_behind(shop: Shop, promote: Promote) -> None:
    number = promote()
    change(shop, number, kind="fixed_price", amount="1000")
    change(shop, number, kind="n_for_m", buy_quantity=2, pay_quantity=1)
    with shop.inside():
        row = promotion(number)
        assert (row.percent, row.amount, row.buy_quantity, row.pay_quantity) == (None, None, 2, 1)
    with pytest.raises(BadField):
        change(shop, number, kind="percent")


def test_goods_and_branches_of_others_are_refused(shop: Shop, stranger: Shop, promote: Promote) -> None:
    theirs = stranger.product("Non", price="4000")
    for facts in ({"product_ids": [theirs]}, {"branch_id": stranger.branch_id}):
        with pytest.raises(BadField):
            promote(**facts)


@pytest.mark.parametrize("who", ["cashier", "warehouse"])
def test_who_may_not_set_prices_may_not_promote(shop: Shop, promote: Promote, who: str) -> None:
    number = promote()
    with pytest.raises(Forbidden):
        promote(who)
    for operation in (update_promotion, end_promotion, delete_promotion):
        with shop.inside(who), pytest.raises(Forbidden):
            operation(promotion(number), actor=shop.actor(who))
