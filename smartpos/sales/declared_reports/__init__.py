"""What can be reported about selling."""

from smartpos.sales.declared_reports import by_goods, by_place, receipts, sales_by_day

__all__ = ["by_goods", "by_place", "receipts", "sales_by_day"]
