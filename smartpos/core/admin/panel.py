"""The admin panel: made once by the factory, filled by the domains' ``admin`` modules."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.base import BaseView
from flask_admin.theme import Bootstrap4Theme
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import shell
from smartpos.core.admin.formatters import local_date, tenant_zone
from smartpos.core.admin.guard import ENTRY, may_enter, require_entry
from smartpos.core.admin.navigation import EXTENSION, navigation, shortcuts, start_notices
from smartpos.core.errors import Forbidden


class StartPage(AdminIndexView):
    """The first page of the back office: what one does daily, and every section one may open."""

    def is_accessible(self) -> bool:
        """Everybody who may use the panel."""
        return may_enter()

    def inaccessible_callback(self, name: str, **arguments: Any) -> ResponseReturnValue:
        """Whoever is not signed in is sent to the log-in page; others meet 403."""
        require_entry()
        raise Forbidden

    @expose("/")
    def index(self) -> str:
        """The page."""
        now = datetime.now(tenant_zone())
        return self.render(
            self._template,
            greeting=_greeting(now.hour),
            today=local_date(now.date()),
            notices=start_notices(),
            shortcuts=shortcuts(),
            sections=[group for group in navigation() if group.title],
        )


def _greeting(hour: int) -> str:
    if 5 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 18:
        return _("Good afternoon")
    return _("Good evening")


def make_admin(app: Flask, db: Any) -> Admin:
    """The panel under ``/admin``. Views take ``db`` themselves; the argument fixes the order of set-up."""
    shell.install(app)
    panel = Admin(
        app,
        name=app.config["DISPLAY_NAME"],
        url="/admin",
        index_view=StartPage(name=_l("Home"), template="admin/index.html", url="/admin"),
        theme=Bootstrap4Theme(base_template="admin/base.html"),
        csp_nonce_generator=app.jinja_env.globals.get("csp_nonce"),
    )
    app.extensions[EXTENSION] = panel
    return panel


def add_views(app: Flask, views: Iterable[BaseView]) -> None:
    """Put a domain's views into the panel; called from the ``init_app`` of its ``admin`` module."""
    panel: Admin = app.extensions[EXTENSION]
    for view in views:
        panel.add_view(view)


def require_to_enter(app: Flask, permission: str) -> None:
    """From now on only holders of the permission may use the panel, whatever else they hold."""
    app.config[ENTRY] = str(permission)
