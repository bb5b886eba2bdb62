"""Discounts up to the limit, above it with a manager; prices by hand, price types, promotions."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from smartpos.catalog.models import Price, PriceType
from smartpos.core.db import db
from tests.till.conftest import Shelf, Till
from tests.till.counter import allow, approvals_of, customer_of, latest_sale, put


@pytest.fixture
def limited(till: Till) -> Iterator[Till]:
    """A till whose cashier may take off ten per cent at most."""
    from sqlalchemy import update

    from smartpos.core.permissions import RoleKey
    from smartpos.identity.models import Role

    def limit(percent: int | None) -> None:
        with till.server.shop.inside("owner"):
            db.session.execute(
                update(Role).where(Role.key == RoleKey.CASHIER).values(max_discount_percent=percent)
            )

    limit(10)
    till.reload()
    yield till
    limit(None)


def discount(till: Till, text: str) -> None:
    till.page.keyboard.press("F7")
    till.page.locator("#discount").fill(text)
    till.page.keyboard.press("Enter")


def test_up_to_the_limit_nobody_is_asked(limited: Till, shelf: Shelf) -> None:
    put(limited, shelf["butter"])
    discount(limited, "10")
    expect(limited.dialog).to_have_count(0)
    expect(limited.total).to_have_text("24\u202f300")
    limited.page.keyboard.press("Enter")
    expect(limited.done).to_be_visible()
    assert latest_sale(limited)[0].total_amount == 24_300


def test_above_the_limit_a_manager_allows_this_discount_alone(limited: Till, shelf: Shelf) -> None:
    put(limited, shelf["butter"])
    discount(limited, "20")
    allow(limited, pin="0000")
    expect(limited.page.locator(".approval").get_by_role("alert")).to_be_visible()
    allow(limited)
    expect(limited.dialog).to_have_count(0)
    expect(limited.total).to_have_text("21\u202f600")
    # More than was allowed asks again, and a no leaves everything as it was.
    discount(limited, "30")
    expect(limited.page.locator("#approval-pin")).to_be_visible()
    limited.page.keyboard.press("Escape")
    expect(limited.page.locator("#approval-pin")).to_have_count(0)
    limited.page.keyboard.press("Escape")
    expect(limited.dialog).to_have_count(0)
    expect(limited.total).to_have_text("21\u202f600")
    limited.page.keyboard.press("Enter")
    expect(limited.done).to_be_visible()
    sale, _items, _payments = latest_sale(limited)
    assert sale.total_amount == 21_600
    approval = approvals_of(limited)[-1]
    assert approval.action == "sales:sale:discount_above_limit"
    assert approval.origin_id == sale.id
    limited.complaints.clear()  # the wrong PIN is a 403, which the browser reports


def test_what_was_taken_out_can_raise_the_share(limited: Till, shelf: Shelf) -> None:
    put(limited, shelf["butter"], shelf["milk"])
    limited.page.keyboard.press("F7")
    limited.dialog.locator("input[name=scope]").nth(1).check(force=True)
    limited.dialog.locator("input[name=kind]").nth(1).check(force=True)
    limited.page.locator("#discount").fill("3000")
    limited.page.keyboard.press("Enter")
    expect(limited.dialog).to_have_count(0)
    limited.page.keyboard.press("ArrowUp")
    limited.page.keyboard.press("Delete")
    expect(limited.lines).to_have_count(1)
    sales = limited.sales()
    limited.page.keyboard.press("Enter")
    expect(limited.page.locator("#approval-pin")).to_be_visible()
    limited.page.keyboard.press("Escape")
    expect(limited.dialog).to_have_count(0)
    assert limited.sales() == sales
    limited.page.keyboard.press("Enter")
    allow(limited)
    expect(limited.done).to_be_visible()
    assert latest_sale(limited)[0].total_amount == 10_500


def test_a_price_by_hand(till: Till, shelf: Shelf) -> None:
    put(till, shelf["tea"])
    till.page.keyboard.press("F7")
    till.dialog.locator("input[name=scope]").nth(2).check(force=True)
    till.page.locator("#price").fill("15000")
    till.page.keyboard.press("Enter")
    allow(till)
    expect(till.dialog).to_have_count(0)
    expect(till.total).to_have_text("15\u202f000")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    sale, items, _payments = latest_sale(till)
    assert (items[0].price, items[0].list_price) == (15_000, 16_900)
    assert approvals_of(till)[-1].origin_id == sale.id


def test_prices_follow_the_customers_price_type(till: Till, shelf: Shelf) -> None:
    with till.server.shop.inside("owner"):
        wholesale = PriceType(name="Ulgurji")
        db.session.add(wholesale)
        db.session.flush()
        db.session.add(Price(product_id=shelf["milk"].id, price_type_id=wholesale.id, price=Decimal(12_000)))
        number = wholesale.id
        from smartpos.catalog.operations import rebuild_search

        rebuild_search([shelf["milk"].id])
    customer_of(till.server.shop, "Ulgurji Xaridor", price_type_id=number)
    with till.server.shop.inside("owner"):
        from smartpos.catalog.models import Product
        from smartpos.core.db import utc_now

        product = db.session.get(Product, shelf["milk"].id)
        assert product is not None
        product.updated_at = utc_now()
    till.reload()
    put(till, shelf["milk"], shelf["tea"])
    expect(till.total).to_have_text("30\u202f400")
    till.page.keyboard.press("F3")
    till.page.keyboard.type("Ulgurji")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.total).to_have_text("28\u202f900")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    assert latest_sale(till)[0].total_amount == 28_900
