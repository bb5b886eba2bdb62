"""What can be reported about people and what they did."""

from smartpos.identity.declared_reports import trail

__all__ = ["trail"]
