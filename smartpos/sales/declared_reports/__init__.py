"""What can be reported about selling."""

from smartpos.sales.declared_reports import sales_by_day

__all__ = ["sales_by_day"]
