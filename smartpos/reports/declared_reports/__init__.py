"""What can be reported across domains: profit, and what else needs several of them."""

from smartpos.reports.declared_reports import classes, customers, profit, turnover

__all__ = ["classes", "customers", "profit", "turnover"]
