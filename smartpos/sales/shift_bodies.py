"""The report of a shift as JSON. ``schemas.shifts`` documents the fields."""

from typing import Any

from smartpos.core.answers import amount
from smartpos.core.money import plain
from smartpos.sales.bodies import moment_text, shift_body
from smartpos.sales.queries.reports import Drawer, ShiftFigures


def report_body(figures: ShiftFigures) -> dict[str, Any]:
    """The X or Z report."""
    shift = figures.shift
    return shift_body(shift) | {
        "kind": "Z" if figures.is_final else "X",
        "counts": {kind.value: count for kind, count in figures.counts.items()},
        "gross": plain(figures.gross),
        "discount": plain(figures.discount),
        "tax": plain(figures.tax),
        "rounding": plain(figures.rounding),
        "total": plain(figures.total),
        "refunded": plain(figures.refunded),
        "sales_total": plain(figures.total),
        "payments": {method.value: plain(amount) for method, amount in figures.payments.items()},
        "debts": {method.value: plain(amount) for method, amount in figures.debts.items()},
        "cash": {kind.value: plain(amount) for kind, amount in figures.cash.moved.items()},
        "expected_cash": amount(figures.cash.expected),
        "late_cash": plain(figures.cash.late),
        "foreign": None if figures.foreign is None else _drawer_body(figures.foreign, figures),
        "first_receipt": figures.first_number,
        "last_receipt": figures.last_number,
        "days": [
            {"date": one.day.isoformat(), "receipts": one.receipts, "total": plain(one.total)}
            for one in figures.days
        ],
        "late_sales": [
            {
                "id": one.id,
                "number": one.number,
                "type": one.type.value,
                "total": plain(one.total),
                "sold_at": moment_text(one.sold_at),
                "created_at": moment_text(one.arrived_at),
            }
            for one in figures.late
        ],
    }


def _drawer_body(drawer: Drawer, figures: ShiftFigures) -> dict[str, Any]:
    return {
        "currency": figures.shift.foreign_currency,
        "exchange_rate": amount(figures.shift.exchange_rate),
        "cash": {kind.value: plain(amount) for kind, amount in drawer.moved.items()},
        "expected": amount(drawer.expected),
        "counted": amount(drawer.counted),
        "difference": amount(drawer.difference),
        "late": plain(drawer.late),
    }
