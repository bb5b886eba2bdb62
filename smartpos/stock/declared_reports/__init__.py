"""What can be reported about stock."""

from smartpos.stock.declared_reports import idle, lots, on_hand

__all__ = ["idle", "lots", "on_hand"]
