"""What can be reported about stock."""

from smartpos.stock.declared_reports import flow, idle, losses, lots, on_hand

__all__ = ["flow", "idle", "losses", "lots", "on_hand"]
