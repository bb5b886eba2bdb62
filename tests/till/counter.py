"""What the tests of the counter's windows have in common."""

import time
from decimal import Decimal
from typing import Any

from playwright.sync_api import expect
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.crm.models import Customer
from smartpos.sales.models import Approval, Sale, SaleItem, SalePayment, TillEvent
from tests.browsing import PATIENCE
from tests.cast import PIN, Shop
from tests.till.conftest import Goods, Till

PAUSE = (
    150  # milliseconds between the last scan and the key that pays: an Enter sooner than 100 is the scanner's
)


def customer_of(shop: Shop, name: str, *, balance: str = "0", points: str = "0", **facts: Any) -> int:
    """Make a customer, with what they owed or had when the books began; gives the id."""
    from smartpos.crm.operations import Change, create_customer, open_account

    with shop.inside("owner"):
        actor = shop.actor("owner")
        customer, _made = create_customer(name=name, actor=actor, **facts)
        if Decimal(balance) or Decimal(points):
            open_account(customer.id, Change(Decimal(balance), Decimal(points)), actor=actor)
        return int(customer.id)


def balance_of(till: Till, customer_id: int) -> tuple[Decimal, Decimal]:
    """What a customer's account holds once all of this till has arrived: money and points."""
    till.settled()
    with till.server.shop.inside("owner"):
        row = db.session.execute(
            select(Customer.balance, Customer.points).where(Customer.id == customer_id)
        ).one()
        return row[0], row[1]


def latest_sale(till: Till) -> tuple[Sale, list[SaleItem], list[SalePayment]]:
    """The receipt written last, with its lines and tenders."""
    till.settled()
    with till.server.shop.inside("owner"):
        sale = db.session.execute(select(Sale).order_by(Sale.id.desc()).limit(1)).scalar_one()
        items = db.session.scalars(
            select(SaleItem).where(SaleItem.sale_id == sale.id).order_by(SaleItem.line_number)
        ).all()
        payments = db.session.scalars(
            select(SalePayment).where(SalePayment.sale_id == sale.id).order_by(SalePayment.id)
        ).all()
        for row in (sale, *items, *payments):
            db.session.refresh(row)
        db.session.expunge_all()
        return sale, list(items), list(payments)


def events_of(till: Till, kind: str) -> list[TillEvent]:
    """What was recorded at the counter, the latest last."""
    till.settled()
    with till.server.shop.inside("owner"):
        rows = db.session.scalars(
            select(TillEvent).where(TillEvent.kind == kind).order_by(TillEvent.id)
        ).all()
        db.session.expunge_all()
        return list(rows)


def recorded(till: Till, kind: str, count: int) -> list[TillEvent]:
    """The same, as soon as there are so many: what is recorded is written down after the screen has changed."""
    deadline = time.monotonic() + PATIENCE / 1000
    while len(events := events_of(till, kind)) < count and time.monotonic() < deadline:
        till.page.wait_for_timeout(50)
    assert len(events) == count
    return events


def approvals_of(till: Till) -> list[Approval]:
    """What managers have allowed, the latest last."""
    with till.server.shop.inside("owner"):
        rows = db.session.scalars(select(Approval).order_by(Approval.id)).all()
        db.session.expunge_all()
        return list(rows)


def put(till: Till, *goods: Goods) -> None:
    """Scan goods into the cart, and wait as long as a person does before the next key."""
    for one in goods:
        till.scan(one.code)
        expect(till.line(one)).to_be_visible()
    till.page.wait_for_timeout(PAUSE)


def allow(till: Till, pin: str = PIN, who: str = "Manager") -> None:
    """The manager comes and allows it."""
    field = till.page.locator("#approval-pin")
    expect(field).to_be_visible()
    till.page.locator(".approval .people").get_by_role("button", name=who, exact=True).click()
    field.fill(pin)
    field.press("Enter")
