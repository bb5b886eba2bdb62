"""What follows when something happens in production."""

from smartpos.production.reactions import notices

__all__ = ["notices"]
