"""Suggested orders and transfers: the formula, the figures it is fed with, and the drafts that come of a click."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.settings import declared_settings
from smartpos.crm.models import Supplier
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, SupplierPrice
from smartpos.purchasing.queries.positions import low_stock, positions
from smartpos.purchasing.queries.suggesting import suggestions
from smartpos.purchasing.suggestions import Position, suggest
from smartpos.stock.models import StockTransfer, StockTransferLine
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.cast import Shop
from tests.conftest import csrf_of

D = Decimal


def here(quantity: str, **facts: str) -> Position:
    return Position(1, 7, D(quantity), **{name: D(value) for name, value in facts.items()})


def there(branch: int, quantity: str, **facts: str) -> Position:
    return Position(branch, 7, D(quantity), **{name: D(value) for name, value in facts.items()})


@pytest.mark.parametrize(
    ("position", "others", "options", "transfers", "order"),
    [
        # Two a day for ten days are twenty; eight are there.
        (here("8", velocity="2"), [], {}, [], "12"),
        (here("20", velocity="2"), [], {}, [], "0"),
        (here("0"), [], {}, [], "0"),
        # What is set aside or promised is not there; what is on its way nearly is.
        (here("8", velocity="2", reserved="3", promised="1"), [], {}, [], "16"),
        (here("8", velocity="2", on_order="5", in_transit="4"), [], {}, [], "3"),
        (here("8", velocity="2", on_order="50"), [], {}, [], "0"),
        # A reorder point holds where sales are slow; sales where they are fast.
        (here("4", velocity="0.1", reorder_point="10"), [], {}, [], "6"),
        (here("4", min_quantity="9"), [], {}, [], "5"),
        (here("4", velocity="3", reorder_point="10"), [], {}, [], "26"),
        (here("11", reorder_point="10"), [], {}, [], "0"),
        # Below zero there is more to make up for.
        (here("-3", reorder_point="10"), [], {}, [], "13"),
        # Parts of a piece are whole pieces; of a kilogram they are not.
        (here("0", velocity="0.25"), [], {}, [], "3"),
        (here("0", velocity="0.25"), [], {"digits": 3}, [], "2.500"),
        # The least that the supplier delivers, and the most that fits.
        (here("8", velocity="2"), [], {"least": D(24)}, [], "24"),
        (here("8", velocity="2"), [], {"least": D(6)}, [], "12"),
        (here("8", velocity="2", max_quantity="15"), [], {}, [], "7"),
        (here("8", velocity="2", max_quantity="15"), [], {"least": D(24)}, [], "7"),
        (here("8", velocity="2", max_quantity="5"), [], {}, [], "0"),
        # Others give what they have beyond their own need, whoever has most first.
        (here("8", velocity="2"), [there(2, "100")], {}, [(2, "12")], "0"),
        (here("8", velocity="2"), [there(2, "5"), there(3, "9")], {}, [(3, "9"), (2, "3")], "0"),
        (here("8", velocity="2"), [there(2, "25", velocity="2")], {}, [(2, "5")], "7"),
        (here("8", velocity="2"), [there(2, "25", velocity="2")], {"least": D(24)}, [(2, "5")], "24"),
        (here("8", velocity="2"), [there(2, "9", reserved="9"), there(3, "0", on_order="90")], {}, [], "12"),
        (here("8", velocity="2"), [there(2, "25", reorder_point="25")], {}, [], "12"),
        (here("0", velocity="2", max_quantity="10"), [there(2, "4")], {"least": D(24)}, [(2, "4")], "6"),
        (here("0", velocity="1"), [there(2, "3.7")], {}, [(2, "3")], "7"),
    ],
)
def test_the_formula(
    position: Position,
    others: list[Position],
    options: dict[str, Any],
    transfers: list[tuple[int, str]],
    order: str,
) -> None:
    found = suggest(position, others, lead_days=3, review_days=7, **options)
    assert found.transfers == tuple((branch, D(quantity)) for branch, quantity in transfers)
    assert found.order == D(order)


amounts = st.decimals(0, 200, places=1)


@given(
    quantity=amounts,
    on_order=amounts,
    velocity=amounts,
    point=amounts,
    most=st.none() | amounts,
    least=st.none() | amounts,
    elsewhere=st.lists(amounts),
)
def test_the_formula_never_takes_too_much(
    *,
    quantity: Decimal,
    on_order: Decimal,
    velocity: Decimal,
    point: Decimal,
    most: Decimal | None,
    least: Decimal | None,
    elsewhere: list[Decimal],
) -> None:
    position = Position(
        1, 7, quantity, on_order=on_order, velocity=velocity, reorder_point=point, max_quantity=most
    )
    others = [Position(2 + place, 7, one) for place, one in enumerate(elsewhere)]
    found = suggest(position, others, lead_days=2, review_days=5, least=least)
    given_away = dict(found.transfers)
    assert found.order >= 0 and all(0 < one <= elsewhere[branch - 2] for branch, one in given_away.items())
    after = position.coming + sum(given_away.values()) + found.order
    if found.order or given_away:
        assert position.need(7) > 0 and (most is None or after <= most)
    if most is None:
        assert after >= position.target(7)


# --- the figures -------------------------------------------------------------------------------------------------


def sell(shop: Shop, product: int, quantity: str, days_ago: float = 1, kind: str = "sale") -> None:
    with shop.inside("cashier"):
        post_movements(
            [Movement(product, -D(quantity))],
            origin_kind=kind,
            origin_id=1,
            branch_id=shop.branch_id,
            occurred_at=utc_now() - timedelta(days=days_ago),
            allow_negative=True,
            actor=shop.actor("cashier"),
        )


def stock(shop: Shop, product: int, quantity: str, branch_id: int) -> None:
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, D(quantity), D(1))],
            origin_kind="test",
            origin_id=1,
            branch_id=branch_id,
            actor=shop.actor("warehouse"),
        )


def supplier(shop: Shop, product: int, name: str = "Agro", price: str = "5000", **facts: Any) -> int:
    with shop.inside("owner"):
        lead = facts.pop("supplier_lead", None)
        row = db.session.scalar(select(Supplier).where(Supplier.name == name))
        if row is None:
            row = Supplier(name=name, lead_time_days=lead)
            db.session.add(row)
            db.session.flush()
        db.session.add(SupplierPrice(supplier_id=row.id, product_id=product, price=D(price), **facts))
        return row.id


def suggested(shop: Shop) -> dict[int, Any]:
    with shop.inside("owner"):
        return {one.goods.id: one for one in suggestions(shop.branch_id, shop.actor("owner"))}


def test_velocity_is_sales_net_of_what_came_back(shop: Shop) -> None:
    milk = shop.product(stock="100")
    sell(shop, milk, "30", days_ago=2)
    sell(shop, milk, "-2", days_ago=1)
    sell(shop, milk, "500", days_ago=40)
    sell(shop, milk, "9", kind="stock_adjustment")
    with shop.inside("owner"):
        for one in (
            positions(shop.actor("owner"), branch_id=shop.branch_id),
            positions(shop.actor("owner"), product_ids={milk}),
        ):
            assert [round(it.velocity, 6) for it in one] == [D(1)]


def test_lead_time_of_the_price_then_the_supplier_then_the_product(shop: Shop) -> None:
    leads = []
    for number, facts in enumerate(
        (
            {"lead_time_days": 4, "supplier_lead": 9},
            {"supplier_lead": 9},
            {},
            None,
        )
    ):
        product = shop.product(stock="0.001", lead_time_days=6 if number < 3 else None)
        sell(shop, product, "28")
        if facts is not None:
            supplier(shop, product, f"Supplier {number}", **facts)
        leads.append(suggested(shop)[product].lead_days)
    assert leads == [4, 9, 6, 3]


def test_the_preferred_supplier_is_asked_and_else_the_cheapest(shop: Shop) -> None:
    milk, bread = shop.product(stock=None), shop.product(stock=None)
    for product in (milk, bread):
        stock(shop, product, "1", shop.branch_id)
        sell(shop, product, "28")
        supplier(shop, product, "Dear", "9000", is_preferred=product == milk)
        supplier(shop, product, "Cheap", "4000")
    found = suggested(shop)
    assert (found[milk].goods.supplier, found[milk].goods.price) == ("Dear", 9000)
    assert (found[bread].goods.supplier, found[bread].goods.price) == ("Cheap", 4000)


def test_what_is_ordered_and_on_its_way_is_not_ordered_again(shop: Shop) -> None:
    milk = shop.product(stock="20")
    sell(shop, milk, "28")
    stock(shop, milk, "0.001", shop.warehouse_id)
    with shop.inside("owner"):
        db.session.add(
            Purchase(
                number="P-1",
                branch_id=shop.branch_id,
                status=PurchaseStatus.ORDERED,
                document_date=utc_now().date(),
                items=[PurchaseItem(position=1, product_id=milk, quantity=D(4), price=D(1))],
            )
        )
        db.session.add(
            StockTransfer(
                number="T-1",
                from_branch_id=shop.warehouse_id,
                to_branch_id=shop.branch_id,
                lines=[StockTransferLine(position=1, product_id=milk, quantity=D(3))],
            )
        )
    one = suggested(shop)[milk]
    assert (one.position.on_order, one.position.in_transit, one.position.quantity) == (4, 3, -8)
    assert one.suggestion.order == 10 + 8 - 4 - 3
    with shop.inside("owner"):
        other = positions(shop.actor("owner"), branch_id=shop.warehouse_id, product_ids={milk})[0]
        assert other.promised == 3


def test_what_runs_low_is_told_by_branch(shop: Shop) -> None:
    milk, bread = shop.product("Sut", stock="20"), shop.product("Non", stock="2")
    with shop.inside("owner"):
        wanted = [WantedLevels(milk, D(5)), WantedLevels(bread, D(1), D(4))]
        set_levels_of_branch(shop.branch_id, wanted, actor=shop.actor("owner"))
        set_levels_of_branch(shop.warehouse_id, [WantedLevels(milk, D(0), D(10))], actor=shop.actor("owner"))
        first = low_stock(shop.actor("owner"), limit=1)
        second = low_stock(shop.actor("owner"), limit=1, cursor=first.next_cursor)
        only = low_stock(shop.actor("owner"), limit=9, branch_id=shop.branch_id)
    assert [(one.product, one.branch) for one in first.items + second.items] == [
        ("Non", "Chilonzor"),
        ("Sut", "Ombor"),
    ]
    assert second.next_cursor is None
    assert [one.product for one in only.items] == ["Non"]


# --- the pages ---------------------------------------------------------------------------------------------------


def test_one_click_makes_drafts_and_only_once(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    milk, bread, salt = (shop.product(name, stock=None) for name in ("Sut", "Non", "Tuz"))
    for product in (milk, bread, salt):
        stock(shop, product, "1", shop.branch_id)
        sell(shop, product, "28")
    stock(shop, salt, "500", shop.warehouse_id)
    agro = supplier(shop, milk, "Agro", "5000")
    client = client_of("warehouse")
    address = f"/purchases/suggestions?branch={shop.branch_id}"
    page = client.get(address).get_data(as_text=True)
    boxes = re.findall(r'type="checkbox" name="(\w+)" value="([\d-]+)" checked', page)
    assert sorted(boxes) == sorted(
        [("order", str(milk)), ("order", str(bread)), ("move", f"{salt}-{shop.warehouse_id}")]
    )
    amounts_of = dict(re.findall(r'class="input amount" name="([\w-]+)"[^>]*? value="([\d.]+)"', page))
    found = re.search(r'name="form_uuid" value="([\w-]+)"', page)
    assert found is not None
    form: dict[str, Any] = {
        "csrf_token": csrf_of(client),
        "branch": str(shop.branch_id),
        "form_uuid": found[1],
        "order": [str(milk), str(bread)],
        "move": [f"{salt}-{shop.warehouse_id}"],
    } | amounts_of
    form[f"order-{milk}"] = "40"
    for _twice in range(2):
        assert client.post(address, data=form).status_code == 302
    with shop.inside():
        rows = db.session.execute(
            select(
                Purchase.supplier_id,
                Purchase.status,
                PurchaseItem.product_id,
                PurchaseItem.quantity,
                PurchaseItem.price,
                Purchase.vat_included,
            ).join(PurchaseItem, PurchaseItem.purchase_id == Purchase.id)
        ).all()
        assert {tuple(row) for row in rows} == {
            (agro, "draft", milk, 40, 5000, True),
            # What it cost last, and the VAT that is no part of that.
            (None, "draft", bread, 37, 7840, True),
        }
        moved = db.session.execute(
            select(
                StockTransfer.from_branch_id, StockTransferLine.product_id, StockTransferLine.quantity
            ).join(StockTransferLine, StockTransferLine.transfer_id == StockTransfer.id)
        ).all()
        assert [tuple(row) for row in moved] == [(shop.warehouse_id, salt, 37)]
    assert 'class="empty"' in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        {"order-{milk}": "0"},
        {"order-{milk}": "-5"},
        {"order-{milk}": "many"},
        {"order-{milk}": ""},
        {"order": "999999999", "order-999999999": "1"},
        {"order": "x"},
        {"order": "", "move": "{milk}"},
    ],
)
def test_what_cannot_be_ordered_makes_nothing(
    shop: Shop, client_of: Callable[[str], FlaskClient], change: dict[str, str]
) -> None:
    milk = shop.product(stock="1")
    client = client_of("warehouse")
    form = {
        "csrf_token": csrf_of(client),
        "branch": str(shop.branch_id),
        "form_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b77",
        "order": str(milk),
        f"order-{milk}": "3",
    }
    for name, value in change.items():
        form[name.format(milk=milk)] = value.format(milk=milk)
    assert client.post("/purchases/suggestions", data=form).status_code in {302, 404, 422}
    with shop.inside():
        assert db.session.scalar(select(Purchase.id)) is None


def test_pages_of_an_empty_shop(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("owner")
    for address in ("/stock/low", "/purchases/suggestions"):
        page = client.get(address)
        assert page.status_code == 200 and 'class="empty"' in page.get_data(as_text=True)
    assert client.get("/stock/low?branch=x").status_code == 422
    assert client.get("/stock/low?cursor=x").status_code == 422


def test_the_pages_tell_what_runs_low(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    milk = shop.product("Sut", stock="2")
    with shop.inside("owner"):
        set_levels_of_branch(shop.branch_id, [WantedLevels(milk, D(5))], actor=shop.actor("owner"))
    page = client_of("cashier").get("/stock/low").get_data(as_text=True)
    assert "Sut" in page and f"/movements?product={milk}" not in page
    page = client_of("owner").get("/stock/low").get_data(as_text=True)
    assert f"/movements?product={milk}&amp;branch={shop.branch_id}" in page
    assert client_of("cashier").get("/purchases/suggestions").status_code == 403


def test_the_settings_are_declared() -> None:
    known = {setting.key: setting.default for setting in declared_settings()}
    assert (known["sales_velocity_days"], known["purchase_review_days"], known["purchase_lead_days"]) == (
        28,
        7,
        3,
    )
