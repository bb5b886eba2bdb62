"""Pages of notices: one's own, and how one wants to be told; the bell of every page."""

from typing import Any

from flask import Flask, g, has_request_context

from smartpos.identity.principal import me
from smartpos.notifications import queries
from smartpos.notifications.routes import notices, settings
from smartpos.notifications.routes.blueprint import blueprint


def unread_notices() -> str:
    """What the bell shows: how many notices are unread, "" for none; asked once for each page."""
    if "unread_notices" not in g:
        g.unread_notices = queries.unread_count(me().user_id)
    count: int = g.unread_notices
    if not count:
        return ""
    return f"{queries.MOST_COUNTED - 1}+" if count >= queries.MOST_COUNTED else str(count)


def has_bell() -> bool:
    """Whether the page has a bell: for those who are signed in and at home, not for who looks in from outside."""
    person: Any = g.get("principal") if has_request_context() else None
    return person is not None and not person.visit_reason


def init_app(app: Flask) -> None:
    """Register the pages and give all pages their bell."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(unread_notices=unread_notices, has_bell=has_bell)


__all__ = ["init_app", "notices", "settings"]
