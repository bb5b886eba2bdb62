"""Receipts and shifts as JSON: plain functions, because a till waits for them. ``schemas`` documents the fields."""

from datetime import UTC, datetime
from typing import Any

from smartpos.core.answers import amount, day
from smartpos.core.money import plain
from smartpos.sales.models import Shift
from smartpos.sales.queries import Buyer, SoldPayment, SoldSale, Takings


def moment_text(value: datetime) -> str:
    """A moment in UTC, ISO 8601."""
    # The database answers in whatever time zone its session has.
    return value.astimezone(UTC).isoformat()


def _buyer_body(buyer: Buyer | None) -> dict[str, Any]:
    if buyer is None:
        return {
            "customer": None,
            "customer_balance": None,
            "points_earned": "0.00",
            "points_used": "0.00",
            "points_balance": None,
        }
    return {
        "customer": {"id": buyer.id, "name": buyer.name, "phone": buyer.phone},
        "customer_balance": plain(buyer.balance),
        "points_earned": plain(buyer.points_earned),
        "points_used": plain(buyer.points_used),
        "points_balance": plain(buyer.points),
    }


def _payment_body(one: SoldPayment) -> dict[str, Any]:
    return {
        "method": one.method.value,
        "amount": plain(one.amount),
        "tendered": plain(one.tendered),
        "currency": one.currency,
        "exchange_rate": amount(one.rate),
        "foreign_amount": amount(one.foreign_amount),
        "due_date": day(one.due_date),
    }


def head_body(sale: SoldSale) -> dict[str, Any]:
    """A receipt without its lines. Costs are never part of it."""
    return {
        "id": sale.id,
        "number": sale.number,
        "client_uuid": str(sale.client_uuid),
        "type": sale.type.value,
        "status": sale.status.value,
        "branch_id": sale.branch_id,
        "branch": sale.branch,
        "till_id": sale.till_id,
        "till": sale.till,
        "shift_id": sale.shift_id,
        "cashier_id": sale.cashier_id,
        "cashier": sale.cashier,
        **_buyer_body(sale.buyer),
        "original_id": sale.original_id,
        "original_number": sale.original_number,
        "price_type_id": sale.price_type_id,
        "payment_method": sale.payment_method.value,
        "gross": plain(sale.gross),
        "discount": plain(sale.discount),
        "tax": plain(sale.tax),
        "rounding": plain(sale.rounding),
        "total": plain(sale.total),
        "paid": plain(sale.paid),
        "change": plain(sale.change),
        "business_date": sale.business_date.isoformat(),
        "sold_at": moment_text(sale.sold_at),
        "reason": sale.reason,
        "is_offline": sale.is_offline,
        "is_late": sale.is_late,
        "flags": list(sale.flags),
        "created_at": moment_text(sale.created_at),
    }


def sale_body(sale: SoldSale) -> dict[str, Any]:
    """A receipt."""
    return head_body(sale) | {
        "items": [
            {
                "id": item.id,
                "line_number": item.line_number,
                "product_id": item.product_id,
                "name": item.name,
                "barcode": item.barcode,
                "unit": item.unit,
                "quantity": plain(item.quantity),
                "multiplier": plain(item.multiplier),
                "price": plain(item.price),
                "list_price": amount(item.list_price),
                "gross": plain(item.gross),
                "promotion_id": item.promotion_id,
                "promotion_name": item.promotion_name,
                "promotion": plain(item.promotion),
                "discount": plain(item.discount),
                "cart_discount": plain(item.cart_discount),
                "vat_rate": plain(item.vat_rate),
                "vat_included": item.vat_included,
                "tax": plain(item.tax),
                "total": plain(item.total),
                "returns_id": item.returns_id,
                "restock": item.restock.value if item.restock else None,
                "returned": plain(item.returned),
                "batch_number": item.batch_number,
                "expiration_date": day(item.expiration_date),
                "marking_code": item.marking_code,
            }
            for item in sale.items
        ],
        "payments": [_payment_body(one) for one in sale.payments],
    }


def shift_body(shift: Shift) -> dict[str, Any]:
    """A shift; what was expected in the drawer is told once it has been counted."""
    return {
        "id": shift.id,
        "number": shift.number,
        "status": shift.status.value,
        "branch_id": shift.branch_id,
        "branch": shift.branch.name,
        "till_id": shift.till_id,
        "till": shift.till.name,
        "cashier_id": shift.cashier_id,
        "cashier": shift.cashier.display,
        "sales_count": shift.last_number,
        "opening_cash": plain(shift.opening_cash),
        "expected_cash": amount(shift.expected_cash),
        "closing_cash": amount(shift.closing_cash),
        "difference": amount(shift.difference),
        "difference_reason": shift.difference_reason,
        "denominations": shift.denominations,
        "foreign_currency": shift.foreign_currency,
        "exchange_rate": amount(shift.exchange_rate),
        "opening_foreign": plain(shift.opening_foreign),
        "expected_foreign": amount(shift.expected_foreign),
        "closing_foreign": amount(shift.closing_foreign),
        "foreign_difference": amount(shift.foreign_difference),
        "late_count": shift.late_count,
        "late_total": plain(shift.late_total),
        "is_forced": shift.is_forced,
        "handed_over_to": shift.handed_over_to,
        "opened_at": moment_text(shift.opened_at),
        "closed_at": None if shift.closed_at is None else moment_text(shift.closed_at),
        "closed_by": shift.closed_by,
    }


def shift_report(shift: Shift, takings: Takings) -> dict[str, Any]:
    """A shift with what was sold in it."""
    return shift_body(shift) | {
        "sales_total": plain(takings.total),
        "payments": {method.value: plain(amount) for method, amount in takings.payments.items()},
    }
