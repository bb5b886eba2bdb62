"""What can be reported about production."""

from smartpos.production.declared_reports import done, orders, people, used

__all__ = ["done", "orders", "people", "used"]
