"""What can be reported about goods."""

from smartpos.catalog.declared_reports import prices

__all__ = ["prices"]
