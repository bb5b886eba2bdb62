"""Periodic work of production."""

from smartpos.production.jobs import notices, recipes

__all__ = ["notices", "recipes"]
