"""The webhook, the pages about Telegram and the broadcasts."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.bot.routes import broadcasts, entrances, webhook
from smartpos.bot.routes.blueprint import blueprint
from smartpos.core.admin import register_link
from smartpos.notifications.permissions import NotificationsPermission

__all__ = ["broadcasts", "entrances", "webhook"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["telegram_of"] = entrances.telegram_of
    register_link(
        _l("Customers"),
        _l("Telegram bot"),
        "bot.shop_page",
        "phone",
        NotificationsPermission.BROADCAST_SEND,
        order=150,
    )
