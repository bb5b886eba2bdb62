"""What follows when something happens in production."""

from smartpos.production.reactions import notices, recipes

__all__ = ["notices", "recipes"]
