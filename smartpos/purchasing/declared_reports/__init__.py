"""What can be reported about purchases and what is owed for them."""

from smartpos.purchasing.declared_reports import bought, owed

__all__ = ["bought", "owed"]
