"""Periodic work of production."""

from smartpos.production.jobs import notices

__all__ = ["notices"]
