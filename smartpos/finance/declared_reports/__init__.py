"""What can be reported about cash and expenses."""

from smartpos.finance.declared_reports import cash, spent

__all__ = ["cash", "spent"]
