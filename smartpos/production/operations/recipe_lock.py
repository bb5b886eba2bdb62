"""Where everybody who writes recipes of a shop waits for the others."""

from sqlalchemy import text

from smartpos.core.db import db

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtext('production.recipes'), hashtext(current_setting('app.organization_id')))"
)


def lock_recipes() -> None:
    """Wait until nobody else writes recipes of this shop; held until the commit. Taken before any row is locked."""
    db.session.execute(_LOCK)
