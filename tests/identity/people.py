"""What the tests of identity do again and again."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import AuditLog
from smartpos.identity.models import User
from tests.cast import PASSWORD, Shop

MARKER = 'name="csrf-token" content="'


def csrf_of(client: FlaskClient) -> str:
    """The CSRF token of a page that everybody may open: one's profile, or the log-in page in its stead."""
    page = client.get("/profile", follow_redirects=True).get_data(as_text=True)
    return page[page.index(MARKER) + len(MARKER) :].partition('"')[0]


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    """Send a form with the client's CSRF token."""
    return client.post(path, data={"csrf_token": csrf_of(client), **form})


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> Any:
    """Try the log-in page."""
    return post(client, "/login", name=name, password=password, **more)


def token(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> Any:
    """Ask for a bearer token."""
    return client.post("/token", data={"username": name, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    """Whether somebody is signed in, and not held back."""
    return bool(client.get("/api/me").status_code == 200)


def change(shop: Shop, who: str, **columns: Any) -> None:
    """Set columns of a member of the cast, as time or another person would."""
    with shop.inside():
        user = db.session.get_one(User, shop.users[who])
        for name, value in columns.items():
            setattr(user, name, value)


def trail(shop: Shop, action: str) -> list[AuditLog]:
    """The acts of that kind in the shop's audit trail, oldest first."""
    with shop.inside():
        rows = list(
            db.session.scalars(select(AuditLog).where(AuditLog.action == action).order_by(AuditLog.id))
        )
        db.session.expunge_all()
        return rows
