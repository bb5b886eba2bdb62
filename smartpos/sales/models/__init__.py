"""Shifts, receipts, and what else happens at a counter."""

from smartpos.sales.models.counter import (
    Approval,
    HeldSale,
    HeldSaleStatus,
    PrintJob,
    PrintKind,
    PrintStatus,
    PrintTrouble,
    TillEvent,
    TillEventKind,
)
from smartpos.sales.models.receipts import (
    PaymentMethod,
    PaymentSummary,
    Restock,
    Sale,
    SaleFlag,
    SaleItem,
    SalePayment,
    SaleStatus,
    SaleType,
)
from smartpos.sales.models.shifts import (
    Shift,
    ShiftStatus,
)

__all__ = [
    "Approval",
    "HeldSale",
    "HeldSaleStatus",
    "PaymentMethod",
    "PaymentSummary",
    "PrintJob",
    "PrintKind",
    "PrintStatus",
    "PrintTrouble",
    "Restock",
    "Sale",
    "SaleFlag",
    "SaleItem",
    "SalePayment",
    "SaleStatus",
    "SaleType",
    "Shift",
    "ShiftStatus",
    "TillEvent",
    "TillEventKind",
]
