"""What happened at the demo's counter besides the history, loaded small."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from smartpos.catalog.models import CustomerTier, PriceType, Promotion, PromotionKind
from smartpos.core.db import db
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import Customer, CustomerType
from smartpos.demo.loader import load_demo
from smartpos.factory import create_app
from smartpos.finance.models import CashEntry, CashEntryKind, ExchangeRate, Expense, Payment, PaymentStatus
from smartpos.identity.models import User
from smartpos.identity.queries import system_actor
from smartpos.sales.models import (
    Approval,
    HeldSale,
    HeldSaleStatus,
    PaymentMethod,
    Restock,
    Sale,
    SaleItem,
    SalePayment,
    SaleStatus,
    SaleType,
    Shift,
    ShiftStatus,
    TillEvent,
    TillEventKind,
)
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import StockAdjustment
from tests import servers
from tests.conftest import settings
from tests.demo.conftest import PASSWORD, organization


def last_shifts() -> list[Shift]:
    """Those that were worked after the history."""
    return list(
        db.session.scalars(select(Shift).where(Shift.foreign_currency.is_not(None)).order_by(Shift.id))
    )


def test_there_are_promotions_of_every_kind(demo: Flask) -> None:
    now = datetime.now(UTC)
    rows = db.session.scalars(select(Promotion)).all()
    assert {row.kind for row in rows} == set(PromotionKind)
    assert any(row.time_from and row.time_to for row in rows)
    assert any(row.tier is CustomerTier.GOLD and row.kind is PromotionKind.FIXED_PRICE for row in rows)
    assert any(row.valid_from and row.valid_from > now for row in rows)
    assert any(row.valid_to and row.valid_to < now for row in rows)
    in_force = [row for row in rows if row.valid_from <= now and (row.valid_to is None or row.valid_to > now)]
    assert len(in_force) >= 5
    assert all(row.targets for row in rows)


def test_no_receipt_of_the_history_contradicts_a_promotion(demo: Flask) -> None:
    """What the shops took off before began to be noted did not hold then."""
    first = db.session.scalar(select(func.min(Shift.opened_at)))
    over = db.session.scalars(select(Promotion).where(Promotion.valid_to < func.now())).one()
    assert over.valid_to and first and over.valid_to < first
    promoted = select(func.min(Sale.sold_at)).join(SaleItem).where(SaleItem.promotion_id.is_not(None))
    begins = select(func.min(Promotion.valid_from)).where(Promotion.id != over.id)
    assert db.session.scalar(promoted) >= db.session.scalar(begins)


def test_promotions_are_on_receipts(demo: Flask) -> None:
    kinds = select(Promotion.kind).join(SaleItem, SaleItem.promotion_id == Promotion.id)
    assert set(db.session.scalars(kinds)) >= {
        PromotionKind.PERCENT,
        PromotionKind.N_FOR_M,
        PromotionKind.FIXED_PRICE,
    }


def test_dollars_are_taken_and_scales_are_read(demo: Flask) -> None:
    actor = system_actor(organization("bahor"))
    assert actor.setting("foreign_currency") == "USD"
    assert actor.setting("scale_patterns") == "20CCCCCWWWWWX"
    assert actor.setting("lock_after_minutes") == 0
    assert db.session.scalar(select(func.count()).select_from(ExchangeRate)) == 2
    assert db.session.scalar(select(func.max(ExchangeRate.valid_from))) <= datetime.now(UTC)
    abroad = db.session.scalars(select(SalePayment).where(SalePayment.currency == "USD")).one()
    assert abroad.foreign_amount and abroad.exchange_rate == 12_100
    assert db.session.scalar(select(func.count()).where(SaleItem.barcode.like("20" + "_" * 11))) == 1


def test_customers_buy_on_credit_with_points_and_at_their_prices(demo: Flask) -> None:
    shifts = [shift.id for shift in last_shifts()]
    ways = select(SalePayment.method).join(Sale).where(Sale.shift_id.in_(shifts))
    assert set(db.session.scalars(ways)) >= {
        PaymentMethod.CASH,
        PaymentMethod.CARD,
        PaymentMethod.CREDIT,
        PaymentMethod.POINTS,
    }
    wholesale = select(PriceType.id).where(~PriceType.is_default).scalar_subquery()
    assert db.session.scalar(select(func.count()).where(Sale.price_type_id == wholesale)) == 1
    discounts = select(func.count()).where(Sale.shift_id.in_(shifts), SaleItem.cart_discount_amount > 0)
    assert db.session.scalar(discounts.select_from(SaleItem).join(Sale)) > 0


def test_goods_came_back_in_every_way(demo: Flask) -> None:
    types = db.session.execute(select(Sale.type, func.count()).group_by(Sale.type)).all()
    assert dict(types)[SaleType.REFUND] == 3 and dict(types)[SaleType.EXCHANGE] == 1
    states = set(db.session.scalars(select(Sale.status).distinct()))
    assert {SaleStatus.PARTLY_RETURNED, SaleStatus.RETURNED} <= states
    restocked = set(db.session.scalars(select(SaleItem.restock).where(SaleItem.returns_id.is_not(None))))
    assert restocked == {Restock.SALE, Restock.DAMAGED}
    assert all(db.session.scalars(select(Sale.reason).where(Sale.original_id.is_not(None))))
    assert db.session.scalar(select(func.count()).select_from(StockAdjustment)) > 0


def test_the_manager_allowed_what_the_cashier_may_not_do(demo: Flask) -> None:
    approvals = db.session.scalars(select(Approval)).all()
    assert len(approvals) == 2 and all(one.used_at for one in approvals)
    people = {(one.requester.username, one.approver.username) for one in approvals}
    assert people == {("cashier", "manager")}
    returned = {db.session.get_one(Sale, one.origin_id).type for one in approvals if one.origin_id}
    assert returned == {SaleType.REFUND, SaleType.EXCHANGE}
    trail = select(func.count()).select_from(AuditLog).where(AuditLog.action == AuditAction.APPROVE)
    assert db.session.scalar(trail) == 2


def test_cash_moved_by_hand_and_expenses_were_paid(demo: Flask) -> None:
    kinds = set(db.session.scalars(select(CashEntry.kind)))
    assert kinds >= {
        CashEntryKind.IN,
        CashEntryKind.OUT,
        CashEntryKind.EXPENSE,
        CashEntryKind.REFUND,
        CashEntryKind.DEBT,
        CashEntryKind.DIFFERENCE,
    }
    expenses = db.session.scalars(select(Expense)).all()
    assert len(expenses) == 3 and all(one.category_id for one in expenses)
    assert len({one.category_id for one in expenses}) == 3


def test_a_payment_was_taken_back(demo: Flask) -> None:
    reversed_one = db.session.scalars(select(Payment).where(Payment.status == PaymentStatus.REVERSED)).one()
    counter = db.session.scalars(select(Payment).where(Payment.reverses_id == reversed_one.id)).one()
    assert counter.amount == -reversed_one.amount and counter.notes
    assert db.session.scalar(select(func.count()).where(Payment.created_at >= counter.created_at)) == 2


def test_the_log_of_the_till_tells_of_what_left_no_receipt(demo: Flask) -> None:
    events = db.session.scalars(select(TillEvent)).all()
    assert {event.kind for event in events} == {
        TillEventKind.LINE_REMOVED,
        TillEventKind.QUANTITY_REDUCED,
        TillEventKind.CART_VOIDED,
        TillEventKind.REPRINT,
        TillEventKind.DRAWER_OPENED,
    }
    assert all(event.shift_id and event.user and event.user.username == "cashier" for event in events)
    assert not any("without_right" in event.details for event in events)


def test_three_receipts_are_parked(demo: Flask) -> None:
    held = db.session.scalars(select(HeldSale)).all()
    assert len(held) == 3 and all(one.status is HeldSaleStatus.HELD and one.name for one in held)
    assert {one.branch.name for one in held} == {"Chilonzor"}
    for one in held:
        lines = one.cart["lines"]
        assert len(lines) == one.line_count
        worth = sum(Decimal(line["price"]) * line["quantity"] / 1000 for line in lines) / 100
        assert worth == one.total_amount > 0
        assert {line["productId"] for line in lines} and one.cart["selected"] == lines[-1]["key"]
    assert [one.cart["customer"]["name"] for one in held if one.customer] == ["Madina Yo'ldosheva"]
    # A till takes it up as JSON.
    assert all(json.loads(json.dumps(one.cart)) == one.cart for one in held)


def test_the_tills_are_closed_and_counted(demo: Flask) -> None:
    first, second = last_shifts()
    assert all(shift.status is ShiftStatus.CLOSED for shift in (first, second))
    assert set(first.denominations) == {"UZS", "USD"} and first.difference == 0
    assert first.foreign_difference == 0 and first.closing_foreign
    assert second.difference == -2_000 and second.difference_reason
    people = {db.session.get_one(User, shift.cashier_id).username for shift in (first, second)}
    assert people == {"cashier", "manager"}
    assert not db.session.scalar(select(func.count()).where(Shift.status != ShiftStatus.CLOSED))


def test_the_back_office_knows_some_customers_well(demo: Flask) -> None:
    customers = db.session.scalars(select(Customer)).all()
    companies = [one for one in customers if one.type is CustomerType.COMPANY and one.bin]
    assert len(companies) >= 2 and all(len(one.bin or "") == 9 for one in companies)
    assert any(one.price_type_id for one in customers)
    assert any(one.credit_limit is None for one in customers)
    assert sum(len(one.contacts) for one in customers) >= 3
    assert sum(len(one.addresses) for one in customers) >= 4


@pytest.mark.parametrize("days", [-400, -1, 3], ids=["long ago", "yesterday", "in the future"])
def test_it_can_be_told_of_any_day(
    migrated: str, worker: str, tmp_path_factory: pytest.TempPathFactory, days: int
) -> None:
    """The history ends where it is told to; the counter's last hour is always now."""
    name = f"demo_moved_{worker}"
    servers.create_database(name, template=migrated)
    app = create_app(settings(name, tmp_path_factory.mktemp("moved")))
    try:
        with app.app_context():
            begun = datetime.now(UTC)
            assert load_demo(PASSWORD, size="small", now=begun + timedelta(days=days))
            with platform_scope(reason="look at the demo"):
                assert verify_books() == []
                returns = select(Sale.sold_at).where(Sale.type != SaleType.SALE)
                moments = db.session.scalars(returns).all()
            assert moments and all(begun <= moment <= datetime.now(UTC) for moment in moments)
            db.session.rollback()
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        servers.drop_database(name)
