"""Shapes of the selling API: what is accepted, and what the documentation promises as answers."""

from smartpos.sales.schemas.receipts import (
    SaleCustomerOut,
    SaleHeadOut,
    SaleItemOut,
    SaleOut,
    SalePage,
    SalePaymentOut,
    SalesQuery,
)
from smartpos.sales.schemas.selling import (
    Sell,
    SellItem,
    SellPayment,
)
from smartpos.sales.schemas.shifts import (
    CloseShiftIn,
    OpenShiftIn,
    ShiftOut,
    ShiftPage,
    ShiftReport,
    ShiftsQuery,
)

__all__ = [
    "CloseShiftIn",
    "OpenShiftIn",
    "SaleCustomerOut",
    "SaleHeadOut",
    "SaleItemOut",
    "SaleOut",
    "SalePage",
    "SalePaymentOut",
    "SalesQuery",
    "Sell",
    "SellItem",
    "SellPayment",
    "ShiftOut",
    "ShiftPage",
    "ShiftReport",
    "ShiftsQuery",
]
