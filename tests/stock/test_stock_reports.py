"""Reports of stock: their rows and totals reckoned again in Python, straight from the ledger."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.reports import find_report
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_workspace
from smartpos.stock.markdown import markdown_of, marked_down, read_steps
from smartpos.stock.models import (
    AdjustmentReason,
    Batch,
    BatchStock,
    BranchStock,
    InventoryMovement,
    StockAdjustment,
)
from tests.cast import Shop
from tests.reports.asking import Row, all_of, ask
from tests.stock.history import NOTHING, TODAY, ZONE, Place, Story, day_of, make_story


@pytest.fixture
def story(shop: Shop) -> Story:
    return make_story(shop)


def sums(rows: list[InventoryMovement]) -> dict[Place, tuple[Decimal, Decimal]]:
    """Quantity and value by branch and product."""
    found: dict[Place, tuple[Decimal, Decimal]] = defaultdict(lambda: (NOTHING, NOTHING))
    for row in rows:
        quantity, value = found[row.branch_id, row.product_id]
        found[row.branch_id, row.product_id] = (quantity + row.quantity, value + row.value)
    return found


def by_place(rows: list[Row], shop: Shop) -> dict[tuple[str, str], Row]:
    found = {(row["branch"], row["product"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def names_of(story: Story) -> dict[int, str]:
    return {branch.id: branch.name for branch in all_of(story.shop, Branch)}


def test_stock_on_hand_is_the_sum_of_the_ledger_on_any_day(story: Story) -> None:
    for ago in (0, 1, 9, 25, 101):
        _stock_of_a_day(story, ago)
    _narrowed_stock(story)
    _states(story)


def _stock_of_a_day(story: Story, ago: int) -> None:
    day = TODAY - timedelta(days=ago)
    places = names_of(story)
    prices = {one.id: one.price for one in all_of(story.shop, Product)}
    expected = {
        (places[branch], story.name_of(product)): held
        for (branch, product), held in sums(
            [row for row in story.ledger() if day_of(row.occurred_at) <= day]
        ).items()
        if held != (0, 0)
    }
    rows, totals = ask(story.shop, "stock-on-hand", day=day.isoformat())
    found = by_place(rows, story.shop)
    assert {key: (row["quantity"], row["value"]) for key, row in found.items()} == expected
    assert bool(expected) is (ago < 101)
    assert totals["value"] == sum((value for _quantity, value in expected.values()), NOTHING)
    for row in rows:
        assert row["retail"] == row["quantity"] * prices[row["product_id"]]
        if row["quantity"]:
            assert row["average_cost"] == pytest.approx(row["value"] / row["quantity"], abs=Decimal("0.0001"))
        assert (row["reserved"] is None) is (ago > 0)
    assert [row["product"] for row in rows] == sorted(row["product"] for row in rows)
    if not ago:
        tea = found["Chilonzor", "Choy"]
        assert (tea["reserved"], tea["available"]) == (5, tea["quantity"] - 5)
        assert any(branch not in ("Chilonzor", "Ombor") for branch, _name in found), (
            "what is on its way counts"
        )


def _narrowed_stock(story: Story) -> None:
    def seen(**args: Any) -> set[str]:
        return {row["product"] for row in ask(story.shop, "stock-on-hand", **args)[0]}

    assert seen(category_id=story.categories["Ovqat"]) == {"Choy", "Non", "Sut"}
    assert seen(category_id=story.categories["Ichimlik"]) == {"Choy"}
    assert seen(branch_id=story.shop.warehouse_id) == {"Choy", "Non", "Sut", "Sochiq"}
    assert seen(product_id=story.goods["Guruch"]) == {"Guruch"}
    assert seen(branch_id=story.shop.warehouse_id, product_id=story.goods["Guruch"]) == set()
    assert len(ask(story.shop, "stock-on-hand", empty="1")[0]) == len(all_of(story.shop, BranchStock))


def _states(story: Story) -> None:
    levels = {
        (row.branch_id, row.product_id): row
        for row in all_of(story.shop, BranchStock)
        if row.branch_id in (story.shop.branch_id, story.shop.warehouse_id)
    }
    rows, totals = ask(story.shop, "inventory-status")
    assert len(rows) == len(levels) and totals["value"] == sum(row.value for row in levels.values())
    found = by_place(rows, story.shop)
    places = names_of(story)
    for (branch, product), level in levels.items():
        row = found[places[branch], story.name_of(product)]
        state = "in_stock"
        if level.quantity <= 0:
            state = "out_of_stock"
        elif level.quantity <= level.min_quantity:
            state = "low_stock"
        elif level.reorder_point is not None and level.quantity <= level.reorder_point:
            state = "reorder_needed"
        assert row["state"] == state
        wanted = max(level.min_quantity, level.reorder_point or NOTHING)
        assert row["lacks"] == max(wanted - level.quantity, NOTHING)
        assert row["margin"] == row["price"] - level.average_cost
    assert found["Chilonzor", "Non"]["state"] == "low_stock"
    assert found["Chilonzor", "Guruch"]["state"] == "reorder_needed"
    low, _totals = ask(story.shop, "inventory-status", state="low_stock")
    assert [row["product"] for row in low] == ["Non"]


def test_movements_of_a_period_lead_from_the_opening_to_the_closing(story: Story) -> None:
    for first, last in ((120, 0), (20, 8), (8, 8), (400, 300)):
        _period(story, first, last)
    _ledger_lines(story)


def _period(story: Story, first: int, last: int) -> None:
    since, until = TODAY - timedelta(days=first), TODAY - timedelta(days=last)
    ledger = story.ledger()
    period = {"from": since.isoformat(), "to": until.isoformat()}
    rows, _totals = ask(story.shop, "movements", **period)
    moved = {row.product_id for row in ledger if since <= day_of(row.occurred_at) <= until}
    assert {row["product_id"] for row in rows} == moved
    for row in rows:
        mine = [one for one in ledger if one.product_id == row["product_id"]]
        before = [one for one in mine if day_of(one.occurred_at) < since]
        during = [one for one in mine if since <= day_of(one.occurred_at) <= until]
        assert row["opening"] == sum(one.quantity for one in before)
        assert row["came"] == sum(one.quantity for one in during if one.quantity > 0)
        assert row["went"] == -sum(one.quantity for one in during if one.quantity < 0)
        assert row["closing"] == row["opening"] + row["came"] - row["went"]
        assert row["value_opening"] == sum(one.value for one in before)
        assert row["value_came"] == sum(one.value for one in during if one.value > 0)
        assert row["value_closing"] == row["value_opening"] + row["value_came"] - row["value_went"]
    still, totals = ask(story.shop, "movements", still="1", **period)
    assert len(still) == len({one.product_id for one in ledger})
    assert totals["value_closing"] == sum(one.value for one in ledger if day_of(one.occurred_at) <= until)
    here, _totals = ask(story.shop, "movements", branch_id=story.shop.warehouse_id, still="1", **period)
    assert {row["product"] for row in here} == {"Choy", "Non", "Sut", "Sochiq"}


def _ledger_lines(story: Story) -> None:
    ledger = sorted(story.ledger(), key=lambda row: (row.occurred_at, row.id), reverse=True)
    rows, totals = ask(story.shop, "movement-lines", **{"from": str(TODAY - timedelta(days=150))})
    assert [row["id"] for row in rows] == [one.id for one in ledger]
    assert [(row["quantity"], row["value"], row["cause"]) for row in rows] == [
        (one.quantity, one.value, one.origin_kind) for one in ledger
    ]
    assert totals["value"] == sum(one.value for one in ledger)
    sales, _totals = ask(
        story.shop,
        "movement-lines",
        **{"from": str(TODAY - timedelta(days=19)), "cause": "sale", "kind": "out"},
    )
    assert [row["id"] for row in sales] == [
        one.id
        for one in ledger
        if one.origin_kind == "sale" and day_of(one.occurred_at) >= TODAY - timedelta(days=19)
    ]
    assert any(row["lot"] == "S-2" for row in sales)
    yesterday, _totals = ask(story.shop, "movement-lines", period="today", cause="sale")
    assert [row["product"] for row in yesterday] == ["Choy"], "midnight is that of the shop"


def test_idle_goods_are_what_nobody_took_and_what_lasts_too_long(story: Story) -> None:
    for days in (2, 25, 60, 99, 101):
        _dead(story, days)
    _slow(story)
    _expiring(story)


def _dead(story: Story, days: int) -> None:
    ledger = story.ledger()
    since = datetime.combine(TODAY - timedelta(days=days), time(), ZONE)
    expected = {}
    for (branch, product), (quantity, value) in sums(ledger).items():
        mine = [one for one in ledger if (one.branch_id, one.product_id) == (branch, product)]
        taken = [one for one in mine if one.quantity < 0 and one.origin_kind != "stock_transfer"]
        came = [one for one in mine if one.quantity > 0]
        if branch not in (story.shop.branch_id, story.shop.warehouse_id) or quantity <= 0:
            continue
        if any(one.occurred_at >= since for one in taken) or min(one.occurred_at for one in came) >= since:
            continue
        last = max((one.occurred_at for one in taken), default=None)
        idle = TODAY - day_of(last or min(one.occurred_at for one in came))
        expected[branch, product] = (idle.days, last and day_of(last), quantity, value)
    rows, totals = ask(story.shop, "dead-stock", days=days)
    assert {
        (row["branch_id"], row["product_id"]): (
            row["idle_days"],
            row["last_out"],
            row["quantity"],
            row["value"],
        )
        for row in _with_branches(story, rows)
    } == expected
    assert totals["value"] == sum((one[3] for one in expected.values()), NOTHING)
    assert bool(expected) is (days < 101)
    assert [row["idle_days"] for row in rows] == sorted((row["idle_days"] for row in rows), reverse=True)


def _with_branches(story: Story, rows: list[Row]) -> list[Row]:
    numbers = {name: number for number, name in names_of(story).items()}
    return [row | {"branch_id": numbers[row["branch"]]} for row in rows]


def _slow(story: Story) -> None:
    ledger = story.ledger()
    since = TODAY - timedelta(days=28)
    expected = {}
    for place, (quantity, value) in sums(ledger).items():
        sold = -sum(
            one.quantity
            for one in ledger
            if (one.branch_id, one.product_id) == place
            and one.origin_kind == "sale"
            and day_of(one.occurred_at) >= since
        )
        if sold > 0 and quantity > 0 and quantity * 28 / sold > 90:
            expected[place] = (sold, int(quantity * 28 / sold), value)
    rows, totals = ask(story.shop, "slow-stock")
    assert {
        (row["branch_id"], row["product_id"]): (row["sold"], row["cover_days"], row["value"])
        for row in _with_branches(story, rows)
    } == expected
    assert {row["product"] for row in rows} == {"Tugma", "Guruch", "Sut"}
    assert totals["value"] == sum(one[2] for one in expected.values())
    assert {row["product"] for row in ask(story.shop, "slow-stock", days=1000)[0]} == {"Tugma"}


def _expiring(story: Story) -> None:
    """With the markdown that the page of lots suggests."""
    steps = read_steps("30:20, 15:35, 5:50")
    lots = {one.id: one for one in all_of(story.shop, Batch)}
    costs = {(one.branch_id, one.product_id): one.average_cost for one in all_of(story.shop, BranchStock)}

    def expected(days: int) -> list[tuple[Any, ...]]:
        found = []
        for left in all_of(story.shop, BatchStock, BatchStock.quantity > 0):
            lot = lots[left.batch_id]
            if lot.expiration_date is None or lot.expiration_date > TODAY + timedelta(days=days):
                continue
            off = markdown_of(lot.received_date, lot.expiration_date, TODAY, steps)
            found.append(
                (
                    lot.batch_number,
                    (lot.expiration_date - TODAY).days,
                    left.quantity,
                    off,
                    None if off is None else marked_down(Decimal(90), off),
                    left.quantity * costs[left.branch_id, left.product_id],
                )
            )
        return sorted(found, key=lambda one: one[1])

    def seen(**args: Any) -> list[tuple[Any, ...]]:
        rows, _totals = ask(story.shop, "expiring-lots", **args)
        return [
            tuple(row[key] for key in ("lot", "days_left", "quantity", "percent_off", "suggested", "value"))
            for row in rows
        ]

    assert [one[0] for one in expected(10)] == ["S-1", "S-2"], "the settings say ten days"
    assert seen() == expected(10)
    assert seen(days=60) == expected(60) and len(expected(60)) == 3
    assert [one[0] for one in seen(state="expired", days=0)] == ["S-1"]
    assert [one[0] for one in seen(state="soon")] == ["S-2"]
    assert seen(branch_id=story.shop.warehouse_id) == []


def test_losses_are_what_corrections_counts_and_transfers_took(story: Story) -> None:
    reasons = {one.id: one.reason.value for one in all_of(story.shop, StockAdjustment)}
    gone = [
        one
        for one in story.ledger()
        if one.origin_kind == "stock_adjustment"
        and one.quantity < 0
        and reasons[one.origin_id] not in ("opening", "found")
    ]
    rows, totals = ask(story.shop, "write-offs")
    assert sorted((row["product_id"], row["quantity"], row["value"]) for row in rows) == sorted(
        (one.product_id, -one.quantity, -one.value) for one in gone
    )
    assert totals["value"] == -sum(one.value for one in gone)
    by_reason: dict[str, Decimal] = defaultdict(Decimal)
    for one in gone:
        by_reason[reasons[one.origin_id]] -= one.value
    summary, summed = ask(story.shop, "write-offs-by-reason", branch_id=story.shop.branch_id)
    here = {row["reason"]: row["value"] for row in summary}
    assert here["damage"] == by_reason["damage"] and here["theft"] == by_reason["theft"]
    assert {"damage", "theft", "count"} <= set(here) and summed["lines"] >= 4
    _rows, summed = ask(story.shop, "write-offs-by-reason")
    assert summed["value"] == totals["value"] and summed["lines"] == len(gone)
    thefts, _totals = ask(story.shop, "write-offs", reason="theft")
    assert [(row["product"], row["quantity"]) for row in thefts] == [("Choy", 1)]
    _differences(story)


def _differences(story: Story) -> None:
    rows, totals = ask(story.shop, "count-differences")
    ledger = [one for one in story.ledger() if one.origin_kind == "stock_adjustment"]
    counted = {one.id for one in all_of(story.shop, StockAdjustment) if one.reason is AdjustmentReason.COUNT}
    corrected = {one.product_id: one for one in ledger if one.origin_id in counted}
    assert {row["product_id"]: (row["difference"], row["value"]) for row in rows} == {
        product: (one.quantity, one.value) for product, one in corrected.items()
    }
    assert {row["product"] for row in rows} == {"Tugma", "Guruch"}
    assert totals["value"] == sum(one.value for one in corrected.values())
    missing, _totals = ask(story.shop, "count-differences", way="less")
    assert [row["product"] for row in missing] == ["Tugma"]

    lost, totals = ask(story.shop, "transfer-differences")
    assert [(row["product"], row["sent"], row["received"], row["difference"]) for row in lost] == [
        ("Choy", 6, 4, -2)
    ]
    sent = next(
        one
        for one in story.ledger()
        if one.origin_kind == "stock_transfer"
        and one.origin_id == story.transfer
        and one.product_id == story.goods["Choy"]
        and one.quantity == -6
    )
    assert totals["value"] == pytest.approx(sent.value / 3, abs=Decimal("0.0001"))
    assert lost[0]["note"] == "Ezilgan" and (lost[0]["source"], lost[0]["target"]) == ("Chilonzor", "Ombor")


SLUGS = [
    *("stock-on-hand", "inventory-status", "movements", "movement-lines", "dead-stock", "slow-stock"),
    *("expiring-lots", "write-offs", "write-offs-by-reason", "count-differences", "transfer-differences"),
]


def test_nobody_sees_beyond_the_walls_or_costs_without_the_right(story: Story, stranger: Shop) -> None:
    with story.shop.inside("owner"):
        actor = story.shop.actor()
        north = create_workspace(name="North", actor=actor).id
        south = create_workspace(name="South", actor=actor).id
        warehouse = db.session.get(Branch, story.shop.warehouse_id)
        assert warehouse is not None
        warehouse.workspace_id = north
        home = db.session.get(Branch, story.shop.branch_id)
        assert home is not None
        home.workspace_id = south
    long_ago = {"from": str(TODAY - timedelta(days=150))}
    for slug in SLUGS:
        args = long_ago if "movement" in slug else {"days": 1} if slug == "dead-stock" else {}
        rows, _totals = ask(story.shop, slug, **args)
        assert rows, slug
        assert ask(stranger, slug, "stranger", **args)[0] == [], slug
        limited, _totals = ask(story.shop, slug, workspaces=(north,), **args)
        assert len(limited) < len(rows) or slug == "transfer-differences", slug
        assert {row["branch"] for row in limited if "branch" in row} <= {"Ombor", "Yoʻlda", None}, slug
    mine, _totals = ask(story.shop, "movements", workspaces=(north,), **long_ago)
    tea = next(row for row in mine if row["product"] == "Choy")
    assert tea["closing"] == 4 + 2, "what came to the branch that is seen, and what is on its way"
    with story.shop.inside("owner"):
        everything = find_report("stock-on-hand")
        assert everything is not None
        shown = {column.key for column in everything.columns_for(story.shop.actor("operator"))}
        assert not {"average_cost", "value"} & shown and "retail" in shown
    with pytest.raises(Invalid):
        ask(story.shop, "stock-on-hand", branch_id=stranger.branch_id)
    with pytest.raises(Invalid):
        ask(story.shop, "stock-on-hand", "operator", sort="value")
