"""What can be reported about selling."""

from smartpos.sales.declared_reports import (
    by_goods,
    by_people,
    by_place,
    receipts,
    returns,
    sales_by_day,
    shifts,
    vat,
)

__all__ = ["by_goods", "by_people", "by_place", "receipts", "returns", "sales_by_day", "shifts", "vat"]
