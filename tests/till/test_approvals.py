"""What a cashier may not do asks for a manager's PIN; what leaves a cart is recorded."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, insert, select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.sales.permissions import SalesPermission
from tests.till.conftest import Shelf, Till
from tests.till.counter import allow, approvals_of, events_of, put, recorded

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def strict(till: Till) -> Iterator[Till]:
    """A till whose cashier may neither remove lines, give up carts nor print copies."""
    from smartpos.identity.models import Role, RolePermission

    taken = [SalesPermission.LINE_REMOVE, SalesPermission.CART_VOID, SalesPermission.RECEIPT_REPRINT]
    shop = till.server.shop
    with shop.inside("owner"):
        role = db.session.execute(select(Role.id).where(Role.key == RoleKey.CASHIER)).scalar_one()
        db.session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role, RolePermission.permission.in_([str(one) for one in taken])
            )
        )
    till.reload()
    yield till
    with shop.inside("owner"):
        db.session.execute(
            insert(RolePermission),
            [
                {"organization_id": shop.organization_id, "role_id": role, "permission": str(one)}
                for one in taken
            ],
        )


def test_a_removed_line_is_recorded_when_it_can_no_longer_be_undone(till: Till, shelf: Shelf) -> None:
    before = len(events_of(till, "line_removed"))
    put(till, shelf["milk"], shelf["tea"])
    till.page.keyboard.press("Delete")
    till.page.locator(".toast .btn").first.click()
    expect(till.lines).to_have_count(2)
    till.page.keyboard.press("Delete")
    expect(till.lines).to_have_count(1)
    assert len(events_of(till, "line_removed")) == before
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    events = recorded(till, "line_removed", before + 1)
    assert (events[-1].product_name, events[-1].amount) == (shelf["tea"].name, 16_900)


def test_a_reload_does_not_swallow_it(till: Till, shelf: Shelf) -> None:
    before = len(events_of(till, "line_removed"))
    put(till, shelf["milk"], shelf["tea"])
    till.page.keyboard.press("Delete")
    till.page.reload()
    till.ready()
    recorded(till, "line_removed", before + 1)


def test_a_smaller_quantity_is_recorded_as_a_whole(till: Till, shelf: Shelf) -> None:
    before = len(events_of(till, "quantity_reduced"))
    put(till, shelf["milk"], shelf["milk"], shelf["milk"])
    for left in ("2", "1"):
        till.page.keyboard.press("-")
        expect(till.count_of(shelf["milk"])).to_have_text(left)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    events = recorded(till, "quantity_reduced", before + 1)
    assert (events[-1].quantity, events[-1].amount) == (2, 27_000)


def test_a_cart_given_up_is_recorded(till: Till, shelf: Shelf) -> None:
    before = len(events_of(till, "cart_voided"))
    put(till, shelf["milk"], shelf["tea"])
    till.page.locator(".basket .top").get_by_role("button", name="Clear the cart").click()
    expect(till.lines).to_have_count(0)
    till.page.locator(".toast .btn.ghost").click()
    events = recorded(till, "cart_voided", before + 1)
    assert events[-1].amount == 30_400


def test_without_the_right_a_manager_allows_it(strict: Till, shelf: Shelf) -> None:
    before = len(events_of(strict, "line_removed"))
    put(strict, shelf["milk"], shelf["tea"])
    strict.page.keyboard.press("Delete")
    expect(strict.page.locator(".approval")).to_contain_text(shelf["tea"].name)
    strict.page.keyboard.press("Escape")
    expect(strict.dialog).to_have_count(0)
    expect(strict.lines).to_have_count(2)
    strict.page.keyboard.press("Delete")
    allow(strict)
    expect(strict.lines).to_have_count(1)
    event, approval = recorded(strict, "line_removed", before + 1)[-1], approvals_of(strict)[-1]
    assert approval.action == "sales:line:remove"
    assert approval.id == event.approval_id
    assert approval.subject_uuid == event.client_uuid


def test_digits_of_a_pin_are_no_scan(strict: Till, shelf: Shelf) -> None:
    put(strict, shelf["milk"])
    strict.page.keyboard.press("Delete")
    field = strict.page.locator("#approval-pin")
    expect(field).to_be_focused()
    strict.scan_by_keys("8362836")
    expect(strict.page.locator(".approval").get_by_role("alert")).to_be_visible()
    expect(field).to_have_value("")
    strict.page.keyboard.press("Escape")
    expect(strict.lines).to_have_count(1)
    strict.complaints.clear()  # the wrong PIN


def test_a_copy_of_a_receipt_is_marked_and_recorded(till: Till, shelf: Shelf) -> None:
    put(till, shelf["chocolate"])
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    till.settled()
    before = len(events_of(till, "reprint"))
    till.page.keyboard.press("Control+h")
    till.page.locator(".receipt-row").first.click()
    till.dialog.get_by_role("button", name="Print a copy").click()
    receipt = till.page.frame_locator("iframe.print-frame").locator(".receipt")
    expect(receipt).to_contain_text("Copy", ignore_case=True)
    recorded(till, "reprint", before + 1)
